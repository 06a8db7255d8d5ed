import { readBody } from '@liaison/client'
import type { WebhookDelivery, WebhookEndpoint } from '@liaison/client'
import { useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField } from '../../platform/filters.ts'
import { formatCount, formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { refetchMs, sideOf } from './calls.ts'

const statuses = ['any', 'waiting', 'delivered', 'failed', 'cancelled'] as const
const spec = { status: choiceField(statuses, 'any'), page: pageField() }

function Outcome({ delivery }: { delivery: WebhookDelivery }) {
  const {
    outcome,
    response_code: code,
    duration_ms: ms,
    next_attempt_at: next,
    response_excerpt: said,
  } = delivery
  return (
    <>
      {outcome !== null && outcome !== 'delivered' && <div>{tValue('delivery_outcome', outcome)}</div>}
      {code !== null && (
        <div className="muted small">{t('hooks.answer_code', { code, ms: formatCount(ms ?? 0) })}</div>
      )}
      {said !== null && (
        <details className="small">
          <summary>{t('hooks.answer_text')}</summary>
          <p className="payload">{said}</p>
        </details>
      )}
      {next !== null && (
        <div className="muted small">{t('hooks.next_attempt', { at: formatDateTime(next) })}</div>
      )}
    </>
  )
}

/** The body of the message as its receiver gets it. */
function Sent({ delivery }: { delivery: WebhookDelivery }) {
  const { event_type: type, occurred_at: timestamp, data } = delivery
  return (
    <details className="small">
      <summary>{t('hooks.sent_text')}</summary>
      <p className="payload">{JSON.stringify({ type, timestamp, data }, null, 2)}</p>
    </details>
  )
}

type ReplayProps = { endpointId: string; delivery: Pick<WebhookDelivery, 'delivery_id'> }

/** Sends one message again, under its old id. */
export function ReplayButton({ endpointId, delivery }: ReplayProps) {
  const move = (_reason: string, frame: Frame) =>
    readBody(
      frame.client.POST(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay`, {
        params: { path: { endpoint_id: endpointId, delivery_id: delivery.delivery_id } },
        body: {},
      }),
    )
  const words = {
    act: t('hooks.replay'),
    title: t('hooks.replay_title'),
    effect: t('hooks.replay_effect'),
    keep: t('hooks.replay_keep'),
    done: t('hooks.replay_done'),
  }
  return <MoveButton words={words} isInRow move={move} />
}

const DAY_MS = 86_400_000
const RANGES = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const
const ranges = ['day', 'week', 'month'] as const

/** For an endpoint that was away or disabled: everything that it missed in a range of time, once more. */
function ReplayMissed({ endpoint }: { endpoint: WebhookEndpoint }) {
  const now = useNow(60_000)
  const [range, setRange] = useState<(typeof ranges)[number]>('week')
  const move = (_reason: string, frame: Frame) =>
    readBody(
      frame.client.POST(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/replay`, {
        params: { path: { endpoint_id: endpoint.endpoint_id } },
        body: { since: new Date(now.getTime() - RANGES[range]).toISOString(), until: now.toISOString() },
      }),
    )
  const words = {
    act: t('hooks.replay_missed'),
    title: tValue('hooks.replay_missed_title', range),
    effect: t('hooks.replay_missed_effect'),
    keep: t('hooks.replay_keep'),
    done: t('hooks.replay_missed_done'),
  }
  return (
    <>
      <Pick
        label={t('hooks.replay_range')}
        value={range}
        words={ranges}
        labelOf={(word) => tValue('hooks.replay_range', word)}
        onValue={setRange}
      />
      <MoveButton words={words} move={move} />
    </>
  )
}

function columnsFor(endpoint: WebhookEndpoint, now: Date): Column<WebhookDelivery>[] {
  const acts: Column<WebhookDelivery> = {
    id: 'acts',
    header: '',
    cell: (row) =>
      row.status === 'waiting' ? null : <ReplayButton endpointId={endpoint.endpoint_id} delivery={row} />,
  }
  return [
    {
      id: 'event',
      header: t('hooks.event'),
      cell: (row) => (
        <>
          <code>{row.event_type}</code>
          <div className="muted small mono">{row.webhook_id}</div>
          <Sent delivery={row} />
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="delivery" value={row.status} />,
    },
    { id: 'answer', header: t('hooks.answer'), cell: (row) => <Outcome delivery={row} /> },
    { id: 'attempts', header: t('hooks.attempts'), numeric: true, cell: (row) => row.attempts },
    {
      id: 'happened',
      header: t('hooks.happened'),
      numeric: true,
      cell: (row) => <MomentText iso={row.occurred_at} now={now} />,
    },
    ...(endpoint.status === 'active' ? [acts] : []),
  ]
}

function NoMessages({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title={t('hooks.log_none_found')} />
  ) : (
    <Empty title={t('hooks.log_none')} text={t('hooks.log_none_text')} />
  )
}

/** What was sent to an endpoint and how it went, with the way to send it again. */
export function DeliveryLog({ endpoint }: { endpoint: WebhookEndpoint }) {
  const now = useNow(60_000)
  const { values, set, clear, active } = useFilters(spec)
  const query = { ...optional('status', values.status), ...pagingQuery(values.page) }
  const deliveries = useRead(
    ['webhook', endpoint.endpoint_id, 'deliveries', query],
    (frame, signal) =>
      readBody(
        frame.client.GET(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}/deliveries`, {
          params: { path: { endpoint_id: endpoint.endpoint_id }, query },
          signal,
        }),
      ),
    { keep: true, refetchMs },
  )
  return (
    <Panel title={t('hooks.log')}>
      <FilterBar active={active} onClear={clear}>
        <Pick
          label={t('column.status')}
          value={values.status}
          words={statuses}
          labelOf={(word) => (word === 'any' ? t('hooks.any_status') : tValue('status.delivery', word))}
          onValue={(status) => set({ status })}
        />
        {endpoint.status === 'active' && <ReplayMissed endpoint={endpoint} />}
      </FilterBar>
      <PagedTable
        query={deliveries}
        caption={t('hooks.log')}
        columns={columnsFor(endpoint, now)}
        rowId={(row) => row.delivery_id}
        empty={<NoMessages isFiltered={values.status !== 'any'} />}
        onPage={(page) => set({ page })}
      />
    </Panel>
  )
}
