import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeId } from '@liaison/access'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { tenantRoutes } from '#modules/tenants/index.ts'
import { portfolioRoutes, runTeamClock } from './index.ts'
import { makeLinkActs } from '#testing/link-acts.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeLinkRoutes(services),
    ...tenantRoutes,
    ...portfolioRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast, create, put, readTenant, setGrants, setMembers, team } = makePortfolioActs(() => world)
const links = makeLinkActs(() => world)

async function peopleOf(link: string) {
  return world.sql<{ name: string; role: string | null; via: string | null }>(
    `select p.name, m.role, t.name as via from link_member m join person p on p.id = m.person_id
     left join partner_team t on t.id = m.via_team_id where m.link_id = $1 order by p.name`,
    [link],
  )
}

test('a team gives its people a link from the next request on, and whoever leaves it has lost it at the next one (B3)', async () => {
  const people = await cast()
  const tenant = await world.tenant('Acme')
  const link = await world.link(people.partner, tenant, { role: 'msp_support' })
  const id = await team(people.owner, 'Field')
  expect(await readTenant(people.technician, tenant)).toBe(403)
  expect((await setMembers(people.owner, id, [people.technicianMember])).statusCode).toBe(200)
  expect(await readTenant(people.technician, tenant)).toBe(403)
  const granted = await setGrants(people.owner, id, [{ link_id: publicIdOf('link', link) }])
  expect(granted.json(), granted.body).toMatchObject({
    members_count: 1,
    links_count: 1,
    version: 3,
    grants: [{ tenant_name: 'Acme', link_role: 'msp_support', role: null, ends_at: null }],
  })
  expect(await readTenant(people.technician, tenant)).toBe(200)
  expect(await readTenant(people.owner, tenant)).toBe(403)
  expect((await setMembers(people.owner, id, [])).statusCode).toBe(200)
  expect(await readTenant(people.technician, tenant)).toBe(403)
  await setMembers(people.owner, id, [people.technicianMember, people.ownerMember])
  expect(await readTenant(people.owner, tenant)).toBe(200)
  expect((await world.call(people.owner, 'DELETE', `/api/v1/partner/teams/${id}`)).statusCode).toBe(204)
  expect(await readTenant(people.owner, tenant)).toBe(403)
  expect(await peopleOf(link)).toEqual([])
})

test('a team that is assigned to a group follows the group, its exclusions and every later link (B3, B14)', async () => {
  const people = await cast()
  const [acme, beta] = [await world.tenant('Acme'), await world.tenant('Beta')]
  const inAcme = await world.link(people.partner, acme)
  const inBeta = await world.link(people.partner, beta)
  const group = await create(people.owner, 'tenant-groups', {
    kind: 'all',
    name: 'All but Beta',
    excluded_tenant_ids: [publicIdOf('tenant', beta)],
  })
  const id = await team(people.owner, 'Night shift')
  await setMembers(people.owner, id, [people.technicianMember])
  await setGrants(people.owner, id, [{ group_id: group, role: 'msp_support' }])
  expect(await peopleOf(inAcme)).toEqual([{ name: 'Lee Park', role: 'msp_support', via: 'Night shift' }])
  expect(await peopleOf(inBeta)).toEqual([])
  const path = `/api/v1/partner/tenant-groups/${group}`
  const body = { kind: 'all', name: 'All but Acme', excluded_tenant_ids: [publicIdOf('tenant', acme)] }
  expect((await put(people.owner, path, { body })).statusCode).toBe(200)
  expect([await peopleOf(inAcme), (await peopleOf(inBeta)).length]).toEqual([[], 1])
  const asked = { kind: 'chosen', name: 'x', included_tenant_ids: [] }
  expect((await put(people.owner, path, { body: asked })).json().errors[0].code).toBe('KIND_FIXED')
  await world.call(people.owner, 'DELETE', path)
  expect(await peopleOf(inBeta)).toEqual([])
})

