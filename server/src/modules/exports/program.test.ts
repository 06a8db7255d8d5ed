import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePayoutRoutes } from '#modules/payouts/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  asPayoutSide,
  buildPayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { exportRoutes, makeExports, sweepExports } from './index.ts'
import type { Exports } from './index.ts'

type Login = Parameters<TestWorld['sqlAs']>[0]

const OWN = '/api/v1/program/exports'
const ALL = '/api/v1/admin/program-exports'

let world: TestWorld
let admins: PayoutAdmins
let maker: Exports
const errors: Error[] = []
beforeAll(async () => {
  world = await TestWorld.start((services) => [...exportRoutes, ...makePayoutRoutes(services)], {
    isDemo: true,
  })
  admins = await openPayoutAdmins(world)
  maker = makeExports({
    database: world.database,
    publicOrigin: () => TEST_ORIGIN,
    onError: (error) => void errors.push(error),
  })
})
afterAll(async () => {
  await maker.stop()
  await world[Symbol.asyncDispose]()
  const [error] = errors
  if (error) throw error
})

const order = (caller: Caller, body: object, place = OWN) => world.call(caller, 'POST', place, { body })

async function make(caller: Caller, body: object, place = OWN) {
  const ordered = await order(caller, body, place)
  expect(ordered.statusCode, ordered.body).toBe(202)
  await maker.makeDue()
  const path = String(ordered.headers['location'])
  return { path, told: (await world.call(caller, 'GET', path)).json() }
}

async function rowsOf(caller: Caller, body: object, place = OWN): Promise<Record<string, unknown>[]> {
  const { path } = await make(caller, { format: 'jsonl', ...body }, place)
  const file = await world.call(caller, 'GET', `${path}/download`)
  expect(file.statusCode, file.body).toBe(200)
  return file.body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** What a login sees for a person who sits before it. */
async function asPerson(login: Login, caller: Caller, text: string): Promise<unknown[]> {
  const token = String(caller.cookie).split('=')[1] ?? ''
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        permission: 'partner_org.earnings.export',
        writes: false,
        source: 'api',
      },
    ])
    return (await client.query(text)).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** Somebody who leaves the role by which the file was open. */
const demote = (scene: PayoutScene) =>
  world.seed(`update partner_member set role = 'PARTNER_STAFF' where partner_id = $1 and person_id = $2`, [
    scene.partner,
    scene.ownerId,
  ])

