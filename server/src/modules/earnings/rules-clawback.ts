import { ENGINE_VERSION, exact } from './rules-commission.ts'
import type { EventLine } from './rules-commission.ts'
import { divideRounded, takenBackTarget } from './rules-money.ts'

/** What went back of a payment, in one event. */
export interface Return {
  readonly kind: 'refund' | 'chargeback' | 'credit_note' | 'void'
  readonly net_minor: number
  readonly lines: readonly EventLine[]
}

/** What was earned on a payment, as far as taking it back depends on it. */
export interface Earned {
  readonly model: 'percent' | 'flat' | 'graduated'
  readonly amount_minor: number
  readonly base_minor: number
  /** What the whole payment was. */
  readonly net_minor: number
  readonly products: readonly string[] | null
}

/** How an amount that is taken back was calculated. */
export interface ClawbackCalc {
  readonly engine: number
  readonly model: 'clawback'
  readonly rule: 'proportional' | 'full_only'
  readonly commission_minor: number
  readonly base_minor: number
  readonly returned_minor: number
  readonly numerator: string
  readonly denominator: number
  readonly rounding: 'half_away_from_zero'
  readonly target_minor: number
  readonly already_minor: number
  readonly amount_minor: number
}

/** How much of what a commission was earned on went back in all; never more than it. */
export function returnedBase(earned: Earned, returns: readonly Return[]): number {
  let byLine = 0n
  let whole = 0n
  for (const { kind, net_minor: net, lines } of returns) {
    if (kind === 'void') return earned.base_minor
    if (earned.products === null || lines.length === 0) whole += BigInt(net)
    else
      for (const line of lines) if (earned.products.includes(line.product)) byLine += BigInt(line.net_minor)
  }
  const base = BigInt(earned.base_minor)
  const share =
    earned.products === null || earned.net_minor === 0
      ? whole
      : divideRounded(whole * base, BigInt(earned.net_minor))
  const returned = byLine + share
  return exact(returned > base ? base : returned)
}

/**
 * What one more event takes back of a commission: what is to be taken back in all, less what was taken already. Any
 * split of a refund takes back the same, a full one exactly the commission. Source: program.md section 9.
 */
export function calculateClawback(
  earned: Earned,
  returns: readonly Return[],
  terms: { readonly flat: 'full_only' | 'proportional'; readonly already_minor: number },
): ClawbackCalc {
  return takeBackOf(earned, returnedBase(earned, returns), terms)
}

/** The same from how much went back in all: what a row that is kept must still come out as. */
export function takeBackOf(
  earned: Pick<Earned, 'model' | 'amount_minor' | 'base_minor'>,
  returned: number,
  terms: { readonly flat: 'full_only' | 'proportional'; readonly already_minor: number },
): ClawbackCalc {
  const rule = earned.model === 'flat' ? terms.flat : 'proportional'
  const [commission, base] = [BigInt(earned.amount_minor), BigInt(earned.base_minor)]
  const isPartial = returned < earned.base_minor
  const target =
    rule === 'full_only' && isPartial ? 0n : takenBackTarget({ commission, base, returned: BigInt(returned) })
  // Events that came in another order than they happened never give back what was taken already.
  const amount = Math.max(0, exact(target) - terms.already_minor)
  return {
    engine: ENGINE_VERSION,
    model: 'clawback',
    rule,
    commission_minor: earned.amount_minor,
    base_minor: earned.base_minor,
    returned_minor: returned,
    numerator: String(commission * BigInt(returned)),
    denominator: Math.max(earned.base_minor, 1),
    rounding: 'half_away_from_zero',
    target_minor: exact(target),
    already_minor: terms.already_minor,
    amount_minor: amount === 0 ? 0 : -amount,
  }
}
