import { randomBytes } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  invoiceItem,
  seedSource,
  seedTenants,
  STRANGER,
  tally,
  tenantItem,
  ticketItem,
  usd,
} from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes, makeIngestKey } from './index.ts'
import { ITEM_SCHEMAS } from './schemas.ts'
import type { Kind } from './schemas.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

describe('what is refused', () => {
  const FAULTS: readonly [what: string, kind: Kind, item: object, pointer: string, code: string][] = [
    [
      'an unknown field',
      'subscribers',
      { tenant: 't1', external_id: 's', name: 'A', status: 'active', colour: 'red' },
      '/colour',
      'UNKNOWN_FIELD',
    ],
    [
      'no tenant',
      'subscribers',
      { external_id: 's', name: 'A', status: 'active' },
      '/tenant',
      'TENANT_AMBIGUOUS',
    ],
    [
      'an unknown tenant',
      'subscribers',
      { tenant: 'nobody', external_id: 's', name: 'A', status: 'active' },
      '/tenant',
      'TENANT_UNKNOWN',
    ],
    [
      'a malformed tenant id',
      'subscribers',
      { tenant_id: 'ten_1', external_id: 's', name: 'A', status: 'active' },
      '/tenant_id',
      'INVALID_ID',
    ],
    ['an unknown state', 'tickets', ticketItem('k', { status: 'lost' }), '/status', 'STATE_UNKNOWN'],
    [
      'an answer before the ticket was opened',
      'tickets',
      ticketItem('k', { first_response_at: '2026-01-01T09:59:59Z' }),
      '/first_response_at',
      'ANSWERED_BEFORE_OPENED',
    ],
    [
      'an answer that is still to come',
      'tickets',
      ticketItem('k', { first_response_at: new Date(Date.now() + 3_600_000).toISOString() }),
      '/first_response_at',
      'IN_THE_FUTURE',
    ],
    [
      'an unknown subscriber',
      'tickets',
      ticketItem('k', { subscriber: 'nobody' }),
      '/subscriber',
      'REFERENCE_UNKNOWN',
    ],
    [
      'an unknown partner',
      'tickets',
      ticketItem('k', { opened_by_partner: 'nobody' }),
      '/opened_by_partner',
      'REFERENCE_UNKNOWN',
    ],
    [
      'an unknown billing account',
      'invoices',
      invoiceItem('i', { billing_account: 'nobody' }),
      '/billing_account',
      'REFERENCE_UNKNOWN',
    ],
    [
      'an unknown invoice',
      'payments',
      {
        tenant: 't1',
        external_id: 'p',
        invoice: 'nobody',
        amount: usd(1),
        received_at: '2026-01-01T00:00:00Z',
      },
      '/invoice',
      'REFERENCE_UNKNOWN',
    ],
    [
      'an invoice in another currency than its account',
      'invoices',
      invoiceItem('i', { subtotal: { amount_minor: 1, currency: 'EUR' }, tax: undefined }),
      '/billing_account',
      'CURRENCY_MISMATCH',
    ],
    [
      'two currencies in one invoice',
      'invoices',
      invoiceItem('i', { tax: { amount_minor: 1, currency: 'EUR' } }),
      '/subtotal',
      'CURRENCY_MIXED',
    ],
    [
      'an amount that is no whole number',
      'invoices',
      invoiceItem('i', { subtotal: usd(1.5) }),
      '/subtotal/amount_minor',
      'INVALID_TYPE',
    ],
    [
      'an invoice due before its issue',
      'invoices',
      invoiceItem('i', { due_on: '2025-12-31' }),
      '/due_on',
      'DUE_BEFORE_ISSUE',
    ],
    [
      'a paid invoice that is not paid',
      'invoices',
      invoiceItem('i', { status: 'paid', paid: usd(1) }),
      '/paid',
      'NOT_PAID_IN_FULL',
    ],
    [
      'a payment of nothing',
      'payments',
      { tenant: 't1', external_id: 'p', invoice: 'i', amount: usd(0), received_at: '2026-01-01T00:00:00Z' },
      '/amount',
      'ZERO',
    ],
    [
      'a day that does not exist',
      'usage',
      { tenant: 't1', day: '2026-02-30', active_subscribers: 1, data_gb: 1 },
      '/day',
      'INVALID_FORMAT',
    ],
    [
      'an outage that ends before it started',
      'outages',
      {
        tenant: 't1',
        external_id: 'o',
        service: 'x',
        started_at: '2026-01-02T00:00:00Z',
        ended_at: '2026-01-01T00:00:00Z',
      },
      '/ended_at',
      'ENDS_BEFORE_START',
    ],
    [
      'an offset in place of a time zone',
      'tenants',
      {
        external_id: 'x',
        name: 'X',
        slug: 'x-y-z',
        status: 'active',
        currency: 'USD',
        timezone: '+05:30',
      },
      '/timezone',
      'TIME_ZONE_UNKNOWN',
    ],
    [
      'an unknown time zone',
      'tenants',
      {
        external_id: 'x',
        name: 'X',
        slug: 'x-y-z',
        status: 'active',
        currency: 'USD',
        timezone: 'Mars/Base',
      },
      '/timezone',
      'TIME_ZONE_UNKNOWN',
    ],
    [
      'control characters',
      'tickets',
      ticketItem('k', { subject: 'a\u0000b' }),
      '/subject',
      'CONTROL_CHARACTER',
    ],
    ['something that is no object', 'tickets', [] as object, '', 'INVALID_TYPE'],
  ]

  test.each(FAULTS)(
    '%s is named by item, place and code, and nothing is taken',
    async (_what, kind, item, pointer, code) => {
      const { send, source } = await seedTenants(world)
      const good =
        kind === 'tenants'
          ? tenantItem('t9', source)
          : kind === 'usage'
            ? { tenant: 't1', day: '2026-01-01', active_subscribers: 1, data_gb: 1 }
            : kind === 'subscribers'
              ? { tenant: 't1', external_id: 'ok', name: 'A', status: 'active' }
              : kind === 'outages'
                ? { tenant: 't1', external_id: 'ok', service: 'x', started_at: '2026-01-02T00:00:00Z' }
                : kind === 'tickets'
                  ? ticketItem('ok')
                  : invoiceItem('ok')
      const { status, body } = await send(kind, kind === 'payments' ? [item] : [good, item])
      const index = kind === 'payments' ? 0 : 1
      expect(status).toBe(422)
      expect(body).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { items: expect.arrayContaining([expect.objectContaining({ index, pointer, code })]) },
      })
      expect(body.errors).toContainEqual(
        expect.objectContaining({ pointer: `/body/items/${index}${pointer}`, code }),
      )
      const table = {
        tenants: 'tenant',
        billing_accounts: 'billing_account',
        subscribers: 'subscriber',
        invoices: 'invoice',
        payments: 'payment',
        tickets: 'ticket',
        outages: 'outage',
        monitoring: 'monitoring_period',
        usage: 'usage_day',
      }[kind]
      const rows = await world.sql(`select 1 from ${table} where source = $1`, [source])
      expect(rows).toHaveLength(kind === 'tenants' ? 2 : 0)
    },
  )

  test('faults of form and of reference are told together, each with its item', async () => {
    const { send } = await seedTenants(world)
    const { body } = await send('tickets', [
      ticketItem('a', { status: 'lost' }),
      ticketItem('b'),
      ticketItem('c', { tenant: 'nobody' }),
      ticketItem('b'),
    ])
    expect(
      body.details.items.map(({ index, code }: { index: number; code: string }) => [index, code]),
    ).toEqual([
      [0, 'STATE_UNKNOWN'],
      [2, 'TENANT_UNKNOWN'],
      [3, 'DUPLICATE_ITEM'],
    ])
  })

  test('a number, account number or slug that another record has is refused', async () => {
    const { send, source } = await seedTenants(world)
    await send('invoices', [invoiceItem('i1')])
    expect((await send('invoices', [invoiceItem('i2', { number: 'N-i1' })])).body.details.items).toEqual([
      expect.objectContaining({ pointer: '/number', code: 'ALREADY_TAKEN' }),
    ])
    expect(
      (await send('tenants', [{ ...tenantItem('t3', source), slug: `${source}-t1` }])).body.details.items[0]
        .pointer,
    ).toBe('/slug')
    expect(
      (
        await send('billing_accounts', [
          { tenant: 't1', external_id: 'ba9', ban: '4-1', name: 'X', currency: 'USD' },
        ])
      ).body.details.items[0].pointer,
    ).toBe('/ban')
  })

  test('a tenant of another source is unknown by its external id, and reached only by its public id', async () => {
    const [one, other] = [await seedTenants(world), await seedSource(world)]
    const item = { external_id: 's1', name: 'Ada', status: 'active' }
    expect((await other.send('subscribers', [{ ...item, tenant: 't1' }])).body.details.items[0].code).toBe(
      'TENANT_UNKNOWN',
    )
    const [tenantId] = one.tenantIds
    if (!tenantId) throw new Error('no tenant')
    expect(
      await other.send('subscribers', [{ ...item, tenant_id: encodeId('tenant', tenantId) }]),
    ).toMatchObject(tally(1, 0, 0))
    const unknown = encodeId('tenant', '01980000-0000-7000-8000-000000000000' as TenantId)
    expect(
      (await other.send('subscribers', [{ ...item, tenant_id: unknown }])).body.details.items[0],
    ).toMatchObject({ pointer: '/tenant_id', code: 'TENANT_UNKNOWN' })
  })

  test('an account of another tenant cannot be named', async () => {
    const { send } = await seedTenants(world)
    expect((await send('invoices', [invoiceItem('i1', { tenant: 't2' })])).body.details.items[0].code).toBe(
      'REFERENCE_UNKNOWN',
    )
  })

  test('a dry run tells what would happen and changes nothing', async () => {
    const { send, source } = await seedTenants(world)
    expect(await send('tickets', [ticketItem('a')], { dry_run: true })).toMatchObject({
      ...tally(1, 0, 0),
      body: { created: 1, dry_run: true },
    })
    const faulty = await send('tickets', [ticketItem('a'), ticketItem('b', { tenant: 'nobody' })], {
      dry_run: true,
    })
    expect(faulty).toMatchObject({
      status: 200,
      body: { created: 0, errors: [{ index: 1, pointer: '/tenant', code: 'TENANT_UNKNOWN' }] },
    })
    expect(await world.sql('select 1 from ticket where source = $1', [source])).toEqual([])
  })

  test('a key that is missing, wrong, revoked, ended or of another source hands nothing in', async () => {
    const { source, key } = await seedSource(world)
    const send = (authorization: string | undefined, named = source) =>
      world.call(STRANGER, 'POST', '/api/v1/ingest/tenants', {
        body: { source: named, items: [tenantItem('t1', source)] },
        headers: authorization === undefined ? {} : { authorization },
      })
    expect((await send(undefined)).statusCode).toBe(401)
    expect((await send(`Bearer ${makeIngestKey(randomBytes(32)).text}`)).statusCode).toBe(401)
    expect((await send(`Bearer ${key}`, 'other')).json()).toMatchObject({
      status: 403,
      code: 'INGEST_SOURCE_MISMATCH',
    })
    await world.seed(`update ingest_key set ends_at = now() where source = $1`, [source])
    expect((await send(`Bearer ${key}`)).statusCode).toBe(401)
    await world.seed(
      `update ingest_key set ends_at = now() + interval '1 day', revoked_at = now() where source = $1`,
      [source],
    )
    expect((await send(`Bearer ${key}`)).statusCode).toBe(401)
    expect(await world.sql('select 1 from tenant where source = $1', [source])).toEqual([])
  })

  test('the ingest login sees and writes nothing without a key, and never a table of people', async () => {
    await seedTenants(world)
    for (const relation of ['tenant', 'invoice', 'ticket', 'partner'])
      expect(await world.sqlAs('liaison_ingest', `select id from ${relation}`)).toEqual([])
    await expect(
      world.sqlAs('liaison_ingest', `insert into tenant (name, slug) values ('X', 'x-1')`),
    ).rejects.toThrow('row-level security')
    for (const relation of ['person', 'session', 'ingest_key', 'delegation'])
      await expect(world.sqlAs('liaison_ingest', `select 1 from ${relation}`)).rejects.toThrow(
        'permission denied',
      )
  })

  test("the operator's door is closed to every login of the server", async () => {
    for (const login of ['liaison_ingest', 'liaison_platform', 'liaison_job', 'liaison_delegate'] as const) {
      await expect(
        world.sqlAs(login, `select access.enter_operator('{"plane":"platform","actor_name":"x"}')`),
      ).rejects.toThrow('permission denied')
    }
  })
})

