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

const { cast, create, setGrants, setMembers, team } = makePortfolioActs(() => world)

async function matrix(caller: Caller, query = '') {
  const answer = await world.call(caller, 'GET', `/api/v1/partner/assignments${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}

/** Each assignment as person, tenant, role and team. */
function tell(page: Awaited<ReturnType<typeof matrix>>): string[][] {
  const nameOf = (list: Record<string, string>[], key: string, id: string) =>
    list.find((entry) => entry[key] === id)
  return page.assignments.map(
    (cell: {
      link_id: string
      member_id: string
      role: string | null
      via_team: { name: string } | null
    }) => [
      nameOf(page.members, 'member_id', cell.member_id)?.['name'],
      nameOf(page.items, 'link_id', cell.link_id)?.['tenant_name'],
      cell.role,
      cell.via_team?.name ?? 'directly',
    ],
  )
}

test('the matrix tells for every person and every tenant whether, how and by which team they are assigned (B3)', async () => {
  const people = await cast()
  const [acme, beta] = [await world.tenant('Acme'), await world.tenant('Beta')]
  const [inAcme, inBeta] = [await world.link(people.partner, acme), await world.link(people.partner, beta)]
  const ended = await world.link(people.partner, await world.tenant('Ended'), { status: 'revoked' })
  await world.assign(inAcme, people.technicianMember, 'msp_support')
  await world.assign(ended, people.technicianMember)
  const id = await team(people.owner, 'Field')
  await setMembers(people.owner, id, [people.ownerMember])
  await setGrants(people.owner, id, [{ link_id: publicIdOf('link', inBeta), role: 'auditor' }])
  const page = await matrix(people.owner)
  expect(tell(page).toSorted((left, right) => left.join().localeCompare(right.join()))).toEqual([
    ['Ana Ruiz', 'Beta', 'auditor', 'Field'],
    ['Lee Park', 'Acme', 'msp_support', 'directly'],
  ])
  expect(page).toMatchObject({
    total: 2,
    members: [
      { name: 'Ana Ruiz', role: 'PARTNER_OWNER', links_count: 1 },
      { name: 'Lee Park', role: 'PARTNER_STAFF', links_count: 1 },
    ],
  })
  const group = await create(people.owner, 'tenant-groups', {
    kind: 'chosen',
    name: 'Only Beta',
    included_tenant_ids: [publicIdOf('tenant', beta)],
  })
  expect(tell(await matrix(people.owner, `?group=${group}`))).toHaveLength(1)
  const narrowed = await matrix(people.owner, '?tenant=acm&person=lee')
  expect([narrowed.items.length, narrowed.members.length, narrowed.assignments.length]).toEqual([1, 1, 1])
  const second = await matrix(people.owner, '?limit=1&offset=1')
  expect([second.items[0].tenant_name, second.total, second.has_more]).toEqual(['Beta', 2, false])
  // Who has turned too far is still told how many there are, and so finds back.
  const beyond = await matrix(people.owner, '?limit=1&offset=2')
  expect([beyond.items, beyond.total, beyond.has_more]).toEqual([[], 2, false])
  expect((await world.call(people.technician, 'GET', '/api/v1/partner/assignments')).statusCode).toBe(403)
  const others = await cast()
  expect(tell(await matrix(others.owner))).toEqual([])
})

test('a team uses the links that are live, none that has ended (B3)', async () => {
  const people = await cast()
  const tenant = await world.tenant('Acme')
  const link = await world.link(people.partner, tenant)
  const id = await team(people.owner, 'Field')
  await setMembers(people.owner, id, [people.technicianMember])
  await setGrants(people.owner, id, [{ link_id: publicIdOf('link', link) }])
  const used = async () =>
    (await world.call(people.owner, 'GET', `/api/v1/partner/teams/${id}`)).json().links_count
  expect(await used()).toBe(1)
  await world.seed(`update delegation set status = 'revoked' where id = $1`, [link], tenant)
  expect(await used()).toBe(0)
})
