import type { OrderingAccount } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

/** What stands in the form. Nothing is chosen beforehand, no account either, unless there is but one. */
export type OrderDraft = {
  accountId: string
  quantities: Readonly<Record<string, string>>
  reference: string
  day: string
}

export const blankOrder: OrderDraft = { accountId: '', quantities: {}, reference: '', day: '' }

const mostOfOne = 100

/** What is ordered, product by product; those without a number are not. */
export function itemsOf({ quantities }: OrderDraft): { product_code: string; quantity: number }[] {
  return Object.entries(quantities)
    .map(([product_code, typed]) => ({ product_code, quantity: Number(typed) }))
    .filter(({ quantity }) => quantity > 0)
}

/** What it costs together, in minor units of the account's currency. */
export function totalsOf(draft: OrderDraft, account: OrderingAccount): { once: number; monthly: number } {
  const sums = { once: 0, monthly: 0 }
  for (const { product_code: code, quantity } of itemsOf(draft)) {
    const product = account.products.find((offer) => offer.product_code === code)
    sums.once += quantity * (product?.once.amount_minor ?? 0)
    sums.monthly += quantity * (product?.monthly.amount_minor ?? 0)
  }
  return sums
}

function isQuantity(typed: string): boolean {
  const number = Number(typed)
  return Number.isInteger(number) && number >= 0 && number <= mostOfOne
}

/** Every fault of the form at once. */
export function checkOrder(draft: OrderDraft, account: OrderingAccount | undefined): FormError[] {
  if (account === undefined) return [{ field: 'account', text: t('ordering.account_missing') }]
  const wrong = Object.entries(draft.quantities).find(([, typed]) => !isQuantity(typed))
  if (wrong) return [{ field: `quantity_${wrong[0]}`, text: t('ordering.too_many') }]
  if (itemsOf(draft).length > 0) return []
  const [first] = account.products
  return [{ field: first ? `quantity_${first.product_code}` : 'account', text: t('ordering.nothing') }]
}
