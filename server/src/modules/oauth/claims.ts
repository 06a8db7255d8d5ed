import {
  ACTIONS,
  decideClient,
  encodeId,
  idFromUuid,
  isOwnScope,
  maskOfActions,
  maskOfScopes,
  OWN_SCOPES,
  scopeOfAction,
} from '@liaison/access'
import type { Action, ClientFacts, ClientRefusalCode, OwnScope } from '@liaison/access'
import { publicIdOf } from '#platform/public-id.ts'
import { callConditionsOf, toClientFacts } from '#platform/resolvers/client-facts.ts'
import { nameAccount, namePayer } from './account-words.ts'
import { actionsWithin, orderScopes } from './details.ts'
import type { GrantedDetail } from './details.ts'
import type { TokenClaims } from './claims-schema.ts'
import type { TokenBasis } from './facts-store.ts'

/** What is wanted of a token. */
export interface TokenWish {
  readonly scopes: Iterable<string>
  /** Fewer actions than were agreed; null for all of them. */
  readonly actions: readonly string[] | null
  /** An earlier end than was agreed; null or missing for as long as that lasts. */
  readonly endsAt?: Date | null
}

/** What claims need besides the facts. */
export interface ClaimTerms {
  readonly issuer: string
  readonly audience: string
  /** The audience of tokens that are decided about call by call, and nowhere else. */
  readonly liveAudience: string
  /** An opaque id of a person for one tenant; the person cannot be told from it. */
  readonly pseudonymOf: (tenantId: string, personId: string) => string
}

/** The claims that follow from the facts; the library adds when the token begins, its id and its key. */
export type ResolvedClaims = TokenClaims extends infer Claims
  ? Claims extends TokenClaims
    ? Omit<Claims, 'jti' | 'iat' | 'exp' | 'cnf'>
    : never
  : never

/** Either what a token is to say, or why there is none. */
export type Resolved =
  | {
      readonly claims: ResolvedClaims
      /** Every account that can be chosen, as granted; for the token response. */
      readonly details: readonly GrantedDetail[] | null
      readonly endsAt: Date | null
    }
  | { readonly refused: ClientRefusalCode }

/** The facts as they concern the standing of a token: where and at what hour it is used is decided at each call. */
function standingFacts(basis: TokenBasis, masks: { scopes: bigint; actions: bigint | null }): ClientFacts {
  const { entered, tenantId, terms } = basis
  const { billing } = entered
  const facts = toClientFacts(
    entered,
    {
      tokenId: '',
      clientId: basis.clientId,
      tenantId,
      account: { ban: basis.ban },
      access: accessOf(basis),
      delegationId: terms?.id ?? null,
      delegationVersion: entered.delegation?.epoch ?? null,
      scopes: masks.scopes,
      actions: masks.actions,
      billing: billing && {
        payerTenantId: idFromUuid('tenant', billing.payer_tenant_id),
        payer: { ban: billing.payer_ban },
      },
      endsAt: entered.now,
      actor: null,
      actingMember: null,
    },
    null,
  )
  const { client, delegation } = facts
  return {
    ...facts,
    client: client && { ...client, ip_allow: [] },
    delegation: delegation && {
      ...delegation,
      conditions: { ip_allow: [], ip_mode: 'off', hours: null },
    },
  }
}

function accessOf({ terms }: TokenBasis): 'own' | 'delegated' | 'resale' {
  if (!terms) return 'own'
  return terms.kind === 'resale' ? 'resale' : 'delegated'
}

/** The actions that a call with the token would be let through for, as things are now. */
function decideActions(basis: TokenBasis, wish: TokenWish): Action[] | ClientRefusalCode {
  const scopes = new Set(orderScopes(wish.scopes))
  const agreed = basis.terms?.actions ?? Object.keys(ACTIONS)
  const wanted = actionsWithin(
    agreed.filter((action) => wish.actions === null || wish.actions.includes(action)),
    scopes,
  )
  const facts = standingFacts(basis, {
    scopes: maskOfScopes(scopes),
    actions: basis.terms ? maskOfActions(wanted) : null,
  })
  let refusal: ClientRefusalCode | null = null
  const allowed = wanted.filter((action) => {
    const { effect, code } = decideClient(facts, { permission: ACTIONS[action], writes: false })
    if (effect === 'deny' && code !== 'ALLOWED') refusal ??= code
    return effect === 'allow'
  })
  if (allowed.length > 0) return allowed
  return refusal ?? 'INSUFFICIENT_SCOPE'
}

/** The scopes for the organisation's own use alone: in a token that stands on no access and names no actions. */
function decideOwnScopes(basis: TokenBasis, wish: TokenWish): readonly OwnScope[] {
  if (accessOf(basis) !== 'own' || wish.actions !== null) return []
  const wanted = [...wish.scopes].filter(isOwnScope)
  const facts = standingFacts(basis, { scopes: maskOfScopes(wanted), actions: null })
  return wanted.filter((scope) =>
    OWN_SCOPES[scope].every(
      (permission) => decideClient(facts, { permission, writes: false }).effect === 'allow',
    ),
  )
}

/** All that the token can say of what it opens. */
function decideReach(basis: TokenBasis, wish: TokenWish) {
  const decided = decideActions(basis, wish)
  const ofItsOwn: readonly string[] = decideOwnScopes(basis, wish)
  if (typeof decided === 'string' && ofItsOwn.length === 0) return decided
  const actions = typeof decided === 'string' ? [] : decided
  const scopes = orderScopes(wish.scopes).filter(
    (scope) => ofItsOwn.includes(scope) || actions.some((action) => scopeOfAction(action) === scope),
  )
  return { actions, scopes }
}

