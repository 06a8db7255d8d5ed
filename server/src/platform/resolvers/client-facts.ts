import { fromBits, idFromUuid, LINK_STATUSES } from '@liaison/access'
import type { ApiDelegationFacts, ClientFacts } from '@liaison/access'
import { z } from 'zod'
import { JsonInstant, maybe } from '../database-json.ts'
import { nameOf } from '#platform/credentials/access-token.ts'
import type { AccessToken } from '#platform/credentials/access-token.ts'
import type { FeatureSource } from '../features.ts'
import { combineAddresses, combineHours, StoredConditions } from './stored-conditions.ts'

const EnteredClientSchema = z.object({
  now: JsonInstant,
  token_revoked: z.boolean(),
  /** Under which the database may say that all of this still holds; given to whoever asks for it. */
  ticket: maybe(z.string()),
  client: maybe(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      environment: z.enum(['sandbox', 'live']),
      mask: z.string().transform(fromBits),
      ip_allow: z.array(z.string()),
      owner_tenant_id: maybe(z.string()),
    }),
  ),
  partner: maybe(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      kinds: z.array(z.string()),
      /** Whether the partner's configuration lets its clients of this environment in. */
      opens_api: z.boolean(),
    }),
  ),
  member: maybe(z.object({ id: z.string(), name: z.string(), is_active: z.boolean() })),
  tenant: maybe(z.object({ id: z.string(), name: z.string(), status: z.string(), is_sandbox: z.boolean() })),
  account: maybe(z.object({ id: z.string(), ban: z.string(), status: z.string() })),
  delegation: maybe(
    z.object({
      id: z.string(),
      kind: z.enum(['consent', 'resale']),
      status: z.enum(LINK_STATUSES),
      starts_at: JsonInstant,
      ends_at: maybe(JsonInstant),
      epoch: z.number(),
      mask: z.string().transform(fromBits),
      conditions: StoredConditions,
      tenant_conditions: StoredConditions,
      opens_account: z.boolean(),
    }),
  ),
  freezes: z.array(z.enum(['platform', 'partner', 'tenant', 'delegation'])).default([]),
  billing: maybe(
    z.object({
      relationship_id: z.string(),
      kind: z.enum(['direct', 'resale']),
      payer_tenant_id: z.string(),
      payer_name: z.string(),
      payer_account_id: z.string(),
      payer_ban: z.string(),
      /** What stands for that account with the partner, told where the token names accounts so. */
      payer_ref: maybe(z.string()),
    }),
  ),
})

/** What the database says of an API client and of what its token names. */
export type EnteredClient = z.output<typeof EnteredClientSchema> & {
  /** The features that are off for the partner that owns the client. */
  readonly features_off: ReadonlySet<string>
}

const NO_FEATURES: ReadonlySet<string> = new Set()

/** Reads the answer of `access.enter_client` and looks up the partner's features. Throws when the database and the code disagree about its form. */
export function readEnteredClient(answer: unknown, features: FeatureSource): EnteredClient {
  const entered = EnteredClientSchema.parse(answer)
  return withFeatures(entered, features)
}

function withFeatures(entered: z.output<typeof EnteredClientSchema>, features: FeatureSource): EnteredClient {
  const { partner, now } = entered
  return { ...entered, features_off: partner ? features.offFor(partner.id, now) : NO_FEATURES }
}

/** What was kept, at another time and with the features as they are now: those live in this process. */
export function refreshEnteredClient(
  entered: EnteredClient,
  now: Date,
  features: FeatureSource,
): EnteredClient {
  return withFeatures({ ...entered, now }, features)
}

function toDelegation(entry: EnteredClient['delegation']): ApiDelegationFacts | null {
  if (!entry) return null
  const {
    kind,
    status,
    starts_at,
    ends_at,
    epoch,
    mask,
    opens_account,
    conditions,
    tenant_conditions: policy,
  } = entry
  return {
    kind,
    status,
    starts_at,
    ends_at,
    epoch,
    mask,
    opens_account,
    conditions: {
      ...combineAddresses(conditions, policy),
      hours: combineHours(conditions, policy),
    },
  }
}

/** What of a delegation only the call itself can fulfil: from where it comes, and when. */
export const CALL_CONDITIONS = ['network', 'hours'] as const
export type CallCondition = (typeof CALL_CONDITIONS)[number]

/** The conditions that each call has to fulfil, those of the delegation and of its organisation's rules; none for the own organisation. */
export function callConditionsOf({ delegation }: EnteredClient): CallCondition[] {
  const conditions = toDelegation(delegation)?.conditions
  if (!conditions) return []
  return CALL_CONDITIONS.filter((one) =>
    one === 'network' ? conditions.ip_mode === 'enforce' : conditions.hours !== null,
  )
}

const standing = (status: string | undefined): 'active' | 'inactive' =>
  status === 'active' || status === 'trial' ? 'active' : 'inactive'

/** Who pays now, in the words of the token: a number is compared with a number and a reference with a reference. */
function nameOfPayer(
  { payer_ban: ban, payer_ref: ref }: NonNullable<EnteredClient['billing']>,
  { billing }: AccessToken,
): string {
  // An account that has no reference yet is none that the token could name.
  return billing?.payer.customerRef === undefined ? ban : (ref ?? '')
}

/** The kernel's facts: what the database says, the token as it was verified, and the address that only the server knows. */
export function toClientFacts(entered: EnteredClient, token: AccessToken, ip: string | null): ClientFacts {
  const { client, partner, tenant, account, billing } = entered
  return {
    now: entered.now,
    client: client && {
      id: idFromUuid('api_client', client.id),
      status: standing(client.status),
      mask: client.mask,
      ip_allow: client.ip_allow,
      is_sandbox: client.environment === 'sandbox',
      owner_tenant_id: client.owner_tenant_id === null ? null : idFromUuid('tenant', client.owner_tenant_id),
    },
    partner: partner && {
      id: idFromUuid('partner', partner.id),
      status: standing(partner.status),
      is_wholesaler: partner.kinds.includes('wholesaler'),
      opens_api: partner.opens_api,
    },
    acting_member:
      token.actingMember === null
        ? null
        : { status: entered.member?.is_active === true ? 'active' : 'inactive' },
    tenant: tenant && {
      id: idFromUuid('tenant', tenant.id),
      status: standing(tenant.status),
      is_sandbox: tenant.is_sandbox,
    },
    account: account && { id: idFromUuid('billing_account', account.id), status: standing(account.status) },
    delegation: toDelegation(entered.delegation),
    freezes: entered.freezes.map((scope) => ({ scope })),
    features_off: entered.features_off,
    billing: billing && {
      payer_tenant_id: idFromUuid('tenant', billing.payer_tenant_id),
      payer_ban: nameOfPayer(billing, token),
    },
    token: {
      access: token.access,
      scopes: token.scopes,
      actions: token.actions,
      epoch: token.delegationVersion,
      revoked: entered.token_revoked,
      billing: token.billing && {
        payer_tenant_id: token.billing.payerTenantId,
        payer_ban: nameOf(token.billing.payer),
      },
    },
    ip,
  }
}
