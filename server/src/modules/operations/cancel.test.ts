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

/** Three links, and an order to suspend them that waits. */
async function ordered() {
  const people = await cast()
  const links: string[] = []
  for (const name of ['Acme', 'Beta', 'Gamma'])
    links.push(await world.link(people.partner, await world.tenant(name)))
  const items = links.map((link) => ({ link_id: publicIdOf('link', link) }))
  const answer = await world.call(people.owner, 'POST', '/api/v1/partner/links/bulk', {
    body: { action: 'suspend', reason: 'A pause', items },
  })
  expect(answer.statusCode, answer.body).toBe(202)
  const [row] = await world.sql<{ id: string }>(`select id from bulk_operation where partner_id = $1`, [
    people.partner,
  ])
  return { people, links, id: answer.json<{ operation_id: string }>().operation_id, uuid: row?.id ?? '' }
}

const cancel = (caller: PartnerCast['owner'], id: string) =>
  world.call(caller, 'POST', `/api/v1/partner/operations/${id}/cancel`)
const read = async ({ owner }: PartnerCast, id: string) =>
  (await world.call(owner, 'GET', `/api/v1/partner/operations/${id}`)).json()
const outcomesOf = (result: { items: { outcome: string }[] }) => result.items.map(({ outcome }) => outcome)

async function isSettled(uuid: string, place: number) {
  const rows = await world.sql(
    `select from bulk_item where operation_id = $1 and place = $2 and outcome <> 'waiting'`,
    [uuid, place],
  )
  return rows.length === 1
}

async function statesOf(links: readonly string[]) {
  const rows = await world.sql<{ id: string; status: string }>(
    'select id, status from delegation where id = any($1)',
    [links],
  )
  return links.map((link) => rows.find(({ id }) => id === link)?.status)
}

describe('stopping an operation (B14)', () => {
  test('cancels what waits, says by whom, and changes nothing when it is asked for again', async () => {
    const { people, links, id } = await ordered()
    const bo = await world.person('Bo Lind')
    await world.partnerMember(people.partner, bo.id, 'PARTNER_OWNER')
    const colleague = await world.signIn(bo.id, { factorAgeSeconds: 3600 })
    const stopped = await cancel(colleague, id)
    expect(stopped.statusCode, stopped.body).toBe(200)
    expect(stopped.json()).toMatchObject({
      status: 'cancelled',
      cancelled: 3,
      waiting: 0,
      done: 0,
      cancelled_by_name: 'Bo Lind',
    })
    expect(outcomesOf(stopped.json())).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect(stopped.json().finished_at).not.toBeNull()
    const again = await cancel(people.owner, id)
    expect(again.json()).toEqual(stopped.json())
    await work()
    expect(await read(people, id)).toEqual(stopped.json())
    expect(await statesOf(links)).toEqual(['active', 'active', 'active'])
    const events = await world.sql(
      `select actor_name, changes from audit_event where partner_id = $1 and action = 'operations.cancel' order by occurred_at`,
      [people.partner],
    )
    expect(events).toEqual([
      { actor_name: 'Bo Lind', changes: { links: { before: 3, after: 0 } } },
      { actor_name: 'Ana Ruiz', changes: null },
    ])
  })

  test('is refused once all of it is through, to staff, and to another partner', async () => {
    const { people, id } = await ordered()
    expect((await cancel(people.technician, id)).statusCode).toBe(403)
    const others = await cast()
    const foreign = await cancel(others.owner, id)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'OPERATION_NOT_FOUND'])
    await work()
    const late = await cancel(people.owner, id)
    expect([late.statusCode, late.json().code]).toEqual([409, 'OPERATION_FINISHED'])
    expect(await read(people, id)).toMatchObject({ status: 'completed', done: 3, cancelled: 0 })
  })

  test('of which the last item is through, but not yet the operation, is refused and changes nothing', async () => {
    const { people, id, uuid } = await ordered()
    await world.sql(`update bulk_item set outcome = 'done', done_at = now() where operation_id = $1`, [uuid])
    expect((await cancel(people.owner, id)).statusCode).toBe(409)
    await work()
    expect(await read(people, id)).toMatchObject({ status: 'completed', done: 3, cancelled_by_name: null })
  })

  test('while a link is worked on leaves that one as it was, and what was done before done (barrier)', async () => {
    const { people, links, id, uuid } = await ordered()
    const held = { text: 'select from delegation where id = $1 for update', values: [links[1]] }
    const [, stopped] = await meetAt(world, held, [
      () => work().then(() => null),
      async () => {
        // The worker has come to the second link by now, or comes to it after this: both end alike but for the first.
        while (!(await isSettled(uuid, 0)));
        return cancel(people.owner, id)
      },
    ])
    expect(stopped?.statusCode).toBe(200)
    expect(outcomesOf(await read(people, id))).toEqual(['done', 'cancelled', 'cancelled'])
    expect(await statesOf(links)).toEqual(['suspended', 'active', 'active'])
  })

  test('and working on it never both have an item: what is done is kept, what is cancelled was not done (barrier)', async () => {
    const { people, links, id, uuid } = await ordered()
    const held = {
      text: 'select from bulk_item where operation_id = $1 and place = 2 for update',
      values: [uuid],
    }
    const [, stopped] = await meetAt(world, held, [
      () => work().then(() => null),
      async () => {
        while (!(await isSettled(uuid, 1)));
        return cancel(people.owner, id)
      },
    ])
    const result = await read(people, id)
    expect([
      [200, 'cancelled', 'cancelled', 'active'],
      [409, 'completed', 'done', 'suspended'],
    ]).toContainEqual([stopped?.statusCode, result.status, outcomesOf(result)[2], (await statesOf(links))[2]])
  })

  test('is a move that the database makes as a whole, in the own name, and takes back for nobody', async () => {
    const { people, uuid } = await ordered()
    const others = await cast()
    const [ana] = await world.sql<{ person_id: string }>(
      'select person_id from partner_member where id = $1',
      [people.ownerMember],
    )
    const mine = [uuid, ana?.person_id]
    const stop = `update bulk_operation set status = 'cancelled', cancelled_by = $2, cancelled_by_name = 'Somebody else' where id = $1`
    const change = (sql: string, values: unknown[], who = people.owner) =>
      changedBy(world, who, { sql, values })
    const named = stop.replace('$1', `'${uuid}'`).replace('$2', `'${ana?.person_id}'`)
    await expect(change(`${named}; set constraints all immediate`, [])).rejects.toThrow('has no audit event')
    expect(await change(stop, mine)).toBe(1)
    for (const status of ['completed', 'processing'])
      await expect(
        change(`update bulk_operation set status = $2 where id = $1`, [uuid, status]),
      ).rejects.toThrow('partner may not move it')
    await expect(
      change(`update bulk_operation set status = 'cancelled' where id = $1`, [uuid]),
    ).rejects.toThrow('bulk_operation_cancelled')
    await expect(change(stop, [uuid, '01900000-0000-7000-8000-000000000001'])).rejects.toThrow(
      'everybody acts in the own name',
    )
    await expect(
      change(`update bulk_operation set claim_hash = '\\x00' where id = $1`, [uuid]),
    ).rejects.toThrow('permission denied')
    expect(await change(stop, mine, others.owner)).toBe(0)
    expect(await change(stop, mine, people.technician)).toBe(0)
    expect(
      await change(`update bulk_item set outcome = 'cancelled', done_at = now() where operation_id = $1`, [
        uuid,
      ]),
    ).toBe(0)
  })

  test('has ended for the worker, too', async () => {
    const { people, id, uuid } = await ordered()
    await cancel(people.owner, id)
    const tries = [
      `update bulk_operation set status = 'queued', finished_at = null where id = $1`,
      `update bulk_operation set status = 'completed' where id = $1`,
      `update bulk_item set outcome = 'waiting', done_at = null where operation_id = $1`,
      `update bulk_item set outcome = 'done' where operation_id = $1`,
    ]
    const client = await world.database.pool('liaison_job').connect()
    try {
      for (const sql of tries) {
        await client.query('begin')
        await client.query('select access.enter_system($1)', [{ job: 'operation', request_id: 'r' }])
        await expect(client.query(sql, [uuid])).rejects.toThrow('may not')
        await client.query('rollback')
      }
    } finally {
      client.release()
    }
  })
})

