import { countsNoMore, stillDecides } from '#platform/first-approver.ts'
import { enqueue, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  claimEarnings,
  endBatch,
  insertBatch,
  listCandidates,
  listObstacles,
  lockBatch,
  moveBatch,
  returnEarnings,
  getBatch,
} from './batch-store.ts'
import type { BatchRow, Claim } from './batch-store.ts'
import { recordBatch, recordItem } from './events.ts'
import { endItem, findBlocked, getItem, listStates, lockItems, sendItems, showItems } from './item-store.ts'
import type { ItemEnd, ItemRow, Settling } from './item-store.ts'
import { insertHandOvers, sendAgain } from './hand-over-store.ts'
import { failureMail, paidMail, waitingMail } from './mails.ts'
import { findLineChoice } from './line-store.ts'
import { getReceiver } from './receiver-store.ts'
import { BATCH_LINES, endOfBatch, fillBatch, isReady, toLater, toSkipped, toStuck } from './rules.ts'
import type { Candidate } from './rules.ts'
import type { Rail, Skipped } from './tables.ts'

type Provider = Mandate<'platform'>

/** What a new batch is asked to be. */
export interface BatchOrder {
  readonly currency: string
  readonly cutoffAt: Date
  readonly rail: Rail
  readonly note: string | null
  /** Only these partners; everybody without it. */
  readonly partnerIds: readonly string[] | null
}

/** Between the look and the claim rows may have come or gone: what came back is looked at once more. */
async function keepReady(
  mandate: Provider,
  claims: readonly Claim[],
  candidates: ReadonlyMap<string, Candidate>,
): Promise<{ kept: Claim[]; skipped: Skipped[] }> {
  const kept: Claim[] = []
  const skipped: Skipped[] = []
  for (const claim of claims) {
    const candidate = candidates.get(claim.partnerId)
    if (!candidate) throw new Error('Rows were claimed for a partner that was not chosen.')
    const asked = {
      partnerId: claim.partnerId,
      currency: candidate.currency,
      amountMinor: claim.amountMinor,
    }
    const obstacles =
      claim.amountMinor === candidate.amountMinor ? candidate.obstacles : await listObstacles(mandate, asked)
    const now = { ...candidate, amountMinor: claim.amountMinor, obstacles }
    if (isReady(now)) kept.push(claim)
    else {
      await returnEarnings(mandate, [claim.itemId])
      skipped.push(toSkipped(now))
    }
  }
  return { kept, skipped }
}

/** A candidate with the item that it would get. */
type Waiting = Awaited<ReturnType<typeof listCandidates>>[number]

/** Who is in a batch, with the rows of one that has more than it holds, who waits for a later one, and whom no batch can hold. */
interface Filled {
  readonly taken: readonly Waiting[]
  readonly later: readonly Waiting[]
  readonly stuck: readonly Waiting[]
  readonly lines: readonly string[] | null
}

/** Fills a batch; one of whose many earnings no payout can be made leaves it to the others. */
async function fill(mandate: Provider, ready: readonly Waiting[], cutoffAt: Date): Promise<Filled> {
  const { taken, later } = fillBatch(ready)
  const [first] = taken
  if (!first || first.rowCount <= BATCH_LINES) return { taken, later, stuck: [], lines: null }
  const choice = await findLineChoice(mandate, first, cutoffAt)
  if (choice) return { taken, later, stuck: [], lines: choice.by === 'size' ? choice.ids : null }
  const others = await fill(
    mandate,
    ready.filter((candidate) => candidate !== first),
    cutoffAt,
  )
  return { ...others, stuck: [first, ...others.stuck] }
}

const nobodyReady = () =>
  new ProblemError(409, 'PAYOUT_EMPTY', 'Nobody is ready to be paid in this currency.')

/** No earning is divided and nobody is paid more than the balance, so a batch that cannot hold the debits beside the credit is none. */
const tooManyDebits = () =>
  new ProblemError(
    409,
    'PAYOUT_EMPTY',
    'Against one credit stands more that is taken back than a batch holds; without it the payout were more than the balance.',
    {
      nextStep:
        'Enter two adjustments of one amount, one added and one taken off, that are as large as what does not fit.',
    },
  )

/**
 * Builds a batch: claims the rows of everybody who is ready, debits like credits, and lists who is left out and why; those
 * stay untouched, and so does what is more than one batch holds. Throws PAYOUT_EMPTY when nobody is ready. Source: program.md section 10.
 */
