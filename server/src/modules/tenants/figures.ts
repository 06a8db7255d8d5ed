import type { TenantId } from '@liaison/access'
import { countSubscribers, dayOf, sumOwedByTenant } from '#modules/billing/index.ts'
import { countBreaches, standingByTenant } from '#modules/support/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { addAmounts, tenantsWith } from './rules.ts'
import type { Figures, Relation } from './rules.ts'

function byTenant<Row extends { tenant_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of rows) {
    const known = map.get(row.tenant_id)
    if (known) known.push(row)
    else map.set(row.tenant_id, [row])
  }
  return map
}

/**
 * The figures of many tenants at once, each only where its link opens it. A tenant without records has zeros; one whose
 * figures are closed has nulls. The tenants are named in every query, so that indexes are used.
 */
export async function readFigures(
  mandate: Mandate<'portfolio' | 'acting'>,
  relations: readonly Relation[],
): Promise<Map<TenantId, Figures>> {
  const { now } = mandate.origin
  const supported = tenantsWith(relations, 'support')
  const owed = byTenant(await sumOwedByTenant(mandate, tenantsWith(relations, 'billing'), dayOf(now)))
  const standing = byTenant(await standingByTenant(mandate, supported, now))
  const breaches = byTenant(await countBreaches(mandate, supported, now))
  const subscribers = byTenant(await countSubscribers(mandate, tenantsWith(relations, 'provisioning')))
  const toFigures = ({ tenantId, areas }: Relation): Figures => {
    const sums = owed.get(tenantId) ?? []
    const [tickets] = standing.get(tenantId) ?? []
    const [people] = subscribers.get(tenantId) ?? []
    const [missed] = breaches.get(tenantId) ?? []
    const amounts = (key: 'outstanding_minor' | 'overdue_minor') =>
      areas.has('billing')
        ? addAmounts(sums.map((sum) => ({ currency: sum.currency, minor: sum[key] })))
        : null
    const ofTickets = (count: number | undefined) => (areas.has('support') ? (count ?? 0) : null)
    const ofSubscribers = (count: number | undefined) => (areas.has('provisioning') ? (count ?? 0) : null)
    return {
      outstanding: amounts('outstanding_minor'),
      overdue: amounts('overdue_minor'),
      openTickets: ofTickets(tickets?.open_tickets),
      ticketsAtRisk: ofTickets(tickets?.at_risk),
      ticketsOverdue: ofTickets(tickets?.overdue),
      breaches30d: ofTickets(missed?.breaches),
      totalSubscribers: ofSubscribers(people?.total),
      activeSubscribers: ofSubscribers(people?.active),
      suspendedSubscribers: ofSubscribers(people?.suspended),
    }
  }
  return new Map(relations.map((relation) => [relation.tenantId, toFigures(relation)]))
}
