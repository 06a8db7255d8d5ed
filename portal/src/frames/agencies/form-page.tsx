import { readBody } from '@liaison/client'
import type { AgencyForm, FormConfigAnswer } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { formKey } from '../shared/form-key.ts'
import { ActivityPanel } from './activity-panel.tsx'
import { useForm, useFormConfig } from './calls.ts'
import { checkConfig, toConfigBody, toConfigDraft } from './config-draft.ts'
import type { ConfigDraft } from './config-draft.ts'
import { ConfigFields } from './config-fields.tsx'
import { FormPreview } from './form-preview.tsx'
import { checkPlace, PlaceFields, toPlaceBody, toPlaceDraft } from './place-fields.tsx'
import { TokensPanel } from './tokens-panel.tsx'

type FormProps = { form: AgencyForm; etag: string | null }

type EditedProps = { form: AgencyForm; answer: FormConfigAnswer; draft: ConfigDraft }

function EditedForm({ form, answer, draft }: EditedProps) {
  const labels = new Map(answer.voucher_types.map(({ code, label }) => [code, label]))
  return (
    <aside>
      <FormPreview
        draft={draft}
        labels={labels}
        address={answer.preview_url}
        asksCode={form.has_access_code}
      />
    </aside>
  )
}

function ConfigEditor({
  form,
  answer,
  etag,
}: {
  form: AgencyForm
  answer: FormConfigAnswer
  etag: string | null
}) {
  const [draft, setDraft] = useState(() => toConfigDraft(answer.config))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: typeof draft, frame) =>
      readBody(
        frame.client.PUT('/tenant/forms/{form_id}/config', {
          params: { path: { form_id: form.form_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toConfigBody(wanted),
        }),
      ),
    () => showToast(t('form.saved_config')),
  )
  return (
    <div className="beside">
      <WriteForm
        write={write}
        errors={errors}
        act={t('form.save_config')}
        className="stack"
        onSend={() => {
          const found = checkConfig(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <ConfigFields draft={draft} errors={errors} types={answer.voucher_types} onDraft={setDraft} />
      </WriteForm>
      <EditedForm form={form} answer={answer} draft={draft} />
    </div>
  )
}

function PlaceEditor({ form, etag }: FormProps) {
  const [draft, setDraft] = useState(() => toPlaceDraft(form))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: typeof draft, frame) =>
      readBody(
        frame.client.PATCH('/tenant/forms/{form_id}', {
          params: { path: { form_id: form.form_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toPlaceBody(wanted),
        }),
      ),
    () => {
      setDraft((saved) => ({ ...saved, code: '', removesCode: false }))
      showToast(t('form.saved_place'))
    },
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('form.save_place')}
      look="second"
      onSend={() => {
        const found = checkPlace(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <PlaceFields draft={draft} hasCode={form.has_access_code} errors={errors} onDraft={setDraft} />
    </WriteForm>
  )
}

/** Pauses a form, or lets it work again. */
function PauseButton({ form }: { form: AgencyForm }) {
  const act = form.status === 'active' ? 'pause' : 'resume'
  const words = {
    act: t(`form.${act}`),
    title: t(`form.${act}_title`),
    effect: t(`form.${act}_effect`),
    keep: t(`form.${act}_keep`),
    done: t(`form.${act}_done`),
  }
  const move = (reason: string, frame: Frame) =>
    readBody(
      frame.client.POST(`/tenant/forms/{form_id}/${act}`, {
        params: { path: { form_id: form.form_id } },
        body: { reason: reason === '' ? null : reason },
      }),
    )
  return <MoveButton key={act} words={words} move={move} reason="optional" isDanger={act === 'pause'} />
}

function FormParts({ form, etag }: FormProps) {
  const config = useFormConfig(form.form_id)
  return (
    <div className="stack">
      {form.status === 'paused' && (
        <Note tone="attention">
          <p>{t('form.paused_note')}</p>
          {form.status_reason !== null && <p>{t('agency.stopped_reason', { reason: form.status_reason })}</p>}
        </Note>
      )}
      <TokensPanel form={form} />
      <Panel title={t('form.config_title', { name: form.agency_name })}>
        <Answer query={config}>
          {({ body, etag: tag }) => (
            <KeptForm value={{ answer: body, etag: tag }} version={formKey(body.config)}>
              {(held) => <ConfigEditor form={form} {...held} />}
            </KeptForm>
          )}
        </Answer>
      </Panel>
      <Panel title={t('form.place_title')}>
        <KeptForm value={{ form, etag }} version={formKey(toPlaceDraft(form))}>
          {(held) => <PlaceEditor {...held} />}
        </KeptForm>
      </Panel>
      <ActivityPanel form={form} />
    </div>
  )
}

/** One form: its token, what it issues and says, where it stands, and what happened on it (A3, A6). */
export function FormPage() {
  const { tenantId: ten } = useFrame()
  const agencyId = useParam('agency')
  const read = useForm(useParam('form'))
  const form = read.data?.body
  return (
    <Page
      title={form?.name ?? t('form.name')}
      back={{ to: orgPlaces.agency(ten, agencyId), label: form?.agency_name ?? t('agencies.name') }}
      tools={form && <PauseButton form={form} />}
    >
      <Answer query={read}>{({ body, etag }) => <FormParts form={body} etag={etag} />}</Answer>
    </Page>
  )
}
