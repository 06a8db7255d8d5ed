import { encodeId } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asPerson,
  lockBy,
  makeCodeAs,
  openReferralScene,
  openSignUps,
  publicTenant,
  seedPayment,
  uuidOf,
} from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { REVIEWED_RELATIONS } from '#testing/program-relations.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'

const SEVEN = ['monthly_revenue', 'name', 'signed_up_at', 'slug', 'status', 'subscription_tier', 'tenant_id']

const TABLES = [
  'referral_setting',
  'referral_code',
  'referral_click',
  'referral_click_day',
  'referral',
  'referral_block',
  'referral_sign_up',
] as const

const LOGINS = [
  'liaison_auth',
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
  'liaison_job',
  'liaison_sealer',
  'liaison_guard',
] as const

let world: TestWorld
let scene: ReferralScene
let rival: ReferralScene
let desk: Awaited<ReturnType<typeof openSignUps>>
type Referred = Awaited<ReturnType<typeof desk.signUp>>
let byStaff: Referred
let byColleague: Referred
let byRival: Referred
beforeAll(async () => {
  world = await TestWorld.start(makeIngestTestRoutes)
  scene = await openReferralScene(world)
  rival = await openReferralScene(world)
  desk = await openSignUps(world)
  byStaff = await desk.signUp({ code: (await makeCodeAs(world, scene.staff)).code })
  byColleague = await desk.signUp({ code: (await makeCodeAs(world, scene.colleague)).code })
  byRival = await desk.signUp({ code: (await makeCodeAs(world, rival.owner)).code })
})
afterAll(() => world[Symbol.asyncDispose]())

const visible = async (caller: ReferralScene['owner']['caller']) => {
  const answer = await world.call(caller, 'GET', '/api/v1/program/tenants')
  return answer.json<{ items: Record<string, unknown>[]; total: number }>()
}

