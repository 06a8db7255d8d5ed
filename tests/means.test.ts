import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const EVERYWHERE = ['access/src', 'guard/src', 'sdk/src', 'server/src', 'portal/src', 'portal/public']

/** A means that harms when input reaches it, and the places that may have it, each with its reason. */
interface Means {
  readonly name: string
  readonly pattern: RegExp
  readonly in?: readonly string[]
  readonly places: Readonly<Record<string, string>>
}

const EMBEDDED = 'the database that comes along is started with the process; no request gets there'
const MEANS: readonly Means[] = [
  {
    name: 'starts another program (ASVS 1.2.5)',
    pattern: /node:child_process/,
    places: {
      'server/src/platform/embedded/index.ts': EMBEDDED,
      'server/src/platform/embedded/account.ts': EMBEDDED,
      'server/src/platform/embedded/postmaster.ts': EMBEDDED,
      'server/src/platform/embedded/supervisor.ts': EMBEDDED,
    },
  },
  {
    name: 'makes a statement of text (ASVS 1.2.4)',
    pattern: /\bsql\.raw\(/,
    places: {
      'server/src/modules/billing/summary-store.ts': 'a name of a column that stands in the same file',
      'server/src/platform/run-migrations.ts': 'a migration, which is a file of ours',
    },
  },
  {
    name: 'makes a regular expression of text (ASVS 1.2.9)',
    pattern: /\bnew RegExp\(/,
    places: {
      'server/src/modules/ingest/transforms.ts':
        'a format of dates from the file of the mapping; all but its letters is escaped',
      'server/src/modules/referrals/follow.ts': 'the name of our own cookie',
      'server/src/platform/openapi/openapi.ts': 'the form of our own ids',
      'server/src/reference/schema-example.ts': 'a pattern of our own document',
      'portal/src/frames/plans/plan-draft.ts': 'a number of decimals',
    },
  },
  {
    name: 'runs text as code (ASVS 1.3.2)',
    pattern: /(?<![\w.#])eval\(|\bnew Function\(|node:vm/,
    places: {},
  },
  {
    name: 'writes text into a page as markup (ASVS 3.2.2)',
    pattern: /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write/,
    places: {},
  },
  {
    name: 'reads XML (ASVS 1.5.1)',
    pattern: /\bDOMParser\b|'(?:xml2js|fast-xml-parser|sax|libxmljs2?|@xmldom\/xmldom)'/,
    places: {},
  },
  {
    name: 'keeps something in the browser (ASVS 14.3.3)',
    pattern: /\b(?:localStorage|sessionStorage|indexedDB)\b|document\.cookie/,
    places: {
      'portal/public/scheme.js': 'light or dark',
      'portal/src/frames/vouchers/till-page.tsx': 'the name of the till, as it was typed',
      'portal/src/frames/partner/sandbox-store.ts':
        'keys of a client that is tried out, which the browser uses and gives to nobody, and a try that is under way',
      'portal/src/platform/recents.ts': 'ids and names of tenants, for one tab',
      'portal/src/platform/visit.ts': 'the times and the reason of a visit, for one tab',
    },
  },
  {
    name: 'listens to messages of other windows (ASVS 3.5.5)',
    pattern: /addEventListener\('message'/,
    places: {
      'server/src/modules/embed/frame/frame.js': 'of the page around it alone, and of its own worker',
      'server/src/modules/embed/frame/puzzle.js': 'of its own worker',
      'server/src/modules/embed/frame/loader.js': 'of the frame that it made alone',
      'server/src/modules/embed/frame/loader-1.0.0.js': 'as the loader that followed it',
      'server/src/modules/embed/frame/loader-1.1.0.js': 'as the loader that followed it',
      'portal/src/frames/agencies/form-preview.tsx': 'of the frame that it shows alone',
    },
  },
  {
    name: 'calls another machine (ASVS 13.1.1, 13.2.4, 13.2.5)',
    pattern:
      /(?<![\w.#])fetch\(|from 'undici'|from 'node:https'|import\('(?:ioredis|nodemailer|@opentelemetry\/exporter[^']*)'\)/,
    in: ['server/src'],
    places: {
      'server/src/modules/dashboards/frame/dashboard.js': 'a frame in the browser, at its own origin',
      'server/src/modules/embed/frame/talk.js': 'a form in the browser, at its own origin',
      'server/src/modules/kyc/post-event.ts': 'the demo, to its own address',
      'server/src/platform/outgoing/ways-out.ts':
        'webhooks, signals and breached passwords: no address inside',
      'server/src/platform/limit-store/redis-limit-store.ts': 'the Redis that is configured',
      'server/src/platform/mail.ts': 'the mail server that is configured',
      'server/src/platform/telemetry/tracing.ts': 'the collector of traces that is configured',
    },
  },
]

async function placesOf({ pattern, in: folders = EVERYWHERE }: Means): Promise<string[]> {
  const found: string[] = []
  const files = glob(
    folders.map((folder) => `${folder}/**/*.{ts,tsx,js}`),
    { cwd: root },
  )
  for await (const file of files) {
    if (/\.test\.tsx?$/.test(file)) continue
    if (pattern.test(await readFile(`${root}/${file}`, 'utf8'))) found.push(file)
  }
  return found.toSorted()
}

test.each(MEANS)('what $name stands where it is listed, and nowhere else', async (means) => {
  expect(await placesOf(means)).toEqual(Object.keys(means.places).toSorted())
})
