import { MASK_BITS } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const NOTHING = '0'.repeat(MASK_BITS)
const GIVE = `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, requested_by, approved_by, approved_at, status_changed_by, status_changed_by_side)
  values ($1, $2, 'consent', 'active', $3, $3, now(), now() + interval '90 days', $4, $4, now(), $4, 'tenant') returning id`
const REFUSED = 'delegation_welcome'

test.each([
  { who: 'any', isListed: false, becomes: 'done' },
  { who: 'listed', isListed: true, becomes: 'done' },
  { who: 'listed', isListed: false, becomes: REFUSED },
  { who: 'unlisted', isListed: false, becomes: 'done' },
  { who: 'unlisted', isListed: true, becomes: REFUSED },
  { who: 'none', isListed: true, becomes: REFUSED },
])(
  'a consent as raw SQL, and more under one, is $becomes where "$who" may ask and the partner is listed: $isListed (A10, A16)',
  async ({ who, isListed, becomes }) => {
    const scene = await openScene(world)
    const values = [scene.tenant, scene.partner, NOTHING, scene.people.tenant.id]
    const [had] = await world.seed<{ id: string }>(GIVE, values, scene.tenant)
    await world.seed(
      'insert into tenant_partner_policy (tenant_id, who_may_ask, listed_partner_ids) values ($1, $2, $3)',
      [scene.tenant, who, isListed ? [scene.partner] : []],
      scene.tenant,
    )
    await asSide({ world, side: 'tenant', scene }, async (client) => {
      const change = (set: string) =>
        attempt(client, `update delegation set ${set}, version = version + 1 where id = $1`, [had?.id])
      expect(await attempt(client, GIVE, values)).toBe(becomes)
      expect(await change(`mask = repeat('1', 256)::bit(256), role_mask = repeat('1', 256)::bit(256)`)).toBe(
        becomes,
      )
      expect(await change(`ends_at = ends_at + interval '1 day'`)).toBe(becomes)
      // What it has already can be made less and be ended under any rule.
      expect(await change(`ends_at = ends_at - interval '1 day'`)).toBe('done')
    })
  },
)
