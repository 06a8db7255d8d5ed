import type { CheckName } from './check.ts'
import type { Owner } from './facts.ts'
import type { DecisionCode } from './refusals.ts'

/**
 * How a step went. `not_evaluated`: it did not apply, or an earlier step had refused. `unknown`: it refused because a
 * fact is missing. `hidden`: it is the other side's private matter.
 */
export type StepState = 'pass' | 'fail' | 'not_evaluated' | 'unknown' | 'hidden'

/** The record a step rests on; the id is the UUID, not the public form. */
export interface Evidence {
  readonly type: 'person' | 'partner' | 'tenant' | 'link' | 'freeze' | 'override' | 'elevation'
  readonly id: string
}

/** One line of an explanation. */
export interface Step {
  /** The step of access.md section 3, 1 to 14; several checks can share one. */
  readonly order: number
  readonly check: CheckName
  readonly state: StepState
  readonly detail: string
  readonly owner: Owner
  /** What would help, in words; null when nothing is wrong. */
  readonly remedy: string | null
  readonly evidence: Evidence | null
}

/** The answer to one question. */
export interface Decision {
  readonly effect: 'allow' | 'deny'
  readonly code: DecisionCode
  readonly status: 200 | 401 | 403 | 404 | 429
  /** Present when a trace was asked for: every check, in order. */
  readonly steps?: readonly Step[]
}
