import './agreements-words.ts'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { AgreementTemplate } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryPartner } from '../shared/every.ts'
import { fields, parseTerms, readField, setField, writeTerms } from './draft.ts'
import type { Draft, FieldName } from './draft.ts'

type Props = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

function TermField({ name, terms, onDraft }: { name: FieldName; terms: string } & Pick<Props, 'onDraft'>) {
  const parsed = parseTerms(terms)
  const shown = parsed === null ? null : readField(parsed, name)
  const [typed, setTyped] = useState<string | null>(null)
  const [isWrong, setWrong] = useState(false)
  if (parsed === null || shown === null) return null
  return (
    <TextInput
      label={t(`agreement_draft.${name}`)}
      value={typed ?? shown}
      inputMode="decimal"
      maxLength={12}
      error={isWrong ? t('agreement_draft.number_wrong') : undefined}
      onChange={(event) => {
        const text = event.currentTarget.value
        const changed = setField(parsed, name, text)
        setTyped(text)
        setWrong(changed === null)
        if (changed !== null) onDraft({ terms: writeTerms(changed) })
      }}
      onBlur={() => {
        if (!isWrong) setTyped(null)
      }}
    />
  )
}

/** The terms of a draft: a field for each simple one, and all of them as text. */
export function TermFields({ draft, errors, onDraft }: Props) {
  return (
    <>
      {fields.map((name) => (
        <TermField key={name} name={name} terms={draft.terms} onDraft={onDraft} />
      ))}
      <Textarea
        id="terms"
        label={t('agreement_draft.terms')}
        description={t('agreement_draft.terms_about')}
        value={draft.terms}
        autosize
        minRows={6}
        maxRows={24}
        classNames={{ input: 'mono' }}
        error={errorOf(errors, 'terms')}
        onChange={(event) => onDraft({ terms: event.currentTarget.value })}
      />
    </>
  )
}

/** The text of a draft with its placeholders. */
export function SourceField({ draft, errors, onDraft }: Props) {
  return (
    <Textarea
      id="source"
      label={t('agreement_draft.source')}
      value={draft.source}
      autosize
      minRows={10}
      maxRows={40}
      error={errorOf(errors, 'source')}
      onChange={(event) => onDraft({ source: event.currentTarget.value })}
    />
  )
}

/** The partner that a new draft is for. */
export function PartnerField({ draft, errors, onDraft }: Props) {
  const partners = useRead(['agreement-partners'], (frame, signal) =>
    readEveryPartner(frame.client, 'active', signal),
  )
  const options = (partners.data ?? []).map((one) => ({ value: one.partner_id, label: one.name }))
  return (
    <NativeSelect
      id="partner"
      label={t('agreement_draft.partner')}
      data={[{ value: '', label: t('agreement_draft.partner_choose') }, ...options]}
      value={draft.partner}
      error={errorOf(errors, 'partner')}
      onChange={(event) => onDraft({ partner: event.currentTarget.value })}
    />
  )
}

/** The template that a draft begins with; choosing one fills text and terms. */
export function TemplateField({
  draft,
  templates,
  onDraft,
}: Omit<Props, 'errors'> & { templates: readonly AgreementTemplate[] }) {
  return (
    <NativeSelect
      id="template"
      label={t('agreement_draft.template')}
      data={templates.map((one) => ({ value: one.template_id, label: one.title }))}
      value={draft.template}
      onChange={(event) => {
        const chosen = templates.find((one) => one.template_id === event.currentTarget.value)
        if (chosen) onDraft(fromTemplate(chosen))
      }}
    />
  )
}

/** What a template gives to a draft. */
export const fromTemplate = (template: AgreementTemplate): Omit<Draft, 'partner' | 'startsAt'> => ({
  template: template.template_id,
  title: template.title,
  source: template.source,
  terms: writeTerms(template.terms),
})