test('when a tenant approves a link, the team of a group that holds it is assigned in the same step, and the tenant sees by which team (B3)', async () => {
  const people = await links.cast()
  const [member] = await world.sql<{ id: string }>('select id from partner_member where partner_id = $1', [
    people.partner,
  ])
  const group = await create(people.owner, 'tenant-groups', { kind: 'all', name: 'Everyone' })
  const id = await team(people.owner, 'Owners')
  const path = `/api/v1/partner/teams/${id}`
  await put(people.owner, `${path}/members`, {
    readAt: path,
    body: { member_ids: [publicIdOf('member', member?.id ?? '')] },
  })
  await setGrants(people.owner, id, [{ group_id: group }])
  await links.ask(people)
  const { link_id: link } = await links.newestLink(people)
  expect((await links.approve(people, link)).statusCode).toBe(200)
  const seen = await world.call(people.admin, 'GET', `/api/v1/tenant/partner-access/links/${link}`)
  expect(seen.json().people, seen.body).toMatchObject([
    { name: 'Ana Ruiz', via_team: { team_id: id, name: 'Owners' } },
  ])
  const events = await world.sql(
    `select action, changes from audit_event where action = 'links.assign_by_team' and tenant_id = $1`,
    [people.tenant],
  )
  expect(events).toEqual([
    { action: 'links.assign_by_team', changes: { people: { before: [], after: ['Ana Ruiz'] } } },
  ])
})

test('a direct assignment wins over one by a team, and gives way to it when it is taken back or has ended (B3)', async () => {
  const people = await cast()
  const tenant = await world.tenant('Acme')
  const link = await world.link(people.partner, tenant)
  const id = await team(people.owner, 'Field')
  await setMembers(people.owner, id, [people.technicianMember])
  await setGrants(people.owner, id, [{ link_id: publicIdOf('link', link), role: 'auditor' }])
  const members = `/api/v1/partner/links/${publicIdOf('link', link)}/members`
  const assign = (list: object[]) => put(people.owner, members, { body: { members: list } })
  const own = { member_id: encodeId('member', people.technicianMember), role: 'msp_support' }
  const first = await assign([own])
  expect(first.statusCode, first.body).toBe(200)
  expect(await peopleOf(link)).toEqual([{ name: 'Lee Park', role: 'msp_support', via: null }])
  await setMembers(people.owner, id, [people.technicianMember, people.ownerMember])
  expect((await peopleOf(link)).map(({ via }) => via)).toEqual(['Field', null])
  expect((await assign([])).json().members, 'whom a team brings stays').toHaveLength(2)
  expect((await peopleOf(link)).map(({ role }) => role)).toEqual(['auditor', 'auditor'])
  await assign([own])
  await world.seed(
    `update link_member set ends_at = now() - interval '1 hour' where link_id = $1 and via_team_id is null`,
    [link],
    tenant,
  )
  expect(await readTenant(people.technician, tenant)).toBe(403)
  expect(await runTeamClock(world.database)).toBe(1)
  expect(await readTenant(people.technician, tenant)).toBe(200)
  expect((await peopleOf(link)).map(({ via }) => via)).toEqual(['Field', 'Field'])
  expect(await runTeamClock(world.database)).toBe(0)
})

test('of several teams the one that gives most counts; when it ends the other takes over (B3)', async () => {
  const people = await cast()
  const tenant = await world.tenant('Acme')
  const link = await world.link(people.partner, tenant)
  const [support, audit] = [await team(people.owner, 'Support'), await team(people.owner, 'Audit')]
  for (const [id, role] of [
    [support, 'msp_support'],
    [audit, 'delegate'],
  ] as const) {
    await setMembers(people.owner, id, [people.technicianMember])
    await setGrants(people.owner, id, [{ link_id: publicIdOf('link', link), role }])
  }
  expect(await peopleOf(link)).toMatchObject([{ via: 'Support', role: 'msp_support' }])
  await setMembers(people.owner, support, [])
  expect(await peopleOf(link)).toMatchObject([{ via: 'Audit', role: 'delegate' }])
})

