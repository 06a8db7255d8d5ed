import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'
import { useState } from 'react'

import { WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { KeptForm } from '../../parts/kept-form.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { fact, Facts, Note, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { shownClientStatus } from '../shared/client-words.ts'
import { formKey } from '../shared/form-key.ts'
import { NeedLines } from '../shared/need-lines.tsx'
import { SignalStreamPanel } from '../shared/signal-stream.tsx'
import { useClient } from './client-calls.ts'
import { checkDraft, ClientFields, sentenceOf, toDraft, toSettings } from './client-fields.tsx'
import type { ClientDraft } from './client-fields.tsx'
import { ClientSwitch } from './client-switch.tsx'
import { ClientCertificates } from './client-certificates.tsx'
import { ClientGuide } from './client-guide.tsx'
import { ConsentPreview, useConsentPreview } from './consent-preview.tsx'
import { ClientKeys } from './client-keys.tsx'
import { ClientLogo } from './client-logo.tsx'

type ClientProps = { client: ApiClient; etag: string | null }

function linesOf(lines: readonly string[], none: string) {
  return lines.length === 0 ? none : lines.map((line) => <div key={line}>{line}</div>)
}

function ClientFacts({ client }: { client: ApiClient }) {
  const { partnerId } = useFrame()
  const created = t('app.created_value', {
    date: formatDate(client.created_at),
    name: client.created_by_name,
  })
  return (
    <Panel title={t('app.facts')}>
      <Facts
        facts={[
          fact(t('app.state'), <StatusChip family="client" value={shownClientStatus(client)} />),
          fact(t('app.reason'), client.status_reason),
          fact(t('apps.environment'), tValue('environment', client.environment)),
          fact(t('app.scopes'), linesOf(client.scopes.map(sentenceOf), '')),
          fact(t('consent.needs'), client.needs.length > 0 && <NeedLines needs={client.needs} />),
          fact(t('app.redirects'), linesOf(client.redirect_uris, '')),
          fact(t('app.ranges'), linesOf(client.ip_allow, t('app.anywhere'))),
          fact(t('app.created'), created),
          fact(t('app.first_token'), <DateText iso={client.first_token_at} />),
          fact(t('app.first_call'), <DateText iso={client.first_call_at} />),
        ]}
      />
      <p>
        <GoLink to={partnerPlaces.clientCalls(partnerId, { client: client.client_id })}>
          {t('calls.of_client')}
        </GoLink>
      </p>
    </Panel>
  )
}

function post(act: 'suspend' | 'resume', clientId: string) {
  return (reason: string, { client }: Frame) =>
    readBody(
      client.POST(`/partner/clients/{client_id}/${act}`, {
        params: { path: { client_id: clientId } },
        body: { reason },
      }),
    )
}

/** Stopping for now and going on. What the provider stopped is the provider's to resume. */
function PauseTool({ client }: { client: ApiClient }) {
  const { name } = client
  const isPaused = client.status === 'suspended'
  const isByProvider = isPaused && client.status_changed_by_side !== 'partner'
  const act = isPaused && (!isByProvider || client.own_suspended_at !== null) ? 'resume' : 'suspend'
  const words = {
    act: t(`app.${act}`),
    title: t(`app.${act}_title`, { name }),
    effect: t(isByProvider && act === 'resume' ? 'app.resume_beneath' : `app.${act}_effect`),
    keep: t(`app.${act}_keep`),
    done: t(`app.${act}_done`, { name }),
  }
  return (
    <>
      {isByProvider && <span className="muted">{t('app.by_provider')}</span>}
      <MoveButton key={act} words={words} move={post(act, client.client_id)} reason="required" />
    </>
  )
}

function Tools({ client }: { client: ApiClient }) {
  const { partnerId } = useFrame()
  const go = useGo()
  return (
    <>
      <PauseTool client={client} />
      <Button variant="default" onClick={() => go(partnerPlaces.revokeClient(partnerId, client.client_id))}>
        {t('app.revoke')}…
      </Button>
    </>
  )
}

function AskForLive({ client }: { client: ApiClient }) {
  const write = useWrite(
    (id: string, frame) =>
      readBody(
        frame.client.POST('/partner/clients/{client_id}/request-live', {
          params: { path: { client_id: id } },
          body: {},
        }),
      ),
    () => showToast(t('app.live_asked')),
  )
  return (
    <div className="stack tight">
      <WriteProblem error={write.error} />
      <p>{t('app.live_sandbox')}</p>
      <div>
        <Button variant="default" loading={write.isPending} onClick={() => write.mutate(client.client_id)}>
          {t('app.live_ask')}
        </Button>
      </div>
    </div>
  )
}

function LivePanel({ client, mayChange }: { client: ApiClient; mayChange: boolean }) {
  const asked = client.live_requested_at
  return (
    <Panel title={t('app.live_title')}>
      {client.environment === 'live' && <p>{t('app.live_is')}</p>}
      {client.environment === 'sandbox' && asked !== null && (
        <p>{t('app.live_waits', { date: formatDate(asked) })}</p>
      )}
      {client.environment === 'sandbox' &&
        asked === null &&
        (mayChange ? <AskForLive client={client} /> : <p>{t('app.live_sandbox')}</p>)}
    </Panel>
  )
}

function SettingsForm({ client, etag }: ClientProps) {
  const [draft, setDraft] = useState(() => toDraft(client))
  const [errors, setErrors] = useState<FormError[]>([])
  const shown = useConsentPreview(draft, client.client_id)
  const write = useWrite(
    (wanted: ClientDraft, frame) =>
      readBody(
        frame.client.PATCH('/partner/clients/{client_id}', {
          params: { path: { client_id: client.client_id } },
          headers: { 'If-Match': etag ?? '' },
          body: toSettings(wanted),
        }),
      ),
    ({ name }) => showToast(t('app.saved', { name })),
  )
  return (
    <WriteForm
      write={write}
      errors={errors}
      act={t('app.save')}
      look="second"
      className="stack"
      onSend={() => {
        const found = checkDraft(draft)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <ClientFields
        draft={draft}
        errors={errors}
        faults={shown.preview.data?.redirect_faults ?? []}
        onDraft={setDraft}
      />
      <details>
        <summary>{t('newapp.preview')}</summary>
        <ConsentPreview {...shown} />
      </details>
    </WriteForm>
  )
}

function Client({ client, etag }: ClientProps) {
  const mayManage = useMay('partner_org.clients.manage')
  const mayChange = mayManage && client.status !== 'revoked'
  return (
    <div className="stack form">
      {client.status === 'suspended' && (
        <Note tone="bad">
          <p>{tValue('status.client', client.status)}</p>
        </Note>
      )}
      <ClientFacts client={client} />
      <ClientLogo client={client} mayChange={mayChange} />
      <ClientGuide clientId={client.client_id} />
      <LivePanel client={client} mayChange={mayChange} />
      <ClientKeys client={client} etag={etag} mayChange={mayChange} />
      <ClientCertificates client={client} etag={etag} mayChange={mayChange} />
      <ClientSwitch client={client} etag={etag} mayChange={mayChange} of="asks_without_browser" />
      {client.token_binding === 'dpop' && (
        <ClientSwitch client={client} etag={etag} mayChange={mayChange} of="pins_proof_key" />
      )}
      <SignalStreamPanel
        of={{ kind: 'client', id: client.client_id, name: client.name }}
        isStopped={client.status !== 'active'}
        mayChange={mayManage}
      />
      {mayChange && (
        <Panel title={t('app.settings')}>
          <details>
            <summary>{t('app.change')}</summary>
            <KeptForm value={{ client, etag }} version={formKey(toDraft(client))}>
              {(held) => <SettingsForm {...held} />}
            </KeptForm>
          </details>
        </Panel>
      )}
    </div>
  )
}

/** One API client: how it stands, how to connect with it, its keys, and its way to real customers. */
export function ClientPage() {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.clients.manage')
  const client = useClient(useParam('client'))
  const body = client.data?.body
  return (
    <Page
      title={body?.name ?? t('app.title_plain')}
      back={{ to: partnerPlaces.clients(partnerId), label: t('apps.title') }}
      tools={body && mayManage && body.status !== 'revoked' && <Tools client={body} />}
    >
      <Answer query={client}>{(read) => <Client client={read.body} etag={read.etag} />}</Answer>
    </Page>
  )
}
