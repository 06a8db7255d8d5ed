import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

const TABLES = ['billing_event', 'earning', 'earning_skip', 'earning_volume', 'earning_policy'] as const
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
let here: EarningScene
let there: EarningScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
  here = await openEarningScene(world)
  there = await openEarningScene(world)
  for (const scene of [here, there]) {
    await scene.refer('t1')
    await scene.report([
      payment('i1'),
      payment('i2', { net_minor: 0 }),
      refund('r1', 'i1', { net_minor: 10 }),
    ])
  }
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

type Side = 'owner' | 'staff' | 'provider' | 'clock' | 'billing'
const LOGIN_OF = {
  owner: 'liaison_program',
  staff: 'liaison_program',
  provider: 'liaison_platform',
  clock: 'liaison_job',
  billing: 'liaison_ingest',
} as const

async function enter(client: pg.PoolClient, side: Side, scene: EarningScene): Promise<void> {
  if (side === 'clock') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return
  }
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')
  if (side === 'billing') {
    await client.query('select access.enter_ingest($1)', [{ key_hash: sha(scene.source.key) }])
    return
  }
  const callers: Record<string, Caller> = { owner: scene.owner, staff: scene.staff, provider: scene.admin }
  const token = String(callers[side]?.cookie).split('=')[1] ?? ''
  await client.query('select access.enter_person($1)', [
    {
      session_hash: sha(token),
      permission: 'partner_org.earnings.summary.read',
      writes: false,
      source: 'api',
    },
  ])
}

