import { readBody, readTagged } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

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

const mostLinks = 100

/** The accesses of this organisation in the given states; all of them when none is given. */
export function useAccessLinks(status: string) {
  return useRead(['access-links', status], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/links', {
        params: { query: { ...(status === '' ? {} : { status }), limit: mostLinks } },
        signal,
      }),
    ),
  )
}

/** The blocks that stand against partners of this organisation. */
export function useFreezes() {
  return useRead(['freezes'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/partner-access/freezes', { signal })),
  )
}
