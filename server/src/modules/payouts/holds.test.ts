import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { riskRoutes } from '#modules/risk/index.ts'
import { setFinance } from '#testing/hand-over-acts.ts'
import { seedSource } from '#testing/ingest.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makePayoutRoutes(services), ...riskRoutes])
  admins = await openPayoutAdmins(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const standingOf = async (id: string) =>
  (
    await world.sql<{ state: string; hold_kind: string | null }>(
      'select state, hold_kind from earning where id = $1',
      [id],
    )
  )[0]

/** A submitted and approved batch of the scene's partner alone. */
async function approvedBatch(scene: PayoutScene, rail = 'manual'): Promise<string> {
  const built = await buildPayout(world, admins.maker, {
    rail,
    partner_ids: [publicIdOf('partner', scene.partner)],
  })
  expect(built.statusCode, built.body).toBe(201)
  const batchId = String(built.json().batch_id)
  await movePayout(world, admins.maker, { batchId, move: 'submit' })
  const approved = await movePayout(world, admins.checker, { batchId, move: 'approve' })
  expect(approved.statusCode, approved.body).toBe(200)
  return batchId
}

async function openCase(scene: PayoutScene): Promise<string> {
  const opened = await world.call(admins.maker, 'POST', '/api/v1/admin/risk-cases', {
    body: { referral_id: publicIdOf('referral', scene.referral), note: 'Told by the bank' },
  })
  expect(opened.statusCode, opened.body).toBe(201)
  return String(opened.json().risk_case_id)
}

async function decideCase(caseId: string, decision: 'release' | 'confirm'): Promise<void> {
  const path = `/api/v1/admin/risk-cases/${caseId}`
  const read = await world.call(admins.maker, 'GET', path)
  const decided = await world.call(admins.maker, 'POST', `${path}/resolve`, {
    body: { decision, reason: 'Looked into' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(decided.statusCode, decided.body).toBe(200)
}

async function failItem(batchId: string): Promise<void> {
  const path = `/api/v1/admin/payout-batches/${batchId}/items`
  const [item] = (await world.call(admins.maker, 'GET', path)).json().items
  const failed = await world.call(admins.maker, 'POST', `${path}/${item.item_id}/fail`, {
    body: { reason: 'Account closed' },
  })
  expect(failed.statusCode, failed.body).toBe(200)
}

describe('a check of a referral whose earnings are in a payout', () => {
  test('holds them when the payout fails: they are in no later one before it is decided (D5, D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const id = await seedEarning(world, scene, { amount: 9000 })
    const batchId = await approvedBatch(scene)
    await movePayout(world, admins.maker, { batchId, move: 'export' })
    const caseId = await openCase(scene)
    await failItem(batchId)
    expect(await standingOf(id)).toEqual({ state: 'held', hold_kind: 'risk' })
    await decideCase(caseId, 'release')
    expect(await standingOf(id)).toEqual({ state: 'pending', hold_kind: null })
  })

  test('makes them void when it was confirmed meanwhile (D5, D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const id = await seedEarning(world, scene, { amount: 9000 })
    const batchId = await approvedBatch(scene)
    await movePayout(world, admins.maker, { batchId, move: 'export' })
    await decideCase(await openCase(scene), 'confirm')
    await failItem(batchId)
    expect((await standingOf(id))?.state).toBe('void')
  })

  test.each([
    ['open', 'held'],
    ['confirmed', 'void'],
  ])(
    'does the same when the finance system says that it could not pay: %s (D5, D7)',
    async (standing, state) => {
      const finance = await seedSource(world)
      await setFinance(world, admins, finance.source)
      const scene = await openPayoutScene(world, admins)
      const id = await seedEarning(world, scene, { amount: 9000 })
      const batchId = await approvedBatch(scene, 'external')
      await movePayout(world, admins.maker, { batchId, move: 'export' })
      const caseId = await openCase(scene)
      if (standing === 'confirmed') await decideCase(caseId, 'confirm')
      const path = `/api/v1/admin/payout-batches/${batchId}/items`
      const [item] = (await world.call(admins.maker, 'GET', path)).json().items
      const told = await finance.send('payout-results', [
        { payout_id: item.item_id, outcome: 'failed', reason: 'Account closed' },
      ])
      expect(told.body).toMatchObject({ failed: 1 })
      expect((await standingOf(id))?.state).toBe(state)
    },
  )

  test('makes void with them what the referral earned since it was confirmed, also when the finance system says so (D5, D7)', async () => {
    const finance = await seedSource(world)
    await setFinance(world, admins, finance.source)
    const scene = await openPayoutScene(world, admins)
    const paidOut = await seedEarning(world, scene, { amount: 9000 })
    const batchId = await approvedBatch(scene, 'external')
    await movePayout(world, admins.maker, { batchId, move: 'export' })
    await decideCase(await openCase(scene), 'confirm')
    const late = await seedEarning(world, scene, { amount: 500, state: 'pending' })
    const path = `/api/v1/admin/payout-batches/${batchId}/items`
    const [item] = (await world.call(admins.maker, 'GET', path)).json().items
    const told = await finance.send('payout-results', [
      { payout_id: item.item_id, outcome: 'failed', reason: 'Account closed' },
    ])
    expect(told.body).toMatchObject({ failed: 1 })
    expect(await standingOf(paidOut)).toEqual({ state: 'void', hold_kind: null })
    expect(await standingOf(late)).toEqual({ state: 'void', hold_kind: null })
  })

  test('holds them when the batch is dropped before it is approved (D5, D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const id = await seedEarning(world, scene, { amount: 9000 })
    const built = await buildPayout(world, admins.maker, {
      partner_ids: [publicIdOf('partner', scene.partner)],
    })
    await openCase(scene)
    const dropped = await movePayout(world, admins.maker, {
      batchId: String(built.json().batch_id),
      move: 'cancel',
      body: { reason: 'A check is under way' },
    })
    expect(dropped.statusCode, dropped.body).toBe(200)
    expect(await standingOf(id)).toEqual({ state: 'held', hold_kind: 'risk' })
  })

  test.each(['open', 'confirmed'])(
    'stops a payout that is approved and not handed over yet: %s (D5, D7)',
    async (standing) => {
      const scene = await openPayoutScene(world, admins)
      const id = await seedEarning(world, scene, { amount: 9000 })
      const batchId = await approvedBatch(scene)
      const caseId = await openCase(scene)
      if (standing === 'confirmed') await decideCase(caseId, 'confirm')
      const exported = await movePayout(world, admins.maker, { batchId, move: 'export' })
      expect(exported.json()).toMatchObject({ state: 'partially_failed' })
      expect((await standingOf(id))?.state).toBe(standing === 'open' ? 'held' : 'void')
    },
  )
})

const countWaiting = async () =>
  (
    await world.sql<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  )[0]?.n ?? 0

describe('payouts that the provider stopped', () => {
  const accountPath = (scene: PayoutScene) =>
    `/api/v1/admin/partners/${publicIdOf('partner', scene.partner)}/payout-account`
  const NEW_ACCOUNT = {
    method: 'bank_transfer',
    holder_name: 'Brightside Growth GmbH',
    country: 'GB',
    account_number: 'GB82 WEST 1234 5698 7654 32',
  }

  test('stay stopped when an owner replaces the account, until the provider releases them (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const path = accountPath(scene)
    const held = await world.call(admins.maker, 'POST', `${path}/hold`, {
      body: { reason: 'Looked into' },
      headers: { 'if-match': '"v1"' },
    })
    expect(held.statusCode, held.body).toBe(200)
    const own = await world.call(scene.owner, 'GET', '/api/v1/program/payout-account')
    const replaced = await world.call(scene.owner, 'PUT', '/api/v1/program/payout-account', {
      body: NEW_ACCOUNT,
      headers: { 'if-match': String(own.headers['etag']) },
    })
    expect(replaced.json().account).toMatchObject({ label: 'GB •••• 5432', hold_reason: 'Looked into' })
    await seedEarning(world, scene, { amount: 9000 })
    const outlook = await world.call(scene.owner, 'GET', '/api/v1/program/payout-outlook')
    expect(outlook.json().obstacles.map(({ code }: { code: string }) => code)).toContain('payouts_held')
    const released = await world.call(admins.maker, 'POST', `${path}/release`, {
      headers: { 'if-match': String(replaced.headers['etag']) },
    })
    expect(released.json()).toMatchObject({ held_at: null, hold_reason: null })
  })

  test('are not said to be stopped when the account was replaced at the same moment (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const replace = () =>
      world.call(scene.owner, 'PUT', '/api/v1/program/payout-account', {
        body: NEW_ACCOUNT,
        headers: { 'if-match': '"v1"' },
      })
    const hold = async () => {
      // Both read the account that is there; the owner is the first to change it.
      while ((await countWaiting()) < 2);
      return world.call(admins.maker, 'POST', `${accountPath(scene)}/hold`, {
        body: { reason: 'Looked into' },
        headers: { 'if-match': '"v1"' },
      })
    }
    const lock = {
      text: 'select id from payout_account where partner_id = $1 and ended_at is null for update',
      values: [scene.partner],
    }
    const [replaced, held] = await meetAt(world, lock, [replace, hold])
    expect([replaced?.statusCode, held?.statusCode]).toEqual([200, 412])
    const said = await world.sql(
      `select id from audit_event where action = 'program.payout_account.held' and partner_id = $1`,
      [scene.partner],
    )
    expect(said).toEqual([])
  })
})

