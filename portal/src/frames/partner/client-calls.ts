import { readTagged } from '@liaison/client'

import { useRead } from '../../platform/query.ts'

/** One API client with the tag that a change of it must present. */
export function useClient(clientId: string) {
  return useRead(['client', clientId], (frame, signal) =>
    readTagged(
      frame.client.GET('/partner/clients/{client_id}', { params: { path: { client_id: clientId } }, signal }),
    ),
  )
}
