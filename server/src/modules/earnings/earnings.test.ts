import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const ledger = (scene: EarningScene) =>
  world.sql<{
    kind: string
    amount_minor: string
    state: string
    component: string
    period_month: string
    currency: string
    available_on: string
    hold_kind: string | null
  }>(
    `select kind, component, amount_minor::integer, state, currency, to_char(period_month, 'YYYY-MM') as period_month, available_on::text, hold_kind from earning where partner_id = $1 order by id`,
    [scene.partner],
  )
const amounts = async (scene: EarningScene) => (await ledger(scene)).map((row) => row.amount_minor)
const skips = async (scene: EarningScene) =>
  (
    await world.sql<{ reason: string }>(
      'select reason from earning_skip where partner_id = $1 order by created_at, billing_event_id',
      [scene.partner],
    )
  ).map(({ reason }) => reason)

describe('reporting payments', () => {
  test('a payment of a referred tenant becomes an earning under the agreement of its day, and locks the referral (D6, D11, F6)', async () => {
    const scene = await openEarningScene(world)
    const { referral } = await scene.refer('t1')
    const answer = await scene.report([payment('i1')])
    expect(answer, JSON.stringify(answer.body)).toMatchObject({
      status: 200,
      body: { received: 1, created: 1, unchanged: 0, earnings: { created: 1, clawed_back: 0, skipped: 0 } },
    })
    expect(await ledger(scene)).toEqual([
      {
        kind: 'commission',
        component: 'commission',
        amount_minor: 100,
        state: 'pending',
        currency: 'USD',
        period_month: '2026-10',
        available_on: '2026-11-04',
        hold_kind: null,
      },
    ])
    const [locked] = await world.sql('select state from referral where id = $1', [referral])
    expect(locked).toEqual({ state: 'locked' })
  })

  test('handing in everything again adds no row, and other content under the same id is refused (D6, F7)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    const items = [payment('i1'), payment('i2', { net_minor: 555 }), refund('r1', 'i1', { net_minor: 300 })]
    expect((await scene.report(items)).body).toMatchObject({ created: 3 })
    const before = await ledger(scene)
    const again = await scene.report(items)
    expect(again.body).toMatchObject({
      created: 0,
      unchanged: 3,
      earnings: { created: 0, clawed_back: 0, skipped: 0, differing: 0 },
    })
    expect(await ledger(scene)).toEqual(before)
    const changed = await scene.report([payment('i1', { net_minor: 999 }), payment('i9')])
    expect(changed.status).toBe(422)
    expect(changed.body.errors).toMatchObject([
      { pointer: '/body/items/0/external_id', code: 'EVENT_CHANGED' },
    ])
    expect(await ledger(scene)).toEqual(before)
  })

  test('a refund that comes before its payment has no reason to have earned nothing once it is taken back (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    const told = async () => {
      const list = await world.call(scene.owner, 'GET', '/api/v1/program/earnings/skipped')
      expect(list.json().total).toBe(list.json().items.length)
      return list.json().items.map(({ reason }: { reason: string }) => reason)
    }
    await scene.report([refund('r1', 'i1', { net_minor: 300 }), refund('r2', 'nowhere')])
    expect(await told()).toEqual(['ORIGINAL_UNKNOWN', 'ORIGINAL_UNKNOWN'])
    await scene.report([payment('i1')])
    expect(await amounts(scene)).toEqual([100, -30])
    expect(await told()).toEqual(['ORIGINAL_UNKNOWN'])
    // In one call, at one instant, and with the name that comes first: the payment counts before what takes it back.
    const at = { occurred_at: '2026-10-06T12:00:00Z' }
    await scene.report([refund('a', 'b', at), payment('b', at)])
    expect((await amounts(scene)).slice(2)).toEqual([100, -100])
    expect(await skips(scene)).toEqual(['ORIGINAL_UNKNOWN', 'ORIGINAL_UNKNOWN'])
  })

  test('payments of tenants that nobody referred are kept and earn nothing (D11)', async () => {
    const scene = await openEarningScene(world)
    const { tenant } = await scene.refer('t1', { by: null })
    expect((await scene.report([payment('i1')])).body).toMatchObject({ created: 1, earnings: { created: 0 } })
    const [kept] = await world.sql(
      'select count(*)::integer as events from billing_event where tenant_id = $1',
      [tenant],
    )
    expect(kept).toEqual({ events: 1 })
  })

  test('every fault of every item is told at once and nothing is kept (D11)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    const answer = await scene.report([
      payment('i1'),
      payment('i1'),
      payment('i2', { tenant_external_id: 'nobody' }),
      payment('i3', { net_minor: -1, colour: 'red' }),
      payment('i4', { lines: [{ product: 'fiber', net_minor: 1 }] }),
      payment('i5', { occurred_at: new Date(Date.now() + 90_000_000).toISOString() }),
      refund('r1', 'i1', { currency: 'EUR' }),
    ])
    expect(answer.status).toBe(422)
    const codes = answer.body.errors.map(({ code }: { code: string }) => code)
    expect(codes).toEqual([
      'DUPLICATE_ITEM',
      'TENANT_UNKNOWN',
      'TOO_SMALL',
      'UNKNOWN_FIELD',
      'LINES_DIFFER',
      'IN_THE_FUTURE',
      'CURRENCY_MISMATCH',
    ])
    expect(await ledger(scene)).toEqual([])
  })

  test('a dry run tells what would come of it and keeps nothing (D11)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    const answer = await scene.report([payment('i1')], { dry_run: true })
    expect(answer.body).toMatchObject({ created: 1, dry_run: true, earnings: { created: 1 } })
    expect(await ledger(scene)).toEqual([])
    expect((await scene.report([payment('i1')])).body).toMatchObject({ created: 1 })
  })
})

