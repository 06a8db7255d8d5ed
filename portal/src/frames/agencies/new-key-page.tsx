import { NumberInput, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { SecretPage } from '../../parts/secret-page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { Ticks } from '../shared/ticks.tsx'
import { useAgency } from './calls.ts'

const scopes = ['vouchers.issue:own', 'vouchers.read:own'] as const
type Draft = { name: string; networks: string; scopes: (typeof scopes)[number][]; calls: number }

function check(draft: Draft): FormError[] {
  return [
    ...(draft.name.trim() === '' ? [{ field: 'name', text: t('key.name_missing') }] : []),
    ...(draft.scopes.length === 0 ? [{ field: 'scopes', text: t('key.may_missing') }] : []),
  ]
}

const toBody = (draft: Draft) => ({
  name: draft.name.trim(),
  scopes: draft.scopes,
  allowed_networks: draft.networks
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
  calls_per_minute: draft.calls,
})

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        label={t('key.field_name')}
        value={draft.name}
        maxLength={120}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Ticks
        id="scopes"
        legend={t('key.field_may')}
        entries={[
          { value: scopes[0], label: t('key.may_issue') },
          { value: scopes[1], label: t('key.may_read') },
        ]}
        ticked={draft.scopes}
        onTicked={(chosen) => onDraft({ ...draft, scopes: chosen })}
      />
      <Textarea
        id="allowed_networks"
        label={t('key.field_networks')}
        description={t('key.field_networks_about')}
        value={draft.networks}
        rows={2}
        error={errorOf(errors, 'allowed_networks')}
        onChange={(event) => onDraft({ ...draft, networks: event.currentTarget.value })}
      />
      <NumberInput
        id="calls_per_minute"
        label={t('key.minute')}
        value={draft.calls}
        min={1}
        max={600}
        allowDecimal={false}
        onChange={(value) => onDraft({ ...draft, calls: Number(value) })}
      />
    </>
  )
}

const secretWords = () => ({
  title: t('key.secret_title'),
  text: t('key.secret_text'),
  label: t('key.secret_label'),
  stored: t('key.secret_stored'),
  missing: t('key.secret_missing'),
  done: t('key.secret_done'),
})

/** Makes a secret key for the server of an agency; it is shown once, right after. */
export function NewKeyPage() {
  const { tenantId: ten } = useFrame()
  const go = useGo()
  const agencyId = useParam('agency')
  const agency = useAgency(agencyId).data?.body
  const [draft, setDraft] = useState<Draft>({ name: '', networks: '', scopes: [...scopes], calls: 60 })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite((wanted: Draft, frame) =>
    readBody(
      frame.client.POST('/tenant/agencies/{agency_id}/keys', {
        params: { path: { agency_id: agencyId } },
        body: toBody(wanted),
      }),
    ),
  )
  const back = orgPlaces.agency(ten, agencyId)
  if (write.data)
    return <SecretPage secret={write.data.key} words={secretWords()} onStored={() => go(back)} />
  return (
    <Page
      title={t('key.add')}
      lead={t('key.about')}
      back={{ to: back, label: agency?.name ?? t('agencies.name') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('key.add')}
        onSend={() => {
          const found = check(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
