import { encodeId, idFromUuid } from '@liaison/access'
import type { z } from 'zod'
import { findSubscriber } from '#modules/billing/index.ts'
import { enqueue } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { recordOpened } from './events.ts'
import type { TicketMandate } from './events.ts'
import { startClocks } from './rules.ts'
import type { NewTicketValues, TicketOpened } from './schemas.ts'
import { findResponseHours, insertClocks, insertTicket, takeNumber } from './ticket-store.ts'

async function findFiledFor(mandate: TicketMandate, id: NewTicketValues['customer_id']) {
  if (id === undefined) return undefined
  const found = await findSubscriber(mandate, mandate.tenant.id, id)
  if (found) return found
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'One part of the input cannot be taken; nothing was changed.',
    {
      errors: [
        {
          pointer: '/body/customer_id',
          code: 'UNKNOWN_SUBSCRIBER',
          detail: 'is no subscriber of this tenant',
        },
      ],
    },
  )
}

/** Who opened the ticket: for a partner's person, in the tenant's name. */
function openerOf(mandate: TicketMandate) {
  const person = { created_by: mandate.actor.id, created_by_name: mandate.actor.name }
  if (mandate.kind === 'tenant') {
    const none = { created_by_partner_id: null, created_by_partner_name: null }
    return { ...person, ...none, delegation_id: null, billing_party: null }
  }
  return {
    ...person,
    created_by_partner_id: mandate.partner.id,
    created_by_partner_name: mandate.partner.name,
    delegation_id: mandate.link.id,
    billing_party: mandate.link.billingParty,
  }
}

/** Opens a ticket in the mandate's tenant, with its number and its promised times. */
export async function openTicket(
  mandate: TicketMandate,
  body: NewTicketValues,
): Promise<z.input<typeof TicketOpened>> {
  const { now } = mandate.origin
  const filedFor = await findFiledFor(mandate, body.customer_id)
  const hours = mandate.kind === 'acting' ? await findResponseHours(mandate, mandate.link.id) : null
  const { id, number } = await takeNumber(mandate, mandate.tenant.id)
  const clocks = startClocks(body.priority, hours, now)
  const opener = openerOf(mandate)
  await insertTicket(mandate, {
    ...opener,
    tenant_id: mandate.tenant.id,
    id,
    number,
    subscriber_id: filedFor?.id ?? null,
    customer_name: filedFor?.name ?? null,
    subject: body.subject,
    description: body.description,
    status: 'open',
    priority: body.priority,
    category: body.category,
    tags: [...new Set(body.tags)],
    sla_response_hours: hours,
    created_at: now,
    updated_at: now,
  })
  await insertClocks(mandate, { tenant_id: mandate.tenant.id, id }, clocks)
  recordOpened(mandate, { id, number }, body.priority)
  if (body.notify_customer)
    await enqueue(mandate, 'ticket.notify', { event: 'opened', tenant_id: mandate.tenant.id, ticket_id: id })
  const firstDue = Math.min(...clocks.map((clock) => clock.dueAt.getTime()))
  return {
    ticket_id: encodeId('ticket', idFromUuid('ticket', id)),
    ticket_number: number,
    tenant_id: encodeId('tenant', mandate.tenant.id),
    status: 'open',
    priority: body.priority,
    created_by_partner: mandate.kind === 'acting',
    created_by_partner_id: mandate.kind === 'acting' ? encodeId('partner', mandate.partner.id) : null,
    created_by_partner_name: opener.created_by_partner_name,
    created_on_behalf: mandate.kind === 'acting',
    created_at: now.toISOString(),
    sla_breach_at: new Date(firstDue).toISOString(),
    billing_party: opener.billing_party,
  }
}
