import { createHash } from 'node:crypto'
import { decodeId, encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { attempt } from '#testing/sides.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
let first: Caller
let second: Caller
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  const [ann, bob] = [await world.person('Ann First'), await world.person('Bob Second')]
  await world.platformAdmin(ann.id)
  await world.platformAdmin(bob.id)
  first = await world.signIn(ann.id)
  second = await world.signIn(bob.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const REQUESTS = '/api/v1/admin/second-person-requests'
const PROGRAM = '/api/v1/admin/program'
const POLICY = '/api/v1/admin/earnings/policy'

const pathOf = (partner: PartnerId) => `/api/v1/admin/partners/${encodeId('partner', partner)}`

const askEnd = (partner: PartnerId, name: string, by = first) =>
  world.call(by, 'POST', `${pathOf(partner)}/terminate`, { body: { reason: 'Fraud', name } })

const answer = (by: Caller, id: string, body: object, of = 'partner-terminations') =>
  world.call(by, 'POST', `${REQUESTS}/${of}/${id}/decision`, { body })

const statusOf = async (partner: PartnerId) =>
  (await world.sql<{ status: string }>('select status from partner where id = $1', [partner]))[0]?.status

/** A partner whose end the first admin asked for. */
async function askedEnd(name: string) {
  const partner = await world.partner(name)
  const asked = await askEnd(partner, name)
  expect(asked.statusCode, asked.body).toBe(202)
  return { partner, id: String(asked.json().request_id) }
}

describe('the end of a partner', () => {
  test('takes two people: nothing ends before another admin confirms what one asked for, and the log says who did which (C1)', async () => {
    const { partner, id } = await askedEnd('Two Ltd')
    expect(await statusOf(partner)).toBe('active')
    const detail = await world.call(second, 'GET', pathOf(partner))
    expect(detail.json().termination_asked).toMatchObject({
      request_id: id,
      state: 'waiting',
      asked_by_name: 'Ann First',
      asked_by_you: false,
      reason: 'Fraud',
    })
    expect((await askEnd(partner, 'Two Ltd', second)).json().code).toBe('SECOND_PERSON_WAITING')
    expect((await answer(first, id, { decision: 'confirm' })).json().code).toBe('SECOND_PERSON_REFUSED')
    expect((await answer(first, id, { decision: 'decline', reason: 'x' })).json().code).toBe(
      'SECOND_PERSON_REFUSED',
    )
    expect(await statusOf(partner)).toBe('active')
    const confirmed = await answer(second, id, { decision: 'confirm' })
    expect(confirmed.json(), confirmed.body).toMatchObject({
      state: 'confirmed',
      decided_by_name: 'Bob Second',
      partner_name: 'Two Ltd',
    })
    const ended = await world.call(first, 'GET', pathOf(partner))
    expect(ended.json()).toMatchObject({
      status: 'terminated',
      registry_status: 'stopped',
      status_reason: 'Fraud',
      termination_asked: null,
    })
    expect((await answer(second, id, { decision: 'confirm' })).json().code).toBe('SECOND_PERSON_ANSWERED')
    expect((await askEnd(partner, 'Two Ltd')).json().code).toBe('PARTNER_STATE_CONFLICT')
    const events = await world.sql(
      `select action, actor_name, reason, partner_id is not null as partner_reads from audit_event where resource_id = $1 and action like 'partners.%' order by occurred_at`,
      [partner],
    )
    expect(events).toEqual([
      {
        action: 'partners.request_termination',
        actor_name: 'Ann First',
        reason: 'Fraud',
        partner_reads: false,
      },
      { action: 'partners.terminate', actor_name: 'Bob Second', reason: 'Fraud', partner_reads: true },
    ])
  })

  test('is declined with a reason by another admin or taken back by whoever asked, and can be asked for again (C1)', async () => {
    const { partner, id } = await askedEnd('Kept Ltd')
    const faults = await answer(second, id, { decision: 'decline' })
    expect([faults.statusCode, faults.json().errors[0].pointer]).toEqual([422, '/body/reason'])
    expect((await answer(second, id, { decision: 'withdraw' })).json().code).toBe('SECOND_PERSON_REFUSED')
    expect((await answer(second, id, { decision: 'decline', reason: 'They paid.' })).json()).toMatchObject({
      state: 'declined',
      decision_reason: 'They paid.',
    })
    const again = await askEnd(partner, 'Kept Ltd')
    const taken = await answer(first, String(again.json().request_id), { decision: 'withdraw' })
    expect(taken.json(), taken.body).toMatchObject({ state: 'withdrawn' })
    expect(await statusOf(partner)).toBe('active')
    const list = await world.call(first, 'GET', `${REQUESTS}?partner_id=${encodeId('partner', partner)}`)
    expect(list.json().items.map(({ state }: { state: string }) => state)).toEqual(['withdrawn', 'declined'])
  })

  test('runs out after seven days: then nobody confirms it, and it can be asked for again (C1)', async () => {
    const { partner, id } = await askedEnd('Late Ltd')
    await world.seed(
      `update second_person_request set asked_at = now() - interval '8 days', ends_at = now() - interval '1 day' where partner_id = $1`,
      [partner],
    )
    expect((await answer(second, id, { decision: 'confirm' })).json().code).toBe('SECOND_PERSON_ANSWERED')
    const find = `${REQUESTS}?partner_id=${encodeId('partner', partner)}`
    expect((await world.call(first, 'GET', `${find}&state=lapsed`)).json().total).toBe(1)
    expect((await world.call(first, 'GET', `${find}&state=waiting`)).json().total).toBe(0)
    expect((await askEnd(partner, 'Late Ltd', second)).statusCode).toBe(202)
    expect(await statusOf(partner)).toBe('active')
  })

  test('that is confirmed while it is taken back happens or does not, never both (C1)', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { partner, id } = await askedEnd('Race Ltd')
      const codes = await Promise.all([
        answer(second, id, { decision: 'confirm' }),
        answer(first, id, { decision: 'withdraw' }),
      ])
      expect(codes.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
        200, 409,
      ])
      expect(await statusOf(partner)).toBe(codes[0]?.statusCode === 200 ? 'terminated' : 'active')
    }
  })

  test('is asked for and confirmed with a fresh factor by the provider alone (C1)', async () => {
    const { partner, id } = await askedEnd('Guarded Ltd')
    const owner = await world.person()
    await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
    const theirs = await world.signIn(owner.id)
    expect((await world.call(theirs, 'GET', REQUESTS)).statusCode).toBe(403)
    expect((await answer(theirs, id, { decision: 'confirm' })).statusCode).toBe(403)
    const staff = await world.person()
    await world.platformAdmin(staff.id)
    const tired = await world.signIn(staff.id, { factorAgeSeconds: 3600 })
    expect((await answer(tired, id, { decision: 'confirm' })).json().code).toBe('STEP_UP_REQUIRED')
    expect((await answer(second, id, { decision: 'confirm' }, 'earning-settings')).json().code).toBe(
      'SECOND_PERSON_NOT_FOUND',
    )
  })
})

