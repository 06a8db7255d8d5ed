import './end-link-words.ts'
import { readBody } from '@liaison/client'
import type { LinkDetail } from '@liaison/client'

import { ConfirmPage } from '../../parts/confirm.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatRelative } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useLink } from './link-page.tsx'

function effectsOf(link: LinkDetail, now: Date): string[] {
  const tenant = link.tenant_name
  return [
    t('end.people', { count: link.members_count, tenant }),
    link.last_used_at === null
      ? t('end.never_used')
      : t('end.last_used', { when: formatRelative(link.last_used_at, now) }),
    ...(link.ends_at === null ? [] : [t('end.would_end', { date: formatUtc(link.ends_at) })]),
    t('end.only_tenant', { tenant }),
    t('end.kept', { tenant }),
  ]
}

function EndForm({ link, etag }: { link: LinkDetail; etag: string | null }) {
  const { partnerId } = useFrame()
  const go = useGo()
  const now = useNow(60_000)
  const back = partnerPlaces.link(partnerId, link.link_id)
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST('/partner/links/{link_id}/terminate', {
          params: { path: { link_id: link.link_id } },
          headers: { 'If-Match': etag ?? '' },
          body: reason === '' ? {} : { reason },
        }),
      ),
    () => {
      showToast(t('end.done', { tenant: link.tenant_name }))
      go(back)
    },
  )
  return (
    <ConfirmPage
      effects={effectsOf(link, now)}
      typed={link.tenant_name}
      typedLabel={t('end.type')}
      act={t('end.act', { tenant: link.tenant_name })}
      keep={t('end.keep')}
      reason="optional"
      isBusy={write.isPending}
      error={write.error}
      onKeep={() => go(back)}
      onAct={(reason) => write.mutate(reason)}
    />
  )
}

/** Ends a link for good, from the partner's side (level 2). */
export function EndLinkPage() {
  const { partnerId } = useFrame()
  const linkId = useParam('link')
  const link = useLink(linkId)
  const tenant = link.data?.body.tenant_name
  return (
    <Page
      title={tenant === undefined ? t('end.title_plain') : t('end.title', { tenant })}
      back={{ to: partnerPlaces.link(partnerId, linkId), label: t('end.back') }}
    >
      <Answer query={link}>{({ body, etag }) => <EndForm link={body} etag={etag} />}</Answer>
    </Page>
  )
}
