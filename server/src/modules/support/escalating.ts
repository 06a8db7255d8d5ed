import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { findWorkerName, mailWorker } from './notice-store.ts'
import type { Letter } from './notice-store.ts'
import { SLA_METRICS } from './rules.ts'
import { assignTicket, holdOpenTicket } from './sweep-store.ts'

/** What a policy wants at a level of one ticket. */
export const Escalation = z.object({
  tenant_id: z.uuid(),
  ticket_id: z.uuid(),
  metric: z.enum(SLA_METRICS),
  level: z.int(),
  person_id: z.uuid(),
  action: z.enum(['notify', 'assign']),
})

type Step = z.output<typeof Escalation>

const METRIC_WORDS = { first_response: 'first answer', resolution: 'resolution' } as const

function letterOf({ metric, level }: Step, ticket: { number: string; subject: string }): Letter {
  const what = METRIC_WORDS[metric]
  const passed = level < 100 ? `${level} % of its time is used up` : `it is at ${level} % of its time`
  return {
    subject: `Ticket ${ticket.number}: ${level} % of the promised ${what}`,
    body: `The promised ${what} of ticket ${ticket.number}, "${ticket.subject}": ${passed}.\n\nThis mail gives no access by itself.`,
  }
}

/**
 * Tells somebody that a promise runs out, or gives the ticket to them, if a ticket of the tenant may still be given to them
 * and this one is still worked on. Source: managed-tenants.md section 6, `escalate_to`.
 */
export async function escalate(mandate: Mandate<'system'>, step: Step): Promise<void> {
  const ticket = await holdOpenTicket(mandate, { tenant_id: step.tenant_id, id: step.ticket_id })
  const name = await findWorkerName(mandate, step)
  if (!ticket || name === null) return
  if (step.action === 'assign' && ticket.assigned_to !== step.person_id) {
    await assignTicket(mandate, ticket, { id: step.person_id, name })
    recordEvent(mandate, {
      action: 'support.tickets.assign',
      tenantId: step.tenant_id,
      resource: { type: 'ticket', id: ticket.id, label: ticket.number },
      changes: { assigned_to: { before: ticket.assigned_to_name, after: name }, level: step.level },
    })
  }
  await mailWorker(mandate, step, letterOf(step, ticket))
}
