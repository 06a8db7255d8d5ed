import type { WebhookEndpoint } from '@liaison/client'

/** The state an endpoint is shown under: an active one whose messages do not arrive reads "Failing". */
export function shownEndpointStatus({ status, failing_since: since }: WebhookEndpoint): string {
  return status === 'active' && since !== null ? 'failing' : status
}
