import type { ClientFacts, ClientQuestion } from './client-facts.ts'
import { isWithinHours } from './hours.ts'
import type { Mask } from './mask.ts'
import { has } from './mask.ts'
import { isIpAllowed } from './network.ts'
import { findPermission } from './permissions.ts'
import type { ClientRefusalCode } from './client-refusals.ts'
import { isOver } from './world.ts'

/** One question of the decision order about a call of an API client. */
export interface ClientCheck {
  readonly name: string
  /** The step of access.md section 3 that it belongs to. */
  readonly order: number
  readonly test: (facts: ClientFacts, question: ClientQuestion) => ClientRefusalCode | null
}

function isOwn({ token }: ClientFacts): boolean {
  return token.access === 'own'
}

/** Freezes that an API client feels: all but those of persons. A tenant that freezes all partners freezes the one that it is itself, and no client of its own. */
function testFreeze({ freezes, token, partner }: ClientFacts): ClientRefusalCode | null {
  const isOwnClient = token.access === 'own' && !partner
  const felt = isOwnClient ? ['platform', 'partner'] : ['platform', 'partner', 'tenant', 'delegation']
  return freezes.some(({ scope }) => felt.includes(scope)) ? 'ACCESS_FROZEN' : null
}

function testParties(facts: ClientFacts): ClientRefusalCode | null {
  const { client, partner, tenant, token } = facts
  if (!tenant) return 'CUSTOMER_MISMATCH'
  if (isOwn(facts)) return client?.owner_tenant_id === tenant.id ? null : 'CUSTOMER_MISMATCH'
  if (!partner) return 'CUSTOMER_MISMATCH'
  const kind = token.access === 'resale' ? 'resale' : 'consent'
  return facts.delegation?.kind === kind ? null : 'CUSTOMER_MISMATCH'
}

/**
 * The state of the delegation. A token whose delegation ended for good or changed is no good token any more; one
 * whose delegation rests can be used again when it is resumed.
 */
function testInForce({ delegation, now }: ClientFacts): ClientRefusalCode | null {
  if (!delegation) return 'CUSTOMER_MISMATCH'
  if (delegation.status === 'revoked') return 'DELEGATION_REVOKED'
  if (delegation.status === 'expired' || isOver(delegation.ends_at, now)) return 'DELEGATION_EXPIRED'
  if (delegation.status === 'suspended') return 'DELEGATION_SUSPENDED'
  if (delegation.status !== 'active' || delegation.starts_at.getTime() > now.getTime())
    return 'DELEGATION_NOT_STARTED'
  return null
}

function testEnvironment({ client, tenant }: ClientFacts): ClientRefusalCode | null {
  return client && tenant && client.is_sandbox === tenant.is_sandbox ? null : 'CUSTOMER_MISMATCH'
}

function testAddress({ client, delegation, ip }: ClientFacts): ClientRefusalCode | null {
  const lists = [
    ...(client && client.ip_allow.length > 0 ? [client.ip_allow] : []),
    ...(delegation?.conditions.ip_mode === 'enforce' ? [delegation.conditions.ip_allow] : []),
  ]
  return lists.every((list) => ip !== null && isIpAllowed(ip, list)) ? null : 'IP_NOT_ALLOWED'
}

function testBilling({ billing, token }: ClientFacts, { writes }: ClientQuestion): ClientRefusalCode | null {
  if (!writes) return null
  if (!billing) return 'NO_BILLING_RELATIONSHIP'
  const told = token.billing
  const isSame =
    told !== null && told.payer_tenant_id === billing.payer_tenant_id && told.payer_ban === billing.payer_ban
  return isSame ? null : 'BILLING_CHANGED'
}

const holds = (mask: Mask | null | undefined, { permission }: ClientQuestion): boolean =>
  mask !== null && mask !== undefined && has(mask, permission)

/** The decision order for API clients: the first that refuses is the decision. Source: access.md section 3, delegation.md sections 4 and 5. */
export const CLIENT_CHECKS: readonly ClientCheck[] = Object.freeze([
  { name: 'client_known', order: 1, test: ({ client }) => (client ? null : 'UNAUTHORIZED') },
  { name: 'token_revoked', order: 1, test: ({ token }) => (token.revoked ? 'UNAUTHORIZED' : null) },
  {
    name: 'client_active',
    order: 2,
    test: ({ client }) => (client?.status === 'active' ? null : 'CLIENT_INACTIVE'),
  },
  {
    name: 'partner_active',
    order: 2,
    test: ({ partner }) => (!partner || partner.status === 'active' ? null : 'PARTNER_INACTIVE'),
  },
  {
    name: 'acting_member',
    order: 2,
    test: ({ acting_member: member }) => (!member || member.status === 'active' ? null : 'ACTOR_INACTIVE'),
  },
  { name: 'freeze', order: 3, test: testFreeze },
  { name: 'parties', order: 4, test: testParties },
  { name: 'environment', order: 4, test: testEnvironment },
  {
    name: 'tenant_active',
    order: 2,
    test: ({ tenant }) => (tenant?.status === 'active' ? null : 'TENANT_INACTIVE'),
  },
  { name: 'in_force', order: 5, test: (facts) => (isOwn(facts) ? null : testInForce(facts)) },
  {
    name: 'token_current',
    order: 5,
    test: (facts) => (isOwn(facts) || facts.token.epoch === facts.delegation?.epoch ? null : 'TOKEN_STALE'),
  },
  {
    name: 'account',
    order: 5,
    test: (facts) => {
      const { account, delegation } = facts
      return account && (isOwn(facts) || delegation?.opens_account === true) ? null : 'CUSTOMER_MISMATCH'
    },
  },
  {
    name: 'registered',
    order: 6,
    test: ({ client }, question) => (holds(client?.mask, question) ? null : 'INSUFFICIENT_SCOPE'),
  },
  {
    name: 'token_scope',
    order: 11,
    test: ({ token }, question) => (holds(token.scopes, question) ? null : 'INSUFFICIENT_SCOPE'),
  },
  {
    name: 'granted',
    order: 8,
    test: (facts, question) =>
      isOwn(facts) || holds(facts.delegation?.mask, question) ? null : 'INSUFFICIENT_AUTHORIZATION_DETAILS',
  },
  {
    name: 'token_actions',
    order: 11,
    // Only a token for one's own organisation may come without details: a delegated one that names no action allows none.
    test: (facts, question) =>
      (facts.token.actions === null && isOwn(facts)) || holds(facts.token.actions, question)
        ? null
        : 'INSUFFICIENT_AUTHORIZATION_DETAILS',
  },
  {
    name: 'api_access',
    order: 10,
    test: ({ partner }) => (!partner || partner.opens_api ? null : 'API_ACCESS_CLOSED'),
  },
  {
    name: 'feature',
    order: 10,
    test: ({ features_off: off }, { permission }) => {
      const feature = findPermission(permission)?.feature ?? null
      return feature !== null && off?.has(feature) ? 'FEATURE_DISABLED' : null
    },
  },
  { name: 'ip', order: 12, test: testAddress },
  {
    name: 'hours',
    order: 12,
    test: ({ delegation, now }) => {
      const hours = delegation?.conditions.hours
      return !hours || isWithinHours(hours, now) ? null : 'OUTSIDE_HOURS'
    },
  },
  { name: 'billing', order: 13, test: testBilling },
] as const satisfies readonly ClientCheck[])
