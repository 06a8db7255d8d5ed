import { demoTerms } from '#modules/sla/index.ts'
import { addDays, addMinutes } from './dice.ts'
import type { DemoTenant, Making } from './people.ts'

type Metric = 'first_response' | 'resolution'

/** One step of a promised time. */
interface Step {
  readonly kind: 'started' | 'paused' | 'resumed' | 'met' | 'breached'
  readonly at: Date
  readonly dueAt: Date
  readonly pausedMinutes?: number
  readonly reason?: string
}

/** What is promised in a tenant: around the clock by itself, and under working hours in the agreement with its desk. */
export function addPromises(
  { dice, ledger, now }: Making,
  tenant: DemoTenant,
  desk: { readonly linkId: string | null },
): { readonly versionId: string } {
  const versionId = dice.uuid(addDays(now, -200))
  const author = { created_by: tenant.adminPerson.id, created_by_name: tenant.adminPerson.name }
  const add = (row: Readonly<Record<string, unknown>>) =>
    ledger.add('sla_policy_version', {
      tenant_id: tenant.id,
      version: 1,
      ...author,
      created_by_partner_name: null,
      ...row,
    })
  add({
    id: versionId,
    kind: 'default',
    delegation_id: null,
    terms: demoTerms(tenant.timezone, 'always'),
    note: 'Our network runs day and night, and so does our help desk.',
    created_at: addDays(now, -200),
  })
  if (desk.linkId !== null)
    add({
      id: dice.uuid(addDays(now, -1)),
      kind: 'link',
      delegation_id: desk.linkId,
      terms: demoTerms(tenant.timezone, 'office'),
      note: 'From now on high tickets count in office hours, as agreed with the desk.',
      created_at: addDays(now, -1),
    })
  return { versionId }
}

/** How a promised time of a ticket came about. */
interface Course {
  readonly startedAt: Date
  readonly firstDue: Date
  readonly dueAt: Date
  readonly wait: { readonly from: Date; readonly to: Date; readonly minutes: number } | null
  readonly pausedSince: Date | null
  readonly metAt: Date | null
  readonly stoppedAt: Date
  readonly status: string
}

function stepsOf({ startedAt, firstDue, dueAt, wait, ...course }: Course): Step[] {
  const steps: Step[] = [{ kind: 'started', at: startedAt, dueAt: firstDue }]
  if (wait)
    steps.push(
      { kind: 'paused', at: wait.from, dueAt: firstDue, reason: 'pending' },
      { kind: 'resumed', at: wait.to, dueAt, pausedMinutes: wait.minutes, reason: 'open' },
    )
  if (course.stoppedAt > dueAt) steps.push({ kind: 'breached', at: dueAt, dueAt })
  if (course.pausedSince) steps.push({ kind: 'paused', at: course.pausedSince, dueAt, reason: course.status })
  if (course.metAt) steps.push({ kind: 'met', at: course.metAt, dueAt })
  return steps
}

/** Adds the steps of one of a ticket's clocks. */
export function addSteps(
  { dice, ledger }: Making,
  clock: { readonly tenantId: string; readonly id: string; readonly metric: Metric },
  course: Course,
): void {
  for (const [index, step] of stepsOf(course).entries()) {
    ledger.add('ticket_sla_step', {
      tenant_id: clock.tenantId,
      // Steps of one instant keep their order.
      id: dice.uuid(addMinutes(step.at, index / 60_000)),
      ticket_id: clock.id,
      metric: clock.metric,
      kind: step.kind,
      at: step.at,
      due_at: step.dueAt,
      paused_ms: step.pausedMinutes === undefined ? null : step.pausedMinutes * 60_000,
      reason: step.reason ?? null,
    })
  }
}
