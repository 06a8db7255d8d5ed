import { readBody } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { formatUtc } from '../../platform/utc.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'

const refetchMs = 60_000

function useOpenElevations(linkId?: string) {
  const mayRead = useMay('tenant.partner_access.read')
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
    { refetchMs, enabled: mayRead },
  )
  return open.data?.items ?? []
}

/** Who waits for the organisation to allow more access for a while. */
export const useWaitingElevations = () =>
  useOpenElevations().filter(({ waits_for: side }) => side === 'tenant')

type ElevationNoteProps = { linkId?: string; isWaitingOnly?: boolean }

/** Who has more access for a while, or waits for it, of one partner's link or of all; nothing when nobody does. */
export function ElevationNote({ linkId, isWaitingOnly = false }: ElevationNoteProps) {
  const { tenantId } = useFrame()
  const items = useOpenElevations(linkId).filter((item) => !isWaitingOnly || item.waits_for === 'tenant')
  if (items.length === 0) return null
  const isWaiting = items.some((item) => item.waits_for === 'tenant')
  return (
    <Note tone={isWaiting ? 'attention' : 'info'}>
      {items.map((item) => (
        <p key={item.elevation_id}>
          {t(item.status === 'active' ? 'access.more_runs' : 'access.more_waits', {
            person: item.person_name,
            partner: item.partner_name ?? '',
            until: formatUtc(item.ends_at),
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
