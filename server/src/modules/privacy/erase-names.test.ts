import { afterAll, beforeAll, expect, test } from 'vitest'
import { inAdminTransaction } from '#platform/admin.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { erasePerson } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => portfolioRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast, setMembers, team } = makePortfolioActs(() => world)

test('erasing a person leaves no name in what colleagues changed, and touches nobody of that name elsewhere (GDPR Art. 17)', async () => {
  const [here, elsewhere] = [await cast(), await cast()]
  for (const people of [here, elsewhere])
    await setMembers(people.owner, await team(people.owner, 'Field'), [people.technicianMember])
  const [person] = await world.sql<{ id: string; name: string }>(
    `select p.id, p.name from partner_member m join person p on p.id = m.person_id where m.partner_id = $1 and m.role = 'PARTNER_STAFF'`,
    [here.partner],
  )
  const naming = () =>
    world.sql(
      `select partner_id, action from audit_event e where action like 'teams.%' and strpos(e::text, $1) > 0 order by partner_id`,
      [person?.name],
    )
  const event = { action: 'teams.set_members' }
  expect(await naming()).toHaveLength(2)
  await inAdminTransaction(world.connection, async (run) => {
    await erasePerson(run, String(person?.id))
    await run(
      `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job')`,
    )
  })
  expect(await naming()).toEqual([{ ...event, partner_id: elsewhere.partner }])
  const [blanked] = await world.sql(
    `select actor_name, ip is not null as has_origin from audit_event where action = $1 and partner_id = $2`,
    [event.action, here.partner],
  )
  expect(blanked).toEqual({ actor_name: null, has_origin: true })
})
