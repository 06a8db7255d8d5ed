import type { PersonId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import type { Priority, SlaState, TicketStatus } from './rules.ts'

/** Which tickets are wanted. */
export interface TicketFilter {
  readonly tenantIds: readonly TenantId[]
  readonly now: Date
  readonly statuses?: readonly TicketStatus[] | undefined
  readonly priorities?: readonly Priority[] | undefined
  readonly assignedTo?: readonly PersonId[] | undefined
  readonly isUnassigned?: boolean | undefined
  readonly slaStates?: readonly SlaState[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly createdFrom?: string | undefined
  readonly createdTo?: string | undefined
  readonly updatedSince?: string | undefined
  readonly search?: string | undefined
}

export type Condition = RawBuilder<unknown>

const RUNNING = sql`t.sla_metric is not null and t.sla_paused_since is null`

/** Whether a promised time of the ticket was missed, settled or by a clock that is past its time. */
export function isBreached(now: Date): Condition {
  return sql`(t.sla_breached_at is not null or coalesce(t.sla_paused_since, ${now}::timestamptz) > t.sla_due_at) is true`
}

/** Whether three quarters or more of a running clock are used up; missed ones included. */
export function isPressing(now: Date): Condition {
  return sql`(${RUNNING} and t.sla_at_risk_at <= ${now}::timestamptz)`
}

function slaCondition(state: SlaState, now: Date): Condition {
  if (state === 'breached') return isBreached(now)
  if (state === 'paused') return sql`(t.sla_metric is not null and t.sla_paused_since is not null)`
  const isOnTime = sql`t.sla_due_at >= ${now}::timestamptz`
  return state === 'at_risk'
    ? sql`(${isPressing(now)} and ${isOnTime})`
    : sql`(${RUNNING} and not ${isPressing(now)})`
}

function slaConditions({ slaStates, now }: TicketFilter): Condition | null {
  if (slaStates === undefined) return null
  const states = slaStates.map((state) => slaCondition(state, now))
  return sql`(${sql.join(states, sql` or `)})`
}

function dayConditions({ createdFrom, createdTo, updatedSince }: TicketFilter): (Condition | null)[] {
  return [
    createdFrom === undefined ? null : sql`t.created_at >= ${createdFrom}::date`,
    createdTo === undefined ? null : sql`t.created_at < ${createdTo}::date + 1`,
    updatedSince === undefined ? null : sql`t.updated_at >= ${updatedSince}::timestamptz`,
  ]
}

/** To whom tickets may be given: those who are named, and of them only the reader where the own are asked for; undefined for anybody. */
export function assigneesOf(
  reader: PersonId | null,
  named: readonly PersonId[] | undefined,
): readonly PersonId[] | undefined {
  return reader === null ? named : [reader].filter((id) => named?.includes(id) ?? true)
}

/**
 * The tickets of the filter's tenants that a search finds, or all of them without one. A search goes through a function
 * of the deciding role, because under row policies PostgreSQL uses no index for `like`.
 */
export function searchedTickets({ search, tenantIds }: TicketFilter): Condition {
  const tenants = sql`${[...tenantIds]}::uuid[]`
  if (search === undefined) return sql`(select * from ticket t where t.tenant_id = any (${tenants}))`
  return sql`(select t.* from access.search_tickets(${containsPattern(search)}, ${tenants}) f
    cross join lateral (select * from ticket k where k.tenant_id = f.tenant_id and k.id = f.id limit 1) t)`
}

function listCondition(column: Condition, values: readonly string[] | undefined): Condition | null {
  return values === undefined ? null : sql`${column} = any (${[...values]}::text[])`
}

/** Every condition of the filter but the tenants and the search, on the alias `t`. */
export function conditionsOf(filter: TicketFilter): Condition {
  const given = [
    // What was withdrawn is found by who asks for it, and counts nowhere else.
    listCondition(sql`t.status`, filter.statuses) ?? sql`t.status <> 'withdrawn'`,
    listCondition(sql`t.priority`, filter.priorities),
    listCondition(sql`t.category`, filter.categories),
    filter.assignedTo === undefined ? null : sql`t.assigned_to = any (${[...filter.assignedTo]}::uuid[])`,
    filter.isUnassigned === undefined
      ? null
      : filter.isUnassigned
        ? sql`t.assigned_to is null`
        : sql`t.assigned_to is not null`,
    slaConditions(filter),
    ...dayConditions(filter),
  ].filter((condition) => condition !== null)
  return sql.join(given, sql` and `)
}
