import '../shared/link-event-words.ts'
import { Button, Textarea } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LinkTemplate } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { payersOf } from '../partner/payers.ts'
import { OperationResult } from './operation.tsx'
import { slugsIn } from './template-draft.ts'
import { useTemplate } from './template-page.tsx'

const mostTenants = 200

function useAsking(id: string, slugs: readonly string[], onOrdered: (operationId: string) => void) {
  const attempt = useAttemptKey(slugs.join(' '))
  return useWrite(
    (tenantSlugs: string[], { client }) =>
      readBody(
        client.POST('/partner/link-templates/{template_id}/apply', {
          params: { path: { template_id: id } },
          headers: { 'Idempotency-Key': attempt },
          body: { tenant_slugs: tenantSlugs },
        }),
      ),
    (operation) => onOrdered(operation.operation_id),
  )
}

function WhatIsAsked({ template }: { template: LinkTemplate }) {
  const { duration_days: days, overrides, sla_response_hours: hours } = template
  return (
    <Panel title={t('template.asks')}>
      <Facts
        facts={[
          fact(t('request.relationship'), tValue('relationship', template.relationship_type)),
          fact(t('template.role'), tValue('role', template.access_role)),
          fact(t('template.days'), days === null ? null : t('request.duration_option', { days })),
          fact(t('template.exceptions'), overrides.length === 0 ? null : String(overrides.length)),
          fact(t('link.promise'), hours && t('link.promise_within', { hours })),
          fact(t('access.pays'), payersOf(template.billing_parties)),
          fact(t('template.message'), template.message),
        ]}
      />
    </Panel>
  )
}

function AskForm({ id, onOrdered }: { id: string; onOrdered: (operationId: string) => void }) {
  const [text, setText] = useState('')
  const [isMissing, setMissing] = useState(false)
  const slugs = slugsIn(text)
  const write = useAsking(id, slugs, (operationId) => {
    setText('')
    onOrdered(operationId)
  })
  const isTooMany = slugs.length > mostTenants
  return (
    <form
      className="stack form"
      onSubmit={(event) => {
        event.preventDefault()
        setMissing(slugs.length === 0)
        if (slugs.length > 0 && !isTooMany) write.mutate(slugs)
      }}
    >
      <WriteProblem error={write.error} />
      <Textarea
        id="tenant_slugs"
        label={t('template.tenants')}
        description={t('template.tenants_about')}
        autosize
        minRows={4}
        maxRows={14}
        autoComplete="off"
        spellCheck={false}
        value={text}
        error={
          isTooMany
            ? t('template.too_many')
            : isMissing && slugs.length === 0 && t('template.tenants_missing')
        }
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Note tone="off">
        <p>{t('template.use_note')}</p>
      </Note>
      <div>
        <Button type="submit" loading={write.isPending}>
          {t('template.ask', { count: slugs.length })}
        </Button>
      </div>
    </form>
  )
}

/** Asks several tenants for what a template says, and tells what became of each request (B14). */
export function UseTemplatePage() {
  const { partnerId } = useFrame()
  const id = useParam('template')
  const template = useTemplate(id)
  const [operation, setOperation] = useState<string | null>(null)
  return (
    <Page
      title={t('template.use_title', { template: template.data?.body.name ?? t('template.one') })}
      lead={t('template.use_lead')}
      back={{ to: partnerPlaces.templates(partnerId), label: t('templates.title') }}
    >
      <Answer query={template} lines={8}>
        {({ body }) => (
          <div className="stack">
            {operation !== null && <OperationResult id={operation} onClose={() => setOperation(null)} />}
            <WhatIsAsked template={body} />
            <AskForm id={id} onOrdered={setOperation} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
