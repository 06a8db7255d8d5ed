import { Button, Radio, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useNow } from '../../platform/clock.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { AskFields, blankTerms, checkTerms } from '../shared/ask-fields.tsx'
import type { AskedTerms } from '../shared/ask-fields.tsx'
import { payersOf } from './payers.ts'
import {
  blankMore,
  bodyOfMore,
  checkMore,
  OfferFields,
  PayerFields,
  PromiseField,
  StartField,
} from './request-more.tsx'
import type { MoreTerms } from './request-more.tsx'

type Draft = AskedTerms & MoreTerms & { by: 'slug' | 'code'; slug: string; code: string; via: string }

function checkName({ by, slug, code }: Draft): FormError[] {
  if (by === 'code')
    return code.trim() === '' ? [{ field: 'invitation_code', text: t('request.code_missing') }] : []
  return slug.trim() === '' ? [{ field: 'tenant_slug', text: t('request.slug_missing') }] : []
}

function checkDraft(draft: Draft, now: Date): FormError[] {
  return [...checkName(draft), ...checkTerms(draft), ...checkMore(draft, now)]
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

/** Whom the partner asks: a tenant that it names, or whoever gave it an invitation code. */
function WhomFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Radio.Group
        label={t('request.by')}
        value={draft.by}
        onChange={(by) => onDraft({ ...draft, by: by === 'code' ? 'code' : 'slug' })}
      >
        <div className="stack tight">
          <Radio value="slug" label={t('request.by.slug')} />
          <Radio value="code" label={t('request.by.code')} />
        </div>
      </Radio.Group>
      {draft.by === 'slug' ? (
        <TextInput
          key="slug"
          id="tenant_slug"
          label={t('request.slug')}
          description={t('request.slug_about')}
          value={draft.slug}
          autoComplete="off"
          error={errorOf(errors, 'tenant_slug')}
          onChange={(event) => onDraft({ ...draft, slug: event.currentTarget.value })}
        />
      ) : (
        <TextInput
          key="code"
          id="invitation_code"
          label={t('request.code')}
          description={t('request.code_about')}
          value={draft.code}
          maxLength={60}
          autoComplete="off"
          spellCheck={false}
          error={errorOf(errors, 'invitation_code')}
          onChange={(event) => onDraft({ ...draft, code: event.currentTarget.value })}
        />
      )}
    </>
  )
}

function Fields({ draft, errors, onDraft }: FieldsProps) {
  const change = (part: Partial<Draft>) => onDraft({ ...draft, ...part })
  return (
    <>
      <WhomFields draft={draft} errors={errors} onDraft={onDraft} />
      <AskFields draft={draft} errors={errors} onDraft={change} />
      <PromiseField draft={draft} errors={errors} onDraft={change} />
      <StartField draft={draft} errors={errors} onDraft={change} />
      <details>
        <summary>{t('request.more')}</summary>
        <div className="stack">
          <PayerFields draft={draft} onDraft={change} />
          <OfferFields draft={draft} onDraft={change} />
          <TextInput
            id="via_partner_slug"
            label={t('request.via')}
            description={t('request.via_about')}
            maxLength={63}
            autoComplete="off"
            value={draft.via}
            onChange={(event) => onDraft({ ...draft, via: event.currentTarget.value })}
          />
        </div>
      </details>
    </>
  )
}

function Sent({ draft: { by, slug, code } }: { draft: Draft }) {
  const { partnerId } = useFrame()
  return (
    <Page title={t('request.sent_title')}>
      <div className="prose">
        <p>
          {by === 'code'
            ? t('request.sent_code', { code: code.trim().slice(0, 4).toUpperCase() })
            : t('request.sent_text', { slug: slug.trim() })}
        </p>
        <p>{t(by === 'code' ? 'request.sent_next_code' : 'request.sent_next')}</p>
        <p>
          <GoLink to={`${partnerPlaces.links(partnerId)}?status=requested`}>{t('request.sent_list')}</GoLink>
        </p>
      </div>
    </Page>
  )
}

const blank: Draft = { ...blankTerms, ...blankMore, by: 'slug', slug: '', code: '', via: '' }

function useRequest(draft: Draft) {
  const attempt = useAttemptKey(draft)
  return useWrite((sent: Draft, frame) =>
    readBody(
      frame.client.POST('/partner/links', {
        headers: { 'Idempotency-Key': attempt },
        body: {
          ...(sent.by === 'code' ? { invitation_code: sent.code.trim() } : { tenant_slug: sent.slug.trim() }),
          relationship_type: sent.relationship,
          access_role: sent.role,
          duration_days: Number(sent.days),
          message: sent.message.trim(),
          ...bodyOfMore(sent),
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
  const now = useNow(60_000)
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    const found = checkDraft(draft, now)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  if (write.isSuccess) return <Sent draft={draft} />
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
          <p>{payersOf(draft.pays)}</p>
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
