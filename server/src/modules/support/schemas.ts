import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import type { Reach } from '#platform/reach.ts'
import { Scope } from '#platform/reach.ts'
import { pageOf, pageQuery } from '#platform/list.ts'
import {
  calendarDay,
  commaList,
  instantText,
  plainText,
  publicId,
  searchText,
  truth,
} from '#platform/route-input.ts'
import type { HoursOf } from './hours-store.ts'
import type { TicketCount, TicketRow } from './list-store.ts'
import {
  percentOf,
  PRIORITIES,
  SLA_METRICS,
  SLA_STATES,
  slaStateOf,
  TICKET_STATUSES,
  WORKED_STATUSES,
} from './rules.ts'

const category = () => plainText(1, 60)

/** What may be asked of a list of tickets. */
const ticketQuery = {
  status: commaList(z.enum(TICKET_STATUSES))
    .optional()
    .meta({ description: 'Without it: every status but `withdrawn`.' }),
  priority: commaList(z.enum(PRIORITIES)).optional(),
  assigned_to: commaList(publicId('person')).optional(),
  unassigned: truth().optional(),
  mine: truth().optional().meta({ description: 'Only tickets given to the caller.' }),
  sla_state: commaList(z.enum(SLA_STATES)).optional().meta({
    description:
      'The state of the clock that counts; `breached` also finds tickets that missed an earlier promise.',
  }),
  category: commaList(category()).optional(),
  created_from: calendarDay().optional(),
  created_to: calendarDay().optional(),
  updated_since: instantText().optional(),
  search: searchText().optional().meta({ description: 'Part of the number, the subject or the name.' }),
  sort_by: z.enum(['created_at', 'updated_at', 'sla_due', 'priority']).default('created_at'),
  sort_order: z
    .enum(['asc', 'desc'])
    .optional()
    .meta({ description: 'Without it: the first due, otherwise the newest or most urgent first.' }),
  cursor: z.string().min(1).max(500).optional(),
  count_hidden: truth()
    .optional()
    .meta({ description: 'Also count the unfinished tickets that these filters leave out.' }),
  ...pageQuery,
}

export const TicketQuery = z.strictObject(ticketQuery)
export const ConsolidatedTicketQuery = z.strictObject({
  ...ticketQuery,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional().meta({ description: 'Only customers of this group.' }),
})
export type TicketQueryValues = z.output<typeof ConsolidatedTicketQuery>

const CALENDARS = ['24x7', 'business'] as const

const Sla = z
  .strictObject({
    metric: z.enum(SLA_METRICS),
    due_at: z.string().nullable().meta({ description: 'Null while the clock is paused.' }),
    percent: z.int(),
    state: z.enum(SLA_STATES),
    paused: z.boolean(),
  })
  .nullable()

const ticketFields = {
  ticket_id: z.string(),
  ticket_number: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  customer_id: z.string().nullable(),
  customer_name: z.string().nullable(),
  subject: z.string(),
  status: z.enum(TICKET_STATUSES),
  priority: z.enum(PRIORITIES),
  category: z.string(),
  assigned_to: z.string().nullable(),
  assigned_to_name: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  created_by_name: z.string().nullable(),
  created_by_partner_name: z.string().nullable(),
  sla_breach_at: z
    .string()
    .nullable()
    .meta({ description: 'When a promise was missed, or else will be; null while no clock runs.' }),
  is_sla_breached: z.boolean(),
  sla: Sla,
  last_response_at: z.string().nullable(),
  response_count: z.int(),
}

/** One ticket of a list. */
export const Ticket = z.strictObject(ticketFields).meta({ id: 'Ticket' })

const Comment = z.strictObject({
  comment_id: z.string(),
  author_name: z.string(),
  author_partner_name: z.string().nullable(),
  is_internal: z.boolean(),
  content: z.string(),
  created_at: z.string(),
})

const Step = z.strictObject({
  metric: z.enum(SLA_METRICS),
  kind: z.enum(['started', 'paused', 'resumed', 'retargeted', 'met', 'breached', 'reopened']),
  at: z.string(),
  due_at: z.string(),
  paused_minutes: z
    .number()
    .nullable()
    .meta({ description: 'How long the pause was that ended, in the time that the clock counts.' }),
  reason: z.string().nullable().meta({ description: 'The status or priority that caused it, or `answer`.' }),
})

const ClockShown = z.strictObject({
  metric: z.enum(SLA_METRICS),
  target_minutes: z.int(),
  calendar: z.enum(CALENDARS),
  time_zone: z.string().nullable().meta({ description: 'That of the working hours; null around the clock.' }),
  policy_version: z.string().nullable().meta({ description: 'Null where nothing was agreed.' }),
  started_at: z.string(),
  due_at: z.string().nullable().meta({ description: 'Null while the clock is paused.' }),
  paused_minutes: z.number().meta({ description: 'All pauses that have ended, in the time it counts.' }),
  paused_since: z.string().nullable(),
  met_at: z.string().nullable(),
  breached_at: z.string().nullable(),
  justification: z
    .strictObject({
      code: z.string(),
      note: z.string(),
      author_name: z.string(),
      author_partner_name: z.string().nullable(),
      created_at: z.string(),
    })
    .nullable()
    .meta({ description: 'Why it was missed; null while nobody said so.' }),
})

