import { encodeId } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationRoutes, runOperations } from '#modules/operations/index.ts'
import { makeIdentityRoutes } from '#modules/identity/index.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...permissionProbes,
    ...makeIdentityRoutes(services),
    ...makeDelegationRoutes(),
    ...portfolioRoutes,
    ...operationRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const FREEZES = '/api/v1/partner/freezes'

/** A partner with two owners and somebody of the staff. */
async function openPartner() {
  const partner = await world.partner('Northwind')
  const make = async (name: string, role?: 'PARTNER_OWNER') => {
    const { id } = await world.person(name)
    return { id, member: await world.partnerMember(partner, id, role), caller: await world.signIn(id) }
  }
  const [olga, bad] = [await make('Olga Brandt', 'PARTNER_OWNER'), await make('Ben Ode', 'PARTNER_OWNER')]
  return { partner, olga, bad, staff: await make('Lee Park') }
}

const freeze = (by: Caller, person: PersonId) =>
  world.call(by, 'POST', FREEZES, {
    body: { scope: 'person', person_id: encodeId('person', person), reason: 'Stolen laptop' },
  })

const codeOf = async (answer: ReturnType<typeof freeze>) => {
  const { statusCode, body } = await answer
  return statusCode < 400 ? statusCode : JSON.parse(body).code
}

describe('a person whom a colleague froze', () => {
  test('lifts nothing, and is refused on every page of the partner, until a colleague lifts it (B11)', async () => {
    const { olga, bad } = await openPartner()
    expect(await codeOf(world.call(bad.caller, 'GET', FREEZES))).toBe(200)
    const set = await freeze(olga.caller, bad.id)
    expect(set.statusCode, set.body).toBe(201)
    const path = `${FREEZES}/${set.json().freeze_id}`
    const lift = (caller: Caller) => codeOf(world.call(caller, 'DELETE', path, { body: { reason: 'Mine' } }))
    expect(await lift(bad.caller)).toBe('ACCESS_FROZEN')
    expect(await codeOf(freeze(bad.caller, olga.id))).toBe('ACCESS_FROZEN')
    expect(await codeOf(world.call(bad.caller, 'GET', FREEZES))).toBe('ACCESS_FROZEN')
    const group = { kind: 'all', name: 'Everybody' }
    expect(
      await codeOf(world.call(bad.caller, 'POST', '/api/v1/partner/tenant-groups', { body: group })),
    ).toBe('ACCESS_FROZEN')
    // Whoever is stopped still sees who they are, and signs out from their own page.
    for (const own of ['/api/v1/me', '/account'])
      expect(await codeOf(world.call(bad.caller, 'GET', own)), own).toBe(200)
    expect(await lift(olga.caller)).toBe(200)
    expect(await codeOf(world.call(bad.caller, 'GET', FREEZES))).toBe(200)
  })

  test('orders no step for many links, and one that was ordered before is not done (B11, B14)', async () => {
    const { partner, olga, bad, staff } = await openPartner()
    const link = await world.link(partner, await world.tenant('Acme'))
    const order = () =>
      world.call(bad.caller, 'POST', '/api/v1/partner/links/bulk', {
        body: {
          action: 'assign',
          items: [{ link_id: publicIdOf('link', link), member_id: encodeId('member', staff.member) }],
        },
      })
    const ordered = await order()
    expect(ordered.statusCode, ordered.body).toBe(202)
    expect((await freeze(olga.caller, bad.id)).statusCode).toBe(201)
    expect(await codeOf(order())).toBe('ACCESS_FROZEN')
    await runOperations({
      database: world.database,
      publicOrigin: () => TEST_ORIGIN,
      onError: (error) => {
        throw error
      },
    })
    const path = `/api/v1/partner/operations/${ordered.json().operation_id}`
    expect((await world.call(olga.caller, 'GET', path)).json()).toMatchObject({
      items: [{ outcome: 'refused', code: 'ACCESS_FROZEN' }],
    })
    expect(await world.sql('select from link_member where link_id = $1', [link])).toEqual([])
  })

  test('is no owner who could lift another freeze: one owner always stays (B11)', async () => {
    const { olga, bad, staff } = await openPartner()
    expect(await codeOf(freeze(olga.caller, staff.id))).toBe(201)
    expect(await codeOf(freeze(olga.caller, bad.id))).toBe(201)
    expect(await codeOf(freeze(olga.caller, olga.id))).toBe('FREEZE_LAST_OWNER')
  })

  test('is let go by the provider once nobody of the partner could, and not before (B11)', async () => {
    const { partner, olga, bad } = await openPartner()
    const set = (await freeze(olga.caller, bad.id)).json<{ freeze_id: string }>()
    const kim = await world.person('Kim')
    await world.platformAdmin(kim.id)
    const admin = await world.signIn(kim.id)
    const letGo = () =>
      codeOf(
        world.call(admin, 'POST', `/api/v1/admin/partner-access/freezes/${set.freeze_id}/lift`, {
          body: { reason: 'Nobody is left there who could.', outcome: 'lifted' },
        }),
      )
    expect(await letGo()).toBe('CONFLICT')
    expect(await codeOf(world.call(bad.caller, 'GET', FREEZES))).toBe('ACCESS_FROZEN')
    await world.seed(
      `update partner_member set status = 'inactive' where partner_id = $1 and person_id = $2`,
      [partner, olga.id],
    )
    expect(await letGo()).toBe(200)
    expect(await codeOf(world.call(bad.caller, 'GET', FREEZES))).toBe(200)
  })

  test('neither lifts it past the routes (B11)', async () => {
    const scene = await openScene(world)
    const { id } = scene.people.partner
    await world.seed(
      `insert into access_freeze (scope, partner_id, person_id, set_by, set_by_name, set_by_side) values ('person', $1, $2, $3, 'Olga', 'partner')`,
      [scene.partner, id, scene.stranger],
    )
    const lifted = await asSide({ world, side: 'partner', scene }, (client) =>
      attempt(
        client,
        `update access_freeze set lifted_by = $2, lifted_at = now(), lift_reason = 'Mine' where person_id = $1`,
        [id, id],
      ),
    )
    expect(lifted).toBe('freeze_of_oneself')
  })
})
