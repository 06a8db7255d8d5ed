import { randomBytes } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'
import { digestIngestKey, isIngestKey, makeIngestKey } from './key.ts'
import type { Kind } from './schemas.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

let serial = 0

/** A source of its own for each test, with a key. */
async function seedSource() {
  const source = `source-${(serial += 1)}`
  const { text } = makeIngestKey(randomBytes(32))
  await world.seed(
    `insert into ingest_key (name, source, key_hash, key_hint) values ('Test', $1, decode($2, 'hex'), 'hint')`,
    [source, digestIngestKey(text)],
  )
  const send = async (kind: Kind, items: unknown[], extra: object = {}) => {
    const response = await world.call(null, 'POST', `/api/v1/ingest/${kind}`, {
      body: { source, items, ...extra },
      headers: { authorization: `Bearer ${text}` },
    })
    return { status: response.statusCode, body: response.json(), headers: response.headers }
  }
  return { source, key: text, send }
}

const usd = (amount: number) => ({ amount_minor: amount, currency: 'USD' })

function tenantItem(id: string, source: string) {
  return { external_id: id, name: `Tenant ${id}`, slug: `${source}-${id}`, status: 'active', currency: 'USD' }
}

const invoiceItem = (id: string, more: object = {}) => ({
  tenant: 't1',
  external_id: id,
  billing_account: 'ba1',
  number: `N-${id}`,
  issued_on: '2026-01-01',
  due_on: '2026-01-31',
  status: 'sent',
  subtotal: usd(1000),
  tax: usd(80),
  ...more,
})

const ticketItem = (id: string, more: object = {}) => ({
  tenant: 't1',
  external_id: id,
  subject: 'Slow',
  status: 'inProgress',
  created_at: '2026-01-01T10:00:00Z',
  ...more,
})

async function seedTenant() {
  const seeded = await seedSource()
  await seeded.send('tenants', [tenantItem('t1', seeded.source), tenantItem('t2', seeded.source)])
  await seeded.send('billing_accounts', [
    { tenant: 't1', external_id: 'ba1', ban: '4-1', name: 'Main', currency: 'USD' },
  ])
  const rows = await world.sql<{ id: TenantId }>(
    'select id from tenant where source = $1 order by external_id',
    [seeded.source],
  )
  return { ...seeded, tenantIds: rows.map((row) => row.id) }
}

const tally = (created: number, updated: number, unchanged: number) => ({
  status: 200,
  body: { received: created + updated + unchanged, created, updated, unchanged, errors: [] },
})

