import { readBody, readTagged } from '@liaison/client'
import type { TenantLink } from '@liaison/client'

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
  return useRead(['access-links', status], async ({ client }, signal) => ({
    items: await readAllByOffset<TenantLink>((place) =>
      readBody(
        client.GET('/tenant/partner-access/links', {
          params: { query: { ...(status === '' ? {} : { status }), limit: 100, ...place } },
          signal,
        }),
      ),
    ),
  }))
}

/** The blocks that stand against partners of this organisation. */
export function useFreezes() {
  return useRead(['freezes'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/freezes', { signal })),
  )
}
