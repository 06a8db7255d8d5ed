import { toDecimal, toMoney } from '#platform/money.ts'
import { nextPayoutDay } from '#modules/payouts/index.ts'
import type { Figures } from './store.ts'

interface Shown {
  readonly figures: Figures
  readonly partner: { readonly name: string }
  /** Where the links of codes begin. */
  readonly origin: string
}

/** The summary of a partner for its frame: sums alone, no row of anything, and nobody's name but its own. */
export function toFigures({ figures, partner, origin }: Shown) {
  const { code, clicks, sign_ups: signUps, paying, money, payout_day: payoutDay, today } = figures
  return {
    partner_name: partner.name,
    code,
    link: code === null ? null : `${origin}/r/${code}`,
    clicks,
    sign_ups: signUps,
    paying,
    money: money.map(({ currency, earned_minor: earned, waiting_minor: waiting, paid_minor: paid }) => ({
      currency,
      earned: toDecimal(toMoney(earned, currency)),
      waiting: toDecimal(toMoney(waiting, currency)),
      paid: toDecimal(toMoney(paid, currency)),
    })),
    next_payout_on: nextPayoutDay(today, payoutDay),
  }
}
