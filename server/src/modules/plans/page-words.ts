import { formatInstant } from '@liaison/access'
import type { PlanLimits } from './limits.ts'
import type { EndReason, HoldKind, Period } from './tables.ts'

const PERIOD_WORDS: Readonly<Record<Period, string>> = {
  day: 'a day',
  week: 'a week',
  month: 'a month',
  year: 'a year',
}

/** A price as people read it, for example `€19.00 a month`. */
export function priceWords(
  price: { readonly amountMinor: number; readonly currency: string },
  period: Period,
): string {
  if (price.amountMinor === 0) return 'Free'
  const form = new Intl.NumberFormat('en', { style: 'currency', currency: price.currency })
  const digits = form.resolvedOptions().maximumFractionDigits ?? 2
  return `${form.format(price.amountMinor / 10 ** digits)} ${PERIOD_WORDS[period]}`
}

const count = (value: number): string => value.toLocaleString('en')

/** The limits of a plan, one sentence each. */
export function limitWords(limits: PlanLimits): readonly string[] {
  const lines: string[] = []
  const add = (value: number | undefined, words: (text: string) => string) => {
    if (value !== undefined) lines.push(words(count(value)))
  }
  add(limits['ops.per_day'], (text) => `Up to ${text} operations a day`)
  add(limits['ops.per_7d'], (text) => `Up to ${text} operations in seven days`)
  add(limits['rate.per_min'], (text) => `Up to ${text} operations a minute`)
  add(limits['session.max_concurrent'], (text) => `Signed in on up to ${text} devices at once`)
  if (limits['api.access_level'] === 'live') lines.push('Live access by API')
  if (limits['api.access_level'] === 'sandbox') lines.push('Access by API for trying things out')
  if (limits['api.access_level'] === 'none') lines.push('No access by API')
  return lines
}

/** Why a plan is over, to the one who had it. */
export const END_SENTENCES: Readonly<Record<EndReason, string>> = {
  cancelled: 'You cancelled it.',
  declined: 'It was not accepted.',
  ended: 'It was ended.',
  failed: 'The payment failed.',
  timed_out: 'Nobody confirmed it within 24 hours.',
  period_over: 'It ended with the time that was paid for.',
  role: 'The plan is not for your kind of account any more.',
  discontinued: 'The plan is no longer offered.',
}

/** What holds a plan, to the one who has it. */
export const HOLD_SENTENCES: Readonly<Record<HoldKind, string>> = {
  payment: 'A payment failed. It works again once it is paid.',
  policy: 'It is held while a rule is being checked.',
  manual: 'Somebody is looking at your account.',
  quota: 'You used more than the plan allows.',
  partner: 'We hold it.',
}

/** What holds a plan, to whoever looks after the user. */
export const HOLD_WORDS: Readonly<Record<HoldKind, string>> = {
  payment: 'A payment failed',
  policy: 'The provider checks a rule',
  manual: 'Held by hand',
  quota: 'A limit is used up',
  partner: 'Held by your organisation',
}

/** An instant as people read it. */
export const whenWords = (at: Date): string => formatInstant(at)
