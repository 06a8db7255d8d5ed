import { decide, encodeId } from '@liaison/access'
import type { Permission } from '@liaison/access'
import { toMoney } from '#platform/money.ts'
import { toScope } from '#platform/reach.ts'
import type { Reach, ReadingMandate } from '#platform/reach.ts'
import { countOpenTickets } from './compare-store.ts'
import { addDays, dayIn, readPeriod } from './period.ts'
import type { Period } from './period.ts'
import { chooseTenants, noteReport } from './reading.ts'
import type { Chosen, Subject } from './reading.ts'
import { addMonths, addUp, monthsBetween, percentOver, readSums } from './revenue.ts'
import { MEASURES } from './schemas-money.ts'
import type { CompareQueryValues } from './schemas.ts'
import { readStandings } from './sla.ts'
import { sumKnown } from './sums.ts'
import { measureUsage } from './usage.ts'
import { findWorst } from './worst.ts'
import type { Compared } from './worst.ts'

/** What a permission of the link opens in the comparison. */
const AREAS = {
  revenue: 'partner.reports.revenue.read',
  sla: 'partner.reports.sla.read',
  usage: 'partner.reports.usage.read',
  tickets: 'partner.support.tickets.list',
} as const satisfies Record<string, Permission>
type Area = keyof typeof AREAS
const AREA_NAMES = ['revenue', 'sla', 'usage', 'tickets'] as const satisfies readonly Area[]

/** Which areas each tenant's link opens. */
function openAreas(reach: Reach, subjects: readonly Subject[]) {
  const isOpen = (id: Subject['id'], area: Area) => {
    const facts = reach.tenants.get(id)?.facts
    return facts !== undefined && decide(facts, { permission: AREAS[area] }).effect === 'allow'
  }
  const open = new Map(subjects.map(({ id }) => [id, new Set(AREA_NAMES.filter((area) => isOpen(id, area)))]))
  return {
    withheld: (id: Subject['id']) => AREA_NAMES.filter((area) => !open.get(id)?.has(area)),
    within: (area: Area) => subjects.filter(({ id }) => open.get(id)?.has(area)),
  }
}

async function compareRevenue(mandate: ReadingMandate, subjects: readonly Subject[], period: Period) {
  const today = mandate.origin.now.toISOString().slice(0, 10)
  const first = `${period.from.slice(0, 7)}-01`
  const months = monthsBetween(first, first, today)
  const read = await readSums(mandate, subjects, { months, today })
  const rows = Map.groupBy(read.revenue, (row) => row.tenant_id)
  const totals = addUp(read.revenue, [], months).filter((sums) => sums.invoiced !== 0)
  return {
    of: (id: string): NonNullable<Compared['revenue']> =>
      addUp(rows.get(id) ?? [], [], months).map((sums) => ({
        currency: sums.currency,
        revenue: toMoney(sums.invoiced, sums.currency),
        trend_percent: percentOver(sums.invoiced, sums.before),
      })),
    totals: totals.map((sums) => toMoney(sums.invoiced, sums.currency)),
  }
}

type Promises = { met: number; breached: number } | null

function toPromises(response: Promises, resolution: Promises) {
  const met = (response?.met ?? 0) + (resolution?.met ?? 0)
  const missed = (response?.breached ?? 0) + (resolution?.breached ?? 0)
  const share = met + missed === 0 ? null : Math.floor((100_000 * met) / (met + missed)) / 1000
  return { promises_met: met, promises_missed: missed, compliance_percentage: share }
}

async function compareSla(mandate: ReadingMandate, subjects: readonly Subject[], period: Period) {
  const asked = { subjects, metrics: ['uptime', 'response', 'resolution'] as const, target: undefined }
  const { tenants } = await readStandings(mandate, asked, period)
  const rows = new Map(
    tenants.map((one): [string, NonNullable<Compared['sla']>] => [
      one.tenant_id,
      {
        uptime_percentage: one.uptime_percentage,
        meets_sla: one.meets_sla,
        sla_target: one.sla_target,
        target_source: one.target_source,
        floor: one.floor,
        downtime_minutes: one.downtime_minutes,
        coverage: one.coverage,
        ...toPromises(one.response, one.resolution),
      },
    ]),
  )
  return { of: (publicId: string) => rows.get(publicId) ?? null }
}

async function compareUsage(mandate: ReadingMandate, subjects: readonly Subject[], period: Period) {
  const today = dayIn(mandate.origin.now, 'UTC')
  const { tenants } = await measureUsage(mandate, {
    subjects,
    period,
    today,
    grouping: 'tenant',
    metrics: ['data', 'subscribers'],
  })
  const rows = new Map(
    tenants.map((one): [string, NonNullable<Compared['usage']>] => [
      one.tenant_id,
      {
        total_data_gb: one.total_data_gb,
        data_per_subscriber_gb: one.avg_data_per_subscriber_gb,
        trend_percent: one.delta.total_data_percent,
        active_subscribers: one.active_subscriber_count,
        coverage: one.coverage,
      },
    ]),
  )
  return { of: (publicId: string) => rows.get(publicId) ?? null }
}

async function compareTickets(mandate: ReadingMandate, subjects: readonly Subject[]) {
  const rows = await countOpenTickets(
    mandate,
    subjects.map(({ id }) => id),
  )
  const byTenant = new Map(rows.map((row) => [row.tenant_id, row]))
  return {
    of: (id: string) => ({ open: byTenant.get(id)?.open ?? 0, late: byTenant.get(id)?.late ?? 0 }),
  }
}

/** The last month that is over. */
const lastMonth = (today: string) => addDays(addMonths(`${today.slice(0, 7)}-01`, 0), -1).slice(0, 7)

/**
 * Tenants side by side in one calendar month, each measure only where the link opens it, and who is worst and why.
 * Source: managed-tenants.md section 8; the second point of its users.
 */
export async function answerComparison(mandate: ReadingMandate, query: CompareQueryValues & Chosen) {
  const { reach, subjects } = await chooseTenants(mandate, query)
  const today = dayIn(mandate.origin.now, query.tz)
  const month = query.month ?? lastMonth(today)
  const period = readPeriod({ month }, today, 31)
  const open = openAreas(reach, subjects)
  const revenue = await compareRevenue(mandate, open.within('revenue'), period)
  const sla = await compareSla(mandate, open.within('sla'), period)
  const usage = await compareUsage(mandate, open.within('usage'), period)
  const tickets = await compareTickets(mandate, open.within('tickets'))
  noteReport(mandate, 'reports.compare.read', subjects)
  const tenants = subjects.map(({ id, name }): Compared => {
    const publicId = encodeId('tenant', id)
    const withheld = open.withheld(id)
    const isOpen = (area: Area) => !withheld.includes(area)
    return {
      tenant_id: publicId,
      tenant_name: name,
      revenue: isOpen('revenue') ? revenue.of(id) : null,
      sla: sla.of(publicId),
      usage: usage.of(publicId),
      tickets: isOpen('tickets') ? tickets.of(id) : null,
      withheld,
    }
  })
  return {
    month,
    tenants,
    worst: findWorst(tenants, MEASURES),
    totals: {
      revenue: revenue.totals,
      tenants_below_floor: tenants.filter((tenant) => tenant.sla?.floor?.is_kept === false).length,
      open_tickets: sumKnown(tenants.map((tenant) => tenant.tickets?.open ?? null)),
    },
    scope: toScope(reach),
  }
}
