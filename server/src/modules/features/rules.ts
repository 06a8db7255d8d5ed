import type { FieldFaultBody } from '#platform/problem.ts'
import { shareAt } from './definition.ts'
import type { FeatureRule, RampStep } from './definition.ts'
import { findFault } from './evaluator.ts'

const fault = (pointer: string, code: string, detail: string): FieldFaultBody => ({ pointer, code, detail })

/** The keys on a circle through the feature, in order; null when there is none. */
function findCircle(rules: ReadonlyMap<string, FeatureRule>, start: FeatureRule): string[] | null {
  const visit = (key: string, path: readonly string[]): string[] | null => {
    if (key === start.key) return [...path, key]
    if (path.includes(key)) return null
    for (const needed of rules.get(key)?.prerequisites ?? []) {
      const circle = visit(needed, [...path, key])
      if (circle) return circle
    }
    return null
  }
  for (const needed of start.prerequisites) {
    const circle = visit(needed, [start.key])
    if (circle) return circle
  }
  return null
}

function findPrerequisiteFaults(
  candidate: FeatureRule,
  others: ReadonlyMap<string, FeatureRule>,
): FieldFaultBody[] {
  const faults = candidate.prerequisites.flatMap((key, index) => {
    const pointer = `/body/prerequisites/${index}`
    if (key === candidate.key) return [fault(pointer, 'CIRCLE', 'A feature does not depend on itself.')]
    const needed = others.get(key)
    if (!needed) return [fault(pointer, 'UNKNOWN_FEATURE', `No feature has the key ${key}.`)]
    if (needed.status === 'retired')
      return [fault(pointer, 'RETIRED_FEATURE', `The feature ${key} is retired, so it is never on.`)]
    return candidate.prerequisites.indexOf(key) === index ? [] : [fault(pointer, 'TWICE', 'Named twice.')]
  })
  if (faults.length > 0) return faults
  const circle = findCircle(others, candidate)
  return circle
    ? [fault('/body/prerequisites', 'CIRCLE', `The prerequisites form a circle: ${circle.join(', ')}.`)]
    : []
}

/** Whether the evaluator takes the whole set with this feature in it; tried on one that nobody uses. */
function findEvaluatorFaults(
  candidate: FeatureRule,
  others: ReadonlyMap<string, FeatureRule>,
): FieldFaultBody[] {
  const story = findFault([...others.values(), candidate])
  return story === null
    ? []
    : [fault('/body', 'NOT_EVALUATED', `The feature cannot be evaluated: ${story.slice(0, 200)}`)]
}

/** Everything that keeps a feature from being saved, found before anything is changed. Source: C3. */
export function findFeatureFaults(candidate: FeatureRule, all: readonly FeatureRule[]): FieldFaultBody[] {
  const others = new Map(all.filter(({ key }) => key !== candidate.key).map((rule) => [rule.key, rule]))
  const { definition, steps } = candidate
  const faults = findPrerequisiteFaults(candidate, others)
  if (definition.default === 'on' && (definition.share_bp !== null || steps.length > 0))
    faults.push(
      fault(
        '/body/share_bp',
        'SHARE_OF_ALL',
        'What is on for everybody else has no share. Set the default to off.',
      ),
    )
  return faults.length > 0 ? faults : findEvaluatorFaults(candidate, others)
}

/** Everything that is wrong with a planned ramp: it lies ahead, and only ever grows. */
export function findRampFaults(rule: FeatureRule, steps: readonly RampStep[], now: Date): FieldFaultBody[] {
  if (rule.definition.default === 'on')
    return [
      fault(
        '/body/steps',
        'SHARE_OF_ALL',
        'What is on for everybody else has no share. Set the default to off.',
      ),
    ]
  let share = shareAt(rule, now) ?? 0
  let before = now
  return steps.flatMap(({ startsAt, shareBp }, index) => {
    const found: FieldFaultBody[] = []
    if (startsAt.getTime() <= before.getTime())
      found.push(
        fault(
          `/body/steps/${index}/starts_at`,
          'NOT_LATER',
          index === 0 ? 'A step lies ahead.' : 'Each step is later than the one before it.',
        ),
      )
    if (shareBp < share)
      found.push(
        fault(
          `/body/steps/${index}/share_bp`,
          'TAKES_AWAY',
          'A ramp only grows. Lower the share itself to take the feature away from partners.',
        ),
      )
    share = Math.max(share, shareBp)
    before = startsAt
    return found
  })
}
