import { encodeId, idFromUuid } from '@liaison/access'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alertRoutes, evaluateAlerts } from '#modules/alerts/index.ts'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openAlertScene, seedOwed } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { makeMetrics, makePartnerLabel } from '#platform/telemetry/metrics.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'

let world: TestWorld
let metrics: Metrics
beforeAll(async () => {
  world = await TestWorld.start((services) => [...alertRoutes, ...makeLinkRoutes(services)], {
    limitScale: 1,
    observer: {
      decided: (...said) => metrics.observer.decided(...said),
      limited: (bucket) => metrics.observer.limited(bucket),
      opened: (seconds) => metrics.observer.opened(seconds),
      crossed: (...said) => metrics.observer.crossed(...said),
      auditFailed: () => metrics.observer.auditFailed(),
      signalled: (name) => metrics.observer.signalled(name),
      formAnswered: (...said) => metrics.observer.formAnswered(...said),
      stopped: (directive) => metrics.observer.stopped(directive),
    },
    onAnswered(request, reply) {
      const { method } = request
      const route = request.routeOptions.url ?? 'unknown'
      metrics.answered({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 })
    },
  })
  startMetrics()
})
afterAll(() => world[Symbol.asyncDispose]())

/** The figures are read anew: a new registry has cached none. */
function startMetrics() {
  metrics = makeMetrics({
    database: world.database,
    countInFlight: () => 3,
    sealerLag: () => ({ seconds: 1.5, unsealed: 7 }),
  })
}

/** A series with its labels in one order. */
function inOrder(series: string): string {
  const [, name = series, labels = ''] = /^(\w+)\{(.*)\}$/.exec(series) ?? []
  return `${name}{${labels.split(',').toSorted().join(',')}}`
}

/** The value of a series; null when there is none. */
async function read(series: string): Promise<number | null> {
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => !line.startsWith('#'))
  const line = lines.find((text) => inOrder(text.slice(0, text.lastIndexOf(' '))) === inOrder(series))
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(' ') + 1))
}

test('decisions, refusals, their time and what partners ask of tenants are counted (B15)', async () => {
  startMetrics()
  const scene = await openAlertScene(world)
  const partner = encodeId('partner', scene.partner)
  await world.call(scene.asStaff, 'GET', '/api/v1/partner/alerts/sla')
  const stranger = { ...scene.asStaff, tenantId: idFromUuid('tenant', randomUUID()) }
  await world.call(stranger, 'GET', '/api/v1/partner/alerts/sla')
  expect(await read('authz_decision_total{outcome="allowed",reason="ALLOWED"}')).toBe(1)
  expect(await read('authz_decision_total{outcome="denied",reason="TENANT_NOT_FOUND"}')).toBe(1)
  expect(await read('authz_duration_seconds_count')).toBe(2)
  expect(await read('authz_duration_seconds_sum')).toBeGreaterThan(0)
  expect(
    await read(`cross_tenant_requests_total{partner="${partner}",route="/api/v1/partner/alerts/sla"}`),
  ).toBe(1)
  expect(await read('portfolio_scope_size_bucket{le="1"}')).toBe(1)
  expect(await read('portfolio_scope_size_bucket{le="0"}')).toBe(0)
})

test('a switch into a tenant, a step-up that was needed, and a limit that was reached are counted (B15)', async () => {
  startMetrics()
  const scene = await openAlertScene(world)
  const switchTo = (tenantId: string) =>
    world.call(scene.asStaff, 'POST', '/api/v1/partner/context', {
      body: { tenant_id: publicIdOf('tenant', tenantId) },
    })
  await switchTo(scene.tenant)
  await switchTo(randomUUID())
  expect(await read('context_switch_total{outcome="done"}')).toBe(1)
  expect(await read('context_switch_total{outcome="refused"}')).toBe(1)
  const old = await world.signIn(scene.admin.id, { tenantId: scene.tenant, factorAgeSeconds: 3600 })
  const needs = await world.call(
    old,
    'POST',
    `/api/v1/tenant/partner-access/links/${encodeId('link', scene.link)}/resume`,
    {
      body: {},
      headers: { 'if-match': '"v1"' },
    },
  )
  expect(needs.json().code).toBe('STEP_UP_REQUIRED')
  expect(await read('step_up_total{outcome="required"}')).toBe(1)
  metrics.answered({ method: 'POST', route: '/step-up', status: 303, seconds: 0.1 })
  metrics.answered({ method: 'POST', route: '/step-up', status: 422, seconds: 0.1 })
  expect(await read('step_up_total{outcome="done"}')).toBe(1)
  expect(await read('step_up_total{outcome="failed"}')).toBe(1)
  for (let index = 0; index < 101; index += 1)
    await world.call(scene.asOwner, 'GET', '/api/v1/partner/alerts/sla')
  expect(await read('rate_limited_total{bucket="list"}')).toBe(1)
})

