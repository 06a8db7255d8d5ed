import type { Check } from './check.ts'
import { PARTY_CHECKS, REACH_CHECKS } from './checks-caller.ts'
import { REQUEST_CHECKS } from './checks-request.ts'
import { RIGHTS_CHECKS, rightsMask } from './checks-rights.ts'
import type { Decision, Step } from './decision.ts'
import type { Facts, Question } from './facts.ts'
import { EMPTY_MASK } from './mask.ts'
import type { Mask } from './mask.ts'
import { narrate } from './narrate.ts'
import { PERMISSIONS, findPermission } from './permissions.ts'
import { DECISION_STATUS } from './refusals.ts'
import type { RefusalCode } from './refusals.ts'
import type { World } from './world.ts'

/** The decision order of access.md section 3: the one table behind enforcement, explanation and effective rights. */
export const CHECKS: readonly Check[] = Object.freeze([
  ...PARTY_CHECKS,
  ...REACH_CHECKS,
  ...RIGHTS_CHECKS,
  ...REQUEST_CHECKS,
])

const CALLER_CHECKS = CHECKS.filter((check) => check.about === 'caller')

const ALLOWED: Decision = Object.freeze({ effect: 'allow', code: 'ALLOWED', status: 200 })

function toDecision(refusal: RefusalCode | null): Decision {
  return refusal === null ? ALLOWED : { effect: 'deny', code: refusal, status: DECISION_STATUS[refusal] }
}

function openWorld(facts: Facts, question: Question): World {
  return { facts, question, permission: findPermission(question.permission), rights: null }
}

function runCheck(check: Check, world: World): RefusalCode | null {
  return check.applies && !check.applies(world) ? null : check.test(world)
}

const isJudging = (check: Check): boolean => check.informs !== true

function findRefusal(checks: readonly Check[], world: World): RefusalCode | null {
  for (const check of checks) {
    const refusal = runCheck(check, world)
    if (refusal !== null) return refusal
  }
  return null
}

function traceSteps(checks: readonly Check[], world: World): Decision {
  const steps: Step[] = []
  let refusal: RefusalCode | null = null
  for (const check of checks) {
    const isReached: boolean = refusal === null
    const found: RefusalCode | null = isReached ? runCheck(check, world) : null
    steps.push(narrate({ check, world, isReached, refusal: found }))
    refusal ??= found
  }
  return { ...toDecision(refusal), steps }
}

export interface DecideOptions {
  /** Keeps the steps. The effect, code and status are the same with and without. */
  readonly trace?: boolean
}

/** A decision function over one table of checks. The kernel's own table is `CHECKS`; tests change it to see it noticed. */
export function makeDecide(checks: readonly Check[]) {
  const judging = checks.filter(isJudging)
  return (facts: Facts, question: Question, options: DecideOptions = {}): Decision => {
    const world = openWorld(facts, question)
    return options.trace ? traceSteps(checks, world) : toDecision(findRefusal(judging, world))
  }
}

/**
 * Whether the permission may be used now, as the first check that refuses or else an allowance. Depends on nothing
 * but its arguments; whatever is not known is refused. With `trace`, every check is told as a step.
 * Source: access.md section 3.
 */
export const decide: (facts: Facts, question: Question, options?: DecideOptions) => Decision =
  makeDecide(CHECKS)

/**
 * The permissions that `decide` would allow this actor on this plane (and, on the delegation plane, in this tenant),
 * leaving aside what belongs to a single request: conditions, freshness of the factor, the record asked for, the rate
 * limit, a token's epoch, and the ids a question names.
 */
export function effectiveMask(facts: Facts): Mask {
  const [first] = PERMISSIONS
  if (!first) return EMPTY_MASK
  const world = openWorld(facts, { permission: first.name })
  return findRefusal(CALLER_CHECKS, world) === null ? rightsMask(world) : EMPTY_MASK
}
