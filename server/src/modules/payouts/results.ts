import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { finishIfDone, settle } from './acts.ts'
import { lockBatch } from './batch-store.ts'
import { findItems } from './item-store.ts'
import type { ItemEnd, ItemRow, Settling } from './item-store.ts'
import type { Rail } from './tables.ts'

/** Most results of one call. */
export const MOST_RESULTS = 500

/** What became of one payout, as whoever paid says it. */
export interface PayoutResult {
  readonly itemId: string
  readonly end: Exclude<ItemEnd, { state: 'cancelled' }>
}

const OutcomeBody = z.strictObject({
  payout_id: z.string(),
  outcome: z.enum(['paid', 'failed', 'unchanged', 'refused']),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})

/** What was done with each result, and how many of each there were. */
export const ResultsBody = z
  .strictObject({
    received: z.int(),
    paid: z.int(),
    failed: z.int(),
    unchanged: z.int().meta({ description: 'Said before, in the same words.' }),
    refused: z.int(),
    items: z.array(OutcomeBody),
  })
  .meta({ id: 'PayoutResults' })

type Outcome = z.input<typeof OutcomeBody>

function refuse(result: PayoutResult, [code, detail]: readonly [string, string]): Outcome {
  return { payout_id: publicIdOf('payout_item', result.itemId), outcome: 'refused', code, detail }
}

/** Whether the item ended as the result says already: the same reference, or failed again whatever the reason. */
function isSaidAlready(item: ItemRow, { end }: PayoutResult): boolean {
  if (item.state !== end.state) return false
  return end.state === 'failed' || item.rail_ref === end.reference
}

function whyNot(item: ItemRow, result: PayoutResult): readonly [string, string] {
  if (item.state === 'paid')
    return [
      'PAYOUT_RESULT_CONFLICT',
      result.end.state === 'paid'
        ? 'It is recorded as paid with another reference, and stays so.'
        : 'It is recorded as paid, and stays so.',
    ]
  if (item.state === 'failed')
    return ['PAYOUT_RESULT_CONFLICT', 'It is recorded as failed; trying again is another payout.']
  return ['PAYOUT_STATE_CONFLICT', `The payout is ${item.state}, not sent.`]
}

/** Which payouts results may be about. */
interface Bounds {
  readonly batchId: string | null
  readonly rails: readonly Rail[]
}

/** Holds every batch that is concerned, in one order, so that two deliveries of the same results wait for each other. */
async function holdBatches(mandate: Settling, items: readonly ItemRow[], { batchId, rails }: Bounds) {
  const wanted = batchId === null ? items : items.filter((item) => item.batch_id === batchId)
  const ids = [...new Set(wanted.map((item) => item.batch_id))].toSorted()
  const batches = []
  for (const id of ids) batches.push(await lockBatch(mandate, id))
  return new Map(batches.filter(({ rail }) => rails.includes(rail)).map((batch) => [batch.id, batch]))
}

/**
 * Takes what whoever paid says of payouts, each by itself: what was said before in the same words changes nothing, what
 * contradicts it is refused, and neither keeps the others from being recorded. A batch whose payouts have all ended ends.
 * Source: program.md section 10 (D7).
 */
export async function takeResults(
  mandate: Settling,
  results: readonly PayoutResult[],
  bounds: Bounds,
): Promise<z.input<typeof ResultsBody>> {
  const ids = results.map(({ itemId }) => itemId)
  const batches = await holdBatches(mandate, await findItems(mandate, ids), bounds)
  const items = new Map((await findItems(mandate, ids)).map((item) => [item.id, item]))
  const told: Outcome[] = []
  const settled = new Set<string>()
  for (const result of results) {
    const item = items.get(result.itemId)
    if (!item || !batches.has(item.batch_id))
      told.push(refuse(result, ['PAYOUT_NOT_FOUND', 'There is no such payout here.']))
    else if (isSaidAlready(item, result))
      told.push({
        payout_id: publicIdOf('payout_item', item.id),
        outcome: 'unchanged',
        code: null,
        detail: null,
      })
    else if (item.state !== 'sent') told.push(refuse(result, whyNot(item, result)))
    else {
      await settle(mandate, item, result.end)
      settled.add(item.batch_id)
      const { state } = result.end
      told.push({ payout_id: publicIdOf('payout_item', item.id), outcome: state, code: null, detail: null })
    }
  }
  for (const [id, batch] of batches) if (settled.has(id)) await finishIfDone(mandate, batch)
  return summarise(told)
}

function summarise(items: Outcome[]): z.input<typeof ResultsBody> {
  const count = (outcome: Outcome['outcome']) => items.filter((item) => item.outcome === outcome).length
  return {
    received: items.length,
    paid: count('paid'),
    failed: count('failed'),
    unchanged: count('unchanged'),
    refused: count('refused'),
    items,
  }
}

/** Says that results came, beside what became of each payout. */
export function recordResults(
  mandate: Mandate,
  told: z.input<typeof ResultsBody>,
  from: Readonly<Record<string, unknown>>,
): void {
  const { received, items: _items, ...counts } = told
  recordEvent(mandate, {
    action: 'program.payout_results.taken',
    rowCount: received,
    changes: { ...counts, ...from },
  })
}

/** Each payout is named once: two results of one payout say nothing together. */
export function refuseRepeated(
  results: readonly { readonly pointer: string; readonly itemId: string }[],
): void {
  const seen = new Set<string>()
  const errors = results.flatMap(({ pointer, itemId }) => {
    const isSeen = seen.has(itemId)
    seen.add(itemId)
    return isSeen ? [{ pointer, code: 'DUPLICATE_ITEM', detail: 'Each payout is named once.' }] : []
  })
  if (errors.length > 0)
    throw new ProblemError(422, 'VALIDATION_ERROR', 'The results cannot be read; nothing was changed.', {
      errors,
    })
}
