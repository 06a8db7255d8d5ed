import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, REQUEST, tenantPath } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeLinkActs(() => world)
const CHANGES = '/api/v1/tenant/partner-access/changes'

type Linked = Awaited<ReturnType<typeof acts.makeLink>> & { readonly second: Caller }

async function colleague({ tenant }: Cast, name = 'Priya Nair'): Promise<Caller> {
  const { id } = await world.person(name)
  await world.tenantMember(tenant, id)
  return world.signIn(id, { tenantId: tenant })
}

const demandTwo = ({ tenant }: Cast) =>
  world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
    [tenant],
    tenant,
  )

/** A link of an organisation that asks for two people from now on. */
async function openForTwo(over: object = {}): Promise<Linked> {
  const people = await acts.makeLink(over)
  await demandTwo(people)
  return { ...people, second: await colleague(people) }
}

const read = async (caller: Caller, { id }: { id: string }) =>
  (await world.call(caller, 'GET', tenantPath(id))).json()

async function patch(caller: Caller, { id }: { id: string }, body: object) {
  const etag = await acts.etagOf(caller, tenantPath(id))
  return world.call(caller, 'PATCH', tenantPath(id), { body, headers: { 'if-match': etag } })
}

async function waiting(caller: Caller, { id }: { id: string }) {
  const { items } = (await world.call(caller, 'GET', `${CHANGES}?status=waiting`)).json()
  return items.find((item: { link_id: string }) => item.link_id === id)
}

async function decide(caller: Caller, people: { id: string }, decision = 'approve') {
  const { change_request_id: change, snapshot_token } = await waiting(caller, people)
  return world.call(caller, 'POST', `${CHANGES}/${change}/${decision}`, {
    body: decision === 'approve' ? { snapshot_token } : {},
  })
}

const uuidOf = (id: string) => String(decodeId('link', id))
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()

