import { setTimeout as delay } from 'node:timers/promises'
import { decodeId, encodeId, NO_CONDITIONS } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { actOnElevation, askElevation, elevate, openElevationScene } from '#testing/elevation-acts.ts'
import type { ElevationScene } from '#testing/elevation-acts.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeElevationRoutes, runElevationClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...permissionProbes,
    ...makeDelegationRoutes(),
    ...makeElevationRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const WANTED = 'partner.billing.summary.read'

const use = async (caller: Caller, permission = WANTED) => {
  const answer = await world.call(caller, 'GET', `/api/v1/probe/${permission}`)
  return answer.statusCode === 200 ? 'ALLOWED' : String(answer.json().code)
}
const ask = (scene: ElevationScene, body: Record<string, unknown> = {}) => askElevation(world, scene, body)
const act = (caller: Caller, id: string, step: 'approve' | 'deny' | 'end') =>
  actOnElevation(world, caller, { id, step })
/** Puts instants of an elevation into the past or future, as time would. */
const shift = (scene: ElevationScene, id: string, change: string) =>
  world.seed(`update link_elevation set ${change} where id = $1`, [decodeId('elevation', id)], scene.tenant)
const runOut = async (scene: ElevationScene, id: string) => {
  await shift(scene, id, `started_at = now() - interval '2 hours', ends_at = now() - interval '1 second'`)
  await world.seed(
    `update link_member set elevated_until = now() - interval '1 second' where link_id = $1`,
    [scene.link],
    scene.tenant,
  )
}
const topics = async (scene: ElevationScene) =>
  (
    await world.sql<{ topic: string }>(
      `select topic from outbox where payload ->> 'tenant_id' = $1 and topic like 'elevation.%' order by id`,
      [scene.tenant],
    )
  ).map(({ topic }) => topic)

