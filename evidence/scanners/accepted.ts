/** A kind of finding that stays as it is, with the reason; kinds and places were judged, not each single finding. */
export interface Accepted {
  readonly scanner: string
  readonly rule: string
  /** Where; everywhere without it. */
  readonly place?: RegExp
  readonly reason: string
}

const BOUNDED =
  'inputs are bounded as a whole: bodies to 64 kB, heads by the server, and each field by its schema (R6, R8)'
const UNRELEASED =
  'no release exists yet whose tables hold rows; the lint of migrations of this repository judges those that follow one (R11)'
const WHOLE = 'a migration runs in one transaction, with bounds on waiting that its runner sets'

const spectral = (rule: string, reason: string): Accepted => ({ scanner: 'spectral', rule, reason })
const squawk = (rule: string, reason: string): Accepted => ({ scanner: 'squawk', rule, reason })

const OWN = 'a text that the product itself made, of a few characters'
/** What takes long to decide is called vulnerable at one time and unknown at another. */
const recheck = (place: RegExp, reason: string): Accepted[] =>
  ['vulnerable', 'unknown'].map((rule) => ({ scanner: 'recheck', rule, place, reason }))

export const ACCEPTED: readonly Accepted[] = [
  spectral(
    'owasp:api4:2023-rate-limit',
    'RateLimit and RateLimit-Policy are sent with each answer and described in docs/api.md; the OpenAPI document does not name them',
  ),
  spectral('owasp:api4:2023-array-limit', BOUNDED),
  spectral('owasp:api4:2023-string-limit', BOUNDED),
  spectral('owasp:api4:2023-string-restricted', BOUNDED),
  spectral('owasp:api4:2023-integer-format', 'integers are bounded by their least and greatest value'),
  spectral(
    'owasp:api5:2023-admin-security-unique',
    'who may act as the provider is decided by plane and permission, not by another kind of session; the walk over every operation shows it (R1)',
  ),
  spectral('owasp:api9:2023-inventory-access', 'x-internal is a convention of other programs'),
  spectral(
    'owasp:api1:2023-no-numeric-ids',
    'numbers of pages, versions and sizes; ids are random and carry their kind',
  ),
  spectral(
    'owasp:api8:2023-define-error-responses-401',
    'the document itself and reports of leaked credentials are open to everybody',
  ),
  spectral('owasp:api2:2023-read-restricted', 'the document itself is open to everybody'),
  spectral('owasp:api2:2023-no-credentials-in-url', 'the id of a form token names it; it is not the token'),
  squawk('prefer-robust-stmts', WHOLE),
  squawk('require-lock-timeout', WHOLE),
  squawk('require-statement-timeout', WHOLE),
  squawk('require-concurrent-index-creation', UNRELEASED),
  squawk('require-concurrent-index-deletion', UNRELEASED),
  squawk('adding-field-with-default', UNRELEASED),
  squawk('constraint-missing-not-valid', UNRELEASED),
  squawk('adding-foreign-key-constraint', UNRELEASED),
  squawk('ban-drop-not-null', UNRELEASED),
  squawk('renaming-column', UNRELEASED),
  squawk('prefer-bigint-over-int', 'counts, days and basis points that a check bounds; money is bigint'),
  squawk('prefer-bigint-over-smallint', 'numbers of keys and places in a queue, of which there are a few'),
  squawk('ban-create-domain-with-constraint', 'a name for one rule, which no migration changes'),
  squawk('ban-char-field', 'codes of a fixed length, as ISO writes them'),
  ...recheck(/platform\/table-file\/pdf-text\.ts|billing\/rules-reminder\.ts/, OWN),
  ...recheck(/earnings\/tell-steps\.ts|consents\/page-parts\.ts|password-hash\.ts/, OWN),
  ...recheck(/partners\/register\.ts/, 'names of at most 200 characters'),
  ...recheck(/embed\/assets\.ts/, 'reads files of the product itself'),
  ...recheck(/audit\/(commands|offline-verify)\.ts/, 'run by an operator over own files'),
  ...recheck(
    /agreements\/(document-page\.ts|pdf\.ts|document\.tsx)/,
    'asked of single lines, in which it always matches at the first try',
  ),
  ...recheck(
    /portal\/src\/frames\/(registry|platform|partner)\//,
    'runs in the browser over what its user types',
  ),
  ...recheck(
    /webhooks\/excerpt\.ts/,
    'not decided; 64 kB that repeat its beginning took 13 ms on a busy machine',
  ),
  {
    scanner: 'secretlint',
    rule: '@secretlint/secretlint-rule-privatekey',
    place: /server\/testing\/webhook-receiver\.ts$/,
    reason: 'the key of a certificate that tests use on the loopback address',
  },
]
