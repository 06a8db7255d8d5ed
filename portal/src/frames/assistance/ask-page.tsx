import { readBody } from '@liaison/client'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { formatMinutes } from './calls.ts'

const DURATIONS = [15, 30, 60, 120, 240, 480] as const
const SHORTEST_REASON = 10

type Draft = { caseNumber: string; reason: string; minutes: number; partner: string }
const blank: Draft = { caseNumber: '', reason: '', minutes: 60, partner: '' }

function checkDraft({ caseNumber, reason }: Draft): FormError[] {
  return [
    ...(caseNumber.trim() === '' ? [{ field: 'case_number', text: t('assist.ask_case_missing') }] : []),
    ...(reason.trim().length < SHORTEST_REASON
      ? [{ field: 'reason', text: t('assist.ask_reason_missing') }]
      : []),
  ]
}

type Tenant = { id: string; name: string }
type FieldsProps = {
  tenant: Tenant
  draft: Draft
  errors: readonly FormError[]
  onDraft: (draft: Draft) => void
}

/** The partners that work in the tenant now; the case may be about one of them. */
function PartnerPick({ tenant, draft, onDraft }: FieldsProps) {
  const query = { tenant_id: tenant.id, status: 'active', limit: 100 }
  const links = useRead(['links', query], ({ client }, signal) =>
    readBody(client.GET('/admin/partner-access/links', { params: { query }, signal })),
  )
  const names = new Map(links.data?.items.map((link) => [link.partner_id, link.partner_name]))
  if (names.size === 0) return null
  return (
    <NativeSelect
      id="partner_id"
      label={t('assist.ask_partner')}
      description={t('assist.ask_partner_about')}
      value={draft.partner}
      onChange={(event) => onDraft({ ...draft, partner: event.currentTarget.value })}
    >
      <option value="">{t('assist.ask_partner_none')}</option>
      {[...names].map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </NativeSelect>
  )
}

function Fields(props: FieldsProps) {
  const { tenant, draft, errors, onDraft } = props
  return (
    <>
      <TextInput
        id="case_number"
        label={t('assist.ask_case')}
        maxLength={64}
        value={draft.caseNumber}
        error={errorOf(errors, 'case_number')}
        onChange={(event) => onDraft({ ...draft, caseNumber: event.currentTarget.value })}
      />
      <Textarea
        id="reason"
        label={t('assist.ask_reason')}
        description={t('assist.ask_reason_about', { tenant: tenant.name })}
        rows={3}
        maxLength={500}
        value={draft.reason}
        error={errorOf(errors, 'reason')}
        onChange={(event) => onDraft({ ...draft, reason: event.currentTarget.value })}
      />
      <NativeSelect
        id="duration_minutes"
        label={t('assist.ask_minutes')}
        value={String(draft.minutes)}
        onChange={(event) => onDraft({ ...draft, minutes: Number(event.currentTarget.value) })}
      >
        {DURATIONS.map((minutes) => (
          <option key={minutes} value={minutes}>
            {formatMinutes(minutes)}
          </option>
        ))}
      </NativeSelect>
      <PartnerPick {...props} />
    </>
  )
}

/** Sends the request, and goes to where it waits or is open already. */
function useAsk(tenant: Tenant) {
  const go = useGo()
  return useWrite(
    ({ caseNumber, reason, minutes, partner }: Draft, { client }) =>
      readBody(
        client.POST('/admin/support-access', {
          body: {
            tenant_id: tenant.id,
            case_number: caseNumber.trim(),
            reason: reason.trim(),
            duration_minutes: minutes,
            ...(partner === '' ? {} : { partner_id: partner }),
          },
        }),
      ),
    ({ status, support_access_id: id }) => {
      showToast(t(status === 'active' ? 'assist.ask_begun' : 'assist.ask_done', { tenant: tenant.name }))
      go(platformPlaces.supportAccess(id))
    },
  )
}

function AskForm({ tenant }: { tenant: Tenant }) {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAsk(tenant)
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('assist.ask_act', { tenant: tenant.name })}
      className="stack"
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <Fields tenant={tenant} draft={draft} errors={errors} onDraft={setDraft} />
    </WriteForm>
  )
}

/** Asks one tenant to let the reader look at its data for a support case. */
export function AskAccessPage() {
  const id = useParam('ten')
  const tenant = useRead(['tenant', id], ({ client }, signal) =>
    readBody(client.GET('/admin/tenants/{tenant_id}', { params: { path: { tenant_id: id } }, signal })),
  )
  const name = tenant.data?.name ?? t('column.tenant')
  return (
    <Page
      title={t('assist.ask_title', { tenant: name })}
      lead={t('assist.ask_lead', { tenant: name })}
      back={{ to: platformPlaces.tenant(id), label: name }}
    >
      <div className="prose stack">
        <Panel title={t('assist.ask')}>
          <Answer query={tenant}>
            {(found) => <AskForm tenant={{ id: found.tenant_id, name: found.name }} />}
          </Answer>
        </Panel>
      </div>
    </Page>
  )
}
