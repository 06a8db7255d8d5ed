import { effectiveMask, has, permissionsOf } from '@liaison/access'
import type { Facts, LinkFacts, Permission, TenantId } from '@liaison/access'

/** What a permission of the link opens in the figures of a tenant. */
export const AREAS = ['billing', 'support', 'provisioning', 'sla', 'contacts', 'alerts', 'audit'] as const
export type Area = (typeof AREAS)[number]

/** Any one of an area's permissions opens it. */
const AREA_PERMISSIONS: Readonly<Record<Area, readonly Permission[]>> = {
  billing: ['partner.billing.read'],
  support: ['partner.support.tickets.list'],
  provisioning: ['partner.provisioning.subscribers.list'],
  sla: ['partner.reports.sla.read'],
  contacts: ['partner.tenants.contacts.read'],
  alerts: ['partner.alerts.sla.read', 'partner.alerts.billing.read'],
  audit: ['partner.audit.read'],
}

/** A tenant as one person sees it through one link. */
export interface Relation {
  readonly tenantId: TenantId
  readonly link: LinkFacts
  readonly permissions: readonly Permission[]
  readonly areas: ReadonlySet<Area>
}

/** What one person may see and do in one linked tenant now. Throws for facts without a link. */
export function toRelation(tenantId: TenantId, facts: Facts): Relation {
  if (!facts.link) throw new Error('A linked tenant has a link.')
  const mask = effectiveMask(facts)
  const areas = AREAS.filter((area) => AREA_PERMISSIONS[area].some((permission) => has(mask, permission)))
  return { tenantId, link: facts.link, permissions: permissionsOf(mask), areas: new Set(areas) }
}

/** The tenants among these in which an area is open. */
export function tenantsWith(relations: readonly Relation[], area: Area): TenantId[] {
  return relations.filter((relation) => relation.areas.has(area)).map((relation) => relation.tenantId)
}

/** Those of the wanted areas that are closed, so that a missing figure is explained. */
export function withheldOf(relation: Relation, wanted: readonly Area[]): Area[] {
  return wanted.filter((area) => !relation.areas.has(area))
}

const DAY_MS = 86_400_000

/** Whole days until a link ends, begun days counted; null for a link without an end. */
export function daysUntil(end: Date | null, now: Date): number | null {
  return end === null ? null : Math.ceil((end.getTime() - now.getTime()) / DAY_MS)
}

/** An amount of one currency in minor units. */
export interface Amount {
  readonly currency: string
  readonly minor: number
}

/** The figures of one tenant; null where the link does not open them. */
export interface Figures {
  readonly outstanding: readonly Amount[] | null
  readonly overdue: readonly Amount[] | null
  readonly openTickets: number | null
  readonly ticketsAtRisk: number | null
  /** Those at risk by a clock that runs. */
  readonly ticketsPressing: number | null
  readonly ticketsOverdue: number | null
  readonly breaches30d: number | null
  readonly totalSubscribers: number | null
  readonly activeSubscribers: number | null
  readonly suspendedSubscribers: number | null
  /** Alerts that nobody has resolved or put off, of the kinds that the link opens. */
  readonly openAlerts: number | null
  readonly criticalAlerts: number | null
}

/** Amounts of the same currency together, never of different ones; in the order of the codes, without zeros. */
export function addAmounts(amounts: readonly Amount[]): Amount[] {
  const byCurrency = new Map<string, number>()
  for (const { currency, minor } of amounts) {
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + minor)
  }
  return [...byCurrency]
    .filter(([, minor]) => minor !== 0)
    .map(([currency, minor]) => ({ currency, minor }))
    .toSorted((left, right) => (left.currency < right.currency ? -1 : 1))
}

/** The worst state of a tenant's running promises; null when it may not be seen. */
export function slaStateOf({
  openTickets,
  ticketsPressing,
  ticketsOverdue,
}: Figures): 'ok' | 'at_risk' | 'breached' | null {
  if (openTickets === null) return null
  if ((ticketsOverdue ?? 0) > 0) return 'breached'
  return (ticketsPressing ?? 0) > 0 ? 'at_risk' : 'ok'
}

export const BOARD_SORTS = [
  'name',
  'created_at',
  'outstanding_balance',
  'overdue',
  'open_tickets',
  'sla_breaches',
  'expires_at',
  'alerts',
] as const
export type BoardSort = (typeof BOARD_SORTS)[number]

/** A row of the board, as far as its order is concerned. */
export interface BoardRow {
  readonly tenantId: TenantId
  readonly name: string
  readonly createdAt: Date
  readonly endsAt: Date | null
  readonly figures: Figures
}

/** Amounts of different currencies have no order; the largest single one stands for the tenant. */
const largest = (amounts: readonly Amount[] | null): number | null =>
  amounts === null ? null : Math.max(0, ...amounts.map((amount) => amount.minor))

/** A critical alert outweighs any number of others. */
const alertWeight = ({ openAlerts, criticalAlerts }: Figures): number | null =>
  openAlerts === null ? null : (criticalAlerts ?? 0) * 100_000 + openAlerts

function sortKey({ createdAt, endsAt, figures }: BoardRow, sort: Exclude<BoardSort, 'name'>): number | null {
  if (sort === 'created_at') return createdAt.getTime()
  if (sort === 'expires_at') return endsAt?.getTime() ?? null
  if (sort === 'outstanding_balance') return largest(figures.outstanding)
  if (sort === 'overdue') return largest(figures.overdue)
  if (sort === 'alerts') return alertWeight(figures)
  return sort === 'open_tickets' ? figures.openTickets : figures.breaches30d
}

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

function compareKeys(left: number | null, right: number | null, sign: 1 | -1): number {
  if (left === right) return 0
  // What is not known comes last, whichever way the list runs.
  if (left === null) return 1
  return right === null ? -1 : (left - right) * sign
}

/** The rows in order; equal ones by name and then by id, so that pages never overlap. */
export function sortBoard<Row extends BoardRow>(
  rows: readonly Row[],
  sort: BoardSort,
  direction: 'asc' | 'desc',
): Row[] {
  const sign = direction === 'asc' ? 1 : -1
  return rows.toSorted((left, right) => {
    const byName = compareText(left.name.toLowerCase(), right.name.toLowerCase())
    const byId = compareText(left.tenantId, right.tenantId)
    if (sort === 'name') return (byName || byId) * sign
    return compareKeys(sortKey(left, sort), sortKey(right, sort), sign) || byName || byId
  })
}

/** Whether a link asks anything of a request besides the permission. What it asks is the tenant's own matter. */
export function hasConditions({ conditions }: LinkFacts): boolean {
  return (
    conditions.ip_mode === 'enforce' ||
    conditions.mfa_max_age_s !== null ||
    conditions.phishing_resistant ||
    conditions.hours !== null ||
    conditions.read_reason_required
  )
}
