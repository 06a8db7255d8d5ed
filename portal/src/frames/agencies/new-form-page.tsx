import { readBody } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useAgency } from './calls.ts'
import { checkPlace, PlaceFields, toPlaceBody, toPlaceDraft } from './place-fields.tsx'

/** Makes a form for an agency: where it stands. What it issues comes next, on its own page. */
export function NewFormPage() {
  const { tenantId: ten } = useFrame()
  const go = useGo()
  const agencyId = useParam('agency')
  const agency = useAgency(agencyId).data?.body
  const [draft, setDraft] = useState(() => toPlaceDraft(null))
  const [errors, setErrors] = useState<FormError[]>([])
  const attempt = useAttemptKey(draft)
  const write = useWrite(
    (wanted: typeof draft, frame) =>
      readBody(
        frame.client.POST('/tenant/agencies/{agency_id}/forms', {
          params: { path: { agency_id: agencyId } },
          headers: { 'Idempotency-Key': attempt },
          body: toPlaceBody(wanted),
        }),
      ),
    (made) => go(orgPlaces.form(ten, agencyId, made.form_id)),
  )
  const name = agency?.name ?? t('agencies.name')
  return (
    <Page title={t('form.new_title', { name })} back={{ to: orgPlaces.agency(ten, agencyId), label: name }}>
      <WriteForm
        write={write}
        errors={errors}
        act={t('form.add')}
        onSend={() => {
          const found = checkPlace(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <PlaceFields draft={draft} hasCode={false} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
