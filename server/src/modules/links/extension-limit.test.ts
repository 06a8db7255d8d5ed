import { decodeId, formatInstant } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
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
const DAY_MS = 86_400_000

type Linked = Awaited<ReturnType<typeof acts.makeLink>>

const read = async ({ admin, id }: Linked) => (await world.call(admin, 'GET', tenantPath(id))).json()

/** A link that lasts so many days more, of an organisation whose rules now let an access last 90. */
async function openWith(daysLeft: number, over: { readonly two?: boolean } = {}): Promise<Linked> {
  const people = await acts.makeLink()
  await world.seed(
    'update delegation set ends_at = now() + make_interval(days => $2) where id = $1',
    [decodeId('link', people.id), daysLeft],
    people.tenant,
  )
  await world.seed(
    'insert into tenant_partner_policy (tenant_id, max_duration_days, dual_approval) values ($1, 90, $2)',
    [people.tenant, over.two ?? false],
    people.tenant,
  )
  return people
}

async function waiting(caller: Caller, { id }: Linked) {
  const { items } = (await world.call(caller, 'GET', `${CHANGES}?status=waiting`)).json()
  return items.find((item: { link_id: string }) => item.link_id === id)
}

async function approve(caller: Caller, people: Linked) {
  const { change_request_id: change, snapshot_token } = await waiting(caller, people)
  return world.call(caller, 'POST', `${CHANGES}/${change}/approve`, { body: { snapshot_token } })
}

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()
const told = (iso: string) => formatInstant(new Date(iso))

describe('an end that a partner asks for, where the organisation lets an access last no longer than 90 days', () => {
  test.each([
    ['a later end', { ends_at: inDays(480) }],
    ['that it renews itself', { auto_renew_days: 180 }],
    ['another role', { access_role: 'msp_full' }],
  ])(
    'approving %s leaves the end of a link that has 300 days left, as the page says (B1)',
    async (_, wanted) => {
      const people = await openWith(300)
      const before = await read(people)
      const asked = await acts.partnerMove(people, 'changes', { ...wanted, reason: 'Please.' })
      expect(asked.json().status, asked.body).toBe('waiting')
      const { rows } = await waiting(people.admin, people)
      expect(rows.filter(({ field }: { field: string }) => field === 'ends_at')).toEqual([])
      expect((await read(people)).changes[0].rows).toEqual(rows)
      const done = await approve(people.admin, people)
      expect(done.json(), done.body).toMatchObject({ status: 'approved' })
      expect((await read(people)).ends_at).toBe(before.ends_at)
    },
  )

  test('the page says the end that the rules allow, and that one holds (B1)', async () => {
    const people = await openWith(60)
    const before = await read(people)
    await acts.partnerMove(people, 'changes', { ends_at: inDays(480), reason: 'Please.' })
    const { change_request_id: change, rows } = await waiting(people.admin, people)
    const preview = await world.call(people.admin, 'POST', tenantPath(people.id, '/preview'), {
      body: { change_request_id: change },
    })
    const done = await approve(people.admin, people)
    expect(done.statusCode, done.body).toBe(200)
    const after = await read(people)
    expect(after.ends_at > before.ends_at).toBe(true)
    expect(after.ends_at <= inDays(90)).toBe(true)
    expect(rows).toMatchObject([{ field: 'ends_at', after: told(after.ends_at) }])
    expect(preview.json().diff).toMatchObject([{ field: 'ends_at', after: told(after.ends_at) }])
  })

  test('two people agree to it under one rule: whoever agreed under another one agrees anew (B10)', async () => {
    const people = await openWith(60, { two: true })
    const { id } = await world.person('Priya Nair')
    await world.tenantMember(people.tenant, id)
    const second = await world.signIn(id, { tenantId: people.tenant })
    await acts.partnerMove(people, 'changes', { ends_at: inDays(480), reason: 'Please.' })
    expect((await approve(people.admin, people)).json()).toMatchObject({
      status: 'waiting',
      first_approval: { name: 'Dana Kim' },
      may_approve: false,
    })
    await world.seed(
      'update tenant_partner_policy set max_duration_days = 120 where tenant_id = $1',
      [people.tenant],
      people.tenant,
    )
    expect((await approve(second, people)).json()).toMatchObject({
      status: 'waiting',
      first_approval: { name: 'Priya Nair' },
    })
    expect((await approve(people.admin, people)).json()).toMatchObject({ status: 'approved' })
    expect((await read(people)).ends_at > inDays(119)).toBe(true)
  })
})
