import { z } from 'zod'
import { DELIVERY_STATUSES, OUTCOMES } from '#platform/outgoing/attempts.ts'
import { messageIdOf } from '#platform/outgoing/signatures.ts'
import { firstCounts, FirstCountsOrNone } from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import { Money, toMoney } from '#platform/money.ts'
import { isoOf } from '#platform/instant.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { BatchRow } from './batch-store.ts'
import type { HandOverRow } from './hand-over-store.ts'
import type { ItemRow, LineRow } from './item-store.ts'
import { isReady } from './rules.ts'
import type { Candidate } from './rules.ts'
import { BATCH_STATES, ITEM_STATES, METHODS, RAILS } from './tables.ts'
import type { Obstacle } from './tables.ts'

/** Why a payout does not happen. */
const OBSTACLE_CODES = [
  'partner_not_active',
  'partner_terminated',
  'no_account',
  'account_not_verified',
  'account_cooling_off',
  'payouts_held',
  'below_minimum',
  'tax_document_missing',
  'no_active_agreement',
  'batch_full',
  'debits_do_not_fit',
] as const

export const ObstacleBody = z
  .strictObject({
    code: z.enum(OBSTACLE_CODES),
    blocks: z
      .boolean()
      .meta({ description: 'Whether nothing is paid because of it; else it is pointed out.' }),
    until: z.string().nullable().meta({ description: 'When it ends by itself.' }),
    minimum: Money.nullable().meta({ description: 'The least that is paid out.' }),
  })
  .meta({ id: 'PayoutObstacle' })

const isCode = (code: string): code is (typeof OBSTACLE_CODES)[number] =>
  OBSTACLE_CODES.some((known) => known === code)

/** What stands against a payout, for an answer. */
export function toObstacles(
  obstacles: readonly Obstacle[],
  currency: string,
): z.input<typeof ObstacleBody>[] {
  return obstacles.map(({ code, blocks, until, minimum_minor: minimum }) => {
    if (!isCode(code)) throw new Error(`Nobody knows the obstacle ${code}.`)
    return {
      code,
      blocks,
      until: until === undefined ? null : new Date(until).toISOString(),
      minimum: minimum === undefined ? null : toMoney(minimum, currency),
    }
  })
}

const Partner = { partner_id: z.string(), partner_name: z.string() }
const Person = z.strictObject({ person_id: z.string(), name: z.string() })

export const CandidateBody = z
  .strictObject({
    ...Partner,
    amount: Money,
    row_count: z.int(),
    is_ready: z.boolean(),
    obstacles: z.array(ObstacleBody),
  })
  .meta({ id: 'PayoutCandidate' })

/** A partner that could be paid, for an answer. */
export const toCandidate = (candidate: Candidate): z.input<typeof CandidateBody> => ({
  partner_id: publicIdOf('partner', candidate.partnerId),
  partner_name: candidate.partnerName,
  amount: toMoney(candidate.amountMinor, candidate.currency),
  row_count: candidate.rowCount,
  is_ready: isReady(candidate),
  obstacles: toObstacles(candidate.obstacles, candidate.currency),
})

const SkippedBody = z.strictObject({ ...Partner, amount: Money, obstacles: z.array(ObstacleBody) })

export const BatchBody = z
  .strictObject({
    batch_id: z.string(),
    number: z.int(),
    state: z.enum(BATCH_STATES),
    rail: z.enum(RAILS),
    currency: z.string(),
    cutoff_at: z.string(),
    note: z.string().nullable(),
    total: Money,
    item_count: z.int(),
    row_count: z.int(),
    created_by: Person,
    created_at: z.string(),
    submitted_by: Person.nullable(),
    submitted_at: z.string().nullable(),
    submission_counts: FirstCountsOrNone,
    approved_by: Person.nullable(),
    approved_at: z.string().nullable(),
    started_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    cancel_reason: z.string().nullable(),
    is_mine: z
      .boolean()
      .meta({ description: 'Whether the caller built or submitted it, and so does not approve it.' }),
    version: z.int(),
  })
  .meta({ id: 'PayoutBatch' })