/** One ticket with what was said about it, and the states that it may be moved to now. */
export const TicketDetail = z
  .strictObject({
    ...ticketFields,
    description: z.string(),
    tags: z.array(z.string()),
    comments: z.array(Comment),
    clocks: z.array(ClockShown),
    sla_steps: z.array(Step).meta({ description: 'How the promised times came about, oldest first.' }),
    allowed_transitions: z.array(z.string()),
    withdrawable_until: z.string().nullable().meta({
      description: 'Until when the caller may withdraw it, having just opened it; null when they may not.',
    }),
    version: z.int(),
  })
  .meta({ id: 'TicketDetail' })

const TicketAggregates = z.strictObject({
  open_count: z.int(),
  pending_count: z.int(),
  on_hold_count: z.int(),
  resolved_count: z.int(),
  closed_count: z.int(),
  withdrawn_count: z.int(),
  sla_breach_count: z.int(),
  by_priority: z.strictObject({ low: z.int(), normal: z.int(), high: z.int(), urgent: z.int() }),
  avg_resolution_hours: z.number().nullable(),
})

/** A page of tickets with the counts over everything that the filter matches. */
export const TicketPage = z
  .strictObject({
    ...pageOf(Ticket),
    next_cursor: z.string().nullable(),
    aggregates: TicketAggregates,
    hidden: z.strictObject({ count: z.int(), is_more: z.boolean() }).nullable().meta({
      description:
        'The unfinished tickets that the filters leave out, counted up to a hundred; null unless asked for.',
    }),
    scope: Scope,
  })
  .meta({ id: 'TicketPage' })

/** A ticket to be opened. */
export const NewTicket = z
  .strictObject({
    subject: plainText(1, 300),
    description: plainText(1, 20_000),
    priority: z.enum(PRIORITIES).default('normal'),
    category: category().default('general'),
    customer_id: publicId('subscriber').optional(),
    tags: z.array(plainText(1, 40)).max(20).default([]),
    notify_customer: z.boolean().default(false),
  })
  .meta({ id: 'NewTicket' })
export type NewTicketValues = z.output<typeof NewTicket>

/** What was opened; for a partner, on behalf of the tenant. */
export const TicketOpened = z
  .strictObject({
    ticket_id: z.string(),
    ticket_number: z.string(),
    tenant_id: z.string(),
    status: z.enum(WORKED_STATUSES),
    priority: z.enum(PRIORITIES),
    created_by_partner: z.boolean(),
    created_by_partner_id: z.string().nullable(),
    created_by_partner_name: z.string().nullable(),
    created_on_behalf: z.boolean(),
    created_at: z.string(),
    sla_breach_at: z.string(),
    sla_clocks: z.array(
      z.strictObject({
        metric: z.enum(SLA_METRICS),
        target_minutes: z.int(),
        calendar: z.enum(CALENDARS),
        due_at: z.string(),
      }),
    ),
    billing_party: z.enum(['tenant', 'partner', 'split']).nullable(),
  })
  .meta({ id: 'TicketOpened' })

/** A comment to be added. */
export const NewComment = z
  .strictObject({
    content: plainText(1, 20_000),
    is_internal: z.boolean().default(false),
    notify_customer: z.boolean().default(false),
  })
  .refine((comment) => !(comment.is_internal && comment.notify_customer), {
    path: ['notify_customer'],
    message: 'An internal note notifies nobody outside.',
    params: { code: 'INTERNAL_NOTE' },
  })
  .meta({ id: 'NewComment' })
export type NewCommentValues = z.output<typeof NewComment>

/** What is to change in a ticket; at least one thing. */
export const TicketChange = z
  .strictObject({
    status: z.enum(WORKED_STATUSES).optional(),
    priority: z.enum(PRIORITIES).optional(),
    priority_reason: plainText(3, 500)
      .optional()
      .meta({ description: 'Why the priority changes; needed to lower it.' }),
    assigned_to: publicId('person').nullable().optional(),
    comment: NewComment.optional(),
  })
  .refine(
    ({ priority_reason: _reason, ...changes }) => Object.values(changes).some((value) => value !== undefined),
    {
      message: 'Name at least one of status, priority, assigned_to and comment.',
      params: { code: 'NOTHING_TO_CHANGE' },
    },
  )
  .meta({ id: 'TicketChange' })
export type TicketChangeValues = z.output<typeof TicketChange>

