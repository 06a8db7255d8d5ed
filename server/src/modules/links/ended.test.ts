import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, tenantPath } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeLinkRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

type Linked = Cast & { readonly id: string }

const endNow = ({ id, tenant }: Linked) =>
  world.seed(
    `update delegation set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 minute' where id = $1`,
    [decodeId('link', id)],
    tenant,
  )
const read = async ({ admin, id }: Linked) => (await world.call(admin, 'GET', tenantPath(id))).json()

describe('a suspended link that ended', () => {
  test.each([{ clock: true }, { clock: false }])(
    'is still suspended by the other side once it is extended, whether or not the clock ran: $clock (B1)',
    async ({ clock }) => {
      const people = await acts.makeLink()
      expect((await acts.partnerMove(people, 'suspend')).json().status).toBe('suspended')
      await endNow(people)
      if (clock) await runLinkClock(world.database)
      expect((await read(people)).status).toBe('expired')
      const renewed = await acts.tenantMove(people, 'renew')
      expect(renewed.json(), renewed.body).toMatchObject({ status: 'suspended' })
      const resumed = await acts.tenantMove(people, 'resume')
      expect(resumed.json().code).toBe('LINK_STATE_CONFLICT')
      expect((await acts.partnerMove(people, 'resume')).json().status).toBe('active')
    },
  )
})

describe('a link that ended before it could begin', () => {
  test('is over, so that the partner may ask anew and another one may have the full role (B1)', async () => {
    const people = await acts.cast()
    await world.seed(
      'delete from totp_factor f using partner_member m where m.person_id = f.person_id and m.partner_id = $1',
      [people.partner],
    )
    expect((await acts.ask(people)).statusCode).toBe(202)
    const { link_id: id } = await acts.newestLink(people)
    expect((await acts.approve(people, id)).json().status).toBe('approved')
    const linked = { ...people, id }
    await endNow(linked)
    await runLinkClock(world.database)
    expect((await read(linked)).status).toBe('expired')
    expect((await acts.ask(people)).statusCode).toBe(202)
    expect((await acts.newestLink(people)).status).toBe('requested')
  })
})
