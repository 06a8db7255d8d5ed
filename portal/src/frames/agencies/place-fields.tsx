import { Checkbox, Textarea, TextInput } from '@mantine/core'
import type { AgencyForm } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { readLimit } from './agency-fields.tsx'

export type PlaceDraft = {
  name: string
  origins: string
  allowsSubdomains: boolean
  isHeadless: boolean
  asksProof: boolean
  code: string
  removesCode: boolean
  limit: string
}

/** Where a form may be used, as it is edited. */
export function toPlaceDraft(form: AgencyForm | null): PlaceDraft {
  return {
    name: form?.name ?? '',
    origins: form?.allowed_origins.join('\n') ?? '',
    allowsSubdomains: form?.allows_subdomains ?? false,
    isHeadless: form?.is_headless ?? false,
    asksProof: form?.challenge === 'required',
    code: '',
    removesCode: false,
    limit: form === null || form.daily_issue_limit === null ? '' : String(form.daily_issue_limit),
  }
}

/** What is missing before the server is asked. */
export function checkPlace(draft: PlaceDraft): FormError[] {
  return [
    ...(draft.name.trim() === '' ? [{ field: 'name', text: t('agency.name_missing') }] : []),
    ...(readLimit(draft.limit) === undefined
      ? [{ field: 'daily_issue_limit', text: t('agency.limit_wrong') }]
      : []),
  ]
}

/** An address as browsers write the origin of its page; what is none is left for the server to refuse. */
function toOrigin(line: string): string {
  const url = URL.canParse(line) ? new URL(line) : null
  return url === null || line.includes('*') ? line : url.origin
}

/** The draft as the interface takes it. */
export function toPlaceBody(draft: PlaceDraft) {
  const lines = draft.origins
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const code = draft.removesCode
    ? { access_code: null }
    : draft.code === ''
      ? {}
      : { access_code: draft.code }
  return {
    name: draft.name.trim(),
    allowed_origins: [...new Set(lines.map(toOrigin))],
    allows_subdomains: draft.allowsSubdomains,
    is_headless: draft.isHeadless,
    challenge: draft.asksProof ? ('required' as const) : ('off' as const),
    daily_issue_limit: readLimit(draft.limit) ?? null,
    ...code,
  }
}

type FieldsProps = {
  draft: PlaceDraft
  hasCode: boolean
  errors: readonly FormError[]
  onDraft: (draft: PlaceDraft) => void
}

function Bounds({ draft, hasCode, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="access_code"
        label={t('form.field_code')}
        description={t(hasCode ? 'form.field_code_set' : 'form.field_code_about')}
        autoComplete="off"
        value={draft.code}
        maxLength={60}
        disabled={draft.removesCode}
        error={errorOf(errors, 'access_code')}
        onChange={(event) => onDraft({ ...draft, code: event.currentTarget.value })}
      />
      {hasCode && (
        <Checkbox
          label={t('form.code_remove')}
          checked={draft.removesCode}
          onChange={(event) => onDraft({ ...draft, removesCode: event.currentTarget.checked })}
        />
      )}
      <TextInput
        id="daily_issue_limit"
        inputMode="numeric"
        label={t('form.field_limit')}
        value={draft.limit}
        maxLength={6}
        error={errorOf(errors, 'daily_issue_limit')}
        onChange={(event) => onDraft({ ...draft, limit: event.currentTarget.value })}
      />
    </>
  )
}

/** Which sites may show a form, and what else bounds its use. */
export function PlaceFields(props: FieldsProps) {
  const { draft, errors, onDraft } = props
  return (
    <>
      <TextInput
        id="name"
        label={t('form.field_name')}
        description={t('form.field_name_about')}
        value={draft.name}
        maxLength={120}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Textarea
        id="allowed_origins"
        label={t('form.field_origins')}
        description={t('form.field_origins_about')}
        placeholder="https://www.agency.example"
        value={draft.origins}
        rows={3}
        error={errorOf(errors, 'allowed_origins')}
        onChange={(event) => onDraft({ ...draft, origins: event.currentTarget.value })}
      />
      <Checkbox
        label={t('form.field_subdomains')}
        checked={draft.allowsSubdomains}
        onChange={(event) => onDraft({ ...draft, allowsSubdomains: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('form.field_challenge')}
        description={t('form.field_challenge_about')}
        checked={draft.asksProof}
        onChange={(event) => onDraft({ ...draft, asksProof: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('form.field_headless')}
        checked={draft.isHeadless}
        onChange={(event) => onDraft({ ...draft, isHeadless: event.currentTarget.checked })}
      />
      <Bounds {...props} />
    </>
  )
}
