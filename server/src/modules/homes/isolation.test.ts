import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeHomeActs } from '#testing/home-acts.ts'
import { asSide, attempt } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeHomeRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeHomeRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const { open, second, askedId, act } = makeHomeActs(() => world)

const tries = (scene: Scene, side: Side, statements: readonly (readonly [string, unknown[]])[]) =>
  asSide({ world, side, scene }, async (client) => {
    const answers: string[] = []
    for (const [text, values] of statements) answers.push(await attempt(client, text, values))
    return answers
  })

const INSERT = 'insert into partner_home (tenant_id, partner_id, asked_by, asked_by_name)'
const SAY = `${INSERT} values ($1, $2, $3, 'x')`

describe('raw SQL (I12, R2)', () => {
  test('of a tenant says of itself alone that it is a partner, in the own name, and offers nothing past a second person', async () => {
    const [scene, other] = [await open(), await open()]
    const bea = await second(other.tenant)
    const mine = scene.people.tenant.id
    expect(
      await tries(scene, 'tenant', [
        [SAY, [scene.tenant, other.partner, mine]],
        [SAY, [other.tenant, other.partner, mine]],
        [SAY, [scene.tenant, other.partner, bea.id]],
        [SAY, [scene.tenant, scene.tenant, mine]],
        [
          `insert into partner_home (tenant_id, partner_id, asked_by, asked_by_name, status) values ($1, $2, $3, 'x', 'active')`,
          [scene.tenant, other.partner, mine],
        ],
        ['update partner set home_tenant_id = $1', [scene.tenant]],
      ]),
    ).toEqual([
      'done',
      'new row violates row-level security policy for table "partner_home"',
      'partner_home_asked_by_self',
      'partner_home_partner',
      'permission denied for table partner_home',
      'permission denied for table partner',
    ])
    const id = decodeId('partner_home', await askedId(other))
    expect(
      await tries(other, 'tenant', [
        [
          `update partner_home set status = 'offered', confirmed_by = $2, confirmed_by_name = 'x' where id = $1`,
          [id, other.people.tenant.id],
        ],
        [
          `update partner_home set status = 'offered', confirmed_by = $2, confirmed_by_name = 'x' where id = $1`,
          [id, bea.id],
        ],
        [`update partner_home set status = 'offered' where id = $1`, [id]],
        [`update partner_home set status = 'active' where id = $1`, [id]],
        [`update partner_home set status = 'lapsed', ended_at = now() where id = $1`, [id]],
        [`update partner_home set status = 'withdrawn', ended_by_side = 'partner' where id = $1`, [id]],
        [`update partner_home set asked_by = null where id = $1`, [id]],
        ['update partner_home set partner_id = $2 where id = $1', [id, scene.partner]],
        ['update partner_home set answer_by = now() where id = $1', [id]],
        ['delete from partner_home where id = $1', [id]],
      ]),
    ).toEqual([
      'partner_home_two_people',
      'partner_home_confirmed_by_self',
      'partner_home_actor',
      'partner_home_transition',
      'partner_home_transition',
      'partner_home_actor',
      'partner_home_transition',
      'permission denied for table partner_home',
      'permission denied for table partner_home',
      'permission denied for table partner_home',
    ])
  })

  test('of a partner reads what was offered to it alone, accepts it as an owner in the own name, and says nothing by itself', async () => {
    const [scene, other] = [await open(), await open()]
    const owner = scene.people.partner.id
    const [mine, foreign] = [
      decodeId('partner_home', await askedId(scene)),
      decodeId('partner_home', await askedId(other)),
    ]
    const accept = `update partner_home set status = 'active', accepted_by = $2, accepted_by_name = 'x' where id = $1`
    expect(
      await tries(scene, 'partner', [
        ['select 1 from partner_home where id = $1', [mine]],
        ['select 1 from partner_home where id = $1', [foreign]],
        [accept, [foreign, owner]],
        [accept, [mine, scene.people.tenant.id]],
        [`update partner_home set status = 'active' where id = $1`, [mine]],
        [`update partner_home set status = 'withdrawn', ended_by_side = 'partner' where id = $1`, [mine]],
        [SAY, [scene.tenant, scene.partner, owner]],
        ['update partner set home_tenant_id = $2 where id = $1', [scene.partner, scene.tenant]],
        [accept, [mine, owner]],
      ]),
    ).toEqual([
      'done',
      'nothing',
      'nothing',
      'partner_home_accepted_by_self',
      'partner_home_actor',
      'partner_home_transition',
      'permission denied for table partner_home',
      'permission denied for table partner',
      'done',
    ])
    await world.seed(
      `update partner_member set role = 'PARTNER_STAFF' where partner_id = $1 and person_id = $2`,
      [scene.partner, owner],
    )
    expect(await tries(scene, 'partner', [[accept, [mine, owner]]])).toEqual([
      'new row violates row-level security policy "owners_update" for table "partner_home"',
    ])
  })

  test('of a partner does not see that a tenant is still deciding, nor that it took it back then', async () => {
    const scene = await open()
    await second(scene.tenant)
    const id = await askedId(scene)
    const look = () =>
      tries(scene, 'partner', [['select 1 from partner_home where id = $1', [decodeId('partner_home', id)]]])
    expect(await look()).toEqual(['nothing'])
    await act(scene.admin, id, 'withdraw')
    expect(await look()).toEqual(['nothing'])
  })

  test('of the provider and of the clock reads at most, and mails go to those two alone', async () => {
    const [scene, other] = [await open(), await open()]
    const id = decodeId('partner_home', await askedId(scene))
    await act(other.owner, await askedId(other), 'accept')
    const end = `update partner_home set status = 'ended', ended_by_side = 'tenant' where id = $1`
    expect(
      await tries(scene, 'provider', [
        ['select 1 from partner_home where id = $1', [id]],
        [end, [id]],
        [SAY, [scene.tenant, scene.partner, scene.people.provider.id]],
        ['update partner set home_tenant_id = $2 where id = $1', [scene.partner, scene.tenant]],
      ]),
    ).toEqual([
      'done',
      'permission denied for table partner_home',
      'permission denied for table partner_home',
      'partner_home_tenant_kept',
    ])
    expect(await tries(scene, 'clock', [['select 1 from partner_home where id = $1', [id]]])).toEqual([
      'permission denied for table partner_home',
    ])
    // What was decided keeps who decided it, and by which side it ended.
    const standing = `update partner_home set %s where tenant_id = $1 and status = 'active'`
    for (const set of [`ended_by_name = 'x'`, `ended_by_side = 'tenant'`])
      for (const side of ['tenant', 'partner'] as const) {
        const [answer] = await tries(other, side, [[standing.replace('%s', set), [other.tenant]]])
        expect(answer, `${side}: ${set}`).toMatch(
          /^(partner_home_transition|permission denied for table partner_home)$/,
        )
      }
    const letters = { en: { subject: 'S', text: 'T' } }
    const mails = (side: 'tenant' | 'partner', of: Scene, audience: string) =>
      asSide({ world, side, scene: of }, async (client) => {
        const { rows } = await client.query('select access.mail_home($1, $2, $3) as sent', [
          id,
          audience,
          letters,
        ])
        return Number(rows[0].sent)
      })
    for (const [side, of, sent] of [
      ['tenant', scene, 1],
      ['partner', scene, 1],
      ['tenant', other, 0],
      ['partner', other, 0],
    ] as const)
      expect(await mails(side, of, side === 'tenant' ? 'partner' : 'tenant'), `${side} ${sent}`).toBe(sent)
    // Whoever only works for the tenant mails nobody about it.
    await world.seed(
      `update tenant_member set role = 'TENANT_USER' where tenant_id = $1 and person_id = $2`,
      [scene.tenant, scene.people.tenant.id],
      scene.tenant,
    )
    expect(await mails('tenant', scene, 'partner')).toBe(0)
  })
})

test('nobody mails the owners of a partner without end by saying that the two are one and taking it back: twenty times an hour', async () => {
  await using strict = await TestWorld.start(makeHomeRoutes, { limitScale: 1 })
  const acts = makeHomeActs(() => strict)
  const scene = await acts.open()
  for (let time = 1; time <= 20; time += 1) {
    const withdrawn = await acts.act(scene.admin, await acts.askedId(scene), 'withdraw')
    expect(withdrawn.statusCode, withdrawn.body).toBe(200)
  }
  expect((await acts.ask(scene.admin, scene.slug)).json().code).toBe('RATE_LIMIT_EXCEEDED')
})