/** A ticket after a change. */
export const TicketChanged = z
  .strictObject({
    ticket_id: z.string(),
    ticket_number: z.string(),
    tenant_id: z.string(),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(PRIORITIES),
    assigned_to: z.string().nullable(),
    assigned_to_name: z.string().nullable(),
    updated_at: z.string(),
    comment_id: z.string().nullable(),
    sla: Sla,
    allowed_transitions: z.array(z.string()),
    version: z.int(),
  })
  .meta({ id: 'TicketChanged' })

/** Those to whom a ticket can be given. */
export const AssigneeList = z
  .strictObject({
    items: z.array(
      z.strictObject({ person_id: z.string(), name: z.string(), partner_name: z.string().nullable() }),
    ),
  })
  .meta({ id: 'AssigneeList' })

type SlaColumns = Pick<
  TicketRow,
  | 'status'
  | 'sla_metric'
  | 'sla_due_at'
  | 'sla_target_minutes'
  | 'sla_paused_since'
  | 'sla_breached_at'
  | 'sla_version_id'
  | 'sla_is_business'
  | 'sla_at_risk_at'
  | 'sla_timezone'
>

/** At which time tickets are looked at, and the working hours of the versions that they count in. */
export interface Looking {
  readonly now: Date
  readonly hours: HoursOf
}

/** What the stored clock says now. */
export function toSla(row: SlaColumns, { now, hours }: Looking): z.input<typeof Sla> {
  const { sla_metric: metric, sla_due_at: dueAt, sla_target_minutes: targetMinutes } = row
  if (row.status === 'withdrawn' || metric === null || dueAt === null || targetMinutes === null) return null
  const clock = {
    metric,
    dueAt,
    targetMinutes,
    pausedSince: row.sla_paused_since,
    atRiskAt: row.sla_at_risk_at ?? dueAt,
    calendar: row.sla_is_business === true ? hours(row) : null,
  }
  return {
    metric,
    due_at: clock.pausedSince === null ? dueAt.toISOString() : null,
    percent: percentOf(clock, now),
    state: slaStateOf(clock, now),
    paused: clock.pausedSince !== null,
  }
}

function breachAt(row: SlaColumns): Date | null {
  return row.sla_breached_at ?? (row.sla_paused_since === null ? row.sla_due_at : null)
}

function isBreached(row: SlaColumns, now: Date): boolean {
  if (row.sla_breached_at !== null) return true
  return row.sla_due_at !== null && (row.sla_paused_since ?? now).getTime() > row.sla_due_at.getTime()
}

export function toTicket(
  row: Omit<TicketRow, 'sort_key'>,
  reach: Reach,
  looking: Looking,
): z.input<typeof Ticket> {
  const tenantId = idFromUuid('tenant', row.tenant_id)
  return {
    ticket_id: publicIdOf('ticket', row.id),
    ticket_number: row.number,
    tenant_id: encodeId('tenant', tenantId),
    tenant_name: reach.tenants.get(tenantId)?.name ?? '',
    customer_id: row.subscriber_id && publicIdOf('subscriber', row.subscriber_id),
    customer_name: row.customer_name,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    category: row.category,
    assigned_to: row.assigned_to && publicIdOf('person', row.assigned_to),
    assigned_to_name: row.assigned_to_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    created_by_name: row.created_by_name,
    created_by_partner_name: row.created_by_partner_name,
    sla_breach_at: breachAt(row)?.toISOString() ?? null,
    is_sla_breached: isBreached(row, looking.now),
    sla: toSla(row, looking),
    last_response_at: row.last_response_at?.toISOString() ?? null,
    response_count: row.response_count,
  }
}

/** The counts of a filter from its groups. */
export function toAggregates(counts: readonly TicketCount[]): z.input<typeof TicketAggregates> {
  const sum = (pick: (count: TicketCount) => number) =>
    counts.reduce((total, count) => total + pick(count), 0)
  const ofStatus = (status: TicketCount['status']) =>
    sum((count) => (count.status === status ? count.tickets : 0))
  const ofPriority = (priority: TicketCount['priority']) =>
    sum((count) => (count.priority === priority ? count.tickets : 0))
  const resolved = sum((count) => count.resolved)
  const hours = sum((count) => count.resolution_seconds) / 3600 / resolved
  return {
    open_count: ofStatus('open'),
    pending_count: ofStatus('pending'),
    on_hold_count: ofStatus('on_hold'),
    resolved_count: ofStatus('resolved'),
    closed_count: ofStatus('closed'),
    withdrawn_count: ofStatus('withdrawn'),
    sla_breach_count: sum((count) => count.breached),
    by_priority: {
      low: ofPriority('low'),
      normal: ofPriority('normal'),
      high: ofPriority('high'),
      urgent: ofPriority('urgent'),
    },
    avg_resolution_hours: resolved === 0 ? null : Math.round(hours * 100) / 100,
  }
}
