import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { blankClient, checkDraft, ClientFields, toSettings } from './client-fields.tsx'
import type { ClientDraft } from './client-fields.tsx'
import { ConsentPreview, useConsentPreview } from './consent-preview.tsx'
import { KeyField, noKeys, takeKeys } from './key-field.tsx'
import type { GivenKeys } from './key-field.tsx'
import type { PublicJwk } from './key-pair.ts'

type Wanted = { draft: ClientDraft; keys: PublicJwk[] }
type Form = { draft: ClientDraft; given: GivenKeys }

function useCreate(form: Form) {
  const { partnerId } = useFrame()
  const go = useGo()
  const attempt = useAttemptKey(form)
  return useWrite(
    ({ draft: wanted, keys }: Wanted, frame) =>
      readBody(
        frame.client.POST('/partner/clients', {
          headers: { 'Idempotency-Key': attempt },
          body: { ...toSettings(wanted), jwks: { keys } },
        }),
      ),
    (made) => {
      showToast(t('newapp.done', { name: made.name }))
      go(partnerPlaces.client(partnerId, made.client_id))
    },
  )
}

/** Creates an API client from a public key; the private half never leaves the browser. */
export function NewClientPage() {
  const { partnerId } = useFrame()
  const [form, setForm] = useState<Form>({ draft: blankClient, given: noKeys })
  const { draft, given } = form
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useCreate(form)
  const shown = useConsentPreview(draft)
  const submit = async () => {
    const taken = await takeKeys(given)
    const found = [...checkDraft(draft), ...('fault' in taken ? [{ field: 'keys', text: taken.fault }] : [])]
    setErrors(found)
    if (found.length === 0 && 'keys' in taken) write.mutate({ draft, keys: taken.keys })
  }
  return (
    <Page
      title={t('newapp.title')}
      lead={t('newapp.lead')}
      back={{ to: partnerPlaces.clients(partnerId), label: t('newapp.back') }}
    >
      <div className="beside">
        <WriteForm
          write={write}
          errors={errors}
          act={t('newapp.act')}
          onSend={() => {
            void submit()
          }}
        >
          <ClientFields
            draft={draft}
            errors={errors}
            faults={shown.preview.data?.redirect_faults ?? []}
            onDraft={(next) => setForm({ ...form, draft: next })}
          />
          <KeyField
            given={given}
            onGiven={(next) => setForm((now) => ({ ...now, given: next }))}
            error={errorOf(errors, 'keys')}
          />
        </WriteForm>
        <aside>
          <Panel title={t('newapp.preview')}>
            <ConsentPreview {...shown} />
          </Panel>
        </aside>
      </div>
    </Page>
  )
}
