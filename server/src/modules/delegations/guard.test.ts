import { LINK_STATUSES } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asSide as asSideOf,
  attempt,
  openScene as openSceneIn,
  otherSide,
  seedLink as seedLinkIn,
  SIDES,
} from '#testing/sides.ts'
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
const seedLink = (scene: Scene, status: string, side: Side) => seedLinkIn(world, scene, { status, side })

const MOVE = `update delegation set status = $2, status_changed_by_side = $3, status_changed_by = $4, approved_by = case when status = 'requested' and $2 in ('approved', 'active') then coalesce(approved_by, $4) else approved_by end, approved_at = case when status = 'requested' and $2 in ('approved', 'active') then now() else approved_at end, version = version + 1 where id = $1`

/** An end by time leads on differently where another side had suspended the link before. */
const BEGINNINGS = [...LINK_STATUSES, 'expired while suspended'] as const

async function beginAt(from: (typeof BEGINNINGS)[number], scene: Scene, side: Side) {
  if (from !== 'expired while suspended') return { status: from, link: await seedLink(scene, from, side) }
  const link = await seedLink(scene, 'suspended', otherSide(side))
  await world.seed(
    `update delegation set status = 'expired', ends_at = now() - interval '3 days' where id = $1`,
    [link],
    scene.tenant,
  )
  return { status: 'expired', link } as const
}

describe('moves of a link', () => {
  test.each(SIDES)(
    'as raw SQL the %s makes exactly the moves of state_transition and no other',
    async (side) => {
      const rows = await world.sql<{ move: string }>(
        `select from_state || ' ' || to_state as move from state_transition where entity = 'link' and actor_kind = $1 and action <> 'handover'`,
        [side],
      )
      const done = new Set<string>()
      const refusals = new Set<string>()
      for (const beginning of BEGINNINGS) {
        const scene = await openScene()
        const { status: from, link } = await beginAt(beginning, scene, side)
        const actor = side === 'clock' ? null : scene.people[side].id
        await asSide(side, scene, async (client) => {
          for (const to of LINK_STATUSES.filter((status) => status !== from)) {
            const outcome = await attempt(
              client,
              from === 'requested' ? MOVE.replace('coalesce(approved_by, $4)', '$4') : MOVE,
              [link, to, side, actor],
            )
            if (outcome === 'done') done.add(`${from} ${to}`)
            else refusals.add(outcome)
          }
        })
      }
      expect([...done].toSorted()).toEqual(rows.map(({ move }) => move).toSorted())
      expect([...refusals].toSorted()).toEqual(['delegation_transition'])
    },
  )

  test.each(['partner', 'tenant'] as const)(
    'the side that asked cannot approve, nor in the name of anybody else: %s',
    async (side) => {
      const scene = await openScene()
      const link = await seedLink(scene, 'requested', otherSide(side))
      await asSide(side, scene, async (client) => {
        expect(
          await attempt(client, MOVE.replace('coalesce(approved_by, $4)', '$4'), [
            link,
            'active',
            side,
            scene.people[side].id,
          ]),
        ).toBe('delegation_two_sides')
      })
      const fair = await openScene()
      const theirs = await seedLink(fair, 'requested', side)
      await asSide(side, fair, async (client) => {
        const inName = MOVE.replace('coalesce(approved_by, $4)', '$5')
        expect(
          await attempt(client, inName, [theirs, 'active', side, fair.people[side].id, fair.stranger]),
        ).toBe('delegation_two_sides')
        expect(await attempt(client, MOVE, [theirs, 'active', side, fair.stranger])).toBe(
          'delegation_transition',
        )
      })
    },
  )

  test('a new link says which side began it, and a delegation begins as a request', async () => {
    const scene = await openScene()
    await asSide('partner', scene, async (client) => {
      const insert = `with d as (insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, requested_by, approved_at) values ($1, $2, 'link', $3, repeat('0', 256)::bit(256), repeat('0', 256)::bit(256), $4, case when $3 = 'active' then now() end) returning id) select id from d`
      expect(
        await attempt(client, insert, [scene.tenant, scene.partner, 'active', scene.people.partner.id]),
      ).toBe('delegation_transition')
      expect(await attempt(client, insert, [scene.tenant, scene.partner, 'requested', scene.stranger])).toBe(
        'delegation_transition',
      )
      const { rows } = await client.query<{ id: string }>(insert, [
        scene.tenant,
        scene.partner,
        'requested',
        scene.people.partner.id,
      ])
      const link = `insert into link (id, tenant_id, partner_id, relationship_type, access_role, initiated_by) values ($1, $2, $3, 'msp_managed', 'msp_full', $4)`
      expect(await attempt(client, link, [rows[0]?.id, scene.tenant, scene.partner, 'tenant'])).toBe(
        'link_initiated_by',
      )
      expect(await attempt(client, link, [rows[0]?.id, scene.tenant, scene.partner, 'partner'])).toBe('done')
    })
  })
})

