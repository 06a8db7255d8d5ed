import '../../parts/job-words.ts'
import { Note } from '../../parts/page.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { useOwnPartner } from './own-partner.ts'

/** The partner that the organisation is itself, where it has access or waits for this admin; of what waits alone where that is asked for. */
export function OwnPartnerNote({ isWaitingOnly = false }: { isWaitingOnly?: boolean }) {
  const { tenantId } = useFrame()
  const home = useOwnPartner()
  if (home === undefined) return null
  const named = { partner: home.partner_name, name: home.asked_by_name }
  const isWaiting = home.status === 'waiting'
  if (isWaiting ? home.asked_by_you : isWaitingOnly) return null
  return (
    <Note tone={isWaiting ? 'attention' : 'info'}>
      <p>
        <span className="strong">{t(isWaiting ? 'own_partner.waits' : 'own_partner.runs', named)}</span>{' '}
        <GoLink to={orgPlaces.homePartner(tenantId)}>
          {t(isWaiting ? 'own_partner.answer' : 'own_partner.see')}
        </GoLink>
      </p>
    </Note>
  )
}
