import { Button, TextInput } from '@mantine/core'
import { readBody, readTagged } from '@liaison/client'
import type { LinkTemplate } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { payersOf } from '../partner/payers.ts'
import { checkPromise, PayerFields, PromiseField } from '../partner/request-more.tsx'
import { AskFields, checkTerms } from '../shared/ask-fields.tsx'
import { PermissionTicks } from '../shared/permission-ticks.tsx'
import { linesOfRole, toDraft, toTemplateBody } from './template-draft.ts'
import type { TemplateDraft } from './template-draft.ts'

/** A template with the tag that a change of it must present. */
export function useTemplate(id: string) {
  return useRead(['link-templates', id], (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/link-templates/{template_id}', {
        params: { path: { template_id: id } },
        signal,
      }),
    ),
  )
}

type FormProps = { template: LinkTemplate | null; etag: string | null }

function useSave({ template, etag }: FormProps) {
  const { partnerId } = useFrame()
  const go = useGo()
  return useWrite(
    (draft: TemplateDraft, { client }) =>
      template === null
        ? readBody(client.POST('/partner/link-templates', { body: toTemplateBody(draft) }))
        : readBody(
            client.PUT('/partner/link-templates/{template_id}', {
              params: { path: { template_id: template.template_id } },
              headers: { 'If-Match': etag ?? '' },
              body: toTemplateBody(draft),
            }),
          ),
    (saved) => {
      showToast(t('template.saved', { template: saved.name }))
      go(partnerPlaces.templates(partnerId))
    },
  )
}

type OthersProps = { draft: TemplateDraft; onDraft: (change: Partial<TemplateDraft>) => void }

/** What the template says beside the lines of its role; it can be taken out here, and put in by the API. */
function Others({ draft: { others }, onDraft }: OthersProps) {
  if (others.length === 0) return null
  return (
    <fieldset className="stack tight">
      <legend>{t('template.others')}</legend>
      {others.map((other) => (
        <div key={`${other.effect} ${other.pattern}`} className="row">
          <span>
            {t(`template.other_${other.effect}`)} <code>{other.pattern}</code>
          </span>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t('template.other_remove', { pattern: other.pattern })}
            onClick={() => onDraft({ others: others.filter((one) => one !== other) })}
          >
            ✕
          </Button>
        </div>
      ))}
    </fieldset>
  )
}

function checkDraft(draft: TemplateDraft): FormError[] {
  const unnamed = draft.name.trim() === '' ? [{ field: 'name', text: t('template.name_missing') }] : []
  return [...unnamed, ...checkTerms(draft), ...checkPromise(draft)]
}

function TemplateForm(props: FormProps) {
  const [draft, setDraft] = useState(() => toDraft(props.template))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(props)
  const change = (part: Partial<TemplateDraft>) => setDraft({ ...draft, ...part })
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('template.save')}
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <TextInput
        id="name"
        label={t('template.name')}
        description={t('template.name_about')}
        maxLength={100}
        value={draft.name}
        error={errorOf(errors, 'name')}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <AskFields draft={draft} errors={errors} onDraft={change} />
      <PromiseField draft={draft} errors={errors} onDraft={change} />
      <p className="muted">{payersOf(draft.pays)}</p>
      <details>
        <summary className="thing">{t('template.payers')}</summary>
        <div className="stack">
          <PayerFields draft={draft} onDraft={change} />
        </div>
      </details>
      <details>
        <summary className="thing">{t('template.lines')}</summary>
        <div className="stack">
          <PermissionTicks
            permissions={linesOfRole(draft.role)}
            denied={draft.denied}
            onDenied={(denied) => change({ denied })}
          />
        </div>
      </details>
      <Others draft={draft} onDraft={change} />
    </WriteForm>
  )
}

function DeleteTemplate({ template }: { template: LinkTemplate }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const names = { template: template.name }
  return (
    <MoveButton
      isDanger
      words={{
        act: t('template.delete'),
        title: t('template.delete_title', names),
        effect: t('template.delete_effect'),
        keep: t('template.delete_keep'),
        done: t('template.delete_done', names),
      }}
      move={async (_reason, { client }) => {
        await readBody(
          client.DELETE('/partner/link-templates/{template_id}', {
            params: { path: { template_id: template.template_id } },
          }),
        )
        go(partnerPlaces.templates(partnerId))
      }}
    />
  )
}

function OldTemplate({ id }: { id: string }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const template = useTemplate(id)
  const found = template.data?.body
  return (
    <Page
      title={found?.name ?? t('template.one')}
      lead={t('template.change_lead')}
      back={{ to: partnerPlaces.templates(partnerId), label: t('templates.title') }}
      tools={
        found && (
          <>
            <DeleteTemplate template={found} />
            <Button onClick={() => go(partnerPlaces.askByTemplate(partnerId, id))}>
              {t('template.use')}
            </Button>
          </>
        )
      }
    >
      <Answer query={template} lines={10}>
        {(found) => (
          <KeptForm value={found} version={found.body.version}>
            {({ body, etag }) => <TemplateForm template={body} etag={etag} />}
          </KeptForm>
        )}
      </Answer>
    </Page>
  )
}

/** One template, or a new one (B14). */
export function TemplatePage() {
  const { partnerId } = useFrame()
  const id = useParam('template')
  if (id !== 'new') return <OldTemplate id={id} />
  return (
    <Page
      title={t('template.new')}
      lead={t('template.new_lead')}
      back={{ to: partnerPlaces.templates(partnerId), label: t('templates.title') }}
    >
      <TemplateForm template={null} etag={null} />
    </Page>
  )
}
