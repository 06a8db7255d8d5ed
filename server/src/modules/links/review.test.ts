import { newestRoleTemplate } from '@liaison/access'
import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'
import { findDrift } from './role-versions.ts'

const probe = route({
  method: 'GET',
  path: '/api/v1/probe/tickets',
  summary: 'Reads tickets',
  input: {},
  access: { permission: 'partner.support.tickets.list', tenant: 'header' },
  limit: 'list',
  responses: { 200: z.strictObject({}) },
  handle: () => Promise.resolve({}),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), probe])
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

type Linked = Awaited<ReturnType<typeof acts.makeLink>>

const uuidOf = ({ id }: Pick<Linked, 'id'>) => {
  const decoded = decodeId('link', id)
  if (decoded === null) throw new Error('Not a link id.')
  return decoded
}

/** Moves the review of a link to so many days from now; negative ones lie in the past. */
const reviewIn = (people: Linked, days: number) =>
  world.seed(
    `update link set review_due_at = now() + make_interval(days => $2) where id = $1`,
    [uuidOf(people), days],
    people.tenant,
  )

async function assignOwner(people: Linked): Promise<() => Promise<string>> {
  const [member] = await world.sql<{ id: string }>('select id from partner_member where partner_id = $1', [
    people.partner,
  ])
  await world.seed(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select l.id, l.tenant_id, l.partner_id, m.id, m.person_id, repeat('1', 256)::bit(256) from link l, partner_member m where l.id = $1 and m.id = $2`,
    [uuidOf(people), member?.id],
    people.tenant,
  )
  const caller = { ...people.owner, tenantId: people.tenant }
  return async () => {
    const answer = await world.call(caller, 'GET', '/api/v1/probe/tickets')
    return answer.statusCode === 200 ? 'DONE' : answer.json().code
  }
}

const read = async (people: Linked) => (await world.call(people.admin, 'GET', tenantPath(people.id))).json()
const newsOf = async (people: Linked, side: 'tenant' | 'partner') =>
  (
    await world.sql<{ news: string }>(
      'select news from link_news where link_id = $1 and side = $2 order by created_at, id',
      [uuidOf(people), side],
    )
  ).map(({ news }) => news)

describe('an access review', () => {
  test('is planned 180 days after the approval, and both sides read when it is due (B1)', async () => {
    const people = await acts.makeLink()
    const mine = await read(people)
    const days = (Date.parse(mine.review_due_at) - Date.parse(mine.approved_at)) / 86_400_000
    expect(Math.round(days)).toBe(180)
    const theirs = await world.call(people.owner, 'GET', partnerPath(people.id))
    expect(theirs.json()).toMatchObject({ review_due_at: mine.review_due_at, review_overdue: false })
  })

  test('that nobody made suspends the link 30 days after it was due, with every job stopped (B1)', async () => {
    const people = await acts.makeLink()
    const tryIt = await assignOwner(people)
    await reviewIn(people, -29)
    expect(await tryIt()).toBe('DONE')
    await reviewIn(people, -30)
    expect(await tryIt()).toBe('TENANT_LINK_SUSPENDED')
    expect(await read(people)).toMatchObject({
      status: 'suspended',
      status_reason: 'review_overdue',
      status_changed_by: 'clock',
      review_overdue: true,
    })
    const reached = await world.sqlAs('liaison_delegate', 'select 1 from ticket')
    expect(reached).toEqual([])
  })

  test('that is confirmed lets a suspended link work again, whether or not the clock noted it (B1)', async () => {
    for (const runs of [false, true]) {
      const people = await acts.makeLink()
      const tryIt = await assignOwner(people)
      await reviewIn(people, -31)
      if (runs) await runLinkClock(world.database)
      expect(await tryIt()).toBe('TENANT_LINK_SUSPENDED')
      const resumed = await acts.tenantMove(people, 'resume')
      expect(resumed.json().code).toBe(runs ? 'REVIEW_OVERDUE' : 'LINK_STATE_CONFLICT')
      const confirmed = await acts.tenantMove(people, 'review', { reason: 'Still our support partner.' })
      expect(confirmed.statusCode, confirmed.body).toBe(200)
      expect(confirmed.json()).toMatchObject({ status: 'active', review_overdue: false })
      expect(await tryIt()).toBe('DONE')
      expect(await newsOf(people, 'partner')).toContain('reviewed')
    }
  })

  test('is confirmed whatever a partner that suspended the link wrote as its reason, and resumes nothing of it (B1)', async () => {
    const people = await acts.makeLink()
    const suspended = await acts.partnerMove(people, 'suspend', { reason: 'review_overdue' })
    expect(suspended.json(), suspended.body).toMatchObject({ status: 'suspended' })
    const confirmed = await acts.tenantMove(people, 'review')
    expect(confirmed.statusCode, confirmed.body).toBe(200)
    expect(confirmed.json()).toMatchObject({ status: 'suspended', review_overdue: false })
    expect((await acts.partnerMove(people, 'resume')).json()).toMatchObject({ status: 'active' })
  })

  test('that is due refuses every renewal until it is confirmed (B1)', async () => {
    const people = await acts.makeLink()
    await reviewIn(people, 0)
    const refused = await acts.tenantMove(people, 'renew')
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'REVIEW_OVERDUE'])
    await acts.tenantMove(people, 'review')
    expect((await acts.tenantMove(people, 'renew')).statusCode).toBe(200)
  })

  test('is asked for 14 days before, once, by mail and in the portal (B1)', async () => {
    const people = await acts.makeLink()
    await reviewIn(people, 15)
    await runLinkClock(world.database)
    expect(await newsOf(people, 'tenant')).not.toContain('review_due')
    await reviewIn(people, 13)
    await Promise.all([runLinkClock(world.database), runLinkClock(world.database)])
    await runLinkClock(world.database)
    expect((await newsOf(people, 'tenant')).filter((news) => news === 'review_due')).toHaveLength(1)
    const mails = await world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'text' like '%still right%' and payload ->> 'text' like '%' || $1 || '%'`,
      [people.id],
    )
    expect(mails).toHaveLength(1)
  })

  test('is confirmed by the tenant alone, and the clock suspends nothing that was reviewed (B1)', async () => {
    const people = await acts.makeLink()
    const partner = await world.call(people.owner, 'POST', tenantPath(people.id, '/review'), { body: {} })
    expect(partner.statusCode).toBe(404)
    await expect(
      world.sqlAs('liaison_program', `update link set review_due_at = now() + interval '10 years'`),
    ).rejects.toThrow('permission denied')
    await runLinkClock(world.database)
    expect(await read(people)).toMatchObject({ status: 'active' })
  })
})

