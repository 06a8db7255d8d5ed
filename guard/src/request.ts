import { GuardError, refuseProof, refuseToken } from './error.ts'

/** Header fields by name in lower case, as Node gives them, or as a fetch-style `Headers` object. */
export type HeaderFields = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** One request as the caller addressed it. */
export interface GuardRequest {
  readonly method: string
  /** The absolute URL with the origin that callers use, never one that is made from a `Host` header. */
  readonly url: string
  readonly headers: HeaderFields
  /** The certificate (DER) that the caller showed on the mutual TLS connection, from whoever ended it; null for none. */
  readonly certificate?: Uint8Array | null
}

/** The token of a request and how it was presented: with a proof of a key, or with nothing but the connection. */
export interface Credentials {
  readonly token: string
  /** Null for a token that came as Bearer, which only one that is bound to a certificate may. */
  readonly proof: string | null
}

function isHeaders(headers: HeaderFields): headers is Headers {
  return typeof headers.get === 'function'
}

/** The only value of a header field; null when it is missing, undefined when it came more than once. */
export function readHeader(headers: HeaderFields, name: string): string | null | undefined {
  if (isHeaders(headers)) return headers.get(name)
  const value = headers[name]
  if (value === undefined || typeof value === 'string') return value ?? null
  return value.length > 1 ? undefined : (value[0] ?? null)
}

/** A token in the address would be written into logs and histories (RFC 6750 section 5.3, RFC 9700 section 4.3.2). */
function refuseTokenInQuery(url: string): void {
  const query = /\?([^#]*)/.exec(url)?.[1]
  if (query !== undefined && new URLSearchParams(query).has('access_token'))
    throw refuseToken('A token in the address is never accepted.')
}

function readAuthorization(headers: HeaderFields): string {
  const authorization = readHeader(headers, 'authorization')
  if (authorization === undefined) throw refuseToken('One Authorization field is needed.')
  if (authorization === null)
    throw new GuardError('UNAUTHORIZED', 'An access token is needed.', { error: null })
  return authorization
}

/**
 * The token and the proof of a request. Takes the DPoP scheme, and Bearer together with a certificate where certificates
 * are accepted: every token must be bound, and what it is bound to is compared afterwards. Throws 401 for anything else.
 */
export function readCredentials(
  { url, headers, certificate = null }: GuardRequest,
  acceptsCertificates: boolean,
): Credentials {
  refuseTokenInQuery(url)
  const authorization = readAuthorization(headers)
  const proof = readHeader(headers, 'dpop')
  const bearer =
    acceptsCertificates && proof === null ? /^Bearer ([!-~]+)$/i.exec(authorization)?.[1] : undefined
  if (bearer !== undefined) {
    if (certificate === null) throw refuseToken('The access token came without a client certificate.')
    return { token: bearer, proof: null }
  }
  const token = /^DPoP ([!-~]+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw refuseToken('The access token must be sent with the DPoP scheme.')
  if (proof === null || proof === undefined || proof === '') throw refuseProof('One proof is needed.')
  return { token, proof }
}
