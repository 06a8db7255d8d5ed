import './program-words.ts'
import { NativeSelect, Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { findPartners, findTenants } from '../platform/finds.ts'
import { missing } from '../platform/form-words.ts'
import { readEveryCode } from '../shared/every.ts'

type Draft = { partner: Found | null; tenant: Found | null; code: string; reason: string }

const blank: Draft = { partner: null, tenant: null, code: '', reason: '' }

const check = ({ partner, tenant, reason }: Draft): FormError[] => [
  ...missing('partner_id', t('refer.partner'), partner !== null),
  ...missing('tenant_id', t('refer.tenant'), tenant !== null),
  ...missing('reason', t('confirm.reason'), reason.trim() !== ''),
]

type CodePickProps = { partnerId: string; value: string; onValue: (code: string) => void }

/** A code of the partner, so that whoever made it sees the referral too. */
function CodePick({ partnerId, value, onValue }: CodePickProps) {
  const codes = useRead(['codes-of', partnerId], (frame, signal) =>
    readEveryCode(frame.client, partnerId, signal),
  )
  const known = codes.data ?? []
  return (
    <NativeSelect
      id="code_id"
      label={t('refer.code')}
      description={t('refer.code_about')}
      value={value}
      data={[
        { value: '', label: t('refer.no_code') },
        ...known.map(({ code_id: id, code, label }) => ({
          value: id,
          label: label === null ? code : `${code}, ${label}`,
        })),
      ]}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

type FieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (draft: Draft) => void
}

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Finder
        id="tenant_id"
        kind="tenant"
        label={t('refer.tenant')}
        find={findTenants}
        chosen={draft.tenant}
        error={errorOf(errors, 'tenant_id')}
        onChosen={(tenant) => onDraft({ ...draft, tenant })}
      />
      <Finder
        id="partner_id"
        kind="partner"
        label={t('refer.partner')}
        find={findPartners}
        chosen={draft.partner}
        error={errorOf(errors, 'partner_id')}
        onChosen={(partner) => onDraft({ ...draft, partner, code: '' })}
      />
      {draft.partner !== null && (
        <CodePick
          partnerId={draft.partner.id}
          value={draft.code}
          onValue={(code) => onDraft({ ...draft, code })}
        />
      )}
      <Textarea
        id="reason"
        label={t('confirm.reason')}
        description={t('refer.reason_about')}
        rows={2}
        maxLength={500}
        value={draft.reason}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
    </>
  )
}

function useRefer(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    ({ partner, tenant, code, reason }: Draft, { client }) =>
      readBody(
        client.POST('/admin/referrals/manual', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            partner_id: partner?.id ?? '',
            tenant_id: tenant?.id ?? '',
            reason: reason.trim(),
            ...(code === '' ? {} : { code_id: code }),
          },
        }),
      ),
    (made) => {
      showToast(t('refer.done', { tenant: made.tenant.name, partner: made.partner.name }))
      go(platformPlaces.referrals())
    },
  )
}

/** Refers a tenant by hand, for a partner that brought it without a code or a link. */
export function NewReferralPage() {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useRefer(draft)
  return (
    <Page
      title={t('refer.title')}
      lead={t('refer.lead')}
      back={{ to: platformPlaces.referrals(), label: t('nav.referrals') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('refer.act')}
        onSend={() => {
          const found = check(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
        <Note>
          <p>{t('refer.effect')}</p>
        </Note>
      </WriteForm>
    </Page>
  )
}
