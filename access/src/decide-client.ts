import { CLIENT_CHECKS } from './client-checks.ts'
import type { ClientCheck } from './client-checks.ts'
import type { ClientFacts, ClientQuestion } from './client-facts.ts'
import { CLIENT_DECISION_STATUS } from './client-refusals.ts'
import type { ClientDecisionCode, ClientRefusalCode } from './client-refusals.ts'

/** One line of the explanation of a decision about an API client. */
export interface ClientStep {
  /** The step of access.md section 3. */
  readonly order: number
  readonly check: string
  readonly state: 'pass' | 'fail' | 'not_evaluated'
}

/** The answer to one question of an API client. */
export interface ClientDecision {
  readonly effect: 'allow' | 'deny'
  readonly code: ClientDecisionCode
  readonly status: (typeof CLIENT_DECISION_STATUS)[ClientDecisionCode]
  /** Every check, in the order in which they were asked. */
  readonly steps: readonly ClientStep[]
}

/** A decision function over one table of checks. The kernel's own table is `CLIENT_CHECKS`; tests change it to see it noticed. */
export function makeDecideClient(checks: readonly ClientCheck[]) {
  return (facts: ClientFacts, question: ClientQuestion): ClientDecision => {
    let refusal: ClientRefusalCode | null = null
    const steps = checks.map(({ name, order, test }): ClientStep => {
      if (refusal !== null) return { order, check: name, state: 'not_evaluated' }
      refusal = test(facts, question)
      return { order, check: name, state: refusal === null ? 'pass' : 'fail' }
    })
    const code: ClientDecisionCode = refusal ?? 'ALLOWED'
    return { effect: refusal === null ? 'allow' : 'deny', code, status: CLIENT_DECISION_STATUS[code], steps }
  }
}

/**
 * Whether an API client may do this now under the token it presents, as the first check that refuses or else an
 * allowance. Depends on nothing but its arguments; whatever is not known is refused. Source: access.md section 3, A3, A5.
 */
export const decideClient: (facts: ClientFacts, question: ClientQuestion) => ClientDecision =
  makeDecideClient(CLIENT_CHECKS)