test('a time zone that is taken is read by the database, and as the program reads it', async () => {
  const known = await world.sql<{ name: string }>('select name from pg_timezone_names')
  const short =
    'ACT AET AGT ART AST BET BST CAT CET CNT CST CTT EAT ECT EET IET IST JST MET MIT NET NST PLT PNT PRT PST SST VST WET'
  const names = new Set([
    ...known.map(({ name }) => name),
    ...Intl.supportedValuesOf('timeZone'),
    ...short.split(' '),
  ])
  const schema = ITEM_SCHEMAS.tenants
  const taken = [...names].filter(
    (timezone) =>
      schema.safeParse({
        external_id: 'z',
        name: 'Z',
        slug: 'zz',
        status: 'active',
        currency: 'EUR',
        timezone,
      }).success,
  )
  expect(taken.length).toBeGreaterThan(400)
  const rows = await world.sql<{ name: string; at: Date }>(
    `select z as name, '2026-07-01 00:00'::timestamp at time zone z as at from unnest($1::text[]) z`,
    [taken],
  )
  const otherwise = rows.filter(
    ({ name, at }) =>
      new Intl.DateTimeFormat('sv', { timeZone: name, dateStyle: 'short', timeStyle: 'short' }).format(at) !==
      '2026-07-01 00:00',
  )
  expect(otherwise).toEqual([])
})