describe('what was ordered in a session (B14)', () => {
  const end = (people: PartnerCast, reason: string | null) =>
    world.sql(
      `update session set ended_at = now(), end_reason = $2 where person_id = (select person_id from partner_member where id = $1)`,
      [people.ownerMember, reason],
    )
  const codesOf = async (uuid: string) =>
    (
      await world.sql<{ code: string | null }>(
        'select distinct code from bulk_item where operation_id = $1 order by 1',
        [uuid],
      )
    ).map(({ code }) => code)

  test.for(['ended_by_owner', 'password_changed', 'factors_reset', null])(
    'that was ended from elsewhere (%s) is not done',
    async (reason) => {
      const { people, links, uuid } = await ordered()
      await end(people, reason)
      await work()
      expect(await codesOf(uuid)).toEqual(['OPERATION_SESSION_ENDED'])
      expect(await statesOf(links)).toEqual(['active', 'active', 'active'])
    },
  )

  test.for(['signed_out', 'replaced', 'rotated', 'too_many'])(
    'that its owner left or went on under another token (%s) is done',
    async (reason) => {
      const { people, links, uuid } = await ordered()
      await end(people, reason)
      await work()
      expect(await codesOf(uuid)).toEqual([null])
      expect(await statesOf(links)).toEqual(['suspended', 'suspended', 'suspended'])
    },
  )

  test('that went idle or came to its end is done', async () => {
    const { people, links } = await ordered()
    await world.sql(
      `update session set seen_at = now() - interval '9 hours', ends_at = now() - interval '1 minute' where person_id = (select person_id from partner_member where id = $1)`,
      [people.ownerMember],
    )
    await work()
    expect(await statesOf(links)).toEqual(['suspended', 'suspended', 'suspended'])
  })

  test('that went on under another token and was ended then is not done', async () => {
    const { people, uuid } = await ordered()
    await end(people, 'rotated')
    await world.sql(
      `insert into session (token_hash, person_id, created_at, ends_at, ended_at, end_reason)
       select sha256(token_hash), person_id, created_at, ends_at, now(), 'ended_by_owner' from session where person_id = (select person_id from partner_member where id = $1)`,
      [people.ownerMember],
    )
    await work()
    expect(await codesOf(uuid)).toEqual(['OPERATION_SESSION_ENDED'])
  })

  test('by somebody who is frozen now is not done', async () => {
    const { people, uuid } = await ordered()
    await world.seed(
      `insert into access_freeze (scope, person_id, set_by, set_by_name, set_by_side) select 'person', person_id, person_id, 'x', 'provider' from partner_member where id = $1`,
      [people.ownerMember],
    )
    await work()
    expect(await codesOf(uuid)).toEqual(['ACCESS_FROZEN'])
  })
})
