import '../../parts/job-words.ts'
import { readBody } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

/** The partner that the organisation is itself, where it has access or waits for this admin; of what waits alone where that is asked for. */
export function OwnPartnerNote({ isWaitingOnly = false }: { isWaitingOnly?: boolean }) {
  const { tenantId } = useFrame()
  const mayRead = useMay('tenant.partner_access.read')
  const open = useRead(
    ['homes', 'shown'],
    ({ client }, signal) =>
      readBody(
        client.GET('/tenant/partner-access/homes', {
          params: { query: { status: 'waiting,active' } },
          signal,
        }),
      ),
    { enabled: mayRead },
  )
  const home = open.data?.items[0]
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