describe('the limited tenant view', () => {
  test('owners see every tenant that the partner referred in seven fields, staff those of their own codes, nobody else even a count (D2, D8)', async () => {
    const owner = await visible(scene.owner.caller)
    expect(owner.items.map((item) => Object.keys(item).toSorted())).toEqual([SEVEN, SEVEN])
    expect(new Set(owner.items.map(({ tenant_id }) => tenant_id))).toEqual(
      new Set([publicTenant(byStaff.tenant.id), publicTenant(byColleague.tenant.id)]),
    )
    const staff = await visible(scene.staff.caller)
    expect([staff.total, staff.items.map(({ tenant_id }) => tenant_id)]).toEqual([
      1,
      [publicTenant(byStaff.tenant.id)],
    ])
    expect(staff.items[0]?.['monthly_revenue']).toBeNull()
    expect((await visible(rival.owner.caller)).total).toBe(1)
    const foreign = await world.call(
      scene.owner.caller,
      'GET',
      `/api/v1/program/referrals/${byRival.referral_id}`,
    )
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'REFERRAL_NOT_FOUND'])
  })

  test('the status is told in three words, the plan by its code (D2)', async () => {
    for (const [status, told] of [
      ['trial', 'active'],
      ['suspended', 'suspended'],
      ['closed', 'closed'],
      ['active', 'active'],
    ]) {
      await world.seed(
        'update tenant set status = $2 where id = $1',
        [byStaff.tenant.id, status],
        byStaff.tenant.id,
      )
      const { items } = await visible(scene.staff.caller)
      expect([items[0]?.['status'], items[0]?.['subscription_tier']]).toEqual([told, 'standard'])
    }
  })

  test('revenue is one sum for each month and currency since the referral, less what went back, for owners alone (D2)', async () => {
    const { id } = byColleague.tenant
    const month = new Date().toISOString().slice(0, 7)
    await seedPayment(world, id, { netMinor: 9_000, at: new Date('2020-01-01') })
    await seedPayment(world, id, { netMinor: 5_000 })
    await seedPayment(world, id, { netMinor: 700, kind: 'refund' })
    await seedPayment(world, id, { netMinor: 250, currency: 'EUR' })
    const { items } = await visible(scene.owner.caller)
    const found = items.find(({ tenant_id }) => tenant_id === publicTenant(id))
    expect(found?.['monthly_revenue']).toEqual([
      { month, amount: { amount_minor: 250, currency: 'EUR' } },
      { month, amount: { amount_minor: 4_300, currency: 'USD' } },
    ])
    expect((await visible(scene.colleague.caller)).items[0]?.['monthly_revenue']).toBeNull()
  })

  test('a voided referral shows nothing of the tenant any more, and a link shows nothing more of it (D2)', async () => {
    const gone = await desk.signUp({ code: (await makeCodeAs(world, rival.staff)).code })
    await world.link(rival.partner, gone.tenant.id)
    const before = await visible(rival.staff.caller)
    expect(before.items.map((item) => Object.keys(item).toSorted())).toEqual([SEVEN])
    await world.call(scene.admin.caller, 'POST', `/api/v1/admin/referrals/${gone.referral_id}/void`, {
      body: { reason: 'Wrong.' },
    })
    expect((await visible(rival.staff.caller)).total).toBe(0)
    const listed = await world.call(rival.staff.caller, 'GET', '/api/v1/program/referrals?state=voided')
    expect(listed.json().items).toMatchObject([{ state: 'voided', void_reason: 'Wrong.', tenant: null }])
  })

  test('its owner may not log in and may read six columns of a tenant; another one is refused when it is asked for (D2)', async () => {
    const [role] = await world.sql(
      `select rolcanlogin, rolbypassrls, rolsuper from pg_roles where rolname = 'liaison_limited_view'`,
    )
    expect(role).toEqual({ rolcanlogin: false, rolbypassrls: false, rolsuper: false })
    const columns = await world.sql<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'tenant'::regclass and attnum > 0 and not attisdropped
       and has_column_privilege('liaison_limited_view', 'tenant', attname, 'select') order by 1`,
    )
    expect(columns.map(({ name }) => name)).toEqual([
      'created_at',
      'id',
      'name',
      'plan_type',
      'slug',
      'status',
    ])
    const refused = await asPerson(
      world,
      { plane: 'program', caller: scene.owner.caller },
      async (client) => [
        await attempt(client, 'select domain from partner_visible_tenant'),
        await attempt(client, 'select contact from tenant'),
        // What its own links name, which it has none of here.
        await attempt(client, 'select name from tenant'),
      ],
    )
    expect(refused).toEqual([
      'column "domain" does not exist',
      'permission denied for table tenant',
      'nothing',
    ])
    const pool = new pg.Pool({ ...world.connection, max: 1 })
    const refusal = pool
      .query('set role liaison_limited_view')
      .then(() => pool.query('select contact from tenant'))
    await expect(refusal.finally(() => void pool.end())).rejects.toThrow('permission denied')
  })

  test('an unset context shows an empty view to every login that may read it (D2)', async () => {
    expect(await world.sqlAs('liaison_program', 'select * from partner_visible_tenant')).toEqual([])
    for (const login of LOGINS.filter((name) => name !== 'liaison_program'))
      await expect(world.sqlAs(login, 'select * from partner_visible_tenant'), login).rejects.toThrow(
        'permission denied',
      )
  })
})

describe('the program plane', () => {
  test('has no privilege on any relation that names a tenant, but those that are listed with their reason (D2)', async () => {
    const found = await world.sql<{ name: string }>(
      `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
       where c.relkind in ('r', 'p', 'v') and not c.relispartition
         and (c.relname = 'tenant' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum > 0 and not a.attisdropped))
         and (has_table_privilege('liaison_program', c.oid, 'select, insert, update, delete') or has_any_column_privilege('liaison_program', c.oid, 'select, insert, update')) order by 1`,
    )
    expect(found.map(({ name }) => name).filter((name) => !(name in REVIEWED_RELATIONS))).toEqual([])
  })
})

describe('rows of codes and referrals', () => {
  test.each(TABLES)('%s: no login sees a row without an access context (D8)', async (table) => {
    for (const login of LOGINS) {
      const outcome = await world.sqlAs(login, `select count(*)::integer as rows from ${table}`).then(
        (rows) => `${String(rows[0]?.['rows'])} rows`,
        (error: Error) => error.message,
      )
      expect(outcome, login).toMatch(/^0 rows$|permission denied/)
    }
  })

  test('staff see their own codes, clicks and referrals by SQL, owners those of the partner, nobody those of another (D8, F1)', async () => {
    const count = (caller: ReferralScene['owner']['caller']) =>
      asPerson(world, { plane: 'program', caller }, async (client) => {
        const { rows } = await client.query<{
          codes: number
          referrals: number
          tenants: number
          partners: string[]
        }>(
          `select (select count(*)::integer from referral_code where partner_id = $1) as codes, (select count(*)::integer from referral) as referrals,
             (select count(*)::integer from partner_visible_tenant) as tenants, (select array_agg(distinct partner_id) from referral) as partners`,
          [scene.partner],
        )
        return rows[0]
      })
    expect(await count(scene.staff.caller)).toEqual({
      codes: 1,
      referrals: 1,
      tenants: 1,
      partners: [scene.partner],
    })
    expect(await count(scene.owner.caller)).toEqual({
      codes: 2,
      referrals: 2,
      tenants: 2,
      partners: [scene.partner],
    })
    expect((await count(rival.owner.caller))?.codes).toBe(0)
  })

  test('a member who left keeps nothing; the owner sees it all (D8)', async () => {
    const { id } = await world.person()
    await world.partnerMember(scene.partner, id, 'PARTNER_STAFF')
    const leaver = { id, caller: await world.signIn(id) }
    const made = await desk.signUp({ code: (await makeCodeAs(world, leaver)).code })
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [id])
    const seen = await asPerson(
      world,
      { plane: 'program', caller: leaver.caller },
      async (client) =>
        (await client.query('select id from referral union all select id from referral_code')).rows,
    )
    expect(seen).toEqual([])
    const kept = await world.call(scene.owner.caller, 'GET', `/api/v1/program/referrals/${made.referral_id}`)
    expect(kept.statusCode).toBe(200)
  })

  test('nobody makes a code for another partner or person, or a referral (D8)', async () => {
    const tries = await asPerson(world, { plane: 'program', caller: scene.staff.caller }, async (client) => [
      await attempt(
        client,
        `insert into referral_code (partner_id, code, created_by, created_side) values ($1, 'STOLEN1', $2, 'partner')`,
        [rival.partner, scene.staff.id],
      ),
      await attempt(
        client,
        `insert into referral_code (partner_id, code, created_by, created_side) values ($1, 'STOLEN2', $2, 'partner')`,
        [scene.partner, scene.owner.id],
      ),
      await attempt(
        client,
        `insert into referral_code (partner_id, code, created_by, created_side) values ($1, 'STOLEN3', $2, 'provider')`,
        [scene.partner, scene.staff.id],
      ),
      await attempt(
        client,
        `insert into referral (partner_id, tenant_id, method) values ($1, $2, 'manual')`,
        [scene.partner, byRival.tenant.id],
      ),
      await attempt(client, `select access.take_sign_ups('[]'::jsonb)`),
      await attempt(client, `select access.lock_referral($1, $1)`, [uuidOf('referral', byStaff.referral_id)]),
      await attempt(client, `select access.follow_code('X', '{}'::jsonb)`),
      await attempt(client, `select access.revenue_of_tenant($1, '-infinity')`, [byRival.tenant.id]),
    ])
    expect(
      tries.filter((outcome) => outcome === 'done'),
      tries.join(' | '),
    ).toEqual([])
    const [foreign] = await asPerson(
      world,
      { plane: 'program', caller: scene.owner.caller },
      async (client) =>
        (
          await client.query<{ revenue: unknown }>('select access.monthly_revenue($1) as revenue', [
            byRival.tenant.id,
          ])
        ).rows,
    )
    expect(foreign).toEqual({ revenue: null })
  })
})

describe('how a tenant was referred', () => {
  test('its admin sees the partner, the code, whether it is final, and exactly what the partner sees (D11)', async () => {
    const person = await world.person()
    await world.tenantMember(byColleague.tenant.id, person.id)
    const admin = await world.signIn(person.id)
    const read = async () => (await world.call(admin, 'GET', '/api/v1/tenant/referral')).json().referral
    const told = await read()
    expect(told).toMatchObject({ partner: { name: 'Brightside' }, method: 'code', is_locked: false })
    const { items } = await visible(scene.owner.caller)
    expect(told.shown).toEqual(
      items.find(({ tenant_id }) => tenant_id === publicTenant(byColleague.tenant.id)),
    )
    await lockBy(world, uuidOf('referral', byColleague.referral_id), byColleague.tenant.id)
    expect(await read()).toMatchObject({ is_locked: true })
  })

  test('a tenant that nobody referred is told so; its members without the permission are refused (D11)', async () => {
    const tenant = await world.tenant('Alone')
    const [boss, user] = [await world.person(), await world.person()]
    await world.tenantMember(tenant, boss.id)
    await world.tenantMember(tenant, user.id, 'TENANT_USER')
    const answer = await world.call(await world.signIn(boss.id), 'GET', '/api/v1/tenant/referral')
    expect([answer.statusCode, answer.json()]).toEqual([200, { referral: null }])
    const refused = await world.call(await world.signIn(user.id), 'GET', '/api/v1/tenant/referral')
    expect(refused.statusCode).toBe(403)
    const byTenant = await asPerson(
      world,
      { plane: 'tenant', caller: await world.signIn(user.id), tenant },
      async (client) =>
        (await client.query<{ referral: unknown }>('select access.own_referral() as referral')).rows,
    )
    expect(byTenant).toEqual([{ referral: null }])
  })
})

describe('figures', () => {
  test('the funnel counts clicks of people, sign-ups and paying tenants, of own codes for staff (D10)', async () => {
    const stats = async (caller: ReferralScene['owner']['caller']) =>
      (await world.call(caller, 'GET', '/api/v1/program/stats?months=3')).json()
    const owner = await stats(scene.owner.caller)
    expect(owner.months).toHaveLength(3)
    expect(owner.totals).toMatchObject({ sign_ups: 3, paying: 1 })
    const staff = await stats(scene.staff.caller)
    expect(staff.totals).toMatchObject({ sign_ups: 1, paying: 0 })
    expect(staff.codes).toHaveLength(1)
  })

  test('the funnel counts by the months of the place where the program is at home, as boards and statements do (D10)', async () => {
    const inZone = (zone: string) =>
      world.seed(
        `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, time_zone) select max(version) + 1, false, 365, 'Test', $1 from program_setting`,
        [zone],
      )
    // Fourteen hours before and eleven hours behind UTC: a sign-up of the first second of their month is of that month.
    const found: boolean[] = []
    for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      await inZone(zone)
      const [at] = await world.sql<{ month: string; begins: Date }>(
        `select to_char(now() at time zone $1, 'YYYY-MM') as month, date_trunc('month', now() at time zone $1) at time zone $1 as begins`,
        [zone],
      )
      await world.sql(
        `set session_replication_role = replica; update referral set referred_at = '${at?.begins.toISOString()}' where partner_id = '${scene.partner}'; set session_replication_role = origin`,
      )
      const [{ kept } = { kept: 0 }] = await world.sql<{ kept: number }>(
        `select count(*)::integer as kept from referral where partner_id = $1 and voided_at is null`,
        [scene.partner],
      )
      const stats = await world.call(scene.owner.caller, 'GET', '/api/v1/program/stats?months=1')
      const [month] = stats.json().months
      found.push(month.month === at?.month && kept > 0 && month.sign_ups === kept)
    }
    await inZone('UTC')
    expect(found).toEqual([true, true])
  })

  test('a list of the provider shows what partners do not: who made it, and who is behind it (D10)', async () => {
    const listed = await world.call(
      scene.admin.caller,
      'GET',
      `/api/v1/admin/referrals?partner_id=${encodeId('partner', rival.partner)}`,
    )
    expect(listed.json().items[0]).toMatchObject({
      partner: { name: 'Brightside' },
      tenant: { tenant_id: expect.stringMatching(/^ten_/) },
    })
    const refused = await world.call(scene.owner.caller, 'GET', '/api/v1/admin/referrals')
    expect(refused.statusCode).toBe(403)
  })
})
