import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { scanSignedIn } from './asked.ts'
import { startPlantedServer } from './planted-server.ts'
import { runProgram } from './program.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

/** Those modules that ask nobody but the scanned server. */
const MODULES =
  'sql,blindsql,xss,permanentxss,exec,file,redirect,crlf,http_headers,csp,cookieflags,methods,csrf,htaccess'
/** For finding the pages. */
const SECONDS = 120
const LIMIT_MS = 900_000
/** The pages that a server renders, and that lead to others. */
const PAGES = ['/signin', '/signin/passkey', '/docs/errors', '/account', '/']

const Found = z.record(
  z.string(),
  z.array(
    z.object({ method: z.string(), path: z.string(), info: z.string(), parameter: z.string().nullish() }),
  ),
)
const Report = z.object({ vulnerabilities: Found, anomalies: Found })

interface Asked {
  readonly name: string
  readonly url: string
  readonly starts: readonly string[]
  readonly headers: readonly string[]
}

async function runWapiti(folder: string, { name, url, starts, headers }: Asked): Promise<Scan> {
  const report = join(folder, `${name}.json`)
  // A list of known programs that one of its modules fetches from elsewhere when it is not there, whether it is used or not.
  await writeFile(join(folder, 'apps.json'), '{}')
  const from = starts.flatMap((page) => ['-s', `${url}${page}`])
  const bounds = ['--max-scan-time', String(SECONDS), '--max-links-per-page', '40', '--scope', 'domain']
  const who = headers.flatMap((header) => ['-H', header])
  const kept = ['--store-session', folder, '--store-config', folder, '-f', 'json', '-o', report]
  const { out } = await runProgram(
    'wapiti',
    [
      '-u',
      `${url}/`,
      ...from,
      ...bounds,
      ...who,
      '--flush-session',
      '--no-bugreport',
      ...kept,
      '-m',
      MODULES,
    ],
    { cwd: folder, timeoutMs: LIMIT_MS },
  )
  const crawled = /found (\d+) URLs and forms/i.exec(out)?.[1]
  if (crawled === undefined) throw new Error('wapiti did not say how much it found to look at.')
  if (out.includes('Max scan time was reached')) throw new Error('wapiti did not come to the last page.')
  const { vulnerabilities, anomalies } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const findings: Finding[] = [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(
    ([rule, found]) =>
      found.map(({ method, path, parameter, info }) => ({
        rule,
        place: `${method} ${path} ${parameter ?? ''} ${info.slice(0, 100)}`,
      })),
  )
  return { findings, lookedAt: `${crawled} pages and forms` }
}

/** wapiti over the pages that the server itself renders, signed in as a member of a partner. */
export const wapiti: Scanner = {
  name: 'wapiti',
  source: { program: 'wapiti', versionArgs: ['--version'], install: 'apt-get install wapiti' },
  async scan({ folder, product }) {
    const live = await product()
    const headers = [`Cookie: ${live.cookies.partner}`]
    return scanSignedIn(live, ['partner'], () =>
      runWapiti(folder, { name: 'product', url: live.url, starts: PAGES, headers }),
    )
  },
  async scanPlanted({ folder, product }) {
    await using planted = await startPlantedServer((await product()).connection)
    return await runWapiti(folder, { name: 'planted', url: planted.url, starts: [], headers: [] })
  },
  plantedRule: 'Cross Site Scripting',
  planted: 'a name that becomes part of a page',
}
