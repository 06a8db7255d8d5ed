import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { missing } from '../platform/form-words.ts'
import { readAmount } from '../program/amounts.ts'

export type DealDraft = {
  company: string
  domain: string
  contact: string
  email: string
  value: string
  currency: string
  notes: string
}

export const blankDeal: DealDraft = {
  company: '',
  domain: '',
  contact: '',
  email: '',
  value: '',
  currency: '',
  notes: '',
}

/** The expected value; undefined where none is said, null where it is no amount. */
function expectedOf({ value, currency }: DealDraft) {
  if (value.trim() === '' && currency.trim() === '') return undefined
  const named = currency.trim().toUpperCase()
  const minor = readAmount(value, named)
  return minor === null || minor === 0 ? null : { amount_minor: minor, currency: named }
}

/** What the form lacks. */
export function checkDeal(draft: DealDraft): FormError[] {
  const email = draft.email.trim()
  const isNamed = draft.domain.trim() !== '' || email !== ''
  return [
    ...missing('company_name', t('deals.company'), draft.company.trim() !== ''),
    ...(isNamed ? [] : [{ field: 'domain', text: t('deal_form.named') }]),
    ...(email === '' || /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)
      ? []
      : [{ field: 'contact_email', text: t('deal_form.email_wrong') }]),
    ...(expectedOf(draft) === null ? [{ field: 'expected', text: t('deal_form.value_wrong') }] : []),
  ]
}

/** A field as a part of the body: absent when nothing is said. */
function said<Name extends string>(name: Name, text: string): { [N in Name]?: string } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key widens to string
  return (text.trim() === '' ? {} : { [name]: text.trim() }) as { [N in Name]?: string }
}

/** The draft as it is sent. */
export function toDealBody(draft: DealDraft) {
  const expected = expectedOf(draft)
  return {
    company_name: draft.company.trim(),
    ...said('domain', draft.domain),
    ...said('contact_name', draft.contact),
    ...said('contact_email', draft.email),
    ...said('notes', draft.notes),
    ...(expected && { expected }),
  }
}
