import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useAccessLink } from './calls.ts'

const mostNames = 10

function effectsOf(link: TenantLinkDetail, now: Date): string[] {
  const partner = link.partner_name
  const names = link.people.slice(0, mostNames).map((person) => person.name)
  return [
    t('stop.people', { count: link.people.length }),
    ...(names.length === 0 ? [] : [t('stop.names', { names: joinNames(names) })]),
    link.last_used_at === null
      ? t('end.never_used')
      : t('end.last_used', { when: formatRelative(link.last_used_at, now) }),
    t('stop.kept', { partner }),
    t('stop.again', { partner }),
  ]
}

type StopFormProps = { link: TenantLinkDetail; etag: string | null; onKeep: () => void }

function StopForm({ link, etag, onKeep }: StopFormProps) {
  const now = useNow(60_000)
  const write = useWrite((reason: string, frame) =>
    readBody(
      frame.client.POST('/tenant/partner-access/links/{link_id}/revoke', {
        params: { path: { link_id: link.link_id } },
        headers: { 'If-Match': etag ?? '' },
        body: reason === '' ? {} : { reason },
      }),
    ),
  )
  if (write.isSuccess || link.status === 'revoked')
    return <Stopped partner={link.partner_name} id={link.link_id} />
  return (
    <ConfirmPage
      effects={effectsOf(link, now)}
      typed={link.partner_name}
      typedLabel={t('stop.type')}
      act={t('stop.act', { partner: link.partner_name })}
      keep={t('stop.keep')}
      reason="optional"
      isBusy={write.isPending}
      error={write.error}
      onKeep={onKeep}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

function Stopped({ partner, id }: { partner: string; id: string }) {
  const { tenantId } = useFrame()
  return (
    <Panel title={t('stop.done_title', { partner })}>
      <div className="prose">
        <p role="status">{t('stop.done', { partner })}</p>
        <p>{t('stop.done_next')}</p>
        <p className="row">
          <GoLink to={orgPlaces.link(tenantId, id)}>{t('stop.record')}</GoLink>
          <GoLink to={orgPlaces.access(tenantId)}>{t('stop.others')}</GoLink>
        </p>
      </div>
    </Panel>
  )
}

/** Stops one partner's access for good (level 2). Removing access never asks for a second factor. */
export function StopPartnerPage() {
  const { tenantId } = useFrame()
  const go = useGo()
  const linkId = useParam('link')
  const link = useAccessLink(linkId)
  const partner = link.data?.body.partner_name
  return (
    <Page
      title={partner === undefined ? t('stop.title_plain') : t('stop.title', { partner })}
      back={{ to: orgPlaces.link(tenantId, linkId), label: t('access.link_plain') }}
    >
      <Answer query={link}>
        {({ body, etag }) => (
          <StopForm link={body} etag={etag} onKeep={() => go(orgPlaces.link(tenantId, linkId))} />
        )}
      </Answer>
    </Page>
  )
}
