import './agreements-words.ts'
import type { AgreementDetail, AgreementTermsBody } from '@liaison/client'

import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

/** What the editor of a draft holds; the terms as the text that people may edit. */
export type Draft = {
  partner: string
  template: string
  title: string
  source: string
  terms: string
  /** From when it holds, if later than its approval; the form shows no field for it and keeps what there is. */
  startsAt: string | null
}

/** The simple terms that have a field of their own. */
export const fields = ['rate', 'months', 'hold', 'clawback', 'minimum', 'after', 'window'] as const
export type FieldName = (typeof fields)[number]

/** The terms that the text holds; null while it is no JSON of an object. */
export function parseTerms(text: string): AgreementTermsBody | null {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('components' in value)) return null
    // The server checks every field and tells all faults at once.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return value as AgreementTermsBody
  } catch {
    return null
  }
}

export const writeTerms = (terms: AgreementTermsBody): string => JSON.stringify(terms, null, 2)

const percentOf = (terms: AgreementTermsBody) =>
  terms.components.find((component) => component.model === 'percent')

const readers: Readonly<Record<FieldName, (terms: AgreementTermsBody) => string | null>> = {
  rate: (terms) => {
    const percent = percentOf(terms)
    return percent?.model === 'percent' ? String(percent.rate_bp / 100) : null
  },
  months: (terms) => {
    const percent = percentOf(terms)
    return percent === undefined ? null : String(percent.max_months ?? '')
  },
  hold: (terms) => String(terms.hold_days),
  clawback: (terms) => String(terms.clawback.window_days),
  minimum: (terms) => String((terms.min_payout['USD'] ?? 0) / 100),
  after: (terms) => String(terms.post_termination_months),
  window: (terms) => String(terms.attribution.window_days),
}

/** What a field shows; empty where the terms say nothing, null where they have no place for it. */
export const readField = (terms: AgreementTermsBody, name: FieldName): string | null => readers[name](terms)

type Setter = (terms: AgreementTermsBody, value: number | null) => AgreementTermsBody

function withPercent(
  terms: AgreementTermsBody,
  change: { rate_bp: number } | { max_months: number | null },
): AgreementTermsBody {
  const first = percentOf(terms)
  return {
    ...terms,
    components: terms.components.map((one) => (one === first ? { ...one, ...change } : one)),
  }
}

const setters: Readonly<Record<FieldName, Setter>> = {
  rate: (terms, value) => withPercent(terms, { rate_bp: Math.round((value ?? 0) * 100) }),
  months: (terms, value) => withPercent(terms, { max_months: value }),
  hold: (terms, value) => ({ ...terms, hold_days: value ?? 0 }),
  clawback: (terms, value) => ({ ...terms, clawback: { ...terms.clawback, window_days: value ?? 0 } }),
  minimum: (terms, value) => ({
    ...terms,
    min_payout: { ...terms.min_payout, USD: Math.round((value ?? 0) * 100) },
  }),
  after: (terms, value) => ({ ...terms, post_termination_months: value ?? 0 }),
  window: (terms, value) => ({
    ...terms,
    attribution: { ...terms.attribution, window_days: value ?? 0 },
  }),
}

/** The terms with one field changed; null when what was typed is no number. */
export function setField(
  terms: AgreementTermsBody,
  name: FieldName,
  typed: string,
): AgreementTermsBody | null {
  const text = typed.trim()
  if (text === '') return name === 'months' ? setters[name](terms, null) : null
  return /^\d{1,7}(\.\d{1,2})?$/.test(text) ? setters[name](terms, Number(text)) : null
}

/** What is missing before a draft can be sent. */
export function checkDraft(draft: Draft): FormError[] {
  const found: FormError[] = []
  if (draft.partner === '') found.push({ field: 'partner', text: t('agreement_draft.partner_wrong') })
  if (draft.title.trim().length < 3) found.push({ field: 'title', text: t('agreement_draft.title_wrong') })
  if (parseTerms(draft.terms) === null) found.push({ field: 'terms', text: t('agreement_draft.terms_wrong') })
  return found
}

/** A draft as its editor begins with it. */
export const draftOf = (
  agreement: Pick<AgreementDetail, 'partner_id' | 'template_id' | 'title' | 'source' | 'terms' | 'starts_at'>,
): Draft => ({
  partner: agreement.partner_id,
  template: agreement.template_id,
  title: agreement.title,
  source: agreement.source ?? '',
  terms: writeTerms(agreement.terms),
  startsAt: agreement.starts_at,
})

/** What is sent to keep a draft. */
export function toBody({ title, template, source, terms, startsAt }: Draft) {
  const parsed = parseTerms(terms)
  if (parsed === null) throw new Error(t('agreement_draft.terms_wrong'))
  return { title, template_id: template, source, terms: parsed, starts_at: startsAt }
}
