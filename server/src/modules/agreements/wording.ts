import { writeAmount } from '#platform/words/amount-words.ts'
import type { AgreementTerms, TermComponent } from './terms.ts'

/** One line of the terms in words; `key` stays the same across versions, so that two of them can be compared. */
export interface TermLine {
  readonly key: string
  readonly label: string
  readonly value: string
}

const NUMBER = new Intl.NumberFormat('en-GB')

/** A rate in basis points as a percentage: 1,250 is 12.5%. */
export const rateWords = (rateBp: number): string => `${rateBp / 100}%`

function listWords(parts: readonly string[], word: string): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${word} ${last}`
}

/** Amounts by currency, for example `50.00 USD or 45.00 EUR`. */
const amountsWords = (amounts: Readonly<Record<string, number>>, word = 'or'): string =>
  listWords(
    Object.entries(amounts)
      .toSorted(([left], [right]) => left.localeCompare(right))
      .map(([currency, minor]) => writeAmount({ amount_minor: minor, currency })),
    word,
  )

/** A number of things, for example `1 day` and `30 days`. */
export const countWords = (count: number, one: string): string =>
  `${NUMBER.format(count)} ${one}${count === 1 ? '' : 's'}`

function earnedOn(component: TermComponent): string {
  const currency =
    component.model === 'graduated' && component.currency !== undefined ? ` in ${component.currency}` : ''
  const invoice =
    component.trigger === 'first_invoice'
      ? `the first invoice${currency} that an organisation you referred pays`
      : `every invoice${currency} that an organisation you referred pays`
  return component.products === null ? invoice : `${invoice}, for ${listWords(component.products, 'and')}`
}

function amountOf(component: TermComponent): string {
  if (component.model === 'percent')
    return `${rateWords(component.rate_bp)}, before tax, of ${earnedOn(component)}`
  if (component.model === 'flat') return `${amountsWords(component.amounts)} for ${earnedOn(component)}`
  const { currency } = component
  const limit = (minor: number) =>
    currency === undefined ? amountPlain(minor) : writeAmount({ amount_minor: minor, currency })
  const steps = component.brackets.map(({ up_to_minor: upTo, rate_bp: rate }) =>
    upTo === null ? `${rateWords(rate)} of the rest` : `${rateWords(rate)} up to ${limit(upTo)}`,
  )
  const invoiced = currency === undefined ? 'invoiced' : `invoiced in ${currency}`
  const total =
    component.window === 'calendar_month'
      ? `what is ${invoiced} in a calendar month`
      : `all that is ${invoiced}`
  return `a share, before tax, of ${earnedOn(component)}, that grows with ${total}: ${listWords(steps, 'and')}`
}

/** As it was written when limits had no currency: what somebody signed reads the same for good. */
const amountPlain = (minor: number) =>
  `${NUMBER.format(BigInt(Math.floor(minor / 100)))}.${String(minor % 100).padStart(2, '0')}`

function limitsOf(component: TermComponent): string[] {
  const { cap, max_months: months } = component
  return [
    ...(months === null ? [] : [`for ${countWords(months, 'month')} from its first payment`]),
    ...(cap?.per_tenant ? [`at most ${amountsWords(cap.per_tenant)} with one organisation`] : []),
    ...(cap?.per_month ? [`at most ${amountsWords(cap.per_month)} in a calendar month`] : []),
  ]
}

/** One way to earn as a sentence. */
function componentSentence(component: TermComponent): string {
  return `You earn ${[amountOf(component), ...limitsOf(component)].join(', ')}.`
}

/** All ways to earn, a paragraph each. */
export const commissionWords = ({ components }: AgreementTerms): string =>
  components.map(componentSentence).join('\n\n')

/** What becomes of an earning when money goes back to the organisation. */
export function clawbackWords({ clawback, components }: AgreementTerms): string {
  if (clawback.window_days === 0) return 'An earning stays yours when an invoice is paid back later.'
  const within = `When an invoice is paid back within ${countWords(clawback.window_days, 'day')}, we take back the same share of what you earned on it`
  const hasFlat = components.some(({ model }) => model === 'flat')
  if (!hasFlat) return `${within}.`
  return clawback.flat === 'full_only'
    ? `${within}; a fixed amount only when the whole invoice is paid back.`
    : `${within}, of fixed amounts too.`
}

/** For how long earnings go on after the end. */
export const afterTheEndWords = ({ post_termination_months: months }: AgreementTerms): string =>
  months === 0
    ? 'Nothing is earned on invoices that are paid after the end; what was earned before is paid.'
    : `You still earn on invoices that are paid within ${countWords(months, 'month')} after the end; what was earned before is paid.`

/** Which of several partners is counted. */
export const attributionWords = ({ attribution }: AgreementTerms): string =>
  attribution.model === 'first_touch' ? 'the first one counts' : 'the last one counts'

/** From what amount is paid out; in words also when there is no minimum. */
export const minimumWords = ({ min_payout: minimum }: AgreementTerms): string =>
  Object.keys(minimum).length === 0 ? 'any amount' : amountsWords(minimum)

/** The terms as lines that people read and compare. */
export function termLines(terms: AgreementTerms): TermLine[] {
  return [
    ...terms.components.map((component) => ({
      key: `component:${component.id}`,
      label: `What is earned (${component.id})`,
      value: componentSentence(component),
    })),
    { key: 'hold', label: 'Waiting time', value: countWords(terms.hold_days, 'day') },
    { key: 'clawback', label: 'When an invoice is paid back', value: clawbackWords(terms) },
    { key: 'minimum', label: 'Paid from', value: minimumWords(terms) },
    { key: 'end', label: 'After the end', value: afterTheEndWords(terms) },
    {
      key: 'attribution',
      label: 'Who counts as referred',
      value: `Within ${countWords(terms.attribution.window_days, 'day')}; of several partners ${attributionWords(terms)}`,
    },
  ]
}
