import { Checkbox, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { AskFields, blankTerms, checkTerms } from '../shared/ask-fields.tsx'
import type { AskedTerms } from '../shared/ask-fields.tsx'

type Draft = AskedTerms & { slug: string; isForAccounts: boolean }

function useInvite(draft: Draft) {
  const { tenantId } = useFrame()
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (sent: Draft, { client }) =>
      readBody(
        client.POST('/tenant/partner-access/links/invite', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            partner_slug: sent.slug.trim(),
            relationship_type: sent.relationship,
            access_role: sent.role,
            duration_days: Number(sent.days),
            message: sent.message.trim(),
            own_accounts_only: sent.isForAccounts,
          },
        }),
      ),
    (link) => {
      showToast(t('invite_partner.done', { partner: link.partner_name }))
      go(orgPlaces.link(tenantId, link.link_id))
    },
  )
}

function checkDraft(draft: Draft): FormError[] {
  const nobody =
    draft.slug.trim() === '' ? [{ field: 'partner_slug', text: t('invite_partner.missing') }] : []
  return [...nobody, ...checkTerms(draft)]
}

type FieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="partner_slug"
        label={t('invite_partner.slug')}
        description={t('invite_partner.slug_about')}
        autoComplete="off"
        value={draft.slug}
        error={errorOf(errors, 'partner_slug')}
        onChange={(event) => onDraft({ slug: event.currentTarget.value })}
      />
      <AskFields
        draft={draft}
        errors={errors}
        onDraft={onDraft}
        asks={{ role: t('invite_partner.role'), message: t('invite_partner.message') }}
      />
      <Checkbox
        id="own_accounts_only"
        label={t('invite_partner.accounts')}
        description={t('invite_partner.accounts_about')}
        checked={draft.isForAccounts}
        onChange={(event) => onDraft({ isForAccounts: event.currentTarget.checked })}
      />
    </>
  )
}

/** Invites a partner into the own organisation, on the terms of the organisation (B1, B10). */
export function InvitePartnerPage() {
  const { name, tenantId } = useFrame()
  const [draft, setDraft] = useState<Draft>({ ...blankTerms, slug: '', isForAccounts: false })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useInvite(draft)
  return (
    <Page
      title={t('invite_partner.title')}
      lead={t('invite_partner.lead')}
      back={{ to: orgPlaces.access(tenantId), label: t('access.title', { org: name }) }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('invite_partner.act')}
        onSend={() => {
          const found = checkDraft(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
      </WriteForm>
      <p>
        <GoLink to={orgPlaces.newCode(tenantId)}>{t('invite_partner.codes')}</GoLink>
      </p>
    </Page>
  )
}