test('a batch pays a partner that has ended what it is still owed, also below the least amount, and a suspended one nothing (D7)', async () => {
  const [ended, suspended] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
  const owed = await seedEarning(world, ended, { amount: 4999 })
  const waiting = await seedEarning(world, suspended, { amount: 6000 })
  await world.seed(`update partner set status = 'terminated' where id = $1`, [ended.partner])
  await world.seed(`update partner set status = 'suspended' where id = $1`, [suspended.partner])
  const preview = await world.call(admins.maker, 'GET', '/api/v1/admin/payout-preview')
  const named = (scene: PayoutScene) =>
    preview
      .json()
      .items.find(({ partner_id: id }: { partner_id: string }) => id === publicIdOf('partner', scene.partner))
  const codes = named(ended).obstacles.map(
    ({ code, blocks }: { code: string; blocks: boolean }) => `${code} ${blocks}`,
  )
  expect([named(ended).is_ready, codes]).toEqual([
    true,
    ['partner_terminated false', 'below_minimum false', 'tax_document_missing false'],
  ])
  const built = await buildPayout(world, admins.maker, {
    partner_ids: [ended, suspended].map(({ partner }) => publicIdOf('partner', partner)),
  })
  expect(built.json(), built.body).toMatchObject({
    item_count: 1,
    skipped: [{ obstacles: [{ code: 'partner_not_active', blocks: true }] }],
  })
  const { batch_id: batchId } = built.json()
  await movePayout(world, admins.maker, { batchId, move: 'submit' })
  for (const move of ['approve', 'export'])
    expect((await movePayout(world, admins.checker, { batchId, move })).statusCode).toBe(200)
  const [item] = (
    await world.call(admins.maker, 'GET', `/api/v1/admin/payout-batches/${batchId}/items`)
  ).json().items
  const paid = await world.call(
    admins.maker,
    'POST',
    `/api/v1/admin/payout-batches/${batchId}/items/${item.item_id}/mark-paid`,
    { body: { reference: 'Last one' } },
  )
  expect(paid.statusCode, paid.body).toBe(200)
  expect(await standingOf(owed)).toMatchObject({ state: 'paid' })
  expect(await standingOf(waiting)).toMatchObject({ state: 'approved' })
})

