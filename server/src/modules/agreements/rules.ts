import { toCanonicalText } from './content.ts'
import type { AgreementTerms } from './terms.ts'
import {
  afterTheEndWords,
  attributionWords,
  clawbackWords,
  commissionWords,
  countWords,
  minimumWords,
  rateWords,
  termLines,
} from './wording.ts'

/** Who an agreement is between. */
export interface Names {
  readonly provider: string
  readonly partner: string
}

type Filling = (terms: AgreementTerms, names: Names) => string | null

const percent = ({ components }: AgreementTerms) => components.find((one) => one.model === 'percent')

/** What each placeholder of a template stands for; null where the terms have nothing for it. */
const FILLINGS: Readonly<Record<string, Filling>> = {
  provider: (_, { provider }) => provider,
  partner: (_, { partner }) => partner,
  commission: commissionWords,
  rate: (terms) => {
    const component = percent(terms)
    return component?.model === 'percent' ? rateWords(component.rate_bp) : null
  },
  commission_months: (terms) => {
    const months = terms.components[0]?.max_months ?? null
    return months === null ? null : countWords(months, 'month')
  },
  hold_days: ({ hold_days: days }) => String(days),
  clawback: clawbackWords,
  clawback_days: ({ clawback }) => String(clawback.window_days),
  minimum_payout: minimumWords,
  after_the_end: afterTheEndWords,
  attribution_days: ({ attribution }) => String(attribution.window_days),
  attribution_model: attributionWords,
}

/** The names that a template may use, for the editor and the reference. */
export const PLACEHOLDERS: readonly string[] = Object.keys(FILLINGS)

/** A placeholder that cannot be filled, and where it stands. */
export interface TemplateFault {
  readonly line: number
  readonly column: number
  readonly placeholder: string
  readonly code: 'UNKNOWN_PLACEHOLDER' | 'NO_VALUE'
}

/** A template with every placeholder filled, and what could not be. */
export interface Rendered {
  readonly body: string
  readonly faults: readonly TemplateFault[]
}

/**
 * Fills the placeholders of a template from the terms, so that the numbers that people read are those that are calculated
 * with. One that is unknown, or that the terms have no value for, is a fault with its line and column. Source: D4.
 */
export function renderAgreement(source: string, terms: AgreementTerms, names: Names): Rendered {
  const text = toCanonicalText(source)
  const faults: TemplateFault[] = []
  // What is inside is trimmed afterwards: an expression that does it takes time with the third power of a run of spaces.
  const body = text.replaceAll(/\{\{([^{}]*)\}\}/g, (whole, inside: string, at: number) => {
    const placeholder = inside.trim()
    if (placeholder.includes('\n')) return whole
    const before = text.slice(0, at).split('\n')
    const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, placeholder }
    const filling = Object.hasOwn(FILLINGS, placeholder) ? FILLINGS[placeholder] : undefined
    const value = filling?.(terms, names) ?? null
    if (value !== null) return value.normalize('NFC')
    faults.push({ ...place, code: filling ? 'NO_VALUE' : 'UNKNOWN_PLACEHOLDER' })
    return whole
  })
  return { body, faults }
}

/** One line of a comparison. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

/** How many lines two texts still have in common from each pair of lines on. */
function commonLengths(left: readonly string[], right: readonly string[]): (i: number, j: number) => number {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1))
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1)
      lengths[i]?.set([left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))], j)
  return at
}

/** What the later text says more and less, line by line, in reading order. */
export function compareTexts(before: string, after: string): DiffLine[] {
  const [left, right] = [before.trimEnd().split('\n'), after.trimEnd().split('\n')]
  const at = commonLengths(left, right)
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    const [a, b] = [left[i], right[j]]
    if (a !== undefined && a === b) {
      lines.push({ kind: 'same', text: a })
      i += 1
      j += 1
    } else if (a !== undefined && (b === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: a })
      i += 1
    } else {
      lines.push({ kind: 'added', text: b ?? '' })
      j += 1
    }
  }
  return lines
}

/** A term that differs between two versions; null where one of them does not have it. */
export interface TermChange {
  readonly label: string
  readonly before: string | null
  readonly after: string | null
}

/** The terms that differ, in words. */
export function compareTerms(before: AgreementTerms, after: AgreementTerms): TermChange[] {
  const [old, now] = [termLines(before), termLines(after)]
  const changed = now
    .map(({ key, label, value }) => ({
      label,
      before: old.find((line) => line.key === key)?.value ?? null,
      after: value,
    }))
    .filter((line) => line.before !== line.after)
  const gone = old
    .filter(({ key }) => !now.some((line) => line.key === key))
    .map(({ label, value }) => ({ label, before: value, after: null }))
  return [...changed, ...gone]
}
