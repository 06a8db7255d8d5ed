import { readBody } from '@liaison/client'
import type { WebhookEndpoint } from '@liaison/client'
import { useState } from 'react'

import type { FormError } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { showToast } from '../../platform/live.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { formKey } from '../shared/form-key.ts'
import { sideOf, useEndpoint, useEventTypes, useHookPlaces } from './calls.ts'
import { DeliveryLog } from './delivery-log.tsx'
import { EndpointTools, TestButton } from './endpoint-acts.tsx'
import { checkEndpoint, EndpointFields, toEndpointBody } from './endpoint-fields.tsx'
import type { EndpointDraft } from './endpoint-fields.tsx'
import { EndpointSecret } from './endpoint-secret.tsx'
import { shownEndpointStatus } from './endpoint-status.ts'

type EndpointProps = { endpoint: WebhookEndpoint; etag: string | null }

/** More than these stand behind their number, so that the messages below stay in reach. */
const few = 6

function EventTypes({ names }: { names: WebhookEndpoint['event_types'] }) {
  const types = useEventTypes()
  const said = new Map(types.data?.items.map((type) => [type.event_type, type.description]))
  const lines = names.map((name) => <div key={name}>{said.get(name) ?? name}</div>)
  if (names.length <= few) return lines
  return (
    <details>
      <summary>{t('hooks.events_count', { count: names.length })}</summary>
      {lines}
    </details>
  )
}

function EndpointFacts({ endpoint }: { endpoint: WebhookEndpoint }) {
  const now = useNow(60_000)
  const both = endpoint.previous_secret_ends_at
  return (
    <Panel title={t('hooks.about')}>
      <div className="stack">
        <Facts
          facts={[
            fact(t('column.status'), <StatusChip family="webhook" value={shownEndpointStatus(endpoint)} />),
            fact(t('hooks.address'), <code className="mono small">{endpoint.url}</code>),
            fact(t('hooks.use'), endpoint.description),
            fact(t('hooks.failing_since'), endpoint.failing_since && formatDateTime(endpoint.failing_since)),
            fact(t('hooks.last_success'), <MomentText iso={endpoint.last_success_at} now={now} />),
            fact(
              t('hooks.last_failure'),
              endpoint.last_failure_at && <MomentText iso={endpoint.last_failure_at} now={now} />,
            ),
            fact(t('hooks.events'), <EventTypes names={endpoint.event_types} />),
            fact(
              t('hooks.public_keys'),
              endpoint.public_keys.map((key) => (
                <div key={key}>
                  <code className="mono small">{key}</code>
                </div>
              )),
            ),
            fact(t('hooks.two_secrets'), both && t('hooks.two_secrets_until', { at: formatDateTime(both) })),
            fact(
              t('hooks.created'),
              t('hooks.created_value', {
                date: formatDate(endpoint.created_at),
                name: endpoint.created_by_name,
              }),
            ),
          ]}
        />
        <TestButton endpoint={endpoint} />
      </div>
    </Panel>
  )
}

function toDraft({ url, description, event_types: types }: WebhookEndpoint): EndpointDraft {
  return { url, description: description ?? '', types }
}

function ChangeForm({ endpoint, etag }: EndpointProps) {
  const [draft, setDraft] = useState(() => toDraft(endpoint))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useWrite(
    (wanted: EndpointDraft, frame) =>
      readBody(
        frame.client.PATCH(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}`, {
          params: { path: { endpoint_id: endpoint.endpoint_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toEndpointBody(wanted),
        }),
      ),
    () => showToast(t('hooks.saved')),
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('hooks.save')}
      look="second"
      className="stack"
      onSend={() => {
        const found = checkEndpoint(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <EndpointFields draft={draft} errors={errors} onDraft={setDraft} />
    </WriteForm>
  )
}

function Endpoint({ endpoint, etag }: EndpointProps) {
  const reason = endpoint.disabled_reason
  return (
    <div className="stack">
      {reason !== null && (
        <Note tone={reason === 'by_owner' ? 'info' : 'bad'}>
          <p>{t(`hooks.disabled_${reason}`)}</p>
          {reason !== 'by_owner' && <p>{t('hooks.disabled_after')}</p>}
        </Note>
      )}
      {endpoint.status === 'active' && endpoint.verified_at === null && (
        <Note tone="info">
          <p>{t('hooks.unverified')}</p>
        </Note>
      )}
      <EndpointFacts endpoint={endpoint} />
      <details>
        <summary>{t('hooks.change')}</summary>
        <div className="form">
          <KeptForm value={{ endpoint, etag }} version={formKey(toDraft(endpoint))}>
            {(held) => <ChangeForm {...held} />}
          </KeptForm>
        </div>
      </details>
      <DeliveryLog endpoint={endpoint} />
    </div>
  )
}

/** One webhook endpoint: how it does, what it is told, and every message of the last 30 days. */
export function WebhookPage() {
  const places = useHookPlaces()
  const read = useEndpoint(useParam('endpoint'))
  const [secret, setSecret] = useState<string | null>(null)
  const endpoint = read.data?.body
  if (secret !== null && endpoint !== undefined) {
    return <EndpointSecret address={endpoint.url} secret={secret} onStored={() => setSecret(null)} />
  }
  return (
    <Page
      title={endpoint ? new URL(endpoint.url).host : t('hooks.title')}
      back={{ to: places.list, label: t('hooks.title') }}
      tools={endpoint && <EndpointTools endpoint={endpoint} onSecret={setSecret} />}
    >
      <Answer query={read}>{({ body, etag }) => <Endpoint endpoint={body} etag={etag} />}</Answer>
    </Page>
  )
}
