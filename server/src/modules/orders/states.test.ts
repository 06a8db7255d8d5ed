import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openDirect, people, stockShop } from '#testing/shop.ts'
import type { DirectScene } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { runFulfilment } from './fulfilment.ts'
import { makeOrderRoutes } from './index.ts'
import { FINAL_STATES, ORDER_STATES } from './rules.ts'
import type { OrderState } from './rules.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let provider: Caller
let shop: DirectScene
beforeAll(async () => {
  world = await TestWorld.start(makeOrderRoutes, { tokens, requestDeadlineMs: 60_000 })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
  provider = await people.provider(world)
  shop = await openDirect(world, clients)
})
afterAll(() => world[Symbol.asyncDispose]())

const BODY = { items: [{ product_code: 'ROUTER', quantity: 2 }] }
const ORDERS = '/api/v1/customers/BAN-1/orders'

/** The life of an order as product and TMF622 tell it: the model that the table and the server are compared with. */
const MODEL: Readonly<Record<string, readonly [from: OrderState, action: string, to: OrderState][]>> = {
  requester: [
    ['acknowledged', 'cancel', 'cancelled'],
    ['in_progress', 'cancel', 'cancelled'],
  ],
  provider: [
    ['acknowledged', 'progress', 'in_progress'],
    ['acknowledged', 'reject', 'rejected'],
    ['in_progress', 'complete', 'completed'],
    ['in_progress', 'reject', 'rejected'],
  ],
  clock: [
    ['acknowledged', 'progress', 'in_progress'],
    ['in_progress', 'complete', 'completed'],
  ],
}

const token = () => clients.token({ client: shop.client, account: shop.account, delegation: shop.consent })

async function place(): Promise<string> {
  const placed = await clients.call(await token(), 'POST', ORDERS, { body: BODY })
  expect(placed.statusCode, placed.body).toBe(201)
  return placed.json<{ order_id: string }>().order_id
}

interface Seen {
  readonly state: OrderState
  readonly moves: { readonly action: string; readonly to: string }[]
}

describe('the state machine of orders', () => {
  test('is the listed one, and an end is an end', async () => {
    const rows = await world.sql(
      `select actor_kind, from_state, action, to_state from state_transition where entity = 'order' order by 1, 2, 3`,
    )
    const listed = Object.entries(MODEL)
      .flatMap(([actor_kind, moves]) =>
        moves.map(([from_state, action, to_state]) => ({ actor_kind, from_state, action, to_state })),
      )
      .toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
    expect(rows).toEqual(listed)
    expect(ORDER_STATES.filter((state) => rows.every((row) => row['from_state'] !== state))).toEqual([
      ...FINAL_STATES,
    ])
  })

  test('is what the server does, whatever is tried in whatever order (A7)', async () => {
    const act = fc.constantFrom(
      ['requester', 'cancel'] as const,
      ['provider', 'progress'] as const,
      ['provider', 'complete'] as const,
      ['provider', 'reject'] as const,
      ['requester', 'amend'] as const,
    )
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 5 }), async (acts) => {
        const id = await place()
        const own = await token()
        let expected: OrderState = 'acknowledged'
        for (const [side, action] of acts) {
          const before = (await clients.call(own, 'GET', `${ORDERS}/${id}`)).json<
            Seen & { version: number }
          >()
          const answer =
            action === 'amend'
              ? await clients.call(own, 'PATCH', `${ORDERS}/${id}`, {
                  body: { reference: 'changed' },
                  headers: { 'if-match': `"v${before.version}"` },
                })
              : side === 'requester'
                ? await clients.call(own, 'POST', `${ORDERS}/${id}/${action}`)
                : await world.call(provider, 'POST', `/api/v1/admin/orders/${id}/${action}`, { body: {} })
          const next = MODEL[side]?.find(([from, name]) => from === expected && name === action)?.[2]
          const isLegal = action === 'amend' ? expected === 'acknowledged' : next !== undefined
          expect([answer.statusCode, isLegal], `${expected} ${action}`).toEqual([
            isLegal ? 200 : 409,
            isLegal,
          ])
          expected = next ?? expected
        }
        const after = (await clients.call(own, 'GET', `${ORDERS}/${id}`)).json<Seen>()
        expect(after.state).toBe(expected)
        const offered = MODEL['requester']?.filter(([from]) => from === expected) ?? []
        expect(after.moves).toEqual(offered.map(([, action, to]) => ({ action, to })))
        const [services] = await world.sql<{ n: number }>(
          `select count(*)::integer as n from service s join service_order o on o.id = s.order_id and o.tenant_id = s.tenant_id
           where o.tenant_id = $1 and o.id = (select id from service_order order by id desc limit 1)`,
          [shop.tenant],
        )
        expect(services?.n).toBe(expected === 'completed' ? 2 : 0)
      }),
      { numRuns: 15 },
    )
  }, 60_000)
})

