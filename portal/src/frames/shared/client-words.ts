import type { ApiClient } from '@liaison/client'

/** The state a client is shown under: one in the sandbox that asks for live use waits for the provider. */
export function shownClientStatus(client: ApiClient): string {
  const isWaiting =
    client.status === 'active' && client.environment === 'sandbox' && client.live_requested_at !== null
  return isWaiting ? 'waiting' : client.status
}
