import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import { compareSums, makeBillingRoutes } from './index.ts'
import { addDays, AGEING_BUCKETS } from './rules.ts'

const SUMMARY = '/api/v1/partner/billing/summary'

let world: TestWorld
let today: string
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
  const [row] = await world.sql<{ day: string }>(`select (now() at time zone 'UTC')::date::text as day`)
  today = row?.day ?? ''
})
afterAll(() => world[Symbol.asyncDispose]())

interface Amount {
  amount_minor: number
  currency: string
}
interface Figures {
  currency: string
  total_revenue: Amount
  ageing: { amount: Amount; invoice_count: number }[]
  invoice_count: number
  paid_invoice_count: number
}
interface Summary {
  period: { from_date: string; to_date: string }
  totals: (Figures & { total_outstanding: Amount; total_overdue: Amount })[]
  by_tenant: { totals: (Figures & { outstanding_balance: Amount })[] }[]
}

function summaryOf(response: { statusCode: number; body: string; json(): unknown }): Summary {
  expect(response.statusCode, response.body).toBe(200)
  return response.json() as Summary
}

/** One change of a tenant's money. */
type Change =
  | {
      readonly kind: 'insert'
      readonly status: string
      readonly issued: number
      readonly term: number
      readonly total: number
      readonly currency: string
    }
  | { readonly kind: 'pay'; readonly pick: number; readonly share: number; readonly daysAgo: number }
  | { readonly kind: 'move'; readonly pick: number; readonly days: number }
  | { readonly kind: 'cancel' | 'delete' | 'draft' | 'rename'; readonly pick: number }

const pick = fc.nat(30)
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      status: fc.constantFrom('draft', 'finalized', 'finalized', 'paid', 'cancelled'),
      issued: fc.nat(150),
      term: fc.nat(40),
      total: fc.integer({ min: -50, max: 100_000 }),
      currency: fc.constantFrom('EUR', 'USD'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      pick,
      share: fc.integer({ min: 1, max: 4 }),
      daysAgo: fc.nat(60),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      pick,
      days: fc.integer({ min: -40, max: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel' as const, 'delete' as const, 'draft' as const, 'rename' as const),
      pick,
    }),
  },
)

const NTH = `(select id from invoice where tenant_id = $1 order by id offset $2::integer % greatest(1, (select count(*) from invoice where tenant_id = $1)::integer) limit 1)`
const SIMPLE = {
  cancel: `update invoice set status = 'cancelled' where tenant_id = $1 and id = ${NTH}`,
  delete: `with gone as (delete from payment where tenant_id = $1 and invoice_id = ${NTH}) delete from invoice where tenant_id = $1 and id = ${NTH}`,
  draft: `update invoice set status = 'draft' where tenant_id = $1 and id = ${NTH} and status <> 'paid'`,
  rename: `update invoice set customer_name = 'Renamed' where tenant_id = $1 and id = ${NTH}`,
}

async function applyChange(tenant: TenantId, one: Change): Promise<void> {
  if (one.kind === 'insert') {
    const { status, issued, term, total, currency } = one
    await seedInvoice(world, tenant, { status, issued, due: issued - term, total, currency })
  } else if (one.kind === 'pay') {
    await world.seed(
      `with picked as (select * from invoice where tenant_id = $1 and id = ${NTH} and status in ('finalized', 'partially_paid') and total_minor > 0),
       paid as (update invoice i set paid_minor = i.paid_minor + (i.total_minor * $3::integer) / 4, status = case when i.paid_minor + (i.total_minor * $3::integer) / 4 >= i.total_minor then 'paid' else 'partially_paid' end
         from picked p where i.tenant_id = p.tenant_id and i.id = p.id)
       insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at) select tenant_id, id, greatest(1, (total_minor * $3::integer) / 4), currency, now() - make_interval(days => $4::integer) from picked`,
      [tenant, one.pick, one.share, one.daysAgo],
      tenant,
    )
  } else if (one.kind === 'move') {
    await world.seed(
      `update invoice set issued_on = issued_on + $3::integer, due_on = due_on + $3::integer where tenant_id = $1 and id = ${NTH}`,
      [tenant, one.pick, one.days],
      tenant,
    )
  } else {
    await world.seed(SIMPLE[one.kind], [tenant, one.pick], tenant)
  }
}