describe('a file of what a partner earned', () => {
  test.each(['csv', 'xlsx', 'pdf', 'jsonl'])(
    'as %s is made by a job, comes with its digest, rows and seven days, and holds the own rows alone (D10)',
    async (format) => {
      const [scene, other] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
      await seedEarning(world, scene, { amount: 1234 })
      await seedEarning(world, other, { amount: 9999 })
      const { path, told } = await make(scene.owner, { kind: 'earnings', format })
      expect(told).toMatchObject({ kind: 'earnings', status: 'completed', row_count: 1, rows_done: 1 })
      expect(Date.parse(told.expires_at) - Date.parse(told.created_at)).toBe(7 * 86_400_000)
      const file = await world.call(scene.owner, 'GET', `${path}/download`)
      expect(createHash('sha256').update(file.rawPayload).digest('hex')).toBe(told.sha256)
      expect(file.headers['x-export-rows']).toBe('1')
    },
  )

  test('holds what the list holds, with its filters, and more rows than one batch in one order (D10)', async () => {
    const scene = await openPayoutScene(world, admins)
    for (const amount of [100, 200, 300]) await seedEarning(world, scene, { amount, state: 'held' })
    const kept = await seedEarning(world, scene, { amount: 777 })
    await world.seed(
      `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on)
       select e.partner_id, e.program_id, e.referral_id, e.agreement_id, e.billing_event_id, 'commission', 'part ' || n, e.occurred_at, e.service_month, e.period_month, 'USD', 10, n, '{}', 'pending', e.available_on
       from earning e cross join generate_series(1, 2500) n where e.id = $1`,
      [kept],
    )
    const approved = await rowsOf(scene.owner, { kind: 'earnings', state: ['approved'] })
    expect(approved).toMatchObject([
      { earning_id: publicIdOf('earning', kept), amount: { amount_minor: 777, currency: 'EUR' } },
    ])
    expect(await rowsOf(scene.owner, { kind: 'earnings', earning_kind: ['clawback'] })).toEqual([])
    const ofKind = { kind: 'earnings', state: ['approved'], earning_kind: ['commission'] }
    expect((await rowsOf(scene.owner, ofKind)).map((row) => row['earning_id'])).toEqual([
      publicIdOf('earning', kept),
    ])
    const many = await rowsOf(scene.owner, { kind: 'earnings', currency: 'USD' })
    expect(many).toHaveLength(2500)
    expect(new Set(many.map((row) => row['earning_id'])).size).toBe(2500)
    const ids = many.map((row) => String(row['component']))
    expect(new Set(ids).size).toBe(2500)
    const none = await rowsOf(scene.owner, { kind: 'earnings', from_month: '2001-01', to_month: '2001-02' })
    expect(none).toEqual([])
  })

  test('is ordered and taken by owners alone, each step written down (D8, D9)', async () => {
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 1234 })
    const refused = await order(scene.staff, { kind: 'earnings', format: 'csv' })
    expect(refused.json().code).toBe('PERMISSION_DENIED')
    for (const kind of ['referrals', 'statements', 'payouts'])
      expect((await order(scene.staff, { kind, format: 'csv' })).statusCode, kind).toBe(403)
    expect((await order(scene.owner, { kind: 'payout_batches', format: 'csv' })).statusCode).toBe(422)
    const { path } = await make(scene.owner, { kind: 'earnings', format: 'csv' })
    expect((await world.call(scene.staff, 'GET', path)).statusCode).toBe(403)
    expect((await world.call(scene.owner, 'GET', `${path}/download`)).statusCode).toBe(200)
    const told = await world.sql<{ action: string }>(
      `select action from audit_event where partner_id = $1 and resource_type = 'export' order by occurred_at`,
      [scene.partner],
    )
    expect(told.map(({ action }) => action)).toEqual([
      'exports.order',
      'program.earning.exported',
      'exports.download',
    ])
  })

  test('is another partner’s to nobody, and nobody’s who lost the role since: not its download, not its making (D8)', async () => {
    const [scene, other] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
    await seedEarning(world, scene, { amount: 1234 })
    const { path } = await make(scene.owner, { kind: 'earnings', format: 'csv' })
    expect((await world.call(other.owner, 'GET', path)).json().code).toBe('EXPORT_NOT_FOUND')
    expect((await world.call(other.owner, 'GET', `${path}/download`)).json().code).toBe('EXPORT_NOT_FOUND')
    const waiting = await order(scene.owner, { kind: 'earnings', format: 'csv' })
    const second = await world.person('Second Owner')
    await world.partnerMember(scene.partner, second.id, 'PARTNER_OWNER')
    await demote(scene)
    await maker.makeDue()
    expect((await world.call(scene.owner, 'GET', `${path}/download`)).statusCode).toBe(403)
    const owner = await world.signIn(second.id)
    const stopped = (await world.call(owner, 'GET', String(waiting.headers['location']))).json()
    expect(stopped).toMatchObject({
      status: 'cancelled',
      status_reason: 'PERMISSION_DENIED',
      download_url: null,
    })
    expect((await world.call(owner, 'GET', `${path}/download`)).statusCode).toBe(200)
  })

  test('goes by the months of the place where the program is at home, as pages and statements do (D10)', async () => {
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 7000 })
    const built = await buildPayout(world, admins.maker, {
      partner_ids: [publicIdOf('partner', scene.partner)],
    })
    expect(built.statusCode, built.body).toBe(201)
    const inZone = (zone: string) =>
      world.seed(
        `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, time_zone) select max(version) + 1, false, 365, 'Test', $1 from program_setting`,
        [zone],
      )
    await inZone('Pacific/Kiritimati')
    await world.sql(
      `set session_replication_role = replica;
       update referral set referred_at = '2026-01-31T10:00:00Z' where partner_id = '${scene.partner}';
       update payout_item set created_at = '2026-01-31T10:00:00Z', approved_at = '2026-02-01T10:00:00Z' where partner_id = '${scene.partner}';
       set session_replication_role = origin`,
    )
    const found = { referrals: [0, 0], payouts: [0, 0] }
    for (const kind of ['referrals', 'payouts'] as const)
      for (const [place, month] of ['2026-01', '2026-02'].entries())
        found[kind][place] = (await rowsOf(scene.owner, { kind, from_month: month, to_month: month })).length
    await inZone('UTC')
    expect(found).toEqual({ referrals: [0, 1], payouts: [0, 1] })
  })

  test('can be stopped before it is made, and is gone after seven days (D10)', async () => {
    const scene = await openPayoutScene(world, admins)
    const waiting = await order(scene.owner, { kind: 'referrals', format: 'csv' })
    const stop = await world.call(scene.owner, 'POST', `${String(waiting.headers['location'])}/cancel`)
    expect(stop.json().status).toBe('cancelled')
    const { path, told } = await make(scene.owner, { kind: 'referrals', format: 'csv' })
    const [row] = await world.sql<{ id: string }>(
      `select id from export where partner_id = $1 and status = 'completed'`,
      [scene.partner],
    )
    await world.seed(`update export set expires_at = now() where id = $1`, [row?.id])
    expect(told.kind).toBe('referrals')
    expect((await world.call(scene.owner, 'GET', `${path}/download`)).json().code).toBe('EXPORT_EXPIRED')
    await sweepExports(world.database)
    expect(await world.sql(`select 1 from export_chunk where export_id = $1`, [row?.id])).toEqual([])
  })
})

