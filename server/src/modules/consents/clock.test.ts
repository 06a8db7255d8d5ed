import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runConsentClock } from './index.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { allow, ask, cast, consent, look, outcome } = acts

beforeEach(async () => {
  await runConsentClock(world.database)
})

type Made = Awaited<ReturnType<typeof consent>>

const seed = (text: string, { id, tenant }: Pick<Made, 'id' | 'tenant'>) => world.seed(text, [id], tenant)
const statusOf = async ({ id }: Made) =>
  (await world.sql('select status from delegation where id = $1', [id]))[0]?.['status']
const mayRefresh = async ({ id }: Made) =>
  (await world.call({ cookie: null }, 'GET', `/probe/refresh/${id}`)).json().may
const leave = ({ tenant, adminId }: Made, daysAgo = 0) =>
  world.seed(
    `with off as (select set_config('session_replication_role', 'replica', true)) update tenant_member set status = 'inactive', updated_at = now() - make_interval(days => $3) from off where tenant_id = $1 and person_id = $2`,
    [tenant, adminId, daysAgo],
    tenant,
  )

test('a consent past its end is over before any job has noted it, and the job notes it once (A10)', async () => {
  const made = await consent()
  await seed(
    `update delegation set starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' where id = $1`,
    made,
  )
  expect((await outcome(made, made.uid)).state).toBe('ended')
  const seen = await world.call(made.admin, 'GET', '/api/v1/tenant/consents?state=past')
  expect(seen.json().items).toMatchObject([{ status: 'expired' }])
  const runs = [await runConsentClock(world.database), await runConsentClock(world.database)]
  expect(runs).toEqual([{ expire: 1 }, {}])
  expect(await statusOf(made)).toBe('expired')
})

test('two clocks at once do everything once', async () => {
  const made = await Promise.all([consent(), consent(), consent()])
  for (const one of made)
    await seed(
      `update delegation set starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' where id = $1`,
      one,
    )
  await Promise.all([runConsentClock(world.database), runConsentClock(world.database)])
  for (const one of made) {
    const events = await world.sql(
      `select id from audit_event where action = 'consents.expire' and delegation_id = $1`,
      [one.id],
    )
    expect(events).toHaveLength(1)
  }
})

test('a request that nobody answered within ten minutes cannot be answered any more, and the job ends it', async () => {
  const people = await cast()
  const uid = await ask(people)
  const check = await acts.choose(people, uid)
  await world.seed(`update consent_request set ends_at = now() - interval '1 second' where person_id = $1`, [
    people.adminId,
  ])
  expect((await outcome(people, uid)).state).toBe('ended')
  expect((await look(people, uid)).body).toContain('ran out ten minutes after')
  expect((await acts.decide(people, uid, { page: check.body })).statusCode).toBe(409)
  expect(await runConsentClock(world.database)).toEqual({ end_requests: 1 })
  expect((await outcome(people, uid)).state).toBe('ended')
})

test('a second approval that does not come within seven days lapses with its request', async () => {
  const people = await cast()
  await acts.setPolicy(people, { dual_approval: true })
  const uid = await ask(people)
  await allow(people, uid)
  await world.seed(`update consent_request set ends_at = now() - interval '1 second' where person_id = $1`, [
    people.adminId,
  ])
  expect(await runConsentClock(world.database)).toEqual({ lapse: 1, end_requests: 1 })
  const [row] = await world.sql('select status from delegation where tenant_id = $1', [people.tenant])
  expect([row, (await outcome(people, uid)).state]).toEqual([{ status: 'lapsed' }, 'ended'])
})

test('a second approval is waited for no longer than what it would allow, so that nobody allows what has ended', async () => {
  const people = await cast()
  await acts.setPolicy(people, { dual_approval: true })
  await allow(people, await ask(people, { accessDurationSeconds: 3600 }))
  const [row] = await world.sql<{ waits: boolean; until: boolean }>(
    `select r.status = 'waiting' as waits, r.ends_at = d.ends_at as until from consent_request r join delegation d on d.id = r.result_id where d.tenant_id = $1`,
    [people.tenant],
  )
  expect(row).toEqual({ waits: true, until: true })
})

test('attack 40: with the policy suspend no token is refreshed once the approver has left, before any job has run; the job suspends it', async () => {
  const made = await consent()
  await seed(`update consent set approver_leaves = 'suspend' where id = $1`, made)
  expect(await mayRefresh(made)).toBe(true)
  await leave(made)
  expect(await mayRefresh(made)).toBe(false)
  expect(await runConsentClock(world.database)).toEqual({ suspend: 1 })
  expect(await statusOf(made)).toBe('suspended')
})

test('attack 40: with the policy ask there are 14 days to confirm it; then it rests, and whoever resumes it answers for it', async () => {
  const made = await consent()
  const { id: priyaId, caller: priya } = await acts.colleague(made)
  await leave(made)
  expect([
    await mayRefresh(made),
    await runConsentClock(world.database),
    await runConsentClock(world.database),
  ]).toEqual([true, { ask: 1 }, {}])
  const [row] = await world.sql(
    'select round(extract(epoch from reconfirm_due_at - now()) / 86400)::integer as days from consent where id = $1',
    [made.id],
  )
  expect(row).toEqual({ days: 14 })
  await seed(`update consent set reconfirm_due_at = now() - interval '1 second' where id = $1`, made)
  expect([await mayRefresh(made), await runConsentClock(world.database), await statusOf(made)]).toEqual([
    false,
    { suspend: 1 },
    'suspended',
  ])
  const resumed = await world.call(priya, 'POST', `/api/v1/tenant/consents/${made.publicId}/resume`, {
    body: {},
  })
  expect(resumed.json()).toMatchObject({
    status: 'active',
    approved_by_name: 'Priya Nair',
    approver_is_here: true,
    confirm_until: null,
  })
  expect([await mayRefresh(made), await runConsentClock(world.database)]).toEqual([true, {}])
  const [now] = await world.sql('select approved_by from delegation where id = $1', [made.id])
  expect(now).toEqual({ approved_by: priyaId })
})