const HandOverBody = z
  .strictObject({
    webhook_id: z.string(),
    part: z.int(),
    parts: z.int(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: z.int(),
    next_attempt_at: z.string().nullable(),
    response_code: z.int().nullable(),
    outcome: z.enum(OUTCOMES).nullable(),
    duration_ms: z.int().nullable(),
    response_excerpt: z.string().nullable(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
  })
  .meta({ id: 'PayoutHandOver' })

/** A message to the finance system, and how it went, for an answer. */
export const toHandOver = (row: HandOverRow): z.input<typeof HandOverBody> => ({
  webhook_id: messageIdOf(row.id),
  part: row.part,
  parts: row.parts,
  status: row.status,
  attempts: row.attempt,
  next_attempt_at: row.status === 'waiting' ? row.next_attempt_at.toISOString() : null,
  response_code: row.response_code,
  outcome: OUTCOMES.find((outcome) => outcome === row.outcome) ?? null,
  duration_ms: row.duration_ms,
  response_excerpt: row.response_excerpt,
  created_at: row.created_at.toISOString(),
  finished_at: isoOf(row.finished_at),
})

export const BatchDetailBody = BatchBody.extend({
  hand_overs: z
    .array(HandOverBody)
    .meta({ description: 'The messages that hand it to the finance system, each of at most 500 payouts.' }),
  skipped: z.array(SkippedBody),
  progress: z.array(z.strictObject({ state: z.enum(ITEM_STATES), items: z.int(), amount: Money })),
}).meta({ id: 'PayoutBatchDetail' })

const person = (id: string | null, name: string | null) =>
  id === null ? null : { person_id: publicIdOf('person', id), name: name ?? '' }

/** Who submitted a batch that waits for a second person. */
export const submitterOf = (row: BatchRow): string | null =>
  row.state === 'submitted' ? row.submitted_by : null

/** A batch for an answer. */
export function toBatch(row: BatchRow, readerId: string, inCharge: InCharge): z.input<typeof BatchBody> {
  return {
    batch_id: publicIdOf('payout_batch', row.id),
    number: row.number,
    state: row.state,
    rail: row.rail,
    currency: row.currency,
    cutoff_at: row.cutoff_at.toISOString(),
    note: row.note,
    total: toMoney(row.total_minor, row.currency),
    item_count: row.item_count,
    row_count: row.row_count,
    created_by: { person_id: publicIdOf('person', row.created_by), name: row.created_by_name },
    created_at: row.created_at.toISOString(),
    submitted_by: person(row.submitted_by, row.submitted_by_name),
    submitted_at: isoOf(row.submitted_at),
    submission_counts: firstCounts(inCharge, submitterOf(row)),
    approved_by: person(row.approved_by, row.approved_by_name),
    approved_at: isoOf(row.approved_at),
    started_at: isoOf(row.started_at),
    finished_at: isoOf(row.finished_at),
    cancel_reason: row.cancel_reason,
    is_mine: row.created_by === readerId || row.submitted_by === readerId,
    version: row.version,
  }
}

/** The partners that a batch left out, for an answer. */
export const toSkippedBody = (row: BatchRow): z.input<typeof SkippedBody>[] =>
  row.skipped.map((left) => ({
    partner_id: publicIdOf('partner', left.partner_id),
    partner_name: left.partner_name,
    amount: toMoney(left.amount_minor, row.currency),
    obstacles: toObstacles(left.reasons, row.currency),
  }))

export const ItemBody = z
  .strictObject({
    item_id: z.string(),
    batch_id: z.string(),
    ...Partner,
    state: z.enum(ITEM_STATES),
    amount: Money,
    row_count: z.int(),
    account_method: z.enum(METHODS),
    account_label: z.string(),
    approved_at: z.string().nullable(),
    sent_at: z.string().nullable(),
    finished_at: z.string().nullable(),
    reference: z.string().nullable(),
    failure_reason: z.string().nullable(),
    settled_by_name: z.string().nullable(),
  })
  .meta({ id: 'PayoutItem' })

/** What one partner gets in a batch, for an answer of the provider. */
export const toItem = (row: ItemRow): z.input<typeof ItemBody> => ({
  item_id: publicIdOf('payout_item', row.id),
  batch_id: publicIdOf('payout_batch', row.batch_id),
  partner_id: publicIdOf('partner', row.partner_id),
  partner_name: row.partner_name,
  state: row.state,
  amount: toMoney(row.amount_minor, row.currency),
  row_count: row.row_count,
  account_method: row.account_method,
  account_label: row.account_label,
  approved_at: isoOf(row.approved_at),
  sent_at: isoOf(row.sent_at),
  finished_at: isoOf(row.finished_at),
  reference: row.rail_ref,
  failure_reason: row.failure_reason,
  settled_by_name: row.settled_by_name,
})

const LineBody = z.strictObject({
  earning_id: z.string(),
  kind: z.string(),
  component: z.string(),
  month: z.string(),
  amount: Money,
})

/** A payout as its partner sees it: no name of who works for the provider. */
export const PayoutBody = ItemBody.omit({ batch_id: true, settled_by_name: true }).meta({ id: 'Payout' })
export const PayoutDetailBody = PayoutBody.extend({ lines: z.array(LineBody) }).meta({ id: 'PayoutDetail' })

/** A payout for an answer of its partner. */
export function toPayout(row: ItemRow): z.input<typeof PayoutBody> {
  const { batch_id: _batch, settled_by_name: _settled, ...payout } = toItem(row)
  return payout
}

/** An earning of a payout, for an answer. */
export const toLine = (row: LineRow, currency: string): z.input<typeof LineBody> => ({
  earning_id: publicIdOf('earning', row.earning_id),
  kind: row.kind,
  component: row.component,
  month: row.period_month.slice(0, 7),
  amount: toMoney(row.amount_minor, currency),
})