describe('a file of the provider', () => {
  test('holds the payout batches, and what one partner or all of them earned, for platform admins alone (D10)', async () => {
    const [scene, other] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
    await seedEarning(world, scene, { amount: 7000 })
    await seedEarning(world, other, { amount: 8000 })
    const partner = publicIdOf('partner', scene.partner)
    const built = await buildPayout(world, admins.maker, { partner_ids: [partner] })
    const batches = await rowsOf(admins.maker, { kind: 'payout_batches', state: ['draft'] }, ALL)
    expect(batches.find((row) => row['batch_id'] === built.json().batch_id)).toMatchObject({
      total: { amount_minor: 7000, currency: 'EUR' },
      payouts: 1,
    })
    const own = await rowsOf(admins.maker, { kind: 'earnings', partner_id: partner }, ALL)
    expect(own.map((row) => row['amount'])).toEqual([{ amount_minor: 7000, currency: 'EUR' }])
    const all = await rowsOf(admins.checker, { kind: 'payouts' }, ALL)
    expect(all.length).toBeGreaterThan(0)
    expect((await order(scene.owner, { kind: 'earnings', format: 'csv' }, ALL)).statusCode).toBe(403)
    const unseen = await rowsOf(scene.owner, { kind: 'payouts' })
    expect(unseen).toEqual([])
  })
})

describe('raw SQL', () => {
  test('a file of one plane is seen, ordered and handed out in that plane alone (product.md rule 3)', async () => {
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 1234 })
    await make(scene.owner, { kind: 'earnings', format: 'csv' })
    await make(admins.maker, { kind: 'earnings', format: 'csv' }, ALL)
    const seen = `select plane from export where plane in ('program', 'platform')`
    const bytes = `select distinct e.plane from export_chunk c join export e on e.id = c.export_id`
    const own = [{ plane: 'program' }]
    expect(await asPerson('liaison_program', scene.owner, seen)).toEqual(own)
    expect(await asPerson('liaison_program', scene.owner, bytes)).toEqual(own)
    expect(await asPerson('liaison_program', scene.staff, seen)).toEqual([])
    expect(await asPerson('liaison_program', scene.staff, bytes)).toEqual([])
    expect(await asPerson('liaison_delegate', scene.owner, seen)).toEqual([])
    expect(await asPerson('liaison_delegate', scene.owner, bytes)).toEqual([])
    expect(await asPerson('liaison_platform', scene.owner, seen)).toEqual([])
    expect(await asPerson('liaison_platform', admins.maker, bytes)).toEqual([{ plane: 'platform' }])
    for (const login of [
      'liaison_program',
      'liaison_platform',
      'liaison_delegate',
      'liaison_tenant',
    ] as const) {
      expect(await world.sqlAs(login, seen), login).toEqual([])
      expect(await world.sqlAs(login, 'select export_id from export_chunk'), login).toEqual([])
    }
  })
})

