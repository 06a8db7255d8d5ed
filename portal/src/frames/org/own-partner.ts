import { readBody } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'

/** The partner that the organisation is itself, or that waits for a second admin; undefined where there is none, or it is not for this reader. */
export function useOwnPartner() {
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
  return open.data?.items[0]
}
