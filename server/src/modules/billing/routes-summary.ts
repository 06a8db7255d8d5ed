import { decide } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import type { z } from 'zod'
import { narrowToGroup } from './group-filter.ts'
import { noteRead } from '#platform/mandate.ts'
import { narrowReach, reachOf, toScope } from '#platform/reach.ts'
import type { Reach, ReadingMandate } from '#platform/reach.ts'
import { route } from '#platform/route.ts'
import { findRates } from './fx-store.ts'
import { dayOf } from './rules.ts'
import { daysOf } from './rules-period.ts'
import { convertTotals, totalsOf } from './rules-summary.ts'
import type { BillingFigures } from './rules-summary.ts'
import {
  BillingSummary,
  ConsolidatedSummaryQuery,
  SummaryQuery,
  toTenantEntry,
  toTotals,
} from './summary-schemas.ts'
import type { SummaryQueryValues } from './summary-schemas.ts'
import { readSummary } from './summary-store.ts'
import type { TenantFigures } from './summary-store.ts'

function paymentReaders(mandate: ReadingMandate, reach: Reach, tenantIds: readonly TenantId[]) {
  if (mandate.kind === 'tenant') return new Set(tenantIds)
  const permission = 'partner.billing.payments.read'
  return new Set(
    tenantIds.filter((id) => {
      const facts = reach.tenants.get(id)?.facts
      return facts !== undefined && decide(facts, { permission }).effect === 'allow'
    }),
  )
}

function figuresByTenant(figures: readonly TenantFigures[]): Map<TenantId, TenantFigures[]> {
  const map = new Map<TenantId, TenantFigures[]>()
  for (const one of figures) {
    const known = map.get(one.tenantId)
    if (known) known.push(one)
    else map.set(one.tenantId, [one])
  }
  return map
}

/** The totals shown in one currency, and what that took. */
async function display(
  mandate: ReadingMandate,
  totals: readonly BillingFigures[],
  wanted: { currency: string | undefined; day: string },
) {
  const { currency: to, day } = wanted
  if (to === undefined) return { shown: totals.length === 1 ? (totals[0] ?? null) : null, fx: null }
  const from = totals.map(({ currency }) => currency).filter((currency) => currency !== to)
  const rates = await findRates(mandate, from, { to, day })
  const { figures, missing } = convertTotals(totals, rates, to)
  const used = [...rates.values()].map((rate) => ({ from: rate.from, rate: rate.rate, date: rate.day }))
  return { shown: figures, fx: { display_currency: to, rates: used, missing: [...missing] } }
}

function noteSummary(mandate: ReadingMandate, tenantIds: readonly TenantId[]): void {
  if (mandate.kind !== 'portfolio') return
  noteRead(mandate, {
    action: 'billing.summary.read',
    tenants: tenantIds.map((tenantId) => ({ tenantId, rowCount: 1 })),
    rowCount: tenantIds.length,
  })
}

async function answerSummary(
  mandate: ReadingMandate,
  query: SummaryQueryValues,
): Promise<z.input<typeof BillingSummary>> {
  const today = dayOf(mandate.origin.now)
  const days = daysOf(query, today)
  const reach = reachOf(mandate)
  const tenantIds = await narrowToGroup(mandate, narrowReach(reach, query.tenant_ids), query.group)
  const payers = paymentReaders(mandate, reach, tenantIds)
  const { from, to, asOf } = days
  const read = await readSummary(mandate, {
    tenantIds,
    from,
    to,
    asOf,
    today,
    statuses: query.status,
    paidTenantIds: [...payers],
  })
  const figures = read.figures.filter(({ currency }) => currency === (query.currency ?? currency))
  const totals = totalsOf(figures)
  const { shown, fx } = await display(mandate, totals, { currency: query.display_currency, day: asOf })
  const byTenant = figuresByTenant(figures)
  const payments = new Map(read.payments.map((payment) => [payment.tenant_id, payment]))
  noteSummary(mandate, tenantIds)
  return {
    as_of: asOf,
    period: { from_date: from, to_date: to, days: days.days },
    summary: shown && toTotals(shown, days, tenantIds.length),
    totals: totals.map((one) => toTotals(one, days, byTenantCount(byTenant, one.currency))),
    by_tenant: tenantIds.map((id) =>
      toTenantEntry(
        {
          id,
          name: reach.tenants.get(id)?.name ?? '',
          figures: byTenant.get(id) ?? [],
          seesPayments: payers.has(id),
          payment: payments.get(id),
        },
        days,
      ),
    ),
    fx,
    scope: toScope(reach),
  }
}

/** How many tenants have figures in a currency. */
function byTenantCount(byTenant: ReadonlyMap<TenantId, readonly BillingFigures[]>, currency: string): number {
  return [...byTenant.values()].filter((figures) => figures.some((one) => one.currency === currency)).length
}

/** What tenants are owed, by age, for each currency apart. Source: B5 endpoint 3, B6. */
export const summaryRoutes = [
  route({
    method: 'GET',
    path: '/api/v1/partner/billing/summary',
    summary: 'What all customers are owed, by age, for each currency apart',
    input: { query: ConsolidatedSummaryQuery },
    access: { permission: 'partner.billing.summary.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: BillingSummary },
    handle: ({ mandate, query }) => answerSummary(mandate, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/billing/summary',
    summary: 'What the organisation is owed, by age, for each currency apart',
    input: { query: SummaryQuery },
    access: { permission: 'tenant.billing.read' },
    limit: 'list',
    responses: { 200: BillingSummary },
    handle: ({ mandate, query }) => answerSummary(mandate, query),
  }),
]
