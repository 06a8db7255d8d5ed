import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LARGEST_AMOUNT } from '#platform/money.ts'
import { invoiceItem, seedTenants, tally, tenantItem, ticketItem, usd } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'
import type { Kind } from './schemas.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const ahead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const payment = (more: object) => ({
  tenant: 't1',
  external_id: 'p',
  invoice: 'paid',
  amount: usd(1),
  received_at: '2026-01-01T00:00:00Z',
  ...more,
})
const usageOf = (day: string) => ({ tenant: 't1', day, active_subscribers: 1, data_gb: 1 })

describe('what cannot be so is refused before it becomes a figure', () => {
  const faults: readonly [string, Kind, object, string, string][] = [
    [
      'a ticket that was resolved before it was opened',
      'tickets',
      ticketItem('k', { status: 'resolved', resolved_at: '2026-01-01T09:59:59Z' }),
      '/resolved_at',
      'RESOLVED_BEFORE_OPENED',
    ],
    [
      'a ticket of the day after tomorrow',
      'tickets',
      ticketItem('k', { created_at: ahead(25) }),
      '/created_at',
      'IN_THE_FUTURE',
    ],
    [
      'a ticket that will be resolved',
      'tickets',
      ticketItem('k', { status: 'resolved', resolved_at: ahead(25) }),
      '/resolved_at',
      'IN_THE_FUTURE',
    ],
    [
      'a payment that is still to come',
      'payments',
      payment({ received_at: ahead(25) }),
      '/received_at',
      'IN_THE_FUTURE',
    ],
    ['the use of another century', 'usage', usageOf('2199-01-01'), '/day', 'IN_THE_FUTURE'],
    [
      'an invoice beyond the largest amount',
      'invoices',
      invoiceItem('i', { subtotal: usd(LARGEST_AMOUNT), tax: usd(1) }),
      '/subtotal',
      'TOO_LARGE',
    ],
    [
      'a credit beyond the largest amount',
      'invoices',
      invoiceItem('i', { subtotal: usd(-LARGEST_AMOUNT - 1), tax: usd(1) }),
      '/subtotal/amount_minor',
      'TOO_LARGE',
    ],
    [
      'more paid than the largest amount',
      'invoices',
      invoiceItem('i', { paid: usd(LARGEST_AMOUNT + 1) }),
      '/paid/amount_minor',
      'TOO_LARGE',
    ],
    [
      'a payment beyond the largest amount',
      'payments',
      payment({ amount: usd(LARGEST_AMOUNT + 1) }),
      '/amount/amount_minor',
      'TOO_LARGE',
    ],
    [
      'a tenant that brings in more than the largest amount',
      'tenants',
      { ...tenantItem('t9', 'large'), current_mrr: usd(LARGEST_AMOUNT + 1) },
      '/current_mrr/amount_minor',
      'TOO_LARGE',
    ],
  ]
  test.each(faults)('%s', async (_what, kind, item, pointer, code) => {
    const { send } = await seedTenants(world)
    await send('invoices', [invoiceItem('paid')])
    const { status, body } = await send(kind, [item])
    expect([status, body.errors]).toMatchObject([422, [{ pointer: `/body/items/0${pointer}`, code }]])
  })

  test('and a clock that goes a day ahead is no slip', async () => {
    const { send } = await seedTenants(world)
    expect(await send('invoices', [invoiceItem('paid')])).toMatchObject(tally(1, 0, 0))
    expect(await send('tickets', [ticketItem('k', { created_at: ahead(23) })])).toMatchObject(tally(1, 0, 0))
    expect(await send('payments', [payment({ received_at: ahead(23) })])).toMatchObject(tally(1, 0, 0))
    expect(await send('usage', [usageOf(ahead(0).slice(0, 10))])).toMatchObject(tally(1, 0, 0))
    const largest = { subtotal: usd(LARGEST_AMOUNT - 1), tax: usd(1) }
    expect(await send('invoices', [invoiceItem('i', largest)])).toMatchObject(tally(1, 0, 0))
  })
})

describe('the numbers of invoices', () => {
  const numbersOf = async (tenant: string | undefined) =>
    (
      await world.sql<{ external_id: string; number: string }>(
        'select external_id, number from invoice where tenant_id = $1 order by external_id',
        [tenant],
      )
    ).map(({ external_id: id, number }) => `${id} ${number}`)

  test('are swapped, and passed on, by invoices that come together', async () => {
    const { send, tenantIds } = await seedTenants(world)
    await send('invoices', [invoiceItem('a'), invoiceItem('b'), invoiceItem('c')])
    const swapped = [invoiceItem('a', { number: 'N-b' }), invoiceItem('b', { number: 'N-a' })]
    expect(await send('invoices', swapped)).toMatchObject(tally(0, 2, 0))
    const passed = [
      invoiceItem('c', { number: 'N-a' }),
      invoiceItem('b', { number: 'N-z' }),
      invoiceItem('d', { number: 'N-c' }),
    ]
    expect(await send('invoices', passed)).toMatchObject(tally(1, 2, 0))
    expect(await numbersOf(tenantIds[0])).toEqual(['a N-b', 'b N-z', 'c N-a', 'd N-c'])
  })

  test('are taken from no invoice that keeps its own, and from none whose item is refused', async () => {
    const { send, tenantIds } = await seedTenants(world)
    await send('invoices', [invoiceItem('a'), invoiceItem('b'), invoiceItem('c')])
    // c stays, so that b is refused its number, and a in turn that of b.
    const { status, body } = await send('invoices', [
      invoiceItem('a', { number: 'N-b' }),
      invoiceItem('b', { number: 'N-c' }),
    ])
    expect([status, body.errors]).toMatchObject([
      422,
      [
        { pointer: '/body/items/0/number', code: 'ALREADY_TAKEN' },
        { pointer: '/body/items/1/number', code: 'ALREADY_TAKEN' },
      ],
    ])
    const faulty = await send('invoices', [
      invoiceItem('a', { number: 'N-b' }),
      invoiceItem('b', { number: 'N-z', billing_account: 'nobody' }),
    ])
    expect(faulty.body.errors).toMatchObject([
      { pointer: '/body/items/0/number', code: 'ALREADY_TAKEN' },
      { pointer: '/body/items/1/billing_account', code: 'REFERENCE_UNKNOWN' },
    ])
    expect(await numbersOf(tenantIds[0])).toEqual(['a N-a', 'b N-b', 'c N-c'])
  })
})
