import { sql } from 'kysely'
import { defaultHours, findTerms, nothingAgreed } from '#modules/sla/index.ts'
import type { Agreed, Basis, TermsValues, WorkingHours } from '#modules/sla/index.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { riskOf } from './rules.ts'
import type { Clock, Signal, SlaMetric } from './rules.ts'
import type { Step } from './steps.ts'
import type { SupportTables } from './tables.ts'
import type { Ticket } from './ticket-store.ts'

/** The key of a ticket. */
export interface TicketKey {
  readonly tenant_id: string
  readonly id: string
}

const on = (mandate: Mandate) => tables<SupportTables>(mandate)

const hoursByZone = new Map<string, WorkingHours>()

/** The working hours that count where nothing was agreed; the same object each time, so that what was reckoned is kept. */
export function hoursOfZone(timeZone: string | null): WorkingHours {
  const zone = timeZone ?? 'UTC'
  const hours = hoursByZone.get(zone) ?? defaultHours(zone)
  hoursByZone.set(zone, hours)
  return hours
}

type Opened = Pick<Ticket, 'sla_base_id' | 'sla_floor_id' | 'sla_timezone' | 'sla_response_hours'>

function agreedFrom(terms: ReadonlyMap<string, TermsValues>, id: string | null): Agreed | null {
  const found = id === null ? undefined : terms.get(id)
  return found === undefined ? null : { id, terms: found }
}

/** What a ticket was opened under: its versions never change. */
export async function findBasisOf(mandate: Mandate, ticket: Opened): Promise<Basis> {
  const terms = await findTerms(mandate, [ticket.sla_base_id, ticket.sla_floor_id])
  const fallback = nothingAgreed(ticket.sla_response_hours, ticket.sla_timezone ?? 'UTC')
  return {
    agreed: agreedFrom(terms, ticket.sla_base_id) ?? fallback,
    floor: agreedFrom(terms, ticket.sla_floor_id),
  }
}

function toClockRow(ticket: TicketKey, clock: Clock, nextSignalAt: Date | null) {
  const isCounting = clock.metAt === null && clock.pausedSince === null
  return {
    tenant_id: ticket.tenant_id,
    ticket_id: ticket.id,
    metric: clock.metric,
    target_minutes: clock.targetMinutes,
    started_at: clock.startedAt,
    due_at: clock.dueAt,
    paused_since: clock.pausedSince,
    paused_ms: clock.pausedMs,
    paused_business_ms: clock.pausedBusinessMs,
    policy_version_id: clock.versionId,
    is_business: clock.isBusiness,
    at_risk_at: riskOf(clock),
    next_signal_at: nextSignalAt ?? (isCounting ? sql<Date>`'infinity'` : null),
    met_at: clock.metAt,
    breached_at: clock.breachedAt,
  }
}

/** A clock with the time of its next warning. */
export interface Planned {
  readonly clock: Clock
  readonly nextSignalAt: Date | null
}

/** Writes new clocks with their first steps, in one round trip: others wait for the next number meanwhile. */
export async function insertClocks(
  mandate: Mandate,
  ticket: TicketKey,
  started: { readonly planned: readonly Planned[]; readonly steps: readonly StepOf[] },
): Promise<void> {
  const clocks = started.planned.map(({ clock, nextSignalAt }) => toClockRow(ticket, clock, nextSignalAt))
  const steps = started.steps.map((step) => toStepRow(ticket, step))
  const queries = [
    on(mandate).insertInto('ticket_sla_clock').values(clocks).compile(),
    on(mandate).insertInto('ticket_sla_step').values(steps).compile(),
  ]
  await runStatements(
    mandate,
    queries.map((query) => ({ text: query.sql, values: query.parameters })),
  )
}

