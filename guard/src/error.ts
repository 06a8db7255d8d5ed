/** The errors of RFC 6750 section 3.1 and RFC 9449 section 7.1 that a resource server answers with. */
export type OAuthError = 'invalid_token' | 'invalid_dpop_proof' | 'insufficient_scope'

/** Codes of refusals; the same words as in the API's own problem documents. */
export type GuardCode =
  | 'UNAUTHORIZED'
  | 'CUSTOMER_MISMATCH'
  | 'INSUFFICIENT_SCOPE'
  | 'INSUFFICIENT_AUTHORIZATION_DETAILS'
  | 'DEPENDENCY_UNAVAILABLE'

const STATUS: Readonly<Record<GuardCode, 401 | 403 | 503>> = {
  UNAUTHORIZED: 401,
  CUSTOMER_MISMATCH: 403,
  INSUFFICIENT_SCOPE: 403,
  INSUFFICIENT_AUTHORIZATION_DETAILS: 403,
  DEPENDENCY_UNAVAILABLE: 503,
}

const TITLE: Readonly<Record<GuardCode, string>> = {
  UNAUTHORIZED: 'Access token refused',
  CUSTOMER_MISMATCH: 'Token of another customer',
  INSUFFICIENT_SCOPE: 'Scope missing',
  INSUFFICIENT_AUTHORIZATION_DETAILS: 'Action not granted',
  DEPENDENCY_UNAVAILABLE: 'Not decidable now',
}

/** The body of a refusal (RFC 9457). */
export interface GuardProblem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: GuardCode
  readonly detail: string
}

export interface GuardErrorOptions extends ErrorOptions {
  /** The OAuth error of the challenge; null when the caller presented no token at all (RFC 6750 section 3.1). */
  readonly error?: OAuthError | null
  /** The scope that would help, for `insufficient_scope`. */
  readonly scope?: string
}

/** What every challenge of one resource server says of itself. */
export interface ChallengeTerms {
  readonly algorithms: readonly string[]
  /** The address of the resource metadata (RFC 9728 section 5.1). */
  readonly resourceMetadata: string | null
  /** Whether tokens that are bound to a certificate are accepted, which come as Bearer (RFC 8705 section 3). */
  readonly acceptsCertificates: boolean
}

function quote(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]|["\\]/g, '')}"`
}

/**
 * The value of `WWW-Authenticate`: a challenge for the DPoP scheme, and one for Bearer where certificates are accepted.
 * Source: RFC 9449 section 7.1, RFC 6750 section 3, RFC 9728 section 5.1. `error` is null when no token came along.
 */
export function makeChallenge(
  terms: ChallengeTerms,
  error: OAuthError | null,
  more: { readonly description?: string; readonly scope?: string } = {},
): string {
  const told = [
    ...(error === null ? [] : [`error=${quote(error)}`]),
    ...(error !== null && more.description !== undefined
      ? [`error_description=${quote(more.description)}`]
      : []),
    ...(more.scope === undefined ? [] : [`scope=${quote(more.scope)}`]),
  ]
  const place = terms.resourceMetadata === null ? [] : [`resource_metadata=${quote(terms.resourceMetadata)}`]
  const proven = `DPoP ${[...told, `algs=${quote(terms.algorithms.join(' '))}`, ...place].join(', ')}`
  if (!terms.acceptsCertificates || error === 'invalid_dpop_proof') return proven
  return `${proven}, ${['Bearer', [...told, ...place].join(', ')].filter(Boolean).join(' ')}`
}

/**
 * A refusal by the guard: 401 for a token or proof that does not hold, 403 for one that holds but does not reach this,
 * 503 when it cannot be decided. The message is public; the internal story is in `cause`.
 */
export class GuardError extends Error {
  override name = 'GuardError'
  readonly code: GuardCode
  readonly status: 401 | 403 | 503
  readonly error: OAuthError | null
  readonly scope: string | undefined

  constructor(code: GuardCode, detail: string, options: GuardErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = STATUS[code]
    this.error = options.error ?? null
    this.scope = options.scope
  }

  /** The problem document to answer with (RFC 9457). */
  toProblem(): GuardProblem {
    return {
      type: `urn:liaison:problem:${this.code}`,
      title: TITLE[this.code],
      status: this.status,
      code: this.code,
      detail: this.message,
    }
  }

  /** The header fields to answer with: the challenge with 401 and with a missing scope, `Retry-After` with 503. */
  toHeaders(terms: ChallengeTerms): Record<string, string> {
    const common = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' }
    if (this.status === 503) return { ...common, 'Retry-After': '1' }
    if (this.status === 403 && this.error === null) return common
    const more = { description: this.message, ...(this.scope !== undefined && { scope: this.scope }) }
    return { ...common, 'WWW-Authenticate': makeChallenge(terms, this.error, more) }
  }
}

/** A refusal of the token itself. */
export function refuseToken(detail: string, cause?: unknown): GuardError {
  return new GuardError('UNAUTHORIZED', detail, { error: 'invalid_token', cause })
}

/** A refusal of the proof of possession. */
export function refuseProof(detail: string, cause?: unknown): GuardError {
  return new GuardError('UNAUTHORIZED', detail, { error: 'invalid_dpop_proof', cause })
}
