import { makePayoutSender } from '#modules/payouts/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { buildPayout, movePayout, openPayoutScene, seedEarning } from './payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from './payout-acts.ts'
import type { TestWorld } from './world.ts'

export const RECEIVER = '/api/v1/admin/payout-receiver'

/** What hands payouts over in a world, as a process of its own would have it. */
export function payoutSenderOf(world: TestWorld, errors: Error[] = [], timeoutMs = 10_000): Deliverer {
  return makePayoutSender({
    database: world.database,
    vault: world.app.services.vault,
    allowsLoopback: true,
    timeoutMs,
    random: () => 0,
    onError: (error) => errors.push(error),
  })
}

/** Names the source of the finance system in the policy, unless it is the one already. */
export async function setFinance(world: TestWorld, admins: PayoutAdmins, source: string): Promise<void> {
  const path = '/api/v1/admin/payout-policy'
  const before = await world.call(admins.maker, 'GET', path)
  const { tax_document, payout_day } = before.json()
  const set = await world.call(admins.maker, 'PUT', path, {
    body: { tax_document, payout_day, finance_source: source },
    headers: { 'if-match': String(before.headers['etag']) },
  })
  if (set.statusCode !== 200) throw new Error(set.body)
}

/** Sets where payouts are handed over, over HTTP. */
export async function setReceiver(world: TestWorld, admins: PayoutAdmins, url: string | null) {
  const before = await world.call(admins.maker, 'GET', RECEIVER)
  return world.call(admins.maker, 'PUT', RECEIVER, {
    body: { url },
    headers: { 'if-match': String(before.headers['etag']) },
  })
}

/** A partner that the finance system knows by a reference of its own. */
export async function knowBy(world: TestWorld, scene: PayoutScene, reference: string): Promise<void> {
  const [row] = await world.sql<{ id: string }>('select id from payout_account where partner_id = $1', [
    scene.partner,
  ])
  const id = row?.id ?? ''
  const details = Buffer.from(JSON.stringify({ account_number: reference, bank_code: null }))
  const sealed = world.app.services.vault.seal(details, `payout_account|sealed_details|${id}`)
  await world.seed(
    `update payout_account set method = 'external', label = '•••• 77', sealed_details = $2 where id = $1`,
    [id, sealed],
  )
}

/** A batch of one payout for each of some partners, and the path at which it is. */
export interface ApprovedBatch {
  readonly batchId: string
  readonly path: string
  readonly scenes: readonly PayoutScene[]
}

/** Builds a batch of the rail `external` that two people have decided, for partners with one earning each. */
export async function approveExternal(
  world: TestWorld,
  admins: PayoutAdmins,
  scenes: readonly PayoutScene[],
): Promise<ApprovedBatch> {
  for (const scene of scenes) await seedEarning(world, scene, { amount: 7000 })
  const built = await buildPayout(world, admins.maker, {
    rail: 'external',
    partner_ids: scenes.map(({ partner }) => publicIdOf('partner', partner)),
  })
  const batchId = String(built.json().batch_id)
  await movePayout(world, admins.maker, { batchId, move: 'submit' })
  await movePayout(world, admins.checker, { batchId, move: 'approve' })
  return { batchId, path: `/api/v1/admin/payout-batches/${batchId}`, scenes }
}

/** The same, handed over. */
export async function handOverExternal(world: TestWorld, admins: PayoutAdmins): Promise<ApprovedBatch> {
  const scenes = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
  const batch = await approveExternal(world, admins, scenes)
  const moved = await movePayout(world, admins.maker, { batchId: batch.batchId, move: 'export' })
  if (moved.statusCode !== 200) throw new Error(moved.body)
  return batch
}
