import './features-words.ts'
import type { Feature } from '@liaison/client'

import { formatPercent } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

export type Condition = NonNullable<Feature['eligibility']>

/** A share in words: "12.5 %". */
export function formatShare(shareBp: number): string {
  return formatPercent(shareBp / 100)
}

function listed(prefix: string | null, values: readonly string[] | undefined): string | null {
  if (values === undefined) return null
  return values.map((value) => (prefix === null ? value : tValue(prefix, value))).join(t('condition.or'))
}

/** A condition as a part of a sentence: "the partner is Auditor and its region is it-north". */
function describeCondition({ kinds, tiers, regions, plans }: Condition): string {
  const parts = [
    ['condition.kinds', listed('kind', kinds)],
    ['condition.tiers', listed('tier', tiers)],
    ['condition.regions', listed(null, regions)],
    ['condition.plans', listed(null, plans)],
  ] as const
  return parts.flatMap(([id, list]) => (list === null ? [] : [t(id, { list })])).join(t('condition.and'))
}

/** Who has a feature apart from what is set, chosen or ruled, in a few words. */
export function describeWho(feature: Feature): string {
  if (feature.status !== 'active') return t(`feature_who.${feature.status}`)
  if (feature.share_now_bp === null) return t(`feature_who.${feature.default}`)
  const share = formatShare(feature.share_now_bp)
  const next = feature.steps.findLast(({ is_reached: isReached }) => !isReached)
  return next === undefined
    ? t('feature_who.share', { share })
    : t('feature_who.ramp', { share, last: formatShare(next.share_bp) })
}

/** The order of resolution of one feature, a sentence for each step. */
export function describeSteps(feature: Feature): string[] {
  const { prerequisites, partner_choice: choice, eligibility, rules } = feature
  const who = eligibility === null ? '' : t('feature.step_who', { condition: describeCondition(eligibility) })
  return [
    t(feature.status === 'active' ? 'feature.step_not_killed' : 'feature.step_killed'),
    prerequisites.length > 0
      ? t('feature.step_needs', { features: prerequisites.join(', ') })
      : t('feature.step_no_needs'),
    t('feature.step_override'),
    choice === 'none' ? t('feature.step_choice_none') : t(`feature.step_choice_${choice}`, { who }),
    ...(rules.length === 0
      ? [t('feature.step_no_rules')]
      : rules.map(({ when, outcome }) =>
          t(`feature.step_rule_${outcome}`, { condition: describeCondition(when) }),
        )),
    feature.share_now_bp === null
      ? t('feature.step_no_share')
      : t('feature.step_share', { share: formatShare(feature.share_now_bp) }),
    t(`feature.step_default_${feature.default}`),
  ]
}