/** The promised times of a ticket; none for tickets that came in without. */
export async function listClocks(mandate: Mandate, ticket: Ticket, basis: Basis): Promise<Clock[]> {
  const rows = await on(mandate)
    .selectFrom('ticket_sla_clock')
    .selectAll()
    .where('tenant_id', '=', ticket.tenant_id)
    .where('ticket_id', '=', ticket.id)
    .orderBy('metric')
    .execute()
  const { agreed, floor } = basis
  const hoursOf = (id: string | null): WorkingHours => {
    if (id !== null && id === floor?.id) return floor.terms.business_hours
    return id !== null && id === agreed.id ? agreed.terms.business_hours : hoursOfZone(ticket.sla_timezone)
  }
  return rows.map((row) => ({
    metric: row.metric,
    targetMinutes: row.target_minutes,
    isBusiness: row.is_business,
    versionId: row.policy_version_id,
    hours: hoursOf(row.policy_version_id),
    startedAt: row.started_at,
    dueAt: row.due_at,
    pausedSince: row.paused_since,
    pausedMs: Number(row.paused_ms),
    pausedBusinessMs: Number(row.paused_business_ms),
    metAt: row.met_at,
    breachedAt: row.breached_at,
  }))
}

export async function updateClock(
  mandate: Mandate,
  ticket: TicketKey,
  { clock, nextSignalAt }: Planned,
): Promise<void> {
  const {
    tenant_id,
    ticket_id,
    metric,
    started_at: _start,
    ...values
  } = toClockRow(ticket, clock, nextSignalAt)
  await on(mandate)
    .updateTable('ticket_sla_clock')
    .set(values)
    .where('tenant_id', '=', tenant_id)
    .where('ticket_id', '=', ticket_id)
    .where('metric', '=', metric)
    .execute()
}

/** Notes when a clock is to be looked at again, and nothing else. */
export async function planNext(mandate: Mandate, ticket: TicketKey, planned: Planned): Promise<void> {
  await on(mandate)
    .updateTable('ticket_sla_clock')
    .set({ next_signal_at: planned.nextSignalAt ?? sql<Date>`'infinity'` })
    .where('tenant_id', '=', ticket.tenant_id)
    .where('ticket_id', '=', ticket.id)
    .where('metric', '=', planned.clock.metric)
    .execute()
}

/** A step of one of a ticket's clocks. */
export type StepOf = Step & { readonly metric: SlaMetric }

const toStepRow = (ticket: TicketKey, step: StepOf) => ({
  tenant_id: ticket.tenant_id,
  ticket_id: ticket.id,
  metric: step.metric,
  kind: step.kind,
  at: step.at,
  due_at: step.dueAt,
  paused_ms: step.pausedMs === null ? null : Math.round(step.pausedMs),
  reason: step.reason,
})

export async function insertSteps(
  mandate: Mandate,
  ticket: TicketKey,
  steps: readonly StepOf[],
): Promise<void> {
  if (steps.length === 0) return
  await on(mandate)
    .insertInto('ticket_sla_step')
    .values(steps.map((step) => toStepRow(ticket, step)))
    .execute()
}

/** Writes a signal unless it is there. True when it is new: only one of any number of writers is told so. */
export async function insertSignal(
  mandate: Mandate,
  ticket: TicketKey,
  signal: Signal & { readonly metric: SlaMetric },
): Promise<boolean> {
  const written = await on(mandate)
    .insertInto('ticket_sla_signal')
    .values({
      tenant_id: ticket.tenant_id,
      ticket_id: ticket.id,
      metric: signal.metric,
      level: signal.level,
      occurred_at: signal.occurredAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** The steps of a ticket's clocks in the order in which they happened. */
export function listSteps(mandate: Mandate, ticket: TicketKey) {
  return on(mandate)
    .selectFrom('ticket_sla_step')
    .selectAll()
    .where('tenant_id', '=', ticket.tenant_id)
    .where('ticket_id', '=', ticket.id)
    .orderBy('at')
    .orderBy('id')
    .execute()
}

/** Why promises of a ticket were missed, as far as somebody said so. */
export function listJustifications(mandate: Mandate, ticket: TicketKey) {
  return on(mandate)
    .selectFrom('ticket_sla_justification')
    .selectAll()
    .where('tenant_id', '=', ticket.tenant_id)
    .where('ticket_id', '=', ticket.id)
    .execute()
}

/** Says why a promise was missed. False when that was said before. */
export async function insertJustification(
  mandate: Mandate,
  said: Omit<SupportTables['ticket_sla_justification'], 'author_id'> & { readonly author_id: string },
): Promise<boolean> {
  const written = await on(mandate)
    .insertInto('ticket_sla_justification')
    .values(said)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n
}
