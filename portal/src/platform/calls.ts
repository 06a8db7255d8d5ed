import { readBody } from '@liaison/client'
import type { Activity, Decision } from '@liaison/client'

import { clientFor } from './frame.ts'
import type { Frame } from './frame.ts'

/**
 * The decision behind a refusal as it was when it was taken. Asked without naming a tenant, because the
 * tenant may be the very thing that is refused.
 */
export function readDecision(frame: Frame, explainId: string): Promise<Decision> {
  const params = { params: { path: { explain_id: explainId } } }
  if (frame.kind === 'platform') {
    return readBody(frame.client.GET('/admin/partner-access/explain/{explain_id}', params))
  }
  if (frame.kind === 'org') {
    return readBody(frame.client.GET('/tenant/partner-access/access/explain/{explain_id}', params))
  }
  return readBody(clientFor('').GET('/partner/access/explain/{explain_id}', params))
}

export type Side = 'partner' | 'tenant' | 'provider'

export type ActivityFilter = {
  limit?: number
  search?: string
  outcome?: string
  by?: Side
  delegation_id?: string
  person_id?: string
  partner_id?: string
  tenant_id?: string
  request_id?: string
  from?: string
  to?: string
  cursor?: string
}

/** One page of the audit feed that this frame may read, newest first. */
export function readActivity(frame: Frame, filter: ActivityFilter): Promise<Activity> {
  const params = { params: { query: { limit: 50, ...filter } } }
  if (frame.kind === 'platform') return readBody(frame.client.GET('/admin/audit', params))
  if (frame.kind === 'org') return readBody(frame.client.GET('/tenant/partner-access/activity', params))
  if (frame.kind === 'acting') return readBody(frame.client.GET('/partner/activity', params))
  // The feed is the partner's own, so it is asked for without naming a tenant; the filter names it.
  return readBody(clientFor('').GET('/partner/audit', params))
}

/** The same slice of the feed as a CSV file, at most 10,000 rows; an organisation orders its files as exports. */
export async function readActivityFile(
  frame: Pick<Frame, 'kind' | 'client'>,
  { cursor: _cursor, limit: _limit, ...filter }: ActivityFilter,
): Promise<ActivityFile> {
  const init = { params: { query: { ...filter, format: 'csv' as const } }, parseAs: 'text' as const }
  const asked =
    frame.kind === 'platform'
      ? frame.client.GET('/admin/audit/export', init)
      : frame.kind === 'acting'
        ? frame.client.GET('/partner/activity/export', init)
        : clientFor('').GET('/partner/audit/export', init)
  const { response, ...answered } = await asked
  const text = await readBody(Promise.resolve({ ...answered, response }))
  return { text, isCut: response.headers.get('x-export-truncated') === 'true' }
}

/** A file of the feed, and whether there are older events that it has no room for. */
export type ActivityFile = { text: string; isCut: boolean }

/** The proof that one event stands in the signed log, as the file that is checked offline. */
export async function readProof({ kind, client }: Frame, eventId: string): Promise<string> {
  const params = { params: { path: { event_id: eventId } } }
  const proof = await readBody(
    kind === 'org'
      ? client.GET('/tenant/partner-access/activity/events/{event_id}/proof', params)
      : clientFor('').GET('/partner/audit/events/{event_id}/proof', params),
  )
  return `${JSON.stringify(proof, null, 2)}\n`
}
