import '../../parts/job-words.ts'
import type { TenantHome } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces, serverPlaces } from '../../places.ts'
import { useAccessLinks } from './calls.ts'
import { ElevationNote } from './elevation-note.tsx'
import { OwnPartnerNote } from './own-partner-note.tsx'
import { WaitingConsents } from './waiting-consents.tsx'
import { mostNoted, useWaitingCount } from './waiting-count.ts'
import { WaitingSupport } from './waiting-support.tsx'

function Requests() {
  const requests = useAccessLinks('requested')
  const asked = (requests.data?.items ?? []).filter((link) => link.initiated_by === 'partner')
  return asked.slice(0, mostNoted).map(({ link_id: id, partner_name: partner }) => (
    <Note key={id} tone="attention">
      <p>
        <span className="strong">{t('home.request_of', { partner })}</span>{' '}
        <a href={serverPlaces.reviewLink(id)}>{t('home.review_of', { partner })}</a>
      </p>
    </Note>
  ))
}

/** How many more requests wait than have a note of their own. */
function Beyond({ count, unnoted }: { count: number; unnoted: number }) {
  const { tenantId } = useFrame()
  if (unnoted === 0) return null
  return (
    <Note tone="attention">
      <p>
        {t(count > unnoted ? 'home.waiting_more' : 'home.waiting', { count: unnoted })}{' '}
        <GoLink to={orgPlaces.requests(tenantId)}>{t('home.review')}</GoLink>
      </p>
    </Note>
  )
}

/** Everybody who asks for something, each told once and one step from the page that decides it. */
export function WaitingRequests({ access }: { access: TenantHome['who_has_access'] }) {
  const mayDecide = useMay('tenant.partner_access.approve')
  const waiting = useWaitingCount(access)
  return (
    <>
      {mayDecide && (
        <>
          <WaitingSupport />
          <OwnPartnerNote isWaitingOnly />
          <Requests />
        </>
      )}
      <WaitingConsents />
      <ElevationNote isWaitingOnly />
      <Beyond {...waiting} />
    </>
  )
}
