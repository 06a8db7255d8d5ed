import { calendarOf } from '#modules/sla/index.ts'
import type { z } from 'zod'
import { findBasisOf, listClocks, listJustifications, listSteps } from './clock-store.ts'
import type { TicketMandate } from './events.ts'
import { breachOf } from './rules.ts'
import type { Clock } from './rules.ts'
import type { TicketDetail } from './schemas.ts'
import { firstStep } from './steps.ts'
import type { Ticket } from './ticket-store.ts'

type Detail = z.input<typeof TicketDetail>

const toMinutes = (ms: number): number => Math.round(ms / 600) / 100

type Justification = Awaited<ReturnType<typeof listJustifications>>[number]

function toJustification(why: Justification | undefined): Detail['clocks'][number]['justification'] {
  if (why === undefined) return null
  return {
    code: why.code,
    note: why.note,
    author_name: why.author_name,
    author_partner_name: why.author_partner_name,
    created_at: why.created_at.toISOString(),
  }
}

function toClock(
  clock: Clock,
  said: { readonly now: Date; readonly justifications: readonly Justification[] },
): Detail['clocks'][number] {
  const why = said.justifications.find(({ metric }) => metric === clock.metric)
  return {
    metric: clock.metric,
    target_minutes: clock.targetMinutes,
    calendar: clock.isBusiness ? 'business' : '24x7',
    time_zone: calendarOf(clock)?.time_zone ?? null,
    policy_version: clock.versionId,
    started_at: clock.startedAt.toISOString(),
    due_at: clock.pausedSince === null ? clock.dueAt.toISOString() : null,
    paused_minutes: toMinutes(clock.isBusiness ? clock.pausedBusinessMs : clock.pausedMs),
    paused_since: clock.pausedSince?.toISOString() ?? null,
    met_at: clock.metAt?.toISOString() ?? null,
    breached_at: breachOf(clock, said.now)?.toISOString() ?? null,
    justification: toJustification(why),
  }
}

type Steps = Awaited<ReturnType<typeof listSteps>>

function toSteps(steps: Steps, clocks: readonly Clock[]): Detail['sla_steps'] {
  if (steps.length === 0) {
    return clocks.map((clock) => {
      const { kind, at } = firstStep(clock)
      const times = { at: at.toISOString(), due_at: clock.dueAt.toISOString() }
      return { metric: clock.metric, kind, ...times, paused_minutes: null, reason: null }
    })
  }
  return steps.map((step) => ({
    metric: step.metric,
    kind: step.kind,
    at: step.at.toISOString(),
    due_at: step.due_at.toISOString(),
    paused_minutes: step.paused_ms === null ? null : toMinutes(Number(step.paused_ms)),
    reason: step.reason,
  }))
}

/** The promised times of a ticket and how they came about: the arithmetic of its pauses, for people to check. */
export async function answerClocks(
  mandate: TicketMandate,
  ticket: Ticket,
): Promise<Pick<Detail, 'clocks' | 'sla_steps'>> {
  const clocks = await listClocks(mandate, ticket, await findBasisOf(mandate, ticket))
  const justifications = await listJustifications(mandate, ticket)
  const { now } = mandate.origin
  return {
    clocks: clocks.map((clock) => toClock(clock, { now, justifications })),
    sla_steps: toSteps(await listSteps(mandate, ticket), clocks),
  }
}
