import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Gateway } from '@liaison/client'
import { useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, reasonBody, RowActs } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { GatewaySecret } from './gateway-secret.tsx'
import type { Secret } from './gateway-secret.tsx'

const overlapMinutes = 60

function RotateButton({ gateway, onSecret }: { gateway: Gateway; onSecret: (secret: Secret) => void }) {
  const names = { gateway: gateway.name }
  const move = async (_reason: string, { client }: Frame) => {
    const made = await readBody(
      client.POST('/admin/gateways/{gateway_id}/rotate', {
        params: { path: { gateway_id: gateway.gateway_id } },
        body: { overlap_minutes: overlapMinutes },
      }),
    )
    onSecret({ name: made.name, text: made.credential })
  }
  return (
    <MoveButton
      words={{
        act: t('gateways.rotate'),
        title: t('gateways.rotate_title', names),
        effect: t('gateways.rotate_effect'),
        keep: t('gateways.rotate_keep'),
        done: t('gateways.rotate_done', names),
      }}
      isInRow
      move={move}
    />
  )
}

function SwitchButton({ gateway }: { gateway: Gateway }) {
  const names = { gateway: gateway.name }
  const act = gateway.status === 'active' ? 'disable' : 'enable'
  const move = (reason: string, { client }: Frame) =>
    readBody(
      client.POST(`/admin/gateways/{gateway_id}/${act}`, {
        params: { path: { gateway_id: gateway.gateway_id } },
        body: reasonBody(reason),
      }),
    )
  return (
    <MoveButton
      key={act}
      words={{
        act: t(`gateways.${act}`),
        title: t(`gateways.${act}_title`, names),
        effect: t(`gateways.${act}_effect`),
        keep: t(`gateways.${act}_keep`),
        done: t(`gateways.${act}_done`, names),
      }}
      reason="optional"
      isDanger={act === 'disable'}
      isInRow
      move={move}
    />
  )
}

function Credential({ gateway }: { gateway: Gateway }) {
  const { credential_hint: hint, previous_credential_ends_at: ends } = gateway
  return (
    <>
      <code className="mono">{hint}</code>
      {ends !== null && (
        <span className="muted small">, {t('gateways.previous', { at: formatDateTime(ends) })}</span>
      )}
    </>
  )
}

function toColumns(onSecret: (secret: Secret) => void): Column<Gateway>[] {
  return [
    {
      id: 'name',
      header: t('gateways.name'),
      cell: (gateway) => <span className="strong">{gateway.name}</span>,
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
    { id: 'hint', header: t('gateways.hint'), cell: (gateway) => <Credential gateway={gateway} /> },
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
          <RotateButton gateway={gateway} onSecret={onSecret} />
          <SwitchButton gateway={gateway} />
        </RowActs>
      ),
    },
  ]
}

/** The gateways in front of protected APIs: register, change the credential, switch off. */
export function GatewaysPage() {
  const go = useGo()
  const [secret, setSecret] = useState<Secret | null>(null)
  const columns = useMemo(() => toColumns(setSecret), [])
  const gateways = useRead(['gateways'], (frame, signal) =>
    readBody(frame.client.GET('/admin/gateways', { params: { query: { limit: 100 } }, signal })),
  )
  if (secret !== null) return <GatewaySecret secret={secret} onStored={() => setSecret(null)} />
  return (
    <Page
      title={t('nav.gateways')}
      lead={t('gateways.lead')}
      tools={<Button onClick={() => go(platformPlaces.newGateway())}>{t('gateways.register')}</Button>}
    >
      <Answer query={gateways}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              <Empty title={t('state.none')} text={t('gateways.none_text')} />
            </div>
          ) : (
            <DataTable
              caption={t('nav.gateways')}
              columns={columns}
              rows={items}
              rowId={(gateway) => gateway.gateway_id}
            />
          )
        }
      </Answer>
    </Page>
  )
}
