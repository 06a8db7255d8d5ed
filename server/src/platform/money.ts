import { z } from 'zod'

/** An amount of money: whole minor units of an ISO 4217 currency; never a float. */
export const Money = z
  .strictObject({
    amount_minor: z.int().meta({ description: 'Minor units, for example cents.' }),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money' })

export type MoneyBody = z.output<typeof Money>

/** Money for an answer. Throws when the database's sum left the range that JSON numbers hold exactly. */
export function toMoney(amountMinor: number | bigint, currency: string): MoneyBody {
  const amount = Number(amountMinor)
  if (!Number.isSafeInteger(amount)) throw new Error('An amount of money is outside the exact range.')
  return { amount_minor: amount, currency }
}
