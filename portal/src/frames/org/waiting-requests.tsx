import '../../parts/job-words.ts'
import { Note } from '../../parts/page.tsx'
import { useMay } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { serverPlaces } from '../../places.ts'
import { useAccessLinks } from './calls.ts'
import { OwnPartnerNote } from './own-partner-note.tsx'
import { WaitingSupport } from './waiting-support.tsx'

/** Beyond these the list of requests is the better place. */
const most = 3

function Requests() {
  const requests = useAccessLinks('requested')
  const asked = (requests.data?.items ?? []).filter((link) => link.initiated_by === 'partner')
  return asked.slice(0, most).map(({ link_id: id, partner_name: partner }) => (
    <Note key={id} tone="attention">
      <p>
        <span className="strong">{t('home.request_of', { partner })}</span>{' '}
        <a href={serverPlaces.reviewLink(id)}>{t('home.review_of', { partner })}</a>
      </p>
    </Note>
  ))
}

/** Support and partners that ask for access, each one step from the page that decides it; for those who may. */
export function WaitingRequests() {
  const mayDecide = useMay('tenant.partner_access.approve')
  if (!mayDecide) return null
  return (
    <>
      <WaitingSupport />
      <OwnPartnerNote isWaitingOnly />
      <Requests />
    </>
  )
}
