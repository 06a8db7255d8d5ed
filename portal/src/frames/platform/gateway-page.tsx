import { readBody } from '@liaison/client'
import type { Gateway } from '@liaison/client'
import { useState } from 'react'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { SignalStreamPanel } from '../shared/signal-stream.tsx'
import { GatewayCredential, RotateButton, SwitchButton } from './gateway-acts.tsx'
import { GatewaySecret } from './gateway-secret.tsx'
import type { Secret } from './gateway-secret.tsx'

function GatewayFacts({ gateway }: { gateway: Gateway }) {
  return (
    <Panel title={t('gateways.facts')}>
      <Facts
        facts={[
          fact(t('column.status'), <StatusChip family="gateway" value={gateway.status} />),
          fact(t('gateways.upstreams'), gateway.upstreams.join(', ') || '–'),
          fact(t('gateways.hint'), <GatewayCredential gateway={gateway} />),
          fact(t('client.ips'), gateway.ip_allow.join(', ') || t('client.ips_any')),
          fact(t('gateways.certificates'), t(gateway.reads_certificates ? 'gateways.yes' : 'gateways.no')),
          fact(t('gateways.trusted'), t(gateway.is_trusted ? 'gateways.yes' : 'gateways.no')),
          fact(t('column.since'), formatDateTime(gateway.created_at)),
          fact(t('link.id'), <IdText id={gateway.gateway_id} />),
        ]}
      />
    </Panel>
  )
}

/** One gateway: what it asks for and with what, and the security signals that it gets. */
export function GatewayPage() {
  const id = useParam('gateway')
  const [secret, setSecret] = useState<Secret | null>(null)
  const gateway = useRead(['gateway', id], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/gateways/{gateway_id}', { params: { path: { gateway_id: id } }, signal }),
    ),
  )
  if (secret !== null) return <GatewaySecret secret={secret} onStored={() => setSecret(null)} />
  const found = gateway.data
  return (
    <Page
      title={found ? found.name : t('gateways.name')}
      back={{ to: platformPlaces.gateways(), label: t('nav.gateways') }}
      tools={
        found && (
          <>
            <RotateButton gateway={found} onSecret={setSecret} />
            <SwitchButton gateway={found} />
          </>
        )
      }
    >
      <Answer query={gateway} lines={8}>
        {(body) => (
          <div className="stack form">
            <GatewayFacts gateway={body} />
            <SignalStreamPanel
              of={{ kind: 'gateway', id: body.gateway_id, name: body.name }}
              isStopped={body.status !== 'active'}
              mayChange
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}