describe('ends', () => {
  test.each(['resolved', 'withdrawn'])(
    'it ends with its ticket that is %s for good, also when the ticket is opened again (B13)',
    async (over) => {
      const scene = await openElevationScene(world)
      const [ticket] = await world.seed<{ id: string }>(
        `insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'Router down') returning id`,
        [scene.tenant],
        scene.tenant,
      )
      await elevate(world, scene, { ticket_id: encodeId('ticket', ticket?.id as never) })
      expect(await use(scene.acting)).toBe('ALLOWED')
      const setTicket = (status: string) =>
        world.seed(`update ticket set status = $2 where id = $1`, [ticket?.id, status], scene.tenant)
      await setTicket('pending')
      expect(await use(scene.acting)).toBe('ALLOWED')
      await setTicket(over)
      expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
      await setTicket('open')
      expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
      const { items } = (
        await world.call(scene.technician.caller, 'GET', '/api/v1/partner/elevations')
      ).json()
      expect(items).toMatchObject([{ status: 'ended', ended_by_side: 'ticket', ticket_number: 'T-1' }])
      expect(await topics(scene)).toContain('elevation.ended')
    },
  )

  const openTicket = async (scene: ElevationScene) => {
    const [ticket] = await world.seed<{ id: string }>(
      `insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'Router down') returning id`,
      [scene.tenant],
      scene.tenant,
    )
    return { id: ticket?.id ?? '', about: { ticket_id: encodeId('ticket', ticket?.id as never) } }
  }

  test.each(['partner', 'tenant'] as const)(
    'what waits for the %s lapses with its ticket, and nobody is offered to approve it (B13)',
    async (side) => {
      const conditions = { ...NO_CONDITIONS, tenant_elevation_approval: side === 'tenant' }
      const scene = await openElevationScene(world, { conditions })
      const ticket = await openTicket(scene)
      const id = String((await ask(scene, ticket.about)).json().elevation_id)
      if (side === 'tenant') await act(scene.owner.caller, id, 'approve')
      const { caller } = side === 'tenant' ? scene.admin : scene.owner
      const path = { tenant: 'tenant/partner-access', partner: 'partner' }[side]
      const read = async () => (await world.call(caller, 'GET', `/api/v1/${path}/elevations`)).json().items[0]
      expect(await read()).toMatchObject({ elevation_id: id, may: { approve: true } })
      await world.seed(`update ticket set status = 'resolved' where id = $1`, [ticket.id], scene.tenant)
      expect(await read()).toMatchObject({
        status: 'lapsed',
        ended_by_side: 'ticket',
        may: { approve: false, deny: false, end: false },
      })
      expect((await act(caller, id, 'approve')).json().code).toBe('ELEVATION_STATE_CONFLICT')
      expect((await topics(scene)).at(-1)).toBe('elevation.lapsed')
      expect((await ask(scene)).statusCode).toBe(201)
    },
  )

  test.each([
    ['is being finished', `status = 'resolved'`, 409],
    ['changes', `subject = 'Router down again'`, 200],
  ])('it does not begin while its ticket %s (B13)', async (_, change, afterwards) => {
    const scene = await openElevationScene(world)
    const ticket = await openTicket(scene)
    const id = String((await ask(scene, ticket.about)).json().elevation_id)
    // The ticket stays uncommitted for a while, with everything done that its change does.
    const changing = world.seed(
      `do $do$ begin update ticket set ${change} where id = '${ticket.id}'; perform pg_sleep(1.5); end $do$`,
      [],
      scene.tenant,
    )
    await delay(500)
    expect((await act(scene.owner.caller, id, 'approve')).json().code).toBe('ELEVATION_STATE_CONFLICT')
    await changing
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    expect((await act(scene.owner.caller, id, 'approve')).statusCode).toBe(afterwards)
  })

  test('it never lasts past the link or the person’s place in it (B13)', async () => {
    const soon = new Date(Date.parse('2099-01-01'))
    const scene = await openElevationScene(world, { endsAt: soon })
    await world.seed(
      `update link_member set ends_at = now() + interval '10 minutes' where link_id = $1`,
      [scene.link],
      scene.tenant,
    )
    const id = await elevate(world, scene, { duration_minutes: 480 })
    const { items } = (await world.call(scene.owner.caller, 'GET', '/api/v1/partner/elevations')).json()
    expect(Date.parse(items[0].ends_at) - Date.parse(items[0].started_at)).toBeLessThanOrEqual(600_000)
    await world.seed('delete from link_member where link_id = $1', [scene.link], scene.tenant)
    expect(await use(scene.acting, 'partner.tenants.list')).toBe('NOT_ASSIGNED')
    await world.assign(scene.link, scene.technician.member)
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    const after = (await world.call(scene.owner.caller, 'GET', '/api/v1/partner/elevations')).json().items
    expect(after).toMatchObject([{ elevation_id: id, status: 'ended' }])
  })

  test('a deny set meanwhile, a narrower role and a freeze win over it at once (B2, B11, B13)', async () => {
    const scene = await openElevationScene(world)
    await elevate(world, scene)
    expect(await use(scene.acting)).toBe('ALLOWED')
    await world.override(scene.link, 'partner.billing.summary.read', 'deny')
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    await world.seed('delete from link_override where link_id = $1', [scene.link], scene.tenant)
    expect(await use(scene.acting)).toBe('ALLOWED')
    const [freeze] = await world.seed<{ id: string }>(
      `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ('tenant', $1, $2, 'x', 'tenant') returning id`,
      [scene.tenant, scene.admin.id],
      scene.tenant,
    )
    expect(await use(scene.acting)).toBe('ACCESS_FROZEN')
    await world.seed(
      `update access_freeze set lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lifted_by = set_by, lifted_at = now(), lift_reason = 'x' where id = $1`,
      [freeze?.id],
    )
    const other = await openElevationScene(world, { role: 'msp_full' })
    await world.seed(
      `update link_member set role = 'delegate', mask = (select defaults from link_role_template where role = 'delegate') where link_id = $1`,
      [other.link],
      other.tenant,
    )
    await elevate(world, other, { permissions: ['partner.support.tickets.create', 'partner.billing.read'] })
    expect(await use(other.acting, 'partner.support.tickets.create')).toBe('ALLOWED')
    await world.seed(`update link set access_role = 'msp_billing' where id = $1`, [other.link], other.tenant)
    expect([
      await use(other.acting, 'partner.support.tickets.create'),
      await use(other.acting, 'partner.billing.read'),
    ]).toEqual(['PERMISSION_DENIED', 'ALLOWED'])
    await world.seed(`update link set access_role = 'msp_full' where id = $1`, [other.link], other.tenant)
    expect(await use(other.acting, 'partner.support.tickets.create')).toBe('PERMISSION_DENIED')
  })

  test('the clock notes what time has done, once, and tells whoever asked (B13)', async () => {
    const scene = await openElevationScene(world)
    const running = await elevate(world, scene)
    await runOut(scene, running)
    const unanswered = (await ask(scene)).json().elevation_id
    await shift(scene, unanswered, `answer_by = now() - interval '1 second'`)
    expect(await runElevationClock(world.database)).toBeGreaterThanOrEqual(2)
    expect(await runElevationClock(world.database)).toBe(0)
    const rows = await world.sql(
      'select status, ended_by_side from link_elevation where tenant_id = $1 order by requested_at',
      [scene.tenant],
    )
    expect(rows).toEqual([
      { status: 'ended', ended_by_side: 'clock' },
      { status: 'lapsed', ended_by_side: 'clock' },
    ])
    expect((await topics(scene)).slice(-2).toSorted()).toEqual(['elevation.ended', 'elevation.lapsed'])
    const mails = await world.sql<{ subject: string }>(
      `select payload ->> 'subject' as subject from outbox where topic = 'mail' and payload ->> 'to' = (select email from person where id = $1) order by id`,
      [scene.technician.id],
    )
    expect(mails.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        'You have more access in Acme',
        'More access in Acme has ended',
        'Nobody answered your request for more access in Acme',
      ]),
    )
  })

  test.each([
    ['left the partner', `update partner_member set status = 'inactive' where id = $1`],
    ['was taken off the link', `delete from link_member where member_id = $1`],
  ])('neither side reads that somebody who %s has more access, or waits for it (B13)', async (_, leave) => {
    const [waiting, approved, running] = [
      await openElevationScene(world),
      await openElevationScene(world, { conditions: { ...NO_CONDITIONS, tenant_elevation_approval: true } }),
      await openElevationScene(world),
    ]
    await ask(waiting)
    await elevate(world, approved)
    await elevate(world, running)
    const scenes = [waiting, approved, running]
    const states = async () => {
      const seen = []
      for (const { owner, admin } of scenes) {
        const [partner, tenant] = [
          await world.call(owner.caller, 'GET', '/api/v1/partner/elevations'),
          await world.call(admin.caller, 'GET', '/api/v1/tenant/partner-access/elevations'),
        ]
        seen.push([partner, tenant].map((answer) => answer.json().items[0]?.status))
      }
      return seen
    }
    expect(await states()).toEqual([
      ['requested', undefined],
      ['approved', 'approved'],
      ['active', 'active'],
    ])
    for (const { technician, tenant } of scenes) await world.seed(leave, [technician.member], tenant)
    expect((await states()).map(([partner]) => partner)).toEqual(['lapsed', 'lapsed', 'ended'])
    expect((await states())[2]).toEqual(['ended', 'ended'])
  })

  test('whoever asked reads that the link is over, not that nobody answered in twelve hours or that the rest of it stays (B13)', async () => {
    const [waiting, running] = [await openElevationScene(world), await openElevationScene(world)]
    await ask(waiting)
    await elevate(world, running)
    for (const scene of [waiting, running])
      await world.seed(`update delegation set status = 'revoked' where id = $1`, [scene.link], scene.tenant)
    await runElevationClock(world.database)
    const lastMailTo = async ({ technician }: ElevationScene) =>
      (
        await world.sql<{ said: string }>(
          `select payload ->> 'subject' || ' / ' || (payload ->> 'text') as said from outbox where topic = 'mail' and payload ->> 'to' = (select email from person where id = $1) order by id desc limit 1`,
          [technician.id],
        )
      )[0]?.said
    expect(await lastMailTo(waiting)).toMatch(
      /^Your request for more access in Acme is over \/ It ended before anybody answered, since you cannot act in Acme any more\.\n/,
    )
    expect(await lastMailTo(running)).toMatch(
      /^More access in Acme has ended \/ The access that you had in Acme for a while has ended before its time, since you cannot act there any more\.\n/,
    )
  })

  test('every step is an event that both sides read (B13)', async () => {
    const scene = await openElevationScene(world)
    const id = await elevate(world, scene)
    await act(scene.owner.caller, id, 'end')
    for (const [kind, scope] of [
      ['tenant', scene.tenant],
      ['partner', scene.partner],
    ] as const) {
      const events = await world.sql<{ action: string }>(
        `select e.action from audit_scope s join audit_event e on e.id = s.event_id where s.kind = $1 and s.scope_id = $2 and e.action like 'elevations.%' order by e.id`,
        [kind, scope],
      )
      expect(
        events.map(({ action }) => action),
        kind,
      ).toEqual(['elevations.request', 'elevations.approve', 'elevations.end'])
    }
  })
})