test('a batch leaves out a partner that has ended and is owed nothing, or owes something, and pays the others (D7)', async () => {
  const [owes, even, other] = [
    await openPayoutScene(world, admins),
    await openPayoutScene(world, admins),
    await openPayoutScene(world, admins),
  ]
  const later = await seedEarning(world, owes, { amount: 6000, availableOn: '2999-01-01' })
  await seedEarning(world, owes, { amount: -50, reverses: later })
  const gone = await seedEarning(world, even, { amount: 700 })
  await seedEarning(world, even, { amount: -700, reverses: gone })
  const owed = await seedEarning(world, other, { amount: 9000 })
  await world.seed(`update partner set status = 'terminated' where id = any($1)`, [
    [owes.partner, even.partner],
  ])
  const built = await buildPayout(world, admins.maker, {
    partner_ids: [owes, even, other].map(({ partner }) => publicIdOf('partner', partner)),
  })
  expect(built.statusCode, built.body).toBe(201)
  expect(built.json()).toMatchObject({ item_count: 1 })
  const skipped: { partner_id: string; obstacles: unknown[] }[] = built.json().skipped
  const leftOut = new Map(skipped.map((one) => [one.partner_id, one.obstacles]))
  for (const { partner } of [owes, even])
    expect(leftOut.get(publicIdOf('partner', partner))).toMatchObject([
      { code: 'below_minimum', blocks: true },
    ])
  expect(await standingOf(owed)).toMatchObject({ state: 'in_payout' })
})
