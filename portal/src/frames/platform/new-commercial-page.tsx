import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { findPartners, findTenants } from './finds.ts'
import { missing } from './form-words.ts'

const kinds = ['direct', 'resale'] as const

type Draft = {
  kind: (typeof kinds)[number]
  tenant: Found | null
  ban: string
  seller: Found | null
  payerBan: string
  agreement: string
}

function checkDraft(draft: Draft): FormError[] {
  const always = [
    ...missing('tenant_id', t('terms.customer'), draft.tenant !== null),
    ...missing('customer_ban', t('terms.ban'), draft.ban.trim() !== ''),
  ]
  if (draft.kind === 'direct') return always
  return [
    ...always,
    ...missing('seller_partner_id', t('terms.seller'), draft.seller !== null),
    ...missing('payer_ban', t('terms.payer_ban'), draft.payerBan.trim() !== ''),
    ...missing('agreement_reference', t('resale.agreement'), draft.agreement.trim() !== ''),
  ]
}

function toBody({ kind, tenant, ban, seller, payerBan, agreement }: Draft) {
  const always = { tenant_id: tenant?.id ?? '', customer_ban: ban.trim() }
  if (kind === 'resale') {
    return {
      ...always,
      kind,
      seller_partner_id: seller?.id ?? '',
      payer_ban: payerBan.trim(),
      agreement_reference: agreement.trim(),
    }
  }
  return {
    ...always,
    kind,
    ...(payerBan.trim() === '' ? {} : { payer_ban: payerBan.trim() }),
    ...(agreement.trim() === '' ? {} : { agreement_reference: agreement.trim() }),
  }
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Customer({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Finder
        id="tenant_id"
        kind="tenant"
        label={t('terms.customer')}
        find={findTenants}
        chosen={draft.tenant}
        error={errorOf(errors, 'tenant_id')}
        onChosen={(tenant) => onDraft({ ...draft, tenant })}
      />
      <TextInput
        id="customer_ban"
        label={t('terms.ban')}
        value={draft.ban}
        maxLength={64}
        error={errorOf(errors, 'customer_ban')}
        onChange={(event) => onDraft({ ...draft, ban: event.currentTarget.value })}
      />
      <NativeSelect
        id="kind"
        label={t('terms.kind')}
        value={draft.kind}
        onChange={(event) =>
          onDraft({ ...draft, kind: event.currentTarget.value === 'resale' ? 'resale' : 'direct' })
        }
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`terms.${kind}`)}
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

function Payer({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      {draft.kind === 'resale' && (
        <Finder
          id="seller_partner_id"
          kind="partner"
          label={t('terms.seller')}
          find={findPartners}
          chosen={draft.seller}
          error={errorOf(errors, 'seller_partner_id')}
          onChosen={(seller) => onDraft({ ...draft, seller })}
        />
      )}
      <TextInput
        id="payer_ban"
        label={t(draft.kind === 'resale' ? 'terms.payer_ban' : 'terms.payer_ban_own')}
        value={draft.payerBan}
        maxLength={64}
        error={errorOf(errors, 'payer_ban')}
        onChange={(event) => onDraft({ ...draft, payerBan: event.currentTarget.value })}
      />
      <TextInput
        id="agreement_reference"
        label={t('resale.agreement')}
        value={draft.agreement}
        maxLength={100}
        error={errorOf(errors, 'agreement_reference')}
        onChange={(event) => onDraft({ ...draft, agreement: event.currentTarget.value })}
      />
    </>
  )
}

const blank: Draft = { kind: 'direct', tenant: null, ban: '', seller: null, payerBan: '', agreement: '' }

function useSave(draft: Draft) {
  const go = useGo()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: Draft, frame) =>
      readBody(
        frame.client.POST('/admin/commercial-relationships', {
          headers: { 'Idempotency-Key': attempt },
          body: toBody(wanted),
        }),
      ),
    (made) => {
      showToast(t('terms.done', { payer: made.payer_name, ban: made.customer_ban }))
      go(platformPlaces.commercial())
    },
  )
}

/** Says who pays for what belongs to a billing account. */
export function NewCommercialPage() {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(draft)
  return (
    <Page
      title={t('terms.new')}
      lead={t('terms.new_lead')}
      back={{ to: platformPlaces.commercial(), label: t('nav.commercial') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('terms.act')}
        onSend={() => {
          const found = checkDraft(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Customer draft={draft} errors={errors} onDraft={setDraft} />
        <Payer draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
