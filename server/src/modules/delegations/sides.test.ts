import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asSide as asSideOf, attempt, enter, LOGINS, openScene as openSceneIn } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type pg from 'pg'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const openScene = () => openSceneIn(world)
const asSide = <Result>(side: Side, scene: Scene, work: (client: pg.PoolClient) => Promise<Result>) =>
  asSideOf({ world, side, scene }, work)

describe('what one side keeps from the other', () => {
  test('as raw SQL neither side reads the other’s notes, and no partner reads what the tenant demands', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    await world.seed(
      `update link set notes_partner = 'ours', notes_tenant = 'theirs' where id = $1`,
      [link],
      scene.tenant,
    )
    await asSide('partner', scene, async (client) => {
      expect((await client.query('select notes_partner from link where id = $1', [link])).rows).toEqual([
        { notes_partner: 'ours' },
      ])
      expect(await attempt(client, 'select notes_tenant from link')).toContain('permission denied')
      expect(await attempt(client, 'select conditions from delegation')).toContain('permission denied')
      expect(await attempt(client, 'select approval_snapshot from delegation')).toContain('permission denied')
    })
    await asSide('tenant', scene, async (client) => {
      expect((await client.query('select notes_tenant from link where id = $1', [link])).rows).toEqual([
        { notes_tenant: 'theirs' },
      ])
      expect(await attempt(client, 'select notes_partner from link')).toContain('permission denied')
    })
    await asSide('provider', scene, async (client) => {
      expect(await attempt(client, 'select notes_tenant from link')).toContain('permission denied')
    })
  })

  test.each([
    'delegation',
    'link_override',
    'link_member',
    'link_change_request',
    'delegation_history',
    'link_overview',
    'access_freeze',
    'link_request_sent',
    'link_list_of_partner',
  ])(
    'no login sees a row of %s without a context, nor with the context of another organisation',
    async (relation) => {
      const scene = await openScene()
      const link = await world.link(scene.partner, scene.tenant)
      await world.assign(link, scene.member)
      const foreign = await openScene()
      for (const side of ['partner', 'tenant'] as const) {
        const bare = await world
          .sqlAs(LOGINS[side], `select count(*)::integer as n from ${relation}`)
          .catch(() => [{ n: 0 }])
        expect(bare, side).toEqual([{ n: 0 }])
        await asSide(side, foreign, async (client) => {
          const outcome = await attempt(client, `select 1 from ${relation}`)
          expect(
            ['nothing', `permission denied for table ${relation}`, `permission denied for view ${relation}`],
            side,
          ).toContain(outcome)
        })
      }
    },
  )
})

describe('freezes', () => {
  test('as raw SQL the freeze over everything takes two people, each in the own name', async () => {
    const scene = await openScene()
    const second = await openScene()
    const insert = `insert into access_freeze (scope, set_by, set_by_name, set_by_side) values ('platform', $1, 'x', 'provider') returning id`
    const lift = `update access_freeze set lifted_by = $2, lifted_at = now(), lift_reason = 'over' where id = $1`
    const ask = `update access_freeze set lift_asked_by = $2, lift_asked_at = now() where id = $1`
    const me = scene.people.provider.id
    await asSide('provider', scene, async (client) => {
      expect(await attempt(client, insert, [scene.stranger])).toBe('freeze_actor')
      const { rows } = await client.query<{ id: string }>(insert, [me])
      const id = rows[0]?.id
      expect(await attempt(client, lift, [id, me])).toBe('freeze_two_people')
      expect(await attempt(client, ask, [id, scene.stranger])).toBe('freeze_actor')
      expect(
        await attempt(
          client,
          `update access_freeze set lift_asked_by = $3, lift_asked_at = now(), lifted_by = $2, lifted_at = now(), lift_reason = 'x' where id = $1`,
          [id, me, scene.stranger],
        ),
      ).toBe('freeze_actor')
      await client.query(ask, [id, me])
      expect(await attempt(client, lift, [id, me])).toBe('freeze_two_people')
      await enter(client, 'provider', {
        ...scene,
        people: { ...scene.people, provider: second.people.provider },
      })
      expect(await attempt(client, lift, [id, second.people.provider.id])).toBe('done')
    })
  })

  test.each(['partner', 'tenant'] as const)(
    'as raw SQL the %s sets no freeze for others and lifts none that another side set',
    async (side) => {
      const scene = await openScene()
      const target =
        side === 'partner'
          ? { column: 'partner_id', id: scene.partner }
          : { column: 'tenant_id', id: scene.tenant }
      const [freeze] = await world.seed<{ id: string }>(
        `insert into access_freeze (scope, ${target.column}, set_by, set_by_name, set_by_side) values ($1, $2, $3, 'x', 'provider') returning id`,
        [side, target.id, scene.stranger],
        scene.tenant,
      )
      const foreign = await openScene()
      const me = scene.people[side].id
      await asSide(side, scene, async (client) => {
        const insert = `insert into access_freeze (scope, ${target.column}, set_by, set_by_name, set_by_side) values ($1, $2, $3, 'x', $4)`
        expect(await attempt(client, insert, [side, target.id, me, side])).toBe('done')
        expect(
          await attempt(client, insert, [
            side,
            side === 'partner' ? foreign.partner : foreign.tenant,
            me,
            side,
          ]),
        ).toContain('row-level security')
        expect(await attempt(client, insert, [side, target.id, me, 'provider'])).not.toBe('done')
        const lift = `update access_freeze set lifted_by = $2, lifted_at = now(), lift_reason = 'x' where id = $1`
        expect(['freeze_actor', 'nothing']).toContain(await attempt(client, lift, [freeze?.id, me]))
      })
    },
  )
})
