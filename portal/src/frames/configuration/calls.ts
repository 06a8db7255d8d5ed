import { readBody, readTagged } from '@liaison/client'

import { useRead } from '../../platform/query.ts'
import type { Frame } from '../../platform/frame.ts'

/** Every key with its default and bound; they change with the product only. */
export function useKeys() {
  return useRead(['configuration', 'keys'], (frame, signal) =>
    readBody(frame.client.GET('/admin/configuration/keys', { signal })),
  )
}

/** What is in force for a partner, with its version for the next activation. */
export function useInForce(partnerId: string) {
  return useRead(['configuration', partnerId], (frame, signal) =>
    readTagged(
      frame.client.GET('/admin/partners/{partner_id}/configuration', {
        params: { path: { partner_id: partnerId } },
        signal,
      }),
    ),
  )
}

/** What waits for a second admin about this configuration. */
export function useAskedCare(partnerId: string) {
  const query = { state: 'waiting', kind: 'identity_care', partner_id: partnerId }
  return useRead(['configuration', partnerId, 'asked'], (frame, signal) =>
    readBody(frame.client.GET('/admin/second-person-requests', { params: { query }, signal })),
  )
}

/** The newest versions. */
export function useVersions(partnerId: string) {
  return useRead(['configuration', partnerId, 'versions'], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}/configuration/versions', {
        params: { path: { partner_id: partnerId }, query: { limit: 50 } },
        signal,
      }),
    ),
  )
}

/** Which version was put in force when. */
export function useHistory(partnerId: string) {
  return useRead(['configuration', partnerId, 'activations'], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}/configuration/activations', {
        params: { path: { partner_id: partnerId } },
        signal,
      }),
    ),
  )
}

/** What one version says. */
export function readVersion(frame: Frame, partnerId: string, version: number) {
  return readBody(
    frame.client.GET('/admin/partners/{partner_id}/configuration/versions/{version}', {
      params: { path: { partner_id: partnerId, version } },
    }),
  )
}