describe('handing records in', () => {
  test('every kind is created, then unchanged, then updated, and each is counted exactly', async () => {
    const { send } = await seedTenant()
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
      ['usage', { tenant: 't1', day: '2026-01-01', active_subscribers: 4, data_gb: 1.25 }, { data_gb: 1.5 }],
      [
        'billing_accounts',
        { tenant: 't2', external_id: 'ba2', ban: '4-2', name: 'Main', currency: 'USD' },
        { name: 'Wholesale' },
      ],
    ]
    for (const [kind, item, change] of kinds) {
      expect(await send(kind, [item]), kind).toMatchObject(tally(1, 0, 0))
      expect(await send(kind, [item]), kind).toMatchObject(tally(0, 0, 1))
      expect(await send(kind, [{ ...item, ...change }]), kind).toMatchObject(tally(0, 1, 0))
    }
  })

  test('states of the TM Forum become ours', async () => {
    const { send, tenantIds } = await seedTenant()
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
    const { send, tenantIds } = await seedTenant()
    await send('invoices', [invoiceItem('i1', { status: 'paid' })])
    expect(
      await world.sql(
        'select paid_minor::integer as paid, balance_minor::integer as balance from invoice where tenant_id = $1',
        [tenantIds[0]],
      ),
    ).toEqual([{ paid: 1080, balance: 0 }])
  })

  test('tickets without a number take the next of their tenant, and keep it', async () => {
    const { send, tenantIds } = await seedTenant()
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

  test('each tenant whose records change reads its own count, and never that of another', async () => {
    const { send, tenantIds, source } = await seedTenant()
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
    const { send, tenantIds } = await seedTenant()
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
      expect(
        answers.reduce((sum, { body }) => sum + body.created, 0),
        kind,
      ).toBe(items.length)
      expect(
        answers.reduce((sum, { body }) => sum + body.updated, 0),
        kind,
      ).toBe(0)
    }
    const [numbers] = await world.sql(
      'select count(distinct number)::integer as numbers, max(substr(number, 3)::integer) as last from ticket where tenant_id = $1',
      [tenantIds[0]],
    )
    expect(numbers).toEqual({ numbers: 20, last: 20 })
  })

  test('a thousand invoices are taken in one call', async () => {
    const { send } = await seedTenant()
    const items = Array.from({ length: 1000 }, (_, index) => invoiceItem(`i${index}`))
    expect(await send('invoices', items)).toMatchObject(tally(1000, 0, 0))
    expect(await send('invoices', items)).toMatchObject(tally(0, 0, 1000))
    expect((await send('invoices', [...items, invoiceItem('one too many')])).status).toBe(422)
  })
})

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
      const { send, source } = await seedTenant()
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
        usage: 'usage_day',
      }[kind]
      const rows = await world.sql(`select 1 from ${table} where source = $1`, [source])
      expect(rows).toHaveLength(kind === 'tenants' ? 2 : 0)
    },
  )

  test('faults of form and of reference are told together, each with its item', async () => {
    const { send } = await seedTenant()
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
    const { send, source } = await seedTenant()
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
    const [one, other] = [await seedTenant(), await seedSource()]
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
    const { send } = await seedTenant()
    expect((await send('invoices', [invoiceItem('i1', { tenant: 't2' })])).body.details.items[0].code).toBe(
      'REFERENCE_UNKNOWN',
    )
  })

  test('a dry run tells what would happen and changes nothing', async () => {
    const { send, source } = await seedTenant()
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
    const { source, key } = await seedSource()
    const send = (authorization: string | undefined, named = source) =>
      world.call(null, 'POST', '/api/v1/ingest/tenants', {
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
    await seedTenant()
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

describe('the keys', () => {
  async function seedAdmin() {
    const person = await world.person()
    await world.platformAdmin(person.id)
    return world.signIn(person.id)
  }

  test('a key is shown once, kept as a digest, and works until it is revoked', async () => {
    const admin = await seedAdmin()
    const made = (
      await world.call(admin, 'POST', '/api/v1/admin/ingest-keys', {
        body: { name: 'Billing', source: 'made' },
      })
    ).json()
    expect(isIngestKey(made.key)).toBe(true)
    const stored = await world.sql(`select to_jsonb(k)::text as row from ingest_key k where source = 'made'`)
    expect(JSON.stringify(stored)).not.toContain(made.key)
    const listed = await world.call(admin, 'GET', '/api/v1/admin/ingest-keys')
    expect(listed.body).not.toContain(made.key)
    expect(listed.json().items.find((item: { source: string }) => item.source === 'made')).toMatchObject({
      key_id: made.key_id,
      status: 'active',
    })
    const send = () =>
      world.call(null, 'POST', '/api/v1/ingest/tenants', {
        body: { source: 'made', items: [tenantItem('t1', 'made')] },
        headers: { authorization: `Bearer ${made.key}` },
      })
    expect((await send()).statusCode).toBe(200)
    const revoked = await world.call(admin, 'POST', `/api/v1/admin/ingest-keys/${made.key_id}/revoke`)
    expect(revoked.json()).toMatchObject({ status: 'revoked' })
    expect((await send()).statusCode).toBe(401)
    expect(
      (
        await world.call(
          admin,
          'POST',
          `/api/v1/admin/ingest-keys/${encodeId('ingest_key', '01980000-0000-7000-8000-000000000000' as never)}/revoke`,
        )
      ).json().code,
    ).toBe('INGEST_KEY_NOT_FOUND')
  })

  test('nobody but platform staff makes or sees keys', async () => {
    const person = await world.person()
    const response = await world.call(await world.signIn(person.id), 'POST', '/api/v1/admin/ingest-keys', {
      body: { name: 'X', source: 'x' },
    })
    expect(response.statusCode).toBe(403)
  })

  test('a typing error is told from a wrong key by the check at its end', () => {
    const { text } = makeIngestKey(randomBytes(32))
    expect(isIngestKey(text)).toBe(true)
    for (let place = 8; place < text.length; place += 1) {
      const typo = text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1)
      expect(isIngestKey(typo)).toBe(false)
    }
  })
})
