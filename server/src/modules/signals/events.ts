import type { JWTPayload } from 'jose'
import { epochSecondsOf } from '#platform/instant.ts'

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'

export const SESSION_REVOKED = `${CAEP}session-revoked`
export const TOKEN_CLAIMS_CHANGE = `${CAEP}token-claims-change`
export const CREDENTIAL_CHANGE = `${CAEP}credential-change`
export const VERIFICATION = `${SSF}verification`
export const STREAM_UPDATED = `${SSF}stream-updated`

/** What a receiver can ask for; the two events of the stream itself need no asking. */
export const EVENTS_SUPPORTED: readonly string[] = [SESSION_REVOKED, TOKEN_CLAIMS_CHANGE, CREDENTIAL_CHANGE]

/** An event as it waits for a receiver. */
export interface WaitingEvent {
  readonly id: string
  readonly message_id: string
  readonly event_type: string
  readonly subject: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly created_at: Date
}

/**
 * The claims of a security event token: one event, a subject in `sub_id`, no `sub` and no `exp`, so that nothing that
 * takes access tokens takes it. Source: OpenID Shared Signals Framework 1.0 section 4.1, RFC 8417.
 */
export function claimsOfToken(
  event: WaitingEvent,
  terms: { readonly issuer: string; readonly audience: string },
): JWTPayload {
  return {
    iss: terms.issuer,
    aud: terms.audience,
    jti: event.id,
    iat: epochSecondsOf(event.created_at),
    txn: event.message_id,
    sub_id: event.subject,
    events: { [event.event_type]: event.claims },
  }
}

/** When something happened, as CAEP says it. */
export const timestampOf = epochSecondsOf