test('a team reaches no higher than the link, names only what is the partner’s own, and tells every fault at once (B3)', async () => {
  const [people, others] = [await cast(), await cast()]
  const link = await world.link(people.partner, await world.tenant('Acme'), { role: 'msp_billing' })
  const foreign = await world.link(others.partner, await world.tenant('Foreign'))
  const asked = await world.link(people.partner, await world.tenant('Asked'), { status: 'requested' })
  const id = await team(people.owner, 'Field')
  const own = publicIdOf('link', link)
  const refused = await setGrants(people.owner, id, [
    { link_id: own, role: 'msp_full', ends_at: '2020-01-01T00:00:00Z' },
    { link_id: publicIdOf('link', foreign) },
    { link_id: publicIdOf('link', asked) },
    {},
    { link_id: own },
  ])
  expect(refused.statusCode).toBe(422)
  expect(
    refused.json().errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]),
  ).toEqual([
    ['/body/grants/0/role', 'ABOVE_LINK_ROLE'],
    ['/body/grants/0/ends_at', 'OUT_OF_RANGE'],
    ['/body/grants/1/link_id', 'UNKNOWN_TARGET'],
    ['/body/grants/2/link_id', 'UNKNOWN_TARGET'],
    ['/body/grants/3', 'ONE_TARGET'],
    ['/body/grants/4', 'REPEATED'],
  ])
  const strangers = await setMembers(people.owner, id, [others.technicianMember, people.technicianMember])
  expect(strangers.json().errors).toMatchObject([{ pointer: '/body/member_ids/0', code: 'UNKNOWN_MEMBER' }])
  expect((await world.call(others.owner, 'GET', `/api/v1/partner/teams/${id}`)).json().code).toBe(
    'TEAM_NOT_FOUND',
  )
  expect((await setMembers(others.owner, id, [others.technicianMember])).statusCode).not.toBe(200)
})

test('what a team has already stands in the way of no change of the rest: links that were cut off or made smaller, and time that is over (B3)', async () => {
  const people = await cast()
  const id = await team(people.owner, 'Field')
  const give = async (name: string) => {
    const tenant = await world.tenant(name)
    const link = await world.link(people.partner, tenant)
    return { tenant, link, link_id: publicIdOf('link', link) }
  }
  const [cutOff, smaller, over, stays] = [
    await give('Cut off'),
    await give('Smaller'),
    await give('Over'),
    await give('Stays'),
  ]
  const wanted = [
    { link_id: cutOff.link_id },
    { link_id: smaller.link_id, role: 'msp_full' },
    { link_id: over.link_id, ends_at: new Date(Date.now() + 3_600_000).toISOString() },
    { link_id: stays.link_id },
  ]
  expect((await setGrants(people.owner, id, wanted)).statusCode).toBe(200)
  await world.seed(
    `update delegation set status = 'revoked', status_changed_at = now() where id = $1`,
    [cutOff.link],
    cutOff.tenant,
  )
  await world.seed(
    `update link set access_role = 'msp_billing' where id = $1`,
    [smaller.link],
    smaller.tenant,
  )
  await world.seed(
    `update team_grant set ends_at = date_trunc('second', now()) - interval '1 hour' where link_id = $1`,
    [over.link],
  )
  const read = async () => {
    const answer = await world.call(people.owner, 'GET', `/api/v1/partner/teams/${id}`)
    return answer
      .json<{ grants: Record<string, string | null>[] }>()
      .grants.map(({ link_id, role, ends_at }) => ({ link_id, role, ends_at }))
  }
  // The page sends what is there with what is to change.
  const left = (await read()).filter(({ link_id }) => link_id !== stays.link_id)
  const narrowed = await setGrants(people.owner, id, left)
  expect(narrowed.statusCode, narrowed.body).toBe(200)
  expect(await read()).toEqual(left)
  const refused = await setGrants(people.owner, id, [{ link_id: cutOff.link_id, role: 'auditor' }])
  expect(refused.json().errors).toMatchObject([{ code: 'UNKNOWN_TARGET' }])
})

