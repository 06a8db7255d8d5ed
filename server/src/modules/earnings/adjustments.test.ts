import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { closeStatements, makePayoutRoutes } from '#modules/payouts/index.ts'
import { openEarningScene } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeEarningRoutes, runEarningClock } from './index.ts'

const BASE = '/api/v1/admin/earnings'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...ingestRoutes,
    ...makeEarningRoutes(services),
    ...makePayoutRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const wanted = (scene: EarningScene, more: object = {}) => ({
  partner_id: publicIdOf('partner', scene.partner),
  currency: 'USD',
  amount_minor: 12_500,
  reason: 'Spring campaign, agreed by mail',
  ...more,
})

const adjust = (caller: Caller, body: object) => world.call(caller, 'POST', `${BASE}/adjustments`, { body })

async function approve(caller: Caller, id: string) {
  const answer = await world.call(caller, 'POST', `${BASE}/approve`, { body: { earning_ids: [id] } })
  return answer.json().items[0]
}

const read = async (caller: Caller, id: string) => (await world.call(caller, 'GET', `${BASE}/${id}`)).json()

describe('an adjustment', () => {
  test('adds an amount with its reason, waits for a second person whatever its size, and is told to the partner (D6)', async () => {
    const scene = await openEarningScene(world)
    const made = await adjust(scene.admin, wanted(scene, { amount_minor: 1 }))
    expect(made.statusCode, made.body).toBe(201)
    const row = made.json()
    expect(row).toMatchObject({
      kind: 'adjustment',
      state: 'pending',
      amount: { amount_minor: 1, currency: 'USD' },
      reason: 'Spring campaign, agreed by mail',
      referral_id: null,
      billing_event_id: null,
      first_approved_by_name: 'Sam Ortiz',
    })
    expect(made.headers['location']).toBe(`${BASE}/${row.earning_id}`)
    expect(await approve(scene.admin, row.earning_id)).toMatchObject({
      outcome: 'refused',
      code: 'EARNING_SECOND_PERSON',
    })
    expect(await approve(scene.secondAdmin, row.earning_id)).toMatchObject({ outcome: 'done' })
    expect(await read(scene.admin, row.earning_id)).toMatchObject({
      state: 'approved',
      approved_by_name: 'Kim Ade',
      steps: [{ name: 'result', amount: { amount_minor: 1, currency: 'USD' } }],
    })
    const own = await world.call(scene.owner, 'GET', '/api/v1/program/earnings')
    expect(own.json().items).toMatchObject([{ kind: 'adjustment', reason: row.reason, tenant_name: null }])
    const events = await world.sql<{ action: string; reason: string | null; actor_name: string }>(
      `select action, reason, actor_name from audit_event where partner_id = $1 and resource_type = 'earning' order by occurred_at`,
      [scene.partner],
    )
    expect(events).toEqual([
      { action: 'program.earning.adjusted', reason: row.reason, actor_name: 'Sam Ortiz' },
      { action: 'program.earning.approved', reason: null, actor_name: 'Kim Ade' },
    ])
  })

  test('takes an amount off, counts in the balance and is a line of the statement with its reason (D6, D7)', async () => {
    const scene = await openEarningScene(world)
    const { referral } = await scene.refer('t1')
    const named = { amount_minor: -700, referral_id: publicIdOf('referral', referral) }
    const row = (await adjust(scene.admin, wanted(scene, named))).json()
    expect(row).toMatchObject({ referral_id: named.referral_id, tenant_name: 'Tenant t1' })
    await approve(scene.secondAdmin, row.earning_id)
    const summary = await world.call(
      scene.admin,
      'GET',
      `${BASE}/summary?partner_id=${publicIdOf('partner', scene.partner)}`,
    )
    expect(summary.json().balances).toMatchObject([{ balance: { amount_minor: -700, currency: 'USD' } }])
    await world.sql('alter table earning disable trigger enforce_earning')
    await world.seed(
      `update earning set period_month = period_month - interval '1 month', service_month = service_month - interval '1 month' where partner_id = $1`,
      [scene.partner],
    )
    await world.sql('alter table earning enable trigger enforce_earning')
    expect(await closeStatements(world.database, world.app.services.pdfSealer)).toBe(1)
    const lines = await world.sql(
      'select kind, about, amount_minor::integer as amount from earning_statement_line where partner_id = $1',
      [scene.partner],
    )
    expect(lines).toEqual([{ kind: 'adjustment', about: row.reason, amount: -700 }])
    const later = (await adjust(scene.admin, wanted(scene))).json()
    expect(later.month >= row.month).toBe(true)
  })

  test('is refused with all that is wrong, for a foreign referral, and without an agreement; nothing is added (D6)', async () => {
    const [scene, other] = [await openEarningScene(world), await openEarningScene(world)]
    const wrong = await adjust(scene.admin, wanted(scene, { amount_minor: 0, reason: 'x', currency: 'usd' }))
    expect(wrong.json().errors).toHaveLength(3)
    for (const currency of ['EUT', 'XXX', 'DEM'])
      expect((await adjust(scene.admin, wanted(scene, { currency }))).json().errors).toMatchObject([
        { pointer: '/body/currency', detail: 'must be a currency in use (ISO 4217)' },
      ])
    const { referral } = await other.refer('t1')
    const foreign = await adjust(
      scene.admin,
      wanted(scene, { referral_id: publicIdOf('referral', referral) }),
    )
    expect([foreign.statusCode, foreign.json().code]).toEqual([409, 'ADJUSTMENT_OTHER_REFERRAL'])
    const bare = await world.partner('Bare', ['referral'])
    const none = await adjust(scene.admin, wanted(scene, { partner_id: publicIdOf('partner', bare) }))
    expect(none.json().code).toBe('ADJUSTMENT_WITHOUT_AGREEMENT')
    expect((await adjust(scene.owner, wanted(scene))).statusCode).toBe(403)
    expect(
      await world.sql('select 1 from earning where partner_id = any ($1)', [[scene.partner, bare]]),
    ).toEqual([])
  })

  test('is made and approved by nobody of the partner itself, and never by the clock, also after it was held (D1, D6)', async () => {
    const scene = await openEarningScene(world)
    const insider = await world.person('Ida Both')
    await world.partnerMember(scene.partner, insider.id, 'PARTNER_STAFF')
    await world.platformAdmin(insider.id)
    const both = await world.signIn(insider.id)
    expect((await adjust(both, wanted(scene))).json().code).toBe('EARNING_OWN_APPROVAL')
    const row = (await adjust(scene.admin, wanted(scene, { amount_minor: 100 }))).json()
    expect(await approve(both, row.earning_id)).toMatchObject({ code: 'EARNING_OWN_APPROVAL' })
    const policy = (await world.call(scene.admin, 'GET', `${BASE}/policy`)).json()
    await world.call(scene.admin, 'PUT', `${BASE}/policy`, {
      body: {
        after_version: policy.version,
        approves_by_itself: true,
        two_people_above: { USD: 1_000_000 },
        reason: 'For this test',
      },
    })
    const each = { earning_ids: [row.earning_id], reason: 'Looked at' }
    await world.call(scene.admin, 'POST', `${BASE}/hold`, { body: each })
    await world.call(scene.admin, 'POST', `${BASE}/release`, { body: { earning_ids: each.earning_ids } })
    await runEarningClock(world.database)
    expect(await read(scene.admin, row.earning_id)).toMatchObject({
      state: 'pending',
      first_approved_by_name: null,
    })
    expect(await approve(scene.admin, row.earning_id)).toMatchObject({ outcome: 'waits_for_second_person' })
    expect(await approve(scene.admin, row.earning_id)).toMatchObject({ code: 'EARNING_SECOND_PERSON' })
    expect(await approve(scene.secondAdmin, row.earning_id)).toMatchObject({ outcome: 'done' })
  })
})