test('another administrator confirms it in time, and it goes on', async () => {
  const made = await consent()
  const { caller: priya } = await acts.colleague(made)
  await leave(made)
  await runConsentClock(world.database)
  const confirmed = await world.call(priya, 'POST', `/api/v1/tenant/consents/${made.publicId}/confirm`, {
    body: {},
  })
  expect(confirmed.json()).toMatchObject({
    status: 'active',
    approved_by_name: 'Priya Nair',
    confirm_until: null,
  })
  expect(await runConsentClock(world.database)).toEqual({})
})

test('an approver who comes back in time is asked for no more, and has the 14 days anew when leaving again', async () => {
  const made = await consent()
  await leave(made)
  expect(await runConsentClock(world.database)).toEqual({ ask: 1 })
  await world.seed(
    `update tenant_member set status = 'active' where tenant_id = $1 and person_id = $2`,
    [made.tenant, made.adminId],
    made.tenant,
  )
  const [due] = await world.sql('select reconfirm_due_at > now() as waits from consent where id = $1', [
    made.id,
  ])
  expect(due).toEqual({ waits: true })
  const colleague = await acts.colleague(made)
  const path = `/api/v1/tenant/consents/${made.publicId}`
  const shown = (await world.call(colleague.caller, 'GET', path)).json()
  const runs = [await runConsentClock(world.database), await runConsentClock(world.database)]
  // Twenty days pass.
  await seed(
    `update consent set reconfirm_due_at = reconfirm_due_at - interval '20 days' where id = $1`,
    made,
  )
  await leave(made)
  expect([await mayRefresh(made), await runConsentClock(world.database)]).toEqual([true, { ask: 1 }])
  expect(runs).toEqual([{ back: 1 }, {}])
  expect(shown).toMatchObject({ approver_is_here: true, confirm_until: null })
})

test('when no job ran for 14 days after the approver left, the refresh is refused all the same', async () => {
  const made = await consent()
  await leave(made, 15)
  expect(await mayRefresh(made)).toBe(false)
})

test('with the policy keep it goes on, and only whoever may allow access can choose that', async () => {
  const made = await consent()
  const old = await world.signIn(made.adminId, { tenantId: made.tenant, factorAgeSeconds: 3600 })
  const patch = (caller: typeof old, body: object, version: number) =>
    world.call(caller, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
      body,
      headers: { 'if-match': `"v${version}"` },
    })
  expect((await patch(old, { approver_leaves: 'keep' }, 1)).statusCode).toBe(401)
  expect((await patch(old, { approver_leaves: 'suspend' }, 1)).statusCode).toBe(200)
  expect((await patch(made.admin, { approver_leaves: 'keep' }, 2)).statusCode).toBe(200)
  await leave(made)
  expect([await mayRefresh(made), await runConsentClock(world.database)]).toEqual([true, {}])
})

test('who makes the milder rule stricter has 14 days to confirm it, however long ago the approver left', async () => {
  const made = await consent()
  await seed(`update consent set approver_leaves = 'keep' where id = $1`, made)
  const { caller: priya } = await acts.colleague(made)
  await leave(made, 100)
  const changed = await world.call(priya, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
    body: { approver_leaves: 'ask' },
    headers: { 'if-match': '"v1"' },
  })
  expect(changed.statusCode, changed.body).toBe(200)
  const { confirm_until: until } = changed.json()
  expect(Math.round((Date.parse(until) - Date.now()) / 86_400_000)).toBe(14)
  expect([await mayRefresh(made), await runConsentClock(world.database)]).toEqual([true, {}])
})

test('both sides are told 30, 7 and 1 days before the end, each once, and again for another end (A10)', async () => {
  const made = await consent({ ask: { accessDurationSeconds: 100 * 86_400 } })
  const soon = (days: number) =>
    world.seed(
      `update delegation set approved_at = now() - interval '70 days', ends_at = now() + make_interval(days => $2) - interval '1 hour' where id = $1`,
      [made.id, days],
      made.tenant,
    )
  for (const days of [30, 7, 1]) {
    await soon(days)
    expect([await runConsentClock(world.database), await runConsentClock(world.database)]).toEqual([
      { notice: 1 },
      {},
    ])
  }
  const mails = await world.sql<{ to: string; subject: string }>(
    `select payload ->> 'to' as to, payload ->> 'subject' as subject from outbox where topic = 'mail' and payload ->> 'subject' like '%ends soon%' and payload ->> 'text' like $1`,
    [`%${made.publicId}%`],
  )
  expect(mails).toHaveLength(6)
  expect(new Set(mails.map(({ to }) => to)).size).toBe(2)
})

test.each([
  ['partner whose work ended for good', `update partner set status = 'terminated' where id = $1`],
  ['closed organisation', `update tenant set status = 'closed' where id = $2`],
])('nobody is reminded of the end of an access of a %s, or asked to confirm it (A10)', async (_, stop) => {
  const [ending, left] = [await consent(), await consent()]
  await world.seed(
    `update delegation set approved_at = now() - interval '70 days', ends_at = now() + interval '6 days' where id = $1`,
    [ending.id],
    ending.tenant,
  )
  await leave(left)
  for (const { partner, tenant } of [ending, left])
    await world.seed(`with ids as (select $1::uuid, $2::uuid) ${stop}`, [partner, tenant], tenant)
  expect(await runConsentClock(world.database)).toEqual({})
})
