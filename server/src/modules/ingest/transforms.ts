import { z } from 'zod'
import { minorDigits } from '#platform/money.ts'

/** What a transform makes of a text; `undefined` is an empty field. */
type Value = unknown

/** A text that a transform cannot read; the message says what was expected. */
export class TransformError extends Error {
  override name = 'TransformError'
}

const CURRENCY = /^[A-Z]{3}$/

/** A decimal amount as exact minor units, without floating point. Throws for more decimals than the currency has. */
export function toMinorUnits(text: string, currency: string): number {
  const match = /^([+-]?)(\d{1,15})(?:\.(\d*))?$/.exec(text.trim())
  if (!match) throw new TransformError(`"${text}" is not a decimal amount`)
  const [, sign, whole = '', fraction = ''] = match
  const decimals = minorDigits(currency)
  if (fraction.length > decimals && /[1-9]/.test(fraction.slice(decimals)))
    throw new TransformError(`"${text}" has more decimals than ${currency}`)
  const minor = Number(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`)
  if (!Number.isSafeInteger(minor)) throw new TransformError(`"${text}" is too large an amount`)
  return sign === '-' && minor !== 0 ? -minor : minor
}

/** How the amounts of a file are written: what stands before the decimals, and between groups of three digits. */
const DECIMAL_MARKS = ['.', ','] as const
const GROUP_MARKS = ['.', ',', ' ', '\u00A0', '\u202F', "'", '\u2019'] as const

/** An amount as the sender's country writes it, as one with a point and without groups. Throws for every other form: `1.234` is no `1,234`. */
function toPlainDecimal(
  text: string,
  { decimal, group }: { decimal: string; group: string | undefined },
): string {
  const [point, between] = [decimal, group ?? ''].map((mark) => mark.replace('.', String.raw`\.`))
  const whole = between === '' ? String.raw`\d+` : String.raw`\d{1,3}(?:${between}\d{3})+|\d+`
  const match = new RegExp(String.raw`^([+-]?)(${whole})(?:${point}(\d+))?$`).exec(text.trim())
  if (!match)
    throw new TransformError(`"${text}" is not a decimal amount with "${decimal}" before the decimals`)
  const [, sign, digits = '', fraction] = match
  const plain = group === undefined ? digits : digits.replaceAll(group, '')
  return `${sign}${plain}${fraction === undefined ? '' : `.${fraction}`}`
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const PARTS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  YY: '(?<shortYear>\\d{2})',
  MMM: '(?<monthName>[A-Za-z]{3})',
  MM: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{1,2})',
  hh: '(?<halfHour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  A: '(?<half>[AaPp][Mm])',
}

const patterns = new Map<string, RegExp>()

function patternOf(format: string): RegExp {
  const known = patterns.get(format)
  if (known) return known
  const source = format.replaceAll(
    /YYYY|YY|MMM|MM|DD|HH|hh|mm|ss|A|[^A-Za-z]/g,
    (part) => PARTS[part] ?? part.replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`),
  )
  const pattern = new RegExp(`^${source}$`)
  patterns.set(format, pattern)
  return pattern
}

function yearOf(parts: Readonly<Record<string, string | undefined>>): number {
  if (parts['year'] !== undefined) return Number(parts['year'])
  // Two digits are of this century up to 2069, as POSIX has it.
  const short = Number(parts['shortYear'] ?? 0)
  return short < 70 ? 2000 + short : 1900 + short
}

function hourOf(parts: Readonly<Record<string, string | undefined>>): number {
  if (parts['halfHour'] === undefined) return Number(parts['hour'] ?? 0)
  const hour = Number(parts['halfHour'])
  if (hour < 1 || hour > 12) return Number.NaN
  return (hour % 12) + (parts['half']?.toLowerCase() === 'pm' ? 12 : 0)
}

function monthOf(parts: Readonly<Record<string, string | undefined>>): number {
  if (parts['monthName'] === undefined) return Number(parts['month'] ?? 1)
  return MONTHS.indexOf(parts['monthName'].toLowerCase()) + 1
}

/**
 * A date and time written in a format of the parts YYYY YY MMM MM DD HH hh mm ss A, as if in UTC. Throws for a text of
 * another form and for a moment that does not exist, such as 31 April.
 */
