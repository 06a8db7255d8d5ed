import './deals-words.ts'
import { Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { blankDeal, checkDeal, toDealBody } from './deal-draft.ts'
import type { DealDraft } from './deal-draft.ts'

type FieldsProps = {
  draft: DealDraft
  errors: readonly FormError[]
  onDraft: (change: Partial<DealDraft>) => void
}

function ProspectFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="company_name"
        label={t('deals.company')}
        value={draft.company}
        maxLength={200}
        error={errorOf(errors, 'company_name')}
        onChange={(event) => onDraft({ company: event.currentTarget.value })}
      />
      <TextInput
        id="domain"
        label={t('deals.domain')}
        description={t('deal_form.domain_about')}
        value={draft.domain}
        maxLength={300}
        error={errorOf(errors, 'domain')}
        onChange={(event) => onDraft({ domain: event.currentTarget.value })}
      />
      <TextInput
        id="contact_name"
        label={t('deal_form.contact')}
        autoComplete="off"
        value={draft.contact}
        maxLength={200}
        onChange={(event) => onDraft({ contact: event.currentTarget.value })}
      />
      <TextInput
        id="contact_email"
        type="email"
        label={t('deal_form.email')}
        description={t('deal_form.email_about')}
        autoComplete="off"
        error={errorOf(errors, 'contact_email')}
        value={draft.email}
        maxLength={254}
        onChange={(event) => onDraft({ email: event.currentTarget.value })}
      />
    </>
  )
}

function ValueFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="expected"
        label={t('deal_form.value')}
        description={t('deal_form.value_about')}
        inputMode="decimal"
        value={draft.value}
        maxLength={14}
        error={errorOf(errors, 'expected')}
        onChange={(event) => onDraft({ value: event.currentTarget.value })}
      />
      <TextInput
        id="currency"
        label={t('deal_form.currency')}
        description={t('deal_form.currency_about')}
        value={draft.currency}
        maxLength={3}
        onChange={(event) => onDraft({ currency: event.currentTarget.value })}
      />
      <Textarea
        id="notes"
        label={t('deal_form.notes')}
        description={t('deal_form.notes_about')}
        rows={3}
        maxLength={2000}
        value={draft.notes}
        onChange={(event) => onDraft({ notes: event.currentTarget.value })}
      />
    </>
  )
}

function useRegister(draft: DealDraft) {
  const go = useGo()
  const { partnerId } = useFrame()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: DealDraft, { client }) =>
      readBody(
        client.POST('/program/deals', {
          headers: { 'Idempotency-Key': attempt },
          body: toDealBody(wanted),
        }),
      ),
    (made) => {
      showToast(t('deal_form.done', { company: made.company_name }))
      go(partnerPlaces.deals(partnerId))
    },
  )
}

/** Registers a prospect that the partner works on. */
export function NewDealPage() {
  const { partnerId } = useFrame()
  const [draft, setDraft] = useState(blankDeal)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useRegister(draft)
  const fields = {
    draft,
    errors,
    onDraft: (change: Partial<DealDraft>) => setDraft((before) => ({ ...before, ...change })),
  }
  return (
    <Page
      title={t('deal_form.title')}
      lead={t('deal_form.lead')}
      back={{ to: partnerPlaces.deals(partnerId), label: t('deals.title') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('deals.new')}
        onSend={() => {
          const found = checkDeal(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <ProspectFields {...fields} />
        <ValueFields {...fields} />
      </WriteForm>
    </Page>
  )
}
