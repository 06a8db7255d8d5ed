import { z } from 'zod'
import { CALL_CONDITIONS } from '#platform/resolvers/client-facts.ts'
import { GrantedDetail } from './details.ts'

const clientId = z.string().regex(/^cli_[0-9a-z]{26}$/)
const partnerId = z.string().regex(/^par_[0-9a-z]{26}$/)
const tenantId = z.string().regex(/^ten_[0-9a-z]{26}$/)
const delegationId = z.string().regex(/^(?:con|rsl)_[0-9a-z]{26}$/)
const partnerKind = z.enum(['partner', 'wholesaler'])
const customerRef = z.string().regex(/^crf_[0-9a-f]{32}$/)
const instant = z.int().positive()

const InnerActor = z.strictObject({
  sub: z.string(),
  partner_id: partnerId.optional(),
  act: z.strictObject({ sub: z.string(), partner_id: partnerId.optional() }).optional(),
})

/** Who acts; what is nested is history. At most three deep (A6). */
const ActorClaim = z.strictObject({
  sub: z.string(),
  partner_id: partnerId,
  act: InnerActor.optional(),
})

/** Who may take the token to the exchange and name a member as the one who acts (RFC 8693 section 4.4). */
const MayActClaim = z.strictObject({ client_id: clientId, partner_id: partnerId })

const BillingClaim = z.strictObject({
  party: tenantId,
  ban: z.string().min(1).optional(),
  ref: customerRef.optional(),
  mode: z.enum(['direct', 'resale']),
})

/** What the token is bound to: a key that is proven (RFC 9449), or a certificate (RFC 8705). Never both, never neither. */
export const Confirmation = z.union([
  z.strictObject({ jkt: z.string().length(43) }),
  z.strictObject({ 'x5t#S256': z.string().length(43) }),
])

export type Confirmation = z.output<typeof Confirmation>

const common = {
  iss: z.url(),
  aud: z.url(),
  sub: z.string().min(1),
  client_id: clientId,
  jti: z.string().min(16),
  iat: instant,
  exp: instant,
  scope: z.string().min(1),
  customer_id: tenantId,
  customer_ban: z.string().min(1).optional().meta({
    description:
      'The billing account; absent in a token of a partner that is given references, present in what is told to APIs about it.',
  }),
  customer_ref: customerRef.optional().meta({
    description:
      'What stands for the billing account with this partner alone (pairwise). Only in delegated tokens.',
  }),
  cnf: Confirmation,
}

const OwnClaims = z
  .strictObject({
    ...common,
    access: z.literal('own'),
    partner_id: partnerId.optional(),
    partner_kind: partnerKind.optional(),
    may_act: MayActClaim.optional(),
    billing: BillingClaim,
    authorization_details: z.tuple([GrantedDetail]).optional(),
  })
  .meta({ description: "The client works on its own organisation's resources; no delegation is named." })

const delegated = {
  ...common,
  partner_id: partnerId,
  partner_kind: partnerKind,
  delegation_id: delegationId,
  delegation_ver: z.int().positive(),
  authorized_by: z.string().min(1),
  act: ActorClaim,
  may_act: MayActClaim.optional(),
  billing: BillingClaim,
  authorization_details: z.tuple([GrantedDetail]),
  max_revocation_seconds: z.int().min(1).max(299).optional().meta({
    description:
      'How long after a revocation the customer lets anything still be opened. The audience is then the decision point alone, and nobody else takes the token.',
  }),
  call_conditions: z.array(z.enum(CALL_CONDITIONS)).min(1).optional().meta({
    description:
      'What each call has to fulfil by the consent or the rules of the customer: the network that it comes from, or the hour. The audience is then the decision point alone, and nobody else takes the token.',
  }),
}

const DelegatedClaims = z
  .strictObject({ ...delegated, access: z.literal('delegated') })
  .meta({ description: "A partner's client works for a tenant that consented." })

const ResaleClaims = z
  .strictObject({ ...delegated, access: z.literal('resale') })
  .meta({ description: "A wholesaler's client works for an end customer under a wholesale agreement." })

/** The claims of an access token: the one description of them, for issue, introspection and the published JSON Schema (A3). */
export const TokenClaims = z
  .discriminatedUnion('access', [OwnClaims, DelegatedClaims, ResaleClaims])
  .meta({ id: 'AccessTokenClaims', title: 'Claims of an access token' })

export type TokenClaims = z.output<typeof TokenClaims>

/** What stands behind one thing that the claims must never contradict; null when it holds. */
type Invariant = (claims: TokenClaims) => string | null

const isNamedOnce = (ban: string | undefined, ref: string | undefined): boolean =>
  (ban === undefined) !== (ref === undefined)

const INVARIANTS: readonly Invariant[] = [
  (claims) =>
    claims.access !== 'own' && claims.sub !== claims.customer_id
      ? 'a delegated token is about the organisation that it acts for'
      : null,
  (claims) =>
    claims.access === 'own' && (claims.partner_id === undefined) !== (claims.partner_kind === undefined)
      ? 'a partner is named with its kind or not at all'
      : null,
  (claims) =>
    claims.access !== 'own' && claims.act.partner_id !== claims.partner_id
      ? 'the one who acts is the partner that is named'
      : null,
  (claims) =>
    claims.access === 'resale' && (claims.billing.mode !== 'resale' || claims.partner_kind !== 'wholesaler')
      ? 'under a resale the wholesaler pays'
      : null,
  (claims) =>
    (claims.access === 'delegated') !== (claims.access !== 'own' && claims.delegation_id.startsWith('con_'))
      ? 'a consent is named for delegated access, a resale for resale'
      : null,
  (claims) =>
    (claims.authorization_details ?? []).some(
      (detail) =>
        detail.customer_id !== claims.customer_id ||
        detail.customer_ban !== claims.customer_ban ||
        detail.customer_ref !== claims.customer_ref,
    )
      ? 'the details are about the account that is named'
      : null,
  (claims) =>
    isNamedOnce(claims.customer_ban, claims.customer_ref) &&
    isNamedOnce(claims.billing.ban, claims.billing.ref) &&
    (claims.customer_ref === undefined) === (claims.billing.ref === undefined)
      ? null
      : 'accounts are named by number or by reference, all of them alike',
  (claims) =>
    claims.customer_ref !== undefined && claims.access !== 'delegated'
      ? 'only customers who consented are named by reference'
      : null,
  (claims) =>
    claims.may_act &&
    (claims.may_act.client_id !== claims.client_id || claims.may_act.partner_id !== claims.partner_id)
      ? 'only the client that holds a token may take it further'
      : null,
  (claims) =>
    claims.access !== 'own' &&
    ((claims.max_revocation_seconds ?? claims.call_conditions) === undefined) ===
      claims.aud.endsWith('/decision-point')
      ? 'a token whose revocation counts sooner than others, or whose calls have conditions, is for the decision point alone'
      : null,
  (claims) => (claims.exp > claims.iat ? null : 'a token ends after it begins'),
]

/**
 * Refuses claims that contradict section 4 of the delegation page: a missing party never means "all". Throws, since such
 * claims are a fault of ours and must not leave the server.
 */
export function requireInvariants(value: unknown): TokenClaims {
  const claims = TokenClaims.parse(value)
  for (const test of INVARIANTS) {
    const broken = test(claims)
    if (broken !== null) throw new Error(`A token would be wrong: ${broken}.`)
  }
  return claims
}
