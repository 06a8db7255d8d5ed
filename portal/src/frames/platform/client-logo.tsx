import { readBody } from '@liaison/client'
import type { ApiClient } from '@liaison/client'

import { MoveButton } from '../../parts/move-button.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import type { Frame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { logosOf } from '../shared/client-logos.ts'
import { LogoImage } from '../shared/logo-image.tsx'

function decide(client: ApiClient, sha256: string, act: 'approve' | 'refuse') {
  const params = { path: { client_id: client.client_id, sha256 } }
  return (reason: string, { client: api }: Frame) =>
    readBody(
      act === 'approve'
        ? api.POST('/admin/clients/{client_id}/logos/{sha256}/approve', { params, body: {} })
        : api.POST('/admin/clients/{client_id}/logos/{sha256}/refuse', { params, body: { reason } }),
    )
}

/** Refuses a logo, with the words for one that waits or for one that customers see already. */
function RefuseButton({
  client,
  sha256,
  words,
}: {
  client: ApiClient
  sha256: string
  words: 'refuse' | 'take_down'
}) {
  const names = { client: client.name, owner: client.owner.name }
  return (
    <MoveButton
      words={{
        act: t(`logo.${words}`),
        title: t(`logo.${words}_title`, names),
        effect: t(`logo.${words}_effect`, names),
        keep: t(`logo.${words}_keep`),
        done: t(`logo.${words}_done`, names),
      }}
      reason="required"
      move={decide(client, sha256, 'refuse')}
    />
  )
}

/** The logo that waits, with the decision about it: whether it can pass for somebody else is for a person to see. */
function Waiting({ client, at }: { client: ApiClient; at: (sha256: string) => string }) {
  const { waiting } = logosOf(client)
  if (waiting === null) return null
  const { sha256, width, height } = waiting
  const names = { client: client.name, owner: client.owner.name }
  return (
    <>
      <h3 className="section-title">{t('logo.to_decide', { date: formatDate(waiting.handed_in_at) })}</h3>
      <img src={at(sha256)} alt={t('logo.image_of', names)} width={width / 2} height={height / 2} />
      <LogoImage src={at(sha256)} text={client.name} />
      <Note tone="attention">
        <p>{t('logo.look_for', names)}</p>
      </Note>
      <div className="row">
        <MoveButton
          words={{
            act: t('logo.approve'),
            title: t('logo.approve_title', names),
            effect: t('logo.approve_effect'),
            keep: t('logo.approve_keep'),
            done: t('logo.approve_done', names),
          }}
          isApproval
          move={decide(client, sha256, 'approve')}
        />
        <RefuseButton client={client} sha256={sha256} words="refuse" />
      </div>
    </>
  )
}

/** The logo of an API client as the provider looks at it: what customers see, and what waits. */
export function ClientLogo({ client, mayManage }: { client: ApiClient; mayManage: boolean }) {
  const { in_use: shown, waiting, refused } = logosOf(client)
  const at = (sha256: string) => `/api/v1/admin/clients/${client.client_id}/logos/${sha256}`
  if (shown === null && waiting === null && refused === null) return null
  return (
    <Panel title={t('logo.title')}>
      <div className="stack tight">
        {shown !== null && (
          <div className="row">
            <LogoImage src={at(shown.sha256)} text={t('logo.in_use')} />
            {mayManage && <RefuseButton client={client} sha256={shown.sha256} words="take_down" />}
          </div>
        )}
        {refused !== null && (
          <p>{t('logo.refused', { date: formatDate(refused.decided_at), reason: refused.reason })}</p>
        )}
        {mayManage && <Waiting client={client} at={at} />}
        {!mayManage && waiting !== null && (
          <LogoImage
            src={at(waiting.sha256)}
            text={t('logo.waits', { date: formatDate(waiting.handed_in_at) })}
          />
        )}
      </div>
    </Panel>
  )
}