describe('where an organisation asks for two people, more is opened by two', () => {
  test('what one admin adds waits, and the partner does not see it, until another one agrees (B10)', async () => {
    const people = await openForTwo()
    const before = await read(people.admin, people)
    const asked = await patch(people.admin, people, { ends_at: inDays(200), auto_renew_days: 180 })
    expect(asked.json(), asked.body).toMatchObject({ waits_for_second: true, ends_at: before.ends_at })
    expect(asked.json().auto_renew_days).toBe(0)
    const theirs = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(theirs.changes).toEqual([])
    const own = await waiting(people.admin, people)
    expect(own).toMatchObject({ begun_by: 'tenant', may_approve: false, requested_by_name: 'Dana Kim' })
    const alone = await decide(people.admin, people)
    expect([alone.statusCode, alone.json().code]).toEqual([409, 'SECOND_APPROVER_NEEDED'])
    expect((await waiting(people.second, people)).may_approve).toBe(true)
    const done = await decide(people.second, people)
    expect(done.json(), done.body).toMatchObject({ status: 'approved' })
    expect((await read(people.admin, people)).auto_renew_days).toBe(180)
    expect((await read(people.admin, people)).ends_at > before.ends_at).toBe(true)
  })

  test('the second one may also ask for the very same, and a third thing begins anew (B10)', async () => {
    const people = await openForTwo()
    expect((await patch(people.admin, people, { auto_renew_days: 180 })).json().waits_for_second).toBe(true)
    const other = await patch(people.second, people, { ends_at: inDays(300) })
    expect(other.json()).toMatchObject({ waits_for_second: true, auto_renew_days: 0 })
    await patch(people.admin, people, { auto_renew_days: 180 })
    const agreed = await patch(people.second, people, { auto_renew_days: 180 })
    expect(agreed.json()).toMatchObject({ waits_for_second: false, auto_renew_days: 180 })
  })

  test('what one admin takes away holds at once, also beside what waits (B1)', async () => {
    const people = await openForTwo()
    await world.seed(
      `update delegation set conditions = '{"phishing_resistant": true}' where id = $1`,
      [uuidOf(people.id)],
      people.tenant,
    )
    const { conditions } = await read(people.admin, people)
    const asked = await patch(people.admin, people, {
      deny: ['partner.support.tickets.comment'],
      conditions: { ...conditions, phishing_resistant: false },
    })
    expect(asked.json(), asked.body).toMatchObject({
      waits_for_second: true,
      conditions: { phishing_resistant: true },
    })
    expect(asked.json().permissions).not.toContain('partner.support.tickets.comment')
    const less = await patch(people.admin, people, { ends_at: inDays(5) })
    expect(less.json(), less.body).toMatchObject({ waits_for_second: false })
    const done = await decide(people.second, people)
    expect(done.statusCode, done.body).toBe(200)
    const after = await read(people.admin, people)
    expect(after.conditions).toBeNull()
    expect(after.permissions).not.toContain('partner.support.tickets.comment')
  })

  test('what a partner asks for takes two of the organisation who read the same (B10)', async () => {
    const people = await openForTwo()
    const sent = await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
    expect(sent.json().status).toBe('waiting')
    const first = await decide(people.admin, people)
    expect(first.json(), first.body).toMatchObject({
      status: 'waiting',
      first_approval: { name: 'Dana Kim' },
      may_approve: false,
    })
    expect((await read(people.admin, people)).auto_renew_days).toBe(0)
    expect((await decide(people.admin, people)).json().code).toBe('SECOND_APPROVER_NEEDED')
    const [seen] = (await world.call(people.owner, 'GET', partnerPath(people.id, '/changes'))).json().items
    expect(JSON.stringify(seen)).not.toContain('Dana Kim')
    // The link changes in between: what the first one read is no longer what is decided.
    await patch(people.admin, people, { ends_at: inDays(80) })
    expect((await decide(people.second, people)).json()).toMatchObject({
      status: 'waiting',
      first_approval: { name: 'Priya Nair' },
    })
    expect((await decide(people.admin, people)).json()).toMatchObject({ status: 'approved' })
    expect((await read(people.admin, people)).auto_renew_days).toBe(180)
  })

  test('one who agrees twenty times at once is still one, and two who agree at once decide once (B10, I6)', async () => {
    const people = await openForTwo()
    await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
    const { change_request_id: change, snapshot_token } = await waiting(people.admin, people)
    const press = (caller: Caller) =>
      world.call(caller, 'POST', `${CHANGES}/${change}/approve`, { body: { snapshot_token } })
    await Promise.all(Array.from({ length: 20 }, () => press(people.admin)))
    expect((await read(people.admin, people)).auto_renew_days).toBe(0)
    const { snapshot_token: now } = await waiting(people.second, people)
    const both = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? people.admin : people.second))
    const answers = await Promise.all(
      both.map((caller) =>
        world.call(caller, 'POST', `${CHANGES}/${change}/approve`, { body: { snapshot_token: now } }),
      ),
    )
    expect(answers.filter(({ statusCode }) => statusCode >= 500)).toEqual([])
    expect(answers.filter((answer) => answer.json().status === 'approved')).toHaveLength(1)
    const [row] = await world.sql<{ auto_renew_days: number; approvals: number }>(
      `select l.auto_renew_days, (select count(*)::integer from audit_event e where e.delegation_id = l.id and e.action like '%change%approve%' and e.outcome = 'allowed') as approvals from link l where l.id = $1`,
      [uuidOf(people.id)],
    )
    expect(row).toEqual({ auto_renew_days: 180, approvals: 2 })
  })

  test('two who agree at the same moment are two, and one who presses twice at once agreed once (B10, I6)', async () => {
    for (const round of [0, 1, 2, 3]) {
      const people = await openForTwo()
      await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
      const { change_request_id: change, snapshot_token } = await waiting(people.admin, people)
      const press = (caller: Caller) =>
        world.call(caller, 'POST', `${CHANGES}/${change}/approve`, { body: { snapshot_token } })
      const pressed = round % 2 === 0 ? [people.admin, people.second] : [people.admin, people.admin]
      await Promise.all(pressed.map(press))
      expect((await read(people.admin, people)).auto_renew_days).toBe(round % 2 === 0 ? 180 : 0)
      const [count] = await world.sql<{ approvals: number }>(
        `select count(*)::integer as approvals from audit_event where delegation_id = $1 and action like '%change%approve%' and outcome = 'allowed'`,
        [uuidOf(people.id)],
      )
      expect(count?.approvals).toBe(round % 2 === 0 ? 2 : 1)
    }
  })

  test('a renewal waits for the second one, who agrees to the same end (B1)', async () => {
    const people = await openForTwo()
    const { ends_at: before } = await read(people.admin, people)
    const first = await acts.tenantMove(people, 'renew')
    expect(first.json(), first.body).toMatchObject({ waits_for_second: true, ends_at: before })
    const again = await acts.tenantMove({ ...people, admin: people.second }, 'renew')
    expect(again.json(), again.body).toMatchObject({ waits_for_second: false })
    expect(again.json().ends_at > before).toBe(true)
    const { history } = await read(people.admin, people)
    expect(history[0]).toMatchObject({ event: 'renewed', name: 'Priya Nair' })
  })

  test('a new version of a role waits too, and is taken when the second one takes it (B2)', async () => {
    const people = await openForTwo()
    await world.seed(
      `with l as (update link set role_version = 0 where id = $1) update delegation set mask = 0::bit(256), role_mask = 0::bit(256) where id = $1`,
      [uuidOf(people.id)],
      people.tenant,
    )
    const path = '/api/v1/tenant/partner-access/role-versions'
    const [{ to_version: to }] = (await world.call(people.admin, 'GET', path)).json().items
    const accept = (caller: Caller) =>
      world.call(caller, 'POST', `${path}/accept`, {
        body: { access_role: 'msp_support', from_version: 0, to_version: to },
      })
    expect((await accept(people.admin)).json()).toEqual({ links: 0, waiting: 1 })
    expect((await read(people.admin, people)).permissions).toEqual([])
    expect((await accept(people.second)).json()).toEqual({ links: 1, waiting: 0 })
    expect((await read(people.admin, people)).permissions).toContain('partner.support.tickets.comment')
  })

  test('whoever wanted it takes it back, and nothing is opened (B10)', async () => {
    const people = await openForTwo()
    await patch(people.admin, people, { auto_renew_days: 180 })
    expect((await decide(people.admin, people, 'decline')).json()).toMatchObject({ status: 'declined' })
    expect(await waiting(people.second, people)).toBeUndefined()
    expect((await read(people.admin, people)).auto_renew_days).toBe(0)
  })

  test('an invitation is accepted only after a second admin agreed to it (B10)', async () => {
    const people = { ...(await acts.cast()) }
    await demandTwo(people)
    const second = await colleague(people)
    const invited = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
      body: { partner_slug: people.partnerSlug, ...REQUEST },
    })
    const { link_id: id } = invited.json()
    const early = await acts.partnerMove({ ...people, id }, 'accept')
    expect([early.statusCode, early.json().code]).toEqual([409, 'SECOND_APPROVER_NEEDED'])
    expect((await acts.approve(people, id)).json().code).toBe('SECOND_APPROVER_NEEDED')
    expect((await read(second, { id })).needs_second).toBe(true)
    const agreed = await acts.approve({ ...people, admin: second }, id)
    expect(agreed.json(), agreed.body).toMatchObject({ status: 'requested', waits_for_second: false })
    expect((await acts.partnerMove({ ...people, id }, 'accept')).json()).toMatchObject({ status: 'active' })
  })
})

