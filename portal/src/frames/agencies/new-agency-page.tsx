import { readBody } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { AgencyFields, blankAgency, checkAgency, toAgencyBody } from './agency-fields.tsx'

/** Adds an agency and goes on to its first form (A2). */
export function NewAgencyPage() {
  const { tenantId: ten } = useFrame()
  const go = useGo()
  const [draft, setDraft] = useState(blankAgency)
  const [errors, setErrors] = useState<FormError[]>([])
  const attempt = useAttemptKey(draft)
  const write = useWrite(
    (wanted: typeof draft, frame) =>
      readBody(
        frame.client.POST('/tenant/agencies', {
          headers: { 'Idempotency-Key': attempt },
          body: toAgencyBody(wanted),
        }),
      ),
    (made) => go(orgPlaces.newForm(ten, made.agency_id)),
  )
  return (
    <Page
      title={t('agencies.add')}
      lead={t('agency.new_lead')}
      back={{ to: orgPlaces.agencies(ten), label: t('agencies.title') }}
    >
      <WriteForm
        write={write}
        errors={errors}
        act={t('agency.save_new')}
        onSend={() => {
          const found = checkAgency(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <AgencyFields draft={draft} errors={errors} onDraft={setDraft} />
      </WriteForm>
    </Page>
  )
}
