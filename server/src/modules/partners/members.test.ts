import { encodeId, idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makePartnerRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makePartnerRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function enrol(scene: Scene, role: 'PARTNER_OWNER' | 'PARTNER_STAFF') {
  const person = await world.person()
  const member = await world.partnerMember(scene.partner, person.id, role)
  return { id: person.id, member, caller: await world.signIn(person.id) }
}

const own = (member: IdOf<'member'>) => `/api/v1/partner/members/${encodeId('member', member)}`
const admin = (scene: Scene, member: IdOf<'member'>) =>
  `/api/v1/admin/partners/${encodeId('partner', scene.partner)}/members/${encodeId('member', member)}`

describe('members of a partner (D1)', () => {
  test('an owner makes staff owners and removes members; the next request of whoever is removed is refused, with one event each', async () => {
    const scene = await openScene(world)
    const staff = await enrol(scene, 'PARTNER_STAFF')
    const owner = scene.people.partner.caller
    const raised = await world.call(owner, 'PATCH', own(staff.member), { body: { role: 'PARTNER_OWNER' } })
    expect(raised.json()).toMatchObject({ role: 'PARTNER_OWNER', status: 'active' })
    expect((await world.call(staff.caller, 'GET', '/api/v1/partner/profile')).statusCode).toBe(200)
    expect((await world.call(owner, 'DELETE', own(staff.member))).json()).toMatchObject({
      status: 'inactive',
    })
    const refused = await world.call(staff.caller, 'GET', '/api/v1/partner/profile')
    expect(refused.statusCode).toBe(403)
    expect((await world.call(owner, 'DELETE', own(staff.member))).json().code).toBe('PARTNER_MEMBER_INACTIVE')
    const events = await world.sql<{ action: string }>(
      `select action from audit_event where resource_id = $1 and action like 'identity.member.%' order by occurred_at`,
      [staff.id],
    )
    expect(events.map(({ action }) => action)).toEqual([
      'identity.member.change_role',
      'identity.member.remove',
    ])
  })

  test.for(['an owner', 'the provider'])(
    'whoever is removed by %s is named no longer among those that may work in a tenant, which reads that it was so (B3)',
    async (by) => {
      const scene = await openScene(world)
      const { partner, provider } = scene.people
      const [stays, leaves] = [await enrol(scene, 'PARTNER_STAFF'), await enrol(scene, 'PARTNER_STAFF')]
      const tenant = await world.tenant('Acme')
      const link = await world.link(scene.partner, tenant)
      for (const { member } of [stays, leaves]) await world.assign(link, member)
      const removed =
        by === 'an owner'
          ? await world.call(partner.caller, 'DELETE', own(leaves.member))
          : await world.call(provider.caller, 'DELETE', admin(scene, leaves.member))
      expect(removed.statusCode, removed.body).toBe(200)
      const left = await world.sql('select member_id from link_member where link_id = $1', [link])
      expect(left).toEqual([{ member_id: stays.member }])
      const told = await world.sql<{ n: number }>(
        `select jsonb_array_length(e.changes -> 'people' -> 'before') - jsonb_array_length(e.changes -> 'people' -> 'after') as n
         from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.action = 'links.assign'`,
        [tenant],
      )
      expect(told).toEqual([{ n: 1 }])
    },
  )

  test('by raw SQL nobody is taken out who still works there, or for another partner', async () => {
    const [scene, other] = [await openScene(world), await openScene(world)]
    const [stays, foreign] = [await enrol(scene, 'PARTNER_STAFF'), await enrol(other, 'PARTNER_STAFF')]
    const tenant = await world.tenant('Acme')
    await world.assign(await world.link(scene.partner, tenant), stays.member)
    const seen = await asSide({ world, side: 'partner', scene }, async (client) => {
      const call = 'select access.take_leaver_out($1, $2)'
      await client.query(call, [scene.partner, stays.member])
      const { rowCount } = await client.query('select from link_member where member_id = $1', [stays.member])
      return [rowCount, await attempt(client, call, [other.partner, foreign.member])]
    })
    expect(seen).toEqual([1, 'a partner takes out its own people alone'])
  })

  test('the last owner is neither removed nor made staff: by an owner, by the provider, by raw SQL of either', async () => {
    const scene = await openScene(world)
    const { partner, provider } = scene.people
    for (const [caller, path] of [
      [partner.caller, own(scene.member)],
      [provider.caller, admin(scene, scene.member)],
    ] as const) {
      expect((await world.call(caller, 'DELETE', path)).json().code).toBe('PARTNER_LAST_OWNER')
      const lowered = await world.call(caller, 'PATCH', path, { body: { role: 'PARTNER_STAFF' } })
      expect(lowered.json().code).toBe('PARTNER_LAST_OWNER')
    }
    for (const side of ['partner', 'provider'] as const)
      for (const change of [`role = 'PARTNER_STAFF'`, `status = 'inactive'`])
        expect(
          await asSide({ world, side, scene }, (client) =>
            attempt(client, `update partner_member set ${change} where id = $1`, [scene.member]),
          ),
        ).toBe('partner_member_last_owner')
  })

  test('an owner whose sign-in is stopped does not count as another owner', async () => {
    const scene = await openScene(world)
    const second = await enrol(scene, 'PARTNER_OWNER')
    await world.seed(`update person set status = 'inactive' where id = $1`, [second.id])
    const answer = await world.call(scene.people.partner.caller, 'DELETE', own(scene.member))
    expect(answer.json().code).toBe('PARTNER_LAST_OWNER')
  })

  test('of two owners who leave at the same moment one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const scene = await openScene(world)
      const second = await enrol(scene, 'PARTNER_OWNER')
      const answers = await Promise.all([
        world.call(scene.people.partner.caller, 'DELETE', own(second.member)),
        world.call(second.caller, 'DELETE', own(scene.member)),
        world.call(scene.people.provider.caller, 'DELETE', admin(scene, scene.member)),
      ])
      expect(answers.some(({ statusCode }) => statusCode === 200)).toBe(true)
      const left = await world.sql(
        `select 1 from partner_member where partner_id = $1 and role = 'PARTNER_OWNER' and status = 'active'`,
        [scene.partner],
      )
      expect(left).toHaveLength(1)
    }
  })

  test('staff change nobody, themselves neither, over HTTP and by raw SQL', async () => {
    const scene = await openScene(world)
    const staff = await enrol(scene, 'PARTNER_STAFF')
    for (const member of [staff.member, scene.member]) {
      const answer = await world.call(staff.caller, 'PATCH', own(member), { body: { role: 'PARTNER_OWNER' } })
      expect(answer.json().code).toBe('PERMISSION_DENIED')
    }
    const asStaff = { ...scene, people: { ...scene.people, partner: staff } }
    expect(
      await asSide({ world, side: 'partner', scene: asStaff }, (client) =>
        attempt(client, `update partner_member set role = 'PARTNER_OWNER' where id = $1`, [staff.member]),
      ),
    ).toBe('partner_member_by_owner')
  })

  test('a member of another partner and one that does not exist are refused alike', async () => {
    const [scene, other] = [await openScene(world), await openScene(world)]
    const foreign = await world.call(scene.people.partner.caller, 'DELETE', own(other.member))
    const unknown = await world.call(
      scene.people.partner.caller,
      'DELETE',
      own(idFromUuid('member', scene.partner)),
    )
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'PARTNER_MEMBER_NOT_FOUND'])
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'PARTNER_MEMBER_NOT_FOUND'])
    const [row] = await world.sql('select status from partner_member where id = $1', [other.member])
    expect(row).toEqual({ status: 'active' })
  })

  test('as raw SQL nobody becomes a member without an invitation, nor comes back without one (access.md section 5)', async () => {
    const scene = await openScene(world)
    const gone = await enrol(scene, 'PARTNER_STAFF')
    await world.seed(`update partner_member set status = 'inactive' where id = $1`, [gone.member])
    for (const side of ['partner', 'provider'] as const) {
      const outcomes = await asSide({ world, side, scene }, async (client) => [
        await attempt(
          client,
          `insert into partner_member (partner_id, person_id, role) values ($1, $2, 'PARTNER_OWNER')`,
          [scene.partner, scene.stranger],
        ),
        await attempt(client, `update partner_member set person_id = $2 where id = $1`, [
          scene.member,
          scene.stranger,
        ]),
        await attempt(client, `update partner_member set status = 'active' where id = $1`, [gone.member]),
        await attempt(client, `update partner_member set role = 'PARTNER_OWNER' where id = $1`, [
          gone.member,
        ]),
      ])
      expect(outcomes, side).toEqual([
        'permission denied for table partner_member',
        'permission denied for table partner_member',
        'membership_over',
        'membership_over',
      ])
    }
  })
})
