import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

type Platform = Mandate<'platform'>

/** A queue or a schedule as the database tells it (`access.background_work`). */
export interface WorkRow {
  readonly name: string
  /** Five-field cron in UTC; null for work that transactions order. */
  readonly cron: string | null
  readonly waiting: string
  readonly running: string
  readonly failed: string
  readonly oldest_waiting_at: Date | null
  readonly last_done_at: Date | null
  readonly last_failed_at: Date | null
  readonly last_error: string | null
}

/** A part of the service with one figure and one instant (`access.service_figures`). */
export interface FigureRow {
  readonly name: string
  readonly value: number | null
  readonly at: Date | null
}

interface HourRow {
  readonly hour: Date
  readonly refused: string
}

interface StateRow {
  readonly status: string
  readonly count: string
}

const rowsOf = async <Row>(mandate: Platform, query: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
  (await query.execute(tables<object>(mandate))).rows

/** Every queue and schedule, by name. */
export function listWork(mandate: Platform): Promise<WorkRow[]> {
  return rowsOf(mandate, sql<WorkRow>`select * from access.background_work()`)
}

/** The figures of what no request touches. */
export function listFigures(mandate: Platform): Promise<FigureRow[]> {
  return rowsOf(mandate, sql<FigureRow>`select * from access.service_figures()`)
}

/** How often somebody was refused in each of the last 24 hours, hours without a refusal included. */
export function listRefusals(mandate: Platform): Promise<HourRow[]> {
  return rowsOf(
    mandate,
    sql<HourRow>`
      select h.hour, coalesce(e.refused, 0)::text as refused
      from generate_series(date_trunc('hour', statement_timestamp()) - interval '23 hours', date_trunc('hour', statement_timestamp()), interval '1 hour') h (hour)
      left join (
        select date_trunc('hour', occurred_at) as hour, sum(repeats) as refused from audit_event
        where outcome = 'denied' and occurred_at >= date_trunc('hour', statement_timestamp()) - interval '23 hours'
        group by 1) e on e.hour = h.hour
      order by h.hour`,
  )
}

/** How many partners are in each state. */
export function countPartners(mandate: Platform): Promise<StateRow[]> {
  return rowsOf(
    mandate,
    sql<StateRow>`select status, count(*)::text as count from partner group by status order by status`,
  )
}
