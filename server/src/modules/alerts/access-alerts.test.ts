import { idFromUuid } from '@liaison/access'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openAlertScene, storedAlerts } from '#testing/alert-scene.ts'
import type { AlertScene } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'
import { alertRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...alertRoutes, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

const evaluate = () => evaluateAlerts(world.database, ['access'])
const short = (alerts: readonly { type: string; severity: string; state: string }[]) =>
  alerts.map(({ type, severity, state }) => `${type} ${severity} ${state}`)

const ofProvider = (type: string, title: string) =>
  world.sql<{ severity: string; state: string; title: string }>(
    `select severity, state, title from alert where audience = 'provider' and type = $1 and title like $2`,
    [type, title],
  )

describe('the end of a link', () => {
  async function endsIn(scene: AlertScene, left: string) {
    await world.seed(
      `update delegation set approved_at = '2020-01-01', ends_at = now() + $2::interval where id = $1`,
      [scene.link, left],
      scene.tenant,
    )
    await evaluate()
  }

  test('it warns 30 and 7 days ahead, is critical on the last day and when it is over, to both sides (B9)', async () => {
    const scene = await openAlertScene(world)
    const seen: string[] = []
    for (const left of ['31 days', '29 days', '6 days', '20 hours', '-1 hours']) {
      await endsIn(scene, left)
      const standing = (await storedAlerts(world, { link: scene.link })).filter(
        ({ state }) => state === 'active',
      )
      seen.push(`${left}: ${short(standing).join()}`)
    }
    expect(seen).toEqual([
      '31 days: ',
      '29 days: link_expiry warning active',
      '6 days: link_expiry warning active',
      '20 hours: link_expiry critical active',
      '-1 hours: link_expiry critical active',
    ])
    const own = await storedAlerts(world, { ownTenant: scene.tenant })
    expect(own.at(-1)?.title).toBe('The link with Northwind has ended')
  })

  test('a rule of the partner holds for the end itself, too, and says whether it is counted at the bell (B9)', async () => {
    const [off, unseen] = [await openAlertScene(world), await openAlertScene(world)]
    const rule = (scene: AlertScene, isEnabled: boolean) =>
      world.seed(
        `insert into alert_rule (partner_id, type, applies_to, is_enabled, channels, created_by, created_by_name) values ($1, 'link_expiry', 'all', $2, '{mail}', gen_random_uuid(), 'x')`,
        [scene.partner, isEnabled],
      )
    await rule(off, false)
    await rule(unseen, true)
    for (const left of ['20 hours', '-1 hours']) {
      await endsIn(off, left)
      await endsIn(unseen, left)
      expect(await storedAlerts(world, { link: off.link }), left).toEqual([])
      const told = await world.sql(
        `select channels from alert where audience = 'partner' and delegation_id = $1 and level > 0`,
        [unseen.link],
      )
      expect(told, left).toEqual([{ channels: [] }])
    }
  })

  test('a link that renews itself, and one that was just renewed, is no alert (B1, B9)', async () => {
    const [renewing, renewed] = [await openAlertScene(world), await openAlertScene(world)]
    await world.seed(
      `update link set auto_renew_days = 180, access_role = 'msp_support' where id = $1`,
      [renewing.link],
      renewing.tenant,
    )
    await endsIn(renewing, '5 days')
    await endsIn(renewed, '5 days')
    await endsIn(renewed, '200 days')
    expect(short(await storedAlerts(world, { link: renewing.link }))).toEqual([])
    expect(short(await storedAlerts(world, { link: renewed.link }))).toEqual(['link_expiry warning resolved'])
  })
})

test('an access review warns 14 days ahead and is critical when overdue, to both sides (B1, B9)', async () => {
  const { link, tenant } = await openAlertScene(world)
  const seen: string[] = []
  for (const left of ['15 days', '13 days', '-1 days', '180 days']) {
    await world.seed(
      `update link set review_due_at = now() + $2::interval where id = $1`,
      [link, left],
      tenant,
    )
    await evaluate()
    const standing = (await storedAlerts(world, { ownTenant: tenant })).filter(
      ({ state }) => state === 'active',
    )
    seen.push(`${left}: ${short(standing).join()}`)
  }
  expect(seen).toEqual([
    '15 days: ',
    '13 days: access_review warning active',
    '-1 days: access_review critical active',
    '180 days: ',
  ])
})

describe('misuse', () => {
  test('three different organisations that were never linked, asked for by one person, are critical; the same one three times is not (B9)', async () => {
    const [guesser, stubborn] = [await openAlertScene(world), await openAlertScene(world)]
    const strangers = [await world.tenant('Stranger'), await world.tenant('Other'), randomUUID()]
    for (const id of strangers) {
      await world.call(
        { ...guesser.asStaff, tenantId: idFromUuid('tenant', id) },
        'GET',
        '/api/v1/partner/alerts/sla',
      )
      await world.call(stubborn.asStaff, 'GET', '/api/v1/partner/alerts/sla', {
        headers: { 'x-active-tenant-id': publicIdOf('tenant', String(strangers[0])) },
      })
    }
    await evaluate()
    expect(short(await storedAlerts(world, { ofPartner: guesser.partner }))).toEqual([
      'unknown_tenants critical active',
    ])
    expect(await storedAlerts(world, { ofPartner: stubborn.partner })).toEqual([])
    expect(await ofProvider('unknown_tenants', `${guesser.staff.name}%`)).toMatchObject([
      {
        severity: 'critical',
        title: `${guesser.staff.name} asked for 3 organisations that were never linked (Northwind)`,
      },
    ])
    const [{ seen } = { seen: -1 }] = await world.sql<{ seen: number }>(
      `select count(*)::integer as seen from audit_scope s join audit_event e on e.id = s.event_id where s.kind = 'tenant' and s.scope_id = any ($1::uuid[]) and e.outcome = 'denied'`,
      [strangers],
    )
    expect(seen).toBe(0)
  })

  async function refuse(
    scene: AlertScene,
    refusal: {
      readonly repeats: number
      readonly ago?: string
      readonly code?: string
      readonly person?: boolean
    },
  ) {
    await world.seed(
      `insert into audit_event (occurred_at, plane, action, outcome, code, actor_type, actor_id, actor_name, partner_id, delegation_id, repeats, source)
       values (now() - $5::interval, 'delegation', 'access.refused', 'denied', $4, $6, $2, 'Ana', $1, $7, $3, 'api')`,
      [
        scene.partner,
        refusal.person === false ? randomUUID() : scene.staff.id,
        refusal.repeats,
        refusal.code ?? 'PERMISSION_DENIED',
        refusal.ago ?? '1 minute',
        refusal.person === false ? 'client' : 'person',
        scene.link,
      ],
    )
  }

  test('ten refusals of a person in 5 minutes and fifty of a partner in 15 are told, fewer or older ones are not (B9)', async () => {
    const [few, many, flood, old] = [
      await openAlertScene(world),
      await openAlertScene(world),
      await openAlertScene(world),
      await openAlertScene(world),
    ]
    await refuse(few, { repeats: 9 })
    await refuse(many, { repeats: 6 })
    await refuse(many, { repeats: 4 })
    await refuse(flood, { repeats: 50, ago: '14 minutes', person: false })
    await refuse(old, { repeats: 49, ago: '6 minutes', person: false })
    await refuse(old, { repeats: 30, ago: '16 minutes' })
    await evaluate()
    const of = async (scene: AlertScene) => short(await storedAlerts(world, { ofPartner: scene.partner }))
    expect([await of(few), await of(many), await of(flood), await of(old)]).toEqual([
      [],
      ['person_denials warning active'],
      ['partner_denials warning active'],
      [],
    ])
  })

  test('refusals of one person in two partners are told to each of them, and keep no other alert back (B9)', async () => {
    const [here, there, other] = [
      await openAlertScene(world),
      await openAlertScene(world),
      await openAlertScene(world),
    ]
    await refuse(here, { repeats: 11 })
    await refuse({ ...there, staff: here.staff }, { repeats: 12 })
    await refuse(other, { repeats: 13 })
    await evaluate()
    await evaluate()
    const of = async (scene: AlertScene) => short(await storedAlerts(world, { ofPartner: scene.partner }))
    expect([await of(here), await of(there), await of(other)]).toEqual([
      ['person_denials warning active'],
      ['person_denials warning active'],
      ['person_denials warning active'],
    ])
    const ofPerson = await world.sql<{ title: string }>(
      `select title from alert where audience = 'provider' and type = 'person_denials' and partner_id = any ($1::uuid[])
       order by title`,
      [[here.partner, there.partner]],
    )
    expect(ofPerson.map(({ title }) => title)).toEqual([
      `Ana was refused 11 times in 5 minutes (Northwind)`,
      `Ana was refused 12 times in 5 minutes (Northwind)`,
    ])
  })

  test('a call with withdrawn access more than five minutes after its end is critical, within them it is not (B9)', async () => {
    const [late, soon] = [await openAlertScene(world), await openAlertScene(world)]
    for (const [scene, since] of [
      [late, '20 minutes'],
      [soon, '4 minutes'],
    ] as const) {
      await world.seed(
        `update delegation set status = 'revoked', status_changed_at = now() - $2::interval where id = $1`,
        [scene.link, since],
        scene.tenant,
      )
      await refuse(scene, { repeats: 1, code: 'TOKEN_STALE', person: false })
    }
    await evaluate()
    expect(short(await storedAlerts(world, { ofPartner: late.partner }))).toEqual([
      'stale_access critical active',
    ])
    expect(await storedAlerts(world, { ofPartner: soon.partner })).toEqual([])
  })

  async function requests(scene: AlertScene, hour: { readonly count: number; readonly ago: number }) {
    await world.seed(
      `insert into audit_event (occurred_at, plane, action, outcome, actor_type, partner_id, repeats, source) values (date_trunc('hour', now()) - make_interval(hours => $2::integer), 'delegation', 'tenants.list', 'allowed', 'person', $1, $3, 'api')`,
      [scene.partner, hour.ago, hour.count],
    )
  }

  test.each([
    ['199 requests are usual', 199, 10, []],
    ['200 with a usual hour of 100 are usual', 200, 100, []],
    ['300 with a usual hour of 100 are three times as many', 300, 100, ['unusual_access warning active']],
    ['1000 with a usual hour of 100 are ten times as many', 1000, 100, ['unusual_access critical active']],
    ['5000 of a partner without a history are a warning', 5000, null, ['unusual_access warning active']],
  ])('%s (B9)', async (_name, now, usual, expected) => {
    const scene = await openAlertScene(world)
    if (usual !== null)
      await world.seed(
        `insert into partner_access_hour (partner_id, hour, requests) select $1, date_trunc('hour', now()) - make_interval(hours => h), $2::bigint + (h % 3) - 1 from generate_series(10, 30) h`,
        [scene.partner, usual],
      )
    await requests(scene, { count: now, ago: 0 })
    await evaluate()
    expect(short(await storedAlerts(world, { ofPartner: scene.partner }))).toEqual(expected)
  })

  test('the first export from another network is critical; the first of all teaches what is usual (B9)', async () => {
    const scene = await openAlertScene(world)
    const take = (ip: string) =>
      world.seed(
        `insert into audit_event (plane, action, outcome, actor_type, partner_id, ip, source) values ('delegation', 'billing.invoices.export', 'allowed', 'person', $1, $2, 'api')`,
        [scene.partner, ip],
      )
    const told: number[] = []
    for (const ip of ['192.0.2.10', '192.0.99.1', '203.0.113.5', '203.0.113.6']) {
      await take(ip)
      await evaluate()
      told.push((await storedAlerts(world, { ofPartner: scene.partner })).length)
    }
    expect(told).toEqual([0, 0, 1, 1])
  })

  test('what happened once stays a day for somebody to see, and then clears by itself (B9)', async () => {
    const scene = await openAlertScene(world)
    await refuse(scene, { repeats: 12 })
    await evaluate()
    const age = (ago: string) =>
      world.seed(`update alert set last_seen_at = now() - $2::interval where partner_id = $1`, [
        scene.partner,
        ago,
      ])
    // The refusals leave the window: nothing is observed any more.
    await world.sql(`alter table audit_event disable trigger append_only`)
    await world.seed(`delete from audit_event where partner_id = $1 and outcome = 'denied'`, [scene.partner])
    await world.sql(`alter table audit_event enable trigger append_only`)
    await age('23 hours')
    await evaluate()
    expect(short(await storedAlerts(world, { ofPartner: scene.partner }))).toEqual([
      'person_denials warning active',
    ])
    await age('25 hours')
    await evaluate()
    expect(short(await storedAlerts(world, { ofPartner: scene.partner }))).toEqual([
      'person_denials warning resolved',
    ])
  })
})
