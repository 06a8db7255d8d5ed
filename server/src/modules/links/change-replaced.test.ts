import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeLinkActs(() => world)

type Linked = Awaited<ReturnType<typeof acts.makeLink>>

/** What the audit trail of one side says of the changes that were asked for. */
async function toldTo(kind: 'tenant' | 'partner', people: Linked) {
  const events = await world.sql<{ action: string; field: string }>(
    `select e.action, e.changes -> 'rows' -> 0 ->> 'field' as field from audit_scope s join audit_event e on e.id = s.event_id
     where s.kind = $1 and s.scope_id = $2 and e.delegation_id = $3 and e.action like 'change_requests.%' order by e.id`,
    [kind, kind === 'tenant' ? people.tenant : people.partner, decodeId('link', people.id)],
  )
  return events.map(({ action, field }) => `${action} ${field}`)
}

const LATER = new Date(Date.now() + 200 * 86_400_000).toISOString()
const REPLACED = [
  'change_requests.request ends_at',
  'change_requests.withdraw ends_at',
  'change_requests.request auto_renew_days',
]

test('a request that a newer one of the same partner takes the place of is an event that both sides read (B1)', async () => {
  const people = await acts.makeLink()
  await acts.partnerMove(people, 'changes', { ends_at: LATER, reason: 'The contract was extended.' })
  const asked = await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
  expect(asked.json().status, asked.body).toBe('waiting')
  expect(await toldTo('partner', people)).toEqual(REPLACED)
  expect(await toldTo('tenant', people)).toEqual(REPLACED)
})

test('one that had lapsed is not taken back by anybody (B1)', async () => {
  const people = await acts.makeLink()
  await acts.partnerMove(people, 'changes', { ends_at: LATER, reason: 'The contract was extended.' })
  await world.seed(
    `update link_change_request set expires_at = now() - interval '1 second' where link_id = $1`,
    [decodeId('link', people.id)],
    people.tenant,
  )
  await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
  expect(await toldTo('tenant', people)).toEqual(REPLACED.filter((told) => !told.includes('withdraw')))
})

test('what an admin wanted that waits for a second one, and wants no more, is an event of the organisation alone (B10)', async () => {
  const people = await acts.makeLink()
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
    [people.tenant],
    people.tenant,
  )
  const { id } = await world.person('Priya Nair')
  await world.tenantMember(people.tenant, id)
  const path = tenantPath(people.id)
  expect((await acts.patch(people.admin, path, { ends_at: LATER })).json().waits_for_second).toBe(true)
  expect((await acts.patch(people.admin, path, { auto_renew_days: 180 })).json().waits_for_second).toBe(true)
  expect(await toldTo('tenant', people)).toEqual(REPLACED)
  expect(await toldTo('partner', people)).toEqual([])
})
