/** A kind of finding that stays as it is, with the reason; kinds and places were judged, not each single finding. */
export interface Accepted {
  readonly scanner: string
  readonly rule: string
  /** Where; everywhere without it. */
  readonly place?: RegExp
  readonly reason: string
}

const BOUNDED =
  'inputs have a greatest length or count in their schema or by a check of their own, which a JSON Schema cannot say (moments, months, ids that may be left empty), within bodies of 64 kB; what an answer holds was bounded when it was taken in (R6, R8)'
const FREE =
  'names, reasons and other text of people, in any language: bounded in length, without control characters'
const UNRELEASED =
  'no release exists yet whose tables hold rows; from the first one on the lint of migrations of this repository refuses it on a table that the migration did not make (tests/reliability/migrations.test.ts, R11)'
const WHOLE =
  'the runner of migrations sets how long a statement waits for a lock, and runs each migration in one transaction that is tried anew as a whole'
const FAR_OFF =
  'counts, days and basis points that a check bounds far below; money and running numbers are bigint'

const at = (
  scanner: string,
  rule: string,
  { place, reason }: { readonly place?: RegExp; readonly reason: string },
): Accepted => ({ scanner, rule, ...(place && { place }), reason })
const spectral = (rule: string, reason: string, place?: RegExp): Accepted =>
  at('spectral', `owasp:${rule}`, { reason, ...(place && { place }) })
const squawk = (rule: string, reason: string): Accepted => at('squawk', rule, { reason })

const OWN = 'a text that the product itself made, of a few characters'
/** What takes long to decide is called vulnerable at one time and unknown at another. */
const recheck = (place: RegExp, reason: string): Accepted[] =>
  ['vulnerable', 'unknown'].map((rule) => ({ scanner: 'recheck', rule, place, reason }))

const OPEN_DOCUMENT = /^paths \/api\/v1\/openapi\.json /
const UNVERIFIED = 'unsigned-token'

export const ACCEPTED: readonly Accepted[] = [
  spectral(
    'api4:2023-rate-limit',
    'refused while the request is read: before it is known whose limit would count',
    /^components responses (Problem|AgencyRefusal)(408|413|415|417|431) /,
  ),
  spectral(
    'api4:2023-rate-limit',
    'the document is made once and is the same for everybody; no limit counts it',
    OPEN_DOCUMENT,
  ),
  spectral(
    'api4:2023-rate-limit-responses-429',
    'the document is made once and is the same for everybody; no limit counts it',
    OPEN_DOCUMENT,
  ),
  spectral('api4:2023-array-limit', BOUNDED),
  spectral('api4:2023-string-limit', BOUNDED),
  spectral('api4:2023-string-restricted', FREE),
  spectral(
    'api5:2023-admin-security-unique',
    'who may act as the provider is decided by plane and permission, not by another kind of session; the walk over every operation shows it (R1)',
  ),
  spectral(
    'api1:2023-no-numeric-ids',
    'ids that are refused whatever they are, so their schema names no type, and the rule takes that for a number',
    /^paths \/api\/v1\/customers\//,
  ),
  spectral(
    'api8:2023-define-cors-origin',
    'no page of another origin may read an answer; the door of embedded forms alone says otherwise, for each form and origin by itself',
  ),
  spectral(
    'api8:2023-define-error-responses-401',
    'the document itself and reports of leaked credentials are open to everybody',
    /^paths \/api\/v1\/(openapi\.json|leak-reports) /,
  ),
  spectral('api2:2023-read-restricted', 'the document itself is open to everybody', OPEN_DOCUMENT),
  spectral(
    'api2:2023-no-credentials-in-url',
    'the id of a form token names it; it is not the token',
    /^paths \/api\/v1\/tenant\/(tokens|agencies)\//,
  ),
  squawk('prefer-robust-stmts', WHOLE),
  squawk('require-lock-timeout', WHOLE),
  squawk('require-statement-timeout', WHOLE),
  squawk('require-concurrent-index-creation', UNRELEASED),
  squawk(
    'require-concurrent-index-deletion',
    'no release exists yet whose tables hold rows; an index that is dropped takes no longer than the lock that it waits for, which the runner bounds',
  ),
  squawk(
    'adding-field-with-default',
    'stored values for tables that no release has filled; from the first one on the lint of migrations refuses what rewrites a table (R11)',
  ),
  squawk('constraint-missing-not-valid', UNRELEASED),
  squawk('adding-foreign-key-constraint', UNRELEASED),
  squawk('ban-drop-not-null', 'the only version that wrote a value always still may; no release came before'),
  squawk('renaming-column', UNRELEASED),
  squawk('prefer-bigint-over-int', FAR_OFF),
  squawk('prefer-bigint-over-smallint', 'numbers of keys and places in a queue, of which there are a few'),
  squawk('ban-create-domain-with-constraint', 'a name for one rule, which no migration changes'),
  squawk('ban-char-field', 'codes of a fixed length, as ISO writes them'),
  at('semgrep', UNVERIFIED, {
    place: /^guard\/src\/kept-introspection\.ts:/,
    reason: 'the guard has verified the token before; what it says is compared with a change only',
  }),
  at('semgrep', UNVERIFIED, {
    place: /^server\/src\/modules\/oauth\/endpoints\.ts:/,
    reason:
      'a claim that can only refuse a proof, and the name under which tries are counted; the library verifies both before anything is believed',
  }),
  at('semgrep', UNVERIFIED, {
    place: /^server\/src\/platform\/realm-token\.ts:/,
    reason: 'says which key the token is then verified with',
  }),
  at('semgrep', 'weak-digest-or-cipher', {
    place: /^server\/src\/platform\/breached-passwords\.ts:/,
    reason:
      'the services that know stolen passwords are asked by five digits of SHA-1; nothing is kept or protected by it',
  }),
  at('semgrep', 'guessable-number', {
    place: /^server\/src\/platform\/migrate\.ts:/,
    reason: 'how long a second process waits before it tries again',
  }),
  at('testssl', 'engine_problem', {
    place: /GOST support via engine/,
    reason:
      'says that the openssl of the machine that scans lacks Russian suites; it is nothing of the proxy',
  }),
  at('schemathesis', 'Undocumented status code 431', {
    reason:
      'an address that is longer than what is read of a head (16 kB) is refused by Node itself before anything of the product sees it',
  }),
  at('wapiti', 'HTTP Secure Headers', {
    place: /X-(Frame-Options|XSS-Protection) is not set/,
    reason:
      'frame-ancestors of the Content-Security-Policy stands for the first in every browser that is supported, and no browser has the second any more',
  }),
  at('wapiti', 'Cross Site Request Forgery', {
    place: /^POST \/(account|signin)\/.*Lack of anti CSRF token/,
    reason:
      'it looks for a hidden field; here whatever a browser sends from another site is refused before anything is looked at (tests/web-hardening.test.ts)',
  }),
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
