import { permissionsOfPlane } from '@liaison/access'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/sdk'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { DecisionView } from '../../parts/explainer.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'

type Question = { person: string; tenant: string; permission: string }

const permissions = permissionsOfPlane('delegation')

type AskFormProps = { isBusy: boolean; onAsk: (question: Question) => void }

function AskForm({ isBusy, onAsk }: AskFormProps) {
  const [question, setQuestion] = useState<Question>({
    person: '',
    tenant: '',
    permission: 'partner.billing.invoices.read',
  })
  return (
    <form
      className="stack tight"
      onSubmit={(event) => {
        event.preventDefault()
        onAsk(question)
      }}
    >
      <TextInput
        id="person_id"
        label={t('ask.person')}
        placeholder="psn_…"
        required
        value={question.person}
        onChange={(event) => setQuestion({ ...question, person: event.currentTarget.value })}
      />
      <TextInput
        id="tenant_id"
        label={t('ask.tenant')}
        placeholder="ten_…"
        required
        value={question.tenant}
        onChange={(event) => setQuestion({ ...question, tenant: event.currentTarget.value })}
      />
      <NativeSelect
        id="permission"
        label={t('activity.permission')}
        value={question.permission}
        onChange={(event) => setQuestion({ ...question, permission: event.currentTarget.value })}
      >
        {permissions.map((entry) => (
          <option key={entry.name} value={entry.name}>
            {entry.name}
          </option>
        ))}
      </NativeSelect>
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
  const ask = useWrite(({ person, tenant, permission }: Question, frame) =>
    readBody(
      frame.client.POST('/admin/partner-access/explain', {
        body: { person_id: person.trim(), tenant_id: tenant.trim(), permission },
      }),
    ),
  )
  return (
    <Page title={t('nav.explain')} lead={t('ask.lead')}>
      <div className="columns aside-first">
        <div className="stack">
          <Panel title={t('ask.title')}>
            <AskForm isBusy={ask.isPending} onAsk={ask.mutate} />
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
