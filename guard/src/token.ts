import { decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { toSeconds } from './clock.ts'
import type { Clock } from './clock.ts'
import { GuardError, refuseToken } from './error.ts'

/** What a JWT must say before anything in it is read. */
export interface TokenTerms {
  readonly issuer: string
  readonly audience: string
  /** A second audience that is ours: that of tokens which are decided about call by call. */
  readonly liveAudience?: string | undefined
  /** The `typ` of its header: another kind of JWT of the same issuer is refused (RFC 9068 section 4, RFC 8725 section 3.11). */
  readonly type: string
  readonly algorithms: readonly string[]
  readonly keys: JWTVerifyGetKey
  readonly clock: Clock
  readonly clockToleranceSeconds: number
  /** Whether what is verified is itself the decision about one call: a signed context. */
  readonly isDecision?: boolean
}

/**
 * What a token says when its customer bounded how long after a revocation it may still open anything, or named networks or
 * hours: neither can be kept without asking about each call.
 */
const LIVE_CLAIMS = ['max_revocation_seconds', 'call_conditions'] as const

const DECIDED_ELSEWHERE =
  'The customer wants each call to be decided as things are when it is made: only the decision point takes the token.'

/** Whether each call under a delegation has to be decided anew, by what its tokens and signed contexts say. */
export const isDecidedLive = (claims: JWTPayload): boolean =>
  LIVE_CLAIMS.some((name) => claims[name] !== undefined)

/** Whether a token whose signature held was refused because it is for the decision point alone. */
function isDecidedElsewhere(cause: unknown): boolean {
  return (
    cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud' && isDecidedLive(cause.payload)
  )
}

function audiencesOf({ audience, liveAudience }: TokenTerms): string[] {
  return liveAudience === undefined ? [audience] : [audience, liveAudience]
}

/** The longest token that is looked at. */
const LONGEST_TOKEN = 8192
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Nothing but these: a header that names a key or an address of one is refused and never followed (RFC 8725 section 3.10). */
const HEADER_MEMBERS: ReadonlySet<string> = new Set(['alg', 'typ', 'kid'])

function checkHeader(token: string, { type, algorithms }: TokenTerms): void {
  if (token.length > LONGEST_TOKEN || !JWT.test(token)) throw refuseToken('The token is not readable.')
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(token)
  } catch (cause) {
    throw refuseToken('The token is not readable.', cause)
  }
  if (!Object.keys(header).every((name) => HEADER_MEMBERS.has(name)))
    throw refuseToken('The header of the token has members that are not accepted.')
  const typ = header.typ?.toLowerCase()
  if (typ !== type && typ !== `application/${type}`) throw refuseToken('The token is of another type.')
  if (header.alg === undefined || !algorithms.includes(header.alg))
    throw refuseToken('The algorithm of the token is not accepted.')
  if (typeof header.kid !== 'string' || header.kid === '') throw refuseToken('The token names no key.')
}

function checkTimes(claims: JWTPayload, { clock, clockToleranceSeconds }: TokenTerms): void {
  const now = toSeconds(clock())
  const { exp, iat, nbf } = claims
  if (exp === undefined || iat === undefined) throw refuseToken('The token has no time of issue or end.')
  if (exp <= now - clockToleranceSeconds) throw refuseToken('The token has expired.')
  if (iat > now + clockToleranceSeconds || (nbf ?? iat) > now + clockToleranceSeconds)
    throw refuseToken('The token is not valid yet.')
}

/**
 * The claims of a JWT whose signature, type, issuer, audience and times hold. The audience must be exactly ours, not one
 * of several. Throws 401 for any that does not, 503 when the keys are not to be had. Source: RFC 9068 section 4.
 */
export async function verifyToken(token: string, terms: TokenTerms): Promise<JWTPayload> {
  checkHeader(token, terms)
  let claims: JWTPayload
  try {
    const verified = await jwtVerify(token, terms.keys, {
      algorithms: [...terms.algorithms],
      issuer: terms.issuer,
      audience: audiencesOf(terms),
      currentDate: terms.clock(),
      clockTolerance: terms.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat', 'jti', 'sub'],
    })
    claims = verified.payload
  } catch (cause) {
    if (cause instanceof GuardError) throw cause
    if (cause instanceof errors.JWTExpired) throw refuseToken('The token has expired.', cause)
    if (isDecidedElsewhere(cause)) throw refuseToken(DECIDED_ELSEWHERE, cause)
    throw refuseToken('The token does not hold.', cause)
  }
  if (!audiencesOf(terms).some((audience) => audience === claims.aud))
    throw refuseToken('The token is for more than this resource.')
  // Its audience says so already; an issuer that forgot it opens nothing.
  if (isDecidedLive(claims) && claims.aud !== terms.liveAudience && !terms.isDecision)
    throw refuseToken(DECIDED_ELSEWHERE)
  checkTimes(claims, terms)
  return claims
}

/** A verifier that remembers which tokens it found authentic, for `min(exp, 60 s)`: nothing else about them. */
export function makeTokenVerifier(
  terms: TokenTerms,
  cache: { readonly maxEntries: number; readonly seconds: number },
): (token: string, digest: string) => Promise<JWTPayload> {
  const known = new Map<string, { readonly claims: JWTPayload; readonly until: number }>()

  function remember(digest: string, claims: JWTPayload): void {
    const now = toSeconds(terms.clock())
    if (cache.maxEntries <= 0) return
    if (known.size >= cache.maxEntries) {
      const [oldest] = known.keys()
      if (oldest !== undefined) known.delete(oldest)
    }
    known.set(digest, { claims, until: Math.min(claims.exp ?? now, now + cache.seconds) })
  }

  return async (token, digest) => {
    const found = known.get(digest)
    if (found && found.until > toSeconds(terms.clock())) {
      checkTimes(found.claims, terms)
      return found.claims
    }
    known.delete(digest)
    const claims = await verifyToken(token, terms)
    remember(digest, claims)
    return claims
  }
}
