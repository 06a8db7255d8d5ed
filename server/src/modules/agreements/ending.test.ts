import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agree, asAgreementSide, openAgreementScene } from '#testing/agreement-acts.ts'
import type { AgreementScene } from '#testing/agreement-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { approvalRoutes } from '#modules/approvals/index.ts'
import { makeAgreementRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeAgreementRoutes(services), ...approvalRoutes])
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const ADMIN = '/api/v1/admin/agreements'
const MISTYPED = '2062-12-31T00:00:00.000Z'
const MEANT = '2061-12-31T00:00:00.000Z'

const end = (own: AgreementScene, id: string, body: object) =>
  world.call(own.approver, 'POST', `${ADMIN}/${id}/terminate`, { body: { reason: 'As agreed.', ...body } })

const historyOf = (id: string) =>
  world.sql(
    `select action, from_state, to_state, details ->> 'reason' as reason from agreement_event where agreement_id = $1 and action = 'terminate' order by number`,
    [decodeId('agreement', id)],
  )

test('an agreement that was ended for a later day is ended sooner, with its reason, its line and its event; never later (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  expect((await end(own, id, { ends_at: MISTYPED })).statusCode).toBe(200)
  const corrected = await end(own, id, { ends_at: MEANT, reason: 'The year was mistyped.' })
  expect(corrected.json(), corrected.body).toMatchObject({
    state: 'terminated',
    is_in_force: true,
    effective_until: MEANT,
  })
  const later = await end(own, id, { ends_at: MISTYPED })
  expect([later.statusCode, later.json().code]).toEqual([409, 'AGREEMENT_STATE_CONFLICT'])
  const now = await end(own, id, { reason: 'We part today.' })
  expect(now.json(), now.body).toMatchObject({ state: 'terminated', is_in_force: false })
  expect((await end(own, id, {})).statusCode).toBe(409)
  const line = { action: 'terminate', to_state: 'terminated' }
  expect(await historyOf(id)).toEqual([
    { ...line, from_state: 'active', reason: 'As agreed.' },
    { ...line, from_state: 'terminated', reason: 'The year was mistyped.' },
    { ...line, from_state: 'terminated', reason: 'We part today.' },
  ])
  const changes = await world.sql(
    `select changes -> 'terminates_at' ->> 'before' as before from audit_event where action = 'program.agreement.terminated' and resource_id = $1 order by occurred_at`,
    [decodeId('agreement', id)],
  )
  expect(changes).toEqual([{ before: null }, { before: MISTYPED }, { before: MEANT }])
})

test('with what is ended sooner ends what holds before it, and never the one that took its place (D4)', async () => {
  const own = await openAgreementScene(world)
  const first = await agree(world, own)
  const second = await agree(world, own, { starts_at: '2060-01-01T00:00:00.000Z' })
  await end(own, second, { ends_at: MISTYPED })
  await end(own, second, {})
  expect([(await readOf(own, first)).is_in_force, (await readOf(own, second)).is_in_force]).toEqual([
    false,
    false,
  ])
  const third = await agree(world, own)
  await end(own, third, { ends_at: MISTYPED })
  const fourth = await agree(world, own)
  expect((await end(own, third, { ends_at: MEANT })).statusCode).toBe(409)
  expect(await readOf(own, fourth)).toMatchObject({
    state: 'active',
    is_in_force: true,
    effective_until: null,
  })
})

const readOf = async (own: AgreementScene, id: string) =>
  (await world.call(own.approver, 'GET', `${ADMIN}/${id}`)).json()

test('an agreement that was ended for a day before it would have begun is ended sooner, too, and what holds until then with it (D4)', async () => {
  const own = await openAgreementScene(world)
  const first = await agree(world, own)
  const second = await agree(world, own, { starts_at: '2063-01-01T00:00:00.000Z' })
  const ended = await end(own, second, { ends_at: MISTYPED })
  expect(ended.json(), ended.body).toMatchObject({
    state: 'terminated',
    effective_from: null,
    terminates_at: MISTYPED,
  })
  expect(await readOf(own, first)).toMatchObject({ is_in_force: true, effective_until: MISTYPED })
  const sooner = await end(own, second, { ends_at: MEANT })
  expect(sooner.json(), sooner.body).toMatchObject({ effective_from: null, terminates_at: MEANT })
  expect(await readOf(own, first)).toMatchObject({ is_in_force: true, effective_until: MEANT })
  const later = await end(own, second, { ends_at: MISTYPED })
  expect([later.statusCode, later.json().code]).toEqual([409, 'AGREEMENT_STATE_CONFLICT'])
  const now = await end(own, second, {})
  expect(now.statusCode, now.body).toBe(200)
  expect((await readOf(own, first)).is_in_force).toBe(false)
  expect((await end(own, second, {})).statusCode).toBe(409)
})

test('what never began and was replaced since is over: its end is not moved, and the version that took its place holds (D4)', async () => {
  const own = await openAgreementScene(world)
  const first = await agree(world, own, { starts_at: '2063-01-01T00:00:00.000Z' })
  expect((await end(own, first, { ends_at: MISTYPED })).statusCode).toBe(200)
  const second = await agree(world, own)
  expect((await end(own, first, {})).statusCode).toBe(409)
  expect(await readOf(own, second)).toMatchObject({ is_in_force: true, effective_until: null })
})

test('an agreement ends within what every instant of the product can be: an end behind it is one fault of its field', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  const beyond = await end(own, id, { ends_at: '9999-12-31T23:59:59-01:00' })
  expect([beyond.statusCode, beyond.json().errors]).toMatchObject([
    422,
    [{ pointer: '/body/ends_at', code: 'OUT_OF_RANGE' }],
  ])
  expect(await readOf(own, id)).toMatchObject({ state: 'active', terminates_at: null })
})

test('raw SQL changes the day of an end in no other way (D4)', async () => {
  const own = await openAgreementScene(world)
  const id = await agree(world, own)
  await end(own, id, { ends_at: MEANT })
  const outcomes = await asAgreementSide({ world, side: 'approver', scene: own }, async (client) => {
    const attempt = async (change: string) => {
      await client.query('savepoint before')
      const result = await client
        .query<{ until: Date | null }>(
          `update agreement set ${change} where id = $1 returning upper(effective) as until`,
          [decodeId('agreement', id)],
        )
        .then(
          ({ rows }) => rows[0]?.until?.toISOString() ?? 'nothing',
          (error: unknown) => (error instanceof Error && 'constraint' in error ? error.constraint : error),
        )
      await client.query('rollback to savepoint before')
      return result
    }
    return [
      await attempt(`terminates_at = '${MISTYPED}'`),
      await attempt('terminates_at = null'),
      await attempt(`reason = 'Another'`),
      await attempt(`terminates_at = '2061-01-01T00:00:00Z'`),
    ]
  })
  const refused = 'agreement_transition'
  expect(outcomes).toEqual([refused, refused, refused, '2061-01-01T00:00:00.000Z'])
})
