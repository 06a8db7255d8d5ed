import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeOrderRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let whole: WholesaleScene
let token: string
beforeAll(async () => {
  // A busy machine is no part of what is told here.
  world = await TestWorld.start(makeOrderRoutes, { tokens, requestDeadlineMs: 60_000 })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
})
beforeEach(async () => {
  whole = await openWholesale(world, clients)
  token = await clients.token({
    client: whole.client,
    account: whole.account,
    access: 'resale',
    delegation: whole.resale,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const BODY = { items: [{ product_code: 'FIBRE-1G', quantity: 2 }] }
const ORDERS = '/api/v1/customers/E-7/orders'

const place = (headers: Record<string, string> = {}) =>
  clients.call(token, 'POST', ORDERS, { body: BODY, headers })

async function count(): Promise<number> {
  const [row] = await world.sql<{ n: number }>(
    'select count(*)::integer as n from service_order where tenant_id = $1',
    [whole.tenant],
  )
  return row?.n ?? 0
}

describe('an Idempotency-Key', () => {
  test('makes one order of twenty requests at once (A7, R3)', async () => {
    const key = { 'idempotency-key': 'once' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => place(key)))
    expect(await count()).toBe(1)
    const placed = answers.filter(({ statusCode }) => statusCode === 201)
    expect(new Set(placed.map((answer) => answer.json<{ order_id: string }>().order_id)).size).toBe(1)
    const others = answers.filter(({ statusCode }) => statusCode !== 201)
    expect(new Set(others.map((answer) => answer.json<{ code: string }>().code))).toEqual(
      new Set(others.length > 0 ? ['IDEMPOTENCY_IN_PROGRESS'] : []),
    )
    const late = await place(key)
    expect([late.statusCode, late.headers['idempotent-replayed']]).toEqual([201, 'true'])
    expect(await count()).toBe(1)
  })

  // The engine keeps answers under key and path; the tenant of the token belongs there, too.
  test('of one customer answers nothing for another whose account has the same number', async () => {
    const [first, second] = [await openDirect(world, clients), await openDirect(world, clients)]
    const consent = await clients.consent({
      client: first.client,
      partner: first.partner,
      accounts: [second.account],
    })
    const [one, two] = [
      await clients.token({ client: first.client, account: first.account, delegation: first.consent }),
      await clients.token({ client: first.client, account: second.account, delegation: consent }),
    ]
    const call = (text: string) =>
      clients.call(text, 'POST', '/api/v1/customers/BAN-1/orders', {
        body: BODY,
        headers: { 'idempotency-key': 'shared' },
      })
    const answers = [await call(one), await call(two)]
    const owners = answers.map((answer) => answer.json<{ customer_id?: string }>().customer_id)
    expect(owners[0]).toBe(encodeId('tenant', first.tenant))
    expect(owners[1]).not.toBe(encodeId('tenant', first.tenant))
  })
})

/** Writers that place one order after another until one is refused; `enough` comes once so many were placed. */
function startWriters(writers: number, wanted: number) {
  const outcomes: string[] = []
  const enough = Promise.withResolvers<void>()
  const state = { isStopped: false, late: [] as string[] }
  const write = async () => {
    for (let turn = 0; turn < 60; turn += 1) {
      const startedLate = state.isStopped
      const answer = await place()
      // A machine that is too busy for it says so and changes nothing.
      if (answer.statusCode === 503) continue
      const code = answer.statusCode === 201 ? 'DONE' : answer.json<{ code: string }>().code
      outcomes.push(code)
      if (startedLate) state.late.push(code)
      if (outcomes.filter((outcome) => outcome === 'DONE').length >= wanted) enough.resolve()
      if (code !== 'DONE') return
    }
  }
  const ended = Promise.all(Array.from({ length: writers }, write))
  ended.then(() => enough.reject(new Error('The writers ended early.')), enough.reject)
  return { outcomes, state, enough: enough.promise, ended }
}

const placedOf = (outcomes: readonly string[]) => outcomes.filter((code) => code === 'DONE').length

describe('a revocation', () => {
  test('by the end customer is the end: no order commits after it returned, with 12 writers at once (A9)', async () => {
    const admin = await people.tenant(world, whole.tenant)
    const { outcomes, state, enough, ended } = startWriters(12, 15)
    await enough
    const path = `/api/v1/tenant/resales/${encodeId('resale', whole.resale)}/revoke`
    const revoked = await world.call(admin, 'POST', path, { body: {} })
    state.isStopped = true
    expect(revoked.statusCode, revoked.body).toBe(200)
    const atRevocation = await count()
    await ended
    expect(await count()).toBe(atRevocation)
    expect(atRevocation).toBe(placedOf(outcomes))
    expect(new Set(outcomes)).toEqual(new Set(['DONE', 'DELEGATION_REVOKED']))
    expect(outcomes.filter((code) => code === 'DELEGATION_REVOKED')).toHaveLength(12)
    expect(state.late.every((code) => code === 'DELEGATION_REVOKED')).toBe(true)
  }, 60_000)
})

/** Places an order that waits for a line that another transaction holds, until something was done behind its back. */
async function whileOrderWaits(act: () => Promise<unknown>) {
  const holder = await world.database.pool('liaison_platform').connect()
  try {
    await holder.query('begin')
    await holder.query(`select pg_advisory_xact_lock(access.lock_key('billing', $1))`, [whole.account.id])
    const state = { hasAnswered: false }
    const waiting = place().finally(() => (state.hasAnswered = true))
    const isWaiting = async () => {
      const [row] = await world.sql<{ n: number }>(
        `select count(*)::integer as n from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      )
      return (row?.n ?? 0) > 0
    }
    while (!state.hasAnswered && !(await isWaiting())) await new Promise((resolve) => setImmediate(resolve))
    await act()
    await holder.query('rollback')
    return await waiting
  } finally {
    holder.release()
  }
}

describe('a change of who pays', () => {
  test('waits for the orders under way, and no later order has the old payer (A5)', async () => {
    const id = encodeId('commercial_relationship', whole.relationship)
    const { outcomes, enough, ended } = startWriters(8, 10)
    await enough
    const stopped = await world.call(provider, 'PATCH', `/api/v1/admin/commercial-relationships/${id}`, {
      body: { status: 'ended' },
      headers: { 'if-match': '"v1"' },
    })
    expect(stopped.statusCode, stopped.body).toBe(200)
    const atEnd = await count()
    await ended
    expect(await count()).toBe(atEnd)
    expect(outcomes.filter((code) => code === 'NO_BILLING_RELATIONSHIP')).toHaveLength(8)
  }, 60_000)

  test('between the look at the account and the order is told, not taken', async () => {
    try {
      const answer = await whileOrderWaits(async () => {
        await world.sql(`alter table commercial_relationship disable trigger guarded`)
        await world.seed(
          `update commercial_relationship set status = 'ended' where id = $1`,
          [whole.relationship],
          whole.tenant,
        )
      })
      expect(answer.json()).toMatchObject({ status: 409, code: 'NO_BILLING_RELATIONSHIP' })
      expect(await count()).toBe(0)
    } finally {
      await world.sql(`alter table commercial_relationship enable trigger guarded`)
    }
  })
})

test('a change of a price between the look at it and the order is told, not taken (A7)', async () => {
  const raise = (by: number) =>
    world.seed(`update product set monthly_minor = monthly_minor + $1 where code = 'FIBRE-1G'`, [by])
  const answer = await whileOrderWaits(() => raise(1))
  await raise(-1)
  expect(answer.json()).toMatchObject({ status: 412, code: 'ORDER_PRICE_CHANGED' })
  expect(await count()).toBe(0)
})

describe('two who move one order at once', () => {
  test('move it once: of cancelling and completing one wins, and services exist only if it was completed', async () => {
    const { order_id: id } = (await place()).json<{ order_id: string }>()
    const move = (path: string) =>
      world.call(provider, 'POST', `/api/v1/admin/orders/${id}/${path}`, { body: {} })
    await move('progress')
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => clients.call(token, 'POST', `${ORDERS}/${id}/cancel`)),
      ...Array.from({ length: 4 }, () => move('complete')),
    ])
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    const order = (await clients.call(token, 'GET', `${ORDERS}/${id}`)).json<{ state: string }>()
    const [services] = await world.sql<{ n: number }>(
      'select count(*)::integer as n from service where tenant_id = $1',
      [whole.tenant],
    )
    expect(services?.n).toBe(order.state === 'completed' ? 2 : 0)
  })
})
