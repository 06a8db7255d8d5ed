import { z } from 'zod'

/** An amount of money: whole minor units of an ISO 4217 currency; never a float. */
export const Money = z
  .strictObject({
    amount_minor: z.int().meta({
      description:
        'Minor units, for example cents. A sum beyond 9007199254740991, which JSON numbers no longer hold exactly, is told as that number.',
    }),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money' })

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** A currency that a person writes: one that is in use, since "EUT" or "XXX" would be owed in nothing that anybody can pay. */
export const currencyInUse = () =>
  z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code', abort: true })
    .refine((code) => CURRENCIES.has(code), 'must be a currency in use (ISO 4217)')

export type MoneyBody = z.output<typeof Money>

/**
 * The largest amount that comes in, in minor units: ten thousand million of a currency with two decimals. The database
 * keeps to it, too, so that sums of thousands of the largest stay exact.
 */
export const LARGEST_AMOUNT = 1_000_000_000_000

/** An amount of money as it comes in. */
export const MoneyInput = Money.refine(({ amount_minor: minor }) => Math.abs(minor) <= LARGEST_AMOUNT, {
  message: `must be at most ${LARGEST_AMOUNT}`,
  params: { code: 'TOO_LARGE' },
  path: ['amount_minor'],
})

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

/**
 * Money for an answer. A sum outside the range that JSON numbers hold exactly is told as the end of the range: the figures of
 * other currencies and tenants stand in the same answer, which one such sum would take away.
 */
export function toMoney(amountMinor: number, currency: string): MoneyBody {
  const amount = Math.min(Math.max(amountMinor, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
  return { amount_minor: amount, currency }
}
