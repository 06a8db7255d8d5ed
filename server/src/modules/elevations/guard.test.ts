import { maskOf, toBits } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { actOnElevation, askElevation, elevate, openElevationScene } from '#testing/elevation-acts.ts'
import type { ElevationScene } from '#testing/elevation-acts.ts'
import { asSide as asSideOf, attempt, LOGINS } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type pg from 'pg'
import { makeElevationRoutes } from './index.ts'

/** What every write waits for before it commits. */
let gate: Promise<void> = Promise.resolve()

const writeProbe = route({
  method: 'POST',
  path: '/api/v1/probe/disputes',
  summary: 'Write under a permission that only an elevation gives',
  input: {},
  access: { permission: 'partner.alerts.config.write', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({}) },
  async handle({ mandate }) {
    await runStatements(mandate, [
      {
        text: `insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'Down')`,
        values: [mandate.tenant.id],
      },
    ])
    recordEvent(mandate, { action: 'alerts.config.write' })
    await gate
    return {}
  },
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [writeProbe, ...makeElevationRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

/** The scene as the sides' helper wants it; `partner` is the technician unless told otherwise. */
function sidesOf(scene: ElevationScene, partner = scene.technician): Scene {
  return {
    partner: scene.partner,
    tenant: scene.tenant,
    stranger: scene.owner.id,
    member: scene.technician.member,
    people: { partner, tenant: scene.admin, provider: scene.owner },
  }
}

const asSide = <Result>(side: Side, scene: Scene, work: (client: pg.PoolClient) => Promise<Result>) =>
  asSideOf({ world, side, scene }, work)

const ONE = toBits(maskOf(['partner.billing.summary.read']))
const OUTSIDE = toBits(maskOf(['partner.provisioning.orders.create']))
const INSERT = `insert into link_elevation (link_id, tenant_id, partner_id, member_id, person_id, person_name, permissions, mask, reason)
  values ($1, $2, $3, $4, $5, 'x', '{partner.billing.summary.read}', $6, 'a reason long enough') returning id`

describe('elevations as raw SQL', () => {
  test('nobody asks in another name, outside the ceiling, where they cannot act, or twice (B13)', async () => {
    const scene = await openElevationScene(world)
    const { link, tenant, partner, technician, owner } = scene
    const row = (person: string, mask: string) => [link, tenant, partner, technician.member, person, mask]
    await asSide('partner', sidesOf(scene), async (client) => {
      expect(await attempt(client, INSERT, row(owner.id, ONE))).toBe('elevation_actor')
      expect(await attempt(client, INSERT, row(technician.id, OUTSIDE))).toBe('elevation_ceiling')
      await client.query(INSERT, row(technician.id, ONE))
      expect(await attempt(client, INSERT, row(technician.id, ONE))).toBe('elevation_open')
      for (const column of ['elevated_mask', 'elevated_until', 'elevation_id'])
        expect(await attempt(client, `update link_member set ${column} = null`), column).toContain(
          'permission denied',
        )
    })
    await world.seed(
      `update delegation set status = 'suspended', status_changed_by_side = 'tenant' where id = $1`,
      [link],
      tenant,
    )
    await asSide('partner', sidesOf(scene), async (client) => {
      expect(await attempt(client, INSERT, row(technician.id, ONE))).toBe('elevation_link')
    })
  })

  test('each side makes exactly its own moves, in the own name, and never the requester’s approval (B13)', async () => {
    const scene = await openElevationScene(world, { conditions: { tenant_elevation_approval: true } })
    await askElevation(world, scene)
    const [row] = await world.sql<{ id: string }>('select id from link_elevation where tenant_id = $1', [
      scene.tenant,
    ])
    const approve = (to: string, by: string, column = 'partner') =>
      [
        `update link_elevation set status = '${to}', ${column}_decided_by = $2 where id = $1`,
        [row?.id, by],
      ] as [string, unknown[]]
    await asSide('partner', sidesOf(scene), async (client) => {
      expect(await attempt(client, ...approve('active', scene.technician.id))).toBe('elevation_two_people')
      expect(await attempt(client, ...approve('active', scene.owner.id))).toBe('elevation_two_people')
    })
    await asSide('tenant', sidesOf(scene), async (client) => {
      expect(await attempt(client, ...approve('active', scene.admin.id, 'tenant'))).toBe(
        'elevation_transition',
      )
    })
    const owner = { ...scene.owner, member: scene.technician.member }
    await asSide('partner', sidesOf(scene, owner), async (client) => {
      expect(await attempt(client, ...approve('active', owner.id))).toBe('elevation_two_sides')
      expect(
        await attempt(client, 'update link_elevation set mask = $2 where id = $1', [row?.id, OUTSIDE]),
      ).toContain('permission denied')
      expect(await attempt(client, ...approve('approved', owner.id))).toBe('done')
    })
    await asSide('clock', sidesOf(scene), async (client) => {
      const lapse = `update link_elevation set status = 'lapsed', ended_at = now(), ended_by_side = 'clock' where id = $1`
      expect(await attempt(client, lapse, [row?.id])).toBe('elevation_transition')
    })
    await world.seed(
      `update link_elevation set answer_by = now() - interval '1 second' where id = $1`,
      [row?.id],
      scene.tenant,
    )
    await asSide('partner', sidesOf(scene, owner), async (client) => {
      expect(await attempt(client, ...approve('approved', owner.id))).toBe('elevation_lapsed')
    })
  })

  test('a side says no, and ends, in the own name and when it does (B13)', async () => {
    const scene = await openElevationScene(world)
    await askElevation(world, scene)
    const [row] = await world.sql<{ id: string }>('select id from link_elevation where tenant_id = $1', [
      scene.tenant,
    ])
    const owner = { ...scene.owner, member: scene.technician.member }
    await asSide('partner', sidesOf(scene, owner), async (client) => {
      const deny = `update link_elevation set status = 'denied', partner_decided_by = $2, partner_decided_by_name = 'Somebody Else', partner_decided_at = '2020-01-01',
          ended_at = '2020-01-01', ended_by_side = 'partner', ended_by_name = 'Somebody Else' where id = $1`
      expect(await attempt(client, deny, [row?.id, scene.technician.id])).toBe(
        'link_elevation_partner_decided_by_self',
      )
      const { rows } = await client.query(
        `${deny} returning partner_decided_at > now() - interval '1 minute' as is_now, ended_at = partner_decided_at as is_end, partner_decided_by_name, ended_by_name`,
        [row?.id, owner.id],
      )
      const [named] = await world.sql<{ name: string }>('select name from person where id = $1', [owner.id])
      expect(rows).toEqual([
        { is_now: true, is_end: true, partner_decided_by_name: named?.name, ended_by_name: named?.name },
      ])
    })
  })

  test('no login sees an elevation without a context, nor with that of another organisation (B13)', async () => {
    const [scene, foreign] = [await openElevationScene(world), await openElevationScene(world)]
    await askElevation(world, scene)
    for (const side of ['partner', 'tenant'] as const) {
      for (const relation of ['link_elevation', 'elevation_overview']) {
        expect(await world.sqlAs(LOGINS[side], `select 1 from ${relation}`), `${side} ${relation}`).toEqual(
          [],
        )
        await asSide(side, sidesOf(foreign), async (client) => {
          expect(
            await attempt(client, `select 1 from ${relation} where tenant_id = $1`, [scene.tenant]),
          ).toBe('nothing')
        })
      }
    }
    await expect(world.sqlAs('liaison_delegate', 'select 1 from link_elevation')).rejects.toThrow(
      'permission denied',
    )
  })
})

/** The locks of this test's own database: others run beside it. */
const HERE = `locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`

async function until(text: string): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    const [row] = await world.sql<{ holds: boolean }>(`select (${text}) as holds`)
    if (row?.holds) return
  }
  throw new Error(`It never came to: ${text}`)
}

test('with 20 writes under way, none commits after an elevation was ended by either side (B13)', async () => {
  for (const side of ['technician', 'admin'] as const) {
    const scene = await openElevationScene(world, { role: 'msp_full' })
    await world.seed(
      `update link_member set role = 'delegate', mask = (select defaults from link_role_template where role = 'delegate') where link_id = $1`,
      [scene.link],
      scene.tenant,
    )
    const wanted = ['partner.alerts.config.write', 'partner.support.tickets.create']
    const id = await elevate(world, scene, { permissions: wanted })
    const write = () => world.call(scene.acting, 'POST', '/api/v1/probe/disputes')
    expect((await write()).statusCode).toBe(201)
    let open: () => void = () => undefined
    gate = new Promise((resolve) => {
      open = resolve
    })
    const first = write()
    await until(`exists (select from pg_locks where ${HERE} and mode = 'ShareLock')`)
    let isEnded = false
    const ending = actOnElevation(world, scene[side].caller, { id, step: 'end' }).then((answer) => {
      isEnded = true
      return answer
    })
    await until(`exists (select from pg_locks where ${HERE} and mode = 'ExclusiveLock' and not granted)`)
    const late = Array.from({ length: 19 }, write)
    expect(isEnded).toBe(false)
    open()
    gate = Promise.resolve()
    expect((await first).statusCode).toBe(201)
    expect((await ending).json().status).toBe('ended')
    const codes = (await Promise.all(late)).map((answer) => answer.statusCode)
    expect(new Set(codes), side).toEqual(new Set([403]))
    const [{ n } = { n: 0 }] = await world.sql<{ n: number }>(
      'select count(*)::integer as n from ticket where tenant_id = $1',
      [scene.tenant],
    )
    expect(n).toBe(2)
  }
})
