import './agreements-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { AgreementTemplate } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { Document } from './document.tsx'
import { checkDraft, parseTerms } from './draft.ts'
import type { Draft } from './draft.ts'
import { fromTemplate, SourceField, TermFields } from './draft-fields.tsx'

function Change({ template, onEnd }: { template: AgreementTemplate; onEnd: () => void }) {
  const [draft, setDraft] = useState<Draft>({ partner: 'none', startsAt: null, ...fromTemplate(template) })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: Draft, { client }) =>
      readBody(
        client.POST('/admin/agreement-templates', {
          body: {
            code: template.code,
            title: wanted.title,
            source: wanted.source,
            terms: parseTerms(wanted.terms) ?? template.terms,
          },
        }),
      ),
    ({ number }) => {
      showToast(t('agreement_templates.done', { number }))
      onEnd()
    },
  )
  const onDraft = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }))
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('agreement_templates.save')}
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <TermFields draft={draft} errors={errors} onDraft={onDraft} />
      <SourceField draft={draft} errors={errors} onDraft={onDraft} />
    </WriteForm>
  )
}

function Template({ template }: { template: AgreementTemplate }) {
  const mayDraft = useMay('platform.agreements.draft')
  const [isOpen, setOpen] = useState(false)
  const { code, number, created_by: name } = template
  return (
    <Panel title={template.title}>
      <p className="muted small">
        {t('agreement_templates.number', { number, code })} · {t('agreement_templates.by', { name })}
      </p>
      <details>
        <summary>{t('agreement.text')}</summary>
        <Document body={template.source} />
      </details>
      {mayDraft && !isOpen && (
        <div>
          <Button variant="default" onClick={() => setOpen(true)}>
            {t('agreement_templates.change')}
          </Button>
        </div>
      )}
      {isOpen && <Change template={template} onEnd={() => setOpen(false)} />}
    </Panel>
  )
}

/** The templates of agreements, each in its latest number. */
export function TemplatesPage() {
  const templates = useRead(['agreement-templates'], (frame, signal) =>
    readBody(frame.client.GET('/admin/agreement-templates', { signal })),
  )
  return (
    <Page
      title={t('agreement_templates.title')}
      lead={t('agreement_templates.lead')}
      back={{ to: platformPlaces.agreements(), label: t('agreements.title') }}
    >
      <Answer query={templates}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('agreement_templates.none')} />
          ) : (
            <div className="stack">
              {items.map((template) => (
                <Template key={template.template_id} template={template} />
              ))}
            </div>
          )
        }
      </Answer>
    </Page>
  )
}
