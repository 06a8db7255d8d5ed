import { LINK_STATUSES } from '@liaison/access'
import type { IdOf, LinkId, PartnerId, PersonId, TenantId } from '@liaison/access'
import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const SIDES = ['partner', 'tenant', 'provider', 'clock'] as const
type Side = (typeof SIDES)[number]

interface Scene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly people: Readonly<Record<Exclude<Side, 'clock'>, { id: PersonId; caller: Caller }>>
  readonly stranger: PersonId
  readonly member: IdOf<'member'>
}

async function openScene(): Promise<Scene> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [owner, admin, staff, stranger] = [await world.person(), await world.person(), await world.person(), await world.person()]
  const member = await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await world.platformAdmin(staff.id)
  const known = async (id: PersonId) => ({ id, caller: await world.signIn(id) })
  return { partner, tenant, member, stranger: stranger.id, people: { partner: await known(owner.id), tenant: await known(admin.id), provider: await known(staff.id) } }
}

const LOGINS = { partner: 'liaison_program', tenant: 'liaison_tenant', provider: 'liaison_platform', clock: 'liaison_job' } as const

async function enter(client: pg.PoolClient, side: Side, scene: Scene): Promise<void> {
  if (side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  const token = String(scene.people[side].caller.cookie).split('=')[1] ?? ''
  const argument = { session_hash: createHash('sha256').update(token).digest('hex'), tenant_id: side === 'tenant' ? scene.tenant : null, permission: 'partner_org.links.read', writes: false, source: 'api' }
  await client.query('select access.enter_person($1)', [argument])
}

/** Works as one side's login with that person's context, in a transaction that is rolled back. */
async function asSide<Result>(side: Side, scene: Scene, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await world.database.pool(LOGINS[side]).connect()
  try {
    await client.query('begin')
    await enter(client, side, scene)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** The constraint or message that refused a statement; `done` when it was carried out on one row at least. */
async function attempt(client: pg.PoolClient, text: string, values: unknown[] = []): Promise<string> {
  await client.query('savepoint before')
  try {
    const { rowCount } = await client.query(text, values)
    return rowCount === 0 ? 'nothing' : 'done'
  } catch (error) {
    return (error as pg.DatabaseError).constraint ?? (error as Error).message
  } finally {
    await client.query('rollback to savepoint before')
  }
}

const other = (side: Side): 'partner' | 'tenant' => (side === 'partner' ? 'tenant' : 'partner')

/** A link in one state, begun by the other side and suspended by this one, whose time is ripe for the clock. */
async function seedLink(scene: Scene, status: string, side: Side): Promise<LinkId> {
  const endsAt = side === 'clock' ? new Date(Date.parse('2026-01-01')) : status === 'expired' ? null : new Date('2099-01-01')
  const link = await world.link(scene.partner, scene.tenant, { role: 'msp_support', status: 'lapsed', endsAt })
  await world.seed(
    `update link set initiated_by = $2, request_expires_at = case when $3 = 'clock' then now() - interval '1 day' else now() + interval '1 day' end where id = $1`,
    [link, other(side), side],
    scene.tenant,
  )
  await world.seed(
    `update delegation set status = $2, status_changed_by_side = $3, requested_by = $4,
       ends_at = case when $2 = 'expired' and $3 <> 'clock' then now() - interval '3 days' else ends_at end where id = $1`,
    [link, status, side, scene.stranger],
    scene.tenant,
  )
  return link
}

const MOVE = `update delegation set status = $2, status_changed_by_side = $3, status_changed_by = $4, approved_by = coalesce(approved_by, $4), approved_at = now(), version = version + 1 where id = $1`

describe('moves of a link', () => {
  test.each(SIDES)('as raw SQL the %s makes exactly the moves of state_transition and no other', async (side) => {
    const rows = await world.sql<{ move: string }>(
      `select from_state || ' ' || to_state as move from state_transition where entity = 'link' and actor_kind = $1`,
      [side],
    )
    const done: string[] = []
    const refusals = new Set<string>()
    for (const from of LINK_STATUSES) {
      const scene = await openScene()
      const link = await seedLink(scene, from, side)
      const actor = side === 'clock' ? null : scene.people[side].id
      await asSide(side, scene, async (client) => {
        for (const to of LINK_STATUSES.filter((status) => status !== from)) {
          const outcome = await attempt(client, from === 'requested' ? MOVE.replace('coalesce(approved_by, $4)', '$4') : MOVE, [link, to, side, actor])
          if (outcome === 'done') done.push(`${from} ${to}`)
          else refusals.add(outcome)
        }
      })
    }
    expect(done.toSorted()).toEqual(rows.map(({ move }) => move).toSorted())
    expect([...refusals].toSorted()).toEqual(['delegation_transition'])
  })

  test.each(['partner', 'tenant'] as const)('the side that asked cannot approve, nor in the name of anybody else: %s', async (side) => {
    const scene = await openScene()
    const link = await seedLink(scene, 'requested', other(side))
    await asSide(side, scene, async (client) => {
      expect(await attempt(client, MOVE.replace('coalesce(approved_by, $4)', '$4'), [link, 'active', side, scene.people[side].id])).toBe('delegation_two_sides')
    })
    const fair = await openScene()
    const theirs = await seedLink(fair, 'requested', side)
    await asSide(side, fair, async (client) => {
      const inName = MOVE.replace('approved_by = coalesce(approved_by, $4)', 'approved_by = $5')
      expect(await attempt(client, inName, [theirs, 'active', side, fair.people[side].id, fair.stranger])).toBe('delegation_two_sides')
      expect(await attempt(client, MOVE, [theirs, 'active', side, fair.stranger])).toBe('delegation_transition')
    })
  })

  test('a new link says which side began it, and a delegation begins as a request', async () => {
    const scene = await openScene()
    await asSide('partner', scene, async (client) => {
      const insert = `with d as (insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, requested_by, approved_at) values ($1, $2, 'link', $3, repeat('0', 128)::bit(128), repeat('0', 128)::bit(128), $4, now()) returning id) select id from d`
      expect(await attempt(client, insert, [scene.tenant, scene.partner, 'active', scene.people.partner.id])).toBe('delegation_transition')
      expect(await attempt(client, insert, [scene.tenant, scene.partner, 'requested', scene.stranger])).toBe('delegation_transition')
      const { rows } = await client.query<{ id: string }>(insert, [scene.tenant, scene.partner, 'requested', scene.people.partner.id])
      const link = `insert into link (id, tenant_id, partner_id, relationship_type, access_role, initiated_by) values ($1, $2, $3, 'msp_managed', 'msp_full', $4)`
      expect(await attempt(client, link, [rows[0]?.id, scene.tenant, scene.partner, 'tenant'])).toBe('link_initiated_by')
      expect(await attempt(client, link, [rows[0]?.id, scene.tenant, scene.partner, 'partner'])).toBe('done')
    })
  })
})

describe('widening', () => {
  const ALL = `repeat('1', 128)::bit(128)`
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
    [`update link_override set expires_at = now() where link_id = $1 and effect = 'deny'`, 'delegation_widening'],
    [`update link_override set mask = repeat('0', 128)::bit(128) where link_id = $1 and effect = 'deny'`, 'delegation_widening'],
    [`update link_override set effect = 'grant' where link_id = $1`, 'delegation_widening'],
    [`insert into link_override (link_id, tenant_id, partner_id, pattern, effect, mask, set_by_side) select id, tenant_id, partner_id, 'partner.billing.read', 'grant', ${ALL}, 'partner' from link where id = $1`, 'delegation_widening'],
  ] as const

  test.each(['active', 'expired', 'invited'])('as raw SQL no statement of the partner widens a link that is %s', async (state) => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant, { role: 'msp_support', conditions: { phishing_resistant: true } })
    await world.override(link, 'partner.support.tickets.assign', 'deny', new Date('2098-01-01'))
    const status = state === 'invited' ? 'requested' : state
    await world.seed(`with l as (update link set initiated_by = 'tenant' where id = $1) update delegation set status = $2 where id = $1`, [link, status], scene.tenant)
    await asSide('partner', scene, async (client) => {
      for (const [statement, constraint] of WIDENINGS) {
        const outcome = await attempt(client, statement, [link])
        expect([constraint, 'permission denied for table delegation'], statement).toContain(outcome)
      }
    })
  })

  test('as raw SQL the provider and the clock widen nothing either, but for the renewal that was agreed', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant, { role: 'msp_support', endsAt: new Date('2099-01-01') })
    for (const side of ['provider', 'clock'] as const) {
      await asSide(side, scene, async (client) => {
        expect(await attempt(client, `update delegation set mask = ${ALL} where id = $1`, [link]), side).toBe('delegation_widening')
        expect(await attempt(client, `update delegation set ends_at = ends_at + interval '180 days' where id = $1`, [link]), side).toBe('delegation_widening')
      })
    }
    await world.seed(`update link set auto_renew_days = 180 where id = $1`, [link], scene.tenant)
    await asSide('clock', scene, async (client) => {
      expect(await attempt(client, `update delegation set ends_at = ends_at + interval '180 days' where id = $1`, [link])).toBe('done')
      expect(await attempt(client, `update delegation set ends_at = ends_at + interval '181 days' where id = $1`, [link])).toBe('delegation_widening')
    })
  })

  test('every narrowing raises the epoch, whether or not the writer thought of it', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    await asSide('partner', scene, async (client) => {
      for (const set of [`mask = repeat('0', 128)::bit(128)`, `ends_at = now() + interval '1 day'`]) {
        const { rows } = await client.query<{ epoch: number }>(`update delegation set ${set} where id = $1 returning epoch`, [link])
        expect(rows[0]?.epoch, set).toBeGreaterThan(1)
      }
      const { rows } = await client.query<{ epoch: number }>(`update delegation set version = version + 1 where id = $1 returning epoch`, [link])
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
      expect(await attempt(client, `update link_change_request set status = 'approved' where id = $1`, [change?.id])).toBe('change_request_transition')
      expect(await attempt(client, `update link_change_request set status = 'withdrawn' where id = $1`, [change?.id])).toBe('done')
    })
    await asSide('tenant', scene, async (client) => {
      expect(await attempt(client, `update link_change_request set status = 'approved', proposal = '{"access_role":"msp_full"}' where id = $1`, [change?.id])).toBe('change_request_transition')
      expect(await attempt(client, `update link_change_request set status = 'approved' where id = $1`, [change?.id])).toBe('done')
    })
  })
})

