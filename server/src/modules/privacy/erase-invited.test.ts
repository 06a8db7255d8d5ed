import { idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { NEW_PASSWORD, linkIn, mailsTo } from '#testing/account-holder.ts'
import { CommandBench } from '#testing/command.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import { tablesWith } from '#testing/tables-with.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeIdentityRoutes(services), ...portfolioRoutes])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const { cast, setMembers, team } = makePortfolioActs(() => world)

const invite = (caller: Caller, email: string) =>
  world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email, role: 'PARTNER_STAFF' } })

test('erasing somebody who came by invitation and was renamed leaves neither address nor former name in any table (GDPR Art. 17)', async () => {
  const [here, elsewhere] = [await cast(), await cast()]
  const [email, former, current] = ['lora.quist@example.test', 'Lora Quist', 'Lora Vantongeren']
  // Invited at the machine and by a partner that the person never joined, too.
  await bench.run(['person', 'invite-admin', email, '--reason', 'Two people decide.'])
  await invite(elsewhere.owner, email.toUpperCase())
  expect((await invite(here.owner, email)).statusCode).toBe(201)
  const link = linkIn((await mailsTo(world, email)).at(-1))
  await new FormBrowser(world).post(link, { name: former, password: NEW_PASSWORD })
  const [joined] = await world.sql<{ person: string; member: string }>(
    `select p.id as person, m.id as member from person p join partner_member m on m.person_id = p.id where p.email = $1`,
    [email],
  )
  const { person, member } = { person: String(joined?.person), member: String(joined?.member) }
  await setMembers(here.owner, await team(here.owner, 'Field'), [idFromUuid('member', member)])
  await world.seed('update person set name = $2 where id = $1', [person, current])
  const naming = (text: string) =>
    world.sql('select action from audit_event e where strpos(e::text, $1) > 0 order by action', [text])
  expect(await naming(email)).toHaveLength(3)
  expect(await naming(former)).toContainEqual({ action: 'teams.set_members' })
  const done = await bench.run(['person', 'erase', person, '--reason', 'Asked for.', '--json'])
  expect(JSON.parse(done.out).kept).toEqual([])
  for (const text of [email, former, current]) expect(await tablesWith(world, text), text).toEqual([])
  // Who invited, for whom and as what stays.
  const invited = `select count(*)::integer as n from audit_event where action = 'identity.member.invite' and resource_label is null`
  expect(await world.sql(invited)).toEqual([{ n: 3 }])
})
