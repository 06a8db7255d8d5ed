import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
const PATH = '/api/v1/admin/commercial-relationships'
let world: TestWorld
let clients: ApiClients
let provider: Caller
let whole: WholesaleScene
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  provider = await people.provider(world)
})
beforeEach(async () => {
  whole = await openWholesale(world, clients)
})
afterAll(() => world[Symbol.asyncDispose]())

const create = (body: unknown) => world.call(provider, 'POST', PATH, { body })
const change = (id: string, version: number, body: unknown) =>
  world.call(provider, 'PATCH', `${PATH}/${id}`, { body, headers: { 'if-match': `"v${version}"` } })

interface Relationship {
  relationship_id: string
  status: string
  version: number
  starts_at: string
  ends_at: string | null
}

const resaleOf = (scene: WholesaleScene, ban: string) => ({
  kind: 'resale',
  tenant_id: encodeId('tenant', scene.tenant),
  customer_ban: ban,
  seller_partner_id: encodeId('partner', scene.partner),
  payer_ban: 'W-1',
  agreement_reference: 'WSA-55',
})

const directOf = (scene: WholesaleScene, ban: string) => ({
  kind: 'direct',
  tenant_id: encodeId('tenant', scene.tenant),
  customer_ban: ban,
})

describe('a commercial relationship', () => {
  test('says who pays: the wholesaler whose agreement it names, from its own tenant (A5)', async () => {
    await clients.account(whole.tenant, 'E-8')
    const made = await create(resaleOf(whole, 'E-8'))
    expect(made.statusCode, made.body).toBe(201)
    expect(made.headers['etag']).toBe('"v1"')
    expect(made.json()).toMatchObject({
      kind: 'resale',
      tenant_name: 'Endco',
      customer_ban: 'E-8',
      seller_name: 'Whole',
      payer_tenant_id: encodeId('tenant', whole.home),
      payer_ban: 'W-1',
      agreement_reference: 'WSA-55',
      status: 'active',
      ends_at: null,
    })
    const { relationship_id: id } = made.json<Relationship>()
    expect((await world.call(provider, 'GET', `${PATH}/${id}`)).json()).toEqual(made.json())
    const listed = await world.call(
      provider,
      'GET',
      `${PATH}?payer_tenant_id=${encodeId('tenant', whole.home)}&kind=resale`,
    )
    expect(listed.json()).toMatchObject({
      total: 2,
      items: [{ relationship_id: id }, { customer_ban: 'E-7' }],
    })
  })

  test('or the tenant itself, from the same or another of its accounts', async () => {
    await clients.account(whole.tenant, 'E-8')
    expect((await create(directOf(whole, 'E-8'))).json()).toMatchObject({
      payer_tenant_id: encodeId('tenant', whole.tenant),
      payer_ban: 'E-8',
    })
    await clients.account(whole.tenant, 'E-9')
    expect((await create({ ...directOf(whole, 'E-9'), payer_ban: 'E-7' })).json()).toMatchObject({
      payer_ban: 'E-7',
    })
  })

  test('is one at a time for an account, also for twenty who set it up at once', async () => {
    expect((await create(resaleOf(whole, 'E-7'))).json()).toMatchObject({
      status: 409,
      code: 'RELATIONSHIP_EXISTS',
    })
    await clients.account(whole.tenant, 'E-8')
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(resaleOf(whole, 'E-8'))))
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1)
  })

  test('that names unknown, unfit or different parties is refused with every fault, and nothing is kept', async () => {
    const codes = async (body: unknown) => {
      const answer = await create(body)
      expect(answer.statusCode, answer.body).toBe(422)
      return answer.json<{ errors: { code: string }[] }>().errors.map(({ code }) => code)
    }
    const counted = () => world.sql('select count(*) from commercial_relationship')
    const before = await counted()
    expect(await codes({ ...resaleOf(whole, 'NOPE'), payer_ban: 'NOPE' })).toEqual([
      'ACCOUNT_UNKNOWN',
      'ACCOUNT_UNKNOWN',
    ])
    const msp = encodeId('partner', await world.partner('No wholesaler', ['msp']))
    expect(await codes({ ...resaleOf(whole, 'E-7'), seller_partner_id: msp })).toEqual([
      'NOT_A_WHOLESALER',
      'ACCOUNT_UNKNOWN',
    ])
    await clients.account(whole.home, 'W-USD', 'USD')
    expect(await codes({ ...resaleOf(whole, 'E-7'), payer_ban: 'W-USD' })).toEqual(['CURRENCY_DIFFERS'])
    expect(
      await codes({
        ...resaleOf(whole, 'E-7'),
        tenant_id: encodeId('tenant', whole.home),
        customer_ban: 'W-1',
      }),
    ).toEqual(['OWN_TENANT'])
    expect(await codes({ ...resaleOf(whole, 'E-7'), ends_at: '2020-01-01T00:00:00Z' })).toEqual([
      'IN_THE_PAST',
    ])
    expect(
      await codes({ ...resaleOf(whole, 'E-7'), payer_tenant_id: encodeId('tenant', whole.tenant) }),
    ).toEqual(['UNKNOWN_FIELD'])
    expect(
      await codes({
        ...directOf(whole, 'E-7'),
        starts_at: '2027-02-01T00:00:00Z',
        ends_at: '2027-01-01T00:00:00Z',
      }),
    ).toEqual(['ENDS_BEFORE_START'])
    expect(await counted()).toEqual(before)
  })

  test('is suspended, resumed and ended with the version that was read; its end is its last change', async () => {
    const id = encodeId('commercial_relationship', whole.relationship)
    expect((await change(id, 1, { status: 'suspended' })).json()).toMatchObject({
      status: 'suspended',
      version: 2,
    })
    expect((await change(id, 1, { status: 'active' })).json()).toMatchObject({ code: 'PRECONDITION_FAILED' })
    expect((await change(id, 2, { status: 'suspended' })).json()).toMatchObject({
      code: 'RELATIONSHIP_STATE_CONFLICT',
    })
    expect((await change(id, 2, { status: 'active' })).json()).toMatchObject({ status: 'active', version: 3 })
    const ended = (await change(id, 3, { status: 'ended', reason: 'contract over' })).json<Relationship>()
    expect(ended.status).toBe('ended')
    expect(Date.parse(ended.ends_at ?? '')).toBeLessThanOrEqual(Date.now())
    for (const body of [{ status: 'active' }, { ends_at: '2099-01-01T00:00:00Z' }])
      expect((await change(id, 4, body)).json()).toMatchObject({ code: 'RELATIONSHIP_STATE_CONFLICT' })
    expect((await change(id, 4, { status: 'active', ends_at: null })).statusCode).toBe(422)
    expect((await create(directOf(whole, 'E-7'))).statusCode, 'the account is free again').toBe(201)
  })

  test('holds from its start until before its end, to the instant', async () => {
    const billed = async () => {
      const [row] = await world.sql<{ payer: unknown }>('select access.billing_of($1, $2) as payer', [
        whole.tenant,
        whole.account.id,
      ])
      return row?.payer !== null
    }
    const set = (from: string, to: string) =>
      world.seed(
        `update commercial_relationship set starts_at = ${from}, ends_at = ${to} where id = $1`,
        [whole.relationship],
        whole.tenant,
      )
    await set(`'2026-01-01'`, `now() + interval '1 hour'`)
    expect(await billed()).toBe(true)
    await set(`now() + interval '1 hour'`, 'null')
    expect(await billed()).toBe(false)
    await set(`'2026-01-01'`, `now() - interval '1 second'`)
    expect(await billed()).toBe(false)
    const listed = await world.call(provider, 'GET', `${PATH}?tenant_id=${encodeId('tenant', whole.tenant)}`)
    expect(listed.json()).toMatchObject({ items: [{ status: 'ended' }] })
    expect(
      (await create(directOf(whole, 'E-7'))).statusCode,
      'a relationship that ran out is no obstacle',
    ).toBe(201)
  })

  test('whose time is over stays over: it is neither resumed nor given a later end, whether or not its end was noted', async () => {
    const id = encodeId('commercial_relationship', whole.relationship)
    const tries = [{ status: 'active' }, { status: 'suspended' }, { ends_at: '2099-01-01T00:00:00Z' }]
    for (const status of ['active', 'suspended']) {
      await world.seed(
        `update commercial_relationship set status = $2, starts_at = '2026-01-01', ends_at = now() - interval '1 second' where id = $1`,
        [whole.relationship, status],
        whole.tenant,
      )
      for (const body of tries)
        expect((await change(id, 1, body)).json(), JSON.stringify([status, body])).toMatchObject({
          code: 'RELATIONSHIP_STATE_CONFLICT',
        })
    }
    expect((await change(id, 1, { status: 'ended' })).json()).toMatchObject({ status: 'ended', version: 2 })
  })

  test('is told to its owner, to its payer and to the seller', async () => {
    await change(encodeId('commercial_relationship', whole.relationship), 1, {
      status: 'ended',
      reason: 'over',
    })
    const readers = await world.sql(
      `select e.action, s.kind, s.scope_id from audit_event e join audit_scope s on s.event_id = e.id
       where e.resource_id = $1 order by s.kind, s.scope_id`,
      [whole.relationship],
    )
    const reader = (kind: string, scope_id: string) => ({ action: 'commercial.end', kind, scope_id })
    const tenants = [whole.home, whole.tenant].toSorted((left, right) => (left < right ? -1 : 1))
    expect(readers).toEqual([reader('partner', whole.partner), ...tenants.map((id) => reader('tenant', id))])
  })

  test('is the matter of the provider alone', async () => {
    const admin = await people.tenant(world, whole.tenant)
    const owner = await people.partner(world, whole.partner)
    for (const caller of [{ cookie: admin.cookie }, owner, null]) {
      expect((await world.call(caller, 'GET', PATH)).statusCode).toBeGreaterThanOrEqual(401)
      expect(
        (await world.call(caller, 'POST', PATH, { body: directOf(whole, 'E-7') })).statusCode,
      ).toBeGreaterThanOrEqual(401)
    }
  })
})