describe('a fulfilment', () => {
  const FAST = {
    name: 'fast',
    next: ({ status }: { status: string }) => (status === 'acknowledged' ? 'in_progress' : 'completed'),
  } as const

  test('carries orders out step by step, each with its event, and twice at once moves nothing twice', async () => {
    const id = await place()
    const read = async () => (await clients.call(await token(), 'GET', `${ORDERS}/${id}`)).json<Seen>().state
    const run = () => runFulfilment(world.database, FAST, { onlySandbox: false })
    const moved = await Promise.all([run(), run(), run()])
    moved.push(await run())
    while ((moved.at(-1) ?? 0) > 0) moved.push(await run())
    expect(await read()).toBe('completed')
    expect(await run()).toBe(0)
    const events = await world.sql(
      `select e.action, e.actor_type, e.actor_name from audit_event e join audit_scope s on s.event_id = e.id
       where s.kind = 'tenant' and s.scope_id = $1 and e.actor_type = 'system' and e.resource_id = (select max(id::text)::uuid from service_order where tenant_id = $1)
         and e.action like 'orders.%' order by e.id`,
      [shop.tenant],
    )
    expect(events).toEqual([
      { action: 'orders.progress', actor_type: 'system', actor_name: 'fast' },
      { action: 'orders.complete', actor_type: 'system', actor_name: 'fast' },
    ])
  })

  test('carries out what waits behind more orders that stay than are looked at together (A7)', async () => {
    const late = await place()
    const stay: string[] = Array.from({ length: 201 }, () => crypto.randomUUID())
    await world.seed(
      `with model as (select max(id::text)::uuid as id from service_order where tenant_id = $2),
       copied as (
         insert into service_order
         select (jsonb_populate_record(o, jsonb_build_object('id', n.id, 'status_changed_at', o.status_changed_at - interval '1 day'))).*
         from service_order o join model m on m.id = o.id, unnest($1::uuid[]) n (id))
       insert into order_item (tenant_id, account_id, order_id, position, product_code, product_name, quantity, once_unit_minor, monthly_unit_minor)
       select i.tenant_id, i.account_id, n.id, i.position, i.product_code, i.product_name, i.quantity, i.once_unit_minor, i.monthly_unit_minor
       from order_item i join model m on m.id = i.order_id, unnest($1::uuid[]) n (id)`,
      [stay, shop.tenant],
      shop.tenant,
    )
    const picky = {
      name: 'picky',
      next: ({ id }: { id: string }) => (stay.includes(id) ? null : 'in_progress'),
    } as const
    await runFulfilment(world.database, picky, { onlySandbox: false })
    const answer = await clients.call(await token(), 'GET', `${ORDERS}/${late}`)
    expect(answer.json<Seen>().state).toBe('in_progress')
  })

  test('for sandboxes touches no order that somebody really pays for', async () => {
    const real = await place()
    const sandbox = await openDirect(world, clients)
    await world.seed('update tenant set is_sandbox = true where id = $1', [sandbox.tenant])
    await world.seed(`update api_client set environment = 'sandbox' where id = $1`, [sandbox.client])
    const own = await clients.token({
      client: sandbox.client,
      account: sandbox.account,
      delegation: sandbox.consent,
    })
    const placed = await clients.call(own, 'POST', ORDERS, { body: BODY })
    expect(placed.statusCode, placed.body).toBe(201)
    expect(await runFulfilment(world.database, FAST, { onlySandbox: true })).toBe(1)
    const answers = [
      await clients.call(await token(), 'GET', `${ORDERS}/${real}`),
      await clients.call(own, 'GET', `${ORDERS}/${placed.json<{ order_id: string }>().order_id}`),
    ]
    expect(answers.map((answer) => answer.json<Seen>().state)).toEqual(['acknowledged', 'in_progress'])
  })
})