/** Days around the ends of months, in minutes from the beginning of the year. */
const someMinute = fc.oneof(
  fc.integer({ min: 0, max: 119 * 1440 }),
  fc
    .tuple(fc.constantFrom(31, 59, 90), fc.integer({ min: -900, max: 900 }))
    .map(([day, off]) => day * 1440 + off),
)
const somePayout = fc.record({
  built: someMinute,
  takes: fc.integer({ min: 0, max: 40 * 1440 }),
  amount: fc.integer({ min: 1, max: 1_000_000 }),
  state: fc.constantFrom('paid', 'paid', 'paid', 'failed', 'sent'),
})
type SomePayout = typeof somePayout extends fc.Arbitrary<infer Made> ? Made : never

/** Payouts alone, without their batches and the earnings that they would be of. */
const seedPayouts = (scene: PayoutScene, payouts: readonly SomePayout[]) =>
  world.sql(
    `set session_replication_role = replica;
     with many as (select * from jsonb_to_recordset('${JSON.stringify(payouts)}') m (built integer, takes integer, amount bigint, state text)),
     timed as (select m.*, timestamptz '2026-01-01T00:00:00Z' + make_interval(mins => m.built) as built_at from many m)
     insert into payout_item (batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label, state, created_at, approved_at, sent_at, finished_at, rail_ref, failure_reason)
     select uuidv7(), a.partner_id, 'EUR', t.amount, 1, a.id, 'bank_transfer', 'DE', t.state, t.built_at, t.built_at, t.built_at,
       case when t.state <> 'sent' then t.built_at + make_interval(mins => t.takes) end, case t.state when 'paid' then 'ref' end, case t.state when 'failed' then 'Closed' end
     from timed t, payout_account a where a.partner_id = '${scene.partner}';
     set session_replication_role = origin`,
  )

test('the file of what was paid in a month comes to what the statements of that month say was paid (property, D7, D10)', async () => {
  const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']
  await fc.assert(
    fc.asyncProperty(
      fc.array(somePayout, { minLength: 1, maxLength: 25 }),
      fc.constantFrom('Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/Berlin'),
      async (payouts, zone) => {
        await world.seed(
          `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, time_zone) select max(version) + 1, false, 365, 'Test', $1 from program_setting`,
          [zone],
        )
        const scene = await openPayoutScene(world, admins)
        await seedPayouts(scene, payouts)
        // What has been paid by the end of each month, since nothing was stated before: west of Greenwich
        // the first hours of the year are still of the month before.
        const paidBy = await asPayoutSide({ world, side: 'clock', scene }, async (client) => {
          const text = `select coalesce(-sum(amount_minor), 0)::integer as paid from access.statement_lines($1, 'EUR', $2) where what = 'paid'`
          const sums: number[] = []
          for (const month of ['2025-12', ...months])
            sums.push(
              (await client.query<{ paid: number }>(text, [scene.partner, `${month}-01`])).rows[0]?.paid ??
                -1,
            )
          return sums
        })
        const inFiles: number[] = []
        for (const month of months) {
          const asked = { kind: 'payouts', from_month: month, to_month: month, state: ['paid'] }
          const rows = (await rowsOf(scene.owner, asked)) as { amount: { amount_minor: number } }[]
          inFiles.push(rows.reduce((sum, row) => sum + row.amount.amount_minor, 0))
        }
        expect(inFiles).toEqual(paidBy.slice(1).map((paid, index) => paid - (paidBy[index] ?? 0)))
      },
    ),
    {
      numRuns: 4,
      examples: [[[{ built: 0, takes: 0, amount: 1, state: 'paid' }], 'America/Los_Angeles']],
    },
  )
}, 60_000)
