import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  seedAgency,
  seedForm,
  seedFormToken,
  seedTenantAdmin,
  seedVoucherTypes,
} from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeAgencyRoutes, runAgencyClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeAgencyRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

interface Told {
  readonly repeats: number
  readonly secondsAgo?: number
  readonly request?: string | null
}

async function seedScene(name: string) {
  const { tenant, admin } = await seedTenantAdmin(world, name)
  await seedVoucherTypes(world, tenant, 'router')
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const form = await seedForm(world, { tenant, agency }, ['router'])
  const token = await seedFormToken(world, { tenant, agency, form: form.uuid })
  const tell = (action: string, code: string | null, about: number | Told) => {
    const { repeats, secondsAgo = 0, request = null } = typeof about === 'number' ? { repeats: about } : about
    return world.sql(
      `with e as (insert into audit_event (plane, action, outcome, code, actor_type, delegation_id, tenant_id, repeats, source, occurred_at, request_id)
         values ('delegation', $1, case when $2::text is null then 'allowed' else 'denied' end, $2, 'agency_token', $3, $4, $5, 'form', now() - make_interval(secs => $6), $7) returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $4, occurred_at, id from e`,
      [action, code, token.uuid, tenant, repeats, secondsAgo, request],
    )
  }
  const issue = (count: number, hoursAgo: number) =>
    world.seed(
      `insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode, issued_by_label, requested_at, issued_at, expires_at)
       select $1, translate(upper(substr(md5(uuidv7()::text || n), 1, 12)), 'ILOU', 'ABCD'), t.id, 'issued', $2, 'Bright Travel', $3, 'form', 'x',
         now() - make_interval(hours => $5) - interval '1 minute', now() - make_interval(hours => $5) - interval '1 minute', now() + interval '30 days'
       from voucher_type t, generate_series(1, $4) n where t.tenant_id = $1`,
      [tenant, agency, token.uuid, count, hoursAgo],
      tenant,
    )
  const activity = async () =>
    (await world.call(admin, 'GET', `/api/v1/tenant/forms/${form.id}/activity`)).json()
  return { tenant, admin, agency, form, token, tell, issue, activity }
}

test('what happened on a form is told by kind, refusals by reason with all their repetitions, for that form alone (E11)', async () => {
  const [scene, other] = [await seedScene('Acme Fiber'), await seedScene('Zenith')]
  await scene.issue(2, 0)
  await scene.tell('voucher.looked_up', null, 1)
  await scene.tell('embed.refused', 'CONTEXT_OVERRIDE', 1)
  await scene.tell('embed.rate_limited', 'RATE_LIMITED', 1)
  await scene.tell('embed.rate_limited', 'RATE_LIMITED', 40)
  await other.issue(1, 0)
  await world.sql(
    `insert into form_visit values ($1, $2, 'https://copycat.example', false, now(), now(), 3)`,
    [scene.form.uuid, scene.tenant],
  )
  const found = await scene.activity()
  expect(found).toMatchObject({ issued: 2, looked_up: 1, refused: 42, is_unusual: false, usual_at_most: 20 })
  expect(found.refusals).toEqual([
    { reason: 'RATE_LIMITED', times: 41 },
    { reason: 'CONTEXT_OVERRIDE', times: 1 },
  ])
  expect(found.limited_minutes).toBeLessThanOrEqual(2)
  expect(found.sites).toMatchObject([{ origin: 'https://copycat.example', is_allowed: false, visits: 3 }])
  expect(found.days).toHaveLength(28)
  const { items } = (await world.call(scene.admin, 'GET', '/api/v1/tenant/agencies')).json()
  expect(items).toMatchObject([{ name: 'Bright Travel', forms: 1, issued_30_days: 2, refused_30_days: 42 }])
})

