import type { TermComponent } from '#modules/agreements/index.ts'
import { graduatedTotal, graduatedNumerator, shareOf, sliceByBracket } from './rules-money.ts'

/** The version of the calculation, kept with every row that it made. */
export const ENGINE_VERSION = 1

/** One line of a payment. */
export interface EventLine {
  readonly product: string
  readonly net_minor: number
}

/** A payment, as far as a commission depends on it. */
export interface Payment {
  readonly currency: string
  readonly net_minor: number
  readonly lines: readonly EventLine[]
}

/** The most that may still be earned under one limit. */
export interface CapState {
  readonly kind: 'per_tenant' | 'per_month'
  readonly limit_minor: number
  readonly used_minor: number
}

/** Where a commission goes on from: how much was paid before in its window, and what its limits have left. */
export interface Standing {
  readonly volume_before_minor: number
  readonly caps: readonly CapState[]
}

interface CapStep extends CapState {
  readonly cut_to_minor: number
}

/** How a commission was calculated, every figure that it came from; the words are made from it by `tellSteps`. */
export interface CommissionCalc {
  readonly engine: number
  readonly model: 'percent' | 'flat' | 'graduated'
  readonly net_minor: number
  readonly products: readonly string[] | null
  readonly base_minor: number
  readonly rate_bp?: number
  readonly numerator?: string
  readonly denominator?: number
  readonly rounding?: 'half_away_from_zero'
  readonly window?: 'calendar_month' | 'lifetime'
  readonly volume_before_minor?: number
  readonly volume_after_minor?: number
  readonly total_before_minor?: number
  readonly total_after_minor?: number
  readonly brackets?: readonly {
    readonly from_minor: number
    readonly up_to_minor: number | null
    readonly rate_bp: number
    readonly slice_minor: number
  }[]
  readonly result_minor: number
  readonly caps?: readonly CapStep[]
  readonly amount_minor: number
}

/** The part of a payment that a component looks at: all of it, or the lines of its products. */
export function baseOf(payment: Payment, products: readonly string[] | null): number {
  if (products === null) return payment.net_minor
  return payment.lines
    .filter(({ product }) => products.includes(product))
    .reduce((sum, line) => sum + line.net_minor, 0)
}

/** An exact whole number of minor units. Throws when it left the range that JSON numbers hold exactly. */
export function exact(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new Error('An amount of money is outside the exact range.')
  return number
}

type Model = Omit<
  CommissionCalc,
  'engine' | 'net_minor' | 'products' | 'base_minor' | 'amount_minor' | 'caps'
>

const ROUNDED = { denominator: 10_000, rounding: 'half_away_from_zero' } as const

function graduate(
  component: Extract<TermComponent, { model: 'graduated' }>,
  base: number,
  volumeBefore: number,
): Model {
  const [before, after] = [BigInt(volumeBefore), BigInt(volumeBefore) + BigInt(base)]
  const { brackets } = component
  const [slicesBefore, slicesAfter] = [sliceByBracket(before, brackets), sliceByBracket(after, brackets)]
  const [totalBefore, totalAfter] = [graduatedTotal(before, brackets), graduatedTotal(after, brackets)]
  return {
    model: 'graduated',
    window: component.window,
    volume_before_minor: volumeBefore,
    volume_after_minor: exact(after),
    brackets: brackets.flatMap((bracket, index) => {
      const slice = (slicesAfter[index] ?? 0n) - (slicesBefore[index] ?? 0n)
      const from = index === 0 ? 0 : (brackets[index - 1]?.up_to_minor ?? 0)
      return slice === 0n ? [] : [{ ...bracket, from_minor: from, slice_minor: exact(slice) }]
    }),
    numerator: String(graduatedNumerator(after, brackets)),
    ...ROUNDED,
    total_before_minor: exact(totalBefore),
    total_after_minor: exact(totalAfter),
    result_minor: exact(totalAfter - totalBefore),
  }
}

function applyModel(
  component: TermComponent,
  payment: { readonly currency: string; readonly base: number },
  volumeBefore: number,
): Model | null {
  if (component.model === 'graduated')
    return (component.currency ?? payment.currency) === payment.currency
      ? graduate(component, payment.base, volumeBefore)
      : null
  if (component.model === 'percent')
    return {
      model: 'percent',
      rate_bp: component.rate_bp,
      numerator: String(BigInt(payment.base) * BigInt(component.rate_bp)),
      ...ROUNDED,
      result_minor: exact(shareOf(BigInt(payment.base), component.rate_bp)),
    }
  const amount = component.amounts[payment.currency]
  return amount === undefined ? null : { model: 'flat', result_minor: amount }
}

/**
 * What one payment earns under one component, with every figure of the way; null when the component names no amount in
 * the payment's currency. Source: program.md section 9.
 */
export function calculateCommission(
  component: TermComponent,
  payment: Payment,
  standing: Standing,
): CommissionCalc | null {
  const base = baseOf(payment, component.products)
  const model = applyModel(component, { currency: payment.currency, base }, standing.volume_before_minor)
  if (model === null) return null
  let amount = model.result_minor
  const caps = standing.caps.map((cap): CapStep => {
    amount = Math.max(0, Math.min(amount, cap.limit_minor - cap.used_minor))
    return { ...cap, cut_to_minor: amount }
  })
  return {
    engine: ENGINE_VERSION,
    net_minor: payment.net_minor,
    products: component.products,
    base_minor: base,
    ...model,
    ...(caps.length > 0 && { caps }),
    amount_minor: amount,
  }
}
