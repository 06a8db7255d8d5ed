import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { shownClientStatus } from '../shared/client-words.ts'
import { NeedLines } from '../shared/need-lines.tsx'
import { SignalStreamPanel } from '../shared/signal-stream.tsx'
import { ClientLogo } from './client-logo.tsx'
import { ConsentsOf } from './consents-of.tsx'

const acts = ['approve_live', 'suspend', 'resume', 'revoke'] as const
type Act = (typeof acts)[number]

/** Only the side that suspended a client resumes it; only a client that asks is approved for live use. */
function isOffered(client: ApiClient, act: Act): boolean {
  if (act === 'approve_live') return shownClientStatus(client) === 'waiting'
  if (act === 'suspend')
    return (
      client.status === 'active' ||
      (client.status === 'suspended' && client.status_changed_by_side !== 'provider')
    )
  if (act === 'revoke') return client.status !== 'revoked'
  return client.status === 'suspended' && client.status_changed_by_side === 'provider'
}

function moveOf(client: ApiClient, act: Act) {
  const params = { path: { client_id: client.client_id } }
  return (reason: string, { client: api }: Frame) =>
    readBody(
      act === 'approve_live'
        ? api.POST('/admin/clients/{client_id}/approve-live', { params, body: {} })
        : api.POST(`/admin/clients/{client_id}/${act}`, { params, body: { reason } }),
    )
}

function ActButton({ client, act }: { client: ApiClient; act: Act }) {
  const names = { client: client.name, owner: client.owner.name }
  return (
    <MoveButton
      words={{
        act: t(`client.${act}`),
        title: t(`client.${act}_title`, names),
        effect: t(
          act === 'resume' && client.own_suspended_at !== null
            ? 'client.resume_beneath'
            : `client.${act}_effect`,
          names,
        ),
        keep: t(`client.${act}_keep`),
        done: t(`client.${act}_done`, names),
      }}
      {...(act === 'approve_live' ? {} : { reason: 'required' as const })}
      isApproval={act === 'approve_live'}
      isDanger={act === 'revoke'}
      move={moveOf(client, act)}
    />
  )
}

function Owner({ owner }: Pick<ApiClient, 'owner'>) {
  const to = owner.kind === 'partner' ? platformPlaces.partner(owner.id) : platformPlaces.tenant(owner.id)
  return <GoLink to={to}>{owner.name}</GoLink>
}

function keyOf(key: ApiClient['jwks']['keys'][number]): string {
  return [key['kid'], key['alg']].filter((part) => part !== undefined).join(', ')
}

function ClientFacts({ client }: { client: ApiClient }) {
  return (
    <Panel title={t('client.facts')}>
      <Facts
        facts={[
          fact(t('column.status'), <StatusChip family="client" value={shownClientStatus(client)} />),
          fact(t('link.reason'), client.status_reason),
          fact(t('client.owner'), <Owner owner={client.owner} />),
          fact(t('client.about'), client.description),
          fact(t('client.environment'), tValue('environment', client.environment)),
          fact(t('client.asked_live'), formatDateTime(client.live_requested_at)),
          fact(t('client.scopes'), client.scopes.join(', ')),
          fact(t('consent.needs'), client.needs.length > 0 && <NeedLines needs={client.needs} />),
          fact(t('client.redirects'), client.redirect_uris.join(', ')),
          fact(
            t('client.ips'),
            client.ip_allow.length === 0 ? t('client.ips_any') : client.ip_allow.join(', '),
          ),
          fact(t('client.keys'), client.jwks.keys.map(keyOf).join('; ')),
          fact(t('client.binding'), t(`client.binding_${client.token_binding}`)),
          fact(
            t('client.created'),
            t('client.created_value', {
              date: formatDateTime(client.created_at),
              name: client.created_by_name,
            }),
          ),
          fact(t('client.first_call'), formatDateTime(client.first_call_at)),
          fact(t('client.last_used'), formatDateTime(client.last_used_at)),
          fact(t('link.id'), <IdText id={client.client_id} />),
        ]}
      />
    </Panel>
  )
}

/** One API client with the provider's own acts: every one of them holds for the next call. */
export function ClientPage() {
  const id = useParam('client')
  const mayManage = useMay('platform.clients.manage')
  const client = useRead(['client', id], (frame, signal) =>
    readBody(frame.client.GET('/admin/clients/{client_id}', { params: { path: { client_id: id } }, signal })),
  )
  const found = client.data
  return (
    <Page
      title={found ? found.name : t('client.facts')}
      back={{ to: platformPlaces.clients(), label: t('nav.clients') }}
      tools={
        found &&
        acts
          .filter((act) => isOffered(found, act))
          .map((act) => <ActButton key={act} act={act} client={found} />)
      }
    >
      <Answer query={client} lines={10}>
        {(body) => (
          <div className="stack">
            <ClientFacts client={body} />
            <ClientLogo client={body} mayManage={mayManage} />
            {body.owner.kind === 'partner' && (
              <SignalStreamPanel
                of={{ kind: 'client', id: body.client_id, name: body.name }}
                isStopped={body.status !== 'active'}
                mayChange={mayManage}
              />
            )}
            <section aria-label={t('client.consents')}>
              <h2 className="section-title">{t('client.consents')}</h2>
              <ConsentsOf query={{ client_id: id }} emptyText={t('client.no_consents')} />
            </section>
          </div>
        )}
      </Answer>
    </Page>
  )
}