export async function buildBatch(mandate: Provider, order: BatchOrder): Promise<BatchRow> {
  const wanted = order.partnerIds && new Set(order.partnerIds)
  const all = await listCandidates(mandate, order)
  const candidates = all.filter(({ partnerId }) => wanted?.has(partnerId) ?? true)
  const { taken, later, stuck, lines } = await fill(mandate, candidates.filter(isReady), order.cutoffAt)
  const claims = await claimEarnings(mandate, taken, { ...order, lines })
  const byPartner = new Map(candidates.map((candidate) => [candidate.partnerId, candidate]))
  const { kept, skipped } = await keepReady(mandate, claims, byPartner)
  if (kept.length === 0) throw stuck.length > 0 ? tooManyDebits() : nobodyReady()
  const leftOut = [
    ...candidates.filter((candidate) => !isReady(candidate)).map(toSkipped),
    ...skipped,
    ...later.map(toLater),
    ...stuck.map(toStuck),
  ]
  const id = await insertBatch(mandate, { ...order, skipped: leftOut }, kept)
  const batch = await getBatch(mandate, id)
  recordBatch(mandate, batch, { action: 'created' })
  return batch
}

function requireVersion(batch: BatchRow, expected: number): void {
  if (batch.version !== expected)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The batch changed after it was read.')
}

/**
 * Submits a draft, or what was submitted by somebody who is no admin any more: from now on it waits for a second person
 * beside the mandate's, and everybody who may approve it is told.
 */
export async function submitBatch(
  mandate: Provider,
  id: string,
  { expected, origin }: { readonly expected: number; readonly origin: string },
): Promise<BatchRow> {
  const before = await lockBatch(mandate, id)
  requireVersion(before, expected)
  const isVoid = before.state === 'submitted' && !(await stillDecides(mandate, before.submitted_by))
  const batch = await moveBatch(mandate, id, { state: 'submitted' })
  recordBatch(mandate, batch, {
    action: 'submitted',
    before: before.state,
    ...(isVoid && { reason: countsNoMore(before.submitted_by_name) }),
  })
  const mail = waitingMail(batch, `${origin}/platform/payouts/${publicIdOf('payout_batch', batch.id)}`)
  await runStatements(mandate, [
    { text: 'select access.mail_batch_approvers($1, $2, $3)', values: [batch.id, mail.subject, mail.text] },
  ])
  return batch
}

/** Approves a submitted batch, as somebody who neither built nor submitted it; its partners see their payouts from now on. */
export async function approveBatch(mandate: Provider, id: string, expected: number): Promise<BatchRow> {
  const before = await lockBatch(mandate, id)
  requireVersion(before, expected)
  const batch = await moveBatch(mandate, id, { state: 'approved' })
  await showItems(mandate, id)
  recordBatch(mandate, batch, { action: 'approved', before: before.state })
  for (const item of await lockItems(mandate, id)) {
    recordItem(mandate, item, { action: 'approved' })
    await enqueue(mandate, 'payout.approved', subjectsOf(item, 'approved'))
  }
  return batch
}

/** Drops a batch that is not approved; its rows are free again. */
export async function cancelBatch(
  mandate: Provider,
  id: string,
  { expected, reason }: { readonly expected: number; readonly reason: string },
): Promise<BatchRow> {
  const before = await lockBatch(mandate, id)
  requireVersion(before, expected)
  if (before.state !== 'draft' && before.state !== 'submitted')
    throw new ProblemError(409, 'PAYOUT_STATE_CONFLICT', 'An approved batch is not cancelled.')
  for (const item of await lockItems(mandate, id)) {
    await endItem(mandate, item.id, { state: 'cancelled' })
    recordItem(mandate, item, { action: 'cancelled' })
  }
  const batch = await moveBatch(mandate, id, { state: 'cancelled', cancelReason: reason })
  recordBatch(mandate, batch, { action: 'cancelled', before: before.state, reason })
  return batch
}

const subjectsOf = (item: Pick<ItemRow, 'id' | 'partner_id'>, state: string) => ({
  partner_id: item.partner_id,
  payout_item_id: item.id,
  state,
})

async function mailOwners(
  mandate: Settling,
  item: ItemRow,
  mail: { readonly subject: string; readonly text: string },
): Promise<void> {
  await runStatements(mandate, [
    {
      text: 'select access.mail_partner_owners($1, $2, $3)',
      values: [item.partner_id, mail.subject, mail.text],
    },
  ])
}

