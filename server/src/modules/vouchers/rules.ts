import type { DuplicatePolicy, VoucherState } from './tables.ts'

/** What becomes of a wish for a voucher. */
export type IssueDecision = 'issue' | 'review' | 'refuse'

/** What decides about a wish for a voucher. */
export interface IssueFacts {
  readonly policy: DuplicatePolicy
  /** Whose earlier voucher the same person has; staff see those of everybody as their own. */
  readonly match: 'none' | 'own' | 'elsewhere'
  /** Staff ask for a review where they would be refused. */
  readonly sendToReview: boolean
}

/**
 * Whether a voucher is issued, waits for review or is refused. A match at another agency waits and is never refused, so that
 * the answer is the one that a type gives which always asks for review (section 1, fault 4). Source: E9.
 */
export function decideIssue({ policy, match, sendToReview }: IssueFacts): IssueDecision {
  if (policy === 'allow') return sendToReview ? 'review' : 'issue'
  if (policy === 'review') return 'review'
  if (match === 'none') return sendToReview ? 'review' : 'issue'
  if (match === 'elsewhere') return 'review'
  return sendToReview ? 'review' : 'refuse'
}

/** The state as it is now, whatever a job has noted: an issued voucher whose end has come is expired. */
export function stateNow(
  voucher: { readonly status: VoucherState; readonly expires_at: Date | null },
  now: Date,
): VoucherState {
  const isOver = voucher.status === 'issued' && voucher.expires_at !== null && voucher.expires_at <= now
  return isOver ? 'expired' : voucher.status
}
