const LONGEST_TARGET = 4096
/** What RFC 3986 section 3.3 allows in a path, but for the semicolon; anything else has to be encoded. */
const PLAIN = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})*)+$/
const QUERY = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/
/** Encoded: slash, backslash, NUL and other controls, percent, semicolon, and whatever needs no encoding. */
const HIDDEN = /%(?:2f|5c|25|3b|[01][0-9a-f]|7f|2d|2e|5f|7e|3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])/i
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/

/** A request target whose path has one reading only. */
export interface PlainTarget {
  /** The path as it was received; never repaired. */
  readonly path: string
  readonly query: string
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
 * (path rules), attack 65.
 */
export function readPlainTarget(target: string): PlainTarget | null {
  if (target.length > LONGEST_TARGET) return null
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  const isPlain =
    PLAIN.test(path) && !path.includes('//') && !HIDDEN.test(path) && !DOT_SEGMENT.test(path) && isText(path)
  return isPlain && QUERY.test(query) ? { path, query } : null
}

/** Whom a query names besides the path: accounts by number or reference, and customers. */
export interface NamedInQuery {
  readonly accounts: readonly string[]
  readonly customers: readonly string[]
}

/** What a query names; what it names must be what the path and the token name (attack 64). */
export function namedInQuery(query: string): NamedInQuery {
  if (query === '') return { accounts: [], customers: [] }
  const named = new URLSearchParams(query)
  return {
    accounts: [...named.getAll('customer_ban'), ...named.getAll('customer_ref')],
    customers: named.getAll('customer_id'),
  }
}
