import type { JWTPayload } from 'jose'
import { thumbprintOfCertificate } from './certificate.ts'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { readAccessContext } from './context.ts'
import type { AccessContext } from './context.ts'
import { digestText } from './digest.ts'
import { GuardError, makeChallenge, refuseToken } from './error.ts'
import type { ChallengeTerms, OAuthError } from './error.ts'
import { makeHandlers } from './handlers.ts'
import type { CertificateOf, Handlers } from './handlers.ts'
import { makeKeys } from './keys.ts'
import type { KeySource } from './keys.ts'
import { makeProofKeys } from './proof-key.ts'
import { verifyProof } from './proof.ts'
import type { ProofSubject } from './proof.ts'
import { createMemoryReplayStore, failClosed } from './replay.ts'
import type { ReplayStore } from './replay.ts'
import { readCredentials } from './request.ts'
import type { GuardRequest } from './request.ts'
import { makeTokenVerifier } from './token.ts'

/** What introspection says besides: the numbers behind the references of a token. */
export interface KnownNumbers {
  readonly customerBan: string
  /** Null where the payer's account has changed since. */
  readonly billingBan: string | null
}

/** Asks the authorization server whether a token still counts (RFC 7662), and for the numbers that it does not say itself. */
export type Introspection = (token: string) => Promise<boolean | KnownNumbers>

export interface GuardOptions {
  /** The issuer, exactly as in the tokens. */
  readonly issuer: string
  /** The identifier of this resource server, exactly as in the tokens (RFC 8707); also the address callers use. */
  readonly audience: string
  /**
   * The audience of tokens whose customer bounded how long a revocation may take (`max_revocation_seconds`), or lets calls
   * come from some networks or at some hours alone (`call_conditions`). Only for a server that reads for every single
   * request whether the delegation still counts, and whether the call fulfils it, as the decision point does: a token that
   * is verified here would open until it ends, from anywhere. Default: such tokens are refused.
   */
  readonly liveAudience?: string
  /** The issuer's keys: the address of its key set, a function that reads them, or the keys themselves. */
  readonly jwks: KeySource
  /** The origin that callers use. Default: the origin of `audience`. */
  readonly origin?: string
  /** Where used proofs are remembered. Default: the memory of this process; several processes must share one. */
  readonly replayStore?: ReplayStore
  /** Asked about every token after it was found authentic. Without it a revoked token holds until it ends. */
  readonly introspection?: Introspection
  /** The address of the resource metadata that a refusal names (RFC 9728). Default: derived from `audience`; null for none. */
  readonly resourceMetadata?: string | null
  readonly algorithms?: readonly string[]
  readonly clock?: Clock
  readonly fetch?: typeof globalThis.fetch
  /** How old a proof may be. Default 300 seconds. */
  readonly maxProofAgeSeconds?: number
  /** How far another clock may be off. Default 10 seconds (FAPI 2.0 section 5.3.2.1). */
  readonly clockToleranceSeconds?: number
  /** How often the key set may be asked for. Default 30 seconds. */
  readonly refetchSeconds?: number
  /**
   * Whether tokens that are bound to a client certificate are accepted (RFC 8705), for requests that say which certificate
   * came with them. Default: where `certificateOf` is given.
   */
  readonly acceptsCertificates?: boolean
  /**
   * How the handlers learn the certificate (DER) of a request: from its own TLS connection, or with `readCertificateField`
   * from the field that the proxy before this server sets and nobody else can.
   */
  readonly certificateOf?: CertificateOf
  /** How many tokens are remembered as authentic, for at most 60 seconds, and how many keys of proofs. Default 1000; 0 for none. */
  readonly cachedTokens?: number
}

/** The guard of one resource server. */
export interface Guard extends Handlers {
  /** The access context of a request. Throws a GuardError: 401 or 403 when it is refused, 503 when it cannot be decided. */
  verify(request: GuardRequest): Promise<AccessContext>
  /** As `verify`, with the claims as the issuer wrote them. */
  verifyClaims(request: GuardRequest): Promise<{ context: AccessContext; claims: JWTPayload }>
  /** The value of `WWW-Authenticate` for an error. */
  challenge(error: OAuthError | null, scope?: string): string
  readonly terms: ChallengeTerms
}

const DEFAULT_ALGORITHMS: readonly string[] = ['ES256']
const CACHE_SECONDS = 60
const CACHED_TOKENS = 1000
const KEY_AGE_SECONDS = 600

/** The address of the metadata of a resource (RFC 9728 section 3.1). */
function metadataOf(audience: string): string | null {
  if (!URL.canParse(audience)) return null
  const { origin, pathname } = new URL(audience)
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}

