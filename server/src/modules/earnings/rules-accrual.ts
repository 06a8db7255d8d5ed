import type { TermComponent } from '#modules/agreements/index.ts'
import { periodKey, volumeKey } from './accrual-facts.ts'
import type {
  AccrualFacts,
  Accrued,
  AgreementFacts,
  BillingEvent,
  EarnedRow,
  NewEarning,
  ReferralFacts,
  SkipReason,
  Volume,
} from './accrual-facts.ts'
import { accrueReturn } from './rules-returns.ts'
import { baseOf, calculateCommission } from './rules-commission.ts'
import type { CapState } from './rules-commission.ts'
import { addDays, addMonths, dayIn, monthOf, openMonth } from './rules-time.ts'

/** The instant so many months after another, on the calendar of a time zone: true while `at` lies before it. */
function isWithinMonths(at: Date, from: Date, span: { months: number; timeZone: string }): boolean {
  return dayIn(at, span.timeZone) < addMonths(dayIn(from, span.timeZone), span.months)
}

/** Of the agreements that were ended by somebody before an instant, the one that ended last. */
function lastTerminated(all: readonly AgreementFacts[], at: Date): AgreementFacts | undefined {
  return all
    .filter(({ isTerminated, endsAt }) => isTerminated && endsAt !== null && endsAt <= at)
    .toSorted((left, right) => Number(right.endsAt) - Number(left.endsAt))[0]
}

/** The agreement that an event is earned under: in force then, or ended not longer ago than it pays on. */
function agreementFor(
  facts: AccrualFacts,
  referral: ReferralFacts,
  at: Date,
): AgreementFacts | 'NO_AGREEMENT' | 'PARTNER_TERMINATED' {
  const all = facts.agreements.get(referral.partnerId) ?? []
  const { timeZone } = referral
  const inForce = all.find(({ startsAt, endsAt }) => startsAt <= at && (endsAt === null || at < endsAt))
  const found = inForce ?? lastTerminated(all, at)
  if (!found) return 'NO_AGREEMENT'
  const months = found.terms.post_termination_months
  if (!inForce && !(found.endsAt !== null && isWithinMonths(at, found.endsAt, { months, timeZone })))
    return 'NO_AGREEMENT'
  const isOver = referral.partnerStatus === 'terminated' && referral.partnerStatusAt <= at
  if (isOver && !isWithinMonths(at, referral.partnerStatusAt, { months, timeZone }))
    return 'PARTNER_TERMINATED'
  return found
}

function whyNothing(
  component: TermComponent,
  event: BillingEvent,
  referral: ReferralFacts,
): SkipReason | null {
  const isFirst = referral.lockedByEvent === event.id
  if (component.trigger === 'first_invoice' && !isFirst) return 'NOT_FIRST_INVOICE'
  const { max_months: months } = component
  const { firstPaidAt, timeZone } = referral
  if (
    months !== null &&
    firstPaidAt !== null &&
    !isWithinMonths(event.occurredAt, firstPaidAt, { months, timeZone })
  )
    return 'MONTHS_OVER'
  if (event.netMinor === 0) return 'NOTHING_PAID'
  if (baseOf({ ...event, net_minor: event.netMinor }, component.products) === 0) return 'OTHER_PRODUCTS'
  return null
}

interface Place {
  readonly referral: ReferralFacts
  readonly event: BillingEvent
  readonly component: TermComponent
  readonly month: string
}

function volumeOf(facts: AccrualFacts, place: Place, span: 'lifetime' | 'month' | 'referral'): Volume {
  const { referral, event, component, month } = place
  const spanKeys = { lifetime: '', month: month.slice(0, 7), referral: referral.referralId }
  const key = volumeKey({
    partnerId: referral.partnerId,
    component: component.id,
    currency: event.currency,
    span,
    key: spanKeys[span],
  })
  const known = facts.volumes.get(key)
  if (known) return known
  const fresh = { base: 0, amount: 0 }
  facts.volumes.set(key, fresh)
  return fresh
}

type Spans = Readonly<Record<'lifetime' | 'month' | 'referral', Volume>>

function capsOf(spans: Spans, place: Place): CapState[] {
  const { cap } = place.component
  const { currency } = place.event
  const limits = [
    ['per_tenant', cap?.per_tenant?.[currency], 'referral'],
    ['per_month', cap?.per_month?.[currency], 'month'],
  ] as const
  return limits.flatMap(([kind, limit, span]) =>
    limit === undefined ? [] : [{ kind, limit_minor: limit, used_minor: spans[span].amount }],
  )
}

/** How a row begins: waiting, or held by what holds its referral or partner. */
function beginningOf(
  referral: ReferralFacts | undefined,
): Pick<NewEarning, 'state' | 'hold_kind' | 'hold_reason'> {
  if (referral?.isOnHold)
    return {
      state: 'held',
      hold_kind: 'risk',
      hold_reason: 'A warning about the referral waits for a decision.',
    }
  if (referral?.partnerStatus === 'suspended')
    return { state: 'held', hold_kind: 'partner_suspended', hold_reason: 'The partner is suspended.' }
  return { state: 'pending', hold_kind: null, hold_reason: null }
}

