import { toOverrideMap } from '@liaison/access'
import type { z } from 'zod'
import { lastInvoiceDays } from '#modules/billing/index.ts'
import { readTogether } from '#platform/together.ts'
import { readRecentUptime } from '#modules/reports/index.ts'
import { factsOf, noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { toMoney } from '#platform/money.ts'
import { readFigures } from './figures.ts'
import { AREAS, hasConditions, slaStateOf, toRelation, withheldOf } from './rules.ts'
import type { Figures, Relation } from './rules.ts'
import {
  INCLUDES,
  toAddress,
  toBilling,
  toContact,
  toMetrics,
  toMrr,
  toRelationship,
  toTenantFields,
} from './schemas.ts'
import type { CustomerDetail, Include } from './schemas.ts'
import { countOwnActivity, findLinkTerms, findUse, listTenants } from './store.ts'
import type { TenantRow } from './store.ts'

type Answer = z.input<typeof CustomerDetail>

async function readTenant(mandate: Mandate<'acting'>): Promise<TenantRow> {
  const [tenant] = await listTenants(mandate, { tenantIds: [mandate.tenant.id] })
  if (!tenant) throw new Error('A tenant that is acted in can be read.')
  return tenant
}

async function toTerms(mandate: Mandate<'acting'>, relation: Relation): Promise<Answer['relationship']> {
  const terms = await findLinkTerms(mandate, relation.link.id)
  const { billing_alert_threshold_minor: threshold, billing_alert_currency: currency } = terms
  return {
    ...toRelationship(relation, mandate.origin.now),
    custom_permissions: toOverrideMap(relation.link.overrides),
    sla_response_hours: terms.sla_response_hours,
    sla_uptime_target: terms.sla_uptime_target,
    notify_on_sla_breach: terms.notify_on_sla_breach,
    notify_on_billing_threshold: terms.notify_on_billing_threshold,
    billing_alert_threshold: threshold === null || currency === null ? null : toMoney(threshold, currency),
  }
}

interface Seen {
  readonly mandate: Mandate<'acting'>
  readonly tenant: TenantRow
  readonly relation: Relation
  readonly users: number
}

const UPTIME_DAYS = 30

async function readMetrics(seen: Seen, figures: Figures): Promise<Answer['metrics']> {
  const { mandate, tenant, relation } = seen
  const uptime = relation.areas.has('sla')
    ? await readRecentUptime(mandate, relation.tenantId, UPTIME_DAYS)
    : null
  return {
    ...toMetrics(figures),
    current_users: seen.users,
    max_users: tenant.max_users,
    suspended_subscribers: figures.suspendedSubscribers,
    current_mrr: relation.areas.has('billing') ? toMrr(tenant) : null,
    avg_uptime_30d: uptime,
  }
}

async function readFiguresIfAsked(seen: Seen, parts: ReadonlySet<Include>) {
  const { mandate, relation } = seen
  if (!parts.has('metrics') && !parts.has('sla')) return { metrics: null, sla: null }
  const known = (await readFigures(mandate, [relation])).get(relation.tenantId)
  if (!known) throw new Error('Every relation has figures.')
  const { figures } = known
  return {
    metrics: parts.has('metrics') ? await readMetrics(seen, figures) : null,
    sla: parts.has('sla') ? { state: slaStateOf(figures) } : null,
  }
}

function toSubscription(tenant: TenantRow): Answer['subscription'] {
  return {
    billing_cycle: tenant.billing_cycle,
    trial_ends_at: tenant.trial_ends_at?.toISOString() ?? null,
    subscription_starts_at: tenant.subscription_starts_at?.toISOString() ?? null,
    subscription_ends_at: tenant.subscription_ends_at?.toISOString() ?? null,
  }
}

/** The answer of one tenant: its profile, the link's terms, and what the link opens besides. */
export async function answerDetail(
  mandate: Mandate<'acting'>,
  include: readonly Include[] = INCLUDES,
): Promise<Answer> {
  const parts = new Set(include)
  const relation = toRelation(mandate.tenant.id, factsOf(mandate))
  const tenant = await readTenant(mandate)
  const use = await findUse(mandate, mandate.tenant.id)
  const billed = relation.areas.has('billing') ? [mandate.tenant.id] : []
  const { days } = await readTogether(mandate, { days: lastInvoiceDays(billed) })
  const seesContacts = parts.has('contact') && relation.areas.has('contacts')
  noteRead(mandate, {
    action: 'tenants.read',
    resource: { type: 'tenant', id: tenant.id, label: tenant.name },
    rowCount: 1,
  })
  return {
    ...toTenantFields(tenant, mandate.tenant.id),
    relationship: await toTerms(mandate, relation),
    assigned: relation.link.assignment !== null,
    my_permissions: [...relation.permissions],
    contact: seesContacts ? toContact(tenant) : null,
    address: seesContacts ? toAddress(tenant) : null,
    ...(await readFiguresIfAsked({ mandate, tenant, relation, users: use.users }, parts)),
    withheld: withheldOf(relation, AREAS),
    billing: toBilling(tenant, relation, days[0]?.issued_on ?? null),
    subscription: toSubscription(tenant),
    effective_permissions: parts.has('permissions') ? [...relation.permissions] : null,
    conditions_in_force: hasConditions(relation.link),
    last_accessed_at: use.last_accessed_at?.toISOString() ?? null,
    audit: relation.areas.has('audit') ? await countOwnActivity(mandate, mandate.tenant.id) : null,
  }
}