describe('taking back', () => {
  test('partial refunds take back their share, a full one exactly the rest, and never more (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1', { net_minor: 999 })])
    await scene.report([refund('r1', 'i1', { net_minor: 333 })])
    await scene.report([refund('r2', 'i1', { net_minor: 333 }), refund('r3', 'i1', { net_minor: 333 })])
    await scene.report([{ ...refund('r4', 'i1', { net_minor: 500 }), kind: 'chargeback' }])
    expect(await amounts(scene)).toEqual([100, -33, -34, -33])
    expect(await skips(scene)).toEqual(['NOTHING_MORE'])
  })

  test('a refund after the payout stands against the next one, before it waits with its earning (D6, F5)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1'), payment('i2')])
    await world.seed(
      `update earning set state = 'approved', approved_at = now() where partner_id = $1 and billing_event_id = (select id from billing_event where external_id = 'i2' and source = $2)`,
      [scene.partner, scene.source.source],
    )
    await scene.report([refund('r1', 'i1', { net_minor: 500 }), refund('r2', 'i2', { net_minor: 500 })])
    const rows = await ledger(scene)
    expect(
      rows.slice(2).map(({ amount_minor: amount, state, available_on: day }) => [amount, state, day]),
    ).toEqual([
      [-50, 'pending', '2026-11-04'],
      [-50, 'approved', '2026-10-20'],
    ])
  })

  test('a refund that is reported before its payment waits for it (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    expect((await scene.report([refund('r1', 'i1', { net_minor: 400 })])).body).toMatchObject({
      earnings: { clawed_back: 0, skipped: 1 },
    })
    expect((await scene.report([payment('i1')])).body).toMatchObject({
      earnings: { created: 1, clawed_back: 1 },
    })
    expect(await amounts(scene)).toEqual([100, -40])
  })

  test('after its window nothing is taken back (D6)', async () => {
    const scene = await openEarningScene(world)
    await scene.refer('t1')
    await scene.report([payment('i1', { occurred_at: '2026-05-05T00:00:00Z' }), refund('r1', 'i1')])
    expect(await amounts(scene)).toEqual([100])
    expect(await skips(scene)).toEqual(['WINDOW_OVER'])
  })
})

test('an endpoint that listens hears of each earning by its id and state alone, and nobody else costs a message (D6)', async () => {
  const [heard, quiet] = [await openEarningScene(world), await openEarningScene(world)]
  await world.seed(
    `insert into webhook_endpoint (partner_id, url, event_types, created_by, created_by_name) values ($1, 'https://hook.example/x', '{earning.created,earning.clawed_back}', uuidv7(), 'Test')`,
    [heard.partner],
  )
  for (const scene of [heard, quiet]) {
    await scene.refer('t1')
    await scene.report([payment('i1'), refund('r1', 'i1', { net_minor: 10 })])
  }
  const told = (scene: EarningScene) =>
    world.sql(
      `select topic, payload ->> 'state' as state, (select array_agg(key order by key) from jsonb_object_keys(payload) key) as told from outbox where payload ->> 'partner_id' = $1 and topic like 'earning.%' order by topic desc`,
      [scene.partner],
    )
  const keys = ['earning_id', 'partner_id', 'referral_id', 'state']
  expect(await told(heard)).toEqual([
    { topic: 'earning.created', state: 'pending', told: keys },
    { topic: 'earning.clawed_back', state: 'pending', told: keys },
  ])
  expect(await told(quiet)).toEqual([])
})
