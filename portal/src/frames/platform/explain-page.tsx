import { permissionsOfPlane } from '@liaison/access'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { ErrorSummary, errorOf, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { DecisionView } from '../../parts/explainer.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { askedFields, readAsked, writeAsked } from './asked.ts'
import { findPersons, findTenants } from './finds.ts'

type Question = { person: Found; tenant: Found; permission: string }

const permissions = permissionsOfPlane('delegation')

type Draft = { person: Found | null; tenant: Found | null; permission: string }

const usual = 'partner.billing.invoices.read'

/** The question lives in the address, with the names beside the ids, so that it survives a reload and can be sent to somebody. */
const spec = {
  ...askedFields,
  permission: choiceField<string>(
    permissions.map(({ name }) => name),
    usual,
  ),
}

function checkDraft({ person, tenant }: Draft): FormError[] {
  return [
    ...(person === null ? [{ field: 'person_id', text: t('ask.person_missing') }] : []),
    ...(tenant === null ? [{ field: 'tenant_id', text: t('ask.tenant_missing') }] : []),
  ]
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (draft: Draft) => void }

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <Finder
        id="person_id"
        kind="person"
        label={t('ask.person')}
        find={findPersons}
        chosen={draft.person}
        error={errorOf(errors, 'person_id')}
        onChosen={(person) => onDraft({ ...draft, person })}
      />
      <Finder
        id="tenant_id"
        kind="tenant"
        label={t('ask.tenant')}
        find={findTenants}
        chosen={draft.tenant}
        error={errorOf(errors, 'tenant_id')}
        onChosen={(tenant) => onDraft({ ...draft, tenant })}
      />
      <NativeSelect
        id="permission"
        label={t('activity.permission')}
        value={draft.permission}
        onChange={(event) => onDraft({ ...draft, permission: event.currentTarget.value })}
      >
        {permissions.map((entry) => (
          <option key={entry.name} value={entry.name}>
            {entry.sentence} ({entry.name})
          </option>
        ))}
      </NativeSelect>
    </>
  )
}

type AskFormProps = { start: Draft; isBusy: boolean; onAsk: (question: Question) => void }

function AskForm({ start, isBusy, onAsk }: AskFormProps) {
  const [draft, setDraft] = useState(start)
  const [errors, setErrors] = useState<FormError[]>([])
  return (
    <form
      data-unkept=""
      className="stack tight"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setErrors(checkDraft(draft))
        const { person, tenant, permission } = draft
        if (person !== null && tenant !== null) onAsk({ person, tenant, permission })
      }}
    >
      <ErrorSummary errors={errors} />
      <Fields draft={draft} errors={errors} onDraft={setDraft} />
      <div>
        <Button type="submit" loading={isBusy}>
          {t('ask.act')}
        </Button>
      </div>
    </form>
  )
}

function StoredForm() {
  const go = useGo()
  const [id, setId] = useState('')
  return (
    <form
      data-unkept=""
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        if (id.trim() !== '') go(platformPlaces.request(id.trim()))
      }}
    >
      <TextInput
        id="explain_id"
        label={t('ask.stored')}
        description={t('ask.stored_about')}
        required
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <div>
        <Button type="submit" variant="default">
          {t('ask.open')}
        </Button>
      </div>
    </form>
  )
}

/** Why somebody can or cannot do something: the decision itself, with its steps. */
export function ExplainPage() {
  const { values, set } = useFilters(spec)
  const start = { ...readAsked(values), permission: values.permission }
  const ask = useWrite(({ person, tenant, permission }: Question, frame) =>
    readBody(
      frame.client.POST('/admin/partner-access/explain', {
        body: { person_id: person.id, tenant_id: tenant.id, permission },
      }),
    ),
  )
  return (
    <Page title={t('nav.explain')} lead={t('ask.lead')}>
      <div className="columns aside-first">
        <div className="stack">
          <Panel title={t('ask.title')}>
            <AskForm
              key={Object.values(values).join(' ')}
              start={start}
              isBusy={ask.isPending}
              onAsk={(question) => {
                set({ ...writeAsked(question), permission: question.permission })
                ask.mutate(question)
              }}
            />
          </Panel>
          <Panel title={t('ask.stored_title')}>
            <StoredForm />
          </Panel>
        </div>
        <Panel title={t('ask.answer')}>
          <WriteProblem error={ask.error} />
          {ask.data ? <DecisionView decision={ask.data} /> : <p className="muted">{t('ask.nothing')}</p>}
        </Panel>
      </div>
    </Page>
  )
}
