import { isWithinHours } from '@liaison/access'
import type { Conditions } from '@liaison/access'
import type { OutsideCall, Visit } from './visit-store.ts'

/** Over how many days the consequences of a rule are told. Source: managed-tenants.md section 9, answer 6. */
export const IMPACT_DAYS = 14

export type BlockingRule = 'network' | 'hours' | 'passkey'

/** A visit with the rules that would have refused a call of it. */
export interface BlockedVisit {
  readonly visit: Visit
  readonly rules: readonly BlockingRule[]
}

/** What would have happened to the visits of the last days under other conditions. */
export interface Impact {
  readonly visits: number
  readonly blocked: readonly BlockedVisit[]
  /** Visits whose address is no longer kept, so that the networks say nothing about them. */
  readonly unknown: number
}

interface Known {
  readonly outside: readonly OutsideCall[]
  /** The persons who have no passkey today. */
  readonly withoutPasskey: ReadonlySet<string>
}

function isOf(visit: Visit, call: OutsideCall): boolean {
  return (
    call.actor_id === visit.person_id &&
    call.partner_id === visit.partner_id &&
    call.occurred_at >= visit.started_at &&
    call.occurred_at <= visit.ended_at
  )
}

function rulesAgainst(visit: Visit, conditions: Conditions, known: Known): BlockingRule[] {
  const calls = known.outside.filter((call) => isOf(visit, call))
  const isOutside = conditions.ip_mode !== 'off' && calls.some((call) => call.knows_address)
  const { hours } = conditions
  const isLate = hours !== null && visit.times.some((time) => !isWithinHours(hours, time))
  const isWeak = conditions.phishing_resistant && known.withoutPasskey.has(visit.person_id)
  return [
    ...(isOutside ? (['network'] as const) : []),
    ...(isLate ? (['hours'] as const) : []),
    ...(isWeak ? (['passkey'] as const) : []),
  ]
}

/** What other conditions would have done to visits: networks also while they are only watched. Nothing is decided by it. */
export function findImpact(visits: readonly Visit[], conditions: Conditions, known: Known): Impact {
  const blocked = visits.flatMap((visit) => {
    const rules = rulesAgainst(visit, conditions, known)
    return rules.length === 0 ? [] : [{ visit, rules }]
  })
  const unknown =
    conditions.ip_mode === 'off'
      ? []
      : visits.filter((visit) => known.outside.some((call) => !call.knows_address && isOf(visit, call)))
  return { visits: visits.length, blocked, unknown: unknown.length }
}
