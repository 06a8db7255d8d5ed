import { WHOLE_BP } from './definition.ts'
import type { Condition, FeatureRule } from './definition.ts'

/** A rule in JSONLogic, as flagd reads it. */
type Logic = string | number | boolean | null | readonly Logic[] | { readonly [operator: string]: Logic }

const variable = (name: string): Logic => ({ var: name })

const isOneOf = (name: string, list: readonly string[]): Logic => ({ in: [variable(name), list] })

const hasOneOf = (name: string, list: readonly string[]): Logic => ({
  or: list.map((item) => ({ in: [item, variable(name)] })),
})

/** Everything that a condition asks must hold. */
function fits(condition: Condition): Logic {
  return {
    and: [
      true,
      ...(condition.kinds ? [hasOneOf('kinds', condition.kinds)] : []),
      ...(condition.tiers ? [isOneOf('tier', condition.tiers)] : []),
      ...(condition.regions ? [isOneOf('region', condition.regions)] : []),
      ...(condition.plans ? [hasOneOf('plans', condition.plans)] : []),
    ],
  }
}

// Whoever has the feature stands in the first bucket, so that a growing share never takes it from anybody.
const shareOf = (shareBp: number): Logic => ({
  fractional: [
    ['share', shareBp],
    ['rest', WHOLE_BP - shareBp],
  ],
})

function shares({ definition, steps }: FeatureRule): Logic {
  if (definition.share_bp === null && steps.length === 0) return `default_${definition.default}`
  const arms: Logic[] = []
  let current = definition.share_bp ?? 0
  for (const { startsAt, shareBp } of steps) {
    arms.push({ '<': [variable('now'), startsAt.getTime()] }, shareOf(current))
    current = shareBp
  }
  return arms.length === 0 ? shareOf(current) : { if: [...arms, shareOf(current)] }
}

const isOverridden = (to: 'on' | 'off'): Logic => ({
  and: [{ '===': [variable('override'), to] }, { '<': [variable('now'), variable('override_until')] }],
})

function choice({ partnerChoice, definition }: FeatureRule): Logic[] {
  if (partnerChoice === 'none') return []
  const chosen = partnerChoice === 'opt_in' ? 'in' : 'out'
  const isChosen: Logic = { '===': [variable('choice'), chosen] }
  const may = definition.eligibility ? { and: [isChosen, fits(definition.eligibility)] } : isChosen
  return [may, `choice_${chosen}`]
}

function prerequisites({ prerequisites: keys }: FeatureRule): Logic[] {
  if (keys.length === 0) return []
  return [{ '!': [{ and: keys.map((key) => ({ '===': [variable(`met.${key}`), true] })) }] }, 'prerequisite']
}

/**
 * One feature as a flag of flagd. The whole order of resolution is in it, and the name of each variant is the branch that was
 * taken, so that the explanation is the decision. Source: registry.md section 2.
 */
export function compileFeature(rule: FeatureRule): Readonly<Record<string, unknown>> {
  const { definition } = rule
  const rules = definition.rules.flatMap(({ when, outcome }, index) => [
    fits(when),
    `rule_${index + 1}_${outcome}`,
  ])
  const variants = Object.fromEntries([
    ...['prerequisite', 'override_off', 'choice_out', 'rest', 'default_off'].map((name) => [name, false]),
    ...['override_on', 'choice_in', 'share', 'default_on'].map((name) => [name, true]),
    ...definition.rules.map(({ outcome }, index) => [`rule_${index + 1}_${outcome}`, outcome === 'on']),
  ])
  return {
    state: rule.status === 'active' ? 'ENABLED' : 'DISABLED',
    variants,
    defaultVariant: 'default_off',
    targeting: {
      if: [
        ...prerequisites(rule),
        isOverridden('on'),
        'override_on',
        isOverridden('off'),
        'override_off',
        ...choice(rule),
        ...rules,
        shares(rule),
      ],
    },
  }
}
