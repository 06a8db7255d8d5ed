import { readBody } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { sideOf, useHookPlaces } from './calls.ts'
import { blankEndpoint, checkEndpoint, EndpointFields, toEndpointBody } from './endpoint-fields.tsx'
import { EndpointSecret } from './endpoint-secret.tsx'

/** Adds an endpoint; its secret is shown once, right after. */
export function NewWebhookPage() {
  const go = useGo()
  const places = useHookPlaces()
  const [draft, setDraft] = useState(blankEndpoint)
  const [errors, setErrors] = useState<FormError[]>([])
  const attempt = useAttemptKey(draft)
  const write = useWrite((wanted: typeof draft, frame) =>
    readBody(
      frame.client.POST(`/${sideOf(frame)}/webhook-endpoints`, {
        headers: { 'Idempotency-Key': attempt },
        body: toEndpointBody(wanted),
      }),
    ),
  )
  if (write.data) {
    const { endpoint_id: id, secret, url } = write.data
    return <EndpointSecret address={url} secret={secret} onStored={() => go(places.one(id))} />
  }
  return (
    <Page
      title={t('hooks.new')}
      lead={t('hooks.add_lead')}
      back={{ to: places.list, label: t('hooks.title') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('hooks.add')}
        onSend={() => {
          const found = checkEndpoint(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <EndpointFields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
