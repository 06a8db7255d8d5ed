import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { BATCH_LINES } from './rules.ts'
import { makePayoutRoutes } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes, { requestDeadlineMs: 60_000 })
  admins = await openPayoutAdmins(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const earning = async (id: string) =>
  (
    await world.sql<{ state: string; payout_item_id: string | null }>(
      'select state, payout_item_id from earning where id = $1',
      [id],
    )
  )[0]

const ofPartner = (scene: PayoutScene) => ({ partner_ids: [publicIdOf('partner', scene.partner)] })

const itemsOf = async (batchId: string) =>
  (await world.call(admins.maker, 'GET', `/api/v1/admin/payout-batches/${batchId}/items`)).json().items

const auditOf = async (action: string, partner: string) =>
  (
    await world.sql<{ n: number }>(
      'select count(*)::integer as n from audit_event where action = $1 and partner_id = $2',
      [action, partner],
    )
  )[0]?.n

/** Rows by the thousand that came in long ago: what is done at each of them as it comes is not what is looked at. */
async function seedQuickly(text: string, values: readonly unknown[]): Promise<void> {
  const client = new pg.Client(world.connection)
  await client.connect()
  try {
    await client.query('set session_replication_role = replica')
    await client.query(text, [...values])
  } finally {
    await client.end()
  }
}

/** Two adjustments that were decided on and cancel each other out. */
async function adjustBothWays({ partner, agreement }: PayoutScene, amount: number): Promise<void> {
  await seedQuickly(
    `insert into earning (partner_id, program_id, agreement_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at, reason)
     select $1, p.id, $2, 'adjustment', 'adjustment', now(), date_trunc('month', now())::date, date_trunc('month', now())::date, 'EUR', 0, a, '{}', 'approved', current_date - 1, now(), 'Both ways'
     from program p, unnest($3::bigint[]) a where p.code = 'standard'`,
    [partner, agreement, [amount, -amount]],
  )
}

/** A batch that is approved and handed over. */
async function exportedBatch(scene: PayoutScene): Promise<string> {
  const built = await buildPayout(world, admins.maker, ofPartner(scene))
  expect(built.statusCode, built.body).toBe(201)
  const batchId = String(built.json().batch_id)
  for (const [by, move] of [
    [admins.maker, 'submit'],
    [admins.checker, 'approve'],
    [admins.maker, 'export'],
  ] as const) {
    const moved = await movePayout(world, by, { batchId, move })
    expect(moved.statusCode, `${move} ${moved.body}`).toBe(200)
  }
  return batchId
}

describe('a payout batch', () => {
  test('is built by one person, approved by another, handed over and paid, with one event for each earning, item and move (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const rows = [
      await seedEarning(world, scene, { amount: 7000 }),
      await seedEarning(world, scene, { amount: 3005 }),
    ]
    const batchId = await exportedBatch(scene)
    const [item] = await itemsOf(batchId)
    expect(item).toMatchObject({
      state: 'sent',
      amount: { amount_minor: 10_005, currency: 'EUR' },
      row_count: 2,
    })
    const paid = await world.call(
      admins.maker,
      'POST',
      `/api/v1/admin/payout-batches/${batchId}/items/${item.item_id}/mark-paid`,
      { body: { reference: 'SEPA 4711' } },
    )
    expect(paid.json()).toMatchObject({ state: 'completed' })
    for (const id of rows) expect((await earning(id))?.state).toBe('paid')
    expect(await auditOf('program.earning.paid', scene.partner)).toBe(2)
    for (const action of ['approved', 'sent', 'paid'])
      expect(await auditOf(`program.payout_item.${action}`, scene.partner), action).toBe(1)
    const moves = await world.sql<{ action: string }>(
      `select action from audit_event where resource_type = 'payout_batch' and resource_label = $1 order by occurred_at`,
      [`Payout ${paid.json().number}`],
    )
    expect(moves.map(({ action }) => action.split('.').at(-1))).toEqual([
      'created',
      'submitted',
      'approved',
      'exported',
      'completed',
    ])
  })

  test('is never approved by whoever built or submitted it, over HTTP or by raw SQL past every handler (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 9000 })
    const built = await buildPayout(world, admins.maker, ofPartner(scene))
    const batchId = String(built.json().batch_id)
    await movePayout(world, admins.maker, { batchId, move: 'submit' })
    const refused = await movePayout(world, admins.maker, { batchId, move: 'approve' })
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'PAYOUT_SECOND_PERSON'])
    await expect(
      world.seed(
        `update payout_batch set state = 'approved', approved_by = created_by, approved_by_name = 'X', approved_at = now() where state = 'submitted'`,
        [],
      ),
    ).rejects.toThrow(/payout_batch_two_people/)
    const approved = await movePayout(world, admins.checker, { batchId, move: 'approve' })
    expect(approved.json().state).toBe('approved')
  })

  test('of more earnings than a batch holds takes every debit and the oldest credits, and leaves other partners to the next one (D7)', async () => {
    const [many, few] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
    const first = await seedEarning(world, many, { amount: 2000 })
    await world.seed(
      `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at)
       select e.partner_id, e.program_id, e.referral_id, e.agreement_id, e.billing_event_id, e.kind, 'c' || n, e.occurred_at, e.service_month, e.period_month, e.currency, e.base_minor, 100, e.calc, e.state, e.available_on, e.approved_at
       from earning e cross join generate_series(1, $2::integer) n where e.id = $1`,
      [first, BATCH_LINES],
    )
    await seedEarning(world, many, { amount: -1500, reverses: first })
    await world.sql('analyze earning')
    await seedEarning(world, few, { amount: 9000 })
    const both = { partner_ids: [many, few].map((scene) => publicIdOf('partner', scene.partner)) }
    const built = await buildPayout(world, admins.maker, both)
    expect(built.statusCode, built.body).toBe(201)
    const total = 2000 - 1500 + 100 * (BATCH_LINES - 2)
    expect(built.json()).toMatchObject({
      row_count: BATCH_LINES,
      total: { amount_minor: total },
      skipped: [{ obstacles: [{ code: 'batch_full', blocks: true }] }],
    })
    const next = await buildPayout(world, admins.maker, both)
    expect(next.json(), next.body).toMatchObject({
      skipped: [{ obstacles: [{ code: 'below_minimum' }] }],
      item_count: 1,
      total: { amount_minor: 9000 },
    })
  })

  test('of more debits than a batch holds pays with as many of them as leave the minimum, never more than the balance, and holds nobody up (D7, F10)', async () => {
    const [many, stuck, few] = [
      await openPayoutScene(world, admins),
      await openPayoutScene(world, admins),
      await openPayoutScene(world, admins),
    ]
    for (const [scene, credits] of [
      [many, 10],
      [stuck, 1],
    ] as const) {
      const from = await seedEarning(world, scene, { amount: 1_000_000, state: 'pending' })
      await seedQuickly(
        `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, reverses_id, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at)
         select e.partner_id, e.program_id, e.referral_id, e.agreement_id, e.billing_event_id, 'clawback', 'c' || n, e.id, e.occurred_at, e.service_month, e.period_month, e.currency, 0, -90, e.calc, 'approved', e.available_on, now()
         from earning e cross join generate_series(1, $2::integer) n where e.id = $1`,
        [from, BATCH_LINES + 1],
      )
      for (let count = 0; count < credits; count += 1)
        await seedEarning(world, scene, { amount: 500_000 / credits })
    }
    await seedEarning(world, few, { amount: 9000 })
    await world.sql('analyze earning')
    const three = { partner_ids: [stuck, many, few].map((scene) => publicIdOf('partner', scene.partner)) }
    const built = await buildPayout(world, admins.maker, three)
    expect(built.statusCode, built.body).toBe(201)
    const left = built.json().skipped as { partner_id: string; obstacles: { code: string }[] }[]
    expect(left.map(({ obstacles }) => obstacles[0]?.code)).toEqual(['batch_full', 'batch_full'])
    const paid = built.json().total.amount_minor as number
    const balance = 500_000 - 90 * (BATCH_LINES + 1)
    expect(paid).toBeGreaterThanOrEqual(5000)
    expect(paid).toBeLessThanOrEqual(balance)
    expect(built.json().row_count).toBeLessThanOrEqual(BATCH_LINES)
    const [rest] = await world.sql<{ free: string }>(
      `select sum(amount_minor) as free from earning where partner_id = $1 and payout_item_id is null and state = 'approved'`,
      [many.partner],
    )
    expect(Number(rest?.free)).toBe(balance - paid)
    const two = { partner_ids: [stuck, few].map((scene) => publicIdOf('partner', scene.partner)) }
    const next = await buildPayout(world, admins.maker, two)
    expect(next.json(), next.body).toMatchObject({
      item_count: 1,
      skipped: [
        {
          partner_id: publicIdOf('partner', stuck.partner),
          obstacles: [{ code: 'debits_do_not_fit', blocks: true }],
        },
      ],
    })
    const alone = await buildPayout(world, admins.maker, ofPartner(stuck))
    expect([alone.statusCode, alone.json().code]).toEqual([409, 'PAYOUT_EMPTY'])
    expect(alone.json().next_step).toMatch(/two adjustments/)
    await adjustBothWays(stuck, 3 * 90)
    const helped = await buildPayout(world, admins.maker, ofPartner(stuck))
    expect(helped.statusCode, helped.body).toBe(201)
    expect(helped.json()).toMatchObject({ row_count: BATCH_LINES, total: { amount_minor: balance } })
  })

  test('claims what was taken back like what was earned, and leaves a negative balance standing (D7, F10)', async () => {
    const scene = await openPayoutScene(world, admins)
    const first = await seedEarning(world, scene, { amount: 8000 })
    await seedEarning(world, scene, { amount: -1500, reverses: first })
    const built = await buildPayout(world, admins.maker, ofPartner(scene))
    expect(built.json().total).toEqual({ amount_minor: 6500, currency: 'EUR' })
    const other = await openPayoutScene(world, admins)
    const old = await seedEarning(world, other, { amount: 6000, state: 'pending' })
    const debit = await seedEarning(world, other, { amount: -6000, reverses: old })
    const empty = await buildPayout(world, admins.maker, ofPartner(other))
    expect([empty.statusCode, empty.json().code]).toEqual([409, 'PAYOUT_EMPTY'])
    expect(await earning(debit)).toEqual({ state: 'approved', payout_item_id: null })
  })

  test('shows and takes what is approved and over its waiting time by the day asked for, and nothing else (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    await seedEarning(world, scene, { amount: 6000, availableOn: day(0) })
    const rest = [
      await seedEarning(world, scene, { amount: 700, availableOn: day(2) }),
      await seedEarning(world, scene, { amount: 80, state: 'held' }),
      await seedEarning(world, scene, { amount: 9, state: 'pending' }),
    ]
    const shown = async (cutoff: string) => {
      const said = await world.call(
        admins.maker,
        'GET',
        `/api/v1/admin/payout-preview?currency=EUR&cutoff_on=${cutoff}`,
      )
      const items = said.json().items as { partner_id: string; amount: { amount_minor: number } }[]
      return items.find((item) => item.partner_id === publicIdOf('partner', scene.partner))?.amount
        .amount_minor
    }
    expect([await shown(day(-1)), await shown(day(0)), await shown(day(2))]).toEqual([undefined, 6000, 6700])
    const built = await buildPayout(world, admins.maker, ofPartner(scene))
    expect(built.json(), built.body).toMatchObject({ row_count: 1, total: { amount_minor: 6000 } })
    for (const id of rest) expect((await earning(id))?.payout_item_id).toBeNull()
    expect([await shown(day(0)), await shown(day(2))]).toEqual([undefined, 700])
  })

  test('leaves whoever is below the minimum or not ready untouched, and says why (D7)', async () => {
    const [ready, small, unready] = [
      await openPayoutScene(world, admins),
      await openPayoutScene(world, admins),
      await openPayoutScene(world, admins),
    ]
    await seedEarning(world, ready, { amount: 5000 })
    const below = await seedEarning(world, small, { amount: 4999 })
    const waiting = await seedEarning(world, unready, { amount: 90_000 })
    await world.seed(
      "update payout_account set usable_from = now() + interval '2 hours' where partner_id = $1",
      [unready.partner],
    )
    const built = await buildPayout(world, admins.maker, {
      partner_ids: [ready, small, unready].map(({ partner }) => publicIdOf('partner', partner)),
    })
    expect(built.json().item_count).toBe(1)
    const reasons = Object.fromEntries(
      built
        .json()
        .skipped.map((left: { partner_id: string; obstacles: { code: string }[] }) => [
          left.partner_id,
          left.obstacles.map(({ code }) => code),
        ]),
    )
    expect(reasons[publicIdOf('partner', small.partner)]).toEqual(['below_minimum'])
    expect(reasons[publicIdOf('partner', unready.partner)]).toEqual(['account_cooling_off'])
    for (const id of [below, waiting])
      expect(await earning(id)).toEqual({ state: 'approved', payout_item_id: null })
  })

  test('gives its rows back when it is cancelled, and when an item fails; trying again is a new item (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const row = await seedEarning(world, scene, { amount: 6000 })
    const built = await buildPayout(world, admins.maker, ofPartner(scene))
    const cancelled = await movePayout(world, admins.checker, {
      batchId: String(built.json().batch_id),
      move: 'cancel',
      body: { reason: 'Wrong day' },
    })
    expect(cancelled.json()).toMatchObject({ state: 'cancelled', cancel_reason: 'Wrong day' })
    expect(await earning(row)).toEqual({ state: 'approved', payout_item_id: null })
    const batchId = await exportedBatch(scene)
    const [item] = await itemsOf(batchId)
    const failed = await world.call(
      admins.maker,
      'POST',
      `/api/v1/admin/payout-batches/${batchId}/items/${item.item_id}/fail`,
      { body: { reason: 'Account closed' } },
    )
    expect(failed.json().state).toBe('partially_failed')
    expect(await earning(row)).toEqual({ state: 'approved', payout_item_id: null })
    const again = await exportedBatch(scene)
    const [retry] = await itemsOf(again)
    expect(retry.item_id).not.toBe(item.item_id)
    expect(
      (await world.sql('select count(*)::integer as n from payout_line where earning_id = $1', [row]))[0],
    ).toEqual({ n: 3 })
  })

  test('pays nobody whose account was replaced after it was built (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const row = await seedEarning(world, scene, { amount: 6000 })
    const built = await buildPayout(world, admins.maker, ofPartner(scene))
    const batchId = String(built.json().batch_id)
    await movePayout(world, admins.maker, { batchId, move: 'submit' })
    await movePayout(world, admins.checker, { batchId, move: 'approve' })
    await world.seed('update payout_account set ended_at = now() where partner_id = $1', [scene.partner])
    const exported = await movePayout(world, admins.maker, { batchId, move: 'export' })
    expect(exported.json().state).toBe('partially_failed')
    const [item] = await itemsOf(batchId)
    expect(item.failure_reason).toMatch(/replaced/)
    expect((await earning(row))?.state).toBe('approved')
  })

  test('two drafts at once never claim one row twice (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    for (let index = 0; index < 12; index += 1) await seedEarning(world, scene, { amount: 1000 + index })
    const answers = await Promise.all(
      [admins.maker, admins.checker, admins.maker, admins.checker].map((by) =>
        buildPayout(world, by, ofPartner(scene)),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
      201, 409, 409, 409,
    ])
    const [twice] = await world.sql(
      `select count(*)::integer as n from (select l.earning_id from payout_line l join payout_item i on i.id = l.item_id
       where i.partner_id = $1 and i.state in ('queued', 'sent', 'paid') group by 1 having count(*) > 1) x`,
      [scene.partner],
    )
    expect(twice).toEqual({ n: 0 })
  })

  test('is built once under one Idempotency-Key, and moved only in the version that was read (R3)', async () => {
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 6000 })
    const call = () =>
      world.call(admins.maker, 'POST', '/api/v1/admin/payout-batches', {
        headers: { 'idempotency-key': `build-${scene.partner}` },
        body: { currency: 'EUR', ...ofPartner(scene) },
      })
    const [first, second] = [await call(), await call()]
    expect([first.statusCode, second.statusCode]).toEqual([201, 201])
    expect(second.json().batch_id).toBe(first.json().batch_id)
    const stale = await world.call(
      admins.maker,
      'POST',
      `/api/v1/admin/payout-batches/${first.json().batch_id}/submit`,
      { headers: { 'if-match': '"v9"' } },
    )
    expect(stale.statusCode).toBe(412)
  })
})
