import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  linkTenant,
  openAlertedScene,
  openAlertScene,
  seedOwed,
  seedTimedTicket,
  storedAlerts,
} from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'
import { alertRoutes } from './index.ts'

const BASE = '/api/v1/partner/alerts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...alertRoutes, ...portfolioRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

async function get(caller: Caller, path: string) {
  const response = await world.call(caller, 'GET', path)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

const post = (caller: Caller, path: string, body: unknown = {}) => world.call(caller, 'POST', path, { body })

const openAlerted = () => openAlertedScene(world)

describe('the lists', () => {
  test('what is open stands by how bad it is, then the newest first; a history as it came (section 8 of the experience)', async () => {
    const { asStaff, tenant } = await openAlerted()
    for (const levels of [[75], [75, 100], [75]]) await seedTimedTicket(world, tenant, levels)
    await evaluateAlerts(world.database)
    const list = async (query: string) =>
      (await get(asStaff, `${BASE}/sla?${query}`)).items as { severity: string; triggered_at: string }[]
    const open = await list('status=active')
    expect(open.map(({ severity }) => severity)).toEqual(['critical', 'critical', 'warning', 'warning'])
    const first = await list('status=active&limit=1&offset=1')
    expect(first).toEqual(open.slice(1, 2))
    const asItCame = (await list('')).map((alert) => alert.triggered_at)
    expect(asItCame).toEqual(asItCame.toSorted().toReversed())
  })

  test('a service-level alert is told whole, with its figures, what it is about and counts (B5, endpoint 12)', async () => {
    const { asStaff, tenant, link } = await openAlerted()
    const page = await get(asStaff, `${BASE}/sla`)
    expect(page).toMatchObject({
      total: 1,
      active_count: 1,
      acknowledged_count: 0,
      resolved_count: 0,
      critical_count: 1,
      snoozed_count: 0,
      has_more: false,
      scope: { tenant_count: 1, excluded: [] },
    })
    expect(page.items).toEqual([
      {
        alert_id: expect.stringMatching(/^alr_/),
        tenant_id: encodeId('tenant', tenant),
        tenant_name: 'Acme',
        alert_type: 'ticket_clock',
        area: 'sla',
        may_acknowledge: true,
        severity: 'critical',
        title: expect.stringMatching(/^Ticket T-\d+ missed its resolution$/),
        message: expect.stringContaining('Priority high.'),
        status: 'active',
        triggered_at: expect.any(String),
        last_raised_at: expect.any(String),
        acknowledged_at: null,
        acknowledged_by_name: null,
        resolved_at: null,
        resolved_by_name: null,
        note: null,
        occurrences: 1,
        snoozed_until: null,
        assigned_to: null,
        assigned_to_name: null,
        link_id: encodeId('link', link),
        related: { ticket_id: expect.stringMatching(/^tkt_/), outage_id: null },
        metadata: {
          metric: 'resolution',
          percent: 100,
          due_at: expect.any(String),
          breach_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
          actual_uptime: null,
          target_uptime: null,
          downtime_minutes: null,
        },
      },
    ])
  })

  test('a billing alert tells its money in one currency, with its ageing (B5, endpoint 13; B6)', async () => {
    const { asStaff } = await openAlerted()
    const page = await get(asStaff, `${BASE}/billing`)
    const eur = (amount_minor: number) => ({ amount_minor, currency: 'EUR' })
    expect(page.items).toMatchObject([
      {
        alert_type: 'overdue_threshold',
        severity: 'critical',
        metadata: {
          current_amount: eur(500),
          threshold_amount: null,
          percent: 5,
          oldest_overdue_days: 70,
          ageing: {
            current: eur(9500),
            days_1_30: eur(0),
            days_31_60: eur(0),
            days_61_90: eur(500),
            days_over_90: eur(0),
          },
        },
      },
    ])
  })

  test('every filter takes away and none adds; the counts are of the filter but for its states (B5)', async () => {
    const scene = await openAlertScene(world)
    const second = await linkTenant(scene, 'Second')
    await seedTimedTicket(world, scene.tenant, [75])
    await seedTimedTicket(world, second.tenant, [75, 100])
    await evaluateAlerts(world.database)
    const today = new Date().toISOString().slice(0, 10)
    const count = async (query: string) => (await get(scene.asStaff, `${BASE}/sla?${query}`)).total
    expect(await count('')).toBe(2)
    expect(await count('severity=critical')).toBe(1)
    expect(await count('status=acknowledged,resolved')).toBe(0)
    expect(await count(`tenant_ids=${encodeId('tenant', second.tenant)}`)).toBe(1)
    expect(await count('metric=resolution')).toBe(2)
    expect(await count('metric=uptime')).toBe(0)
    expect(await count('snoozed=true')).toBe(0)
    expect(await count(`from_date=${today}&to_date=${today}`)).toBe(2)
    expect(await count('to_date=2020-01-01')).toBe(0)
    expect(await count(`assigned_to=${encodeId('person', scene.staff.id)}`)).toBe(0)
    const page = await get(scene.asStaff, `${BASE}/sla?status=resolved`)
    expect(page).toMatchObject({ total: 0, active_count: 2, critical_count: 1 })
    const wrong = await world.call(scene.asStaff, 'GET', `${BASE}/sla?severity=loud&colour=red&limit=0`)
    expect(wrong.statusCode).toBe(422)
    expect(wrong.json().errors).toHaveLength(3)
  })

  test('a group narrows to its customers, exclusions applied; a group of somebody else is not found (B14)', async () => {
    const [scene, other] = [await openAlertScene(world), await openAlertScene(world)]
    const second = await linkTenant(scene, 'Second')
    for (const tenant of [scene.tenant, second.tenant]) await seedTimedTicket(world, tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    const made = await post(scene.asOwner, '/api/v1/partner/tenant-groups', {
      kind: 'all',
      name: 'All but one',
      excluded_tenant_ids: [encodeId('tenant', second.tenant)],
    })
    const group = made.json().group_id
    const page = await get(scene.asStaff, `${BASE}/sla?group=${group}`)
    expect(page.items.map((item: { tenant_name: string }) => item.tenant_name)).toEqual(['Acme'])
    const foreign = await world.call(other.asStaff, 'GET', `${BASE}/sla?group=${group}`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'GROUP_NOT_FOUND'])
  })

  test('each list opens by its own permission: a link for support shows no money, and says what it leaves out (B2, B5)', async () => {
    const scene = await openAlertScene(world, 'msp_support')
    await seedTimedTicket(world, scene.tenant, [75])
    await seedOwed(world, scene.tenant, { total: 500, due: -70 })
    await evaluateAlerts(world.database)
    expect((await get(scene.asStaff, `${BASE}/sla`)).total).toBe(1)
    const billing = await get(scene.asStaff, `${BASE}/billing`)
    expect(billing).toMatchObject({
      total: 0,
      active_count: 0,
      scope: { tenant_count: 0, excluded: [{ tenant_name: 'Acme', reason: 'PERMISSION_DENIED' }] },
    })
    expect(await get(scene.asStaff, `${BASE}/counts`)).toEqual({
      sla: { active: 1, critical: 0 },
      billing: { active: 0, critical: 0 },
      access: { active: 0, critical: 0 },
    })
  })

  test('with the link revoked its alerts are gone for the partner and stay with the tenant (B9)', async () => {
    const { asStaff, asAdmin, tenant, link, ticketAlert } = await openAlerted()
    await world.seed(
      `update delegation set status = 'revoked', status_changed_at = now() where id = $1`,
      [link],
      tenant,
    )
    expect((await get(asStaff, `${BASE}/sla`)).total).toBe(0)
    expect((await post(asStaff, `${BASE}/${ticketAlert}/acknowledge`)).json().code).toBe('ALERT_NOT_FOUND')
    expect((await get(asAdmin, '/api/v1/tenant/alerts?area=sla')).total).toBe(1)
    await evaluateAlerts(world.database)
    expect((await storedAlerts(world, { link })).map(({ state }) => state)).toEqual(['resolved', 'resolved'])
  })
})

describe('work on an alert', () => {
  test('who acknowledges takes it; it is told to the log of both sides; a second time is a conflict (B9)', async () => {
    const { asStaff, asOwner, staff, ticketAlert, tenant } = await openAlerted()
    const taken = await post(asStaff, `${BASE}/${ticketAlert}/acknowledge`, { note: 'On it' })
    expect(taken.json()).toMatchObject({
      status: 'acknowledged',
      acknowledged_by_name: staff.name,
      assigned_to_name: staff.name,
      note: 'On it',
    })
    const again = await post(asOwner, `${BASE}/${ticketAlert}/acknowledge`)
    expect([again.statusCode, again.json().code, again.json().details]).toEqual([
      409,
      'ALERT_STATE_CONFLICT',
      { status: 'acknowledged' },
    ])
    const events = await world.sql(
      `select e.actor_name, s.kind from audit_event e join audit_scope s on s.event_id = e.id
       where e.action = 'alerts.acknowledge' and (s.scope_id = $1 or s.kind = 'partner') and e.tenant_id = $1 order by s.kind`,
      [tenant],
    )
    expect(events).toEqual([
      { actor_name: staff.name, kind: 'partner' },
      { actor_name: staff.name, kind: 'tenant' },
    ])
  })

  test('what gets worse after it was acknowledged or snoozed wakes up (B9)', async () => {
    const scene = await openAlertScene(world)
    const ticket = await seedTimedTicket(world, scene.tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    const [alert] = await storedAlerts(world, { link: scene.link })
    const path = `${BASE}/${publicIdOf('alert', String(alert?.id))}`
    const until = new Date(Date.now() + 3_600_000).toISOString()
    expect((await post(scene.asStaff, `${path}/snooze`, { until })).json()).toMatchObject({
      snoozed_until: until,
    })
    expect((await get(scene.asStaff, `${BASE}/counts`)).sla.active).toBe(0)
    expect((await get(scene.asStaff, `${BASE}/sla?snoozed=false`)).total).toBe(0)
    await post(scene.asStaff, `${path}/acknowledge`)
    await world.seed(
      `insert into ticket_sla_signal (tenant_id, ticket_id, metric, level, occurred_at) values ($1, $2, 'resolution', 100, now())`,
      [scene.tenant, ticket],
      scene.tenant,
    )
    await evaluateAlerts(world.database, ['sla'])
    const { items } = await get(scene.asStaff, `${BASE}/sla`)
    expect(items).toMatchObject([
      { status: 'active', severity: 'critical', snoozed_until: null, acknowledged_at: null, occurrences: 2 },
    ])
  })

  test('an alert sleeps until an instant to come, at most 30 days ahead, and can be woken (B9)', async () => {
    const { asStaff, ticketAlert } = await openAlerted()
    const snooze = (until: string | null) => post(asStaff, `${BASE}/${ticketAlert}/snooze`, { until })
    const codes: unknown[] = []
    for (const until of ['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'])
      codes.push((await snooze(until)).json().errors[0].code)
    expect(codes).toEqual(['IN_THE_PAST', 'TOO_LATE'])
    await snooze(new Date(Date.now() + 60_000).toISOString())
    expect((await snooze(null)).json().snoozed_until).toBeNull()
  })

  test('a closed alert is history: nothing more is done to it (B9)', async () => {
    const { asStaff, staff, ticketAlert } = await openAlerted()
    const closed = await post(asStaff, `${BASE}/${ticketAlert}/resolve`, { note: 'Restarted' })
    expect(closed.json()).toMatchObject({ status: 'resolved', resolved_by_name: staff.name })
    for (const step of ['acknowledge', 'resolve']) {
      expect((await post(asStaff, `${BASE}/${ticketAlert}/${step}`)).json().code).toBe('ALERT_STATE_CONFLICT')
    }
  })

  test('it is given only to those who may work on it (B9)', async () => {
    const { asStaff, owner, ticketAlert } = await openAlerted()
    const stranger = await world.person()
    const assign = (assigned_to: string | null) =>
      post(asStaff, `${BASE}/${ticketAlert}/assign`, { assigned_to })
    expect((await assign(encodeId('person', owner.id))).json().assigned_to_name).toBe(owner.name)
    expect((await assign(encodeId('person', stranger.id))).json().errors[0].code).toBe('UNKNOWN_PERSON')
    expect((await assign(null)).json().assigned_to).toBeNull()
  })

  test('is given to nobody who may work on alerts of another kind alone (B9)', async () => {
    const { asStaff, link, owner, tenant, ticketAlert, overdueAlert } = await openAlerted()
    await world.seed(
      `update link_member set role = 'msp_support', mask = (select t.defaults from link_role_template t where t.role = 'msp_support' order by t.version desc limit 1)
       where link_id = $1 and person_id = $2`,
      [link, owner.id],
      tenant,
    )
    const assign = (alert: string) =>
      post(asStaff, `${BASE}/${alert}/assign`, { assigned_to: encodeId('person', owner.id) })
    expect((await assign(ticketAlert)).json().assigned_to_name).toBe(owner.name)
    expect((await assign(overdueAlert)).json().errors?.[0].code).toBe('UNKNOWN_PERSON')
  })

  test('many are acknowledged at once, each with a result of its own (B14)', async () => {
    const [scene, foreign] = [await openAlerted(), await openAlerted()]
    await post(scene.asStaff, `${BASE}/${scene.overdueAlert}/resolve`)
    const ids = [scene.ticketAlert, scene.overdueAlert, foreign.ticketAlert]
    const result = await post(scene.asStaff, `${BASE}/bulk`, { action: 'acknowledge', alert_ids: ids })
    expect(result.json()).toMatchObject({
      done_count: 1,
      refused_count: 2,
      items: [
        { alert_id: ids[0], outcome: 'done', code: null },
        { alert_id: ids[1], outcome: 'refused', code: 'ALERT_STATE_CONFLICT' },
        { alert_id: ids[2], outcome: 'refused', code: 'ALERT_NOT_FOUND' },
      ],
    })
    const again = await post(scene.asStaff, `${BASE}/bulk`, { action: 'acknowledge', alert_ids: ids })
    expect([again.statusCode, again.json()]).toMatchObject([200, { done_count: 0, refused_count: 3 }])
    const undone = await post(scene.asStaff, `${BASE}/bulk`, { action: 'reopen', alert_ids: ids })
    expect(undone.json()).toMatchObject({ done_count: 2, items: [{}, {}, { code: 'ALERT_NOT_FOUND' }] })
    const [tried] = await world.sql(
      `select outcome, code, row_count::int from audit_event where action = 'alerts.acknowledge' and outcome = 'error'`,
    )
    expect(tried).toEqual({ outcome: 'error', code: 'ALERT_STATE_CONFLICT', row_count: 3 })
  })

  test('an auditor reads and can acknowledge nothing; an alert of another partner does not exist (B2)', async () => {
    const [auditor, other] = [await openAlertScene(world, 'auditor'), await openAlerted()]
    await seedTimedTicket(world, auditor.tenant, [75])
    await evaluateAlerts(world.database, ['sla'])
    const [alert] = (await get(auditor.asStaff, `${BASE}/sla`)).items
    const refused = await post(auditor.asStaff, `${BASE}/${alert.alert_id}/acknowledge`)
    expect([refused.statusCode, refused.json().code]).toEqual([404, 'ALERT_NOT_FOUND'])
    const foreign = await post(auditor.asStaff, `${BASE}/${other.ticketAlert}/acknowledge`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'ALERT_NOT_FOUND'])
  })
})

describe('the other sides', () => {
  test('a tenant sees its own alerts by what its people may read, and works on them; never those of its partner (B9)', async () => {
    const { asAdmin, tenant, ticketAlert } = await openAlerted()
    const user = await world.person()
    await world.tenantMember(tenant, user.id, 'TENANT_USER')
    const asUser = await world.signIn(user.id, { tenantId: tenant })
    const areas = (page: { items: { area: string }[] }) => page.items.map(({ area }) => area).toSorted()
    expect(areas(await get(asAdmin, '/api/v1/tenant/alerts'))).toEqual(['billing', 'sla'])
    expect(areas(await get(asUser, '/api/v1/tenant/alerts'))).toEqual(['sla'])
    expect(await get(asUser, '/api/v1/tenant/alerts/counts')).toMatchObject({
      sla: { active: 1, critical: 1 },
      billing: { active: 0 },
    })
    const [own] = (await get(asUser, '/api/v1/tenant/alerts')).items
    expect((await post(asUser, `/api/v1/tenant/alerts/${own.alert_id}/acknowledge`)).json().status).toBe(
      'acknowledged',
    )
    const foreign = await post(asAdmin, `/api/v1/tenant/alerts/${ticketAlert}/acknowledge`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'ALERT_NOT_FOUND'])
  })

  test('the provider sees freezes and misuse, and nothing of any tenant’s business (B9)', async () => {
    const scene = await openAlerted()
    const person = await world.person()
    await world.platformAdmin(person.id)
    const asProvider = await world.signIn(person.id)
    await world.seed(
      `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ('tenant', $1, gen_random_uuid(), 'x', 'tenant')`,
      [scene.tenant],
      scene.tenant,
    )
    await evaluateAlerts(world.database)
    const page = await get(asProvider, '/api/v1/admin/alerts')
    expect(page.items).toMatchObject([{ alert_type: 'freeze', severity: 'critical', tenant_name: 'Acme' }])
    const id = page.items[0].alert_id
    expect((await post(asProvider, `/api/v1/admin/alerts/${id}/resolve`)).json().status).toBe('resolved')
    const own = await get(scene.asStaff, `${BASE}/access`)
    expect(own.items).toMatchObject([{ alert_type: 'freeze', title: 'Acme froze all partner access' }])
    const step = `${BASE}/access/${own.items[0].alert_id}/acknowledge`
    expect((await post(scene.asStaff, step)).statusCode).toBe(403)
    expect((await post(scene.asOwner, step)).json().status).toBe('acknowledged')
  })
})

describe('the database', () => {
  test('without a context no login sees an alert, a rule or a notice (access.md section 4)', async () => {
    await openAlerted()
    for (const login of [
      'liaison_delegate',
      'liaison_program',
      'liaison_tenant',
      'liaison_platform',
      'liaison_job',
    ] as const)
      expect(await world.sqlAs(login, 'select id from alert'), login).toEqual([])
    expect(await world.sqlAs('liaison_delegate', 'select id from alert_rule')).toEqual([])
    for (const table of ['alert_rule', 'alert_notice'])
      await expect(world.sqlAs('liaison_tenant', `select * from ${table}`)).rejects.toThrow(
        'permission denied',
      )
    await expect(world.sqlAs('liaison_delegate', `delete from alert`)).rejects.toThrow('permission denied')
    await expect(world.sqlAs('liaison_delegate', `update alert set title = 'x'`)).rejects.toThrow(
      'permission denied',
    )
  })
})
