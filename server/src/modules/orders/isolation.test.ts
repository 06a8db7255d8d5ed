import type { ClientPermission, TenantId } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import type { SeededAccount } from '#testing/api-client.ts'
import { noteToken } from '#testing/issued-token.ts'
import { openDirect, openWholesale, stockShop } from '#testing/shop.ts'
import type { DirectScene, WholesaleScene } from '#testing/shop.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let direct: DirectScene
let whole: WholesaleScene

const BODY = { items: [{ product_code: 'ROUTER', quantity: 1 }] }
const OWNED = ['service_order', 'order_item', 'service'] as const

beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  direct = await openDirect(world, clients)
  whole = await openWholesale(world, clients)
  const own = await clients.client({ tenant: direct.tenant })
  const given = [
    { client: direct.client, account: direct.account, delegation: direct.consent },
    { client: own, account: direct.other },
    { client: whole.client, account: whole.homeAccount },
    { client: whole.client, account: whole.account, access: 'resale', delegation: whole.resale },
  ] as const
  for (const wish of given) {
    const path = `/api/v1/customers/${wish.account.ban}/orders`
    const placed = await clients.call(await clients.token(wish), 'POST', path, { body: BODY })
    if (placed.statusCode !== 201) throw new Error(placed.body)
  }
  for (const to of ['in_progress', 'completed'])
    for (const tenant of [direct.tenant, whole.home, whole.tenant])
      await world.seed('update service_order set status = $2 where tenant_id = $1', [tenant, to], tenant)
  for (const { tenantId, id } of [direct.account, direct.other, whole.homeAccount, whole.account])
    await world.seed(
      `insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
       values ($1, $2, gen_random_uuid()::text, '2026-01-01', '2026-02-01', 'finalized', 'EUR', 1, 1)`,
      [tenantId, id],
      tenantId,
    )
})
afterAll(() => world[Symbol.asyncDispose]())

interface Entry {
  readonly client: string
  readonly account: SeededAccount
  readonly delegation?: string
  readonly version?: number
  readonly permission?: ClientPermission
}

/** Works as a login in the context of a client's token, in a transaction that is rolled back. */
async function asClient<Result>(
  login: 'liaison_delegate' | 'liaison_tenant',
  entry: Entry,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const tokenId = `a token of ${entry.client}`
  const issued = { tokenId, clientId: entry.client, endsAt: new Date('2099-01-01') }
  await noteToken(world, issued)
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_client($1)', [
      {
        client_id: entry.client,
        tenant_id: entry.account.tenantId,
        ban: entry.account.ban,
        delegation_id: entry.delegation,
        delegation_ver: entry.delegation === undefined ? null : (entry.version ?? 1),
        token_id: tokenId,
        permission: entry.permission ?? 'api.orders.read',
        writes: false,
        source: 'api',
      },
    ])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Which accounts the rows of a relation belong to, as somebody sees them. */
async function accountsIn(client: pg.PoolClient, relation: string): Promise<string[]> {
  const { rows } = await client.query<{ account_id: string }>(`select distinct account_id from ${relation}`)
  return rows.map((row) => row.account_id)
}

