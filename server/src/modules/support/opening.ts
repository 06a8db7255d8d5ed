import { encodeId } from '@liaison/access'
import type { z } from 'zod'
import { findSubscriber } from '#modules/billing/index.ts'
import { enqueue } from '#platform/mandate.ts'
import { inputRefused } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { restrictedOf } from '#platform/reach.ts'
import { recordOpened } from './events.ts'
import type { TicketMandate } from './events.ts'
import { findBasis } from '#modules/sla/index.ts'
import { mailTenant } from './mails.ts'
import { openClocks } from './moving.ts'
import type { Clock } from './rules.ts'
import type { NewTicketValues, TicketOpened } from './schemas.ts'
import { findResponseHours, insertTicket, takeNumber } from './ticket-store.ts'

/** Refuses a ticket about the organisation as a whole where only single accounts are open. Source: B18. */
function requireAccount(mandate: TicketMandate): void {
  if (restrictedOf(mandate, [mandate.tenant.id]).length === 0) return
  throw inputRefused([
    {
      pointer: '/body/customer_id',
      code: 'ACCOUNT_REQUIRED',
      detail: 'must name one of your own accounts, because the link opens no others',
    },
  ])
}

async function findFiledFor(mandate: TicketMandate, id: NewTicketValues['customer_id']) {
  if (id === undefined) {
    requireAccount(mandate)
    return undefined
  }
  const found = await findSubscriber(mandate, mandate.tenant.id, id)
  if (found) return found
  throw inputRefused([
    {
      pointer: '/body/customer_id',
      code: 'UNKNOWN_SUBSCRIBER',
      detail: 'is no subscriber of this tenant',
    },
  ])
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

type Opened = z.input<typeof TicketOpened>

function toOpened(
  mandate: TicketMandate,
  ticket: { readonly id: string; readonly number: string; readonly priority: NewTicketValues['priority'] },
  clocks: readonly Clock[],
): Opened {
  const firstDue = Math.min(...clocks.map((clock) => clock.dueAt.getTime()))
  const isActing = mandate.kind === 'acting'
  return {
    ticket_id: publicIdOf('ticket', ticket.id),
    ticket_number: ticket.number,
    tenant_id: encodeId('tenant', mandate.tenant.id),
    status: 'open',
    priority: ticket.priority,
    created_by_partner: isActing,
    created_by_partner_id: isActing ? encodeId('partner', mandate.partner.id) : null,
    created_by_partner_name: isActing ? mandate.partner.name : null,
    created_on_behalf: isActing,
    created_at: mandate.origin.now.toISOString(),
    sla_breach_at: new Date(firstDue).toISOString(),
    sla_clocks: clocks.map(({ metric, targetMinutes, isBusiness, dueAt }) => ({
      metric,
      target_minutes: targetMinutes,
      calendar: isBusiness ? ('business' as const) : ('24x7' as const),
      due_at: dueAt.toISOString(),
    })),
    billing_party: isActing ? mandate.link.billingParty : null,
  }
}

async function tell(
  mandate: TicketMandate,
  ticket: { tenant_id: string; id: string; number: string; subject: string },
  isMailed: boolean,
): Promise<void> {
  const payload = { tenant_id: ticket.tenant_id, ticket_id: ticket.id }
  await enqueue(mandate, 'partner.tenant.ticket_created', payload)
  if (!isMailed) return
  await enqueue(mandate, 'ticket.notify', { event: 'opened', ...payload })
  await mailTenant(mandate, ticket, null)
}

/** Opens a ticket in the mandate's tenant, with its number and its promised times. */
export async function openTicket(mandate: TicketMandate, body: NewTicketValues): Promise<Opened> {
  const { now } = mandate.origin
  const { priority, subject } = body
  const filedFor = await findFiledFor(mandate, body.customer_id)
  const hours = mandate.kind === 'acting' ? await findResponseHours(mandate, mandate.link.id) : null
  const link = mandate.kind === 'acting' ? { id: mandate.link.id, responseHours: hours } : null
  const { timeZone, ...basis } = await findBasis(mandate, mandate.tenant.id, link)
  const { id, number } = await takeNumber(mandate, mandate.tenant.id)
  const ticket = { tenant_id: mandate.tenant.id, id, number, subject }
  await insertTicket(mandate, {
    ...openerOf(mandate),
    ...ticket,
    subscriber_id: filedFor?.id ?? null,
    customer_name: filedFor?.name ?? null,
    description: body.description,
    status: 'open',
    priority,
    category: body.category,
    tags: [...new Set(body.tags)],
    opening_mailed: body.notify_customer,
    sla_response_hours: hours,
    sla_base_id: basis.agreed.id,
    sla_floor_id: basis.floor?.id ?? null,
    sla_timezone: timeZone,
    created_at: now,
    updated_at: now,
  })
  const clocks = await openClocks(mandate, ticket, { basis, priority, at: now })
  recordOpened(mandate, ticket, priority)
  await tell(mandate, ticket, body.notify_customer)
  return toOpened(mandate, { ...ticket, priority }, clocks)
}
