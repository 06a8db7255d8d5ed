import { route, sentAt } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { answerAssignees, answerDetail, answerList, BreachParams, TicketParams } from './answers.ts'
import { changeTicket } from './changing.ts'
import { Justified, justifyBreach, NewJustification } from './justifying.ts'
import { openTicket } from './opening.ts'
import {
  AssigneeList,
  NewComment,
  NewTicket,
  TicketChange,
  TicketChanged,
  TicketDetail,
  TicketOpened,
  TicketPage,
  TicketQuery,
} from './schemas.ts'
import { withdrawTicket } from './withdrawing.ts'

const BASE = '/api/v1/tenant/support/tickets'

function makeReads(services: Services) {
  return [
    route({
      method: 'GET',
      path: BASE,
      summary: "The organisation's own tickets, with counts",
      input: { query: TicketQuery },
      access: { permission: 'tenant.tickets.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: TicketPage },
      handle: ({ mandate, query }) => answerList(services, mandate, query),
    }),
    route({
      method: 'GET',
      path: `${BASE}/:ticket_id`,
      summary: "One of the organisation's own tickets, internal notes included",
      input: { params: TicketParams },
      access: { permission: 'tenant.tickets.read' },
      limit: 'detail',
      problems: ['TICKET_NOT_FOUND'],
      responses: { 200: TicketDetail },
      handle: ({ mandate, params }) => answerDetail(mandate, params.ticket_id),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/support/assignees',
      summary: 'People to whom a ticket of the organisation can be given',
      input: {},
      access: { permission: 'tenant.tickets.write' },
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
    summary: 'Open a ticket of the own organisation',
    input: { body: NewTicket },
    access: { permission: 'tenant.tickets.write' },
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
    summary: 'Change, assign or answer a ticket of the own organisation',
    input: { params: TicketParams, body: TicketChange },
    access: { permission: 'tenant.tickets.write' },
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
    summary: 'Withdraw a ticket of the own organisation that the caller opened within the last minute',
    input: { params: TicketParams },
    access: { permission: 'tenant.tickets.write' },
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
    summary: 'Comment on a ticket of the own organisation, whatever its version',
    input: { params: TicketParams, body: NewComment },
    access: { permission: 'tenant.tickets.write' },
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
    summary: 'Say why a promise of a ticket of the own organisation was missed; once and for ever',
    input: { params: BreachParams, body: NewJustification },
    access: { permission: 'tenant.tickets.write' },
    limit: 'write',
    problems: ['TICKET_NOT_FOUND', 'SLA_NOT_BREACHED', 'SLA_ALREADY_JUSTIFIED'],
    responses: { 201: Justified },
    handle: ({ mandate, params, body }) =>
      justifyBreach(mandate, { id: params.ticket_id, metric: params.metric }, body),
  }),
]

/** The tickets of a tenant, for its own people. */
export function makeTenantTicketRoutes(services: Services) {
  return [...makeReads(services), ...writes]
}
