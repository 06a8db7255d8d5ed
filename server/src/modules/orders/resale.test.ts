import { encodeId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { decodeId } from '@liaison/access'
import { makeOrderRoutes, runResaleClock } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let admin: Caller
let owner: Caller
let whole: WholesaleScene
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
beforeEach(async () => {
  whole = await openWholesale(world, clients)
  admin = await people.tenant(world, whole.tenant)
  owner = await people.partner(world, whole.partner)
})
afterAll(() => world[Symbol.asyncDispose]())

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

const attest = (body: Record<string, unknown> = {}) =>
  world.call(provider, 'POST', '/api/v1/admin/resales', {
    body: {
      partner_id: encodeId('partner', whole.partner),
      tenant_id: encodeId('tenant', whole.tenant),
      bans: ['E-8'],
      agreement_reference: 'WSA-55',
      actions: ['order.create', 'order.read', 'account.read'],
      ends_at: inDays(365),
      ...body,
    },
  })

async function sellAnother(ban = 'E-8') {
  const account = await clients.account(whole.tenant, ban)
  const relationship = await clients.paidBy(account, whole.homeAccount, whole.partner)
  return { account, relationship }
}

interface Resale {
  resale_id: string
  status: string
  delegation_ver: number
}

const move = (caller: Caller, path: string): Promise<LightMyRequestResponse> =>
  world.call(caller, 'POST', path, { body: { reason: 'because' } })

describe('an attested resale', () => {
  test('opens the accounts and actions that it names, to tokens of its version, from the first call on (A5)', async () => {
    const { account } = await sellAnother()
    const attested = await attest()
    expect(attested.statusCode, attested.body).toBe(201)
    expect(attested.json()).toMatchObject({
      tenant_name: 'Endco',
      partner_name: 'Whole',
      bans: ['E-8'],
      agreement_reference: 'WSA-55',
      actions: ['order.create', 'order.read', 'account.read'],
      scopes: ['orders.read', 'orders.write', 'accounts.read'],
      status: 'active',
      delegation_ver: 1,
      version: 1,
    })
    const delegation = decodeId('resale', attested.json<Resale>().resale_id)
    if (!delegation) throw new Error('no id')
    const token = await clients.token({ client: whole.client, account, access: 'resale', delegation })
    const placed = await clients.call(token, 'POST', '/api/v1/customers/E-8/orders', {
      body: { items: [{ product_code: 'ROUTER', quantity: 1 }] },
    })
    expect(placed.json()).toMatchObject({ billing: { ban: 'W-1', mode: 'resale' } })
    const cancel = await clients.call(
      token,
      'POST',
      `/api/v1/customers/E-8/orders/${placed.json<{ order_id: string }>().order_id}/cancel`,
    )
    expect(cancel.json()).toMatchObject({ code: 'INSUFFICIENT_AUTHORIZATION_DETAILS' })
  })

  test('is told by mail to both sides, and by ids to subscribers', async () => {
    await sellAnother()
    const { resale_id: id } = (await attest()).json<Resale>()
    const uuid = decodeId('resale', id)
    const [topic] = await world.sql(
      `select topic, payload from outbox where topic like 'resale.%' and payload ->> 'resale_id' = $1`,
      [uuid],
    )
    expect(topic).toEqual({
      topic: 'resale.attested',
      payload: { resale_id: uuid, tenant_id: whole.tenant, partner_id: whole.partner },
    })
    const mails = await world.sql<{ text: string }>(
      `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'text' like '%' || $1 || '%' order by id`,
      [id],
    )
    expect(mails.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringMatching(
        /^Whole manages E-8 of Endco under the wholesale agreement WSA-55, until .* Endco can stop this at any time\.$/,
      ),
      expect.stringMatching(
        /^API clients can manage E-8 of Endco under the wholesale agreement WSA-55, until /,
      ),
    ])
  })

  test('needs a wholesaler, an account that it resells to, and an end within two years; all faults are told (A5)', async () => {
    const codes = async (body: Record<string, unknown>) => {
      const answer = await attest(body)
      expect(answer.statusCode, answer.body).toBe(422)
      return answer.json<{ errors: { code: string }[] }>().errors.map(({ code }) => code)
    }
    await clients.account(whole.tenant, 'E-9')
    expect(await codes({ bans: ['E-9', 'NOPE'] })).toEqual(['NOT_RESOLD', 'ACCOUNT_UNKNOWN'])
    const msp = encodeId('partner', await world.partner('No wholesaler', ['msp', 'reseller']))
    expect(await codes({ bans: ['E-7'], partner_id: msp, ends_at: inDays(731) })).toEqual([
      'NOT_A_WHOLESALER',
      'NOT_RESOLD',
      'OUTSIDE_TERM',
    ])
    expect(await codes({ bans: ['E-7'], ends_at: inDays(-1) })).toEqual(['OUTSIDE_TERM'])
    expect(await codes({ actions: ['order.create', 'order.create'] })).toEqual(['REPEATED'])
    expect(await codes({ actions: ['everything'] })).toEqual(['ACTION_UNKNOWN'])
    expect(await codes({ bans: [] })).toEqual(['TOO_SMALL'])
    expect((await attest({ bans: ['E-7'] })).json()).toMatchObject({
      status: 409,
      code: 'RESALE_EXISTS',
    })
  })

  test('is attested once by twenty at once', async () => {
    await sellAnother()
    const answers = await Promise.all(Array.from({ length: 20 }, () => attest()))
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201, 409]))
  })
})