describe('rows of orders, items and services', () => {
  test('are seen without a context by nobody', async () => {
    for (const login of ['liaison_delegate', 'liaison_tenant', 'liaison_platform', 'liaison_job'] as const)
      for (const relation of [...OWNED, 'access.account_of_client', 'access.invoice_of_client', 'product']) {
        const seen = await world
          .sqlAs(login, `select 1 from ${relation}`)
          .then((rows) => rows.length)
          .catch((error: unknown) => (String(error).includes('permission denied') ? 0 : String(error)))
        expect(seen, `${login} ${relation}`).toBe(0)
      }
    for (const login of ['liaison_program', 'liaison_auth', 'liaison_ingest', 'liaison_guard'] as const)
      for (const relation of OWNED)
        await expect(world.sqlAs(login, `select 1 from ${relation}`)).rejects.toThrow('permission denied')
  })

  test.each(OWNED)(
    'of %s are seen by a client for the tenant and the account of its token alone (A7)',
    async (relation) => {
      const permission = relation === 'service' ? 'api.services.read' : 'api.orders.read'
      const consented = {
        client: direct.client,
        account: direct.account,
        delegation: direct.consent,
        permission,
      } as const
      const resold = {
        client: whole.client,
        account: whole.account,
        delegation: whole.resale,
        permission,
      } as const
      const own = { client: whole.client, account: whole.homeAccount, permission } as const
      const look = (client: pg.PoolClient) => accountsIn(client, relation)
      expect(await asClient('liaison_delegate', consented, look)).toEqual([direct.account.id])
      expect(await asClient('liaison_delegate', resold, look)).toEqual([whole.account.id])
      expect(await asClient('liaison_tenant', own, look)).toEqual([whole.homeAccount.id])
    },
  )

  test("of an end customer are never seen with the wholesaler's own token, however it is entered (A5)", async () => {
    const look = async (client: pg.PoolClient) => {
      const found: string[] = []
      for (const relation of OWNED) found.push(...(await accountsIn(client, relation)))
      return found
    }
    const { client, account, homeAccount, resale } = whole
    const entries: readonly [login: 'liaison_delegate' | 'liaison_tenant', entry: Entry][] = [
      ['liaison_tenant', { client, account }],
      ['liaison_tenant', { client, account, delegation: resale }],
      ['liaison_delegate', { client, account }],
      ['liaison_delegate', { client, account: homeAccount, delegation: resale }],
      ['liaison_delegate', { client, account, delegation: resale, version: 0 }],
      ['liaison_delegate', { client: direct.client, account, delegation: resale }],
      ['liaison_delegate', { client: direct.client, account: direct.other, delegation: direct.consent }],
    ]
    for (const [login, entry] of entries) expect(await asClient(login, entry, look)).toEqual([])
  })

  test('are seen with no token while the provider suspended their tenant, or while what the client stands on is frozen (B11, I7)', async () => {
    const consented = { client: direct.client, account: direct.account, delegation: direct.consent }
    const own = { client: whole.client, account: whole.homeAccount }
    const look = (client: pg.PoolClient) => accountsIn(client, 'service_order')
    const seen = async () => [
      await asClient('liaison_delegate', consented, look),
      await asClient('liaison_tenant', own, look),
    ]
    const [first, second] = [[direct.account.id], [whole.homeAccount.id]]
    const suspend = (tenant: string, status: string) =>
      world.seed(`update tenant set status = $2 where id = $1`, [tenant, status], tenant as TenantId)
    expect(await seen()).toEqual([first, second])
    await suspend(direct.tenant, 'suspended')
    expect(await seen()).toEqual([[], second])
    await suspend(whole.home, 'suspended')
    expect(await seen()).toEqual([[], []])
    await suspend(direct.tenant, 'trial')
    await suspend(whole.home, 'active')
    expect(await seen()).toEqual([first, second])
    await suspend(direct.tenant, 'active')
    const [freeze] = await world.seed<{ id: string }>(
      `insert into access_freeze (scope, partner_id, reason, set_by, set_by_name, set_by_side) values ('partner', $1, 'A test', uuidv7(), 'A test', 'provider') returning id`,
      [whole.partner],
    )
    expect(await seen()).toEqual([first, []])
    await world.seed(
      `update access_freeze set lifted_at = now(), lifted_by = uuidv7(), lift_reason = 'A test' where id = $1`,
      [freeze?.id],
    )
    expect(await seen()).toEqual([first, second])
  })

  test('are opened by the permission of the route: the right to read the account opens no order', async () => {
    const narrow = await clients.consent({
      client: direct.client,
      partner: direct.partner,
      accounts: [direct.account],
      actions: ['account.read'],
    })
    const entry = { client: direct.client, account: direct.account, permission: 'api.accounts.read' } as const
    await asClient('liaison_delegate', { ...entry, delegation: narrow }, async (client) => {
      expect((await client.query('select 1 from access.account_of_client')).rowCount).toBe(1)
      for (const relation of [...OWNED, 'access.invoice_of_client'])
        expect((await client.query(`select 1 from ${relation}`)).rowCount, relation).toBe(0)
    })
  })
})

describe('what a client reads of its account', () => {
  test('is one account and its invoices; the tables behind stay closed (A7)', async () => {
    const entry = { client: direct.client, account: direct.account, delegation: direct.consent } as const
    await asClient('liaison_delegate', { ...entry, permission: 'api.invoices.read' }, async (client) => {
      expect((await client.query('select 1 from access.invoice_of_client')).rowCount).toBe(1)
      expect((await client.query('select 1 from invoice')).rowCount).toBe(0)
      expect((await client.query('select 1 from payment')).rowCount).toBe(0)
    })
    await asClient('liaison_delegate', { ...entry, permission: 'api.accounts.read' }, async (client) => {
      const { rows } = await client.query('select ban from access.account_of_client')
      expect(rows).toEqual([{ ban: 'BAN-1' }])
      expect((await client.query('select 1 from billing_account')).rowCount).toBe(0)
      const relations = await client.query('select account_id from commercial_relationship')
      expect(relations.rows).toEqual([{ account_id: direct.account.id }])
    })
  })
})

