import { Checkbox, FileInput, NativeSelect } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { returnAddress, SandboxFault } from './sandbox-app.ts'
import { begin, SandboxWish } from './sandbox-client.ts'
import type { Choice } from './sandbox-client.ts'
import { keepAttempt } from './sandbox-store.ts'

function useSandboxClients(): ApiClient[] {
  const clients = useRead(['clients', 'sandbox'], ({ client }, signal) =>
    readBody(
      client.GET('/partner/clients', { params: { query: { status: ['active'], limit: 100 } }, signal }),
    ),
  )
  const found = clients.data?.items ?? []
  return found.filter(
    ({ environment, name }) => environment === 'sandbox' && name !== t('sandbox.client_name'),
  )
}

type OwnProps = { choice: Choice; back: string; onChoice: (choice: Choice) => void }

/** What an own client needs besides: its key, which is read here and sent nowhere, and the way back to this page. */
function OwnClient({ choice, back, onChoice }: OwnProps) {
  const needsAddress = choice.client !== null && !choice.client.redirect_uris.includes(back)
  return (
    <>
      <FileInput
        id="key"
        label={t('sandbox.key')}
        description={t('sandbox.key_about')}
        placeholder={t('sandbox.key_choose')}
        accept=".json,application/json"
        value={choice.file}
        onChange={(file) => onChoice({ ...choice, file })}
      />
      {needsAddress && (
        <Checkbox
          label={t('sandbox.address_add')}
          description={<span className="once">{back}</span>}
          checked={choice.addsAddress}
          onChange={(event) => onChoice({ ...choice, addsAddress: event.currentTarget.checked })}
        />
      )}
    </>
  )
}

/** What is said of a try that did not begin: a wish as an error of the form, a refusal of the server in its own words. */
function toErrors(error: Error | null): FormError[] {
  if (error instanceof SandboxWish) return [{ field: 'key', text: error.message }]
  if (error instanceof SandboxFault)
    return [{ field: 'client', text: t('sandbox.refused', { code: error.code, text: error.message }) }]
  return []
}

/** The start of the way of a customer, as one of the partner's sandbox clients. */
export function BeginPanel() {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.clients.manage')
  const clients = useSandboxClients()
  const [choice, setChoice] = useState<Choice>({ client: null, file: null, addsAddress: false })
  const back = returnAddress(partnerPlaces.sandbox(partnerId))
  const write = useWrite(
    (wanted: Choice, frame) => begin(frame, wanted, back),
    ({ address, attempt }) => {
      void keepAttempt(partnerId, attempt).then(() => window.location.assign(address))
    },
  )
  const errors = toErrors(write.error)
  if (!mayManage) return <p className="muted">{t('sandbox.owners_only')}</p>
  return (
    <Panel title={t('sandbox.begin_title')}>
      <WriteForm
        write={errors.length > 0 ? { error: null, isPending: false } : write}
        errors={errors}
        act={t('sandbox.begin')}
        className="stack"
        onSend={() => write.mutate(choice)}
      >
        <p>{t('sandbox.begin_about')}</p>
        <NativeSelect
          id="client"
          label={t('sandbox.client')}
          value={choice.client?.client_id ?? ''}
          onChange={(event) => {
            const id = event.currentTarget.value
            setChoice({ ...choice, client: clients.find(({ client_id: one }) => one === id) ?? null })
          }}
        >
          <option value="">{t('sandbox.made_for_you')}</option>
          {clients.map(({ client_id: id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </NativeSelect>
        {choice.client !== null && <OwnClient choice={choice} back={back} onChoice={setChoice} />}
      </WriteForm>
    </Panel>
  )
}
