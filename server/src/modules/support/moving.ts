import { promiseOf, pauseStatesOf } from '#modules/sla/index.ts'
import type { Basis, Promised } from '#modules/sla/index.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import {
  findBasisOf,
  insertClocks,
  insertSignal,
  insertSteps,
  listClocks,
  updateClock,
} from './clock-store.ts'
import type { TicketKey } from './clock-store.ts'
import {
  isLowered,
  nextSignalAt,
  PRIORITIES,
  signalsOf,
  startClocks,
  withAnswer,
  withPromise,
  withStatus,
} from './rules.ts'
import type { Clock, Priority, Signal, TicketStatus } from './rules.ts'
import { firstStep, stepsBetween } from './steps.ts'
import type { Ticket } from './ticket-store.ts'

/** The topic of the delayed job that looks at a ticket when its next warning is due. */
export const SLA_TOPIC = 'ticket.sla'
/** The topic under which somebody is told, or given the ticket, at a level of the policy. */
export const ESCALATE_TOPIC = 'ticket.escalate'

/** What of a ticket changes its clocks. */
export interface ClockCause {
  readonly status?: TicketStatus | undefined
  readonly priority?: Priority | undefined
  readonly answers: boolean
  readonly now: Date
}

type Named = TicketKey & { readonly number: string }

const isSame = (left: Promised, right: Promised): boolean =>
  left.versionId === right.versionId &&
  left.targetMinutes === right.targetMinutes &&
  left.isBusiness === right.isBusiness

/**
 * A clock that counts again after it was met, under the promise of the priority that the ticket has by now: what was
 * raised or lowered meanwhile moved no clock.
 */
function underPriority(clock: Clock, at: { ticket: Ticket; basis: Basis; now: Date }): Clock {
  const { ticket, basis, now } = at
  const promiseFor = (priority: Priority) => promiseOf(basis, priority)[clock.metric]
  const promised = promiseFor(ticket.priority)
  if (isSame(clock, promised)) return clock
  const held = PRIORITIES.filter((priority) => isSame(clock, promiseFor(priority)))
  const wasLowered = held.some((priority) => isLowered(priority, ticket.priority))
  return withPromise(clock, promised, { isLowered: wasLowered, now })
}

function afterCause(
  clock: Clock,
  { ticket, basis }: { ticket: Ticket; basis: Basis },
  cause: ClockCause,
): Clock {
  const { now, status, priority } = cause
  let moved = cause.answers ? withAnswer(clock, now) : clock
  if (status !== undefined) moved = withStatus(moved, { status, pauseStates: pauseStatesOf(basis) }, now)
  if (clock.metAt !== null && moved.metAt === null) moved = underPriority(moved, { ticket, basis, now })
  if (priority !== undefined) {
    const promised = promiseOf(basis, priority)[moved.metric]
    moved = withPromise(moved, promised, { isLowered: isLowered(ticket.priority, priority), now })
  }
  return moved
}

const reasonOf = ({ status, priority, answers }: ClockCause): string | null =>
  status ?? priority ?? (answers ? 'answer' : null)

/** Asks for a look at a ticket at the earliest of the times at which something is due. */
export async function askForLook(
  mandate: Mandate,
  ticket: TicketKey,
  times: readonly (Date | null)[],
): Promise<void> {
  const next = times.filter((time) => time !== null).toSorted((a, b) => a.getTime() - b.getTime())[0]
  if (!next) return
  await enqueue(mandate, SLA_TOPIC, {
    tenant_id: ticket.tenant_id,
    ticket_id: ticket.id,
    start_after: next.toISOString(),
  })
}

/** Writes the signals of a clock that are new, and asks for what the policy wants at their levels. */
export async function raiseSignals(
  mandate: Mandate,
  ticket: TicketKey,
  raised: { readonly clock: Clock; readonly basis: Basis; readonly signals: readonly Signal[] },
): Promise<number> {
  const { metric } = raised.clock
  let written = 0
  for (const signal of raised.signals) {
    if (!(await insertSignal(mandate, ticket, { ...signal, metric }))) continue
    written += 1
    const steps = raised.basis.agreed.terms.escalate_to.filter(({ level }) => level === signal.level)
    for (const { person_id, action } of steps) {
      const about = { tenant_id: ticket.tenant_id, ticket_id: ticket.id, metric, level: signal.level }
      await enqueue(mandate, ESCALATE_TOPIC, { ...about, person_id, action })
    }
  }
  return written
}

/** Tells that a promise was missed: in the trail, and to those who subscribed. */
export async function tellBreach(mandate: Mandate, ticket: Named, clock: Clock): Promise<void> {
  recordEvent(mandate, {
    action: 'support.sla.breach',
    tenantId: ticket.tenant_id,
    resource: { type: 'ticket', id: ticket.id, label: ticket.number },
    changes: { metric: clock.metric, breached_at: clock.breachedAt?.toISOString() ?? null },
  })
  const payload = { tenant_id: ticket.tenant_id, ticket_id: ticket.id }
  await enqueue(mandate, 'partner.tenant.sla_breach', payload)
}

/** What a clock signals until now, before and after a change: a level that the change itself passes is passed now. */
function signalsAround(before: Clock, after: Clock, at: { basis: Basis; now: Date }): Signal[] {
  const { warn_at: warnAt } = at.basis.agreed.terms
  const passed = signalsOf(before, warnAt, at.now)
  const levels = new Set(passed.map(({ level }) => level))
  const more = signalsOf(after, warnAt, at.now).filter(({ level }) => !levels.has(level))
  return [...passed, ...more.map(({ level }) => ({ level, occurredAt: at.now }))]
}

/** Moves the clocks of a locked ticket as a change wants it, with their steps and signals. */
export async function moveClocks(mandate: Mandate, ticket: Ticket, cause: ClockCause): Promise<void> {
  const { now } = cause
  const basis = await findBasisOf(mandate, ticket)
  const times: (Date | null)[] = []
  for (const before of await listClocks(mandate, ticket, basis)) {
    const clock = afterCause(before, { ticket, basis }, cause)
    if (clock === before) continue
    const next = nextSignalAt(clock, basis.agreed.terms.warn_at, now)
    await updateClock(mandate, ticket, { clock, nextSignalAt: next })
    const steps = stepsBetween(before, clock, { now, reason: reasonOf(cause) })
    await insertSteps(
      mandate,
      ticket,
      steps.map((step) => ({ ...step, metric: clock.metric })),
    )
    await raiseSignals(mandate, ticket, {
      clock,
      basis,
      signals: signalsAround(before, clock, { basis, now }),
    })
    if (before.breachedAt === null && clock.breachedAt !== null) await tellBreach(mandate, ticket, clock)
    times.push(next)
  }
  await askForLook(mandate, ticket, times)
}

/** Starts the clocks of a new ticket; returns when the first of them is due. */
export async function openClocks(
  mandate: Mandate,
  ticket: TicketKey,
  opened: { readonly basis: Basis; readonly priority: Priority; readonly at: Date },
): Promise<Clock[]> {
  const { basis, priority, at } = opened
  const { warn_at: warnAt } = basis.agreed.terms
  const clocks = startClocks(promiseOf(basis, priority), at)
  const planned = clocks.map((clock) => ({ clock, nextSignalAt: nextSignalAt(clock, warnAt, at) }))
  const steps = clocks.map((clock) => ({ ...firstStep(clock), metric: clock.metric }))
  await insertClocks(mandate, ticket, { planned, steps })
  await askForLook(
    mandate,
    ticket,
    planned.map(({ nextSignalAt: next }) => next),
  )
  return clocks
}
