import { createGuard, GuardError } from '@liaison/guard'
import type { Guard } from '@liaison/guard'
import type { TokenVerifier } from '#platform/credentials/access-token.ts'
import { toAccessToken } from '#platform/credentials/access-token-of.ts'
import { ProblemError } from '#platform/problem.ts'
import { useProofOnce } from './artifact-store.ts'
import type { OAuthParts } from './parts.ts'
import { CLOCK_TOLERANCE_SECONDS, issuerOf, liveAudienceOf, SIGNATURES } from './settings.ts'

/** Our own keys are read from the database, so they may be asked for at once; a guard elsewhere waits longer. */
const REFETCH_SECONDS = 1

function makeGuard(parts: OAuthParts): Guard {
  return createGuard({
    issuer: issuerOf(parts.places),
    audience: parts.places.apiResource(),
    // Every call is decided on what the database says then, whether it came here or to a gateway that asks.
    liveAudience: liveAudienceOf(parts.places),
    jwks: async () => (await parts.keys.reread()).published,
    algorithms: [...SIGNATURES],
    acceptsCertificates: parts.certificates !== null,
    clock: parts.clock,
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
    refetchSeconds: REFETCH_SECONDS,
    replayStore: {
      claim: (key, expiresAt) =>
        useProofOnce(
          parts.database,
          `proof ${key}`,
          Math.ceil((expiresAt.getTime() - parts.clock().getTime()) / 1000) + CLOCK_TOLERANCE_SECONDS,
        ),
    },
  })
}

function toProblem(error: GuardError, guard: Guard): ProblemError {
  const headers = error.status === 401 ? { 'WWW-Authenticate': guard.challenge(error.error) } : {}
  return new ProblemError(error.status, error.code, error.message, { headers, cause: error })
}

/**
 * The guard of this server's tokens, made anew when the issuer's address becomes known or changes, and when its keys do:
 * a guard keeps what it verified for a while, and a new one knows nothing that a withdrawn key signed. Source:
 * reliability.md section 2.
 */
export function makeGuardOf(parts: OAuthParts): () => Guard {
  let current: { readonly issuer: string; readonly version: string; readonly guard: Guard } | null = null
  function guardOf(version: string): Guard {
    const issuer = issuerOf(parts.places)
    if (current?.issuer !== issuer || current.version !== version)
      current = { issuer, version, guard: makeGuard(parts) }
    return current.guard
  }
  const guardOfKeys = async () => guardOf((await parts.keys.read()).version)
  return () => ({
    ...guardOf(current?.version ?? ''),
    verify: async (request) => (await guardOfKeys()).verify(request),
    verifyClaims: async (request) => (await guardOfKeys()).verifyClaims(request),
  })
}

/**
 * Verifies the access tokens of our own API with the published guard; keys and used proofs come from the database that
 * all processes share. Whether a token was revoked is looked up when the call is decided, not here.
 */
export function makeTokenVerifier(parts: OAuthParts, guardNow: () => Guard): TokenVerifier {
  return {
    async verify({ method, path, headers, message }) {
      const guard = guardNow()
      try {
        const url = new URL(path, parts.places.apiResource()).href
        const certificate = parts.certificates?.(message) ?? null
        return toAccessToken(await guard.verify({ method, url, headers, certificate }))
      } catch (error) {
        throw error instanceof GuardError ? toProblem(error, guard) : error
      }
    },
    challenge: (error, scope) => {
      const named = (['invalid_token', 'invalid_dpop_proof', 'insufficient_scope'] as const).find(
        (name) => name === error,
      )
      return { 'WWW-Authenticate': guardNow().challenge(named ?? 'invalid_token', scope) }
    },
  }
}
