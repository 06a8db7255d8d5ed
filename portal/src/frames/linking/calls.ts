import { readBody } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

/** The visits of partners' people, newest first; of one partner when it is given. */
export function useVisits(filter: { partner_id?: string; days: number; limit: number; offset?: number }) {
  return useRead(
    ['visits', filter],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/partner-access/visits', { params: { query: filter }, signal })),
    { keep: true },
  )
}

/** Whether each assigned person gets in now, as the own organisation asks. */
export function useOwnCheck(linkId: string) {
  return useRead(['check', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/links/{link_id}/check', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
}

/** Whether each assigned person gets in now, as the partner asks. */
export function usePartnerCheck(linkId: string) {
  return useRead(['check', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/links/{link_id}/check', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
}

/** What is left to do after a partner went. */
export function useChecklist(linkId: string) {
  return useRead(['checklist', linkId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/partner-access/links/{link_id}/checklist', {
        params: { path: { link_id: linkId } },
        signal,
      }),
    ),
  )
}