interface Row {
  currency: string
  status: string
  invoice_date: string
  ageing_bucket: string | null
  total: Amount
  balance: Amount
}

/** What a summary must say, added up from the rows that the list shows. */
function figuresOf(rows: readonly Row[], period: Summary['period']) {
  const issued = rows.filter((row) => !['draft', 'cancelled'].includes(row.status))
  const inPeriod = issued.filter(
    (row) => row.invoice_date >= period.from_date && row.invoice_date <= period.to_date,
  )
  const sum = (some: readonly Row[], amountOf: (row: Row) => Amount) =>
    some.reduce((total, row) => total + amountOf(row).amount_minor, 0)
  const owed = issued.filter((row) => row.balance.amount_minor > 0)
  return {
    revenue: sum(inPeriod, (row) => row.total),
    invoices: inPeriod.length,
    paid: inPeriod.filter((row) => row.status === 'paid').length,
    outstanding: sum(issued, (row) => row.balance),
    overdue: sum(
      rows.filter((row) => row.status === 'overdue'),
      (row) => row.balance,
    ),
    ageing: AGEING_BUCKETS.map((bucket) =>
      sum(
        owed.filter((row) => row.ageing_bucket === bucket),
        (row) => row.balance,
      ),
    ),
    counts: AGEING_BUCKETS.map((bucket) => owed.filter((row) => row.ageing_bucket === bucket).length),
  }
}

test('after any changes of invoices and payments the summary, the list and its sums say the same as the rows, and every kept sum is exact (B6, 13.10)', async () => {
  const { first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.boolean(), change), { minLength: 4, maxLength: 14 }),
      fc.tuple(fc.nat(120), fc.nat(120)),
      async (changes, ends) => {
        for (const [isFirst, one] of changes) await applyChange(isFirst ? first : second, one)
        await compareSums(world.database)
        const [from = '', to = ''] = ends.map((days) => addDays(today, -days)).toSorted()
        const answer = summaryOf(
          await world.call(caller, 'GET', `${SUMMARY}?from_date=${from}&to_date=${to}`),
        )
        const page = (await world.call(caller, 'GET', '/api/v1/partner/billing/invoices?limit=100')).json()
        expect(page.total).toBeLessThanOrEqual(100)
        for (const total of answer.totals) {
          const rows = page.items.filter((row: Row) => row.currency === total.currency)
          const wanted = figuresOf(rows, answer.period)
          expect({
            revenue: total.total_revenue.amount_minor,
            invoices: total.invoice_count,
            paid: total.paid_invoice_count,
            outstanding: total.total_outstanding.amount_minor,
            overdue: total.total_overdue.amount_minor,
            ageing: total.ageing.map(({ amount }) => amount.amount_minor),
            counts: total.ageing.map((bucket) => bucket.invoice_count),
          }).toEqual(wanted)
          const aggregate = page.aggregates.find(
            (one: { currency: string }) => one.currency === total.currency,
          )
          expect(aggregate?.outstanding_amount.amount_minor ?? 0).toBe(wanted.outstanding)
          expect(aggregate?.overdue_amount.amount_minor ?? 0).toBe(wanted.overdue)
          const perTenant = answer.by_tenant.flatMap(({ totals }) =>
            totals.filter((one) => one.currency === total.currency),
          )
          expect(perTenant.reduce((all, one) => all + one.outstanding_balance.amount_minor, 0)).toBe(
            wanted.outstanding,
          )
          expect(perTenant.reduce((all, one) => all + one.total_revenue.amount_minor, 0)).toBe(wanted.revenue)
        }
      },
    ),
    { numRuns: 20 },
  )
}, 60_000)