describe('raw SQL', () => {
  test('adds no commission for the provider, no adjustment for anybody else, none in another name, and changes no reason (product.md rule 3)', async () => {
    const scene = await openEarningScene(world)
    const insert = (kind: string, more: string) =>
      `insert into earning (partner_id, program_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on, reason${more === '' ? '' : ', first_approved_by'})
       select '${scene.partner}', m.id, '${scene.agreement}', '${kind}', 'adjustment', now(), '2026-01-01', '2026-01-01', 'USD', 0, 5, '{}', current_date, 'Because'${more} from program m returning first_approved_by`
    async function asAdmin(text: string) {
      const token = String(scene.admin.cookie).split('=')[1] ?? ''
      const client = await world.database.pool('liaison_platform').connect()
      try {
        await client.query('begin')
        await client.query('select access.enter_person($1)', [
          {
            session_hash: createHash('sha256').update(token).digest('hex'),
            permission: 'platform.earnings.approve',
            writes: true,
            source: 'api',
          },
        ])
        return (await client.query(text)).rows
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    const [written] = await asAdmin(insert('adjustment', ''))
    expect(written?.['first_approved_by']).not.toBeNull()
    await expect(asAdmin(insert('adjustment', ', uuidv7()'))).rejects.toThrow('permission denied')
    await expect(asAdmin(insert('commission', ''))).rejects.toThrow('is calculated')
    for (const login of ['liaison_program', 'liaison_job', 'liaison_tenant', 'liaison_delegate'] as const)
      await expect(world.sqlAs(login, insert('adjustment', '')), login).rejects.toThrow('permission denied')
    await expect(world.sqlAs('liaison_ingest', insert('adjustment', ''))).rejects.toThrow('permission denied')
    expect(await world.sqlAs('liaison_platform', insert('adjustment', ''))).toEqual([])
    await expect(
      world.sqlAs(
        'liaison_platform',
        `insert into earning (partner_id, program_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on, reason)
         values ('${scene.partner}', uuidv7(), '${scene.agreement}', 'adjustment', 'adjustment', now(), '2026-01-01', '2026-01-01', 'USD', 0, 5, '{}', current_date, 'Because')`,
      ),
    ).rejects.toThrow(/row-level security|waiting/)
    await adjust(scene.admin, wanted(scene))
    await expect(
      world.seed(`update earning set reason = 'Other' where partner_id = $1`, [scene.partner]),
    ).rejects.toThrow('never changes')
  })
})