describe('renewing itself', () => {
  test('is told to both sides at every switch, and the notice of the end says when it renews (B1)', async () => {
    const people = await acts.makeLink()
    const etag = await acts.etagOf(people.admin, tenantPath(people.id))
    const on = await world.call(people.admin, 'PATCH', tenantPath(people.id), {
      body: { auto_renew_days: 180 },
      headers: { 'if-match': etag },
    })
    expect(on.statusCode, on.body).toBe(200)
    expect(on.json().auto_renew_days).toBe(180)
    await world.seed(
      `update delegation set ends_at = now() + interval '6 days', approved_at = now() - interval '80 days' where id = $1`,
      [uuidOf(people)],
      people.tenant,
    )
    await runLinkClock(world.database)
    const [notice] = await world.sql<{ sentence: string }>(
      `select sentence from link_news where link_id = $1 and side = 'tenant' and news = 'expiring'`,
      [uuidOf(people)],
    )
    expect(notice?.sentence).toMatch(/will renew automatically on \d/)
    const off = await acts.partnerMove(people, 'changes', { auto_renew_days: 0, reason: 'Not needed.' })
    expect(off.json()).toMatchObject({ status: 'applied' })
    for (const side of ['tenant', 'partner'] as const) {
      const told = await newsOf(people, side)
      expect(told.filter((news) => news.startsWith('auto_renew'))).toEqual([
        'auto_renew_on',
        'auto_renew_off',
      ])
      expect(told).not.toContain('changed')
    }
  })

  test('is refused to a full role from either side (B1)', async () => {
    const people = await acts.makeLink({ access_role: 'msp_full' })
    const etag = await acts.etagOf(people.admin, tenantPath(people.id))
    const tenant = await world.call(people.admin, 'PATCH', tenantPath(people.id), {
      body: { auto_renew_days: 180 },
      headers: { 'if-match': etag },
    })
    const partner = await acts.partnerMove(people, 'changes', { auto_renew_days: 180, reason: 'Please.' })
    for (const refused of [tenant, partner]) {
      expect(refused.statusCode, refused.body).toBe(422)
      expect(refused.json().errors[0].pointer).toBe('/body/auto_renew_days')
    }
  })

  test.each([
    ['its review is due', `update link set review_due_at = now() where id = $1`],
    [
      'its role has a newer version',
      `insert into link_role_template (role, version, defaults, ceiling) select access_role, role_version + 1, 0::bit(256), 0::bit(256) from link where id = $1`,
    ],
  ])('is not done by the clock when %s: it runs out instead (B1)', async (_, hindrance) => {
    const people = await acts.makeLink({ access_role: 'auditor', relationship_type: 'audit_only' })
    await world.seed(`update link set auto_renew_days = 180 where id = $1`, [uuidOf(people)], people.tenant)
    await world.seed(hindrance, [uuidOf(people)], people.tenant)
    await world.seed(
      `update delegation set ends_at = now() + interval '1 hour' where id = $1`,
      [uuidOf(people)],
      people.tenant,
    )
    await runLinkClock(world.database)
    expect((await read(people)).expires_in_days).toBe(1)
    await world.sql('delete from link_role_template where version > 1')
  })
})

