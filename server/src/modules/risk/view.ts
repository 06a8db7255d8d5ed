import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { RISK_RULES } from './settings.ts'
import type { CaseEventRow, CaseRow, RuleRow, RuleVersionRow } from './store.ts'
import { CASE_CATEGORIES, CASE_OUTCOMES, CASE_STATES, RISK_EFFECTS } from './tables.ts'

export const CaseParams = z.strictObject({ risk_case_id: publicId('risk_case') })

const FindingBody = z.strictObject({
  rule: z.string(),
  effect: z.enum(RISK_EFFECTS),
  version: z.int().meta({ description: 'The version of the rule; 0 while nobody had set it.' }),
  facts: z.record(z.string(), z.unknown()).meta({ description: 'What was seen. For the provider alone.' }),
})

export const CaseBody = z.strictObject({
  risk_case_id: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  referral_id: z
    .string()
    .nullable()
    .meta({ description: 'The referral that came of the sign-up; null when none did.' }),
  outcome: z.enum(CASE_OUTCOMES),
  rules: z.array(z.string()),
  category: z.enum(CASE_CATEGORIES).meta({ description: 'What the partner may know about it.' }),
  state: z.enum(CASE_STATES),
  evidence: z.array(FindingBody),
  opened_by_name: z.string().nullable().meta({ description: 'Who opened it by hand; null when a rule did.' }),
  decided_by_name: z.string().nullable(),
  decided_at: z.string().nullable(),
  reason: z.string().nullable(),
  version: z.int(),
  created_at: z.string(),
})

export const CaseDetailBody = CaseBody.extend({
  events: z.array(
    z.strictObject({
      action: z.enum(['flagged', 'attached', 'released', 'confirmed']),
      actor_name: z.string().nullable(),
      occurred_at: z.string(),
    }),
  ),
}).strict()

const Findings = z.array(FindingBody)

/** A case as the provider reads it. */
export function toCase(row: CaseRow): z.input<typeof CaseBody> {
  return {
    risk_case_id: publicIdOf('risk_case', row.id),
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    tenant_id: row.tenant_id && publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    referral_id: row.referral_id && publicIdOf('referral', row.referral_id),
    outcome: row.outcome,
    rules: [...row.rules],
    category: row.category,
    state: row.state,
    evidence: Findings.parse(row.evidence),
    opened_by_name: row.opened_by_name,
    decided_by_name: row.decided_by_name,
    decided_at: row.decided_at?.toISOString() ?? null,
    reason: row.reason,
    version: row.version,
    created_at: row.created_at.toISOString(),
  }
}

/** What happened to a case, without its details, which the case itself tells. */
export const toCaseEvent = (row: CaseEventRow) => ({
  action: row.action,
  actor_name: row.actor_name,
  occurred_at: row.occurred_at.toISOString(),
})

export const RuleBody = z.strictObject({
  rule: z.enum(RISK_RULES),
  category: z.enum(CASE_CATEGORIES),
  effect: z.enum(RISK_EFFECTS),
  settings: z.record(z.string(), z.unknown()),
  version: z.int().meta({ description: '0 while nobody has set the rule and the defaults hold.' }),
  reason: z.string().nullable(),
  set_by_name: z.string().nullable(),
  set_at: z.string().nullable(),
})

/** A rule as it counts now. */
export function toRuleBody(row: RuleRow): z.input<typeof RuleBody> {
  return {
    rule: row.rule,
    category: row.category,
    effect: row.effect,
    settings: { ...row.settings },
    version: row.number,
    reason: row.reason,
    set_by_name: row.setByName,
    set_at: row.setAt?.toISOString() ?? null,
  }
}

export const RuleVersionBody = z.strictObject({
  version: z.int(),
  effect: z.enum(RISK_EFFECTS),
  settings: z.record(z.string(), z.unknown()),
  reason: z.string().nullable(),
  set_by_name: z.string(),
  set_at: z.string(),
})

/** One earlier or present setting of a rule. */
export const toRuleVersion = (row: RuleVersionRow): z.input<typeof RuleVersionBody> => ({
  version: row.number,
  effect: row.effect,
  settings: { ...row.settings },
  reason: row.reason,
  set_by_name: row.set_by_name,
  set_at: row.created_at.toISOString(),
})