test('only an owner with a fresh second factor says who is in a team or what it opens (B3)', async () => {
  const people = await cast()
  const id = await team(people.owner, 'Field')
  const path = `/api/v1/partner/teams/${id}`
  expect((await world.call(people.technician, 'GET', path)).statusCode).toBe(403)
  const person = await world.person('Olga Tired')
  await world.partnerMember(people.partner, person.id, 'PARTNER_OWNER')
  const tired = await world.signIn(person.id, { factorAgeSeconds: 3600 })
  for (const [part, body] of [
    ['members', { member_ids: [] }],
    ['grants', { grants: [] }],
  ] as const) {
    const refused = await world.call(tired, 'PUT', `${path}/${part}`, {
      body,
      headers: { 'if-match': '"v1"' },
    })
    expect(refused.json().code).toBe('STEP_UP_REQUIRED')
    const stale = await world.call(people.owner, 'PUT', `${path}/${part}`, {
      body,
      headers: { 'if-match': '"v9"' },
    })
    expect(stale.json().code).toBe('PRECONDITION_FAILED')
  }
  expect(
    (await create(people.owner, 'teams', { name: 'FIELD' }).catch(String)).includes('TEAM_NAME_TAKEN'),
  ).toBe(true)
})

test('as raw SQL no other login and no other partner reads or writes teams, and no partner assigns a team to a foreign link (B3)', async () => {
  for (const table of ['partner_team', 'team_member', 'team_grant']) {
    expect(await world.sqlAs('liaison_program', `select * from ${table}`)).toEqual([])
    for (const login of ['liaison_delegate', 'liaison_tenant', 'liaison_job', 'liaison_platform'] as const)
      await expect(world.sqlAs(login, `select * from ${table}`)).rejects.toThrow('permission denied')
  }
  await expect(
    world.sqlAs('liaison_program', `select access.derive_assignments(null, null, null)`),
  ).rejects.toThrow('permission denied')
  await expect(world.sqlAs('liaison_job', 'select access.derive_ended()')).rejects.toThrow('only the clock')
})

test('leaving a team waits for the writes under way and then holds: none commits after the answer (B3)', async () => {
  const people = await cast()
  const tenant = await world.tenant('Acme')
  const link = await world.link(people.partner, tenant)
  const id = await team(people.owner, 'Field')
  await setMembers(people.owner, id, [people.technicianMember])
  await setGrants(people.owner, id, [{ link_id: publicIdOf('link', link) }])
  const writing = await world.database.pool('liaison_guard').connect()
  try {
    await writing.query('begin')
    // What every write of the technician in this tenant holds until it has committed.
    await writing.query(
      `select pg_advisory_xact_lock_shared(access.lock_key('pair', md5($1::text || $2::text)::uuid))`,
      [people.partner, tenant],
    )
    const leaving = setMembers(people.owner, id, [])
    const waiters = async () =>
      (
        await world.sql<{ n: number }>(
          `select count(*)::integer as n from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
        )
      )[0]?.n
    while ((await waiters()) === 0);
    expect((await peopleOf(link)).length).toBe(1)
    await writing.query('commit')
    expect((await leaving).statusCode).toBe(200)
  } finally {
    writing.release()
  }
  expect(await peopleOf(link)).toEqual([])
})

test('people of many teams and groups are assigned as each rule says, whatever order the changes come in (B3)', async () => {
  const people = await cast()
  const [acme, beta] = [await world.tenant('Acme'), await world.tenant('Beta')]
  const [inAcme, inBeta] = [await world.link(people.partner, acme), await world.link(people.partner, beta)]
  const group = await create(people.owner, 'tenant-groups', {
    kind: 'chosen',
    name: 'Both',
    included_tenant_ids: [acme, beta].map((tenant) => publicIdOf('tenant', tenant)),
  })
  const teams = [await team(people.owner, 'One'), await team(people.owner, 'Two')] as const
  const [one, two] = teams
  // Concurrent changes of one partner take their turns, so that none of them misses the other.
  const results = await Promise.all([
    setMembers(people.owner, one, [people.technicianMember]),
    setMembers(people.owner, two, [people.ownerMember]),
  ])
  expect(results.map(({ statusCode }) => statusCode)).toEqual([200, 200])
  await Promise.all([
    setGrants(people.owner, one, [{ group_id: group }]),
    setGrants(people.owner, two, [{ group_id: group, role: 'auditor' }]),
  ])
  const expected = [
    { name: 'Ana Ruiz', role: 'auditor', via: 'Two' },
    { name: 'Lee Park', role: null, via: 'One' },
  ]
  expect([await peopleOf(inAcme), await peopleOf(inBeta)]).toEqual([expected, expected])
})