test('a minute in which a limit refused counts once, though its repetitions are written in the next one (E11)', async () => {
  const scene = await seedScene('Lumen')
  for (const [secondsAgo, request, repeats] of [
    [200, 'one', 1],
    [140, 'one', 40],
    [130, 'two', 1],
    [70, 'two', 3],
  ] as const)
    await scene.tell('embed.rate_limited', 'RATE_LIMITED', { secondsAgo, request, repeats })
  expect(await scene.activity()).toMatchObject({ refused: 45, limited_minutes: 2 })
  // Whoever calls names its requests: one name for all of them makes no one minute of many.
  for (const secondsAgo of [1300, 1000, 700, 400])
    await scene.tell('embed.rate_limited', 'RATE_LIMITED', { secondsAgo, request: 'same', repeats: 1 })
  expect(await scene.activity()).toMatchObject({ refused: 49, limited_minutes: 6 })
})

test('the days of a form are those of the organisation, as for its daily limit (E11)', async () => {
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata']) {
    const scene = await seedScene('Acme Fiber')
    await world.seed('update tenant set timezone = $2 where id = $1', [scene.tenant, zone], scene.tenant)
    await scene.issue(2, 0)
    await world.sql('alter table voucher disable trigger user')
    await world.seed(
      `update voucher v set requested_at = date_trunc('day', now() at time zone $2) at time zone $2 - case n.row_number when 1 then interval '10 minutes' else interval '0' end
       from (select id, row_number() over () from voucher where tenant_id = $1) n where n.id = v.id`,
      [scene.tenant, zone],
      scene.tenant,
    )
    await world.sql('alter table voucher enable trigger user')
    const [{ today } = { today: '' }] = await world.sql<{ today: string }>(
      'select (now() at time zone $1)::date::text as today',
      [zone],
    )
    const { days } = await scene.activity()
    expect(
      days.slice(-2).map(({ issued }: { issued: number }) => issued),
      zone,
    ).toEqual([1, 1])
    expect(days.at(-1).day).toBe(today)
  }
})

test('a form that issues more than 20 vouchers in an hour, and five times what is usual, is told once a day (E11)', async () => {
  const scene = await seedScene('Acme Fiber')
  await scene.issue(20, 0)
  expect(await scene.activity()).toMatchObject({ last_hour: 20, usual_at_most: 20, is_unusual: false })
  expect(await runAgencyClock(world.database)).toMatchObject({ suspected: 0 })
  await scene.issue(1, 0)
  expect(await scene.activity()).toMatchObject({ last_hour: 21, is_unusual: true })
  expect(await runAgencyClock(world.database)).toMatchObject({ suspected: 1 })
  expect(await runAgencyClock(world.database)).toMatchObject({ suspected: 0 })
  expect((await scene.activity()).abuse_suspected_at).not.toBeNull()
  const told = await world.sql(`select topic, payload from outbox where topic = 'embed.abuse_suspected'`)
  expect(told).toEqual([
    {
      topic: 'embed.abuse_suspected',
      payload: { tenant_id: scene.tenant, agency_id: scene.agency, form_id: scene.form.uuid },
    },
  ])
})

test('a form that is busy every hour may be busier before anybody is told (E11)', async () => {
  const scene = await seedScene('Acme Fiber')
  for (let hour = 2; hour < 60; hour += 1) await scene.issue(6, hour)
  await scene.issue(25, 0)
  expect(await scene.activity()).toMatchObject({ last_hour: 25, usual_at_most: 30, is_unusual: false })
})

test('the end of an overlap is noted once, with its event, and only when it has come (E1)', async () => {
  const scene = await seedScene('Acme Fiber')
  const [token] = (
    await world.call(scene.admin, 'GET', `/api/v1/tenant/forms/${scene.form.id}/tokens`)
  ).json().items
  const rotate = (id: string, overlap: number) =>
    world.call(scene.admin, 'POST', `/api/v1/tenant/tokens/${id}/rotate`, {
      body: { overlap_seconds: overlap },
    })
  const next = (await rotate(token.token_id, 0)).json()
  await rotate(next.token_id, 3600)
  expect(await runAgencyClock(world.database)).toMatchObject({ ended: 1 })
  expect(await runAgencyClock(world.database)).toMatchObject({ ended: 0 })
  const rows = await world.sql(
    'select t.status as token, d.status as delegation from form_token t join delegation d using (id) where t.tenant_id = $1 order by t.id',
    [scene.tenant],
  )
  expect(rows).toEqual([
    { token: 'expired', delegation: 'expired' },
    { token: 'active', delegation: 'active' },
    { token: 'active', delegation: 'active' },
  ])
})
