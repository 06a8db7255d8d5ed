import './consent-words.ts'
import type { Action } from '@liaison/access'
import type { PartnerConsent } from '@liaison/client'

import { formatMoney } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type Ordering = Pick<PartnerConsent, 'actions' | 'order_limits' | 'ordered_this_month'>

/** What costs money; a test holds it against the catalogue, which a page need not load. */
const SPENDING: ReadonlySet<Action> = new Set(['order.create', 'order.update'])

/** Whether one of the actions costs money. */
export function mayOrder(actions: readonly Action[]): boolean {
  return actions.some((action) => SPENDING.has(action))
}

/** What was ordered in this month of what may be, as "340.00 EUR of 5,000.00 EUR"; null where nothing can be ordered. */
export function orderedOf({
  actions,
  order_limits: limits,
  ordered_this_month: ordered,
}: Ordering): string | null {
  if (!mayOrder(actions)) return null
  const currencies = [...new Set([...limits, ...ordered].map(({ currency }) => currency))]
  if (currencies.length === 0) return t('consent.ordered_nothing')
  return currencies
    .map((currency) => {
      const spent = ordered.find((money) => money.currency === currency)
      const limit = limits.find((money) => money.currency === currency)
      const amount = formatMoney(spent ?? { amount_minor: 0, currency })
      return limit === undefined
        ? t('consent.ordered_free', { amount })
        : t('consent.ordered_of', { amount, limit: formatMoney(limit) })
    })
    .join('; ')
}
