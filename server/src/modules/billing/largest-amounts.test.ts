import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LARGEST_AMOUNT } from '#platform/money.ts'
import { startWholeWorld } from '#testing/account-acts.ts'
import { seedInvoice, seedPartnerOf, seedPayment } from '#testing/invoices.ts'
import type { TestWorld } from '#testing/world.ts'

/** So many of the largest pass what JSON numbers hold exactly. */
const MANY = Math.ceil(Number.MAX_SAFE_INTEGER / LARGEST_AMOUNT) + 1

let world: TestWorld
beforeAll(async () => {
  world = await startWholeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

interface Amount {
  amount_minor: number
  currency: string
}

test('a sum beyond what can be counted is told as the end of the range, and takes no other figure away', async () => {
  const { first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  const { uuid } = await seedInvoice(world, first, { total: LARGEST_AMOUNT })
  await seedPayment(world, first, { invoice: uuid, amount: LARGEST_AMOUNT })
  await seedInvoice(world, first, { total: 500, currency: 'USD' })
  await seedInvoice(world, second, { total: 700 })
  await world.seed(
    `insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
     select i.tenant_id, i.billing_account_id, 'M-' || n, i.issued_on, i.due_on, i.status, i.currency, i.subtotal_minor, i.total_minor
     from invoice i, generate_series(1, $2) n where i.id = $1`,
    [uuid, MANY],
    first,
  )
  await world.seed(
    `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at)
     select tenant_id, invoice_id, amount_minor, currency, received_at from payment, generate_series(1, $2) where invoice_id = $1`,
    [uuid, MANY],
    first,
  )
  const paths = [
    '/partner/billing/invoices',
    '/partner/billing/payments',
    '/partner/customers',
    '/partner/reports/revenue',
  ]
  for (const path of paths) {
    const answer = await world.call(caller, 'GET', `/api/v1${path}`)
    expect(answer.statusCode, `${path} ${answer.body}`).toBe(200)
  }
  const summary = await world.call(caller, 'GET', '/api/v1/partner/billing/summary')
  expect(summary.statusCode, summary.body).toBe(200)
  expect(summary.json().totals.map((one: { total_outstanding: Amount }) => one.total_outstanding)).toEqual([
    { amount_minor: Number.MAX_SAFE_INTEGER, currency: 'EUR' },
    { amount_minor: 500, currency: 'USD' },
  ])
})

test('no larger amount is stored, whoever writes it', async () => {
  const tenant = await world.tenant('Raw')
  const { uuid } = await seedInvoice(world, tenant, { total: LARGEST_AMOUNT })
  const more = LARGEST_AMOUNT + 1
  await expect(seedInvoice(world, tenant, { total: more })).rejects.toThrow('invoice_amounts_bounded')
  await expect(seedInvoice(world, tenant, { total: -more })).rejects.toThrow('invoice_amounts_bounded')
  await expect(seedPayment(world, tenant, { invoice: uuid, amount: -more })).rejects.toThrow(
    'payment_amount_bounded',
  )
  await expect(
    world.seed('update tenant set current_mrr_minor = $2 where id = $1', [tenant, more]),
  ).rejects.toThrow('tenant_mrr_bounded')
  await expect(
    world.seed(
      `insert into billing_event (id, source, external_id, kind, tenant_id, currency, net_minor, tax_minor, lines, occurred_at)
       values ($1, 'x', 'x', 'invoice_paid', $2, 'EUR', $3, 0, '[]', now())`,
      [randomUUID(), tenant, more],
    ),
  ).rejects.toThrow('billing_event_amounts_bounded')
})