describe('a resale', () => {
  const paths = () => {
    const id = encodeId('resale', whole.resale)
    return {
      admin: `/api/v1/admin/resales/${id}`,
      tenant: `/api/v1/tenant/resales/${id}`,
      partner: `/api/v1/partner/resales/${id}`,
    }
  }
  const call = async () =>
    clients.call(
      await clients.token({
        client: whole.client,
        account: whole.account,
        access: 'resale',
        delegation: whole.resale,
      }),
      'GET',
      '/api/v1/customers/E-7/account',
    )

  test('is seen by its three sides and by nobody else', async () => {
    for (const [caller, path] of [
      [provider, '/api/v1/admin/resales'],
      [admin, '/api/v1/tenant/resales'],
      [owner, '/api/v1/partner/resales'],
    ] as const) {
      const listed = await world.call(caller, 'GET', `${path}?status=active`)
      const mine = listed
        .json<{ items: { resale_id: string }[] }>()
        .items.filter((item) => item.resale_id === encodeId('resale', whole.resale))
      expect(mine, path).toMatchObject([
        { tenant_name: 'Endco', partner_name: 'Whole', bans: ['E-7'], agreement_reference: 'AGR-1' },
      ])
    }
    for (const [caller, path] of [
      [provider, paths().admin],
      [admin, paths().tenant],
      [owner, paths().partner],
    ] as const)
      expect((await world.call(caller, 'GET', path)).json(), path).toMatchObject({
        resale_id: encodeId('resale', whole.resale),
        bans: ['E-7'],
      })
    const others = await openWholesale(world, clients)
    const [theirAdmin, theirOwner] = [
      await people.tenant(world, others.tenant),
      await people.partner(world, others.partner),
    ]
    const ids = async (caller: Caller, path: string) =>
      (await world.call(caller, 'GET', path))
        .json<{ items: { resale_id: string }[] }>()
        .items.map((item) => item.resale_id)
    expect(await ids(theirAdmin, '/api/v1/tenant/resales')).toEqual([encodeId('resale', others.resale)])
    expect(await ids(theirOwner, '/api/v1/partner/resales')).toEqual([encodeId('resale', others.resale)])
    const ofTenant = (id: typeof whole.tenant) =>
      `/api/v1/partner/resales?tenant_id=${encodeId('tenant', id)}`
    expect(await ids(theirOwner, ofTenant(others.tenant))).toEqual([encodeId('resale', others.resale)])
    expect(await ids(theirOwner, ofTenant(whole.tenant))).toEqual([])
    for (const [caller, path] of [
      [theirAdmin, paths().tenant],
      [theirOwner, paths().partner],
    ] as const)
      expect((await world.call(caller, 'GET', path)).json(), path).toMatchObject({ code: 'RESALE_NOT_FOUND' })
    expect((await move(theirAdmin, `${paths().tenant}/revoke`)).json()).toMatchObject({
      code: 'RESALE_NOT_FOUND',
    })
    expect((await move(theirOwner, `${paths().partner}/end`)).json()).toMatchObject({
      code: 'RESALE_NOT_FOUND',
    })
  })

  test('rests and works again as the provider says; a token from before is stale (A9)', async () => {
    const before = await clients.token({
      client: whole.client,
      account: whole.account,
      access: 'resale',
      delegation: whole.resale,
    })
    expect((await move(provider, `${paths().admin}/suspend`)).json()).toMatchObject({
      status: 'suspended',
      status_reason: 'because',
      delegation_ver: 2,
    })
    expect((await call()).json()).toMatchObject({ code: 'DELEGATION_SUSPENDED' })
    expect((await move(provider, `${paths().admin}/suspend`)).json()).toMatchObject({
      code: 'RESALE_STATE_CONFLICT',
    })
    expect((await move(provider, `${paths().admin}/resume`)).json()).toMatchObject({ status: 'active' })
    expect((await call()).statusCode).toBe(200)
    const stale = await clients.call(before, 'GET', '/api/v1/customers/E-7/account')
    expect(stale.json()).toMatchObject({ status: 401, code: 'TOKEN_STALE' })
  })

  test.each(['tenant', 'partner', 'provider'] as const)(
    'is ended for good by the %s alone, at the next call, while who pays stays as it was (A5, A9)',
    async (side) => {
      const { admin: ofProvider, tenant, partner } = paths()
      const ended = await (side === 'tenant'
        ? move(admin, `${tenant}/revoke`)
        : side === 'partner'
          ? move(owner, `${partner}/end`)
          : move(provider, `${ofProvider}/revoke`))
      expect(ended.json()).toMatchObject({ status: 'revoked', status_changed_by_side: side })
      expect((await call()).json()).toMatchObject({ status: 401, code: 'DELEGATION_REVOKED' })
      expect((await move(provider, `${ofProvider}/resume`)).json()).toMatchObject({
        code: 'RESALE_STATE_CONFLICT',
      })
      const relationship = await world.call(
        provider,
        'GET',
        `/api/v1/admin/commercial-relationships/${encodeId('commercial_relationship', whole.relationship)}`,
      )
      expect(relationship.json()).toMatchObject({ status: 'active', payer_ban: 'W-1' })
      const history = await world.sql(
        `select event, detail ->> 'by' as by from delegation_history where delegation_id = $1 order by changed_at`,
        [whole.resale],
      )
      expect(history).toEqual([{ event: side === 'partner' ? 'ended' : 'revoked', by: side }])
    },
  )

  test('outlives the contract: who may act and who pays end apart (A5)', async () => {
    const ended = await world.call(
      provider,
      'PATCH',
      `/api/v1/admin/commercial-relationships/${encodeId('commercial_relationship', whole.relationship)}`,
      { body: { status: 'ended' }, headers: { 'if-match': '"v1"' } },
    )
    expect(ended.statusCode, ended.body).toBe(200)
    expect((await call()).json()).toMatchObject({ billing: null })
    const listed = await world.call(owner, 'GET', '/api/v1/partner/resales')
    expect(listed.json()).toMatchObject({ items: [{ status: 'active' }] })
  })

  test('that ran out is called expired, and neither suspended nor resumed', async () => {
    await world.seed(
      `update delegation set ends_at = now() - interval '1 day', starts_at = '2026-01-01' where id = $1`,
      [whole.resale],
      whole.tenant,
    )
    const listed = await world.call(admin, 'GET', '/api/v1/tenant/resales?status=expired')
    expect(listed.json()).toMatchObject({ total: 1, items: [{ status: 'expired' }] })
    expect((await call()).json()).toMatchObject({ code: 'DELEGATION_EXPIRED' })
    expect((await move(admin, `${paths().tenant}/revoke`)).json()).toMatchObject({
      code: 'RESALE_STATE_CONFLICT',
    })
  })

  test('that ran out is noted once, whoever looks first, and both sides are told', async () => {
    await world.seed(
      `update delegation set ends_at = now() - interval '1 second', starts_at = '2026-01-01' where id = $1`,
      [whole.resale],
      whole.tenant,
    )
    const noted = await Promise.all([1, 2, 3].map(() => runResaleClock(world.database)))
    expect(await runResaleClock(world.database)).toBe(0)
    expect(noted.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(1)
    const rows = await world.sql(
      `select d.status, d.status_changed_by_side as side,
         (select count(*)::integer from audit_event e where e.resource_id = d.id and e.action = 'resales.expire') as events,
         (select count(*)::integer from outbox o where o.topic = 'resale.expired' and o.payload ->> 'resale_id' = d.id::text) as messages,
         (select count(*)::integer from outbox o where o.topic = 'mail' and o.payload ->> 'text' like '%has run out.%' || $2 || '%') as mails
       from delegation d where d.id = $1`,
      [whole.resale, encodeId('resale', whole.resale)],
    )
    expect(rows).toEqual([{ status: 'expired', side: 'clock', events: 1, messages: 1, mails: 2 }])
  })

  test('leaves events that the tenant and the wholesaler read', async () => {
    await move(admin, `${paths().tenant}/revoke`)
    const rows = await world.sql(
      `select e.action, e.delegation_id, s.kind, s.scope_id from audit_event e join audit_scope s on s.event_id = e.id
       where e.resource_id = $1 order by s.kind`,
      [whole.resale],
    )
    const row = { action: 'resales.revoke', delegation_id: whole.resale }
    expect(rows).toEqual([
      { ...row, kind: 'partner', scope_id: whole.partner },
      { ...row, kind: 'tenant', scope_id: whole.tenant },
    ])
  })
})