export function parseMoment(text: string, format: string): Date {
  const parts = patternOf(format).exec(text.trim())?.groups
  if (!parts) throw new TransformError(`"${text}" is not of the form ${format}`)
  const [year, month, day] = [yearOf(parts), monthOf(parts), Number(parts['day'] ?? 1)]
  const [hour, minute, second] = [hourOf(parts), Number(parts['minute'] ?? 0), Number(parts['second'] ?? 0)]
  const moment = new Date(0)
  // Date.UTC takes the years 0 to 99 for those of the last century.
  moment.setUTCFullYear(year, month - 1, day)
  moment.setUTCHours(hour, minute, second)
  const told = [year, month, day, hour, minute, second]
  const kept = [
    moment.getUTCFullYear(),
    moment.getUTCMonth() + 1,
    moment.getUTCDate(),
    moment.getUTCHours(),
    moment.getUTCMinutes(),
    moment.getUTCSeconds(),
  ]
  const isReal = year > 0 && told.every((part, place) => part === kept[place])
  if (!isReal) throw new TransformError(`"${text}" is no moment of the calendar`)
  return moment
}

const FORMAT = z.string().min(1).max(60)

const CURRENCY_CODE = z.string().regex(CURRENCY, 'must be an ISO 4217 code')

const Decimals = z
  .strictObject({
    currency: CURRENCY_CODE,
    decimal: z.enum(DECIMAL_MARKS),
    group: z.enum(GROUP_MARKS).optional(),
  })
  .refine(({ decimal, group }) => decimal !== group, {
    message: 'groups are not marked like the decimals',
    path: ['group'],
  })

/** The transforms of a mapping, by name; the list is closed. */
export const Transform = z.union([
  z.enum(['trim', 'lower', 'upper', 'integer', 'decimal', 'boolean']),
  z.strictObject({ decimal_to_minor: z.union([CURRENCY_CODE, Decimals]) }),
  z.strictObject({ date: FORMAT }),
  z.strictObject({ datetime: FORMAT }),
  z.strictObject({ split: z.string().min(1).max(5) }),
  z.strictObject({ lookup: z.record(z.string(), z.string()) }),
])

export type TransformRule = z.output<typeof Transform>

const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  '1': true,
  false: false,
  no: false,
  n: false,
  '0': false,
}

function toNumber(text: string, form: RegExp, what: string): number {
  if (!form.test(text.trim())) throw new TransformError(`"${text}" is not ${what}`)
  return Number(text)
}

function applyNamed(rule: Extract<TransformRule, string>, text: string): Value {
  switch (rule) {
    case 'trim':
      return text.trim()
    case 'lower':
      return text.toLowerCase()
    case 'upper':
      return text.toUpperCase()
    case 'integer':
      return toNumber(text, /^[+-]?\d{1,15}$/, 'a whole number')
    case 'decimal':
      return toNumber(text, /^[+-]?\d{1,15}(\.\d{1,15})?$/, 'a decimal number')
    case 'boolean': {
      const truth = TRUTH[text.trim().toLowerCase()]
      if (truth === undefined) throw new TransformError(`"${text}" is neither yes nor no`)
      return truth
    }
  }
}

function toAmount(text: string, form: string | z.output<typeof Decimals>): Value {
  if (typeof form === 'string') return { amount_minor: toMinorUnits(text, form), currency: form }
  const { currency, decimal, group } = form
  return { amount_minor: toMinorUnits(toPlainDecimal(text, { decimal, group }), currency), currency }
}

function applyOne(rule: TransformRule, text: string): Value {
  if (typeof rule === 'string') return applyNamed(rule, text)
  if ('decimal_to_minor' in rule) return toAmount(text, rule.decimal_to_minor)
  if ('date' in rule) return parseMoment(text, rule.date).toISOString().slice(0, 10)
  if ('datetime' in rule) return parseMoment(text, rule.datetime).toISOString()
  if ('split' in rule)
    return text
      .split(rule.split)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  const found = Object.hasOwn(rule.lookup, text) ? rule.lookup[text] : undefined
  if (found === undefined) throw new TransformError(`"${text}" is not in the lookup`)
  return found
}

/** Applies transforms in order. An empty text is an empty field, at whatever step it becomes empty. */
export function applyTransforms(text: string, rules: readonly TransformRule[]): Value {
  let value: Value = text
  for (const rule of rules) {
    if (value === '') return undefined
    if (typeof value !== 'string')
      throw new TransformError('a transform follows one that does not give a text')
    value = applyOne(rule, value)
  }
  return value === '' ? undefined : value
}
