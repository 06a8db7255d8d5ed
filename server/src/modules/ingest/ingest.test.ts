import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invoiceItem, seedTenants, tally, ticketItem, usd } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'
import type { Kind } from './schemas.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

describe('handing records in', () => {
  test('every kind is created, then unchanged, then updated, and each is counted exactly', async () => {
    const { send } = await seedTenants(world)
    const kinds: [Kind, object, object][] = [
      ['subscribers', { tenant: 't1', external_id: 's1', name: 'Ada', status: 'active' }, { name: 'Ada L.' }],
      ['invoices', invoiceItem('i1', { subscriber: 's1' }), { status: 'settled' }],
      [
        'payments',
        {
          tenant: 't1',
          external_id: 'p1',
          invoice: 'i1',
          amount: usd(1080),
          received_at: '2026-01-20T00:00:00+02:00',
        },
        { method: 'card' },
      ],
      ['tickets', ticketItem('k1', { subscriber: 's1' }), { status: 'held' }],
      [
        'outages',
        { tenant: 't1', external_id: 'o1', service: 'core', started_at: '2026-01-01T00:00:00Z' },
        { ended_at: '2026-01-01T01:00:00Z' },
      ],
      [
        'monitoring',
        { tenant: 't1', external_id: 'm1', started_at: '2026-01-01T00:00:00Z' },
        { ended_at: '2026-02-01T00:00:00Z' },
      ],
      ['usage', { tenant: 't1', day: '2026-01-01', active_subscribers: 4, data_gb: 1.25 }, { data_gb: 1.5 }],
      [
        'billing_accounts',
        { tenant: 't2', external_id: 'ba2', ban: '4-2', name: 'Main', currency: 'USD' },
        { name: 'Wholesale' },
      ],
    ]
    for (const [kind, item, change] of kinds) {
      expect(await send(kind, [item])).toMatchObject(tally(1, 0, 0))
      expect(await send(kind, [item])).toMatchObject(tally(0, 0, 1))
      expect(await send(kind, [{ ...item, ...change }])).toMatchObject(tally(0, 1, 0))
    }
  })

  test('states of the TM Forum become ours', async () => {
    const { send, tenantIds } = await seedTenants(world)
    await send(
      'tickets',
      ['acknowledged', 'pending', 'held', 'resolved', 'rejected'].map((status, index) =>
        ticketItem(`k${index}`, { status }),
      ),
    )
    await send(
      'invoices',
      ['validated', 'sent', 'partiallyPaid', 'settled', 'overdue'].map((status, index) =>
        invoiceItem(`i${index}`, { status }),
      ),
    )
    const [row] = await world.sql(
      `select (select array_agg(status || coalesce(' ' || closed_reason, '') order by external_id) from ticket where tenant_id = $1) as tickets, (select array_agg(status order by external_id) from invoice where tenant_id = $1) as invoices`,
      [tenantIds[0]],
    )
    expect(row).toEqual({
      tickets: ['open', 'pending', 'on_hold', 'resolved', 'closed rejected'],
      invoices: ['draft', 'finalized', 'partially_paid', 'paid', 'finalized'],
    })
  })

  test('a paid invoice without a paid amount is paid in full', async () => {
    const { send, tenantIds } = await seedTenants(world)
    await send('invoices', [invoiceItem('i1', { status: 'paid' })])
    expect(
      await world.sql(
        'select paid_minor::integer as paid, balance_minor::integer as balance from invoice where tenant_id = $1',
        [tenantIds[0]],
      ),
    ).toEqual([{ paid: 1080, balance: 0 }])
  })

  test('tickets without a number take the next of their tenant, and keep it', async () => {
    const { send, tenantIds } = await seedTenants(world)
    await send('tickets', [
      ticketItem('a', { number: 'T-7' }),
      ticketItem('b'),
      ticketItem('c', { tenant: 't2' }),
    ])
    await send('tickets', [ticketItem('b', { subject: 'Slower' }), ticketItem('d')])
    const rows = await world.sql<{ number: string }>(
      'select external_id, number from ticket where tenant_id = any ($1::uuid[]) order by external_id',
      [tenantIds],
    )
    expect(rows.map((row) => row.number)).toEqual(['T-7', 'T-8', 'T-1', 'T-9'])
    expect((await send('tickets', [ticketItem('b', { number: 'X-1' })])).body.errors[0].code).toBe(
      'NUMBER_CHANGED',
    )
  })

  test('a ticket that was given to somebody here stays theirs until its source names somebody else: nobody has it without a name', async () => {
    const { send, tenantIds } = await seedTenants(world)
    const [tenant] = tenantIds
    await send('tickets', [ticketItem('a', { assigned_to_name: 'Desk 4' })])
    const held = () =>
      world.sql(
        'select assigned_to is not null as is_ours, assigned_to_name from ticket where tenant_id = $1',
        [tenant],
      )
    expect(await held()).toEqual([{ is_ours: false, assigned_to_name: 'Desk 4' }])
    await world.seed(
      `update ticket set assigned_to = gen_random_uuid(), assigned_to_name = 'Lee Park' where tenant_id = $1`,
      [tenant],
      tenant,
    )
    await send('tickets', [ticketItem('a', { subject: 'Slower' })])
    expect(await held()).toEqual([{ is_ours: true, assigned_to_name: 'Lee Park' }])
    await send('tickets', [ticketItem('a', { assigned_to_name: 'Desk 5' })])
    expect(await held()).toEqual([{ is_ours: false, assigned_to_name: 'Desk 5' }])
    await send('tickets', [ticketItem('a')])
    expect(await held()).toEqual([{ is_ours: false, assigned_to_name: null }])
  })

  test('each tenant whose records change reads its own count, and never that of another', async () => {
    const { send, tenantIds, source } = await seedTenants(world)
    await send(
      'subscribers',
      [1, 2, 3].map((number) => ({
        tenant: number === 3 ? 't2' : 't1',
        external_id: `s${number}`,
        name: 'Ada',
        status: 'active',
      })),
    )
    const rows = await world.sql(
      `select e.tenant_id, e.row_count::integer as rows, e.actor_type, (select count(*)::integer from audit_scope s where s.event_id = e.id) as readers
       from audit_event e where e.action = 'ingest.subscribers.import' and e.changes ->> 'source' = $1 and e.tenant_id is not null order by rows`,
      [source],
    )
    expect(rows).toEqual([
      { tenant_id: tenantIds[1], rows: 1, actor_type: 'ingest_key', readers: 1 },
      { tenant_id: tenantIds[0], rows: 2, actor_type: 'ingest_key', readers: 1 },
    ])
  })

  test('the same batch sent twenty times at once is created once', async () => {
    const { send, tenantIds } = await seedTenants(world)
    const subscribers = Array.from({ length: 50 }, (_, index) => ({
      tenant: 't1',
      external_id: `s${index}`,
      name: 'Ada',
      status: 'active',
    }))
    const tickets = Array.from({ length: 20 }, (_, index) => ticketItem(`k${index}`))
    for (const [kind, items] of [
      ['subscribers', subscribers],
      ['tickets', tickets],
    ] as const) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => send(kind, index % 2 === 0 ? items : items.toReversed())),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
      expect(answers.reduce((sum, { body }) => sum + body.created, 0)).toBe(items.length)
      expect(answers.reduce((sum, { body }) => sum + body.updated, 0)).toBe(0)
    }
    const [numbers] = await world.sql(
      'select count(distinct number)::integer as numbers, max(substr(number, 3)::integer) as last from ticket where tenant_id = $1',
      [tenantIds[0]],
    )
    expect(numbers).toEqual({ numbers: 20, last: 20 })
  })

  test('a thousand invoices are taken in one call', async () => {
    const { send } = await seedTenants(world)
    const items = Array.from({ length: 1000 }, (_, index) => invoiceItem(`i${index}`))
    expect(await send('invoices', items)).toMatchObject(tally(1000, 0, 0))
    expect(await send('invoices', items)).toMatchObject(tally(0, 0, 1000))
    expect((await send('invoices', [...items, invoiceItem('one too many')])).status).toBe(422)
  })
})