describe('a new version of a role', () => {
  test('widens nothing until the tenant takes it for all links that are behind (B2)', async () => {
    const people = await acts.makeLink()
    const template = newestRoleTemplate('msp_support')
    // The link was approved with a version that gave nothing yet.
    await world.seed(
      `with l as (update link set role_version = 0 where id = $1) update delegation set mask = 0::bit(256), role_mask = 0::bit(256) where id = $1`,
      [uuidOf(people)],
      people.tenant,
    )
    expect((await read(people)).permissions).toEqual([])
    const path = '/api/v1/tenant/partner-access/role-versions'
    const shown = (await world.call(people.admin, 'GET', path)).json()
    expect(shown.items).toMatchObject([
      { access_role: 'msp_support', from_version: 0, to_version: template.version, links: 1 },
    ])
    expect(shown.items[0].adds).toContain('Comment on tickets')
    const accept = (to: number) =>
      world.call(people.admin, 'POST', `${path}/accept`, {
        body: { access_role: 'msp_support', from_version: 0, to_version: to },
      })
    expect((await accept(template.version + 1)).json().code).toBe('SNAPSHOT_STALE')
    expect((await accept(template.version)).json()).toEqual({ links: 1, waiting: 0 })
    expect((await read(people)).permissions).toContain('partner.support.tickets.comment')
    expect((await world.call(people.admin, 'GET', path)).json().items).toEqual([])
    expect(await newsOf(people, 'partner')).toContain('role_updated')
  })

  test('is counted by role and by the version that links are on', () => {
    const link = { relationship_type: 'msp_managed' as const }
    const links = [
      { ...link, access_role: 'auditor' as const, role_version: 1 },
      { ...link, access_role: 'auditor' as const, role_version: 2 },
      { ...link, access_role: 'auditor' as const, role_version: 1 },
      { ...link, access_role: 'reseller' as const, role_version: 3 },
    ]
    const drift = findDrift(links, (role) => (role === 'auditor' ? 3 : 2))
    expect(drift.map(({ role, from, to, links: behind }) => [role, from, to, behind.length])).toEqual([
      ['auditor', 1, 3, 2],
      ['auditor', 2, 3, 1],
    ])
  })
})
