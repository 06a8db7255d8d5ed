import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2025-11-01T08:00:00Z')
const STEPS = [
  { up_to_minor: 500_000, rate_bp: 500 },
  { up_to_minor: 2_000_000, rate_bp: 775 },
  { up_to_minor: null, rate_bp: 1_050 },
]
const BATCH = 250

let world: TestWorld
let signals = 0
const nothing = () => undefined
const counting = {
  decided: nothing,
  limited: nothing,
  opened: nothing,
  crossed: nothing,
  auditFailed: nothing,
  formAnswered: nothing,
  stopped: nothing,
  signalled: () => void (signals += 1),
}
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)], {
    observer: counting,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

interface Sent {
  readonly external_id: string
  readonly kind: string
  readonly tenant_external_id: string
  readonly currency: string
  readonly net_minor: number
  readonly tax_minor: number
  readonly occurred_at: string
  readonly refers_to?: string
}

/** Monthly charges of real subscribers in cents, from the public data beside the repository; none where it is not there. */
async function readCharges(): Promise<number[]> {
  const path = new URL('../../../../../shared/data/subscribers.csv', import.meta.url)
  const text = await readFile(path, 'utf8').catch(() => '')
  if (text === '') return []
  const rows: { MonthlyCharges: string }[] = parse(text, { bom: true, columns: true })
  return rows.map((row) => Math.round(Number(row.MonthlyCharges) * 100)).filter((cents) => cents > 0)
}

/** A year of payments of twelve tenants in two currencies, some of them taken back in parts. */
function makeYear(seed: number, charges: readonly number[]): Sent[] {
  const dice = fc.sample(fc.integer({ min: 0, max: 1_000_000 }), { numRuns: 6000, seed })
  let at = 0
  const next = (below: number) => (dice[(at += 1) % dice.length] ?? 0) % below
  const events: Sent[] = []
  for (let tenant = 1; tenant <= 12; tenant += 1) {
    const shared = {
      tenant_external_id: `t${tenant}`,
      currency: tenant % 3 === 0 ? 'EUR' : 'USD',
      tax_minor: 19,
    }
    for (let month = 0; month < 12; month += 1) {
      const paidAt = START + (month * 30 + next(28)) * DAY_MS + next(86_000) * 1000
      const id = `t${tenant}-${month}`
      const drawn = next(250_000)
      // What twenty subscribers of the tenant pay in a month.
      const real = charges.slice((drawn % 350) * 20, (drawn % 350) * 20 + 20)
      const net = real.length > 0 ? real.reduce((sum, cents) => sum + cents, 0) : 3_000 + drawn
      const told = { ...shared, net_minor: net, occurred_at: new Date(paidAt).toISOString() }
      events.push({ ...told, external_id: id, kind: 'invoice_paid' })
      const parts = next(4) === 0 ? 1 + next(3) : 0
      for (let part = 0; part < parts; part += 1)
        events.push({
          ...told,
          external_id: `${id}-back-${part}`,
          kind: part === 2 ? 'chargeback' : 'refund',
          net_minor: 1 + next(net),
          occurred_at: new Date(paidAt + (part + 1) * DAY_MS).toISOString(),
          refers_to: id,
        })
    }
  }
  return events
}

/**
 * The same figures another way: in whole numbers of hundredths of a percent of a unit, by walking over every bracket
 * border, without the code under test.
 */
function expectedTotals(events: readonly Sent[]): Map<string, bigint> {
  const inOrder = events.toSorted((left, right) => (left.occurred_at < right.occurred_at ? -1 : 1))
  const volumes = new Map<string, bigint>()
  const earned = new Map<
    string,
    { amount: bigint; base: bigint; taken: bigint; back: bigint; key: string }[]
  >()
  const totals = new Map<string, bigint>()
  const seenTenants = new Set<string>()
  const add = (key: string, amount: bigint) => totals.set(key, (totals.get(key) ?? 0n) + amount)
  const half = (tenThousandths: bigint) => (tenThousandths * 2n + 10_000n) / 20_000n
  const worth = (total: bigint) => {
    let [left, from, sum] = [total, 0n, 0n]
    for (const { up_to_minor: upTo, rate_bp: rate } of STEPS) {
      const room = upTo === null ? left : BigInt(upTo) - from
      const part = left < room ? left : room
      sum += part * BigInt(rate)
      left -= part
      from += part
    }
    return half(sum)
  }
  for (const event of inOrder) {
    const net = BigInt(event.net_minor)
    const month = event.occurred_at.slice(0, 7)
    if (event.kind === 'invoice_paid') {
      const volumeKey = `${event.currency} ${month}`
      const before = volumes.get(volumeKey) ?? 0n
      volumes.set(volumeKey, before + net)
      const lines = [
        { amount: worth(before + net) - worth(before), base: net, taken: 0n, back: 0n, key: 'steps' },
      ]
      if (!seenTenants.has(event.tenant_external_id) && event.currency === 'USD')
        lines.push({ amount: 2_500n, base: net, taken: 0n, back: 0n, key: 'welcome' })
      seenTenants.add(event.tenant_external_id)
      for (const line of lines) add(`${line.key} ${event.currency} ${month}`, line.amount)
      earned.set(event.external_id, lines)
      continue
    }
    for (const line of earned.get(event.refers_to ?? '') ?? []) {
      line.back = line.back + net > line.base ? line.base : line.back + net
      const whole = line.back === line.base
      const due =
        line.key === 'welcome'
          ? whole
            ? line.amount
            : 0n
          : (line.amount * line.back * 2n + line.base) / (2n * line.base)
      add(`${line.key} ${event.currency} ${month}`, line.taken - due)
      line.taken = due
    }
  }
  return totals
}

test('a year of payments comes out to the cent as an independent calculation has it, and a replay of all of it adds nothing (D6)', async () => {
  const scene = await openEarningScene(world, {
    components: [
      {
        id: 'steps',
        trigger: 'invoice',
        model: 'graduated',
        brackets: STEPS,
        window: 'calendar_month',
        products: null,
        max_months: null,
      },
      {
        id: 'welcome',
        trigger: 'first_invoice',
        model: 'flat',
        amounts: { USD: 2500 },
        products: null,
        max_months: null,
      },
    ],
    clawback: { flat: 'full_only', window_days: 90 },
  })
  for (let tenant = 1; tenant <= 12; tenant += 1)
    await scene.refer(`t${tenant}`, { at: new Date('2025-10-01') })
  const events = makeYear(7, await readCharges())
  const ordered = events.toSorted((left, right) => (left.occurred_at < right.occurred_at ? -1 : 1))
  for (let from = 0; from < ordered.length; from += BATCH) {
    const answer = await scene.report(ordered.slice(from, from + BATCH))
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  }
  const totals = async () => {
    const rows = await world.sql<{ key: string; amount: string }>(
      `select component || ' ' || currency || ' ' || to_char(period_month, 'YYYY-MM') as key, sum(amount_minor)::text as amount from earning where partner_id = $1 group by 1`,
      [scene.partner],
    )
    return new Map(rows.map(({ key, amount }) => [key, BigInt(amount)]))
  }
  const expected = new Map([...expectedTotals(events)].filter(([, amount]) => amount !== 0n))
  const found = new Map([...(await totals())].filter(([, amount]) => amount !== 0n))
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  const [before] = await world.sql(
    'select count(*) as rows, sum(hashtext(e::text)) as digest from earning e where partner_id = $1',
    [scene.partner],
  )
  for (let from = 0; from < events.length; from += BATCH) {
    const again = await scene.report(events.slice(from, from + BATCH))
    expect(again.body).toMatchObject({
      created: 0,
      earnings: { created: 0, clawed_back: 0, skipped: 0, differing: 0 },
    })
  }
  const [after] = await world.sql(
    'select count(*) as rows, sum(hashtext(e::text)) as digest from earning e where partner_id = $1',
    [scene.partner],
  )
  expect(after).toEqual(before)
  const [books] = await world.sql<{ all_minor: string; by_state: string; balance: string; paid: string }>(
    `select (select sum(amount_minor) from earning where partner_id = $1 and state <> 'void' and currency = 'USD')::text as all_minor,
         (select pending_minor + held_minor + approved_minor + in_payout_minor + paid_minor from access.earning_balance($1) where currency = 'USD')::text as by_state,
         (select balance_minor from access.earning_balance($1) where currency = 'USD')::text as balance,
         (select paid_minor from access.earning_balance($1) where currency = 'USD')::text as paid`,
    [scene.partner],
  )
  expect(books?.by_state).toBe(books?.all_minor)
  expect(BigInt(books?.balance ?? 0)).toBe(BigInt(books?.all_minor ?? 0) - BigInt(books?.paid ?? 0))
  const [uncovered] = await world.sql<{ events: number }>(
    `select count(*)::integer as events from billing_event b join referral r on r.tenant_id = b.tenant_id and r.partner_id = $1
       where not exists (select from earning e where e.billing_event_id = b.id) and not exists (select from earning_skip s where s.billing_event_id = b.id)`,
    [scene.partner],
  )
  expect(uncovered).toEqual({ events: 0 })
}, 60_000)

test('a row that would be calculated otherwise now is told to somebody, and no second row is made (D6)', async () => {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  const paid = {
    external_id: 'i1',
    kind: 'invoice_paid',
    tenant_external_id: 't1',
    currency: 'USD',
    net_minor: 1000,
    tax_minor: 0,
    occurred_at: '2026-10-05T12:00:00Z',
  }
  await scene.report([paid])
  await world.sql('alter table earning disable trigger user')
  await world.seed('update earning set amount_minor = 123 where partner_id = $1', [scene.partner])
  await world.sql('alter table earning enable trigger user')
  expect((await scene.report([paid])).body).toMatchObject({
    unchanged: 1,
    earnings: { created: 0, differing: 1 },
  })
  const told = await world.sql(
    `select outcome, changes ->> 'kept_minor' as kept, changes ->> 'calculated_minor' as calculated from audit_event where partner_id = $1 and action = 'program.earning.differs'`,
    [scene.partner],
  )
  expect(told).toEqual([{ outcome: 'error', kept: '123', calculated: '100' }])
  const rows = await world.sql('select amount_minor::integer from earning where partner_id = $1', [
    scene.partner,
  ])
  expect(rows).toEqual([{ amount_minor: 123 }])
})

test('what was taken back is calculated again like what was earned, and each row that differs is counted for whoever runs the installation (D6)', async () => {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  const events = [payment('i1'), refund('r1', 'i1', { net_minor: 400 })]
  await scene.report(events)
  const again = async () => (await scene.report(events)).body
  expect(await again()).toMatchObject({ unchanged: 2, earnings: { differing: 0 } })
  const before = signals
  await world.sql('alter table earning disable trigger user')
  await world.seed(`update earning set amount_minor = -39 where partner_id = $1 and kind = 'clawback'`, [
    scene.partner,
  ])
  await world.sql('alter table earning enable trigger user')
  expect(await again()).toMatchObject({ unchanged: 2, earnings: { created: 0, differing: 1 } })
  expect(signals).toBe(before + 1)
  const told = await world.sql(
    `select changes ->> 'kept_minor' as kept, changes ->> 'calculated_minor' as calculated from audit_event where partner_id = $1 and action = 'program.earning.differs'`,
    [scene.partner],
  )
  expect(told).toEqual([{ kept: '-39', calculated: '-40' }])
})

test('the same payments from two senders at once are earned on once, and brackets go on from each other (D6)', async () => {
  const scene = await openEarningScene(world, {
    components: [
      {
        id: 'steps',
        trigger: 'invoice',
        model: 'graduated',
        brackets: STEPS,
        window: 'calendar_month',
        products: null,
        max_months: null,
      },
    ],
  })
  await scene.refer('t1')
  await scene.refer('t2')
  const make = (tenant: string, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      external_id: `${tenant}-${index}`,
      kind: 'invoice_paid',
      tenant_external_id: tenant,
      currency: 'USD',
      net_minor: 33_333 + index,
      tax_minor: 0,
      occurred_at: `2026-10-0${1 + (index % 9)}T0${index % 10}:00:00Z`,
    }))
  const [one, two] = [make('t1', 40), make('t2', 40)]
  const answers = await Promise.all([
    scene.report(one),
    scene.report(two),
    scene.report([...one, ...two]),
    scene.report(one.toReversed()),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  const [row] = await world.sql<{ rows: number; base: string; amount: string; volume: string }>(
    `select count(*)::integer as rows, sum(base_minor)::text as base, sum(amount_minor)::text as amount,
       (select base_minor from earning_volume where partner_id = $1 and span = 'month')::text as volume from earning where partner_id = $1`,
    [scene.partner],
  )
  const base = [...one, ...two].reduce((sum, { net_minor: net }) => sum + BigInt(net), 0n)
  const [first, second] = [500_000n * 500n, 1_500_000n * 775n]
  const expected = (first + second + (base - 2_000_000n) * 1_050n + 5_000n) / 10_000n
  expect(row).toEqual({ rows: 80, base: String(base), amount: String(expected), volume: String(base) })
})
