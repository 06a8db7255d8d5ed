import { readBody, readTagged } from '@liaison/client'
import type { Resale, TenantConsent } from '@liaison/client'

import { useEndless } from '../../parts/endless.tsx'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'

/** What apps of partners may do here, or might: those in force with the paused ones, or those that ended. */
export function useConsents(state: 'active' | 'past') {
  return useEndless<TenantConsent>(
    ['consents', state],
    (frame, cursor, signal) =>
      readBody(
        frame.client.GET('/tenant/consents', { params: { query: { state, limit: 100, ...cursor } }, signal }),
      ),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** One consent with the tag that a change of it must present. */
export function useConsent(consentId: string) {
  return useRead(['consent', consentId], (frame, signal) =>
    readTagged(
      frame.client.GET('/tenant/consents/{consent_id}', {
        params: { path: { consent_id: consentId } },
        signal,
      }),
    ),
  )
}

/** What waits for a second person, with the page on which it is decided. */
export function useWaitingConsents() {
  return useRead(
    ['consent-requests'],
    (frame, signal) => readBody(frame.client.GET('/tenant/consent-requests', { signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** What API clients ask for beyond what they were allowed, with the page on which it is decided. */
export function useAccessRequests() {
  return useRead(
    ['access-requests'],
    (frame, signal) => readBody(frame.client.GET('/tenant/access-requests', { signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** What API clients ask to have approved within minutes, with the page on which it is decided. */
export function useBackchannelRequests() {
  return useRead(
    ['backchannel-requests'],
    (frame, signal) => readBody(frame.client.GET('/tenant/backchannel-requests', { signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** What partners ask from their portal, with the page on which it is decided. */
export function useAsks() {
  return useRead(
    ['consent-asks'],
    (frame, signal) => readBody(frame.client.GET('/tenant/consent-asks', { signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** Every wholesaler that manages this organisation or did. An account has one at a time, so one page holds them. */
export function useResales() {
  return useRead(
    ['resales'],
    (frame, signal) =>
      readBody(frame.client.GET('/tenant/resales', { params: { query: { limit: 100 } }, signal })),
    { enabled: useMay('tenant.partner_access.read') },
  )
}

/** One wholesaler's access. */
export function useResale(resaleId: string) {
  return useRead(['resale', resaleId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/resales/{resale_id}', { params: { path: { resale_id: resaleId } }, signal }),
    ),
  )
}

/** Whether a wholesaler can act now or could again. */
export function isLiveResale({ status }: Resale): boolean {
  return status === 'active' || status === 'suspended'
}
