import { AGEING_BUCKETS, daysBetween } from './rules.ts'
import type { AgeingBucket } from './rules.ts'
import { convertMinor, convertParts, missingRates } from './rules-fx.ts'
import type { Rate } from './rules-fx.ts'

/** The figures of one currency, of one tenant or of many. Amounts are minor units. */
export interface BillingFigures {
  readonly currency: string
  readonly invoicedMinor: number
  readonly collectedMinor: number
  readonly invoiceCount: number
  readonly paidInvoiceCount: number
  /** What is owed by age: sums and numbers of invoices with a balance above zero, in the order of the buckets. */
  readonly ageMinor: readonly number[]
  readonly ageCount: readonly number[]
  /** The sum of balances below zero; it does not age. */
  readonly creditMinor: number
  /** The earliest due day of what is overdue. */
  readonly oldestDueOn: string | null
  readonly disputeCount: number
  readonly disputeMinor: number
}

const addLists = (left: readonly number[], right: readonly number[]): number[] =>
  left.map((value, index) => value + (right[index] ?? 0))

function earlier(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right
  return left < right ? left : right
}

/** Adds figures of the same currency. Throws when the currencies differ. */
export function addFigures(left: BillingFigures, right: BillingFigures): BillingFigures {
  if (left.currency !== right.currency) throw new Error('Amounts of different currencies are never added.')
  return {
    currency: left.currency,
    invoicedMinor: left.invoicedMinor + right.invoicedMinor,
    collectedMinor: left.collectedMinor + right.collectedMinor,
    invoiceCount: left.invoiceCount + right.invoiceCount,
    paidInvoiceCount: left.paidInvoiceCount + right.paidInvoiceCount,
    ageMinor: addLists(left.ageMinor, right.ageMinor),
    ageCount: addLists(left.ageCount, right.ageCount),
    creditMinor: left.creditMinor + right.creditMinor,
    oldestDueOn: earlier(left.oldestDueOn, right.oldestDueOn),
    disputeCount: left.disputeCount + right.disputeCount,
    disputeMinor: left.disputeMinor + right.disputeMinor,
  }
}

/** One entry per currency, in the order of the codes. */
export function totalsOf(figures: readonly BillingFigures[]): BillingFigures[] {
  const byCurrency = new Map<string, BillingFigures>()
  for (const one of figures) {
    const known = byCurrency.get(one.currency)
    byCurrency.set(one.currency, known ? addFigures(known, one) : one)
  }
  return [...byCurrency.values()].toSorted((left, right) => (left.currency < right.currency ? -1 : 1))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** What is owed, less credit. */
export const outstandingOf = (figures: BillingFigures): number => sum(figures.ageMinor) + figures.creditMinor
export const overdueOf = (figures: BillingFigures): number => sum(figures.ageMinor.slice(1))
export const overdueCountOf = (figures: BillingFigures): number => sum(figures.ageCount.slice(1))

/** The ageing buckets with their figures, in order. */
export function bucketsOf(
  figures: BillingFigures,
): { bucket: AgeingBucket; minor: number; invoices: number }[] {
  return AGEING_BUCKETS.map((bucket, index) => ({
    bucket,
    minor: figures.ageMinor[index] ?? 0,
    invoices: figures.ageCount[index] ?? 0,
  }))
}

/**
 * Days of sales outstanding, to one decimal: outstanding / invoiced in the period × days of the period. Null when nothing
 * was invoiced, because then it says nothing. Source: managed-tenants.md section 6.
 */
export function dsoDays(figures: BillingFigures, days: number): number | null {
  if (figures.invoicedMinor <= 0) return null
  return Math.round((outstandingOf(figures) / figures.invoicedMinor) * days * 10) / 10
}

/** Whole days since the earliest due day of what is overdue; 0 when nothing is. */
export function oldestOverdueDays(figures: BillingFigures, asOf: string): number {
  return figures.oldestDueOn === null ? 0 : Math.max(0, daysBetween(figures.oldestDueOn, asOf))
}

function convertFigures(figures: BillingFigures, rate: Rate, to: string): BillingFigures {
  const convert = (amountMinor: number): number => convertMinor(amountMinor, rate, to)
  const [current = 0, ...overdue] = figures.ageMinor
  // What is overdue comes first, so that it, and all that is owed, are worth what their sums are.
  const parts = convertParts([...overdue, current, figures.creditMinor], rate, to)
  return {
    ...figures,
    currency: to,
    invoicedMinor: convert(figures.invoicedMinor),
    collectedMinor: convert(figures.collectedMinor),
    ageMinor: [parts[overdue.length] ?? 0, ...parts.slice(0, overdue.length)],
    creditMinor: parts[overdue.length + 1] ?? 0,
    disputeMinor: convert(figures.disputeMinor),
  }
}

/** Figures shown in one currency, and the currencies for want of whose rate they are not. */
export interface Converted {
  readonly figures: BillingFigures | null
  readonly missing: readonly string[]
}

/** Shows the totals of several currencies in one, by the rule of `worthIn`: without one of the rates there is no sum. */
export function convertTotals(
  totals: readonly BillingFigures[],
  rates: ReadonlyMap<string, Rate>,
  to: string,
): Converted {
  const currencies = totals.map(({ currency }) => currency)
  const missing = missingRates(currencies, rates, to)
  if (missing.length > 0) return { figures: null, missing }
  const converted = totals.map((total) => {
    const rate = rates.get(total.currency)
    return total.currency === to || !rate ? total : convertFigures(total, rate, to)
  })
  return { figures: totalsOf(converted)[0] ?? null, missing }
}
