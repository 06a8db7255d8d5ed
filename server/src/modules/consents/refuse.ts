import { idFromUuid } from '@liaison/access'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { announceAnswer } from './access-request.ts'
import { tellConsent } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { answerRequest } from './request-store.ts'
import type { RequestRow } from './request-store.ts'
import { changeConsent, getConsent } from './store.ts'
import type { ConsentRow } from './tables.ts'

/** A consent that the first of two people allowed, while the second has not: the request goes on one of its own. */
function pendingOf(request: RequestRow): string | null {
  return request.status === 'waiting' && request.grant_action !== 'merge' ? request.result_id : null
}

/**
 * Answers a request with no, with the consent that waits for its second person. The client is told no more than that, and
 * nothing of whom it reached. Answers that consent, null where there was none, and false where somebody else was first.
 */
export async function refuseRequest(
  mandate: Mandate<'tenant'>,
  request: RequestRow,
  told: { readonly label: string; readonly letterhead: Letterhead; readonly reason?: string },
): Promise<ConsentRow | null | false> {
  const isFirst = await answerRequest(mandate, request, {
    status: 'denied',
    tenant_id: mandate.tenant.id,
    decided_by: mandate.actor.id,
    decided_by_name: mandate.actor.name,
    decided_at: mandate.origin.now,
  })
  if (!isFirst) return false
  const { label, letterhead, reason } = told
  const pending = pendingOf(request)
  let declined: ConsentRow | null = null
  if (pending !== null) {
    declined = await getConsent(mandate, idFromUuid('consent', pending))
    await changeConsent(mandate, declined, {
      to: 'declined',
      event: 'declined',
      ...(reason !== undefined && { reason, detail: { reason } }),
    })
    await tellConsent(mandate, declined, { news: 'declined', reason, ...letterhead })
  }
  await announceAnswer(mandate, request)
  recordEvent(mandate, {
    action: 'consents.decline',
    ...(reason !== undefined && { reason }),
    ...(request.result_id !== null && { delegationId: request.result_id }),
    resource: { type: 'consent_request', id: request.id, label },
    changes: { status: { before: request.status, after: 'denied' } },
  })
  return declined
}
