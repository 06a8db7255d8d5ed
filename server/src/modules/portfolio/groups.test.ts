import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { portfolioRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => portfolioRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { put, setGrants, team } = makePortfolioActs(() => world)

const PATH = '/api/v1/partner/tenant-groups'
const publicTenant = (id: string) => publicIdOf('tenant', id)

async function cast() {
  const [partner, person] = [await world.partner('Northwind'), await world.person('Ana Ruiz')]
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  const tenants = [await world.tenant('Acme'), await world.tenant('Beta'), await world.tenant('Gamma')]
  for (const tenant of tenants) await world.link(partner, tenant)
  const [first, second, third] = tenants
  if (!first || !second || !third) throw new Error('Three tenants are needed.')
  return {
    partner,
    person: person.id,
    owner: await world.signIn(person.id),
    tenants: [first, second, third] as const,
  }
}

const create = (caller: Caller, body: object) => world.call(caller, 'POST', PATH, { body })

test('a group of chosen tenants holds those, and a group of all holds every other one, also later ones (B14)', async () => {
  const { partner, owner, tenants } = await cast()
  const [acme, beta] = tenants
  const chosen = await create(owner, {
    kind: 'chosen',
    name: 'With contract',
    included_tenant_ids: [publicTenant(acme), publicTenant(beta)],
  })
  expect(chosen.statusCode, chosen.body).toBe(201)
  expect(chosen.json()).toMatchObject({
    name: 'With contract',
    tenants_count: 2,
    included: [{ name: 'Acme' }, { name: 'Beta' }],
    excluded: [],
    version: 1,
  })
  expect(chosen.headers['location']).toBe(`${PATH}/${chosen.json().group_id}`)
  const all = await create(owner, {
    kind: 'all',
    name: 'All but Acme',
    excluded_tenant_ids: [publicTenant(acme)],
  })
  expect(all.json()).toMatchObject({ tenants_count: 2, excluded: [{ name: 'Acme' }], included: [] })
  await world.link(partner, await world.tenant('Delta'))
  const later = await world.call(owner, 'GET', `${PATH}/${all.json().group_id}`)
  expect(later.json().tenants_count).toBe(3)
  const listed = await world.call(owner, 'GET', PATH)
  expect(listed.json().items.map(({ name }: { name: string }) => name)).toEqual([
    'All but Acme',
    'With contract',
  ])
})

test('a group is changed only in the version that was read, and its name is used once (B14)', async () => {
  const { owner, tenants } = await cast()
  const { group_id: id } = (
    await create(owner, { kind: 'chosen', name: 'Break-fix', included_tenant_ids: [] })
  ).json()
  await create(owner, { kind: 'all', name: 'Everyone' })
  expect((await create(owner, { kind: 'all', name: 'EVERYONE' })).json().code).toBe('GROUP_NAME_TAKEN')
  const body = { kind: 'chosen', name: 'Break/fix', included_tenant_ids: [publicTenant(tenants[2])] }
  const put = (version: string | undefined) =>
    world.call(owner, 'PUT', `${PATH}/${id}`, { body, ...(version && { headers: { 'if-match': version } }) })
  expect((await put(undefined)).statusCode).toBe(428)
  expect((await put('"v1"')).json()).toMatchObject({ version: 2, included: [{ name: 'Gamma' }] })
  expect((await put('"v1"')).json().code).toBe('PRECONDITION_FAILED')
  expect((await world.call(owner, 'DELETE', `${PATH}/${id}`)).statusCode).toBe(204)
  expect((await world.call(owner, 'GET', `${PATH}/${id}`)).json().code).toBe('GROUP_NOT_FOUND')
})

test('an organisation that is no tenant is refused like one that does not exist, all at once, and nothing is saved (B14)', async () => {
  const { partner, owner } = await cast()
  const [stranger, asked] = [await world.tenant('Stranger'), await world.tenant('Asked')]
  await world.link(partner, asked, { status: 'requested' })
  const nobody = '01900000-0000-7000-8000-000000000009'
  const refused = await create(owner, {
    kind: 'chosen',
    name: 'Guessing',
    included_tenant_ids: [publicTenant(stranger), publicTenant(asked), publicTenant(nobody)],
  })
  expect(refused.statusCode).toBe(422)
  expect(refused.json().errors).toEqual(
    [0, 1, 2].map((index) => ({
      pointer: `/body/included_tenant_ids/${index}`,
      code: 'UNKNOWN_TENANT',
      detail: 'You have no tenant with this id.',
    })),
  )
  expect((await world.call(owner, 'GET', PATH)).json().total).toBe(0)
  const all = await create(owner, { kind: 'all', name: 'All' })
  expect(all.json().tenants_count).toBe(3)
  const unknown = await create(owner, { kind: 'all', name: 'x', included_tenant_ids: [], colour: 'red' })
  expect(unknown.json().errors).toHaveLength(2)
})

test('the groups of a partner are hidden from every other partner, by the API and by the database (B14)', async () => {
  const [mine, other] = [await cast(), await cast()]
  const { group_id: id } = (await create(mine.owner, { kind: 'all', name: 'Mine' })).json()
  const path = `${PATH}/${id}`
  expect((await world.call(other.owner, 'GET', path)).json().code).toBe('GROUP_NOT_FOUND')
  expect((await world.call(other.owner, 'DELETE', path)).json().code).toBe('GROUP_NOT_FOUND')
  const body = { kind: 'all', name: 'Stolen' }
  const taken = await world.call(other.owner, 'PUT', path, { body, headers: { 'if-match': '"v1"' } })
  expect(taken.json().code).toBe('GROUP_NOT_FOUND')
  for (const login of ['liaison_program', 'liaison_delegate', 'liaison_job'] as const) {
    for (const table of ['tenant_group', 'tenant_group_entry', 'tenant_of_group'])
      expect(await world.sqlAs(login, `select * from ${table}`)).toEqual([])
  }
  await expect(world.sqlAs('liaison_tenant', 'select * from tenant_group')).rejects.toThrow(
    'permission denied',
  )
  await expect(world.sqlAs('liaison_delegate', 'delete from tenant_group')).rejects.toThrow(
    'permission denied',
  )
})

test('to bring tenants into a group that a team is assigned to takes a fresh second factor, as an assignment does (B3, B14)', async () => {
  const { person, owner, tenants } = await cast()
  const [acme, beta] = tenants.map(publicTenant)
  const stale = await world.signIn(person, { factorAgeSeconds: 3600 })
  const chosen = { kind: 'chosen', name: 'Chosen', included_tenant_ids: [acme] }
  const all = { kind: 'all', name: 'All but two', excluded_tenant_ids: [acme, beta] }
  const ids = [
    (await create(owner, chosen)).json().group_id,
    (await create(owner, all)).json().group_id,
  ] as const
  const edit = async (place: 0 | 1, change: object, caller = stale) => {
    const body = { ...(place === 0 ? chosen : all), ...change }
    const answer = await put(caller, `${PATH}/${ids[place]}`, { body })
    return answer.statusCode === 200 ? 200 : answer.json().code
  }
  expect(await edit(0, { included_tenant_ids: [acme, beta] })).toBe(200)
  expect(await edit(0, {})).toBe(200)
  const grants = ids.map((id) => ({ group_id: id }))
  const granted = await setGrants(owner, await team(owner, 'Field'), grants)
  expect(granted.statusCode, granted.body).toBe(200)
  expect(await edit(0, { included_tenant_ids: [acme, beta] })).toBe('STEP_UP_REQUIRED')
  expect(await edit(1, { excluded_tenant_ids: [beta] })).toBe('STEP_UP_REQUIRED')
  // What takes tenants out, or changes the words alone, waits for nobody.
  expect(await edit(0, { name: 'Chosen ones', included_tenant_ids: [] })).toBe(200)
  expect(await edit(1, { description: 'Both have no contract.' })).toBe(200)
  expect(await edit(0, { included_tenant_ids: [acme, beta] }, owner)).toBe(200)
  expect(await edit(1, { excluded_tenant_ids: [beta] }, owner)).toBe(200)
})

test('each change of a group is in the log of the partner (B14)', async () => {
  const { partner, owner } = await cast()
  const { group_id: id } = (await create(owner, { kind: 'all', name: 'Logged' })).json()
  await world.call(owner, 'DELETE', `${PATH}/${id}`)
  const events = await world.sql<{ action: string; resource_label: string }>(
    `select action, resource_label from audit_event where partner_id = $1 and resource_type = 'tenant_group' order by id`,
    [partner],
  )
  expect(events).toEqual([
    { action: 'tenant_groups.create', resource_label: 'Logged' },
    { action: 'tenant_groups.delete', resource_label: 'Logged' },
  ])
})
