import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asSide as asSideOf,
  attempt,
  enter,
  LOGINS,
  openScene as openSceneIn,
  seedLink,
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

test('as raw SQL a tenant dates an answer to support when it gives it, in the own name (access.md section 1)', async () => {
  const scene = await openScene()
  const [asked] = await world.seed<{ id: string }>(
    `insert into assisted_access (tenant_id, person_id, person_name, case_number, reason) values ($1, $2, 'x', 'C-1', 'a reason long enough') returning id`,
    [scene.tenant, scene.people.provider.id],
    scene.tenant,
  )
  await asSide('tenant', scene, async (client) => {
    const { rows } = await client.query(
      `update assisted_access set status = 'declined', ended_at = '2020-01-01', ended_by_side = 'tenant', ended_by_name = 'Somebody Else' where id = $1
       returning ended_at > now() - interval '1 minute' as is_now, ended_by_name <> 'Somebody Else' as is_named`,
      [asked?.id],
    )
    expect(rows).toEqual([{ is_now: true, is_named: true }])
  })
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
    'as raw SQL a freeze of the %s begins and is lifted when it does, so that the past is told as it was (B11)',
    async (side) => {
      const scene = await openScene()
      const [column, id] = side === 'partner' ? ['partner_id', scene.partner] : ['tenant_id', scene.tenant]
      await world.partnerMember(scene.partner, scene.stranger)
      const isNow = (at: string) =>
        `${at} between now() - interval '1 minute' and now() + interval '1 minute' as is_now`
      const told = await asSide(side, scene, async (client) => {
        const set = await client.query(
          `insert into access_freeze (scope, ${column}, person_id, set_by, set_by_name, set_by_side, created_at) values ('person', $1, $4, $2, 'x', $3, '2020-01-01') returning id, ${isNow('created_at')}`,
          [id, scene.people[side].id, side, scene.stranger],
        )
        const lifted = await client.query(
          `update access_freeze set lift_asked_by = $2, lift_asked_at = '2020-01-01', lifted_by = $2, lifted_at = '2020-01-02', lift_reason = 'over' where id = $1
           returning ${isNow('lifted_at')}, lift_asked_at > '2021-01-01' as is_asked_now`,
          [set.rows[0]?.id, scene.people[side].id],
        )
        return [set.rows[0]?.is_now, lifted.rows[0]]
      })
      expect(told).toEqual([true, { is_now: true, is_asked_now: true }])
    },
  )

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

describe('what a delegation says of itself', () => {
  const ZERO = `repeat('0', 256)::bit(256)`
  const begin = (more: Readonly<Record<string, string>>) =>
    `insert into delegation (tenant_id, partner_id, kind, role_mask, mask, ${['status', 'requested_by', ...Object.keys(more)].join(', ')})
     values ($1, $2, 'link', ${ZERO}, ${ZERO}, 'requested', $3${Object.values(more)
       .map((value) => `, ${value}`)
       .join('')})`

  test.each(['partner', 'tenant', 'provider', 'clock'] as const)(
    'as raw SQL the %s counts no change for more than one, which would keep every later one from being counted, and so from ending the access',
    async (side) => {
      const scene = await openScene()
      const link = await world.link(scene.partner, scene.tenant)
      await asSide(side, scene, async (client) => {
        for (const [set, outcome] of [
          ['epoch = 2147483647', 'delegation_epoch'],
          ['version = 2147483647', 'delegation_epoch'],
          ['version = version - 1', 'delegation_epoch'],
          ['version = version + 1', 'done'],
          [`created_at = created_at - interval '9 years'`, 'delegation_identity'],
          [`approved_at = approved_at + interval '9 years'`, 'delegation_identity'],
          [`status_changed_at = status_changed_at + interval '9 years'`, 'delegation_transition'],
          [`status_reason = 'Nothing happened.'`, 'delegation_transition'],
        ] as const)
          expect(await attempt(client, `update delegation set ${set} where id = $1`, [link]), set).toBe(
            outcome,
          )
      })
    },
  )

  test.each(['partner', 'tenant'] as const)(
    'as raw SQL what the %s asks for begins without an approval, and is reviewed 180 days after the one that it gets',
    async (side) => {
      const scene = await openScene()
      const values = [scene.tenant, scene.partner, scene.people[side].id]
      await asSide(side, scene, async (client) => {
        expect(await attempt(client, begin({}), values)).toBe('done')
        for (const [more, outcome] of [
          [{ approved_at: 'now()' }, 'delegation_two_sides'],
          [{ approved_by_name: `'Eve'`, approval_basis: `'tenant_approval'` }, 'delegation_two_sides'],
          [{ approval_snapshot: `'{}'` }, 'delegation_two_sides'],
          [{ review_stops_at: `now() + interval '9 years'` }, 'delegation_two_sides'],
          [{ suspended_by_side: `'clock'` }, 'delegation_identity'],
          [{ epoch: '2147483647' }, 'delegation_epoch'],
          [{ version: '2147483647' }, 'delegation_epoch'],
          [{ created_at: `now() - interval '9 years'` }, 'delegation_identity'],
          [{ requested_at: `now() - interval '9 years'` }, 'delegation_identity'],
        ] as const)
          expect(await attempt(client, begin(more), values), JSON.stringify(more)).toBe(outcome)
      })
      const asked = await seedLink(world, scene, { status: 'requested', side })
      await world.seed('update delegation set approved_at = null where id = $1', [asked], scene.tenant)
      const accept = (
        at: string,
        name: string,
      ) => `update delegation set status = 'active', status_changed_by_side = '${side}', status_changed_by = $2,
        approved_by = $2, approved_by_name = ${name}, approved_at = ${at}, version = version + 1 where id = $1`
      await asSide(side, scene, async (client) => {
        const own = `(select p.name from person p where p.id = access.context_id('actor_id'))`
        const ids = [asked, scene.people[side].id]
        expect([
          await attempt(client, accept(`now() + interval '9 years'`, own), ids),
          await attempt(client, accept('now()', `'Eve'`), ids),
          await attempt(client, 'update delegation set approved_at = now() where id = $1', [asked]),
          await attempt(client, accept('now()', own), ids),
        ]).toEqual(['delegation_identity', 'delegation_identity', 'delegation_identity', 'done'])
      })
    },
  )

  test.each(['requested', 'approved', 'active', 'suspended'])(
    'as raw SQL the provider begins no link as %s without a contract and a week to object',
    async (status) => {
      const scene = await openScene()
      const values = [scene.tenant, scene.partner, scene.people.provider.id]
      const made = begin({ approved_by: '$3', approved_at: 'now()', approval_basis: `'operator_attested'` })
      await asSide('provider', scene, async (client) => {
        expect(await attempt(client, made.replace("'requested'", `'${status}'`), values)).toBe(
          'link_attestation',
        )
      })
    },
  )

  test.each(['partner', 'tenant', 'provider'] as const)(
    'as raw SQL the %s writes into the history what it did itself, of what it sees',
    async (side) => {
      const [scene, foreign] = [await openScene(), await openScene()]
      const link = await world.link(scene.partner, scene.tenant)
      const write = (detail: string, version = 'd.version') =>
        `insert into delegation_history (delegation_id, tenant_id, partner_id, version, event, detail)
         select d.id, $2, d.partner_id, ${version}, 'approved', ${detail} from delegation d where d.id = $1`
      const own = `jsonb_build_object('by', '${side}', 'name', (select p.name from person p where p.id = access.context_id('actor_id')))`
      const other = side === 'tenant' ? 'partner' : 'tenant'
      await asSide(side, scene, async (client) => {
        expect([
          await attempt(client, write(own), [link, scene.tenant]),
          await attempt(client, write(`'{"by": "${other}", "name": "Eve"}'`), [link, scene.tenant]),
          await attempt(client, write(`'{"by": "${side}", "name": "Eve"}'`), [link, scene.tenant]),
          await attempt(client, write(own, '7'), [link, scene.tenant]),
        ]).toEqual(['done', 'delegation_history_own', 'delegation_history_own', 'delegation_history_own'])
        expect(await attempt(client, write(own), [link, foreign.tenant])).not.toBe('done')
      })
    },
  )

  test('as raw SQL a change is asked for in the own name, now, and waits for 30 days at most', async () => {
    const scene = await openScene()
    const link = await world.link(scene.partner, scene.tenant)
    const ask = (more: Readonly<Record<string, string>>) =>
      `insert into link_change_request (link_id, tenant_id, partner_id, proposal, difference, requested_by, ${Object.keys(more).join(', ')})
       values ($1, $2, $3, '{}', '[]', $4, ${Object.values(more).join(', ')})`
    const own = {
      requested_by_name: `(select p.name from person p where p.id = access.context_id('actor_id'))`,
    }
    await asSide('partner', scene, async (client) => {
      for (const [more, outcome] of [
        [own, 'done'],
        [{ requested_by_name: `'Somebody of yours'` }, 'change_request_own'],
        [{ ...own, expires_at: `now() + interval '9 years'` }, 'change_request_own'],
        [{ ...own, requested_at: `now() - interval '9 years'` }, 'change_request_own'],
        [{ ...own, decided_at: 'now()' }, 'change_request_own'],
      ] as const) {
        const values = [link, scene.tenant, scene.partner, scene.people.partner.id]
        expect(await attempt(client, ask(more), values), JSON.stringify(more)).toBe(outcome)
      }
    })
  })

  test('as raw SQL a consent gets scopes, actions and accounts from its organisation alone (A4)', async () => {
    const scene = await openScene()
    const ids = [scene.tenant, scene.partner, scene.people.tenant.id]
    const [row] = await world.seed<{ id: string }>(
      `with c as (insert into api_client (partner_id, name, scopes, mask, jwks, created_by, created_by_name)
          values ($2, 'App', '{orders.read}', ${ZERO}, '{}', $3, 'Ana') returning id),
        d as (insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, ends_at, requested_by, approved_by, approved_at)
          values ($1, $2, 'consent', 'active', ${ZERO}, ${ZERO}, now() + interval '90 days', $3, $3, now()) returning id)
       insert into consent (id, tenant_id, partner_id, client_id, scopes, actions) select d.id, $1, $2, c.id, '{orders.read}', '{order.read}' from c, d returning id`,
      ids,
      scene.tenant,
    )
    const [account] = await world.seed<{ id: string }>(
      `insert into billing_account (tenant_id, ban, name, currency) values ($1, 'B-1', 'Main', 'EUR') returning id`,
      [scene.tenant],
      scene.tenant,
    )
    const set = (scopes: string, actions: string) =>
      `update consent set scopes = ${scopes}, actions = ${actions} where id = '${row?.id}'`
    await asSide('partner', scene, async (client) => {
      expect([
        await attempt(client, set(`scopes || '{invoices.read}'`, 'actions')),
        await attempt(client, set('scopes', `actions || '{invoice.read}'`)),
        await attempt(client, set(`'{}'`, `'{}'`)),
      ]).toEqual(['delegation_widening', 'delegation_widening', 'done'])
    })
    const open = `insert into delegation_account (delegation_id, tenant_id, partner_id, account_id, position) values ($1, $2, $3, $4, 9)`
    const opened = [row?.id, scene.tenant, scene.partner, account?.id]
    const add = (side: Side) => asSide(side, scene, (client) => attempt(client, open, opened))
    expect([await add('provider'), await add('tenant')]).toEqual(['delegation_account_giver', 'done'])
  })
})