test('the figures of the installation follow what happens: links, ends, freezes, exports, alerts (B15)', async () => {
  startMetrics()
  const before = {
    active: (await read('links{status="active",role="msp_full",type="msp_managed"}')) ?? 0,
    week: (await read('links_expiring{window="7d"}')) ?? 0,
    freezes: (await read('freeze_active{scope="partner"}')) ?? 0,
    alerts: (await read('alerts_active{area="billing",severity="critical"}')) ?? 0,
  }
  const scene = await openAlertScene(world)
  await world.seed(
    `update delegation set ends_at = now() + interval '5 days' where id = $1`,
    [scene.link],
    scene.tenant,
  )
  await world.seed(
    `insert into access_freeze (scope, partner_id, set_by, set_by_name, set_by_side) values ('partner', $1, gen_random_uuid(), 'x', 'provider')`,
    [scene.partner],
  )
  await seedOwed(world, scene.tenant, { total: 100, due: -90 })
  await evaluateAlerts(world.database)
  startMetrics()
  expect(await read('links{status="active",role="msp_full",type="msp_managed"}')).toBe(before.active + 1)
  expect(await read('links_expiring{window="7d"}')).toBe(before.week + 1)
  expect(await read('links_expiring{window="1d"}')).toBe(0)
  expect(await read('freeze_active{scope="partner"}')).toBe(before.freezes + 1)
  expect(await read('alerts_active{area="billing",severity="critical"}')).toBe(before.alerts + 1)
  expect(await read('alert_evaluation_age_seconds{area="sla"}')).toBeLessThan(60)
  expect(await read('export_jobs{state="queued"}')).toBe(0)
  expect(await read('elevations_active')).toBe(0)
  expect(await read('sla_sweeper_lag_seconds')).toBe(0)
  expect(await read('fleet_figures_up')).toBe(1)
  expect(await read(`mfa_fresh_ratio{partner="${encodeId('partner', scene.partner)}"}`)).toBe(1)
  expect(await read('audit_lag_seconds')).toBe(1.5)
})

test('a commit that fails with its audit events is counted (B15)', async () => {
  startMetrics()
  const scene = await openAlertScene(world)
  await seedOwed(world, scene.tenant, { total: 100, due: -90 })
  await evaluateAlerts(world.database, ['billing'])
  const page = (await world.call(scene.asStaff, 'GET', '/api/v1/partner/alerts/billing')).json()
  await world.sql(
    `alter table audit_event add constraint broken check (action <> 'alerts.acknowledge') not valid`,
  )
  const response = await world.call(
    scene.asStaff,
    'POST',
    `/api/v1/partner/alerts/${page.items[0].alert_id}/acknowledge`,
    { body: {} },
  )
  await world.sql('alter table audit_event drop constraint broken')
  expect(response.statusCode).toBeGreaterThanOrEqual(400)
  expect(await read('audit_write_failures_total')).toBe(1)
  const [row] = await world.sql<{ state: string }>(`select state from alert where delegation_id = $1`, [
    scene.link,
  ])
  expect(row?.state).toBe('active')
})

test('labels stay few: the partners beyond a bound share one (B15)', () => {
  const label = makePartnerLabel(2)
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()].map((id) =>
    idFromUuid('partner', id),
  )
  if (!first || !second || !third) throw new Error('There are three.')
  expect([label(first), label(second), label(third), label(first)]).toEqual([
    encodeId('partner', first),
    encodeId('partner', second),
    'other',
    encodeId('partner', first),
  ])
})

test('while the database cannot be asked, the metrics answer and say so (B15)', async () => {
  startMetrics()
  await world.sql('revoke execute on function access.fleet_figures() from liaison_job')
  expect(await read('fleet_figures_up')).toBe(0)
  expect(await read('elevations_active')).toBeNaN()
  expect(await read('freeze_active{scope="partner"}')).toBeNull()
  await world.sql('grant execute on function access.fleet_figures() to liaison_job')
})
