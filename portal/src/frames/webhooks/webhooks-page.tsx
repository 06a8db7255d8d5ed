import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { WebhookEndpoint } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { sideOf, useHookPlaces } from './calls.ts'
import { shownEndpointStatus } from './endpoint-status.ts'
import { FailedLately } from './failed-lately.tsx'

function columnsFor(placeOf: (endpointId: string) => string, now: Date): Column<WebhookEndpoint>[] {
  return [
    {
      id: 'address',
      header: t('hooks.address'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={placeOf(row.endpoint_id)}>
            {row.url}
          </GoLink>
          {row.description !== null && <div className="muted small">{row.description}</div>}
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="webhook" value={shownEndpointStatus(row)} />,
    },
    {
      id: 'events',
      header: t('hooks.events'),
      cell: (row) => t('hooks.events_count', { count: row.event_types.length }),
    },
    {
      id: 'success',
      header: t('hooks.last_success'),
      numeric: true,
      cell: (row) => <MomentText iso={row.last_success_at} now={now} />,
    },
  ]
}

/** The organisation's webhook endpoints. */
export function WebhooksPage() {
  const places = useHookPlaces()
  const now = useNow(60_000)
  const endpoints = useRead(['webhooks'], (frame, signal) =>
    readBody(
      frame.client.GET(`/${sideOf(frame)}/webhook-endpoints`, { params: { query: { limit: 100 } }, signal }),
    ),
  )
  const toNew = (
    <Button data-new="" component={GoLink} to={places.add}>
      {t('hooks.new')}
    </Button>
  )
  return (
    <Page title={t('hooks.title')} lead={t('hooks.lead')} tools={toNew}>
      <div className="stack">
        <Answer query={endpoints}>
          {({ items }) =>
            items.length === 0 ? (
              <div className="list">
                <Empty title={t('hooks.none')} text={t('hooks.none_text')} />
              </div>
            ) : (
              <DataTable
                caption={t('hooks.title')}
                columns={columnsFor(places.one, now)}
                rows={items}
                rowId={(row) => row.endpoint_id}
              />
            )
          }
        </Answer>
        <FailedLately />
      </div>
    </Page>
  )
}
