import { PERMISSIONS } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { CHOICES, Definition, KEY_PATTERN, STATUSES, shareAt } from './definition.ts'
import type { FeatureRule } from './definition.ts'
import { BRANCHES } from './evaluator.ts'
import type { Branch, Resolution } from './evaluator.ts'
import type { FeatureRow, StepRow } from './store.ts'

export const FeatureKey = z.string().max(40).regex(KEY_PATTERN, 'must be the key of a feature')
export const FeatureParams = z.strictObject({ key: FeatureKey })

const DefinitionBody = Definition.shape

export const FeatureBody = z.strictObject({
  key: z.string(),
  name: z.string(),
  description: z.string(),
  owner_name: z.string(),
  status: z.enum(STATUSES),
  partner_choice: z.enum(CHOICES),
  prerequisites: z.array(z.string()),
  eligibility: DefinitionBody.eligibility,
  rules: DefinitionBody.rules,
  share_bp: DefinitionBody.share_bp.meta({ description: 'The share before the first step of a ramp.' }),
  default: DefinitionBody.default,
  share_now_bp: z
    .int()
    .nullable()
    .meta({ description: 'The share that holds now; null where shares play no part.' }),
  steps: z.array(
    z.strictObject({
      starts_at: z.string(),
      share_bp: z.int(),
      is_reached: z.boolean(),
      created_by_name: z.string(),
    }),
  ),
  built_in: z.boolean(),
  permissions: z.array(z.string()).meta({ description: 'The permissions that nobody has while it is off.' }),
  clean_up_by: z.string().nullable(),
  reason: z.string(),
  version: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

/** A feature as it is decided, from how it is kept. */
export function ruleOf(row: FeatureRow, steps: readonly StepRow[]): FeatureRule {
  return {
    key: row.key,
    status: row.status,
    partnerChoice: row.partner_choice,
    prerequisites: row.prerequisites,
    definition: row.definition,
    steps: steps.map((step) => ({ startsAt: step.starts_at, shareBp: step.share_bp })),
  }
}

/** A feature as the provider reads it. */
export function toFeature(
  row: FeatureRow,
  steps: readonly StepRow[],
  now: Date,
): z.output<typeof FeatureBody> {
  return {
    key: row.key,
    name: row.name,
    description: row.description,
    owner_name: row.owner_name,
    status: row.status,
    partner_choice: row.partner_choice,
    prerequisites: [...row.prerequisites],
    ...row.definition,
    share_now_bp: shareAt(ruleOf(row, steps), now),
    steps: steps.map((step) => ({
      starts_at: step.starts_at.toISOString(),
      share_bp: step.share_bp,
      is_reached: step.starts_at.getTime() <= now.getTime(),
      created_by_name: step.created_by_name,
    })),
    built_in: row.built_in,
    permissions: PERMISSIONS.filter(({ feature }) => feature === row.key).map(({ name }) => name),
    clean_up_by: row.clean_up_by,
    reason: row.reason,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

/** Why somebody has a feature or not, as it is told. */
export const ResolutionBody = z.strictObject({
  is_on: z.boolean(),
  branch: z.enum(BRANCHES),
  rule: z.int().nullable().meta({ description: 'Which rule decided, counted from one.' }),
  reason: z.string().meta({ description: 'The reason in the words of OpenFeature.' }),
  sentence: z.string(),
})

const SENTENCES: Readonly<Record<Branch, string>> = {
  unknown: 'The feature does not exist, so it is off.',
  killed: 'The kill switch is on: nobody has the feature.',
  retired: 'The feature is retired: nobody has it.',
  prerequisite: 'Another feature that it needs is off for the partner.',
  override_on: 'The provider switched it on for the partner.',
  override_off: 'The provider switched it off for the partner.',
  choice_in: 'The partner opted in.',
  choice_out: 'The partner opted out.',
  rule: 'A rule by kind, tier, region or plan decides for the partner.',
  share: 'The partner is in the share that has it so far.',
  rest: 'The partner is not in the share that has it so far.',
  default_on: 'Nothing else says anything, and it is on by default.',
  default_off: 'Nothing else says anything, and it is off by default.',
}

export function toResolution({ isOn, branch, rule, reason }: Resolution): z.output<typeof ResolutionBody> {
  return { is_on: isOn, branch, rule, reason, sentence: SENTENCES[branch] }
}

/** The order of resolution; each branch belongs to one of its steps. */
const STEPS = [
  { step: 'kill_switch', says: 'Is the kill switch on?', branches: ['killed', 'retired', 'unknown'] },
  { step: 'prerequisites', says: 'Is every feature that it needs on?', branches: ['prerequisite'] },
  {
    step: 'override',
    says: 'Did the provider set it for this partner?',
    branches: ['override_on', 'override_off'],
  },
  { step: 'choice', says: 'Did the partner choose, and may it?', branches: ['choice_in', 'choice_out'] },
  { step: 'rules', says: 'Does a rule by kind, tier, region or plan fit?', branches: ['rule'] },
  { step: 'share', says: 'Is the partner in the share that has it?', branches: ['share', 'rest'] },
  { step: 'default', says: 'What holds by default?', branches: ['default_on', 'default_off'] },
] as const satisfies readonly { step: string; says: string; branches: readonly Branch[] }[]

export const StepsBody = z.array(
  z.strictObject({
    step: z.string(),
    question: z.string(),
    state: z.enum(['passed', 'decided', 'not_asked']),
  }),
)

/** The order of resolution with the step that decided. */
export function toSteps(branch: Branch): z.output<typeof StepsBody> {
  const decided = STEPS.findIndex(({ branches }) => branches.some((name) => name === branch))
  return STEPS.map(({ step, says }, index) => ({
    step,
    question: says,
    state: index < decided ? 'passed' : index === decided ? 'decided' : 'not_asked',
  }))
}

export const publicPartner = (id: string) => publicIdOf('partner', id)
