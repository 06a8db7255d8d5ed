import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { findBasis, pauseStatesOf, promiseOf } from '#modules/sla/index.ts'
import type { Basis } from '#modules/sla/index.ts'
import type { Database } from '#platform/database.ts'
import type { TopicHandler } from '#platform/jobs.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findBasisOf, insertClocks, insertSteps, listClocks, planNext, updateClock } from './clock-store.ts'
import type { TicketKey } from './clock-store.ts'
import { escalate, Escalation } from './escalating.ts'
import { askForLook, ESCALATE_TOPIC, raiseSignals, SLA_TOPIC, tellBreach } from './moving.ts'
import {
  nextSignalAt,
  signalsOf,
  startClocks,
  withAnswer,
  withBreach,
  withPromise,
  withStatus,
} from './rules.ts'
import type { Clock } from './rules.ts'
import { firstStep, stepsBetween } from './steps.ts'
import { BATCH, findArrivals, findDue, forgetArrival, holdTicket, setBasis } from './sweep-store.ts'
import type { Ticket } from './ticket-store.ts'

const WORK = { job: 'sla-clock' }

type System = Mandate<'system'>

const MAXIMUM_BATCHES = 500

/** Raises what one clock has passed by an instant; returns when it is to be looked at again, and how many signals are new. */
async function lookAtClock(
  mandate: System,
  ticket: Ticket,
  looked: {
    readonly clock: Clock
    readonly basis: Awaited<ReturnType<typeof findBasisOf>>
    readonly at: Date
  },
) {
  const { clock: before, basis, at } = looked
  const { warn_at: warnAt } = basis.agreed.terms
  const clock = withBreach(before, at)
  const next = nextSignalAt(clock, warnAt, at)
  const isNewBreach = clock.breachedAt !== before.breachedAt
  await (isNewBreach ? updateClock : planNext)(mandate, ticket, { clock, nextSignalAt: next })
  if (isNewBreach) {
    const steps = stepsBetween(before, clock, { now: at, reason: null })
    await insertSteps(
      mandate,
      ticket,
      steps.map((step) => ({ ...step, metric: clock.metric })),
    )
    await tellBreach(mandate, ticket, clock)
  }
  const raised = await raiseSignals(mandate, ticket, { clock, basis, signals: signalsOf(clock, warnAt, at) })
  return { next, raised }
}

/** Raises what a ticket's clocks have passed by an instant. Doing it again, or twice at once, raises nothing more. */
async function lookAtTicket(mandate: System, key: TicketKey, at: Date): Promise<number> {
  const ticket = await holdTicket(mandate, key)
  if (!ticket) return 0
  const basis = await findBasisOf(mandate, ticket)
  const clocks = await listClocks(mandate, ticket, basis)
  const results = []
  for (const clock of clocks) {
    if (clock.metAt === null && clock.pausedSince === null)
      results.push(await lookAtClock(mandate, ticket, { clock, basis, at }))
  }
  await askForLook(
    mandate,
    ticket,
    results.map(({ next }) => next),
  )
  return results.reduce((sum, { raised }) => sum + raised, 0)
}

/** What became of a run of the clock. */
export interface SlaRun {
  readonly settled: number
  readonly raised: number
}

interface Progress {
  readonly skipped: string[]
  readonly failures: Error[]
  sum: number
}

async function workThrough(
  find: (except: readonly string[]) => Promise<TicketKey[]>,
  work: (key: TicketKey) => Promise<number>,
  progress: Progress,
): Promise<number> {
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const found = await find(progress.skipped)
    for (const key of found) {
      // Whatever happens, the same ticket is not looked at again in this run.
      progress.skipped.push(key.id)
      try {
        progress.sum += await work(key)
      } catch (error) {
        progress.failures.push(error instanceof Error ? error : new Error(String(error)))
      }
    }
    if (found.length < BATCH) break
  }
  return progress.sum
}

const endOf = (ticket: Ticket, at: Date): Date =>
  (ticket.status === 'resolved' || ticket.status === 'closed') && ticket.resolved_at !== null
    ? ticket.resolved_at
    : at

/**
 * The clocks that a ticket from outside starts with, from when its source says it was opened. Only the source knows whether
 * somebody answered: where it does not say when, a response is neither promised here nor missed.
 */
function clocksOfArrived(ticket: Ticket, basis: Basis): Clock[] {
  const started = startClocks(promiseOf(basis, ticket.priority), ticket.created_at)
  return started.filter(({ metric }) => metric !== 'first_response' || ticket.first_response_at !== null)
}

/** A clock after what the source says of answers and of the ticket's state. */
function withSource(
  clock: Clock,
  ticket: Ticket,
  told: { readonly basis: Basis; readonly end: Date },
): Clock {
  const { first_response_at: answeredAt } = ticket
  const answered = answeredAt === null ? clock : withAnswer(clock, answeredAt)
  return withStatus(answered, { status: ticket.status, pauseStates: pauseStatesOf(told.basis) }, told.end)
}

