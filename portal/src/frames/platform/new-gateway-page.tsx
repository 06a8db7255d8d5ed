import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { linesOf } from '../shared/lines.ts'
import { Ticks } from '../shared/ticks.tsx'
import { missing } from './form-words.ts'
import { GatewaySecret } from './gateway-secret.tsx'

type Draft = {
  name: string
  ips: string
  isTrusted: boolean
  readsCertificates: boolean
  upstreams: string[]
}
type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Upstreams({ draft, onDraft }: Pick<FieldsProps, 'draft' | 'onDraft'>) {
  const upstreams = useRead(['upstreams'], (frame, signal) =>
    readBody(frame.client.GET('/admin/upstreams', { signal })),
  )
  const items = upstreams.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Ticks
      id="upstreams"
      legend={t('gateways.upstreams')}
      entries={items.map(({ name, origin }) => ({ value: name, label: `${name} (${origin})` }))}
      ticked={draft.upstreams}
      onTicked={(chosen) => onDraft({ ...draft, upstreams: chosen })}
    />
  )
}

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="name"
        label={t('newpartner.name')}
        value={draft.name}
        maxLength={100}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <Upstreams draft={draft} onDraft={onDraft} />
      <Textarea
        id="ip_allow"
        label={t('gateways.ips')}
        description={t('gateways.ips_about')}
        rows={3}
        value={draft.ips}
        onChange={(event) => onDraft({ ...draft, ips: event.currentTarget.value })}
      />
      <Checkbox
        id="is_trusted"
        label={t('gateways.trusted')}
        description={t('gateways.trusted_about')}
        checked={draft.isTrusted}
        onChange={(event) => onDraft({ ...draft, isTrusted: event.currentTarget.checked })}
      />
      <Checkbox
        id="reads_certificates"
        label={t('gateways.certificates')}
        description={t('gateways.certificates_about')}
        checked={draft.readsCertificates}
        onChange={(event) => onDraft({ ...draft, readsCertificates: event.currentTarget.checked })}
      />
    </>
  )
}

const blank: Draft = { name: '', ips: '', isTrusted: false, readsCertificates: false, upstreams: [] }

/** Registers a gateway; its credential is shown once, right after. */
export function NewGatewayPage() {
  const go = useGo()
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const attempt = useAttemptKey(draft)
  const write = useWrite((wanted: Draft, frame) =>
    readBody(
      frame.client.POST('/admin/gateways', {
        headers: { 'Idempotency-Key': attempt },
        body: {
          name: wanted.name.trim(),
          ip_allow: linesOf(wanted.ips),
          is_trusted: wanted.isTrusted,
          reads_certificates: wanted.readsCertificates,
          upstreams: wanted.upstreams,
        },
      }),
    ),
  )
  if (write.data) {
    const secret = { name: write.data.name, text: write.data.credential }
    return <GatewaySecret secret={secret} onStored={() => go(platformPlaces.gateways())} />
  }
  return (
    <Page
      title={t('gateways.register')}
      lead={t('gateways.register_lead')}
      back={{ to: platformPlaces.gateways(), label: t('nav.gateways') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('gateways.register')}
        onSend={() => {
          const found = missing('name', t('newpartner.name'), draft.name.trim() !== '')
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <Fields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
