import { readBody, readTagged } from '@liaison/client'
import type { Freeze, TenantLink } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'

/** One partner's access with the tag that a change of it must present. */
export function useAccessLink(linkId: string) {
  return useRead(['access-link', linkId], (frame, signal) =>
    readTagged(
      frame.client.GET('/tenant/partner-access/links/{link_id}', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
}

/** The accesses of this organisation in the given states, or in all when none is given; none is left out, however many there are. */
export function useAccessLinks(status: string) {
  return useRead(
    ['access-links', status],
    async ({ client }, signal) => ({
      items: await readAllByOffset<TenantLink>((place) =>
        readBody(
          client.GET('/tenant/partner-access/links', {
            params: { query: { ...(status === '' ? {} : { status }), limit: 100, ...place } },
            signal,
          }),
        ),
      ),
    }),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** The blocks of partners that this organisation set, those that hold first. */
export function useFreezes() {
  return useRead(
    ['freezes'],
    (frame, signal) => readBody(frame.client.GET('/tenant/partner-access/freezes', { signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** Those of the blocks that hold a partner off now: the one of it alone, and the one of all. */
export const freezesOf = (freezes: readonly Freeze[], partnerId: string): readonly Freeze[] =>
  freezes.filter(
    ({ in_force: holds, scope, partner_id: id }) => holds && (scope === 'tenant' || id === partnerId),
  )

export const isStopped = (freezes: readonly Freeze[], partnerId: string): boolean =>
  freezesOf(freezes, partnerId).length > 0
