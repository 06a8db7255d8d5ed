import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Gateway } from '@liaison/client'
import { useMemo, useState } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { RowActs } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { GatewayCredential, RotateButton, SwitchButton } from './gateway-acts.tsx'
import { GatewaySecret } from './gateway-secret.tsx'
import type { Secret } from './gateway-secret.tsx'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'

function toColumns(onSecret: (secret: Secret) => void): Column<Gateway>[] {
  return [
    {
      id: 'name',
      header: t('gateways.name'),
      cell: (gateway) => (
        <GoLink className="thing" to={platformPlaces.gateway(gateway.gateway_id)}>
          {gateway.name}
        </GoLink>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (gateway) => <StatusChip family="gateway" value={gateway.status} />,
    },
    {
      id: 'upstreams',
      header: t('gateways.upstreams'),
      cell: (gateway) => gateway.upstreams.join(', ') || '–',
    },
    { id: 'hint', header: t('gateways.hint'), cell: (gateway) => <GatewayCredential gateway={gateway} /> },
    {
      id: 'ips',
      header: t('client.ips'),
      cell: (gateway) => gateway.ip_allow.join(', ') || t('client.ips_any'),
    },
    {
      id: 'since',
      header: t('column.since'),
      numeric: true,
      cell: (gateway) => <DateText iso={gateway.created_at} />,
    },
    {
      id: 'acts',
      header: '',
      cell: (gateway) => (
        <RowActs>
          <RotateButton gateway={gateway} onSecret={onSecret} isInRow />
          <SwitchButton gateway={gateway} isInRow />
        </RowActs>
      ),
    },
  ]
}

const spec = { page: pageField() }

/** The gateways in front of protected APIs: register, change the credential, switch off. */
export function GatewaysPage() {
  const go = useGo()
  const [secret, setSecret] = useState<Secret | null>(null)
  const columns = useMemo(() => toColumns(setSecret), [])
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const gateways = useRead(
    ['gateways', query],
    (frame, signal) => readBody(frame.client.GET('/admin/gateways', { params: { query }, signal })),
    { keep: true },
  )
  if (secret !== null) return <GatewaySecret secret={secret} onStored={() => setSecret(null)} />
  return (
    <Page
      title={t('nav.gateways')}
      lead={t('gateways.lead')}
      tools={
        <Button data-new="" onClick={() => go(platformPlaces.newGateway())}>
          {t('gateways.register')}
        </Button>
      }
    >
      <PagedTable
        query={gateways}
        caption={t('nav.gateways')}
        columns={columns}
        rowId={(gateway) => gateway.gateway_id}
        empty={<NoRows isFiltered={false} title={t('state.none')} text={t('gateways.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
