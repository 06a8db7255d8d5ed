import { readBody } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

const refetchMs = 60_000

/** Who has more access for a while, or waits for it, of one partner's link or of all; nothing when nobody does. */
export function ElevationNote({ linkId }: { linkId?: string }) {
  const { tenantId } = useFrame()
  const open = useRead(
    ['elevations', 'open', linkId],
    (frame, signal) =>
      readBody(
        frame.client.GET('/tenant/partner-access/elevations', {
          params: {
            query: { status: 'approved,active', ...(linkId === undefined ? {} : { link_id: linkId }) },
          },
          signal,
        }),
      ),
    { refetchMs },
  )
  const items = open.data?.items ?? []
  if (items.length === 0) return null
  const isWaiting = items.some((item) => item.waits_for === 'tenant')
  return (
    <Note tone={isWaiting ? 'attention' : 'info'}>
      {items.map((item) => (
        <p key={item.elevation_id}>
          {t(item.status === 'active' ? 'access.more_runs' : 'access.more_waits', {
            person: item.person_name,
            partner: item.partner_name ?? '',
            until: formatDateTime(item.ends_at),
          })}
        </p>
      ))}
      <p>
        <GoLink to={orgPlaces.elevations(tenantId)}>
          {t(isWaiting ? 'access.more_answer' : 'access.more_see')}
        </GoLink>
      </p>
    </Note>
  )
}
