import type { JWTPayload } from 'jose'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { readAccessContext } from './context.ts'
import type { AccessContext } from './context.ts'
import { GuardError, refuseToken } from './error.ts'
import type { ChallengeTerms } from './error.ts'
import { makeHandlers } from './handlers.ts'
import type { Handlers } from './handlers.ts'
import { makeKeys } from './keys.ts'
import type { KeySource } from './keys.ts'
import { createMemoryReplayStore, failClosed } from './replay.ts'
import type { ReplayStore } from './replay.ts'
import { readHeader } from './request.ts'
import type { GuardRequest } from './request.ts'
import { isDecidedLive, verifyToken } from './token.ts'

/** The `typ` of the context that the decision point signs: no access token is one, and it is no access token. */
export const ACCESS_CONTEXT_TYPE = 'access-context+jwt'

/** The header field in which a gateway hands the signed context on. */
export const ACCESS_CONTEXT_HEADER = 'x-access-context'

/** The longest that a signed context may hold. */
const LONGEST_CONTEXT_SECONDS = 30

export interface GatewayGuardOptions {
  /** The issuer of the contexts: the decision point. */
  readonly issuer: string
  /** The identifier of this upstream, as it is registered with the decision point. */
  readonly audience: string
  /** The keys of the decision point. */
  readonly jwks: KeySource
  /** The origin that callers use. Default: the origin of `issuer`. */
  readonly origin?: string
  readonly algorithms?: readonly string[]
  readonly clock?: Clock
  readonly fetch?: typeof globalThis.fetch
  readonly clockToleranceSeconds?: number
  readonly refetchSeconds?: number
  /**
   * Where decisions are remembered that count once. Default: the memory of this process; several processes must share one.
   */
  readonly replayStore?: ReplayStore
}

/** The guard of an upstream behind a gateway that asked the decision point. */
export interface GatewayGuard extends Handlers {
  /** The access context that the decision point signed for this very request. Throws a GuardError. */
  verify(request: GuardRequest): Promise<AccessContext>
  readonly terms: ChallengeTerms
}

function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
}

function checkSubject({ exp, iat, htm, htp }: JWTPayload, { method, url }: GuardRequest): void {
  if (exp === undefined || iat === undefined || exp - iat > LONGEST_CONTEXT_SECONDS)
    throw refuseToken('The access context holds for too long.')
  if (htm !== method || htp !== pathOf(url)) throw refuseToken('The access context is for another request.')
}

/**
 * A decision under a delegation whose customer bounded how long a revocation may take, or named networks or hours, counts
 * once: a gateway that kept it for the next call (mode C) would let a call pass that nobody was asked about.
 */
async function useOnce(claims: JWTPayload, store: ReplayStore, toleranceSeconds: number): Promise<void> {
  if (!isDecidedLive(claims)) return
  const until = new Date(((claims.exp ?? 0) + toleranceSeconds) * 1000)
  if (!(await store.claim(`context ${claims.iss} ${claims.jti}`, until)))
    throw refuseToken('The access context was used before: under this delegation each call is decided anew.')
}

/**
 * Makes the guard of an upstream that is reached through a gateway: it accepts a request only with an access context
 * that the decision point signed for this upstream, this method and this path within the last 30 seconds. Plain header
 * fields are never read. Source: A8, attack 77.
 */
export function createGatewayGuard(options: GatewayGuardOptions): GatewayGuard {
  const { issuer, audience, clock = systemClock, clockToleranceSeconds = 10 } = options
  const algorithms = options.algorithms ?? ['ES256']
  const keys = makeKeys(options.jwks, {
    clock,
    fetch: options.fetch ?? globalThis.fetch,
    refetchSeconds: options.refetchSeconds ?? 30,
    maxAgeSeconds: 600,
  })
  const tokenTerms = {
    issuer,
    audience,
    type: ACCESS_CONTEXT_TYPE,
    algorithms,
    keys,
    clock,
    clockToleranceSeconds,
    isDecision: true,
  }
  const decided = failClosed(options.replayStore ?? createMemoryReplayStore({ clock }))
  const terms: ChallengeTerms = { algorithms, resourceMetadata: null, acceptsCertificates: false }

  async function verify(request: GuardRequest): Promise<AccessContext> {
    const token = readHeader(request.headers, ACCESS_CONTEXT_HEADER)
    if (token === null || token === '')
      throw new GuardError('UNAUTHORIZED', 'This is reached through the gateway only.')
    if (token === undefined) throw refuseToken('One access context is needed.')
    const claims = await verifyToken(token, tokenTerms)
    checkSubject(claims, request)
    const context = readAccessContext(claims, clock)
    await useOnce(claims, decided, clockToleranceSeconds)
    return context
  }

  return { verify, terms, ...makeHandlers({ verify, origin: options.origin ?? issuer, terms }) }
}