describe('what the tenant is told', () => {
  const listed = async (scene: ElevationScene) =>
    (await world.call(scene.admin.caller, 'GET', '/api/v1/tenant/partner-access/elevations')).json().items

  test('what a partner refuses its own people, and what they take back before, is not the tenant’s to read', async () => {
    const scene = await openElevationScene(world)
    const { elevation_id: denied } = (await ask(scene)).json()
    const reason = 'Sam is on probation'
    expect(
      (await actOnElevation(world, scene.owner.caller, { id: denied, step: 'deny', reason })).json(),
    ).toMatchObject({ status: 'denied', end_reason: reason })
    const { elevation_id: withdrawn } = (await ask(scene)).json()
    expect((await act(scene.owner.caller, withdrawn, 'end')).json()).toMatchObject({ status: 'withdrawn' })
    expect(await listed(scene)).toEqual([])
    expect((await act(scene.admin.caller, denied, 'deny')).json().code).toBe('ELEVATION_NOT_FOUND')
  })

  test('access that ran is told with its end, without what the partner said of an end of its own', async () => {
    const scene = await openElevationScene(world)
    const id = await elevate(world, scene)
    await actOnElevation(world, scene.owner.caller, { id, step: 'end', reason: 'Sam is on probation' })
    expect(await listed(scene)).toMatchObject([
      { elevation_id: id, status: 'ended', ended_by_side: 'partner', end_reason: null },
    ])
  })
})
