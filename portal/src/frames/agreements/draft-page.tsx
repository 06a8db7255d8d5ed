import './agreements-words.ts'
import '../../parts/beside.css'
import { TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { AgreementTemplate } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { parseSearch, readFilters, textField } from '../../platform/filters.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam, useSearchText } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { checkDraft, draftOf, toBody } from './draft.ts'
import type { Draft } from './draft.ts'
import { fromTemplate, PartnerField, SourceField, TemplateField, TermFields } from './draft-fields.tsx'
import { Preview } from './preview.tsx'

/** Sends a draft; the key makes sure that a lost answer drafts nothing twice. */
type Send = (sent: { draft: Draft; key: string }, frame: Frame) => Promise<{ agreement_id: string }>

type EditorProps = {
  initial: Draft
  partnerName: string
  send: Send
  templates: readonly AgreementTemplate[]
}

function Editor({ initial, partnerName, send, templates }: EditorProps) {
  const go = useGo()
  const [draft, setDraft] = useState(initial)
  const [errors, setErrors] = useState<FormError[]>([])
  const key = useAttemptKey(draft)
  const write = useWrite(send, ({ agreement_id: id }) => {
    showToast(t('agreement_draft.done'))
    go(platformPlaces.agreement(id))
  })
  const onDraft = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  return (
    <div className="beside">
      <WriteForm
        write={write}
        errors={errors}
        act={t('agreement_draft.save')}
        onSend={() => {
          const found = checkDraft(draft)
          setErrors(found)
          if (found.length === 0) write.mutate({ draft, key })
        }}
      >
        {templates.length > 0 && (
          <>
            <PartnerField draft={draft} errors={errors} onDraft={onDraft} />
            <TemplateField draft={draft} templates={templates} onDraft={onDraft} />
          </>
        )}
        <TextInput
          id="title"
          label={t('agreement_draft.title')}
          value={draft.title}
          maxLength={200}
          error={errorOf(errors, 'title')}
          onChange={(event) => onDraft({ title: event.currentTarget.value })}
        />
        <TermFields draft={draft} errors={errors} onDraft={onDraft} />
        <SourceField draft={draft} errors={errors} onDraft={onDraft} />
      </WriteForm>
      <Preview partner={partnerName} source={draft.source} terms={draft.terms} />
    </div>
  )
}

const back = () => ({ to: platformPlaces.agreements(), label: t('agreements.title') })

/** The partner whose page led here, if one did. */
function usePartnerOfAddress(): string {
  return readFilters({ partner: textField() }, parseSearch(useSearchText())).partner
}

function NewEditor({ templates }: { templates: readonly AgreementTemplate[] }) {
  const [first] = templates
  const partner = usePartnerOfAddress()
  if (!first) return <p>{t('agreement_templates.none')}</p>
  return (
    <Editor
      initial={{ partner, startsAt: null, ...fromTemplate(first) }}
      partnerName=""
      send={({ draft, key }, { client }) =>
        readBody(
          client.POST('/admin/partners/{partner_id}/agreements', {
            params: { path: { partner_id: draft.partner } },
            headers: { 'Idempotency-Key': key },
            body: toBody(draft),
          }),
        )
      }
      templates={templates}
    />
  )
}

/** Drafts the next version of a partner's agreement from a template. */
export function NewAgreementPage() {
  const templates = useRead(['agreement-templates'], (frame, signal) =>
    readBody(frame.client.GET('/admin/agreement-templates', { signal })),
  )
  return (
    <Page title={t('agreement_draft.title_new')} lead={t('agreement_draft.lead')} back={back()}>
      <Answer query={templates}>{({ items }) => <NewEditor templates={items} />}</Answer>
    </Page>
  )
}

/** Changes a draft. */
export function EditAgreementPage() {
  const id = useParam('agreement')
  const params = { path: { agreement_id: id } }
  const agreement = useRead(['agreement', 'edit', id], (frame, signal) =>
    readTagged(frame.client.GET('/admin/agreements/{agreement_id}', { params, signal })),
  )
  return (
    <Page title={t('agreement_draft.title_edit')} lead={t('agreement_draft.lead')} back={back()}>
      <Answer query={agreement}>
        {(found) => (
          <KeptForm value={found} version={found.etag}>
            {({ body, etag }) => (
              <Editor
                initial={draftOf(body)}
                partnerName={body.partner_name}
                send={({ draft }, { client }) =>
                  readBody(
                    client.PUT('/admin/agreements/{agreement_id}', {
                      params,
                      headers: { 'If-Match': etag ?? '' },
                      body: toBody(draft),
                    }),
                  )
                }
                templates={[]}
              />
            )}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}
