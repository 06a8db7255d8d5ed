import './plans-words.ts'
import type { Plan } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { linesOf } from '../shared/lines.ts'

export const roles = ['basic', 'advanced', 'company'] as const
export const periods = ['day', 'week', 'month', 'year'] as const

export type Words = { name: string; description: string; flag: string; roles: (typeof roles)[number][] }

export type TermsDraft = {
  amount: string
  currency: string
  period: (typeof periods)[number]
  day: string
  week: string
  minute: string
  benefits: string
}

export const blankWords: Words = { name: '', description: '', flag: '', roles: ['basic'] }
export const blankTerms: TermsDraft = {
  amount: '',
  currency: 'EUR',
  period: 'month',
  day: '',
  week: '',
  minute: '',
  benefits: '',
}

function digitsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    )
  } catch {
    return 2
  }
}

/** An amount as a person types it, in minor units; null for what is no amount of this currency. */
export function toMinor(text: string, currency: string): number | null {
  const digits = digitsOf(currency)
  const pattern = digits === 0 ? /^\d{1,9}$/ : new RegExp(`^\\d{1,7}(?:[.,]\\d{1,${String(digits)}})?$`)
  if (!pattern.test(text.trim())) return null
  return Math.round(Number(text.trim().replace(',', '.')) * 10 ** digits)
}

/** An amount in minor units as a person types it. */
export function fromMinor(amount: number, currency: string): string {
  const digits = digitsOf(currency)
  return (amount / 10 ** digits).toFixed(digits)
}

export function wordsOf(plan: Plan): Words {
  return {
    name: plan.name,
    description: plan.description,
    flag: plan.requires_flag ?? '',
    roles: [...plan.roles],
  }
}

const textOf = (value: number | undefined): string => (value === undefined ? '' : String(value))

export function termsOf({ terms }: Plan): TermsDraft {
  return {
    amount: fromMinor(terms.price.amount_minor, terms.price.currency),
    currency: terms.price.currency,
    period: terms.period,
    day: textOf(terms.limits['ops.per_day']),
    week: textOf(terms.limits['ops.per_7d']),
    minute: textOf(terms.limits['rate.per_min']),
    benefits: terms.benefits.join('\n'),
  }
}

export function checkWords(draft: Words): FormError[] {
  return draft.name.trim() === '' ? [{ field: 'name', text: t('plan_form.name_missing') }] : []
}

export function checkTerms(draft: TermsDraft): FormError[] {
  const found: FormError[] = []
  if (!/^[A-Z]{3}$/.test(draft.currency))
    found.push({ field: 'currency', text: t('plan_form.currency_wrong') })
  if (toMinor(draft.amount, draft.currency) === null)
    found.push({ field: 'amount', text: t('plan_form.amount_wrong') })
  for (const field of ['day', 'week', 'minute'] as const) {
    if (!/^\d{0,7}$/.test(draft[field].trim())) found.push({ field, text: t('plan_form.number_wrong') })
  }
  return found
}

export function toWordsBody(draft: Words) {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    requires_flag: draft.flag.trim() === '' ? null : draft.flag.trim(),
    roles: draft.roles,
  }
}

function limitOf<Key extends string>(key: Key, text: string): { [K in Key]?: number } {
  // An object with one computed key is what the type says, which the compiler cannot see.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (text.trim() === '' ? {} : { [key]: Number(text.trim()) }) as { [K in Key]?: number }
}

/** What the server is asked to put on sale; limits that the form does not show stay as they are. */
export function toTermsBody(draft: TermsDraft, kept: Plan['terms']['limits'] = {}) {
  const { 'ops.per_day': _day, 'ops.per_7d': _week, 'rate.per_min': _minute, ...rest } = kept
  return {
    price: { amount_minor: toMinor(draft.amount, draft.currency) ?? 0, currency: draft.currency },
    period: draft.period,
    limits: {
      ...rest,
      ...limitOf('ops.per_day', draft.day),
      ...limitOf('ops.per_7d', draft.week),
      ...limitOf('rate.per_min', draft.minute),
    },
    benefits: linesOf(draft.benefits),
  }
}
