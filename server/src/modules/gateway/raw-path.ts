import { CallRefusal } from './refusal.ts'

const LONGEST_TARGET = 4096
/** What RFC 3986 section 3.3 allows in a path, but for the semicolon; anything else has to be encoded. */
const PLAIN = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})*)+$/
/** The same of a query, and what URL parsers of browsers leave as it is there: a query has no segments to be read in two ways. */
const QUERY = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?[\]{}|^-]|%[0-9A-Fa-f]{2})*$/
/** Encoded: slash, backslash, NUL and other controls, percent, semicolon, and whatever needs no encoding. */
const HIDDEN = /%(?:2f|5c|25|3b|[01][0-9a-f]|7f|2d|2e|5f|7e|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/

/** A request target whose path has one reading only. */
export interface PlainTarget {
  /** The path as it was received; never repaired. */
  readonly path: string
  readonly query: string
}

/** The refusal of a target that has more readings than one. */
export function refusePath(): CallRefusal {
  return new CallRefusal(
    403,
    'PATH_REFUSED',
    'The path can be read in two ways, or the query asks for another method.',
  )
}

function isText(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/**
 * Splits a request target in origin form. Null unless its path can be read in one way only: no dot segment, no empty
 * segment, no encoded or plain separator in disguise, no double encoding, valid UTF-8. Source: delegation.md section 5
 * (path rules), attack 65. Null, too, when the query asks for another method than the one that is decided on (attack 67).
 */
export function readPlainTarget(target: string): PlainTarget | null {
  if (target.length > LONGEST_TARGET) return null
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  const isPlain =
    PLAIN.test(path) && !path.includes('//') && !HIDDEN.test(path) && !DOT_SEGMENT.test(path) && isText(path)
  return isPlain && QUERY.test(query) && !asksOtherMethod(query) ? { path, query } : null
}

/** The parameters of a query in every reading: some servers end one at a semicolon, too. */
function readParameters(query: string): readonly (readonly [name: string, value: string])[] {
  if (query === '') return []
  const inBoth = [...new URLSearchParams(query), ...new URLSearchParams(query.replaceAll(';', '&'))]
  return query.includes(';') ? inBoth : [...new URLSearchParams(query)]
}

/** The longest of the names that are looked for, letter by letter, would have more parts; nobody writes one so. */
const LONGEST_RUN = 4

/** A name as a lenient server may know it: without its case and the signs between its words. */
const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** What a name of a parameter may stand for: each run of its parts, as in `filter[customer_ban]` and `filter.customer.ban`. */
function meaningsOf(name: string): readonly string[] {
  const parts = name
    .split(/[[\].]/)
    .map(plainName)
    .filter((part) => part !== '')
  return parts.flatMap((_, from) =>
    Array.from({ length: LONGEST_RUN }, (__, more) => parts.slice(from, from + more + 1).join('')),
  )
}

const OTHER_METHOD = new Set(['xhttpmethodoverride', 'xhttpmethod', 'xmethodoverride', 'methodoverride'])

/** Whether a query asks for another method, as many frameworks take it from a form: `_method=DELETE`. */
function asksOtherMethod(query: string): boolean {
  return readParameters(query).some(
    ([name]) =>
      /^[_. ]method(?![a-z0-9_-])/i.test(name.trimStart()) ||
      meaningsOf(name).some((one) => OTHER_METHOD.has(one)),
  )
}

/** Whom a query names besides the path: accounts by number or reference, and customers. */
export interface NamedInQuery {
  readonly accounts: readonly string[]
  readonly customers: readonly string[]
}

const ACCOUNTS = new Set(['customerban', 'customerref'])
const CUSTOMERS = new Set(['customerid'])

/**
 * What a query names, under whatever spelling an API may read as one of the names: in an array, in other letters, after a
 * semicolon. What it names must be what the path and the token name (attack 64).
 */
export function namedInQuery(query: string): NamedInQuery {
  const parameters = readParameters(query)
  const valuesOf = (names: ReadonlySet<string>) =>
    parameters.filter(([name]) => meaningsOf(name).some((one) => names.has(one))).map(([, value]) => value)
  return { accounts: valuesOf(ACCOUNTS), customers: valuesOf(CUSTOMERS) }
}
