import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { isoOf } from '#platform/instant.ts'
import { showCheckId, showUserId } from './ids.ts'
import {
  CHECK_STATES,
  DOCUMENT_KINDS,
  OPEN_STATES,
  REASON_CODES,
  readReasons,
  REASONS,
  TARGET_ROLES,
} from './rules.ts'
import type { CheckState } from './rules.ts'
import type { CheckRow, CheckRules, listEvents, listReviews } from './store.ts'
import { DECISIONS, EVENT_OUTCOMES, PROVIDERS } from './tables.ts'

const Reason = z.strictObject({ code: z.enum(REASON_CODES), says: z.string(), todo: z.string() })

/** An identity check in a list. */
export const CheckBody = z.strictObject({
  identity_check_id: z.string(),
  end_user_id: z.string(),
  email: z.string().nullable(),
  role: z.string().nullable(),
  target_role: z.enum(TARGET_ROLES),
  provider: z.enum(PROVIDERS),
  status: z.enum(CHECK_STATES),
  attempt: z.int(),
  legal_name: z.string().nullable(),
  reasons: z.array(Reason),
  taken_by_name: z.string().nullable(),
  approvals: z.int(),
  approvals_needed: z.int(),
  created_at: z.string(),
  submitted_at: z.string().nullable(),
  decided_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  redacted_at: z.string().nullable(),
})

/** One identity check with what was stated, decided and told by the vendor. */
export const CheckDetail = z.strictObject({
  ...CheckBody.shape,
  birth_date: z.string().nullable(),
  country: z.string().nullable(),
  document_kind: z.enum(DOCUMENT_KINDS).nullable(),
  document_number: z.string().nullable(),
  message: z.string().nullable(),
  redacted_by_name: z.string().nullable(),
  reviews: z.array(
    z.strictObject({
      attempt: z.int(),
      decision: z.enum(DECISIONS),
      reviewer_name: z.string(),
      reasons: z.array(Reason),
      decided_at: z.string(),
    }),
  ),
  vendor_events: z.array(
    z.strictObject({
      event_id: z.string(),
      occurred_at: z.string(),
      received_at: z.string(),
      outcome: z.enum(EVENT_OUTCOMES),
    }),
  ),
  may: z
    .strictObject({
      take: z.boolean(),
      approve: z.boolean(),
      ask_again: z.boolean(),
      reject: z.boolean(),
      revoke: z.boolean(),
      redact: z.boolean(),
    })
    .meta({ description: 'What you can do with it now; a fresh second factor may be asked for.' }),
})

const showReasons = (codes: readonly string[]) =>
  readReasons(codes).map((code) => ({ code, says: REASONS[code].says, todo: REASONS[code].todo }))

/** The public form of a check for the partner's people. */
export function toCheck(row: CheckRow, rules: CheckRules): z.output<typeof CheckBody> {
  return {
    identity_check_id: showCheckId(row.id),
    end_user_id: showUserId(row.end_user_id),
    email: row.email,
    role: row.role,
    target_role: row.target_role,
    provider: row.provider,
    status: row.state_now,
    attempt: row.attempt,
    legal_name: row.legal_name,
    reasons: showReasons(row.reason_codes),
    taken_by_name: row.taken_by_name,
    approvals: Number(row.approvals ?? 0),
    approvals_needed: approvalsNeeded(row, rules),
    created_at: row.created_at.toISOString(),
    submitted_at: isoOf(row.submitted_at),
    decided_at: isoOf(row.decided_at),
    expires_at: isoOf(row.expires_at),
    ended_at: isoOf(row.ended_at ?? (row.state_now === 'expired' ? row.expires_at : null)),
    redacted_at: isoOf(row.redacted_at),
  }
}

type Review = Awaited<ReturnType<typeof listReviews>>[number]
type Event = Awaited<ReturnType<typeof listEvents>>[number]

const isOpen = (state: CheckState): boolean => OPEN_STATES.some((open) => open === state)

/** How many people approve an identity before it counts. */
export const approvalsNeeded = (row: Pick<CheckRow, 'provider'>, rules: CheckRules): number =>
  row.provider === 'manual' && rules.fourEyes ? 2 : 1

/** Whether this person has approved what was handed in last. */
export const hasApproved = (
  row: Pick<CheckRow, 'attempt'>,
  reviews: readonly Review[],
  { actor }: Mandate<'program'>,
): boolean =>
  reviews.some(
    (review) =>
      review.attempt === row.attempt && review.decision === 'approve' && review.reviewer_id === actor.id,
  )

/** Whether nothing is missing but that somebody says so: fewer approvals are needed than when they were given. */
export const isApproved = (row: CheckRow, rules: CheckRules): boolean =>
  Number(row.approvals ?? 0) >= approvalsNeeded(row, rules)

interface Seen {
  readonly rules: CheckRules
  readonly reviews: readonly Review[]
  readonly mandate: Mandate<'program'>
}

function mayOf(row: CheckRow, { rules, reviews, mandate }: Seen) {
  const decides = mandate.partner.role === 'PARTNER_OWNER'
  const isManual = decides && row.provider === 'manual'
  const isInReview = isManual && row.state_now === 'in_review'
  return {
    take: isManual && row.state_now === 'submitted',
    approve: isInReview && (isApproved(row, rules) || !hasApproved(row, reviews, mandate)),
    ask_again: isInReview,
    reject: isInReview,
    revoke: decides && row.state_now === 'verified',
    redact: decides && row.redacted_at === null && !isOpen(row.state),
  }
}

/** One check with everything that its page shows. */
export function toDetail(
  row: CheckRow,
  told: Seen & { readonly events: readonly Event[] },
): z.output<typeof CheckDetail> {
  return {
    ...toCheck(row, told.rules),
    birth_date: row.birth_date,
    country: row.country,
    document_kind: row.document_kind,
    document_number: row.document_number,
    message: row.message,
    redacted_by_name: row.redacted_by_name,
    reviews: told.reviews.map((review) => ({
      attempt: review.attempt,
      decision: review.decision,
      reviewer_name: review.reviewer_name,
      reasons: showReasons(review.reason_codes),
      decided_at: review.decided_at.toISOString(),
    })),
    vendor_events: told.events.map((event) => ({
      event_id: event.event_id,
      occurred_at: event.occurred_at.toISOString(),
      received_at: event.received_at.toISOString(),
      outcome: event.outcome,
    })),
    may: mayOf(row, told),
  }
}
