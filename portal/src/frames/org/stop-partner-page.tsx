import { readBody } from '@liaison/client'
import type { TenantLinkDetail } from '@liaison/client'

import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { Stopped } from './access-stopped.tsx'
import { useAccessLink } from './calls.ts'
import { StopAccess, stoppedAt, StopTitle } from './stop-access.tsx'

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

type StopFormProps = { link: TenantLinkDetail; etag: string | null; onStopped: (at: string) => void }

function StopForm({ link, etag, onStopped }: StopFormProps) {
  const { tenantId } = useFrame()
  const now = useNow(60_000)
  const partner = link.partner_name
  const record = orgPlaces.link(tenantId, link.link_id)
  return (
    <StopAccess
      partner={partner}
      record={record}
      effects={effectsOf(link, now)}
      stop={(reason, { client }) =>
        readBody(
          client.POST('/tenant/partner-access/links/{link_id}/revoke', {
            params: { path: { link_id: link.link_id } },
            headers: { 'If-Match': etag ?? '' },
            body: reason === '' ? {} : { reason },
          }),
        )
      }
      onStopped={onStopped}
      stoppedAt={stoppedAt(link)}
      renderDone={(at) => (
        <Stopped
          partner={partner}
          record={record}
          id={link.link_id}
          at={at}
          lines={[t('stop.done', { partner }), t('stop.done_next')]}
        />
      )}
    />
  )
}

/** Stops one partner's access for good (level 2). Removing access never asks for a second factor. */
export function StopPartnerPage() {
  const { tenantId } = useFrame()
  const linkId = useParam('link')
  const link = useAccessLink(linkId)
  const found = link.data?.body
  return (
    <StopTitle
      partner={found?.partner_name}
      back={{ to: orgPlaces.link(tenantId, linkId), label: t('access.link_plain') }}
      stoppedAt={found === undefined ? null : stoppedAt(found)}
    >
      {(onStopped) => (
        <Answer query={link}>
          {({ body, etag }) => <StopForm link={body} etag={etag} onStopped={onStopped} />}
        </Answer>
      )}
    </StopTitle>
  )
}