/** Who pays. Where nobody was set the account stands for itself, and ordering is refused until somebody is (A5). */
function billingOf(basis: TokenBasis): ResolvedClaims['billing'] {
  const { billing } = basis.entered
  const account = namePayer(basis)
  if (!billing) return { party: encodeId('tenant', basis.tenantId), ...account, mode: 'direct' }
  return {
    party: publicIdOf('tenant', billing.payer_tenant_id),
    ...account,
    mode: billing.kind,
  }
}

interface DetailTerms {
  readonly ban: string
  readonly actions: readonly Action[]
  readonly audience: string
  /** The end that was chosen. */
  readonly chosenEnd: Date | null | undefined
}

function detailOf(basis: TokenBasis, { ban, actions, audience, chosenEnd }: DetailTerms): GrantedDetail {
  const endsAt = chosenEnd ?? basis.terms?.ends_at
  return {
    type: 'partner_access',
    customer_id: encodeId('tenant', basis.tenantId),
    ...nameAccount(basis, ban),
    actions: [...actions],
    locations: [audience],
    ...(endsAt && { expires_at: endsAt.toISOString() }),
  }
}

function authorizedBy(basis: TokenBasis, terms: ClaimTerms): string {
  const { terms: agreed, tenantId } = basis
  if (agreed?.kind === 'resale') return `agreement:${agreed.agreement_reference ?? agreed.id}`
  return terms.pseudonymOf(tenantId, agreed?.approved_by ?? agreed?.id ?? '')
}

/** Only what was not made by an exchange may be taken to one. */
function mayActOf({ clientId, entered, terms }: TokenBasis) {
  if (!entered.partner || terms?.kind === 'resale') return null
  return {
    may_act: {
      client_id: encodeId('api_client', clientId),
      partner_id: publicIdOf('partner', entered.partner.id),
    },
  }
}

function partnerClaims({ entered }: TokenBasis) {
  if (!entered.partner) return null
  const { id, kinds } = entered.partner
  return {
    partner_id: publicIdOf('partner', id),
    partner_kind: kinds.includes('wholesaler') ? ('wholesaler' as const) : ('partner' as const),
  }
}

/** Whether each call under what a token stands on has to be decided when it is made. */
export function isDecidedLive({ terms, entered }: TokenBasis): boolean {
  return (terms?.max_revocation_seconds ?? null) !== null || callConditionsOf(entered).length > 0
}

/**
 * A customer who bounds how long a revocation may take, or lets calls come from some networks or at some hours alone, has
 * every call decided: nobody else is the audience, since nobody else knows all that it takes.
 */
function liveClaims(basis: TokenBasis, { liveAudience }: ClaimTerms) {
  const { terms: agreed, entered } = basis
  const seconds = agreed?.max_revocation_seconds ?? null
  const conditions = callConditionsOf(entered)
  if (!isDecidedLive(basis)) return null
  return {
    aud: liveAudience,
    ...(seconds !== null && { max_revocation_seconds: seconds }),
    ...(conditions.length > 0 && { call_conditions: conditions }),
  }
}

/** The one resolver of claims: for a token that is issued, introspected or exchanged (A3, A4, A6). */
export function claimsOf(basis: TokenBasis, wish: TokenWish, terms: ClaimTerms): Resolved {
  const decided = decideReach(basis, wish)
  if (typeof decided === 'string') return { refused: decided }
  const { actions, scopes } = decided
  const { tenantId, ban, entered, terms: agreed } = basis
  const access = accessOf(basis)
  if (access === 'resale' && entered.billing?.kind !== 'resale') return { refused: 'NO_BILLING_RELATIONSHIP' }
  const client = `client:${encodeId('api_client', basis.clientId)}`
  const customerId = encodeId('tenant', tenantId)
  const common = {
    iss: terms.issuer,
    aud: terms.audience,
    client_id: encodeId('api_client', basis.clientId),
    scope: scopes.join(' '),
    customer_id: customerId,
    ...nameAccount(basis, ban),
    billing: billingOf(basis),
  }
  const about = { actions, audience: terms.audience, chosenEnd: wish.endsAt }
  const detailFor = (account: string) => detailOf(basis, { ...about, ban: account })
  const detail = detailFor(ban)
  const partner = partnerClaims(basis)
  if (access === 'own' || !agreed) {
    const narrowed = wish.actions !== null && { authorization_details: [detail] as [GrantedDetail] }
    return {
      claims: { ...common, sub: client, access: 'own', ...partner, ...mayActOf(basis), ...narrowed },
      details: wish.actions === null ? null : [detail],
      endsAt: null,
    }
  }
  if (!partner) return { refused: 'CUSTOMER_MISMATCH' }
  const kind = agreed.kind
  return {
    claims: {
      ...common,
      ...liveClaims(basis, terms),
      ...partner,
      sub: customerId,
      access,
      delegation_id: publicIdOf(kind, agreed.id),
      delegation_ver: entered.delegation?.epoch ?? agreed.epoch,
      authorized_by: authorizedBy(basis, terms),
      act: { sub: client, partner_id: partner.partner_id },
      ...mayActOf(basis),
      authorization_details: [detail],
    },
    details: basis.bans.map(detailFor),
    endsAt: agreed.ends_at,
  }
}