describe('what one side keeps from the other', () => {
  test('as raw SQL neither side reads the other’s notes, and no partner reads what the tenant demands', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    await world.seed(`update link set notes_partner = 'ours', notes_tenant = 'theirs' where id = $1`, [link], scene.tenant)
    await asSide('partner', scene, async (client) => {
      expect((await client.query('select notes_partner from link where id = $1', [link])).rows).toEqual([{ notes_partner: 'ours' }])
      expect(await attempt(client, 'select notes_tenant from link')).toContain('permission denied')
      expect(await attempt(client, 'select conditions from delegation')).toContain('permission denied')
      expect(await attempt(client, 'select approval_snapshot from delegation')).toContain('permission denied')
    })
    await asSide('tenant', scene, async (client) => {
      expect((await client.query('select notes_tenant from link where id = $1', [link])).rows).toEqual([{ notes_tenant: 'theirs' }])
      expect(await attempt(client, 'select notes_partner from link')).toContain('permission denied')
    })
    await asSide('provider', scene, async (client) => {
      expect(await attempt(client, 'select notes_tenant from link')).toContain('permission denied')
    })
  })

  test.each(['delegation', 'link_override', 'link_member', 'link_change_request', 'delegation_history', 'link_overview', 'access_freeze', 'link_request_sent', 'link_list_of_partner'])(
    'no login sees a row of %s without a context, nor with the context of another organisation',
    async (relation) => {
      const scene = await openScene()
      const link = await world.link(scene.partner, scene.tenant)
      await world.assign(link, scene.member)
      const foreign = await openScene()
      for (const side of ['partner', 'tenant'] as const) {
        const bare = await world.sqlAs(LOGINS[side], `select count(*)::integer as n from ${relation}`).catch(() => [{ n: 0 }])
        expect(bare, side).toEqual([{ n: 0 }])
        await asSide(side, foreign, async (client) => {
          const outcome = await attempt(client, `select 1 from ${relation}`)
          expect(['nothing', `permission denied for table ${relation}`, `permission denied for view ${relation}`], side).toContain(outcome)
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
      expect(await attempt(client, `update access_freeze set lift_asked_by = $3, lift_asked_at = now(), lifted_by = $2, lifted_at = now(), lift_reason = 'x' where id = $1`, [id, me, scene.stranger])).toBe('freeze_actor')
      await client.query(ask, [id, me])
      expect(await attempt(client, lift, [id, me])).toBe('freeze_two_people')
      await enter(client, 'provider', { ...scene, people: { ...scene.people, provider: second.people.provider } })
      expect(await attempt(client, lift, [id, second.people.provider.id])).toBe('done')
    })
  })

  test.each(['partner', 'tenant'] as const)('as raw SQL the %s sets no freeze for others and lifts none that another side set', async (side) => {
    const scene = await openScene()
    const target = side === 'partner' ? { column: 'partner_id', id: scene.partner } : { column: 'tenant_id', id: scene.tenant }
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
      expect(await attempt(client, insert, [side, side === 'partner' ? foreign.partner : foreign.tenant, me, side])).toContain('row-level security')
      expect(await attempt(client, insert, [side, target.id, me, 'provider'])).not.toBe('done')
      const lift = `update access_freeze set lifted_by = $2, lifted_at = now(), lift_reason = 'x' where id = $1`
      expect(['freeze_actor', 'nothing']).toContain(await attempt(client, lift, [freeze?.id, me]))
    })
  })
})