describe('widening', () => {
  const ALL = `repeat('1', 256)::bit(256)`
  const WIDENINGS = [
    [`update delegation set mask = ${ALL} where id = $1`, 'delegation_widening'],
    [`update delegation set role_mask = ${ALL} where id = $1`, 'delegation_widening'],
    [`update delegation set ends_at = ends_at + interval '1 day' where id = $1`, 'delegation_widening'],
    [`update delegation set ends_at = null where id = $1`, 'delegation_widening'],
    [`update delegation set starts_at = starts_at - interval '1 day' where id = $1`, 'delegation_widening'],
    [`update delegation set conditions = '{}' where id = $1`, 'delegation_widening'],
    [`update delegation set has_timed_overrides = false where id = $1`, 'delegation_widening'],
    [`update delegation set epoch = 0 where id = $1`, 'delegation_epoch'],
    [`update link set access_role = 'msp_full' where id = $1`, 'delegation_widening'],
    [`update link set auto_renew_days = 180 where id = $1`, 'delegation_widening'],
    [`delete from link_override where link_id = $1 and effect = 'deny'`, 'delegation_widening'],
    [
      `update link_override set expires_at = now() where link_id = $1 and effect = 'deny'`,
      'delegation_widening',
    ],
    [
      `update link_override set mask = repeat('0', 256)::bit(256) where link_id = $1 and effect = 'deny'`,
      'delegation_widening',
    ],
    [`update link_override set effect = 'grant' where link_id = $1`, 'delegation_widening'],
    [
      `insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) select id, tenant_id, partner_id, 'partner.billing.read', 'grant', ${ALL}, 'partner' from link where id = $1`,
      'delegation_widening',
    ],
  ] as const

  test.each(['active', 'expired', 'invited'])(
    'as raw SQL no statement of the partner widens a link that is %s',
    async (state) => {
      const scene = await openScene()
      const link = await world.link(scene.partner, scene.tenant, {
        role: 'msp_support',
        conditions: { phishing_resistant: true },
      })
      await world.override(link, 'partner.support.tickets.assign', 'deny', new Date('2098-01-01'))
      const status = state === 'invited' ? 'requested' : state
      await world.seed(
        `with l as (update link set initiated_by = 'tenant' where id = $1) update delegation set status = $2 where id = $1`,
        [link, status],
        scene.tenant,
      )
      await asSide('partner', scene, async (client) => {
        for (const [statement, constraint] of WIDENINGS) {
          const outcome = await attempt(client, statement, [link])
          expect([constraint, 'permission denied for table delegation'], statement).toContain(outcome)
        }
      })
    },
  )

  test('as raw SQL no partner takes over what the tenant decided: a suspension, a review, an approval, a deny (B5)', async () => {
    const scene = await openScene()
    const terms = { role: 'msp_support', status: 'suspended' } as const
    const link = await world.link(scene.partner, scene.tenant, terms)
    const elsewhere = await world.tenant('Beta')
    const other = await world.link(scene.partner, elsewhere, terms)
    await world.override(link, 'partner.support.tickets.assign', 'deny')
    await world.override(other, 'partner.reports.export', 'grant')
    await world.seed(
      `update delegation set status_changed_by_side = 'tenant' where id = $1`,
      [link],
      scene.tenant,
    )
    const actor = `status_changed_by = (access.context_id('actor_id'))`
    await asSide('partner', scene, async (client) => {
      for (const [statement, constraint] of [
        [
          `update delegation set status_changed_by_side = 'partner', ${actor} where id = $1`,
          'delegation_transition',
        ],
        [
          `update delegation set status = 'active', status_changed_by_side = 'partner', ${actor} where id = $1`,
          'delegation_transition',
        ],
        [
          `update delegation set review_stops_at = now() + interval '9 years' where id = $1`,
          'delegation_review',
        ],
        [`update delegation set approved_by_name = 'Somebody else' where id = $1`, 'delegation_identity'],
        [
          `update link_override o set link_id = d.id, tenant_id = d.tenant_id from delegation d where o.link_id = $1 and d.id = '${other}'`,
          'delegation_identity',
        ],
        [
          `update link_override o set link_id = d.id, tenant_id = d.tenant_id from delegation d where o.link_id = '${other}' and d.id = $1`,
          'delegation_identity',
        ],
        [`update link_override set set_by_side = 'partner' where link_id = $1`, 'delegation_identity'],
      ] as const)
        expect(await attempt(client, statement, [link]), statement).toBe(constraint)
    })
  })

  test('as raw SQL the provider and the clock widen nothing either, but for the renewal that was agreed', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant, {
      role: 'msp_support',
      endsAt: new Date('2099-01-01'),
    })
    for (const side of ['provider', 'clock'] as const) {
      await asSide(side, scene, async (client) => {
        expect(await attempt(client, `update delegation set mask = ${ALL} where id = $1`, [link]), side).toBe(
          'delegation_widening',
        )
        expect(
          await attempt(
            client,
            `update delegation set ends_at = ends_at + interval '180 days' where id = $1`,
            [link],
          ),
          side,
        ).toBe('delegation_widening')
      })
    }
    await world.seed(`update link set auto_renew_days = 180 where id = $1`, [link], scene.tenant)
    await asSide('clock', scene, async (client) => {
      expect(
        await attempt(client, `update delegation set ends_at = ends_at + interval '180 days' where id = $1`, [
          link,
        ]),
      ).toBe('done')
      expect(
        await attempt(client, `update delegation set ends_at = ends_at + interval '181 days' where id = $1`, [
          link,
        ]),
      ).toBe('delegation_widening')
    })
  })

  test('every narrowing raises the epoch, whether or not the writer thought of it', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    await asSide('partner', scene, async (client) => {
      for (const set of [`mask = repeat('0', 256)::bit(256)`, `ends_at = now() + interval '1 day'`]) {
        const { rows } = await client.query<{ epoch: number }>(
          `update delegation set ${set} where id = $1 returning epoch`,
          [link],
        )
        expect(rows[0]?.epoch, set).toBeGreaterThan(1)
      }
      const { rows } = await client.query<{ epoch: number }>(
        `update delegation set version = version + 1 where id = $1 returning epoch`,
        [link],
      )
      expect(rows[0]?.epoch).toBe(3)
    })
  })

  test('only the tenant decides a change request, and nobody rewrites what was asked', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    const [change] = await world.seed<{ id: string }>(
      `insert into link_change_request (link_id, tenant_id, partner_id, proposal, difference, requested_by, requested_by_name) values ($1, $2, $3, '{}', '[]', $4, 'x') returning id`,
      [link, scene.tenant, scene.partner, scene.stranger],
      scene.tenant,
    )
    await asSide('partner', scene, async (client) => {
      expect(
        await attempt(client, `update link_change_request set status = 'approved' where id = $1`, [
          change?.id,
        ]),
      ).toBe('change_request_transition')
      expect(
        await attempt(client, `update link_change_request set status = 'withdrawn' where id = $1`, [
          change?.id,
        ]),
      ).toBe('done')
    })
    await asSide('tenant', scene, async (client) => {
      expect(
        await attempt(
          client,
          `update link_change_request set status = 'approved', proposal = '{"access_role":"msp_full"}' where id = $1`,
          [change?.id],
        ),
      ).toBe('change_request_transition')
      expect(
        await attempt(client, `update link_change_request set status = 'approved' where id = $1`, [
          change?.id,
        ]),
      ).toBe('done')
    })
  })
})