describe('the rules of the database', () => {
  test('hold for raw SQL of the provider, too', async () => {
    const client = await world.database.pool('liaison_platform').connect()
    const token = String(provider.cookie).split('=')[1] ?? ''
    try {
      await client.query('begin')
      await client.query(
        `select access.enter_person(jsonb_build_object('session_hash', encode(sha256(convert_to($1, 'UTF8')), 'hex'), 'permission', 'platform.commercial.manage', 'writes', true, 'source', 'api'))`,
        [token],
      )
      const free = await clients.account(whole.tenant, 'E-8')
      const dollars = await clients.account(whole.tenant, 'E-USD', 'USD')
      const insert = `insert into commercial_relationship (kind, tenant_id, account_id, seller_partner_id, payer_tenant_id, payer_account_id, agreement_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, 'A', access.context_id('actor_id'))`
      const msp = await world.partner('No wholesaler', ['msp'])
      const { tenant, home, homeAccount, partner } = whole
      const tries: readonly [constraint: string, values: unknown[]][] = [
        ['done', ['resale', tenant, free.id, partner, home, homeAccount.id]],
        [
          'commercial_relationship_one_active',
          ['direct', tenant, whole.account.id, null, tenant, whole.account.id],
        ],
        ['commercial_relationship_seller', ['resale', tenant, free.id, msp, home, homeAccount.id]],
        ['commercial_relationship_currency', ['direct', tenant, free.id, null, tenant, dollars.id]],
        ['commercial_relationship_check1', ['direct', tenant, free.id, null, home, homeAccount.id]],
      ]
      for (const [constraint, values] of tries)
        expect(await attempt(client, insert, values), JSON.stringify(values)).toBe(constraint)
      const id = [whole.relationship]
      const update = (what: string) =>
        attempt(client, `update commercial_relationship set ${what} where id = $1`, id)
      expect(await update(`agreement_reference = 'other'`)).toBe('commercial_relationship_identity')
      expect(await update(`payer_account_id = account_id`)).toBe('commercial_relationship_identity')
      expect(await update(`ends_at = now() - interval '1 day'`)).toBe('commercial_relationship_past')
      expect(await update(`status = 'suspended'`)).toBe('done')
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})
