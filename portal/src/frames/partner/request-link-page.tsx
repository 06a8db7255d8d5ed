import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'

/** Which roles a kind of relationship may ask for; the server decides, this only keeps the form short. */
const rolesOf = {
  msp_managed: ['msp_full', 'msp_billing', 'msp_support', 'delegate'],
  enterprise_subsidiary: ['enterprise_hq', 'auditor', 'delegate'],
  reseller_channel: ['reseller', 'delegate'],
  audit_only: ['auditor'],
} as const

type Relationship = keyof typeof rolesOf
const relationships = ['msp_managed', 'enterprise_subsidiary', 'reseller_channel', 'audit_only'] as const
const durations = ['90', '180', '365', '730'] as const

type Draft = {
  slug: string
  relationship: Relationship
  role: string
  days: string
  message: string
  via: string
}

const messageLeast = 10

function checkDraft(draft: Draft): FormError[] {
  const errors: FormError[] = []
  if (draft.slug.trim() === '') errors.push({ field: 'tenant_slug', text: t('request.slug_missing') })
  if (draft.message.trim().length < messageLeast) {
    errors.push({ field: 'message', text: t('request.message_short') })
  }
  return errors
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function RoleFields({ draft, onDraft }: Omit<FieldsProps, 'errors'>) {
  return (
    <>
      <NativeSelect
        id="relationship_type"
        label={t('request.relationship')}
        value={draft.relationship}
        onChange={(event) => {
          const next = relationships.find((kind) => kind === event.currentTarget.value) ?? 'msp_managed'
          onDraft({ ...draft, relationship: next, role: rolesOf[next][0] })
        }}
      >
        {relationships.map((kind) => (
          <option key={kind} value={kind}>
            {tValue('relationship', kind)}
          </option>
        ))}
      </NativeSelect>
      <fieldset className="stack tight">
        <legend>{t('request.role')}</legend>
        {rolesOf[draft.relationship].map((role) => (
          <label key={role} className="choice">
            <input
              type="radio"
              name="access_role"
              checked={draft.role === role}
              onChange={() => onDraft({ ...draft, role })}
            />
            {tValue('role', role)}
            <span className="muted">{tValue('role_about', role)}</span>
          </label>
        ))}
      </fieldset>
    </>
  )
}

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="tenant_slug"
        label={t('request.slug')}
        description={t('request.slug_about')}
        value={draft.slug}
        autoComplete="off"
        error={errorOf(errors, 'tenant_slug')}
        onChange={(event) => onDraft({ ...draft, slug: event.currentTarget.value })}
      />
      <RoleFields draft={draft} onDraft={onDraft} />
      <NativeSelect
        id="duration_days"
        label={t('request.duration')}
        value={draft.days}
        onChange={(event) => onDraft({ ...draft, days: event.currentTarget.value })}
      >
        {durations.map((days) => (
          <option key={days} value={days}>
            {t('request.duration_option', { days })}
          </option>
        ))}
      </NativeSelect>
      <Textarea
        id="message"
        label={t('request.message')}
        description={t('request.message_about')}
        rows={3}
        maxLength={1000}
        value={draft.message}
        error={errorOf(errors, 'message')}
        onChange={(event) => onDraft({ ...draft, message: event.currentTarget.value })}
      />
      <details>
        <summary>{t('request.more')}</summary>
        <TextInput
          id="via_partner_slug"
          label={t('request.via')}
          description={t('request.via_about')}
          maxLength={63}
          autoComplete="off"
          value={draft.via}
          onChange={(event) => onDraft({ ...draft, via: event.currentTarget.value })}
        />
      </details>
    </>
  )
}

function Sent({ slug }: { slug: string }) {
  const { partnerId } = useFrame()
  return (
    <Page title={t('request.sent_title')}>
      <div className="prose">
        <p>{t('request.sent_text', { slug })}</p>
        <p>{t('request.sent_next')}</p>
        <p>
          <GoLink to={`${partnerPlaces.links(partnerId)}?status=requested`}>{t('request.sent_list')}</GoLink>
        </p>
      </div>
    </Page>
  )
}

const blank: Draft = {
  slug: '',
  relationship: 'msp_managed',
  role: 'msp_support',
  days: '365',
  message: '',
  via: '',
}

function useRequest(draft: Draft) {
  const attempt = useAttemptKey(draft)
  return useWrite((sent: Draft, frame) =>
    readBody(
      frame.client.POST('/partner/links', {
        headers: { 'Idempotency-Key': attempt },
        body: {
          tenant_slug: sent.slug.trim(),
          relationship_type: sent.relationship,
          access_role: sent.role,
          duration_days: Number(sent.days),
          message: sent.message.trim(),
          ...(sent.via.trim() === '' ? {} : { via_partner_slug: sent.via.trim() }),
        },
      }),
    ),
  )
}

/** Asks a tenant for access. The answer never says whether such a tenant exists (B1). */
export function RequestLinkPage() {
  const { partnerId } = useFrame()
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useRequest(draft)
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    const found = checkDraft(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  if (write.isSuccess) return <Sent slug={draft.slug.trim()} />
  return (
    <Page
      title={t('request.title')}
      lead={t('request.lead')}
      back={{ to: partnerPlaces.links(partnerId), label: t('nav.links') }}
    >
      <form className="stack form" noValidate onSubmit={submit}>
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
        <Note tone="off">
          <p>{t('request.note')}</p>
        </Note>
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('request.send')}
          </Button>
        </div>
      </form>
    </Page>
  )
}
