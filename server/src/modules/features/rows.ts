import { z } from 'zod'
import { JsonInstant } from '#platform/database-json.ts'
import { CHOICES, Definition, STATUSES } from './definition.ts'
import type { FeatureRule, PartnerSetting } from './definition.ts'
import type { Partner } from './evaluator.ts'

const DefinitionRow = z.object({
  key: z.string(),
  status: z.enum(STATUSES),
  partner_choice: z.enum(CHOICES),
  prerequisites: z.array(z.string()),
  definition: Definition,
  steps: z.array(z.object({ starts_at: JsonInstant, share_bp: z.int() })),
})

const PartnerRow = z.object({
  id: z.string(),
  kinds: z.array(z.string()),
  tier: z.string().nullable(),
  region: z.string().nullable(),
  plans: z.array(z.string()),
  settings: z.array(
    z.object({
      key: z.string(),
      override: z.enum(['on', 'off']).nullable(),
      override_until: JsonInstant.nullable(),
      choice: z.enum(['in', 'out']).nullable(),
    }),
  ),
})

/** The statement that reads every feature. */
export const READ_DEFINITIONS = 'select * from access.feature_definitions()'
/** The statement that reads some partners, or all of them for null. */
export const READ_PARTNERS = 'select * from access.feature_partners($1)'

const NO_SETTINGS: ReadonlyMap<string, PartnerSetting> = new Map()

/** A feature as it is decided. Throws for a row that holds no definition. */
export function toRule(row: unknown): FeatureRule {
  const { key, status, partner_choice: partnerChoice, ...rest } = DefinitionRow.parse(row)
  return {
    key,
    status,
    partnerChoice,
    prerequisites: rest.prerequisites,
    definition: rest.definition,
    steps: rest.steps.map((step) => ({ startsAt: step.starts_at, shareBp: step.share_bp })),
  }
}

/** A partner with what is set and chosen for it. */
export function toPartner(row: unknown): Partner {
  const { id, kinds, tier, region, plans, settings } = PartnerRow.parse(row)
  const entries = settings.map(
    ({ key, override, override_until: overrideUntil, choice }) =>
      [key, { override, overrideUntil, choice }] as const,
  )
  return {
    id,
    traits: { kinds, tier, region, plans },
    settings: entries.length === 0 ? NO_SETTINGS : new Map(entries),
  }
}
