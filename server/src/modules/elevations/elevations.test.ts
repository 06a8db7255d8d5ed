import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { actOnElevation, askElevation, elevate, openElevationScene } from '#testing/elevation-acts.ts'
import type { ElevationScene } from '#testing/elevation-acts.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeElevationRoutes } from './index.ts'

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
const EXPORT = 'partner.reports.export'

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

describe('asking and answering', () => {
  test('a colleague’s approval gives exactly what was asked for, at the next request, until its end (B13)', async () => {
    const scene = await openElevationScene(world)
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    const asked = await ask(scene, { duration_minutes: 30 })
    expect(asked.statusCode, asked.body).toBe(201)
    expect(asked.json()).toMatchObject({
      status: 'requested',
      waits_for: 'partner',
      person_name: 'Lee Park',
      permissions: [{ name: WANTED, sensitive: false }],
      duration_minutes: 30,
      may: { approve: false, deny: false, end: true },
    })
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    const { elevation_id: id } = asked.json()
    const approved = await act(scene.owner.caller, id, 'approve')
    expect(approved.json(), approved.body).toMatchObject({
      status: 'active',
      waits_for: null,
      approved_by_name: 'Olga Brandt',
    })
    const { started_at: from, ends_at: to } = approved.json()
    expect(Date.parse(to) - Date.parse(from)).toBe(30 * 60_000)
    expect([await use(scene.acting), await use(scene.acting, 'partner.billing.invoices.read')]).toEqual([
      'ALLOWED',
      'PERMISSION_DENIED',
    ])
    await runOut(scene, id)
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    const listed = await world.call(scene.owner.caller, 'GET', '/api/v1/partner/elevations?status=ended')
    expect(listed.json().items).toMatchObject([{ elevation_id: id, status: 'ended', ended_by_side: 'clock' }])
  })

  test('nobody approves for themselves, staff approve nothing, and an old factor is asked for again (B13)', async () => {
    const scene = await openElevationScene(world)
    const { elevation_id: id } = (await ask(scene)).json()
    expect((await act(scene.technician.caller, id, 'approve')).json().code).toBe('PERMISSION_DENIED')
    const stale = await world.signIn(scene.owner.id, { factorAgeSeconds: 1000 })
    const refused = await act(stale, id, 'approve')
    expect([refused.statusCode, refused.json().code]).toEqual([401, 'STEP_UP_REQUIRED'])
    await world.seed(`update partner_member set role = 'PARTNER_OWNER' where person_id = $1`, [
      scene.technician.id,
    ])
    expect((await act(scene.technician.caller, id, 'approve')).json().code).toBe('SOMEBODY_ELSE_APPROVES')
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
    expect((await act(scene.owner.caller, id, 'approve')).json().status).toBe('active')
    expect((await act(scene.owner.caller, id, 'approve')).json().code).toBe('ELEVATION_STATE_CONFLICT')
  })

  test('input is answered with every fault at once, and one request at a time is open (B13)', async () => {
    const scene = await openElevationScene(world)
    const faulty = await ask(scene, {
      permissions: ['partner.nothing', 'partner.*'],
      reason: 'short',
      duration_minutes: 481,
    })
    expect(faulty.statusCode).toBe(422)
    expect(faulty.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/body/reason', '/body/duration_minutes']),
    )
    const outside = await ask(scene, {
      permissions: [
        'partner.nothing',
        'partner.*',
        'partner.provisioning.orders.create',
        'partner.tenants.read',
      ],
      ticket_id: encodeId('ticket', scene.tenant as never),
    })
    expect(
      outside.json().errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`),
    ).toEqual([
      '/body/permissions/0 UNKNOWN_PERMISSION',
      '/body/permissions/1 PATTERN_TOO_BROAD',
      '/body/permissions/2 OUT_OF_REACH',
      '/body/permissions/3 ALREADY_HELD',
      '/body/ticket_id TICKET_NOT_OPEN',
    ])
    await world.override(scene.link, 'partner.billing.*', 'deny')
    expect((await ask(scene)).json().errors).toMatchObject([{ code: 'OUT_OF_REACH' }])
    await world.seed('delete from link_override where link_id = $1', [scene.link], scene.tenant)
    const wide = await ask(scene, { permissions: ['partner.billing.*'] })
    expect(wide.json().permissions.map(({ name }: { name: string }) => name)).toEqual([
      'partner.billing.read',
      WANTED,
      'partner.billing.invoices.read',
    ])
    expect((await ask(scene)).json().code).toBe('ELEVATION_OPEN')
    expect((await act(scene.technician.caller, wide.json().elevation_id, 'end')).json().status).toBe(
      'withdrawn',
    )
    expect((await ask(scene)).statusCode).toBe(201)
  })

  test('who cannot act in the tenant can ask for nothing there, and a tenant never linked is not found (B13)', async () => {
    const scene = await openElevationScene(world)
    const stranger = encodeId('tenant', await world.tenant('Beta'))
    expect((await ask(scene, { tenant_id: stranger })).statusCode).toBe(404)
    await world.seed('delete from link_member where link_id = $1', [scene.link], scene.tenant)
    expect((await ask(scene)).json().code).toBe('NOT_ASSIGNED')
    const suspended = await openElevationScene(world, { status: 'suspended' })
    expect((await ask(suspended)).json().code).toBe('TENANT_LINK_SUSPENDED')
  })

  test('a denial and the time of twelve hours end a request without anything having been given (B13)', async () => {
    const scene = await openElevationScene(world)
    const first = (await ask(scene)).json().elevation_id
    expect((await act(scene.owner.caller, first, 'deny')).json()).toMatchObject({
      status: 'denied',
      ended_by_name: 'Olga Brandt',
    })
    const second = (await ask(scene)).json().elevation_id
    await shift(scene, second, `answer_by = now() - interval '1 second'`)
    expect((await act(scene.owner.caller, second, 'approve')).json().code).toBe('ELEVATION_STATE_CONFLICT')
    expect((await ask(scene)).statusCode).toBe(201)
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
  })

  test('no partner sees the requests of another, staff see their own alone, and a tenant none of another tenant (B13)', async () => {
    const [scene, other] = [await openElevationScene(world), await openElevationScene(world)]
    const { elevation_id: id } = (await ask(scene)).json()
    const colleague = await world.person('Kim Roe')
    await world.partnerMember(scene.partner, colleague.id)
    const list = async (caller: Caller) =>
      (await world.call(caller, 'GET', '/api/v1/partner/elevations')).json().total
    expect([
      await list(scene.technician.caller),
      await list(scene.owner.caller),
      await list(await world.signIn(colleague.id)),
      await list(other.owner.caller),
    ]).toEqual([1, 1, 0, 0])
    for (const step of ['approve', 'deny', 'end'] as const) {
      expect((await act(other.owner.caller, id, step)).json().code, step).toBe('ELEVATION_NOT_FOUND')
      expect((await act(other.admin.caller, id, step)).json().code, step).toBe('ELEVATION_NOT_FOUND')
    }
  })
})

describe('the tenant’s part', () => {
  test.each(['the link', 'all links'])(
    'where the tenant wants to approve itself in %s, nothing starts before it did (B13)',
    async (where) => {
      const rule = { tenant_elevation_approval: true }
      const scene = await openElevationScene(world, where === 'the link' ? { conditions: rule } : {})
      if (where === 'all links')
        await world.seed(
          'insert into tenant_partner_policy (tenant_id, conditions) values ($1, $2)',
          [scene.tenant, rule],
          scene.tenant,
        )
      const { elevation_id: id } = (await ask(scene)).json()
      const tenantList = async () =>
        (await world.call(scene.admin.caller, 'GET', '/api/v1/tenant/partner-access/elevations')).json().items
      expect(await tenantList()).toEqual([])
      expect((await act(scene.admin.caller, id, 'approve')).json().code).toBe('ELEVATION_NOT_FOUND')
      expect((await act(scene.owner.caller, id, 'approve')).json()).toMatchObject({
        status: 'approved',
        waits_for: 'tenant',
      })
      expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
      expect(await tenantList()).toMatchObject([
        { elevation_id: id, waits_for: 'tenant', may: { approve: true } },
      ])
      expect((await act(scene.admin.caller, id, 'approve')).json()).toMatchObject({
        status: 'active',
        tenant_approved_by_name: 'Dana Kim',
      })
      expect(await use(scene.acting)).toBe('ALLOWED')
      expect(await topics(scene)).toEqual(['elevation.requested', 'elevation.approved', 'elevation.started'])
    },
  )

  test('the tenant denies what waits for it, and ends what runs without a fresh factor, at the next request (B13)', async () => {
    const scene = await openElevationScene(world, { conditions: { tenant_elevation_approval: true } })
    const first = (await ask(scene)).json().elevation_id
    await act(scene.owner.caller, first, 'approve')
    expect((await act(scene.admin.caller, first, 'deny')).json()).toMatchObject({
      status: 'denied',
      ended_by_side: 'tenant',
    })
    const second = (await ask(scene)).json().elevation_id
    await act(scene.owner.caller, second, 'approve')
    await act(scene.admin.caller, second, 'approve')
    expect(await use(scene.acting)).toBe('ALLOWED')
    const stale = await world.signIn(scene.admin.id, { tenantId: scene.tenant, factorAgeSeconds: 90_000 })
    expect((await act(stale, second, 'end')).json()).toMatchObject({
      status: 'ended',
      ended_by_name: 'Dana Kim',
    })
    expect(await use(scene.acting)).toBe('PERMISSION_DENIED')
  })

  test('no standing write: where a link says so, sensitive permissions work in an elevation only (B13)', async () => {
    const scene = await openElevationScene(world, {
      role: 'msp_billing',
      conditions: { elevation_required: true },
    })
    expect([await use(scene.acting, EXPORT), await use(scene.acting, WANTED)]).toEqual([
      'ELEVATION_REQUIRED',
      'ALLOWED',
    ])
    const id = await elevate(world, scene, { permissions: [EXPORT] })
    expect(await use(scene.acting, EXPORT)).toBe('ALLOWED')
    await act(scene.technician.caller, id, 'end')
    expect(await use(scene.acting, EXPORT)).toBe('ELEVATION_REQUIRED')
  })

  test('no standing write for all links: the rule of the tenant bites and lets go at the next request (B13)', async () => {
    const scene = await openElevationScene(world, { role: 'msp_billing' })
    expect(await use(scene.acting, EXPORT)).toBe('ALLOWED')
    await world.seed(
      'insert into tenant_partner_policy (tenant_id, conditions) values ($1, $2)',
      [scene.tenant, { elevation_required: true }],
      scene.tenant,
    )
    expect(await use(scene.acting, EXPORT)).toBe('ELEVATION_REQUIRED')
    await elevate(world, scene, { permissions: [EXPORT] })
    expect(await use(scene.acting, EXPORT)).toBe('ALLOWED')
    await world.seed(
      `update tenant_partner_policy set conditions = '{}' where tenant_id = $1`,
      [scene.tenant],
      scene.tenant,
    )
    expect(await use(scene.acting, EXPORT)).toBe('ALLOWED')
  })
})

describe('mails about more access', () => {
  const mailsTo = (address: string) =>
    world.sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
      [address],
    )
  const emailOf = async (id: string) =>
    (await world.sql<{ email: string }>('select email from person where id = $1', [id]))[0]?.email ?? ''

  test('each administrator reads in their language what it lets the person do; owners and whoever asked read English (B13, U12)', async () => {
    const scene = await openElevationScene(world)
    const marie = await world.person('Marie Roux')
    await world.tenantMember(scene.tenant, marie.id)
    await world.seed(`update person set language = 'fr' where id = $1`, [marie.id])
    await elevate(world, scene, { duration_minutes: 30 })
    const [french] = await mailsTo(await emailOf(marie.id))
    expect(french).toMatchObject({ subject: 'Lee Park, de Northwind, a davantage d’accès pour un temps' })
    expect(french?.text).toContain('Ce que Lee Park peut faire pendant 30 minutes\u00a0:\n- Voir les totaux')
    const [english] = await mailsTo(await emailOf(scene.admin.id))
    expect(english?.text).toMatch(
      /^Lee Park of Northwind has more access to your organisation until .* UTC\. You can end it at any time\.\n\nWhat it lets Lee Park do for 30 minutes:\n- .*\n\nWhy: "The customer asks about an invoice on the phone"\n\n.*\/access\/elevations\n\nThis mail gives no access by itself\. Reference elv_/,
    )
    const asked = await mailsTo(await emailOf(scene.owner.id))
    const started = await mailsTo(await emailOf(scene.technician.id))
    expect([...asked, ...started].map(({ subject }) => subject)).toEqual([
      'Lee Park asks for more access in Acme',
      'You have more access in Acme',
    ])
  })

  test('the security contact hears that somebody has more access, in its language, and of no request (A10, B13)', async () => {
    const scene = await openElevationScene(world)
    await world.seed(
      `insert into tenant_security_contact (tenant_id, email, language) values ($1, 'guardia@acme.example', 'es')`,
      [scene.tenant],
      scene.tenant,
    )
    await ask(scene)
    expect(await mailsTo('guardia@acme.example')).toEqual([])
    const other = await openElevationScene(world)
    await elevate(world, other)
    expect(await mailsTo('guardia@acme.example')).toEqual([])
    const listed = await world.call(scene.owner.caller, 'GET', '/api/v1/partner/elevations')
    await act(scene.owner.caller, listed.json().items[0].elevation_id, 'approve')
    expect((await mailsTo('guardia@acme.example')).map(({ subject }) => subject)).toEqual([
      'Lee Park, de Northwind, tiene más acceso durante un tiempo',
    ])
  })
})