/** Ends an item and tells everybody whom it concerns. */
export async function settle(
  mandate: Settling,
  item: ItemRow,
  end: Exclude<ItemEnd, { state: 'cancelled' }>,
): Promise<void> {
  await endItem(mandate, item.id, end)
  if (end.state === 'paid') {
    recordItem(mandate, item, { action: 'paid', reference: end.reference })
    await enqueue(mandate, 'payout.paid', subjectsOf(item, 'paid'))
    await mailOwners(mandate, item, paidMail(item, end.reference))
  } else {
    recordItem(mandate, item, { action: 'failed', reason: end.reason })
    await enqueue(mandate, 'payout.failed', subjectsOf(item, 'failed'))
    await mailOwners(mandate, item, failureMail(item, end.reason))
  }
}

/** Ends a batch whose items have all ended. */
export async function finishIfDone(mandate: Settling, batch: BatchRow): Promise<BatchRow> {
  const states = await listStates(mandate, batch.id)
  if (states.some((state) => state === 'queued' || state === 'sent')) return batch
  const ended = await endBatch(mandate, batch.id, endOfBatch(states))
  recordBatch(mandate, ended, { action: endOfBatch(states), before: batch.state })
  return ended
}

/** Notes the messages that hand a batch to the finance system, where one has an address; answers whether it has. */
async function tellReceiver(mandate: Provider, batch: BatchRow): Promise<boolean> {
  if (batch.rail !== 'external' || (await getReceiver(mandate)).url === null) return false
  await insertHandOvers(mandate, batch.id, batch.item_count)
  return true
}

/**
 * Has a batch sent to the finance system again that it did not take, or lost: every payout under the id that it has, so that none
 * is paid twice. Messages that still wait are left as they are. Throws PAYOUT_RECEIVER_MISSING.
 */
export async function handOverAgain(mandate: Provider, id: string): Promise<BatchRow> {
  const batch = await lockBatch(mandate, id)
  if (batch.rail !== 'external' || batch.state !== 'processing')
    throw new ProblemError(409, 'PAYOUT_STATE_CONFLICT', 'The batch is not being paid by the finance system.')
  const again = await sendAgain(mandate, id)
  if (!(await tellReceiver(mandate, batch)))
    throw new ProblemError(409, 'PAYOUT_RECEIVER_MISSING', 'No address of the finance system is set.')
  recordBatch(mandate, batch, { action: 'sent_again', messages: again })
  return batch
}

/**
 * Hands an approved batch to its rail. Items that may not be paid any more, because an account was replaced or payouts were
 * stopped since, fail at once and give their rows back. The simulated rail pays the rest, and says that it is one.
 */
export async function exportBatch(mandate: Provider, id: string, expected: number): Promise<BatchRow> {
  const before = await lockBatch(mandate, id)
  requireVersion(before, expected)
  const batch = await moveBatch(mandate, id, { state: 'processing' })
  recordBatch(mandate, batch, { action: 'exported', before: before.state })
  const items = await lockItems(mandate, id)
  const blocked = await findBlocked(mandate, id)
  const sendable = items.filter((item) => !blocked.has(item.id))
  if (sendable.length > 0)
    await sendItems(
      mandate,
      sendable.map((item) => item.id),
    )
  if (sendable.length > 0) await tellReceiver(mandate, batch)
  for (const item of items) {
    const reason = blocked.get(item.id)
    if (reason !== undefined) await settle(mandate, item, { state: 'failed', reason })
    else {
      recordItem(mandate, item, { action: 'sent' })
      if (batch.rail === 'simulated')
        await settle(mandate, item, { state: 'paid', reference: `SIMULATED-${batch.number}` })
    }
  }
  return finishIfDone(mandate, batch)
}

/** Ends an item that was sent: paid with the reference of the bank, or failed with the reason. */
export async function settleItem(
  mandate: Provider,
  at: { readonly batchId: string; readonly itemId: string },
  end: Exclude<ItemEnd, { state: 'cancelled' }>,
): Promise<BatchRow> {
  const batch = await lockBatch(mandate, at.batchId)
  const item = await getItem(mandate, at.itemId)
  if (item.batch_id !== batch.id)
    throw new ProblemError(404, 'PAYOUT_NOT_FOUND', 'The batch has no such item.')
  if (item.state !== 'sent')
    throw new ProblemError(409, 'PAYOUT_STATE_CONFLICT', `The item is ${item.state}, not sent.`)
  await settle(mandate, item, end)
  return finishIfDone(mandate, batch)
}
