import { readBody } from '@liaison/client'
import type { LiaisonClient } from '@liaison/client'

import type { WithdrawTicket } from './ticket-forms.tsx'

const paramsOf = (ticketId: string, key: string) => ({
  params: { path: { ticket_id: ticketId } },
  headers: { 'Idempotency-Key': key },
})

/** Withdraws a ticket that was opened on behalf of the tenant acted in. */
export const withdrawActing =
  (client: LiaisonClient): WithdrawTicket =>
  (ticketId, key) =>
    readBody(client.POST('/partner/support/tickets/{ticket_id}/withdraw', paramsOf(ticketId, key)))

/** Withdraws a ticket of the own organisation. */
export const withdrawOwn =
  (client: LiaisonClient): WithdrawTicket =>
  (ticketId, key) =>
    readBody(client.POST('/tenant/support/tickets/{ticket_id}/withdraw', paramsOf(ticketId, key)))
