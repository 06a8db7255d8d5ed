import type { TicketId } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { refuseUnknown } from './changing.ts'
import { findBasisOf, insertJustification, listClocks } from './clock-store.ts'
import type { TicketMandate } from './events.ts'
import { breachOf, SLA_METRICS } from './rules.ts'
import type { SlaMetric } from './rules.ts'
import { lockTicket } from './ticket-store.ts'

const JUSTIFICATION_CODES = [
  'third_party',
  'customer_unreachable',
  'force_majeure',
  'wrong_priority',
  'understaffed',
  'recorded_late',
  'other',
] as const

/** Why a promise was missed. */
export const NewJustification = z
  .strictObject({ code: z.enum(JUSTIFICATION_CODES), note: plainText(10, 1000) })
  .meta({ id: 'NewSlaJustification' })
type NewJustificationValues = z.output<typeof NewJustification>

/** What was said. */
export const Justified = z
  .strictObject({ ticket_id: z.string(), metric: z.enum(SLA_METRICS), code: z.string(), note: z.string() })
  .meta({ id: 'SlaJustification' })

/**
 * Says why a promise was missed, once and for ever; the breach stays. Throws SLA_NOT_BREACHED for one that was kept, and
 * SLA_ALREADY_JUSTIFIED. Source: managed-tenants.md section 6, "breach marks need a justification code later".
 */
export async function justifyBreach(
  mandate: TicketMandate,
  breach: { readonly id: TicketId; readonly metric: SlaMetric },
  said: NewJustificationValues,
) {
  const ticket = await lockTicket(mandate, mandate.tenant.id, breach.id)
  if (!ticket) return refuseUnknown()
  const { now } = mandate.origin
  const clocks = await listClocks(mandate, ticket, await findBasisOf(mandate, ticket))
  const clock = clocks.find(({ metric }) => metric === breach.metric)
  if (!clock || breachOf(clock, now) === null)
    throw new ProblemError(
      409,
      'SLA_NOT_BREACHED',
      'This promise was not missed, so there is nothing to explain.',
    )
  const isNew = await insertJustification(mandate, {
    tenant_id: ticket.tenant_id,
    ticket_id: ticket.id,
    metric: breach.metric,
    ...said,
    author_id: mandate.actor.id,
    author_name: mandate.actor.name,
    author_partner_name: mandate.kind === 'acting' ? mandate.partner.name : null,
    created_at: now,
  })
  if (!isNew)
    throw new ProblemError(409, 'SLA_ALREADY_JUSTIFIED', 'Why this promise was missed has been said already.')
  recordEvent(mandate, {
    action: 'support.sla.justify',
    resource: { type: 'ticket', id: ticket.id, label: ticket.number },
    changes: { metric: breach.metric, code: said.code },
    reason: said.note,
  })
  const id = publicIdOf('ticket', ticket.id)
  return { ticket_id: id, metric: breach.metric, ...said }
}
