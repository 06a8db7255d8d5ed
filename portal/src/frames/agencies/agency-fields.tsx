import { TextInput } from '@mantine/core'
import type { Agency } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'

export type AgencyDraft = {
  name: string
  contact_name: string
  contact_email: string
  contact_phone: string
  daily_issue_limit: string
}

export const blankAgency: AgencyDraft = {
  name: '',
  contact_name: '',
  contact_email: '',
  contact_phone: '',
  daily_issue_limit: '',
}

/** An agency as it is edited. */
export function toAgencyDraft(agency: Agency): AgencyDraft {
  return {
    name: agency.name,
    contact_name: agency.contact_name ?? '',
    contact_email: agency.contact_email ?? '',
    contact_phone: agency.contact_phone ?? '',
    daily_issue_limit: agency.daily_issue_limit === null ? '' : String(agency.daily_issue_limit),
  }
}

/** A daily bound as it was typed; undefined when it is none. */
export function readLimit(text: string): number | null | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return null
  const limit = Number(trimmed)
  return /^\d{1,6}$/.test(trimmed) && limit >= 1 && limit <= 100_000 ? limit : undefined
}

/** What is missing before the server is asked. */
export function checkAgency(draft: AgencyDraft): FormError[] {
  return [
    ...(draft.name.trim() === '' ? [{ field: 'name', text: t('agency.name_missing') }] : []),
    ...(readLimit(draft.daily_issue_limit) === undefined
      ? [{ field: 'daily_issue_limit', text: t('agency.limit_wrong') }]
      : []),
  ]
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** The draft as the interface takes it. */
export function toAgencyBody(draft: AgencyDraft) {
  return {
    name: draft.name.trim(),
    contact_name: orNull(draft.contact_name),
    contact_email: orNull(draft.contact_email),
    contact_phone: orNull(draft.contact_phone),
    daily_issue_limit: readLimit(draft.daily_issue_limit) ?? null,
  }
}

const FIELDS = [
  { field: 'name', label: 'agency.field_name', longest: 120, type: 'text' },
  { field: 'contact_name', label: 'agency.field_contact_name', longest: 120, type: 'text' },
  { field: 'contact_email', label: 'agency.field_contact_email', longest: 254, type: 'email' },
  { field: 'contact_phone', label: 'agency.field_contact_phone', longest: 40, type: 'tel' },
] as const

type FieldsProps = {
  draft: AgencyDraft
  errors: readonly FormError[]
  onDraft: (draft: AgencyDraft) => void
}

/** Name, contact and daily bound of an agency. */
export function AgencyFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      {FIELDS.map(({ field, label, longest, type }) => (
        <TextInput
          key={field}
          id={field}
          type={type}
          label={t(label)}
          value={draft[field]}
          maxLength={longest}
          error={errorOf(errors, field)}
          onChange={(event) => onDraft({ ...draft, [field]: event.currentTarget.value })}
        />
      ))}
      <TextInput
        id="daily_issue_limit"
        inputMode="numeric"
        label={t('agency.field_limit')}
        description={t('agency.field_limit_about')}
        value={draft.daily_issue_limit}
        maxLength={6}
        error={errorOf(errors, 'daily_issue_limit')}
        onChange={(event) => onDraft({ ...draft, daily_issue_limit: event.currentTarget.value })}
      />
    </>
  )
}
