import { idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import type { z } from 'zod'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import { reachOf, toScope } from '#platform/reach.ts'
import { toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { readFigures } from './figures.ts'
import { addAmounts, daysUntil, slaStateOf, sortBoard, toRelation, withheldOf } from './rules.ts'
import type { Amount, BoardRow, Relation } from './rules.ts'
import { toBilling, toMetrics, toMonies, toRelationship, toTenantFields } from './schemas.ts'
import type { BoardQuery, Customer, CustomerPage } from './schemas.ts'
import { listTenants } from './store.ts'
import type { TenantRow } from './store.ts'

type Query = z.output<typeof BoardQuery>

interface Row extends BoardRow {
  readonly tenant: TenantRow
  readonly relation: Relation
  readonly lastInvoiceOn: string | null
}

function isWanted({ link }: Relation, query: Query, now: Date): boolean {
  if (query.link_status && !query.link_status.includes(link.status)) return false
  if (query.access_role && !query.access_role.includes(link.role)) return false
  if (query.expiring_within_days === undefined) return true
  const days = daysUntil(link.ends_at, now)
  return days !== null && days <= query.expiring_within_days
}

function hasWantedAlerts({ figures }: Row, wanted: boolean | undefined): boolean {
  if (wanted === undefined) return true
  return figures.openAlerts !== null && figures.openAlerts > 0 === wanted
}

async function readRows(mandate: Mandate<'portfolio'>, query: Query): Promise<Row[]> {
  const ofGroup = query.group && new Set(await tenantsOfGroup(mandate, query.group))
  const relations = mandate.links
    .filter(({ tenant }) => !ofGroup || ofGroup.has(tenant.id))
    .map(({ tenant, facts }) => toRelation(tenant.id, facts))
    .filter((relation) => isWanted(relation, query, mandate.origin.now))
  const found = await listTenants(mandate, {
    tenantIds: relations.map((relation) => relation.tenantId),
    statuses: query.status,
    search: query.search,
  })
  const byId = new Map<TenantId, TenantRow>(found.map((row) => [idFromUuid('tenant', row.id), row]))
  const shown = relations.filter((relation) => byId.has(relation.tenantId))
  const known = await readFigures(mandate, shown)
  return shown.flatMap((relation) => {
    const { tenantId, link } = relation
    const [tenant, own] = [byId.get(tenantId), known.get(tenantId)]
    if (!tenant || !own) return []
    const { name, created_at: createdAt } = tenant
    const row = { tenantId, name, createdAt, endsAt: link.ends_at, ...own, tenant, relation }
    return hasWantedAlerts(row, query.has_alerts) ? [row] : []
  })
}

function toAggregates(rows: readonly Row[]): z.input<typeof CustomerPage>['aggregates'] {
  const amounts = (pick: (row: Row) => readonly Amount[] | null) =>
    toMonies(addAmounts(rows.flatMap((row) => pick(row) ?? [])))
  const total = (pick: (row: Row) => number | null) => rows.reduce((sum, row) => sum + (pick(row) ?? 0), 0)
  return {
    outstanding: amounts((row) => row.figures.outstanding),
    overdue: amounts((row) => row.figures.overdue),
    open_tickets: total((row) => row.figures.openTickets),
    tickets_at_risk: total((row) => row.figures.ticketsAtRisk),
    open_alerts: total((row) => row.figures.openAlerts),
    critical_alerts: total((row) => row.figures.criticalAlerts),
    tenants: rows.length,
  }
}

function toItem(row: Row, now: Date): z.input<typeof Customer> {
  const { tenant, relation, figures } = row
  return {
    ...toTenantFields(tenant, row.tenantId),
    relationship: toRelationship(relation, now),
    assigned: relation.link.assignment !== null,
    my_permissions: [...relation.permissions],
    metrics: toMetrics(figures),
    withheld: withheldOf(relation, ['billing', 'support', 'provisioning', 'alerts']),
    sla: { state: slaStateOf(figures) },
    billing: toBilling(tenant, relation, row.lastInvoiceOn),
  }
}

/** The answer of the board: every tenant in which the person may work now, with its figures. */
export async function answerBoard(
  mandate: Mandate<'portfolio'>,
  query: Query,
): Promise<z.input<typeof CustomerPage>> {
  const rows = await readRows(mandate, query)
  const page = sortBoard(rows, query.sort_by, query.sort_order).slice(
    query.offset,
    query.offset + query.limit,
  )
  const items = page.map((row) => toItem(row, mandate.origin.now))
  return {
    ...toPage(items, query, rows.length),
    aggregates: toAggregates(rows),
    scope: toScope(reachOf(mandate)),
  }
}
