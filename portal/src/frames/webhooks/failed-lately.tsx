import { readBody } from '@liaison/client'
import type { FailedDelivery } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { refetchMs, sideOf, useHookPlaces } from './calls.ts'
import { ReplayButton } from './delivery-log.tsx'

const most = 10

function columnsFor(placeOf: (endpointId: string) => string, now: Date): Column<FailedDelivery>[] {
  return [
    {
      id: 'event',
      header: t('hooks.event'),
      cell: (row) => (
        <>
          <code>{row.event_type}</code>
          <div className="muted small mono">{row.webhook_id}</div>
        </>
      ),
    },
    {
      id: 'address',
      header: t('hooks.address'),
      cell: (row) => <GoLink to={placeOf(row.endpoint_id)}>{row.url}</GoLink>,
    },
    {
      id: 'answer',
      header: t('hooks.answer'),
      cell: (row) => (row.outcome === null ? '' : tValue('delivery_outcome', row.outcome)),
    },
    {
      id: 'happened',
      header: t('hooks.happened'),
      numeric: true,
      cell: (row) => <MomentText iso={row.occurred_at} now={now} />,
    },
    {
      id: 'acts',
      header: '',
      cell: (row) =>
        row.endpoint_status === 'active' ? (
          <ReplayButton endpointId={row.endpoint_id} delivery={row} />
        ) : (
          <span className="muted small">{t('hooks.failed_enable')}</span>
        ),
    },
  ]
}

/** What did not arrive anywhere lately, one press from being sent again; nothing where everything arrived (U1). */
export function FailedLately() {
  const places = useHookPlaces()
  const now = useNow(60_000)
  const failed = useRead(
    ['webhooks', 'failed'],
    (frame, signal) =>
      readBody(
        frame.client.GET(`/${sideOf(frame)}/webhook-deliveries/failed`, {
          params: { query: { limit: most } },
          signal,
        }),
      ),
    { keep: true, refetchMs },
  )
  const rows = failed.data?.items ?? []
  if (rows.length === 0) return null
  return (
    <Panel title={t('hooks.failed')}>
      <DataTable
        caption={t('hooks.failed')}
        columns={columnsFor(places.one, now)}
        rows={rows}
        rowId={(row) => row.delivery_id}
      />
    </Panel>
  )
}