/** What every challenge says of the resource server. */
function toTerms(
  { audience, resourceMetadata, acceptsCertificates, certificateOf }: GuardOptions,
  algorithms: readonly string[],
): ChallengeTerms {
  return {
    algorithms,
    resourceMetadata: resourceMetadata === undefined ? metadataOf(audience) : resourceMetadata,
    acceptsCertificates: acceptsCertificates ?? certificateOf !== undefined,
  }
}

/** The context of a token that still counts, with the numbers that it names by reference. */
async function requireActive(
  introspection: Introspection,
  token: string,
  context: AccessContext,
): Promise<AccessContext> {
  let answer: boolean | KnownNumbers
  try {
    answer = await introspection(token)
  } catch (cause) {
    throw new GuardError('DEPENDENCY_UNAVAILABLE', 'Whether the token still counts cannot be told now.', {
      cause,
    })
  }
  if (answer === false) throw refuseToken('The token no longer counts.')
  if (answer === true || context.customerRef === null) return context
  return withNumbers(context, answer)
}

function withNumbers(context: AccessContext, { customerBan, billingBan }: KnownNumbers): AccessContext {
  const details = context.details?.map((detail) => ({ ...detail, customerBan })) ?? null
  if (context.access === 'own') return context
  const billing = { ...context.billing, ban: billingBan }
  return { ...context, customerBan, billing, details: details ?? context.details }
}

/** Refuses with 401 unless the token is bound to the certificate that came with the request (RFC 8705 section 3). */
function requireCertificate(
  { boundTo, keyThumbprint }: AccessContext,
  { certificate = null }: GuardRequest,
): void {
  if (boundTo !== 'certificate')
    throw refuseToken('The token is bound to a key and comes with the DPoP scheme.')
  if (certificate === null || thumbprintOfCertificate(certificate) !== keyThumbprint)
    throw refuseToken('The token is bound to another certificate.')
}

/** What a proof must be for. Refuses with 401 a token that is bound to a certificate: no proof stands in for that. */
function proofSubject(
  { boundTo, keyThumbprint }: AccessContext,
  { method, url }: GuardRequest,
  tokenDigest: string,
): ProofSubject {
  if (boundTo === 'certificate') throw refuseToken('The token is bound to a certificate and comes as Bearer.')
  return { method, url, tokenDigest, keyThumbprint }
}

/**
 * Makes the guard of a resource server: it accepts a request when its access token is authentic, of this issuer, for
 * this very resource, in time, bound to a key, and presented with a fresh proof of that key for this request, or bound to
 * a certificate and presented with that; it then says who calls for whom. Source: RFC 9068 section 4, RFC 9449 section 7,
 * RFC 8705 section 3, A3, A15, A16.
 */
export function createGuard(options: GuardOptions): Guard {
  const { audience, issuer, certificateOf, clock = systemClock, clockToleranceSeconds = 10 } = options
  const algorithms = options.algorithms ?? DEFAULT_ALGORITHMS
  const keys = makeKeys(options.jwks, {
    clock,
    fetch: options.fetch ?? globalThis.fetch,
    refetchSeconds: options.refetchSeconds ?? 30,
    maxAgeSeconds: KEY_AGE_SECONDS,
  })
  const common = { algorithms, clock, clockToleranceSeconds }
  const verifyToken = makeTokenVerifier(
    { ...common, issuer, audience, liveAudience: options.liveAudience, type: 'at+jwt', keys },
    { maxEntries: options.cachedTokens ?? CACHED_TOKENS, seconds: CACHE_SECONDS },
  )
  const proofTerms = {
    ...common,
    keys: makeProofKeys(options.cachedTokens ?? CACHED_TOKENS),
    replayStore: failClosed(options.replayStore ?? createMemoryReplayStore({ clock })),
    maxProofAgeSeconds: options.maxProofAgeSeconds ?? 300,
  }
  const terms = toTerms(options, algorithms)

  async function verifyClaims(
    request: GuardRequest,
  ): Promise<{ context: AccessContext; claims: JWTPayload }> {
    const { token, proof } = readCredentials(request, terms.acceptsCertificates)
    const tokenDigest = digestText(token)
    const claims = await verifyToken(token, tokenDigest)
    const context = readAccessContext(claims, clock)
    if (proof === null) requireCertificate(context, request)
    else await verifyProof(proof, proofSubject(context, request, tokenDigest), proofTerms)
    if (!options.introspection) return { context, claims }
    return { context: await requireActive(options.introspection, token, context), claims }
  }
  async function verify(request: GuardRequest): Promise<AccessContext> {
    const { context } = await verifyClaims(request)
    return context
  }

  return {
    verify,
    verifyClaims,
    terms,
    challenge: (error, scope) => makeChallenge(terms, error, scope === undefined ? {} : { scope }),
    ...makeHandlers({ verify, origin: options.origin ?? audience, terms, certificateOf }),
  }
}
