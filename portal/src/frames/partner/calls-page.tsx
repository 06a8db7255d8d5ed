import { readBody } from '@liaison/client'
import type { ClientCall } from '@liaison/client'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable, useEndless } from '../../parts/endless.tsx'
import { Page } from '../../parts/page.tsx'
import { IdText, StatusChip } from '../../parts/values.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { formatInstant } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { CallsFilters, callsSpec, toQuery } from './calls-filters.tsx'

function Refusal({ call }: { call: ClientCall }) {
  if (call.outcome === 'allowed') return null
  return (
    <>
      {call.code !== null && (
        <>
          {' '}
          <code className="mono">{call.code}</code>
        </>
      )}
      <br />
      {call.says} {call.next_step}
    </>
  )
}

/** A day and a time of it beneath, so that both stay whole beside what was called. */
function Moment({ at }: { at: string }) {
  const [day, time] = formatInstant(at).split(', ')
  return (
    <time dateTime={at}>
      <span className="nowrap">{day}</span> <span className="nowrap muted">{time}</span>
    </time>
  )
}

/** Who called what: the one that is asked for first, with its environment beside its name. */
function Called({ call, partnerId }: { call: ClientCall; partnerId: string }) {
  const { client_id: id, name, environment } = call.client
  return (
    <>
      <GoLink className="thing" to={partnerPlaces.client(partnerId, id)}>
        {name}
      </GoLink>{' '}
      <span className="muted">{tValue('environment', environment)}</span>
      <br />
      <code className="mono">
        {call.method ?? ''} {call.route ?? call.action}
      </code>
      {call.repeats > 1 && <span className="muted"> {t('calls.repeats', { count: call.repeats })}</span>}
    </>
  )
}

function columnsFor(partnerId: string): Column<ClientCall>[] {
  const none = <span className="muted">–</span>
  const cell = (id: string, header: string, show: (call: ClientCall) => ReactNode) => ({
    id,
    header,
    cell: show,
  })
  return [
    cell('call', t('calls.call'), (call) => <Called call={call} partnerId={partnerId} />),
    cell('when', t('calls.when'), ({ occurred_at: at }) => <Moment at={at} />),
    cell('customer', t('calls.customer'), ({ tenant }) => tenant?.name ?? none),
    cell('outcome', t('calls.outcome'), (call) => (
      <>
        <StatusChip family="outcome" value={call.outcome} />
        <Refusal call={call} />
      </>
    )),
    cell('request', t('calls.request'), ({ request_id: id }) => (id === null ? none : <IdText id={id} />)),
    cell('acts', '', ({ explain_id: id }) =>
      id === null ? null : (
        <GoLink className="row-tool" to={partnerPlaces.decision(partnerId, id)}>
          {t('calls.why')}
        </GoLink>
      ),
    ),
  ]
}

/** What the partner's own API clients did and were refused, from the log that the customers read, too. */
export function CallsPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(callsSpec)
  const query = toQuery(filters.values)
  const list = useEndless(['client-calls', query], ({ client }, cursor, signal) =>
    readBody(
      client.GET('/partner/client-calls', { params: { query: { ...query, ...cursor, limit: 25 } }, signal }),
    ),
  )
  return (
    <Page title={t('calls.title')} lead={t('calls.lead')}>
      <div className="stack">
        <CallsFilters filters={filters} />
        <EndlessTable
          list={list}
          caption={t('calls.title')}
          columns={columnsFor(partnerId)}
          rowId={(call) => call.call_id}
          empty={{ title: t('calls.empty'), text: t('calls.empty_text') }}
          isFiltered={filters.active.length > 0}
          countOf={(count) => t('calls.shown', { count })}
        />
        <details>
          <summary>{t('calls.counted_title')}</summary>
          <p className="prose muted">{t('calls.counted')}</p>
        </details>
      </div>
    </Page>
  )
}
