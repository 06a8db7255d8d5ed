import type { AskingParties } from '#modules/consents/index.ts'
import type { TokenClaims } from './claims-schema.ts'
import type { ChosenDetail } from './details.ts'
import type { TokenBasis } from './facts-store.ts'

/** How a token or an answer to a client names an account: by its number, or by what stands for it with the partner alone. */
export type AccountClaims = { readonly customer_ban: string } | { readonly customer_ref: string }

function refOf(ref: string | null | undefined): string {
  // A number must not go out where a reference is missing.
  if (ref === null || ref === undefined) throw new Error('An account of a consent has no reference.')
  return ref
}

/** The name of an account, as the partner is told it now. */
export function nameAccount({ refs }: TokenBasis, ban: string): AccountClaims {
  return refs ? { customer_ref: refOf(refs.get(ban)) } : { customer_ban: ban }
}

/** The account of whoever pays, as the partner is told it now; without a payer the account stands for itself. */
export function namePayer({ refs, payerRef, ban, entered }: TokenBasis): { ban: string } | { ref: string } {
  const payer = entered.billing
  if (!refs) return { ban: payer?.payer_ban ?? ban }
  return { ref: refOf(payer ? payerRef : refs.get(ban)) }
}

/** Every name by which the partner may ask for one of the accounts: where it is given references, a number is none. */
export function namesOf({ refs, bans }: TokenBasis): readonly string[] {
  return refs ? [...refs.values()] : bans
}

/**
 * The number of the account that a choice names; undefined where it names none, null for what is no name of one of these
 * accounts. Where the partner is given references, the number of an account is as unknown as any other.
 */
export function findNamed(
  choice: ChosenDetail | null,
  { refs, bans }: TokenBasis,
): string | null | undefined {
  const { customer_ban: ban, customer_ref: ref } = choice ?? {}
  if (ban === undefined && ref === undefined) return undefined
  if (!refs) return ban !== undefined && bans.includes(ban) ? ban : null
  return bans.find((one) => ref !== undefined && refs.get(one) === ref) ?? null
}

/**
 * What a token says, with the number of its account besides the reference: for the provider's own APIs, which know their
 * customers by nothing else, and never for the client (decision 048).
 */
export function withNumbers(claims: TokenClaims, { ban, payerRef, entered }: TokenBasis): TokenClaims {
  if (claims.customer_ref === undefined) return claims
  const { billing, authorization_details: details } = claims
  const payer = billing.ref === payerRef ? entered.billing?.payer_ban : undefined
  const known = {
    customer_ban: ban,
    billing: { ...billing, ...(payer !== undefined && { ban: payer }) },
  }
  return details
    ? { ...claims, ...known, authorization_details: [{ ...details[0], customer_ban: ban }] }
    : { ...claims, ...known }
}

/** The account number behind a reference that the partner was told; null for any other text. */
export function numberBehind(ref: string | undefined, { refs }: TokenBasis): string | null {
  const found = [...(refs ?? [])].find(([, one]) => one === ref)
  return found?.[0] ?? null
}

/** Who asks whom, by name. */
export function toParties({ entered: { partner, client }, tenantId, tenantName }: TokenBasis): AskingParties {
  return { partner: partner?.name ?? '', client: client?.name ?? '', tenant: tenantName, tenantId }
}