describe('an order as raw SQL', () => {
  const insert = `insert into service_order (tenant_id, account_id, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by)
    values ($1, $2, current_date, 0, 0, $3, $4, 'somebody')`
  const ordering = { permission: 'api.orders.create' } as const
  const resold = (): Entry => ({
    client: whole.client,
    account: whole.account,
    delegation: whole.resale,
    ...ordering,
  })
  const values = (account: SeededAccount, payer: SeededAccount) => [
    account.tenantId,
    account.id,
    payer.tenantId,
    payer.id,
  ]

  test('is stamped with its parties by the database; nobody writes them', async () => {
    await asClient('liaison_delegate', resold(), async (client) => {
      await client.query(insert, values(whole.account, whole.homeAccount))
      const { rows } = await client.query(
        'select ban, payer_ban, billing_mode, access_mode, client_id, delegation_id, delegation_epoch, partner_id from service_order order by id desc limit 1',
      )
      expect(rows).toEqual([
        {
          ban: 'E-7',
          payer_ban: 'W-1',
          billing_mode: 'resale',
          access_mode: 'resale',
          client_id: whole.client,
          delegation_id: whole.resale,
          delegation_epoch: 1,
          partner_id: whole.partner,
        },
      ])
      for (const column of ['payer_ban', 'relationship_id', 'client_id', 'delegation_id', 'partner_id'])
        expect(await attempt(client, `update service_order set ${column} = ${column}`)).toContain(
          'permission denied',
        )
    })
  })

  test('for another payer, another account or another tenant is refused', async () => {
    await asClient('liaison_delegate', resold(), async (client) => {
      expect(await attempt(client, insert, values(whole.account, whole.account))).toBe(
        'service_order_payer_changed',
      )
      expect(await attempt(client, insert, values(whole.homeAccount, whole.homeAccount))).toContain(
        'row-level',
      )
      expect(await attempt(client, insert, values(direct.account, direct.account))).toContain('row-level')
    })
    const consented = {
      client: direct.client,
      account: direct.account,
      delegation: direct.consent,
      ...ordering,
    }
    await asClient('liaison_delegate', consented, async (client) => {
      expect(await attempt(client, insert, values(direct.other, direct.other))).toContain('row-level')
    })
  })

  test('without items, with other totals or at another price does not commit', async () => {
    await asClient('liaison_delegate', resold(), async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `${insert} returning id`,
        values(whole.account, whole.homeAccount),
      )
      const id = rows[0]?.id
      expect(await attempt(client, 'set constraints all immediate')).toBe('service_order_totals')
      const item = `insert into order_item (tenant_id, account_id, order_id, position, product_code, product_name, quantity, once_unit_minor, monthly_unit_minor)
        values ($1, $2, $3, 1, 'ROUTER', 'Router', 1, $4, 0)`
      const line = (price: number) => [whole.tenant, whole.account.id, id, price]
      expect(await attempt(client, item, line(1))).toBe('order_item_price')
      await client.query(item, line(12_901))
      expect(await attempt(client, 'set constraints all immediate')).toBe('service_order_totals')
    })
  })

  test('is moved by a client only as listed, and never completed by one', async () => {
    const [row] = await world.sql<{ id: string }>('select id from service_order where tenant_id = $1', [
      whole.tenant,
    ])
    const to = (status: string) =>
      `update service_order set status = '${status}', version = version + 1 where id = '${row?.id}'`
    const entry = { ...resold(), permission: 'api.orders.update' } as const
    await asClient('liaison_delegate', entry, async (client) => {
      for (const status of ['acknowledged', 'in_progress', 'cancelled', 'rejected'])
        expect(await attempt(client, to(status)), status).toBe('service_order_transition')
      const { rows } = await client.query<{ id: string }>(
        `${insert} returning id`,
        values(whole.account, whole.homeAccount),
      )
      const move = (status: string) => to(status).replace(String(row?.id), String(rows[0]?.id))
      for (const status of ['in_progress', 'completed', 'rejected'])
        expect(await attempt(client, move(status)), status).toBe('service_order_transition')
      expect(await attempt(client, move('cancelled'))).toBe('done')
      expect(await attempt(client, move('cancelled').replace('version + 1', 'version'))).toBe(
        'service_order_version',
      )
    })
  })

  test('is never removed, and a service is written by nobody who logs in', async () => {
    for (const login of ['liaison_delegate', 'liaison_tenant', 'liaison_platform', 'liaison_job'] as const)
      for (const statement of ['insert into service default values', 'delete from service_order'])
        await expect(world.sqlAs(login, statement)).rejects.toThrow('permission denied')
  })
})

describe('these looks', () => {
  test('notice a policy that forgets the account', async () => {
    const [policy] = await world.sql<{ qual: string }>(
      `select qual from pg_policies where tablename = 'service_order' and policyname = 'readable'`,
    )
    const entry = { client: direct.client, account: direct.account, delegation: direct.consent }
    await world.sql(
      `alter policy readable on service_order using (tenant_id in (select access.reach('service_order', 'select')))`,
    )
    try {
      const seen = await asClient('liaison_delegate', entry, (client) => accountsIn(client, 'service_order'))
      expect(seen.toSorted()).toEqual([direct.account.id, direct.other.id].toSorted())
    } finally {
      await world.sql(`alter policy readable on service_order using (${policy?.qual})`)
    }
  })
})
