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

const GROUPED = /^([1-9]\d{0,2}([.,])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,](\d{1,3}))?$/
const PLAIN = /^(\d+)(?:[.,](\d{1,3}))?$/

/** The whole part and the decimals. What can be read both ways is the lesser amount where a currency has three decimals. */
function partsOf(text: string, digits: number): { whole: string; fraction: string } | null {
  const [grouped, plain] = [GROUPED.exec(text), PLAIN.exec(text)]
  if (plain !== null && (digits === 3 || grouped === null))
    return { whole: plain[1] ?? '', fraction: plain[2] ?? '' }
  return grouped && { whole: (grouped[1] ?? '').replaceAll(/[.,]/g, ''), fraction: grouped[3] ?? '' }
}

/**
 * The minor units that somebody means who writes an amount of a currency: "5000", "5,000.00", "5 000,50". Three digits
 * after a single sign are thousands, but the decimals of a currency that has three; null for what is no amount, or has more
 * decimals than the currency.
 */
export function readAmount(text: string, currency: string): number | null {
  const plain = text.replaceAll(/[\s']/g, '')
  const digits = minorDigits(currency)
  const parts = partsOf(plain, digits)
  if (parts === null || parts.fraction.length > digits) return null
  const minor = parts.whole + parts.fraction.padEnd(digits, '0')
  return minor.length > GREATEST_DIGITS + digits ? null : Number(minor)
}
