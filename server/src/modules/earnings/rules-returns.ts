import { periodKey } from './accrual-facts.ts'
import type {
  AccrualFacts,
  Accrued,
  AgreementFacts,
  BillingEvent,
  EarnedRow,
  NewEarning,
  Original,
  ReferralFacts,
  SkipReason,
} from './accrual-facts.ts'
import { calculateClawback, returnedBase } from './rules-clawback.ts'
import type { Return } from './rules-clawback.ts'
import { dayIn, monthOf, openMonth } from './rules-time.ts'

const DAY_MS = 86_400_000

/** An event as something that went back; null for a payment. */
export function toReturn(event: Pick<BillingEvent, 'kind' | 'netMinor' | 'lines'>): Return | null {
  if (event.kind === 'invoice_paid') return null
  return { kind: event.kind, net_minor: event.netMinor, lines: event.lines }
}

/** Whether something that went back still takes earnings back: within so many days of the payment. */
export function isInWindow(at: Date, paidAt: Date, windowDays: number): boolean {
  return at.getTime() - paidAt.getTime() <= windowDays * DAY_MS
}

interface Taking {
  readonly facts: AccrualFacts
  readonly event: BillingEvent
  readonly original: Original
  readonly referral: ReferralFacts | undefined
  readonly agreement: AgreementFacts
}

function termsOf(facts: AccrualFacts, row: EarnedRow): AgreementFacts | undefined {
  return facts.agreements.get(row.partnerId)?.find(({ agreementId }) => agreementId === row.agreementId)
}

function takeBack(taking: Taking, row: EarnedRow, before: readonly Return[]): NewEarning | SkipReason {
  const { facts, event, original, referral, agreement } = taking
  if (row.state === 'void') return 'ORIGINAL_VOID'
  const { flat } = agreement.terms.clawback
  const calc = calculateClawback(row, original.returns, { flat, already_minor: row.alreadyMinor })
  if (calc.amount_minor === 0)
    return calc.rule === 'full_only' && calc.target_minor === 0 && row.amount_minor > 0
      ? 'NOT_FULL'
      : 'NOTHING_MORE'
  const day = dayIn(event.occurredAt, referral?.timeZone ?? 'UTC')
  const closed = facts.closedThrough.get(periodKey(row.partnerId, row.currency)) ?? null
  const isWaiting = row.state === 'pending' || row.state === 'held'
  row.alreadyMinor -= calc.amount_minor
  return {
    id: facts.nextId(),
    partner_id: row.partnerId,
    program_id: row.programId,
    referral_id: row.referralId,
    agreement_id: row.agreementId,
    billing_event_id: event.id,
    kind: 'clawback',
    component: row.component,
    reverses_id: row.earningId,
    occurred_at: event.occurredAt.toISOString(),
    service_month: monthOf(day),
    period_month: openMonth(monthOf(day), closed),
    currency: row.currency,
    base_minor: Math.min(0, returnedBase(row, before) - calc.returned_minor),
    amount_minor: calc.amount_minor,
    calc,
    state: isWaiting ? 'pending' : 'approved',
    hold_kind: null,
    hold_reason: null,
    available_on: isWaiting ? row.availableOn : day,
  }
}

/** The payment that an event takes back with its agreement and what went back; or why there is nothing to take back. */
function placeReturn(
  facts: AccrualFacts,
  event: BillingEvent,
): { original: Original; agreement: AgreementFacts; returned: Return } | SkipReason {
  const original = event.refersTo === null ? undefined : facts.originals.get(event.refersTo)
  if (original?.event.tenantId !== event.tenantId) return 'ORIGINAL_UNKNOWN'
  if (original.event.currency !== event.currency) return 'OTHER_CURRENCY'
  const earned = original.rows.find((row) => row.amount_minor > 0)
  const agreement = earned && termsOf(facts, earned)
  const returned = toReturn(event)
  if (!agreement || !returned) return 'NOTHING_EARNED'
  const { window_days: windowDays } = agreement.terms.clawback
  if (!isInWindow(event.occurredAt, original.event.occurredAt, windowDays)) return 'WINDOW_OVER'
  return { original, agreement, returned }
}

/** Keeps an event for the payment that may come later. */
function keepWaiting(facts: AccrualFacts, event: BillingEvent): void {
  const { refersTo } = event
  if (refersTo === null || facts.originals.has(refersTo)) return
  facts.waiting.set(refersTo, [...(facts.waiting.get(refersTo) ?? []), event])
}

/**
 * What an event takes back of the commissions on the payment that it refers to. One that comes before its payment waits
 * for it. Source: program.md section 9.
 */
export function accrueReturn(facts: AccrualFacts, event: BillingEvent, into: Accrued): void {
  const referral = facts.referrals.get(event.tenantId)
  const skip = (reason: SkipReason, component = '') => {
    if (!referral) return
    const { partnerId, referralId } = referral
    into.skips.push({
      billing_event_id: event.id,
      partner_id: partnerId,
      referral_id: referralId,
      component,
      reason,
    })
  }
  const placed = placeReturn(facts, event)
  if (typeof placed === 'string') {
    if (placed === 'ORIGINAL_UNKNOWN') keepWaiting(facts, event)
    return skip(placed)
  }
  const { original, agreement, returned } = placed
  const before = [...original.returns]
  original.returns.push(returned)
  for (const row of original.rows) {
    const made = takeBack({ facts, event, original, referral, agreement }, row, before)
    if (typeof made === 'string') skip(made, row.component)
    else into.earnings.push(made)
  }
}
