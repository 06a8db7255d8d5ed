import { GuardError } from '@liaison/guard'
import type { AccessContext, Guard, GuardRequest } from '@liaison/guard'
import type { JWTPayload } from 'jose'
import type { AccessToken, TokenVerifier } from '#platform/credentials/access-token.ts'
import { toAccessToken } from '#platform/credentials/access-token-of.ts'
import { CallRefusal } from './refusal.ts'

/** A token and its proof that hold, in three forms: for the decision, for the answer, and as the issuer wrote it. */
export interface VerifiedCall {
  readonly token: AccessToken
  readonly context: AccessContext
  readonly claims: JWTPayload
}

/** Verifies the tokens of calls at any origin; the authorization server's keys and replay store stand behind it. */
export interface CallVerifier {
  /** Throws a CallRefusal: 401 with a challenge, 403 for a token that leaves a party unnamed. Any other error means that it could not tell. */
  verify(this: void, request: GuardRequest): Promise<VerifiedCall>
  readonly challenge: TokenVerifier['challenge']
  /** What a caller is told that showed nothing: what to show, and of no error (RFC 6750 section 3.1). */
  readonly invitation: () => Readonly<Record<string, string>>
}

/** The verifier over the guard of this server's own tokens, which changes with the issuer's address. */
export function makeCallVerifier(
  guardNow: () => Pick<Guard, 'verifyClaims' | 'terms' | 'challenge'>,
): CallVerifier {
  return {
    challenge: (error, scope) => ({
      'WWW-Authenticate': guardNow().challenge(
        error === 'insufficient_scope' ? error : 'invalid_token',
        scope,
      ),
    }),
    invitation: () => ({ 'WWW-Authenticate': guardNow().challenge(null) }),
    async verify(request) {
      const guard = guardNow()
      try {
        const { context, claims } = await guard.verifyClaims(request)
        return { token: toAccessToken(context), context, claims }
      } catch (error) {
        if (!(error instanceof GuardError) || error.status === 503) throw error
        const { 'WWW-Authenticate': challenge } = error.toHeaders(guard.terms)
        throw new CallRefusal(error.status, error.code, error.message, {
          cause: error,
          ...(challenge !== undefined && { headers: { 'WWW-Authenticate': challenge } }),
        })
      }
    },
  }
}
