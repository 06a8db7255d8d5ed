import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, REQUEST } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { approve, ask, cast, etagOf, newestLink, tenantMove } = makeLinkActs(() => world)
const ROUNDS = 4

async function invite(people: Cast): Promise<string> {
  const invited = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
    body: { partner_slug: people.partnerSlug, ...REQUEST },
  })
  expect(invited.statusCode, invited.body).toBe(201)
  return invited.json().link_id
}

const statusOf = async (id: string, { owner }: Cast): Promise<string> =>
  (await world.call(owner, 'GET', partnerPath(id))).json().status

async function colleague({ tenant }: Cast): Promise<Caller> {
  const { id } = await world.person('Priya Nair')
  await world.tenantMember(tenant, id)
  return world.signIn(id, { tenantId: tenant })
}

const demandTwo = ({ tenant }: Cast) =>
  world.seed(
    'insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)',
    [tenant],
    tenant,
  )

describe('a link that is moved twice at the same moment', () => {
  test('attack 86: an invitation is accepted or withdrawn, never both, and whoever hears yes hears the truth', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = await cast()
      const id = await invite(people)
      const etag = await etagOf(people.owner, partnerPath(id))
      const [accepted, withdrawn] = await Promise.all([
        world.call(people.owner, 'POST', partnerPath(id, '/accept'), {
          body: {},
          headers: { 'if-match': etag },
        }),
        tenantMove({ ...people, id }, 'withdraw'),
      ])
      const said = [accepted.statusCode === 200, withdrawn.statusCode === 200]
      expect(said, `${accepted.body} ${withdrawn.body}`).toContain(true)
      expect([...said, await statusOf(id, people)]).toEqual(
        said[0] ? [true, false, 'active'] : [false, true, 'withdrawn'],
      )
    }
  })

  test('attack 86: a request is approved or declined, never both', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = await cast()
      await ask(people)
      const { link_id: id } = await newestLink(people)
      const other = { ...people, admin: await colleague(people), id }
      const [approved, declined] = await Promise.all([
        approve(people, id),
        tenantMove(other, 'decline', { reason: 'We do not know you.' }),
      ])
      const said = [approved.statusCode === 200, declined.statusCode === 200]
      expect(said, `${approved.body} ${declined.body}`).toContain(true)
      expect([...said, await statusOf(id, people)]).toEqual(
        said[0] ? [true, false, 'active'] : [false, true, 'declined'],
      )
    }
  })

  test('attack 86: a frozen organisation stays closed, whether it was frozen before or after the approval that came at the same moment', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = await cast()
      await ask(people)
      const { link_id: id } = await newestLink(people)
      await Promise.all([
        approve(people, id),
        world.seed(
          `insert into access_freeze (scope, tenant_id, reason, set_by, set_by_name, set_by_side) values ('tenant', $1, 'A test', uuidv7(), 'A test', 'provider')`,
          [people.tenant],
          people.tenant,
        ),
      ])
      const [open] = await world.sql<{ n: number }>(
        'select count(*)::integer as n from access.delegation_in_force where tenant_id = $1',
        [people.tenant],
      )
      expect(open).toEqual({ n: 0 })
    }
  })
})

describe('the emergency stop', () => {
  async function stopAll({ admin, tenant }: Cast) {
    const [row] = await world.sql<{ name: string }>('select name from tenant where id = $1', [tenant])
    return world.call(admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
      body: { reason: 'Incident', confirm_name: row?.name },
    })
  }

  test.each(['accepted', 'approved'] as const)(
    'attack 86: leaves nothing open that is %s at the same moment, whichever came first',
    async (how) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const people = await cast()
        const isInvited = how === 'accepted'
        if (!isInvited) await ask(people)
        const id = isInvited ? await invite(people) : (await newestLink(people)).link_id
        const etag = await etagOf(people.owner, partnerPath(id))
        const other = { ...people, admin: await colleague(people) }
        const open = () =>
          isInvited
            ? world.call(people.owner, 'POST', partnerPath(id, '/accept'), {
                body: {},
                headers: { 'if-match': etag },
              })
            : approve(people, id)
        const [opened, stopped] = await Promise.all([open(), stopAll(other)])
        expect([stopped.statusCode, [200, 404, 409, 412].includes(opened.statusCode)], opened.body).toEqual([
          200,
          true,
        ])
        expect(['declined', 'withdrawn', 'revoked']).toContain(await statusOf(id, people))
      }
    },
  )
})

describe('two approvals where two people are needed', () => {
  test('attack 86: are one when the same person sends them, however many come at the same moment', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = await cast()
      await demandTwo(people)
      await ask(people)
      const { link_id: id } = await newestLink(people)
      const answers = await Promise.all(Array.from({ length: 5 }, () => approve(people, id)))
      expect(answers.some(({ statusCode }) => statusCode === 200)).toBe(true)
      for (const answer of answers.filter(({ statusCode }) => statusCode === 200))
        expect(answer.json()).toMatchObject({ status: 'requested', waits_for_second: true })
      expect(await statusOf(id, people)).toBe('requested')
    }
  })

  test('attack 86: of two people at the same moment open it at most once, and never for one alone', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const people = await cast()
      await demandTwo(people)
      await ask(people)
      const { link_id: id } = await newestLink(people)
      const other = { ...people, admin: await colleague(people) }
      const answers = await Promise.all([approve(people, id), approve(other, id)])
      const opened = answers.filter((answer) => answer.statusCode === 200 && !answer.json().waits_for_second)
      const status = await statusOf(id, people)
      expect([opened.length, status]).toEqual(status === 'active' ? [1, 'active'] : [0, 'requested'])
      if (status === 'active') continue
      // Whoever was refused asks again, and is the second one then.
      const again = await Promise.all([approve(people, id), approve(other, id)])
      expect(again.some(({ statusCode }) => statusCode === 200)).toBe(true)
      expect(await statusOf(id, people)).toBe('active')
    }
  })
})