describe('fewer people than before', () => {
  const setCare = (by: Caller, before: string, after: string) =>
    world.call(by, 'PUT', PROGRAM, { body: { before, four_eyes: after, reason: 'It is faster.' } })
  const care = async () => (await world.call(first, 'GET', PROGRAM)).json()

  test('for agreements wait for a second admin, more hold at once, and what changed meanwhile is not confirmed (D4)', async () => {
    const asked = await setCare(first, 'approval', 'off')
    expect(asked.json(), asked.body).toMatchObject({
      four_eyes: 'approval',
      four_eyes_asked: { proposed_four_eyes: 'off', asked_by_you: true },
    })
    expect((await setCare(second, 'approval', 'off')).json().code).toBe('SECOND_PERSON_WAITING')
    const id = String(asked.json().four_eyes_asked.request_id)
    expect((await setCare(second, 'approval', 'offer_and_approval')).json().four_eyes).toBe(
      'offer_and_approval',
    )
    const outdated = await answer(second, id, { decision: 'confirm' }, 'agreement-settings')
    expect(outdated.json().code).toBe('SECOND_PERSON_OUTDATED')
    expect(await care()).toMatchObject({ four_eyes: 'offer_and_approval' })
    expect((await setCare(first, 'approval', 'off')).statusCode).toBe(412)
    await answer(first, id, { decision: 'withdraw' }, 'agreement-settings')
    const less = await setCare(first, 'offer_and_approval', 'approval')
    const next = String(less.json().four_eyes_asked.request_id)
    expect((await answer(first, next, { decision: 'confirm' }, 'agreement-settings')).statusCode).toBe(409)
    expect((await answer(second, next, { decision: 'confirm' }, 'agreement-settings')).statusCode).toBe(200)
    expect(await care()).toMatchObject({ four_eyes: 'approval', four_eyes_asked: null })
  })

  test('for earnings wait for a second admin and name both, more hold at once (D6)', async () => {
    const before = (await world.call(first, 'GET', POLICY)).json()
    const set = (after: number, above: object, byItself = false) =>
      world.call(first, 'PUT', POLICY, {
        body: {
          after_version: after,
          approves_by_itself: byItself,
          two_people_above: above,
          reason: 'Less work',
        },
      })
    const more = await set(before.version, { ...before.two_people_above, USD: 50_000 })
    expect(more.json()).toMatchObject({ version: before.version + 1, asked: null })
    const less = await set(before.version + 1, before.two_people_above, true)
    expect(less.json()).toMatchObject({
      version: before.version + 1,
      approves_by_itself: false,
      asked: { proposed_policy: { approves_by_itself: true } },
    })
    const id = String(less.json().asked.request_id)
    expect((await answer(first, id, { decision: 'confirm' }, 'earning-settings')).statusCode).toBe(409)
    expect((await answer(second, id, { decision: 'confirm' }, 'earning-settings')).statusCode).toBe(200)
    expect((await world.call(first, 'GET', POLICY)).json()).toMatchObject({
      version: before.version + 2,
      approves_by_itself: true,
      two_people_above: before.two_people_above,
      set_by_name: 'Ann First and Bob Second',
      asked: null,
    })
  })

  test('are told from more people by what any amount would take (D6)', async () => {
    const above = fc.dictionary(fc.constantFrom('EUR', 'USD'), fc.integer({ min: 0, max: 4 }))
    const policy = fc.record({ itself: fc.boolean(), above })
    const pairs = fc.sample(fc.tuple(policy, policy), 400)
    const rows = await world.sql<{ lowers: boolean }>(
      `select access.lowers_earning_policy((p -> 0 ->> 'itself')::boolean, p -> 0 -> 'above', (p -> 1 ->> 'itself')::boolean, p -> 1 -> 'above') as lowers
       from jsonb_array_elements($1::jsonb) with ordinality as x (p, place) order by place`,
      [JSON.stringify(pairs)],
    )
    type Policy = (typeof pairs)[number][0]
    const people = (of: Policy, currency: string, amount: number) => {
      const limit = of.above[currency]
      if (limit === undefined || amount > limit) return 2
      return of.itself ? 0 : 1
    }
    pairs.forEach(([was, becomes], place) => {
      const fewer = ['EUR', 'USD'].some((currency) =>
        [0, 1, 2, 3, 4, 5].some(
          (amount) => people(becomes, currency, amount) < people(was, currency, amount),
        ),
      )
      // A policy that begins to approve by itself is one with fewer people, also while no currency has a limit.
      const begins = becomes.itself && !was.itself
      expect(rows[place]?.lowers, JSON.stringify([was, becomes])).toBe(fewer || begins)
    })
  })
})

