import { readBody, readTagged } from '@liaison/client'

import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'

/** Pages about messages look again while somebody waits for one to arrive. */
export const refetchMs = 5_000

/** The side of the interface on which this frame's organisation keeps its endpoints. */
export function sideOf({ kind }: Frame): 'tenant' | 'partner' {
  return kind === 'org' ? 'tenant' : 'partner'
}

/** The addresses of these pages in this frame. */
export function useHookPlaces(): { list: string; add: string; one: (endpointId: string) => string } {
  const { kind, partnerId, tenantId } = useFrame()
  const [places, id] = kind === 'org' ? [orgPlaces, tenantId] : [partnerPlaces, partnerId]
  return {
    list: places.webhooks(id),
    add: places.newWebhook(id),
    one: (endpointId) => places.webhook(id, endpointId),
  }
}

/** One endpoint with the tag that a change of it must present. */
export function useEndpoint(endpointId: string) {
  return useRead(
    ['webhook', endpointId],
    (frame, signal) =>
      readTagged(
        frame.client.GET(`/${sideOf(frame)}/webhook-endpoints/{endpoint_id}`, {
          params: { path: { endpoint_id: endpointId } },
          signal,
        }),
      ),
    { refetchMs },
  )
}

/** The types of events that can be chosen, each in words. */
export function useEventTypes() {
  return useRead(['webhook-event-types'], (frame, signal) =>
    readBody(frame.client.GET(`/${sideOf(frame)}/webhook-event-types`, { signal })),
  )
}
