/** What shows that a command of the documents works: a file that runs it, by words in it, or why nothing runs it. */
export type Shown = { readonly by: string; readonly words: readonly string[] } | { readonly notRun: string }

const FENCE = /^ *```([a-z]*)\n([\s\S]*?)^ *```$/gm
const SHELL = new Set(['', 'sh', 'bash', 'console'])
const INLINE = /`((?:[A-Z_]+=\S+ )*(?:npm|npx|node|curl|psql) [^`]+)`/g
const STARTS = /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node|curl|psql|sh|export|openssl) /

/** Every command that a page asks its reader to type, on one line and without remarks. */
export function commandsOf(text: string): string[] {
  const fences = [...text.matchAll(FENCE)].filter(([, language = '']) => SHELL.has(language))
  const fenced = fences.flatMap(([, , body = '']) =>
    body
      .replaceAll(/\\\n\s*/g, '')
      .replaceAll(/\n\s+\[/g, ' [')
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== ''),
  )
  const inline = [...text.matchAll(INLINE)].map(([, command = '']) => command.trim())
  return [...fenced.filter((line) => STARTS.test(`${line} `)), ...inline]
}

/** The languages of a page's fences. */
export const languagesOf = (text: string): string[] =>
  [...text.matchAll(FENCE)].map(([, language = '']) => language)

const cli = (file: string, ...words: string[]): Shown => ({ by: `server/src/cli/${file}.test.ts`, words })
const retention = (...words: string[]): Shown => ({
  by: 'server/src/modules/audit/retention.test.ts',
  words,
})
const gate = (...words: string[]): Shown => ({ by: 'scripts/gate.ts', words })
const campaign: Shown = {
  notRun: 'a campaign of minutes to hours; the gate runs its short form, and its name is looked up',
}

const PAGE_OF_EXAMPLE: Shown = {
  by: 'guard/src/examples.test.ts',
  words: ['protected-api/README.md', '/customers/BAN-1/orders'],
}

/** By the beginning of a command, whole words; the longest that fits counts. */
export const SHOWN: Readonly<Record<string, Shown>> = {
  'npm start': { by: 'tests/support/product-process.ts', words: ['server/src/main.js', 'Liaison is ready'] },
  'npm test': { notRun: 'this test is part of it' },
  'npm test -- --checks': gate("includes('--checks')"),
  'npm run deadcode': gate("'knip'"),
  'npm run format': gate("'oxfmt'"),
  'npm run lint': gate("'oxlint', '--type-aware'"),
  'npm run typecheck': gate("'tsc', '-b'"),
  'npm run build': gate("'scripts/portal-build.ts'"),
  'npm run docs': gate("'scripts/docs.ts'"),
  'npm run structure': {
    by: 'tests/structure.test.ts',
    words: ['toMatchFileSnapshot', "'../docs/database'"],
  },
  'node scripts/release-api.ts': { notRun: 'it promises what the API is, once for each release' },
  'node scripts/release-migrations.ts': { notRun: 'it fixes the order of migrations, once for each release' },
  'npm run pack': { by: 'tests/packages.test.ts', words: ["'run', '--silent', 'pack'"] },
  'npm run sbom': { by: 'tests/sbom.test.ts', words: ["scripts['sbom']", 'execFile'] },
  'npm run chaos': campaign,
  'node chaos/main.ts --gate': gate("'chaos/main.ts', '--gate'"),
  'npm run bench': campaign,
  'npm run evidence': campaign,
  'node offline-verify.ts': {
    by: 'server/src/modules/audit/own-proof.test.ts',
    words: ['offline-verify.ts', 'execFile'],
  },
  'npm ci': {
    notRun: 'it is how an image installs; the gate installs the same lock through scripts/setup.js',
  },
  'npm outdated': { notRun: 'it asks the registry, and changes nothing' },
  'npm install --no-save': { notRun: 'it downloads a rival of a benchmark that nothing else needs' },
  'npx vitest run --project server': { notRun: 'this test was started so' },
  'npx vitest run --project unit': gate("projects: ['unit', 'server']"),
  'npx vitest run --project browser': gate("projects: ['browser']"),
  'LIAISON_PICTURES=1 npx vitest run --project browser': {
    by: 'tests/support/picture.ts',
    words: ['LIAISON_PICTURES', 'writeIndexed'],
  },
  'node server/src/main.js': { by: 'tests/support/product-process.ts', words: ['server/src/main.js'] },
  'npm run liaison -- --help': cli('commands', "spawn(['--help'])"),
  'npm run liaison -- doctor': cli('commands', "['doctor', '--json']"),
  'npm run liaison -- pooler-users': cli('commands', "['pooler-users', path]"),
  'npm run liaison -- demo code': cli('commands', "['demo', 'code'"),
  'npm run liaison -- migrate': cli('commands', "['migrate', '--json']"),
  'npm run liaison -- import': cli('import', "['import', '--mapping', mapping, path"),
  'npm run liaison -- import telco': cli('import-telco', "'telco'", "'--subscribers'", "'--complaints'"),
  'npm run liaison -- import program': cli('import-program', "['import', 'program', ...line", "'--apply'"),
  'npm run liaison -- audit verify': cli('backup', "['audit', 'verify']"),
  'npm run liaison -- audit export': retention("['audit', 'export', '--reason'"),
  'npm run liaison -- audit retention': retention("['audit', 'retention']"),
  'npm run liaison -- audit retain': retention("['audit', 'retain', '--export'"),
  'npm run liaison -- audit key': cli('commands', "['audit', 'key']"),
  'npm run liaison -- freeze': cli('commands', "['freeze', ...target, '--reason'"),
  'npm run liaison -- unfreeze platform': cli('commands', "['unfreeze', 'platform', '--reason'"),
  'npm run liaison -- explain': cli('commands', "['explain', person.email, slugs.tenant"),
  'npm run liaison -- blast-radius': cli('breach', "['blast-radius', encodeId('partner', partner)"),
  'npm run liaison -- backup': cli('backup', "['backup', folder]"),
  'npm run liaison -- restore': cli('backup', "['restore', folder]", "'--checkpoints'", "'--open'"),
  'npm run liaison -- restore --in-place': cli('restore-in-place', "'--in-place', '--checkpoints', kept"),
  'npm run liaison -- keys create-ingest': cli('commands', "['keys', 'create-ingest', 'Billing', '--source'"),
  'npm run liaison -- keys rotate': cli('keys-rotate', 'rotateKeys('),
  'npm run liaison -- keys rotate-signing': cli('breach', "['keys', 'rotate-signing']"),
  'npm run liaison -- keys rotate-audit': cli('keys-rotate-audit', "'rotate-audit'", "'--stolen'"),
  'npm run liaison -- person export': {
    by: 'server/src/modules/privacy/privacy.test.ts',
    words: ["['person', 'export'"],
  },
  'npm run liaison -- person invite-admin': {
    by: 'server/src/modules/identity/invitations.test.ts',
    words: ["['person', 'invite-admin'"],
  },
  'npm run liaison -- person remove-admin': {
    by: 'server/src/modules/identity/staff.test.ts',
    words: ["['person', 'remove-admin'"],
  },
  'npm run liaison -- person erase': {
    by: 'server/src/modules/privacy/privacy.test.ts',
    words: ["['person', 'erase'"],
  },
  'npx node examples/partner-app/main.ts': {
    by: 'tests/browser/onboarding.test.ts',
    words: ['startExampleApp', '--resale'],
  },
  'npx node examples/protected-api/express.ts': {
    by: 'guard/src/examples.test.ts',
    words: ['makeExpressApp', 'makeFastifyApp'],
  },
  'npx node examples/agency-site/main.ts': {
    by: 'server/src/modules/embed/browser.test.ts',
    words: ['makeAgencySite'],
  },
  'WEBHOOK_SECRET=whsec_… npx node examples/webhook-receiver/receiver.ts': {
    by: 'server/src/modules/webhooks/example.test.ts',
    words: ['examples/webhook-receiver/receiver.ts'],
  },
  'export OIDC_ISSUER': PAGE_OF_EXAMPLE,
  'export OIDC_JWKS_URI': PAGE_OF_EXAMPLE,
  'export API_AUDIENCE': PAGE_OF_EXAMPLE,
  'curl -i http://127.0.0.1:8080/customers/BAN-1/orders': PAGE_OF_EXAMPLE,
  'curl --silent --show-error --fail-with-body': { by: 'tests/integrate.test.ts', words: ["'curl'"] },
}

/** What shows that this command works; undefined when nothing says anything about it. */
export function shownFor(command: string): { readonly beginning: string; readonly shown: Shown } | undefined {
  const fitting = Object.entries(SHOWN).filter(
    ([beginning]) =>
      command === beginning ||
      (/^[ =]/.test(command.slice(beginning.length)) && command.startsWith(beginning)),
  )
  const [longest] = fitting.toSorted(([one], [other]) => other.length - one.length)
  return longest && { beginning: longest[0], shown: longest[1] }
}