describe('a full role (managed-tenants.md section 2)', () => {
  test('takes two people where there are two who may approve, without any rule (B1)', async () => {
    const people = await acts.cast()
    const second = await colleague(people)
    await acts.ask(people, { access_role: 'msp_full' })
    const { link_id: id } = await acts.newestLink(people)
    expect((await acts.approve(people, id)).json()).toMatchObject({
      status: 'requested',
      waits_for_second: true,
    })
    const done = await acts.approve({ ...people, admin: second }, id)
    expect(done.json(), done.body).toMatchObject({ status: 'active' })
  })

  test('that an approver makes smaller takes one (B1)', async () => {
    const people = await acts.cast()
    await colleague(people)
    await acts.ask(people, { access_role: 'msp_full' })
    const { link_id: id } = await acts.newestLink(people)
    const smaller = await acts.approve(people, id, { access_role: 'msp_support' })
    expect(smaller.json(), smaller.body).toMatchObject({ status: 'active', access_role: 'msp_support' })
  })

  test('is not reached by widening a smaller one alone either (B1)', async () => {
    const people = await acts.makeLink()
    const second = await colleague(people)
    const alone = await patch(people.admin, people, { access_role: 'msp_full' })
    expect(alone.json(), alone.body).toMatchObject({ waits_for_second: true, access_role: 'msp_support' })
    expect((await decide(second, people)).json()).toMatchObject({ status: 'approved' })
    expect(await read(people.admin, people)).toMatchObject({ access_role: 'msp_full' })
  })

  test('is approved by the one admin of an organisation that has no other (B1)', async () => {
    const people = await acts.makeLink({ access_role: 'msp_full' })
    expect(await read(people.admin, people)).toMatchObject({ status: 'active', access_role: 'msp_full' })
  })
})

describe('whoever asked does not decide', () => {
  /** Makes the owner of the partner an admin of the organisation as well. */
  async function onBothSides(people: Cast): Promise<Caller> {
    const [owner] = await world.sql<{ person_id: string }>(
      'select person_id from partner_member where partner_id = $1',
      [people.partner],
    )
    await world.tenantMember(people.tenant, owner?.person_id as never)
    return world.signIn(owner?.person_id as never, { tenantId: people.tenant })
  }

  test('about a change of its own as an admin of the organisation (B1)', async () => {
    const people = await acts.makeLink()
    const both = await onBothSides(people)
    await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
    expect((await waiting(both, people)).may_approve).toBe(false)
    const own = await decide(both, people)
    expect([own.statusCode, own.json().code]).toEqual([409, 'LINK_STATE_CONFLICT'])
    expect((await read(people.admin, people)).auto_renew_days).toBe(0)
    expect((await decide(people.admin, people)).json()).toMatchObject({ status: 'approved' })
  })

  test('about a request of its own, neither alone nor as the first of two (B1)', async () => {
    const people = await acts.cast()
    const both = await onBothSides(people)
    await demandTwo(people)
    await acts.ask(people)
    const { link_id: id } = await acts.newestLink(people)
    const own = await acts.approve({ ...people, admin: both }, id)
    expect([own.statusCode, own.json().code]).toEqual([409, 'LINK_STATE_CONFLICT'])
    expect((await read(people.admin, { id })).first_approval).toBeNull()
  })
})
