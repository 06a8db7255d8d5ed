import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Metered, MeteredCall, ServiceMeter } from '#platform/telemetry/service-meter.ts'
import { explainRefusal, usageHeaders, Verdict, whoCanChange } from './verdict.ts'
import type { VerdictBody } from './verdict.ts'

function toRefusal(verdict: VerdictBody, now: Date): ProblemError {
  const { reason, limit, until, decided_by: decidedBy, day, week } = verdict
  const quota = limit === 'ops.per_7d' ? week : day
  return new ProblemError(429, 'USAGE_LIMIT_REACHED', explainRefusal(verdict), {
    headers: usageHeaders(verdict, now),
    nextStep:
      until === null
        ? 'Ask the company whose service this is for a reset, or have your identity checked.'
        : `Try again from ${until.toISOString()}, or ask the company whose service this is.`,
    details: {
      consequence: reason === 'rate' ? null : reason,
      limit,
      allowed: limit === 'rate.per_min' ? verdict.rate.allowed : quota.allowed,
      used: limit === 'rate.per_min' ? null : quota.used,
      resets_at: until?.toISOString() ?? null,
      decided_by: decidedBy,
      who_can_change: whoCanChange(reason, decidedBy),
    },
  })
}

/** The path by which a partner's own service asks before it works. */
export const OPERATIONS_PATH = '/api/v1/realm/operations'

function isRead({ route, inputs }: MeteredCall): boolean {
  if (route.path !== OPERATIONS_PATH) return route.method === 'GET'
  const body: unknown = inputs.body
  return typeof body === 'object' && body !== null && 'access' in body && body.access === 'read'
}

async function spend(mandate: Mandate<'realm'>, call: MeteredCall): Promise<Metered> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.spend_operation($1) as verdict', values: [isRead(call)] },
  ])
  const verdict = Verdict.parse(result?.rows[0]?.['verdict'])
  const { now } = mandate.origin
  return verdict.admitted
    ? { admitted: true, headers: usageHeaders(verdict, now) }
    : { admitted: false, refusal: toRefusal(verdict, now) }
}

/** Counts what end users do against their limits, exactly and in the transaction of the request (C5). */
export const serviceMeter: ServiceMeter = { spend }
