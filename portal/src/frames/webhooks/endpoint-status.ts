import type { WebhookEndpoint } from '@liaison/client'

/** The state an endpoint is shown under: an active one whose messages do not arrive reads "Failing", and one that has not answered yet says so. */
export function shownEndpointStatus({
  status,
  failing_since: since,
  verified_at: verifiedAt,
}: WebhookEndpoint): string {
  if (status !== 'active') return status
  if (verifiedAt === null) return 'unverified'
  return since === null ? status : 'failing'
}
