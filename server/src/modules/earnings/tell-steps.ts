import type { ClawbackCalc } from './rules-clawback.ts'
import type { CommissionCalc } from './rules-commission.ts'
import type { AdjustmentCalc } from './tables.ts'

/** One step of a calculation, in words and, where it has one, as an amount. */
export interface Step {
  readonly name:
    | 'net'
    | 'base'
    | 'volume'
    | 'bracket'
    | 'rate'
    | 'fixed'
    | 'rounding'
    | 'cap'
    | 'returned'
    | 'target'
    | 'already'
    | 'result'
  readonly says: string
  readonly amount_minor: number | null
}

/** A rate in basis points as people read it, exact: 1,250 are "12.5 %". */
export function percentOf(rateBp: number): string {
  const whole = Math.trunc(rateBp / 100)
  const rest = String(rateBp % 100)
    .padStart(2, '0')
    .replace(/0+$/, '')
  return rest === '' ? `${whole} %` : `${whole}.${rest} %`
}

const CAPS = {
  per_tenant: 'with this organisation',
  per_month: 'in this month',
} as const

function tellGraduated(calc: CommissionCalc): Step[] {
  const span = calc.window === 'lifetime' ? 'so far' : 'in this month so far'
  const before = calc.total_before_minor ?? 0
  return [
    { name: 'volume', says: `Paid before ${span}`, amount_minor: calc.volume_before_minor ?? 0 },
    ...(calc.brackets ?? []).map((bracket): Step => ({
      name: 'bracket',
      says: `Of this payment, at ${percentOf(bracket.rate_bp)}`,
      amount_minor: bracket.slice_minor,
    })),
    {
      name: 'rounding',
      says: 'What all payments together earn, rounded once, halves up',
      amount_minor: calc.total_after_minor ?? 0,
    },
    { name: 'already', says: 'Of that, earned before this payment', amount_minor: before },
  ]
}

function tellModel(calc: CommissionCalc): Step[] {
  if (calc.model === 'graduated') return tellGraduated(calc)
  if (calc.model === 'flat')
    return [{ name: 'fixed', says: 'A fixed amount for this payment', amount_minor: calc.result_minor }]
  return [
    { name: 'rate', says: `Rate ${percentOf(calc.rate_bp ?? 0)}`, amount_minor: null },
    {
      name: 'rounding',
      says: 'The share of it, rounded to the smallest unit, halves up',
      amount_minor: calc.result_minor,
    },
  ]
}

function tellCommission(calc: CommissionCalc): Step[] {
  const base =
    calc.products === null
      ? []
      : [
          {
            name: 'base' as const,
            says: `Of that, for ${calc.products.join(', ')}`,
            amount_minor: calc.base_minor,
          },
        ]
  const caps = (calc.caps ?? []).map((cap): Step => ({
    name: 'cap',
    says: `The most that can be earned ${CAPS[cap.kind]}, less what was earned already`,
    amount_minor: Math.max(0, cap.limit_minor - cap.used_minor),
  }))
  return [
    { name: 'net', says: 'Paid, without tax and after discounts', amount_minor: calc.net_minor },
    ...base,
    ...tellModel(calc),
    ...caps,
    { name: 'result', says: 'Earned', amount_minor: calc.amount_minor },
  ]
}

function tellClawback(calc: ClawbackCalc): Step[] {
  const rule =
    calc.rule === 'full_only'
      ? 'To be taken back in all; a fixed amount goes back with a full refund alone'
      : 'To be taken back in all: the same share of what was earned'
  return [
    { name: 'net', says: 'Earned on the payment', amount_minor: calc.commission_minor },
    { name: 'base', says: 'It was earned on', amount_minor: calc.base_minor },
    { name: 'returned', says: 'Of that, went back so far', amount_minor: calc.returned_minor },
    { name: 'target', says: rule, amount_minor: calc.target_minor },
    { name: 'already', says: 'Of that, taken back before', amount_minor: calc.already_minor },
    { name: 'result', says: 'Taken back now', amount_minor: calc.amount_minor },
  ]
}

/** How a row was calculated, step by step, from the figures that are kept with it. */
export function tellSteps(calc: CommissionCalc | ClawbackCalc | AdjustmentCalc): Step[] {
  if (calc.model === 'adjustment')
    return [
      { name: 'result', says: 'Decided by two people of the provider', amount_minor: calc.amount_minor },
    ]
  return calc.model === 'clawback' ? tellClawback(calc) : tellCommission(calc)
}
