import { z } from 'zod'

/** Shares of partners are counted in basis points: 10,000 are all of them. */
export const WHOLE_BP = 10_000

export const KEY_PATTERN = /^[a-z][a-z0-9_]{1,39}$/

const KINDS = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'agency',
  'white_label',
] as const

const TIERS = ['standard', 'advanced', 'premier'] as const

const names = (maximum: number) =>
  z
    .array(
      z
        .string()
        .max(63)
        .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, hyphens and underscores'),
    )
    .min(1)
    .max(maximum)

/** What a partner must be: of one of the kinds, tiers and regions, and offering one of the plans; what is left out is not asked. */
export const Condition = z
  .strictObject({
    kinds: z.array(z.enum(KINDS)).min(1).max(KINDS.length).optional(),
    tiers: z.array(z.enum(TIERS)).min(1).max(TIERS.length).optional(),
    regions: names(50).optional(),
    plans: names(50).optional(),
  })
  .refine((condition) => Object.values(condition).some((list) => list !== undefined), {
    error: 'must name at least one kind, tier, region or plan',
  })

export type Condition = z.output<typeof Condition>

const Rule = z.strictObject({ when: Condition, outcome: z.enum(['on', 'off']) })

/** How a feature is decided, apart from what is set or chosen for one partner. */
export const Definition = z.strictObject({
  /** Who may choose for itself; null for everybody. */
  eligibility: Condition.nullable(),
  /** The first that a partner fits decides. */
  rules: z.array(Rule).max(20),
  /** The share of all other partners that has it; null where shares play no part. */
  share_bp: z.int().min(0).max(WHOLE_BP).nullable(),
  default: z.enum(['on', 'off']),
})

export type Definition = z.output<typeof Definition>

export const STATUSES = ['active', 'killed', 'retired'] as const
export const CHOICES = ['none', 'opt_in', 'opt_out'] as const

export type FeatureStatus = (typeof STATUSES)[number]
export type PartnerChoice = (typeof CHOICES)[number]

/** A step of a ramp: from this instant this share of partners has the feature. */
export interface RampStep {
  readonly startsAt: Date
  readonly shareBp: number
}

/** A feature as it is decided. */
export interface FeatureRule {
  readonly key: string
  readonly status: FeatureStatus
  readonly partnerChoice: PartnerChoice
  readonly prerequisites: readonly string[]
  readonly definition: Definition
  /** In the order of time. */
  readonly steps: readonly RampStep[]
}

/** What is known of a partner when its features are decided. */
export interface PartnerTraits {
  readonly kinds: readonly string[]
  readonly tier: string | null
  readonly region: string | null
  readonly plans: readonly string[]
}

/** What the provider set for a partner about one feature, and what the partner chose. */
export interface PartnerSetting {
  readonly override: 'on' | 'off' | null
  /** The first instant at which the override no longer holds. */
  readonly overrideUntil: Date | null
  readonly choice: 'in' | 'out' | null
}

/** The share that holds at an instant; null where shares play no part. */
export function shareAt(
  { definition, steps }: Pick<FeatureRule, 'definition' | 'steps'>,
  now: Date,
): number | null {
  const reached = steps.findLast(({ startsAt }) => startsAt.getTime() <= now.getTime())
  if (reached) return reached.shareBp
  return definition.share_bp ?? (steps.length > 0 ? 0 : null)
}