/** Works as the platform's login with one person's context, in a transaction that is rolled back. */
async function asAdmin<Result>(
  by: Caller,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_platform').connect()
  try {
    await client.query('begin')
    await enter(client, by)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function enter(client: pg.PoolClient, by: Caller): Promise<void> {
  const token = String(by.cookie).split('=')[1] ?? ''
  await client.query('select access.enter_person($1)', [
    {
      session_hash: createHash('sha256').update(token).digest('hex'),
      tenant_id: null,
      permission: 'platform.partners.manage',
      writes: true,
      source: 'api',
    },
  ])
}

describe('the database alone', () => {
  const CONFIRM = `update second_person_request set state = 'confirmed' where partner_id = $1`

  test('ends no partner and lowers no setting for one person, whatever a handler forgets (C1, D4, D6)', async () => {
    const { partner } = await askedEnd('Raw Ltd')
    const tries = await asAdmin(first, async (client) => [
      await attempt(client, `update partner set status = 'terminated' where id = $1`, [partner]),
      await attempt(client, `update program set four_eyes = 'off'`, []),
      await attempt(
        client,
        `insert into earning_policy (version, approves_by_itself, two_people_above, reason, set_by_name) select max(version) + 1, true, '{"USD": 99999999}', 'x', 'x' from earning_policy`,
        [],
      ),
      await attempt(
        client,
        `insert into earning_policy (version, approves_by_itself, two_people_above, reason, set_by_name) select max(version) + 2, false, '{}', 'x', 'x' from earning_policy`,
        [],
      ),
      await attempt(client, CONFIRM, [partner]),
      await attempt(client, `update second_person_request set state = 'declined' where partner_id = $1`, [
        partner,
      ]),
      await attempt(client, `update second_person_request set state = 'lapsed' where partner_id = $1`, [
        partner,
      ]),
    ])
    expect(tries).toEqual([
      'second_person_needed',
      'second_person_needed',
      'second_person_needed',
      'earning_policy_pkey',
      'second_person_same',
      'second_person_same',
      'second_person_lapsed',
    ])
    const forged = await asAdmin(second, async (client) => [
      await attempt(client, `update second_person_request set reason = 'x' where partner_id = $1`, [partner]),
      await attempt(client, `update second_person_request set asked_by = uuidv7() where partner_id = $1`, [
        partner,
      ]),
      await attempt(
        client,
        `insert into second_person_request (kind, partner_id, reason, state) values ('partner_termination', $1, 'x', 'confirmed')`,
        [partner],
      ),
      await attempt(client, `delete from second_person_request where partner_id = $1`, [partner]),
      await attempt(client, `update second_person_request set state = 'withdrawn' where partner_id = $1`, [
        partner,
      ]),
    ])
    for (const outcome of forged.slice(0, 4)) expect(outcome).toMatch(/permission denied/)
    expect(forged[4]).toBe('second_person_asker')
    const [ended] = await asAdmin(second, async (client) => {
      await client.query(CONFIRM, [partner])
      return (await client.query<{ status: string }>('select status from partner where id = $1', [partner]))
        .rows
    })
    expect(ended).toEqual({ status: 'terminated' })
  })

  test('mails nobody on behalf of another: an admin tells about the own request alone (C1)', async () => {
    const { id } = await askedEnd('Told Ltd')
    const tell = (by: Caller) =>
      asAdmin(by, async (client) => {
        const { rows } = await client.query<{ mailed: number }>(
          `select access.mail_second_people($1, 'a', 'b') as mailed`,
          [decodeId('second_person_request', id)],
        )
        return Number(rows[0]?.mailed) > 0
      })
    expect([await tell(first), await tell(second)]).toEqual([true, false])
  })

  test('lets an old answer allow nothing: what was confirmed once is not lowered again after it was raised (D4)', async () => {
    const asked = await world.call(first, 'PUT', PROGRAM, {
      body: { before: 'approval', four_eyes: 'off', reason: 'Faster' },
    })
    expect(asked.statusCode, asked.body).toBe(200)
    const id = String(asked.json().four_eyes_asked.request_id)
    expect((await answer(second, id, { decision: 'confirm' }, 'agreement-settings')).statusCode).toBe(200)
    await world.call(first, 'PUT', PROGRAM, {
      body: { before: 'off', four_eyes: 'approval', reason: 'Safer' },
    })
    expect(
      await asAdmin(first, (client) => attempt(client, `update program set four_eyes = 'off'`, [])),
    ).toBe('second_person_needed')
  })

  test('shows no login a request without a context, and takes none from it (C1, C10)', async () => {
    for (const login of LOGINS) {
      const seen = await world.sqlAs(login, 'select 1 from second_person_request').then(
        (rows) => `${rows.length} rows`,
        (error: Error) => error.message,
      )
      expect(seen, login).toMatch(/^0 rows$|permission denied/)
      const written = await world
        .sqlAs(
          login,
          `insert into second_person_request (kind, proposed, reason) values ('agreement_care', '{}', 'x')`,
        )
        .then(
          () => 'written',
          (error: Error) => error.message,
        )
      expect(written, login).toMatch(/permission denied|row-level security|the provider asks/)
    }
  })
})
