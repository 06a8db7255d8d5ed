/** The states of an order (TMF622 `state`). Which move leads where is a table of the database, which enforces it. */
export const ORDER_STATES = ['acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled'] as const
export type OrderState = (typeof ORDER_STATES)[number]

/** The states from which nothing leads on. */
export const FINAL_STATES: readonly OrderState[] = ['completed', 'rejected', 'cancelled']

export const MAXIMUM_ITEMS = 50
export const MAXIMUM_QUANTITY = 100

/** A product at its price in one currency, in minor units. */
export interface Offer {
  readonly code: string
  readonly name: string
  readonly once_minor: number
  readonly monthly_minor: number
}

/** What is ordered, by code. */
export interface WantedItem {
  readonly product_code: string
  readonly quantity: number
}

/** An order item at the price of its product. */
export interface PricedItem extends WantedItem {
  readonly position: number
  readonly product_name: string
  readonly once_unit_minor: number
  readonly monthly_unit_minor: number
}

/** Sums in minor units of one currency. */
export interface Totals {
  readonly once: number
  readonly monthly: number
}

/** The items with their prices, or the places of those whose product is not offered; never some of both. */
export function priceItems(
  wanted: readonly WantedItem[],
  offers: readonly Offer[],
): { readonly items: readonly PricedItem[] } | { readonly unknown: readonly number[] } {
  const byCode = new Map(offers.map((offer) => [offer.code, offer]))
  const unknown = wanted.flatMap(({ product_code: code }, index) => (byCode.has(code) ? [] : [index]))
  if (unknown.length > 0) return { unknown }
  const items = wanted.flatMap(({ product_code, quantity }, index) => {
    const offer = byCode.get(product_code)
    return offer
      ? [
          {
            position: index + 1,
            product_code,
            product_name: offer.name,
            quantity,
            once_unit_minor: offer.once_minor,
            monthly_unit_minor: offer.monthly_minor,
          },
        ]
      : []
  })
  return { items }
}

/** What the items cost together, exactly. Throws when a sum leaves the range in which JSON numbers are exact. */
export function totalsOf(items: readonly Omit<PricedItem, 'position' | 'product_name'>[]): Totals {
  const totals = items.reduce(
    (sum, { quantity, once_unit_minor: once, monthly_unit_minor: monthly }) => ({
      once: sum.once + quantity * once,
      monthly: sum.monthly + quantity * monthly,
    }),
    { once: 0, monthly: 0 },
  )
  // Only additions of whole numbers: as long as the sum is safe, so was every step.
  if (!Number.isSafeInteger(totals.once) || !Number.isSafeInteger(totals.monthly))
    throw new Error('The total of an order is outside the exact range.')
  return totals
}

/** The names under which a request could try to say who pays. */
export const PAYER_KEYS = [
  'billing',
  'billing_party',
  'billing_ban',
  'billing_account',
  'billing_mode',
  'payer',
  'payer_id',
  'payer_ban',
  'payer_tenant_id',
] as const

/** The names under which a request can repeat which customer it is about. */
export const OWNER_KEYS = ['customer_id', 'customer_ban', 'customer_ref'] as const

/** The longest time for which a resale is attested, in days. */
export const MAXIMUM_RESALE_DAYS = 730

/** The calendar day of an instant in UTC. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10)
}

/** An instant some whole days later. */
export function addDays(at: Date, days: number): Date {
  return new Date(at.getTime() + days * 86_400_000)
}