/** Works as the login of a side with its context, in a transaction that is rolled back. */
async function as<Result>(
  side: Side,
  scene: EarningScene,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(LOGIN_OF[side]).connect()
  try {
    await client.query('begin')
    await enter(client, side, scene)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('rows of earnings', () => {
  test.each(TABLES)('%s: no login sees a row without an access context (D6)', async (table) => {
    for (const login of LOGINS) {
      const outcome = await world.sqlAs(login, `select * from ${table}`).then(
        (rows) => `${rows.length} rows`,
        (error: Error) => error.message,
      )
      expect(outcome, login).toMatch(/^0 rows$|permission denied/)
    }
  })

  test.each(['earning', 'earning_skip'] as const)(
    '%s: owners see their own partner’s rows, staff none, the provider those of all (D8, F4)',
    async (table) => {
      const seen = (side: Side) =>
        as(side, here, async (client) => {
          const { rows } = await client.query<{ partner_id: string }>(`select partner_id from ${table}`)
          return new Set(rows.map((row) => row.partner_id))
        })
      expect(await seen('owner')).toEqual(new Set([here.partner]))
      expect(await seen('staff')).toEqual(new Set())
      const all = await seen('provider')
      expect([all.has(here.partner), all.has(there.partner)]).toEqual([true, true])
    },
  )

  test('payments and sums are no business of partners: no login of theirs may ask for one (D2)', async () => {
    for (const side of ['owner', 'staff'] as const)
      for (const table of ['billing_event', 'earning_volume', 'earning_policy'])
        expect(await as(side, here, (client) => attempt(client, `select * from ${table}`)), table).toMatch(
          /permission denied/,
        )
  })

  test('nobody but the billing system adds rows, and nobody but the provider decides (D6)', async () => {
    const insert = `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on)
      select partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, 'other', occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on from earning limit 1`
    for (const side of ['owner', 'staff', 'provider', 'clock'] as const) {
      const tries = await as(side, here, async (client) => [
        await attempt(client, insert),
        await attempt(client, 'delete from earning'),
        await attempt(client, 'truncate earning'),
        await attempt(client, 'update earning set amount_minor = 1'),
        await attempt(client, `update billing_event set net_minor = 1`),
        await attempt(
          client,
          `insert into earning_skip (billing_event_id, partner_id, referral_id, reason) select billing_event_id, partner_id, referral_id, 'X' from earning limit 1`,
        ),
      ])
      expect(
        tries.filter((outcome) => outcome === 'done'),
        `${side} ${tries.join(' | ')}`,
      ).toEqual([])
    }
    for (const side of ['owner', 'staff', 'billing'] as const)
      expect(
        await as(side, here, (client) => attempt(client, `update earning set state = 'approved'`)),
      ).not.toBe('done')
  })

  test('an earning for another partner’s referral is refused by the tables themselves (D6)', async () => {
    const outcome = await as('billing', here, (client) =>
      attempt(
        client,
        `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on)
         select $1, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on
         from earning where partner_id = $2 and kind = 'commission' limit 1`,
        [there.partner, here.partner],
      ),
    )
    expect(outcome).toMatch(/_fkey$/)
  })

  test('a commission that the billing system adds begins by waiting, whatever it says of itself (D6)', async () => {
    const outcomes = []
    for (const state of ['pending', 'approved', 'in_payout', 'paid', 'void'])
      outcomes.push(
        await as('billing', here, (client) =>
          attempt(
            client,
            `insert into earning (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on, state)
             select uuidv7(), partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, 'other', occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on, $2
             from earning where partner_id = $1 and kind = 'commission' limit 1`,
            [here.partner, state],
          ),
        ),
      )
    expect(outcomes[0]).toBe('done')
    for (const outcome of outcomes.slice(1)) expect(outcome).toMatch(/^earning_(check|transition)/)
  })

  test('what an earning says, what was paid and why nothing was earned never change, whoever tries (D6)', async () => {
    await expect(
      world.sql('update earning set amount_minor = 0 where partner_id = $1', [here.partner]),
    ).rejects.toThrow(/never changes/)
    await expect(
      world.sql('update earning set calc = $2 where partner_id = $1', [here.partner, '{}']),
    ).rejects.toThrow(/never changes/)
    await expect(world.sql('delete from earning')).rejects.toThrow(/history/)
    await expect(world.sql('update billing_event set net_minor = 0')).rejects.toThrow(/history/)
    await expect(world.sql('delete from earning_skip')).rejects.toThrow(/history/)
    await expect(world.sql('update earning_policy set approves_by_itself = true')).rejects.toThrow(/history/)
  })

  test('without an audit event no change of the ledger commits (D9)', async () => {
    await expect(
      world.sql(
        `update earning set state = 'held', hold_kind = 'provider', hold_reason = 'Quiet' where partner_id = $1 and state = 'pending'`,
        [here.partner],
      ),
    ).rejects.toThrow(/no audit event/)
  })

  test('a clawback needs its original and never takes more than was earned (D6)', async () => {
    const take = (
      amount: number,
      original: string,
    ) => `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, available_on)
      select partner_id, program_id, referral_id, agreement_id, (select id from billing_event where source = '${here.source.source}' and external_id = 'i2'), 'clawback', component, ${original}, occurred_at, service_month, period_month, currency, 0, ${amount}, calc, available_on
      from earning where partner_id = '${here.partner}' and kind = 'commission' limit 1`
    const outcomes = await as('billing', here, async (client) => [
      await attempt(client, take(-1, 'null')),
      await attempt(client, take(-100, 'id')),
      await attempt(client, take(1, 'id')),
      await attempt(client, take(-99, 'id')),
    ])
    expect(outcomes[0]).toBe('earning_original')
    expect(outcomes[1]).toBe('earning_taken_back')
    expect(outcomes[2]).toMatch(/check/)
    expect(outcomes[3]).toBe('done')
  })
})

describe('totals', () => {
  test('staff get the right totals without a single row, and owners the same (D8, F4)', async () => {
    const own = (side: Side) =>
      as(
        side,
        here,
        async (client) =>
          (await client.query('select * from access.own_earning_totals() order by kind')).rows,
      )
    const totals = await own('staff')
    expect(totals).toMatchObject([
      { currency: 'USD', state: 'pending', kind: 'clawback', earnings: '1', amount_minor: '-1' },
      { currency: 'USD', state: 'pending', kind: 'commission', earnings: '1', amount_minor: '100' },
    ])
    expect(await own('owner')).toEqual(totals)
    expect(Object.keys(totals[0] ?? {}).toSorted()).toEqual([
      'amount_minor',
      'currency',
      'earnings',
      'kind',
      'period_month',
      'state',
    ])
  })

  test('the balance of another partner is nobody’s to read (D8)', async () => {
    const rows = await as('owner', here, async (client) => [
      (await client.query('select * from access.earning_balance($1)', [here.partner])).rows,
      (await client.query('select * from access.earning_balance($1)', [there.partner])).rows,
    ])
    expect(rows[0]).toMatchObject([{ currency: 'USD', balance_minor: '99' }])
    expect(rows[1]).toEqual([])
  })
})
