import { encodeId } from '@liaison/access'
import type { PersonId, TicketId } from '@liaison/access'
import type { z } from 'zod'
import { enqueue, requireAlso } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { findHours } from './hours-store.ts'
import { recordAssigned, recordChanged, recordCommented } from './events.ts'
import type { FieldChanges, TicketMandate } from './events.ts'
import { moveClocks } from './moving.ts'
import { isAnswer, isLowered, isShut } from './rules.ts'
import { mailTenant } from './mails.ts'
import { toSla } from './schemas.ts'
import type { NewCommentValues, TicketChanged, TicketChangeValues } from './schemas.ts'
import {
  findAssignee,
  findTicket,
  insertComment,
  listTransitions,
  lockTicket,
  updateTicket,
} from './ticket-store.ts'
import type { Ticket } from './ticket-store.ts'

export const sideOf = (mandate: TicketMandate) => (mandate.kind === 'acting' ? 'partner' : 'tenant')

/** The same answer for an id of another tenant and for one that nobody has. */
export function refuseUnknown(): never {
  throw new ProblemError(404, 'TICKET_NOT_FOUND', 'No ticket that you may see has this id.')
}

function refuseField(pointer: string, code: string, detail: string): never {
  throw inputRefused([{ pointer, code, detail }])
}

/** What of a change is new for the ticket as it is. */
interface Wanted {
  readonly status: Ticket['status'] | undefined
  readonly priority: Ticket['priority'] | undefined
  readonly assignedTo: PersonId | null | undefined
  readonly comment: NewCommentValues | undefined
}

function findNews(ticket: Ticket, change: TicketChangeValues): Wanted {
  const assignedTo = change.assigned_to
  return {
    status: change.status === ticket.status ? undefined : change.status,
    priority: change.priority === ticket.priority ? undefined : change.priority,
    assignedTo: assignedTo === ticket.assigned_to ? undefined : assignedTo,
    comment: change.comment,
  }
}

async function refuseIllegalMove(mandate: TicketMandate, ticket: Ticket, status: Wanted['status']) {
  const allowed = await listTransitions(mandate, ticket.status, sideOf(mandate))
  if (status === undefined ? !isShut(ticket.status) : allowed.includes(status)) return
  const detail = isShut(ticket.status)
    ? `A ${ticket.status} ticket does not change any more.`
    : `A ticket that is ${ticket.status} cannot become ${status}.`
  throw new ProblemError(409, 'TICKET_STATE_CONFLICT', detail, {
    details: { status: ticket.status, allowed_transitions: allowed },
  })
}

/** Asks for the permissions that parts of a change need beyond that of the route. */
function requireParts(mandate: TicketMandate, change: TicketChangeValues): void {
  if (mandate.kind === 'tenant') return
  if (change.comment) requireAlso(mandate, 'partner.support.tickets.comment')
  if (change.comment?.is_internal) requireAlso(mandate, 'partner.support.tickets.internal_notes.read')
  if (change.assigned_to !== undefined) requireAlso(mandate, 'partner.support.tickets.assign')
}

async function findAssigneeName(mandate: TicketMandate, { assignedTo }: Wanted) {
  if (assignedTo === undefined || assignedTo === null) return null
  const assignee = await findAssignee(mandate, assignedTo)
  if (assignee) return assignee.name
  const detail = 'is neither a member of the tenant nor let into its tickets by a link'
  return refuseField('/body/assigned_to', 'ASSIGNEE_NOT_ALLOWED', detail)
}

function resolvedAt(ticket: Ticket, status: Wanted['status'], now: Date): Date | null {
  if (status === undefined) return ticket.resolved_at
  return status === 'resolved' || status === 'closed' ? (ticket.resolved_at ?? now) : null
}

async function addComment(mandate: TicketMandate, ticket: Ticket, comment: NewCommentValues | undefined) {
  if (!comment) return null
  const partner = mandate.kind === 'acting' ? mandate.partner : null
  const id = await insertComment(mandate, {
    tenant_id: ticket.tenant_id,
    ticket_id: ticket.id,
    author_id: mandate.actor.id,
    author_name: mandate.actor.name,
    author_partner_id: partner?.id ?? null,
    author_partner_name: partner?.name ?? null,
    is_internal: comment.is_internal,
    content: comment.content,
    created_at: mandate.origin.now,
  })
  recordCommented(mandate, ticket, comment.is_internal)
  if (comment.notify_customer) {
    const payload = { event: 'commented', tenant_id: ticket.tenant_id, ticket_id: ticket.id, comment_id: id }
    await enqueue(mandate, 'ticket.notify', payload)
    await mailTenant(mandate, ticket, comment.content)
  }
  return id
}