function earn(facts: AccrualFacts, place: Place, agreement: AgreementFacts): NewEarning | null {
  const { referral, event, component, month } = place
  const isMonthly = component.model === 'graduated' && component.window === 'calendar_month'
  const spans: Spans = {
    lifetime: volumeOf(facts, place, 'lifetime'),
    month: volumeOf(facts, place, 'month'),
    referral: volumeOf(facts, place, 'referral'),
  }
  const window = isMonthly ? spans.month : spans.lifetime
  const payment = { currency: event.currency, net_minor: event.netMinor, lines: event.lines }
  const standing = { volume_before_minor: window.base, caps: capsOf(spans, place) }
  const calc = calculateCommission(component, payment, standing)
  if (calc === null) return null
  for (const volume of [spans.lifetime, spans.month, spans.referral]) {
    volume.base += calc.base_minor
    volume.amount += calc.amount_minor
  }
  const day = dayIn(event.occurredAt, referral.timeZone)
  return {
    id: facts.nextId(),
    partner_id: referral.partnerId,
    program_id: referral.programId,
    referral_id: referral.referralId,
    agreement_id: agreement.agreementId,
    billing_event_id: event.id,
    kind: 'commission',
    component: component.id,
    reverses_id: null,
    occurred_at: event.occurredAt.toISOString(),
    service_month: monthOf(day),
    period_month: month,
    currency: event.currency,
    base_minor: calc.base_minor,
    amount_minor: calc.amount_minor,
    calc,
    ...beginningOf(referral),
    available_on: addDays(day, agreement.terms.hold_days),
  }
}

const toRow = (earning: NewEarning, event: BillingEvent, component: TermComponent): EarnedRow => ({
  earningId: earning.id,
  referralId: earning.referral_id,
  partnerId: earning.partner_id,
  programId: earning.program_id,
  agreementId: earning.agreement_id,
  component: earning.component,
  currency: earning.currency,
  state: earning.state,
  availableOn: earning.available_on,
  model: component.model,
  amount_minor: earning.amount_minor,
  base_minor: earning.base_minor,
  net_minor: event.netMinor,
  products: component.products,
  alreadyMinor: 0,
})

/** The first payment of a referred tenant locks the referral, whatever it earns. */
function lockFirst(event: BillingEvent, referral: ReferralFacts, into: Accrued): void {
  if (referral.firstPaidAt !== null || event.netMinor === 0 || event.occurredAt < referral.referredAt) return
  referral.lockedByEvent = event.id
  referral.firstPaidAt = event.occurredAt
  into.locks.push({ referralId: referral.referralId, eventId: event.id })
}

function accruePayment(facts: AccrualFacts, event: BillingEvent, into: Accrued): EarnedRow[] {
  const referral = facts.referrals.get(event.tenantId)
  if (!referral) return []
  const skip = (reason: SkipReason, component = '') => {
    const { partnerId, referralId } = referral
    into.skips.push({
      billing_event_id: event.id,
      partner_id: partnerId,
      referral_id: referralId,
      component,
      reason,
    })
    return []
  }
  lockFirst(event, referral, into)
  if (event.occurredAt < referral.referredAt) return skip('BEFORE_REFERRAL')
  const { paidThrough, timeZone } = referral
  if (paidThrough !== null && dayIn(event.occurredAt, timeZone) <= paidThrough) return skip('PAID_ELSEWHERE')
  if (referral.blockedFrom !== null && referral.blockedFrom <= event.occurredAt)
    return skip('REFERRAL_BLOCKED')
  const agreement = agreementFor(facts, referral, event.occurredAt)
  if (typeof agreement === 'string') return skip(agreement)
  const serviceMonth = monthOf(dayIn(event.occurredAt, referral.timeZone))
  const closed = facts.closedThrough.get(periodKey(referral.partnerId, event.currency)) ?? null
  const month = openMonth(serviceMonth, closed)
  return agreement.terms.components.flatMap((component): EarnedRow[] => {
    const reason = whyNothing(component, event, referral)
    if (reason !== null) return skip(reason, component.id)
    const earning = earn(facts, { referral, event, component, month }, agreement)
    if (earning === null) return skip('CURRENCY_MISSING', component.id)
    into.earnings.push(earning)
    return [toRow(earning, event, component)]
  })
}

/** The order in which events count: as they happened, and of one instant payments before what takes them back. */
function inOrder(left: BillingEvent, right: BillingEvent): number {
  const byTime = left.occurredAt.getTime() - right.occurredAt.getTime()
  if (byTime !== 0) return byTime
  const byKind = Number(left.kind !== 'invoice_paid') - Number(right.kind !== 'invoice_paid')
  if (byKind !== 0) return byKind
  return left.externalId < right.externalId ? -1 : 1
}

/**
 * What new events earn and take back, in the order in which they happened. The facts are those of the partners'
 * ledgers while nobody else adds to them; their sums are carried on. Source: program.md section 9 (D6).
 */
export function accrue(facts: AccrualFacts, events: readonly BillingEvent[]): Accrued {
  const into: Accrued = { earnings: [], skips: [], locks: [] }
  for (const event of events.toSorted(inOrder)) {
    if (event.kind !== 'invoice_paid') {
      accrueReturn(facts, event, into)
      continue
    }
    const rows = accruePayment(facts, event, into)
    facts.originals.set(event.externalId, { event, rows, returns: [] })
    const waiting = facts.waiting.get(event.externalId) ?? []
    facts.waiting.delete(event.externalId)
    for (const late of waiting.toSorted(inOrder)) accrueReturn(facts, late, into)
  }
  return into
}
