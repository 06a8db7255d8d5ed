import type { TenantId } from '@liaison/access'
import { dayOf, lastInvoiceDays, owedByTenant, subscribersByTenant } from '#modules/billing/index.ts'
import { readTogether } from '#platform/together.ts'
import { breachesByTenant, standingByTenant } from '#modules/support/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { openAlertsByTenant } from './alert-store.ts'
import { addAmounts, tenantsWith } from './rules.ts'
import type { Area, Figures, Relation } from './rules.ts'

function byTenant<Row extends { tenant_id: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of rows) {
    const known = map.get(row.tenant_id)
    if (known) known.push(row)
    else map.set(row.tenant_id, [row])
  }
  return map
}

/** What is known of one tenant's business. */
interface Known {
  readonly figures: Figures
  /** The day of the newest invoice that was sent; null where there is none, or where the link does not open it. */
  readonly lastInvoiceOn: string | null
}

/**
 * The figures of many tenants in one round trip, each only where its link opens it. A tenant without records has zeros;
 * one whose figures are closed has nulls. The tenants are named in every query, so that indexes are used.
 */
export async function readFigures(
  mandate: Mandate<'portfolio' | 'acting'>,
  relations: readonly Relation[],
): Promise<Map<TenantId, Known>> {
  const { now } = mandate.origin
  const [billed, supported] = [tenantsWith(relations, 'billing'), tenantsWith(relations, 'support')]
  const read = await readTogether(mandate, {
    owed: owedByTenant(billed, dayOf(now)),
    days: lastInvoiceDays(billed),
    standing: standingByTenant(supported, now),
    breaches: breachesByTenant(supported, now),
    subscribers: subscribersByTenant(tenantsWith(relations, 'provisioning')),
    alerts: openAlertsByTenant(tenantsWith(relations, 'alerts'), now),
  })
  const [owed, standing, breaches] = [byTenant(read.owed), byTenant(read.standing), byTenant(read.breaches)]
  const [subscribers, days] = [byTenant(read.subscribers), byTenant(read.days)]
  const alerts = byTenant(read.alerts)
  const toFigures = ({ tenantId, areas }: Relation): Figures => {
    const sums = owed.get(tenantId) ?? []
    const amounts = (key: 'outstanding_minor' | 'overdue_minor') =>
      areas.has('billing')
        ? addAmounts(sums.map((sum) => ({ currency: sum.currency, minor: sum[key] })))
        : null
    const counted = <Row>(area: Area, rows: Map<string, Row[]>, pick: (row: Row) => number) =>
      areas.has(area) ? (rows.get(tenantId) ?? []).reduce((sum, row) => sum + pick(row), 0) : null
    return {
      outstanding: amounts('outstanding_minor'),
      overdue: amounts('overdue_minor'),
      openTickets: counted('support', standing, (row) => row.open_tickets),
      ticketsAtRisk: counted('support', standing, (row) => row.at_risk),
      ticketsPressing: counted('support', standing, (row) => row.pressing),
      ticketsOverdue: counted('support', standing, (row) => row.overdue),
      breaches30d: counted('support', breaches, (row) => row.breaches),
      totalSubscribers: counted('provisioning', subscribers, (row) => row.total),
      activeSubscribers: counted('provisioning', subscribers, (row) => row.active),
      suspendedSubscribers: counted('provisioning', subscribers, (row) => row.suspended),
      openAlerts: counted('alerts', alerts, (row) => row.open),
      criticalAlerts: counted('alerts', alerts, (row) => row.critical),
    }
  }
  const toKnown = (relation: Relation): Known => ({
    figures: toFigures(relation),
    lastInvoiceOn: days.get(relation.tenantId)?.[0]?.issued_on ?? null,
  })
  return new Map(relations.map((relation) => [relation.tenantId, toKnown(relation)]))
}
