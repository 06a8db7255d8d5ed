import type { Feature } from '@liaison/client'

import { linesOf } from '../shared/lines.ts'
import type { Condition } from './describe.ts'

export const kinds = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'agency',
  'white_label',
] as const
export const tiers = ['standard', 'advanced', 'premier'] as const
export const choices = ['none', 'opt_in', 'opt_out'] as const

export type ConditionDraft = {
  kinds: (typeof kinds)[number][]
  tiers: (typeof tiers)[number][]
  regions: string
  plans: string
}

export type RuleDraft = { when: ConditionDraft; outcome: 'on' | 'off' }

/** A feature as a person fills it in. */
export type Draft = {
  key: string
  name: string
  description: string
  owner: string
  choice: (typeof choices)[number]
  needs: string
  standard: 'on' | 'off'
  percent: string
  eligible: ConditionDraft
  rules: RuleDraft[]
  reason: string
}

export const blankCondition: ConditionDraft = { kinds: [], tiers: [], regions: '', plans: '' }

export const blankDraft: Draft = {
  key: '',
  name: '',
  description: '',
  owner: '',
  choice: 'none',
  needs: '',
  standard: 'off',
  percent: '',
  eligible: blankCondition,
  rules: [],
  reason: '',
}

function fromCondition(condition: Condition | null): ConditionDraft {
  if (condition === null) return blankCondition
  const { kinds: ofKinds = [], tiers: ofTiers = [], regions = [], plans = [] } = condition
  return { kinds: ofKinds, tiers: ofTiers, regions: regions.join('\n'), plans: plans.join('\n') }
}

/** What a feature is now, ready to be changed. */
export function draftOf(feature: Feature): Draft {
  return {
    key: feature.key,
    name: feature.name,
    description: feature.description,
    owner: feature.owner_name,
    choice: feature.partner_choice,
    needs: feature.prerequisites.join('\n'),
    standard: feature.default,
    percent: feature.share_now_bp === null ? '' : String(feature.share_now_bp / 100),
    eligible: fromCondition(feature.eligibility),
    rules: feature.rules.map(({ when, outcome }) => ({ when: fromCondition(when), outcome })),
    reason: '',
  }
}

function toCondition(draft: ConditionDraft): Condition {
  const [regions, plans] = [linesOf(draft.regions), linesOf(draft.plans)]
  return {
    ...(draft.kinds.length > 0 && { kinds: draft.kinds }),
    ...(draft.tiers.length > 0 && { tiers: draft.tiers }),
    ...(regions.length > 0 && { regions }),
    ...(plans.length > 0 && { plans }),
  }
}

/** What the server is asked to save. */
export function toTerms(draft: Draft) {
  const eligibility = toCondition(draft.eligible)
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    owner_name: draft.owner.trim(),
    partner_choice: draft.choice,
    prerequisites: linesOf(draft.needs),
    eligibility: Object.keys(eligibility).length === 0 ? null : eligibility,
    rules: draft.rules.map(({ when, outcome }) => ({ when: toCondition(when), outcome })),
    share_bp: draft.percent.trim() === '' ? null : Math.round(Number(draft.percent) * 100),
    default: draft.standard,
    reason: draft.reason.trim(),
  }
}
