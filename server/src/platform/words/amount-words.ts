import type { Language } from './language.ts'
import { minorDigits, toDecimal } from '../money.ts'
import type { MoneyBody } from '../money.ts'

const LOCALES = { en: 'en', es: 'es-ES', fr: 'fr-FR' } as const satisfies Record<Language, string>

/** An amount with its currency code as a language writes it: "1,250.00 EUR", "1 250,00 EUR", "1250,00 EUR". */
export function writeAmount(money: MoneyBody, language: Language = 'en'): string {
  const digits = minorDigits(money.currency)
  const format = new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // As text, since a number would lose the last digits of a great amount.
  return `${format.format(toDecimal(money))} ${money.currency}`
}

const GREATEST_DIGITS = 12

/**
 * The minor units that somebody means who writes an amount of a currency: "5000", "5,000.00", "5 000,50". Three digits
 * after a single sign are thousands; null for what is no amount, or has more decimals than the currency.
 */
export function readAmount(text: string, currency: string): number | null {
  const plain = text.replaceAll(/[\s']/g, '')
  const parts = /^(\d{1,3}(?:[.,]\d{3})+|\d+)(?:[.,](\d{1,2}))?$/.exec(plain)
  if (!parts) return null
  const [, whole = '', fraction = ''] = parts
  const digits = minorDigits(currency)
  if (fraction.length > digits) return null
  const minor = whole.replaceAll(/[.,]/g, '') + fraction.padEnd(digits, '0')
  return minor.length > GREATEST_DIGITS + digits ? null : Number(minor)
}
