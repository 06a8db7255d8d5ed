import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { meetAt } from '#testing/meet.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import type { PartnerCast } from '#testing/portfolio-acts.ts'
import { changedBy } from '#testing/raw-changes.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { operationRoutes, runOperations } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), ...operationRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast } = makePortfolioActs(() => world)

const work = () =>
  runOperations({
    database: world.database,
    publicOrigin: () => TEST_ORIGIN,
    onError: (error) => {
      throw error
    },
  })

interface Shop {
  readonly people: PartnerCast
  readonly links: readonly string[]
}

/** A partner with so many links. */
async function open(count = 1): Promise<Shop> {
  const people = await cast()
  const links: string[] = []
  for (let index = 0; index < count; index += 1)
    links.push(await world.link(people.partner, await world.tenant('Acme')))
  return { people, links }
}

const ask = ({ people, links }: Shop, step: object) =>
  world.call(people.owner, 'POST', '/api/v1/partner/links/bulk', {
    body: { ...step, items: links.map((link) => ({ link_id: publicIdOf('link', link) })) },
  })

const SUSPEND = { action: 'suspend', reason: 'A stolen laptop' }
const ALERTS = { action: 'set_alerts', notify_on_sla_breach: false }

/** Orders and answers the id that the database knows. */
async function order(shop: Shop, step: object = ALERTS): Promise<string> {
  const answer = await ask(shop, step)
  expect(answer.statusCode, answer.body).toBe(202)
  const [row] = await world.sql<{ id: string }>(
    `select id from bulk_operation where partner_id = $1 order by created_at desc limit 1`,
    [shop.people.partner],
  )
  return row?.id ?? ''
}

/** The operations in the order in which they were through. */
async function asFinished(...ids: string[]): Promise<number[]> {
  const rows = await world.sql<{ id: string; status: string }>(
    'select id, status from bulk_operation where id = any($1) order by finished_at',
    [ids],
  )
  expect(rows.map(({ status }) => status)).toEqual(ids.map(() => 'completed'))
  return rows.map(({ id }) => ids.indexOf(id))
}

describe('partners take turns (B14)', () => {
  test('an order of one partner waits for one turn of another, however much that one ordered before', async () => {
    const [busy, other] = [await open(), await open()]
    const many = [await order(busy), await order(busy), await order(busy)]
    const single = await order(other)
    await work()
    expect(await asFinished(...many, single)).toEqual([0, 3, 1, 2])
  })

  test('a long operation is worked on in parts, and others come in between', async () => {
    const [busy, other] = [await open(25), await open()]
    const [long, single] = [await order(busy), await order(other)]
    await work()
    expect(await asFinished(long, single)).toEqual([1, 0])
    const [left] = await world.sql(
      `select count(*) filter (where outcome = 'done')::integer as done, count(*)::integer as all from bulk_item where operation_id = $1`,
      [long],
    )
    expect(left).toEqual({ done: 25, all: 25 })
  })

  test('of one partner what stops access is first', async () => {
    const shop = await open()
    const [first, second] = [await order(shop), await order(shop)]
    const stop = await order(shop, SUSPEND)
    await work()
    expect(await asFinished(first, second, stop)).toEqual([2, 0, 1])
  })

  test('while one operation of a partner is worked on none of its others is, but those of others are (barrier)', async () => {
    const [busy, other] = [await open(), await open()]
    const [first, second] = [await order(busy, SUSPEND), await order(busy)]
    const single = await order(other)
    const held = { text: 'select from delegation where id = $1 for update', values: [busy.links[0]] }
    const isUnderWay = async () =>
      (await world.sql(`select from bulk_operation where id = $1 and status = 'processing'`, [first]))
        .length > 0
    const [, states] = await meetAt<unknown>(world, held, [
      work,
      async () => {
        while (!(await isUnderWay()));
        await work()
        return world.sql('select status from bulk_operation where id = any($1) order by created_at', [
          [first, second, single],
        ])
      },
    ])
    expect(states).toEqual([{ status: 'processing' }, { status: 'queued' }, { status: 'completed' }])
    expect(await asFinished(first, second)).toEqual([0, 1])
  })

  test('workers that claim at the same moment never take up two of one partner (barrier)', async () => {
    const shop = await open()
    const ids = [await order(shop), await order(shop), await order(shop)]
    await meetAt(
      world,
      { text: `select pg_advisory_xact_lock(access.lock_key('operations', null))`, values: [] },
      [work, work, work],
    )
    const rows = await world.sql<{ served_at: Date; finished_at: Date }>(
      'select served_at, finished_at from bulk_operation where id = any($1) order by served_at',
      [ids],
    )
    for (const [index, row] of rows.slice(1).entries())
      expect(row.served_at.getTime()).toBeGreaterThanOrEqual(rows[index]?.finished_at.getTime() ?? Infinity)
  })
})

describe('how many operations of a partner wait is bounded (B14)', () => {
  test('the next one is refused, is taken again once one was stopped, and others are not concerned', async () => {
    const [shop, other] = [await open(), await open()]
    for (let index = 0; index < 20; index += 1) await order(shop)
    const refused = await ask(shop, ALERTS)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'TOO_MANY_OPERATIONS'])
    await order(other)
    const list = await world.call(shop.people.owner, 'GET', '/api/v1/partner/operations')
    const { operation_id: id } = list.json().items[0]
    await world.call(shop.people.owner, 'POST', `/api/v1/partner/operations/${id}/cancel`)
    await order(shop)
    const [ana] = await world.sql<{ person_id: string }>(
      'select person_id from partner_member where id = $1',
      [shop.people.ownerMember],
    )
    const insert = {
      sql: `insert into bulk_operation (partner_id, action, ordered_by, ordered_by_name, session_id, factor, items_count)
        values ($1, 'renew', $2, 'x', access.context_id('session_id'), 'otp', 1)`,
      values: [shop.people.partner, ana?.person_id],
    }
    await expect(changedBy(world, shop.people.owner, insert)).rejects.toThrow(
      'as many operations as may wait',
    )
    await work()
    expect(await changedBy(world, shop.people.owner, insert)).toBe(1)
  })

  test('also for orders at the same moment (barrier)', async () => {
    const shop = await open()
    for (let index = 0; index < 19; index += 1) await order(shop)
    const held = {
      text: `select pg_advisory_xact_lock(access.lock_key('operations', $1))`,
      values: [shop.people.partner],
    }
    const answers = await meetAt(world, held, [() => ask(shop, ALERTS), () => ask(shop, ALERTS)])
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([202, 409])
    await work()
  })
})
