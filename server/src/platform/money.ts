import { z } from 'zod'

/** An amount of money: whole minor units of an ISO 4217 currency; never a float. */
export const Money = z
  .strictObject({
    amount_minor: z.int().meta({ description: 'Minor units, for example cents.' }),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money' })

export type MoneyBody = z.output<typeof Money>

const DIGITS = new Map<string, number>()

/** How many decimal places the minor unit of a currency has (ISO 4217, as ICU knows it): 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  const known = DIGITS.get(currency)
  if (known !== undefined) return known
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  DIGITS.set(currency, digits)
  return digits
}

/** An amount as a decimal number, exact: it is cut from the digits and never divided. */
export function toDecimal({ amount_minor: minor, currency }: MoneyBody): `${number}` {
  const decimals = minorDigits(currency)
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0')
  const sign = minor < 0 ? '-' : ''
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  // Digits with at most one point are a number.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return `${sign}${text}` as `${number}`
}

/** Money for an answer. Throws when the database's sum left the range that JSON numbers hold exactly. */
export function toMoney(amountMinor: number | bigint, currency: string): MoneyBody {
  const amount = Number(amountMinor)
  if (!Number.isSafeInteger(amount)) throw new Error('An amount of money is outside the exact range.')
  return { amount_minor: amount, currency }
}
