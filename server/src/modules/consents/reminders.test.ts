import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { remindOfConsents } from './index.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
  await world.sql(`select private.add_audit_partitions((now() - interval '4 months')::date, 4)`)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const LONG = { ask: { accessDurationSeconds: 700 * 86_400 } }

const ORIGIN = 'https://access.example'
const run = () => remindOfConsents(world.database, { origin: ORIGIN })

// What other tests left behind is reminded of once.
beforeEach(run)

type Made = Awaited<ReturnType<typeof acts.consent>>

const made = () => acts.consent(LONG)

/** Moves everything of a consent, and what was sent about it, to the past. */
async function pass({ id, tenant }: Made, days: number): Promise<void> {
  await world.seed(
    `with off as (select set_config('session_replication_role', 'replica', true)) update delegation set approved_at = approved_at - make_interval(days => $2), starts_at = starts_at - make_interval(days => $2) from off where id = $1`,
    [id, days],
    tenant,
  )
  await world.sql(
    `update consent_reminder set sent_at = sent_at - make_interval(days => $2), sent_on = sent_on - $2::integer where consent_id = $1`,
    [id, days],
  )
}

/** A call under a consent some days ago, as the log keeps it. */
const use = ({ id, tenant, partner, clientId }: Made, daysAgo: number) =>
  world.sql(
    `with e as (insert into audit_event (plane, action, outcome, actor_type, actor_id, source, partner_id, tenant_id, delegation_id, occurred_at) values ('delegation', 'api.orders.read', 'allowed', 'client', $4, 'api', $3, $2, $1, now() - make_interval(days => $5)) returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) select 'tenant', $2::uuid, occurred_at, id, 3 from e`,
    [id, tenant, partner, clientId, daysAgo],
  )

async function mailsTo({ tenant }: Made, words: string): Promise<{ to: string; text: string }[]> {
  const rows = await world.sql<{ payload: { to: string; text: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'subject' like '%' || $1 || '%'
       and payload ->> 'to' in (select p.email from tenant_member m join person p on p.id = m.person_id where m.tenant_id = $2)`,
    [words, tenant],
  )
  return rows.map(({ payload }) => payload)
}

test('after 90 days the administrators are reminded of access that is used, and again after 90 more (C9, A10)', async () => {
  const one = await made()
  await pass(one, 89)
  await use(one, 2)
  expect(await run()).toBe(0)
  await pass(one, 1)
  expect([await run(), await run()]).toEqual([1, 0])
  const [mail] = await mailsTo(one, 'still has access')
  expect(mail?.text).toContain('Last used')
  expect(mail?.text).toContain('What it can do')
  expect(mail?.text).toContain(`${ORIGIN}/org/`)
  await pass(one, 89)
  await use(one, 1)
  expect(await run()).toBe(0)
  await pass(one, 1)
  expect(await run()).toBe(1)
  expect(await mailsTo(one, 'still has access')).toHaveLength(2)
})

test('access that nobody used for 60 days is told of once, and again only after it was used (C9, A10)', async () => {
  const one = await made()
  await pass(one, 59)
  expect(await run()).toBe(0)
  await pass(one, 1)
  expect([await run(), await run()]).toEqual([1, 0])
  const [mail] = await mailsTo(one, 'has not used its access')
  expect(mail?.text).toContain('stop it')
  await pass(one, 70)
  expect(await run()).toBe(0)
  // What is idle still has access, too, and that is said once in 90 days.
  await pass(one, 20)
  expect(await run()).toBe(1)
  expect(await mailsTo(one, 'has not used its access')).toHaveLength(1)
  await use(one, 61)
  expect(await run()).toBe(1)
  expect(await mailsTo(one, 'has not used its access')).toHaveLength(2)
})

test('the partner is told nothing of a reminder, and reads no event of it', async () => {
  const one = await made()
  await pass(one, 60)
  expect(await run()).toBe(1)
  const events = await world.sql(
    `select e.partner_id, array_agg(s.kind) as sides from audit_event e join audit_scope s on s.event_id = e.id
     where e.action = 'consent_reminders.send' and e.delegation_id = $1 group by e.id, e.partner_id`,
    [one.id],
  )
  expect(events).toEqual([{ partner_id: null, sides: ['tenant'] }])
})

test('access that is suspended, has ended, or ends within a month anyway is not among them', async () => {
  const [suspended, ended, ending] = [await made(), await made(), await acts.consent()]
  await world.call(suspended.admin, 'POST', `/api/v1/tenant/consents/${suspended.publicId}/suspend`, {
    body: {},
  })
  await world.call(ended.admin, 'POST', `/api/v1/tenant/consents/${ended.publicId}/revoke`, { body: {} })
  for (const one of [suspended, ended, ending]) await pass(one, 100)
  await use(ending, 1)
  await world.seed(
    `update delegation set ends_at = now() + interval '29 days' where id = $1`,
    [ending.id],
    ending.tenant,
  )
  expect(await run()).toBe(0)
})

test('two runs at once send each reminder once', async () => {
  const all = [await made(), await made(), await made()]
  for (const one of all) await pass(one, 60)
  const [left, right] = await Promise.all([run(), run()])
  expect(left + right).toBe(3)
})
