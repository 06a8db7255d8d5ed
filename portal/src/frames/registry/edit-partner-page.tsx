import './registry-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerDetail } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { checkEntry, draftOf, EntryFields, toEntry } from './entry-form.tsx'
import type { EntryDraft } from './entry-form.tsx'
import { usePartner } from './partner-tab.tsx'
import { approvedFields, isWaiting, typedNames } from './typed-text.ts'
import type { ApprovedField } from './typed-text.ts'

function ByRefField({ isOn, onChange }: { isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <div className="stack tight">
      <label className="check">
        <input
          type="checkbox"
          checked={isOn}
          aria-describedby="by-ref-about"
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        {t('entry.by_ref')}
      </label>
      <p id="by-ref-about" className="muted">
        {t('entry.by_ref_about')}
      </p>
    </div>
  )
}

/** What is said of a field that the partner wrote and that waits: saving leaves it waiting. */
function notesOf(partner: PartnerDetail, draft: EntryDraft): Partial<Record<ApprovedField, string>> {
  const waiting = approvedFields.filter(
    (field) => isWaiting(partner, field) && draft[field] === (partner[field] ?? ''),
  )
  return Object.fromEntries(
    waiting.map((field) => [field, t('entry.waits_here', typedNames(partner, field))]),
  )
}

function Acts({ isBusy, onBack }: { isBusy: boolean; onBack: () => void }) {
  return (
    <div className="row">
      <Button type="submit" loading={isBusy}>
        {t('entry.save')}
      </Button>
      <Button variant="default" onClick={onBack}>
        {t('newpartner.keep')}
      </Button>
    </div>
  )
}

function EditForm({ partner, etag }: { partner: PartnerDetail; etag: string | null }) {
  const go = useGo()
  const [draft, setDraft] = useState(() => draftOf(partner))
  const [byRef, setByRef] = useState(partner.uses_account_refs)
  const [errors, setErrors] = useState<FormError[]>([])
  const back = () => go(platformPlaces.partner(partner.partner_id))
  const write = useWrite(
    (wanted: EntryDraft, { client }) =>
      readBody(
        client.PATCH('/admin/partners/{partner_id}', {
          params: { path: { partner_id: partner.partner_id } },
          headers: { 'If-Match': etag ?? '' },
          body: { ...toEntry(wanted), uses_account_refs: byRef },
        }),
      ),
    () => {
      showToast(t('entry.saved', { partner: draft.name }))
      back()
    },
  )
  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkEntry(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <EntryFields
        draft={draft}
        errors={errors}
        onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
        notes={notesOf(partner, draft)}
      />
      <ByRefField isOn={byRef} onChange={setByRef} />
      <Acts isBusy={write.isPending} onBack={back} />
    </form>
  )
}

/** Changes the entry of a partner, in the version that is shown. */
export function EditPartnerPage() {
  const id = useParam('par')
  const partner = usePartner()
  const name = partner.data?.body.name
  return (
    <Page
      title={name === undefined ? t('entry.edit') : t('entry.edit_title', { partner: name })}
      back={{ to: platformPlaces.partner(id), label: name ?? t('column.partner') }}
    >
      <Answer query={partner}>
        {(found) => (
          <KeptForm value={found} version={found.body.version}>
            {({ body, etag }) => <EditForm partner={body} etag={etag} />}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}
