import { decodeId, encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type { ExportCell, ExportMandate, ExportPosition, ExportQuestion } from '#platform/export-source.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { reachOf } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import { calendarDay, instantText, plainText } from '#platform/route-input.ts'
import { assigneesOf } from './filter-store.ts'
import type { TicketFilter } from './filter-store.ts'
import { countTickets, listTickets } from './list-store.ts'
import type { TicketOrder, TicketRow } from './list-store.ts'
import { PRIORITIES, SLA_STATES, TICKET_STATUSES } from './rules.ts'

const some = <Value extends string>(values: readonly Value[]) =>
  z.array(z.enum(values)).min(1).max(20).optional()

const TicketExportFilter = z.strictObject({
  status: some(TICKET_STATUSES),
  priority: some(PRIORITIES),
  sla_state: some(SLA_STATES),
  category: z.array(plainText(1, 60)).min(1).max(50).optional(),
  assigned_to: z
    .array(
      z
        .string()
        .max(40)
        .refine((text) => decodeId('person', text) !== null, 'must be the id of a person'),
    )
    .min(1)
    .max(20)
    .optional(),
  mine: z.boolean().optional().meta({ description: 'Only tickets given to the caller.' }),
  unassigned: z.boolean().optional(),
  created_from: calendarDay().optional(),
  created_to: calendarDay().optional(),
  updated_since: instantText().optional(),
  search: plainText(1, 100).optional().meta({ description: 'Part of the number, the subject or the name.' }),
})

function toFilter(
  mandate: ExportMandate,
  { tenantIds, asOf, filter }: ExportQuestion<z.output<typeof TicketExportFilter>>,
): TicketFilter {
  const named = filter.assigned_to?.map((id) => decodeId('person', id)).filter((id) => id !== null)
  return {
    tenantIds,
    now: asOf,
    statuses: filter.status,
    priorities: filter.priority,
    slaStates: filter.sla_state,
    categories: filter.category,
    assignedTo: assigneesOf(filter.mine === true ? mandate.actor.id : null, named),
    isUnassigned: filter.unassigned,
    createdFrom: filter.created_from,
    createdTo: filter.created_to,
    updatedSince: filter.updated_since,
    search: filter.search,
  }
}

const ORDER: TicketOrder = { by: 'created_at', direction: 'desc' }

function toCells(row: TicketRow, reach: Reach): ExportCell[] {
  const tenantId = idFromUuid('tenant', row.tenant_id)
  return [
    publicIdOf('ticket', row.id),
    row.number,
    encodeId('tenant', tenantId),
    reach.tenants.get(tenantId)?.name ?? '',
    row.customer_name,
    row.subject,
    row.status,
    row.priority,
    row.category,
    row.assigned_to_name,
    row.created_by_name,
    row.created_by_partner_name,
    row.sla_due_at,
    row.sla_breached_at,
    row.response_count,
    row.last_response_at,
    row.created_at,
    row.updated_at,
  ]
}

const toAfter = (after: ExportPosition | null) =>
  after === null ? null : { key: String(after[0]), id: String(after[1]) }

/** Tickets without what was said in them, newest first. */
export const ticketExport = defineExportSource({
  kind: 'tickets',
  noun: 'tickets',
  permissions: {
    portfolio: { order: 'partner.reports.export', rows: ['partner.support.tickets.list'] },
    tenant: 'tenant.tickets.read',
  },
  columns: [
    { key: 'ticket_id', label: 'Ticket id', type: 'text' },
    { key: 'ticket_number', label: 'Number', type: 'text', width: 1.6 },
    { key: 'tenant_id', label: 'Tenant id', type: 'text' },
    { key: 'tenant_name', label: 'Tenant', type: 'text', width: 2.4 },
    { key: 'customer_name', label: 'Subscriber', type: 'text' },
    { key: 'subject', label: 'Subject', type: 'text', width: 5 },
    { key: 'status', label: 'Status', type: 'text', width: 1.4 },
    { key: 'priority', label: 'Priority', type: 'text', width: 1.2 },
    { key: 'category', label: 'Category', type: 'text', width: 1.6 },
    { key: 'assigned_to_name', label: 'Assigned to', type: 'text', width: 2 },
    { key: 'created_by_name', label: 'Opened by', type: 'text' },
    { key: 'created_by_partner_name', label: 'Opened by partner', type: 'text' },
    { key: 'sla_due_at', label: 'Due', type: 'instant', width: 2 },
    { key: 'sla_breached_at', label: 'Missed', type: 'instant' },
    { key: 'response_count', label: 'Answers', type: 'whole' },
    { key: 'last_response_at', label: 'Last answer', type: 'instant' },
    { key: 'created_at', label: 'Opened', type: 'instant', width: 2 },
    { key: 'updated_at', label: 'Changed', type: 'instant' },
  ],
  filter: TicketExportFilter,
  async estimate(mandate, question) {
    const counts = await countTickets(mandate, toFilter(mandate, question))
    return counts.reduce((sum, { tickets }) => sum + tickets, 0)
  },
  async read(mandate, question, { after, limit }) {
    const window = { order: ORDER, after: toAfter(after), offset: 0, limit }
    const found = await listTickets(mandate, toFilter(mandate, question), window)
    const reach = reachOf(mandate)
    const last = found.length < limit ? undefined : found.at(-1)
    return {
      rows: found.map((row) => ({ tenantId: row.tenant_id, cells: toCells(row, reach) })),
      next: last === undefined ? null : [last.sort_key, last.id],
    }
  },
})