/** Writes the clocks of a ticket from outside that it has not yet. */
async function startArrived(
  mandate: System,
  ticket: Ticket,
  arrived: { readonly basis: Basis; readonly started: readonly Clock[]; readonly at: Date },
): Promise<void> {
  const { basis, started, at } = arrived
  if (started.length === 0) return
  const end = endOf(ticket, at)
  const clocks = started.map((clock) => withSource(clock, ticket, { basis, end }))
  const steps = clocks.flatMap((clock, index) => {
    const first = started[index] ?? clock
    const after = stepsBetween(first, withBreach(clock, at), { now: end, reason: ticket.status })
    return [firstStep(first), ...after].map((step) => ({ ...step, metric: clock.metric }))
  })
  // The sweep is to look at the clocks that still run: what they have passed lies before the next signal.
  const planned = clocks.map((clock) => ({
    clock: withBreach(clock, at),
    nextSignalAt: clock.metAt === null ? clock.startedAt : null,
  }))
  await insertClocks(mandate, ticket, { planned, steps })
  // What is over is history, of which nobody needs to hear.
  for (const { clock } of planned)
    if (clock.metAt === null && clock.breachedAt !== null) await tellBreach(mandate, ticket, clock)
}

/** Notes what a ticket from outside was opened under, once. */
async function agreeArrived(mandate: System, ticket: Ticket): Promise<Basis> {
  if (ticket.sla_timezone !== null) return findBasisOf(mandate, ticket)
  const { timeZone, ...basis } = await findBasis(mandate, idFromUuid('tenant', ticket.tenant_id), null)
  const ids = { sla_base_id: basis.agreed.id, sla_floor_id: basis.floor?.id ?? null, sla_timezone: timeZone }
  await setBasis(mandate, ticket, ids)
  return basis
}

async function moveArrived(
  mandate: System,
  ticket: Ticket,
  settled: { readonly basis: Basis; readonly clocks: readonly Clock[]; readonly at: Date },
): Promise<void> {
  const { basis } = settled
  const promised = promiseOf(basis, ticket.priority)
  const now = endOf(ticket, settled.at)
  for (const before of settled.clocks) {
    const retarget = (clock: Clock) => withPromise(clock, promised[clock.metric], { isLowered: true, now })
    const moved = withSource(retarget(before), ticket, { basis, end: now })
    // One that was met took no other promise, until the ticket was opened again.
    const isReopened = before.metAt !== null && moved.metAt === null
    const clock = withBreach(isReopened ? retarget(moved) : moved, now)
    const steps = stepsBetween(before, clock, { now, reason: ticket.status })
    await updateClock(mandate, ticket, { clock, nextSignalAt: clock.metAt ? null : clock.startedAt })
    await insertSteps(
      mandate,
      ticket,
      steps.map((step) => ({ ...step, metric: clock.metric })),
    )
    if (before.breachedAt === null && clock.breachedAt !== null) await tellBreach(mandate, ticket, clock)
  }
}

/** Sets the clocks of a ticket to what came from outside. */
async function settleTicket(mandate: System, key: TicketKey, at: Date): Promise<number> {
  const ticket = await holdTicket(mandate, key)
  if (!ticket) return 0
  const basis = await agreeArrived(mandate, ticket)
  const clocks = await listClocks(mandate, ticket, basis)
  await moveArrived(mandate, ticket, { basis, clocks, at })
  const known = new Set(clocks.map(({ metric }) => metric))
  const started = clocksOfArrived(ticket, basis).filter(({ metric }) => !known.has(metric))
  await startArrived(mandate, ticket, { basis, started, at })
  await forgetArrival(mandate, key)
  recordEvent(mandate, {
    action: 'support.sla.settle',
    tenantId: ticket.tenant_id,
    resource: { type: 'ticket', id: ticket.id, label: ticket.number },
    changes: { status: ticket.status, priority: ticket.priority },
  })
  return 1
}

/**
 * Sets the clocks of tickets that came from outside, and raises every warning and breach that was passed: each once, with
 * the instant at which it happened, however late or often this runs. A ticket that it cannot work on does not keep it from
 * the others; it throws at the end. Without `at` the time is the database's. Source: managed-tenants.md section 6.
 */
export async function runSlaClock(database: Database, at?: Date): Promise<SlaRun> {
  const failures: Error[] = []
  const fresh = (): Progress => ({ skipped: [], failures, sum: 0 })
  const timeOf = (mandate: System) => at ?? mandate.origin.now
  const settled = await workThrough(
    (except) => inSystemTransaction(database, WORK, (mandate) => findArrivals(mandate, except)),
    (key) => inSystemTransaction(database, WORK, (mandate) => settleTicket(mandate, key, timeOf(mandate))),
    fresh(),
  )
  const raised = await workThrough(
    (except) => inSystemTransaction(database, WORK, (mandate) => findDue(mandate, timeOf(mandate), except)),
    (key) => inSystemTransaction(database, WORK, (mandate) => lookAtTicket(mandate, key, timeOf(mandate))),
    fresh(),
  )
  if (failures.length > 0)
    throw new AggregateError(failures, `The clock could not work on ${failures.length} tickets.`)
  return { settled, raised }
}

const Look = z.object({ tenant_id: z.uuid(), ticket_id: z.uuid() })

/** The work on tickets that waits in the outbox: a look when something is due, and what a policy wants at a level. */
export function makeTicketTopics(database: Database): Readonly<Record<string, TopicHandler>> {
  return {
    async [SLA_TOPIC](payload) {
      const { tenant_id, ticket_id: id } = Look.parse(payload)
      await inSystemTransaction(database, WORK, (mandate) =>
        lookAtTicket(mandate, { tenant_id, id }, mandate.origin.now),
      )
    },
    async [ESCALATE_TOPIC](payload) {
      const step = Escalation.parse(payload)
      await inSystemTransaction(database, WORK, (mandate) => escalate(mandate, step))
    },
  }
}
