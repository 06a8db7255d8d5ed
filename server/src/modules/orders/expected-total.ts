import { z } from 'zod'
import { constraintOf } from '#platform/guarded.ts'
import { Money, toMoney } from '#platform/money.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { Totals } from './rules.ts'

/** What something costs as it was read, sent so that nothing is ordered at a price that nobody read. */
export const ExpectedTotal = z.strictObject({ once: Money, monthly: Money })
export type ExpectedTotalBody = z.output<typeof ExpectedTotal>

/** What was read, in the currency of the account; null where that was not said. Throws VALIDATION_ERROR for one in another currency. */
export function toExpected(expected: ExpectedTotalBody | undefined, currency: string): Totals | null {
  if (expected === undefined) return null
  const { once, monthly } = expected
  const errors = Object.entries({ once, monthly }).flatMap(([name, amount]) =>
    amount.currency === currency
      ? []
      : [
          {
            pointer: `/body/expected_total/${name}/currency`,
            code: 'CURRENCY_DIFFERS',
            detail: `must be ${currency}, in which the account counts`,
          },
        ],
  )
  if (errors.length > 0) throw inputRefused(errors)
  return { once: once.amount_minor, monthly: monthly.amount_minor }
}

const CHANGED = [412, 'ORDER_PRICE_CHANGED'] as const

/** Throws ORDER_PRICE_CHANGED, with what it costs now, where that is something else than was read. */
export function requireExpected(expected: Totals | null, totals: Totals, currency: string): void {
  if (!expected || (expected.once === totals.once && expected.monthly === totals.monthly)) return
  const total = { once: toMoney(totals.once, currency), monthly: toMoney(totals.monthly, currency) }
  const detail = 'It costs something else than was read; `details.total` says what. Nothing was changed.'
  throw new ProblemError(...CHANGED, detail, { details: { total } })
}

/** Runs the writing of items; a price that changed in the very moment is told like one that did so before. */
export async function namingPriceFaults<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (constraintOf(error) !== 'order_item_price') throw error
    const detail = 'A price changed at this very moment. Nothing was changed.'
    throw new ProblemError(...CHANGED, detail, { cause: error })
  }
}
