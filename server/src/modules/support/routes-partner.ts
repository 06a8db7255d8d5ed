import { route, sentAt } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { answerAssignees, answerDetail, answerList, BreachParams, TicketParams } from './answers.ts'
import { changeTicket } from './changing.ts'
import { Justified, justifyBreach, NewJustification } from './justifying.ts'
import { openTicket } from './opening.ts'
import {
  AssigneeList,
  ConsolidatedTicketQuery,
  NewComment,
  NewTicket,
  TicketChange,
  TicketChanged,
  TicketDetail,
  TicketOpened,
  TicketPage,
} from './schemas.ts'
import { withdrawTicket } from './withdrawing.ts'

const BASE = '/api/v1/partner/support/tickets'

function makeReads(services: Services) {
  return [
    route({
      method: 'GET',
      path: BASE,
      summary: 'Tickets of all customers, with counts',
      input: { query: ConsolidatedTicketQuery },
      access: { permission: 'partner.support.tickets.list', tenant: 'portfolio' },
      limit: 'list',
      problems: ['CURSOR_INVALID', 'GROUP_NOT_FOUND'],
      responses: { 200: TicketPage },
      handle: ({ mandate, query }) => answerList(services, mandate, query),
    }),
    route({
      method: 'GET',
      path: `${BASE}/:ticket_id`,
      summary: 'One ticket of the customer acted in',
      input: { params: TicketParams },
      access: { permission: 'partner.support.tickets.read', tenant: 'header' },
      limit: 'detail',
      problems: ['TICKET_NOT_FOUND'],
      responses: { 200: TicketDetail },
      handle: ({ mandate, params }) => answerDetail(mandate, params.ticket_id),
    }),
    route({
      method: 'GET',
      path: '/api/v1/partner/support/assignees',
      summary: 'Colleagues to whom a ticket of the customer acted in can be given',
      input: {},
      access: { permission: 'partner.support.tickets.assign', tenant: 'header' },
      limit: 'detail',
      responses: { 200: AssigneeList },
      handle: ({ mandate }) => answerAssignees(mandate),
    }),
  ]
}

const writes = [
  route({
    method: 'POST',
    path: BASE,
    summary: 'Open a ticket on behalf of the customer acted in',
    input: { body: NewTicket },
    access: { permission: 'partner.support.tickets.create', tenant: 'header' },
    limit: 'write',
    responses: { 201: TicketOpened },
    async handle({ mandate, body }) {
      const opened = await openTicket(mandate, body)
      return sentAt(opened, 1, { Location: `${BASE}/${opened.ticket_id}` })
    },
  }),
  route({
    method: 'PATCH',
    path: `${BASE}/:ticket_id`,
    summary: 'Change, assign or answer a ticket of the customer acted in',
    input: { params: TicketParams, body: TicketChange },
    access: { permission: 'partner.support.tickets.update', tenant: 'header' },
    limit: 'write',
    ifMatch: true,
    problems: ['TICKET_NOT_FOUND', 'TICKET_STATE_CONFLICT'],
    responses: { 200: TicketChanged },
    async handle({ mandate, params, body, expectedVersion }) {
      const changed = await changeTicket(mandate, {
        id: params.ticket_id,
        version: expectedVersion,
        change: body,
      })
      return sentAt(changed, changed.version)
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:ticket_id/withdraw`,
    summary: 'Withdraw a ticket of the customer acted in that the caller opened within the last minute',
    input: { params: TicketParams },
    access: { permission: 'partner.support.tickets.update', tenant: 'header' },
    limit: 'write',
    problems: ['TICKET_NOT_FOUND', 'TICKET_NOT_WITHDRAWABLE'],
    responses: { 200: TicketChanged },
    async handle({ mandate, params }) {
      const withdrawn = await withdrawTicket(mandate, params.ticket_id)
      return sentAt(withdrawn, withdrawn.version)
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:ticket_id/comments`,
    summary: 'Comment on a ticket of the customer acted in, whatever its version',
    input: { params: TicketParams, body: NewComment },
    access: { permission: 'partner.support.tickets.comment', tenant: 'header' },
    limit: 'write',
    problems: ['TICKET_NOT_FOUND', 'TICKET_STATE_CONFLICT'],
    responses: { 201: TicketChanged },
    async handle({ mandate, params, body }) {
      const changed = await changeTicket(mandate, {
        id: params.ticket_id,
        version: null,
        change: { comment: body },
      })
      return sentAt(changed, changed.version)
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:ticket_id/sla/:metric/justification`,
    summary: 'Say why a promise of a ticket of the customer acted in was missed; once and for ever',
    input: { params: BreachParams, body: NewJustification },
    access: { permission: 'partner.support.tickets.update', tenant: 'header' },
    limit: 'write',
    problems: ['TICKET_NOT_FOUND', 'SLA_NOT_BREACHED', 'SLA_ALREADY_JUSTIFIED'],
    responses: { 201: Justified },
    handle: ({ mandate, params, body }) =>
      justifyBreach(mandate, { id: params.ticket_id, metric: params.metric }, body),
  }),
]

/** Tickets across tenants, and on behalf of the tenant acted in. Source: B5 endpoints 7 to 9, B7. */
export function makePartnerTicketRoutes(services: Services) {
  return [...makeReads(services), ...writes]
}