function recordNews(
  mandate: TicketMandate,
  ticket: Ticket,
  news: Wanted & { reason: string | undefined; name: string | null },
) {
  const fields: FieldChanges = {
    ...(news.status && { status: { before: ticket.status, after: news.status } }),
    ...(news.priority && { priority: { before: ticket.priority, after: news.priority } }),
  }
  if (Object.keys(fields).length > 0) recordChanged(mandate, ticket, { fields, reason: news.reason })
  if (news.assignedTo !== undefined) {
    recordAssigned(mandate, ticket, { assigned_to: { before: ticket.assigned_to_name, after: news.name } })
  }
}

/** The answer of a ticket after a change. */
export async function answerChanged(
  mandate: TicketMandate,
  ticket: Ticket,
  commentId: string | null,
): Promise<z.input<typeof TicketChanged>> {
  return {
    ticket_id: publicIdOf('ticket', ticket.id),
    ticket_number: ticket.number,
    tenant_id: encodeId('tenant', mandate.tenant.id),
    status: ticket.status,
    priority: ticket.priority,
    assigned_to: ticket.assigned_to && publicIdOf('person', ticket.assigned_to),
    assigned_to_name: ticket.assigned_to_name,
    updated_at: ticket.updated_at.toISOString(),
    comment_id: commentId && publicIdOf('comment', commentId),
    sla: toSla(ticket, { now: mandate.origin.now, hours: await findHours(mandate, [ticket]) }),
    allowed_transitions: await listTransitions(mandate, ticket.status, sideOf(mandate)),
    version: ticket.version,
  }
}

function refuseStale(ticket: Ticket, version: number | null): void {
  if (version === null || version === ticket.version) return
  const detail = `This ticket is at version ${ticket.version} now; it was changed after you read it.`
  throw new ProblemError(412, 'PRECONDITION_FAILED', detail)
}

/** Which ticket is changed, from which version (null: whichever it has), and what changes. */
export interface TicketEdit {
  readonly id: TicketId
  readonly version: number | null
  readonly change: TicketChangeValues
}

function refuseUnreasoned(ticket: Ticket, news: Wanted, reason: string | undefined): void {
  if (news.priority === undefined || reason !== undefined || !isLowered(ticket.priority, news.priority))
    return
  refuseField('/body/priority_reason', 'REASON_REQUIRED', 'is needed to lower the priority')
}

function isPublicAnswer(
  mandate: TicketMandate,
  ticket: Ticket,
  comment: NewCommentValues | undefined,
): boolean {
  if (comment === undefined || comment.is_internal) return false
  const partnerId = mandate.kind === 'acting' ? mandate.partner.id : null
  return isAnswer({ personId: mandate.actor.id, partnerId }, ticket.created_by)
}

/** Writes what is new, in one version; returns the id of the comment, if there is one. */
async function applyNews(
  mandate: TicketMandate,
  ticket: Ticket,
  news: Wanted & { reason: string | undefined },
) {
  const { now } = mandate.origin
  const name = await findAssigneeName(mandate, news)
  const answers = isPublicAnswer(mandate, ticket, news.comment)
  await updateTicket(mandate, ticket, {
    status: news.status ?? ticket.status,
    priority: news.priority ?? ticket.priority,
    resolved_at: resolvedAt(ticket, news.status, now),
    ...(news.assignedTo !== undefined && { assigned_to: news.assignedTo, assigned_to_name: name }),
    ...(answers && { last_response_at: now, response_count: ticket.response_count + 1 }),
  })
  await moveClocks(mandate, ticket, { status: news.status, priority: news.priority, answers, now })
  if (news.status !== undefined)
    await enqueue(mandate, 'partner.tenant.status_changed', {
      tenant_id: ticket.tenant_id,
      ticket_id: ticket.id,
    })
  recordNews(mandate, ticket, { ...news, name })
  return addComment(mandate, ticket, news.comment)
}

const isNothing = (news: Wanted): boolean => Object.values(news).every((value) => value === undefined)

/** Changes a ticket of the mandate's tenant as a whole or not at all. What is already so is no new version. */
export async function changeTicket(mandate: TicketMandate, { id, version, change }: TicketEdit) {
  const ticket = await lockTicket(mandate, mandate.tenant.id, id)
  if (!ticket) return refuseUnknown()
  refuseStale(ticket, version)
  requireParts(mandate, change)
  const news = findNews(ticket, change)
  await refuseIllegalMove(mandate, ticket, news.status)
  refuseUnreasoned(ticket, news, change.priority_reason)
  if (isNothing(news)) {
    recordChanged(mandate, ticket, { fields: {}, reason: change.priority_reason })
    return answerChanged(mandate, ticket, null)
  }
  const commentId = await applyNews(mandate, ticket, { ...news, reason: change.priority_reason })
  const changed = await findTicket(mandate, mandate.tenant.id, id)
  return changed ? answerChanged(mandate, changed, commentId) : refuseUnknown()
}
