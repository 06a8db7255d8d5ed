import type { IncomingMessage } from 'node:http'
import type { AccessMode, ClientId, Mask, MemberId, TenantId } from '@liaison/access'
import { ProblemError } from '../problem.ts'

/** Who pays, as a token says it. */
export interface BillingParty {
  readonly payerTenantId: TenantId
  /** The number of the payer's account, or the reference of the token's partner for it. */
  readonly payer: AccountName
}

/** What a token calls a billing account: its number, or the reference that stands for it with the token's partner. */
export type AccountName =
  | { readonly ban: string; readonly customerRef?: never }
  | { readonly ban?: never; readonly customerRef: string }

/** The text of a name, as it stands in paths and answers. */
export function nameOf({ ban, customerRef }: AccountName): string {
  return customerRef ?? ban
}

/** A verified access token in the words of the server: it says who it claims to be, and nothing in it is believed without a look at the records. */
export interface AccessToken {
  /** The `jti`. */
  readonly tokenId: string
  readonly clientId: ClientId
  readonly tenantId: TenantId
  /** The one billing account that it names. */
  readonly account: AccountName
  readonly access: AccessMode
  /** The UUID of the consent or resale; null for the client's own organisation. */
  readonly delegationId: string | null
  readonly delegationVersion: number | null
  readonly scopes: Mask
  /** What its authorization details allow; null when it carries none. */
  readonly actions: Mask | null
  readonly billing: BillingParty | null
  readonly endsAt: Date
  /** The innermost description of who acts, as the token says it; for the records alone. */
  readonly actor: string | null
  /** The member of the partner who acts, when the token names one. */
  readonly actingMember: MemberId | null
}

/** What a verifier looks at. */
export interface PresentedRequest {
  readonly method: string
  /** The path and query as they were received; the verifier knows the origin. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The message itself, for what its connection says of the client. */
  readonly message: IncomingMessage
}

/** Verifies the access token of a request and its proof of possession, or the certificate that it is bound to. */
export interface TokenVerifier {
  /** The token, when all of it holds. Throws UNAUTHORIZED with a challenge (RFC 9449 section 7.1) for anything else. */
  verify(request: PresentedRequest): Promise<AccessToken>
  /** The header fields that tell a caller what kind of token is needed (RFC 6750 section 3, RFC 9728 section 5.1); `scope` is the one that would help. */
  readonly challenge: (error: string, scope?: string) => Readonly<Record<string, string>>
}

/** The verifier of an installation without an authorization server: it accepts no token. */
export const NO_TOKENS: TokenVerifier = {
  verify: () => Promise.reject(new ProblemError(401, 'UNAUTHORIZED', 'No access token is accepted here.')),
  challenge: () => ({}),
}
