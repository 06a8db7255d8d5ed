import { idFromUuid } from '@liaison/access'
import type { IdOf, LinkId, TenantId } from '@liaison/access'
import type { Selectable } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { ruleNotFound } from './problems.ts'
import type { AlertTables } from './tables.ts'

export type RuleId = IdOf<'alert_rule'>

type Portfolio = Mandate<'portfolio'>

/** A rule with the names of what it is attached to. */
export type RuleRow = Selectable<AlertTables['alert_rule']> & {
  readonly group_name: string | null
  readonly tenant_name: string | null
}

/** What a rule is attached to. */
export type RuleTarget =
  | { readonly kind: 'all' }
  | { readonly kind: 'group'; readonly groupId: string }
  | { readonly kind: 'link'; readonly linkId: LinkId; readonly tenantId: TenantId }

/** How alerts of a rule are raised and told. */
export interface RuleTerms {
  readonly is_enabled: boolean
  readonly warning: number | null
  readonly critical: number | null
  readonly channels: string[]
  readonly digest: 'none' | 'hourly' | 'daily'
}

const on = (mandate: Portfolio) => tables<AlertTables>(mandate)

function rules(mandate: Portfolio) {
  return on(mandate)
    .selectFrom('alert_rule as r')
    .leftJoin('tenant_group as g', 'g.id', 'r.group_id')
    .leftJoin('tenant as t', 't.id', 'r.tenant_id')
    .selectAll('r')
    .select(['g.name as group_name', 't.name as tenant_name'])
    .where('r.partner_id', '=', mandate.partner.id)
}

/** The partner's rules that concern what the caller reaches: a rule of a tenant that is not reached is not shown. */
export async function listRules(mandate: Portfolio): Promise<RuleRow[]> {
  return rules(mandate)
    .where((eb) =>
      eb.or([
        eb('r.tenant_id', 'is', null),
        ...(mandate.tenantIds.length > 0 ? [eb('r.tenant_id', 'in', mandate.tenantIds)] : []),
      ]),
    )
    .orderBy('r.type')
    .orderBy('r.created_at')
    .orderBy('r.id')
    .execute()
}

/** One rule. Throws ALERT_RULE_NOT_FOUND also for a rule of another partner, or of a tenant that is not reached. */
export async function getRule(mandate: Portfolio, id: RuleId): Promise<RuleRow> {
  const row = await rules(mandate).where('r.id', '=', id).executeTakeFirst()
  const reached =
    row && (row.tenant_id === null || mandate.tenantIds.some((tenantId) => tenantId === row.tenant_id))
  if (!row || !reached) throw ruleNotFound()
  return row
}

/** Makes a rule. Throws ALERT_RULE_EXISTS. */
export async function insertRule(
  mandate: Portfolio,
  rule: { readonly type: string; readonly target: RuleTarget },
  terms: RuleTerms,
): Promise<RuleId> {
  const { type, target } = rule
  try {
    const row = await on(mandate)
      .insertInto('alert_rule')
      .values({
        partner_id: mandate.partner.id,
        type,
        applies_to: target.kind,
        group_id: target.kind === 'group' ? target.groupId : null,
        link_id: target.kind === 'link' ? target.linkId : null,
        tenant_id: target.kind === 'link' ? target.tenantId : null,
        ...terms,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return idFromUuid('alert_rule', row.id)
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(
      409,
      'ALERT_RULE_EXISTS',
      'There is a rule for this kind of alert and these customers already.',
      { cause: error },
    )
  }
}

/** Changes a rule that was read in this version. Throws PRECONDITION_FAILED. */
export async function updateRule(
  mandate: Portfolio,
  read: { readonly id: string; readonly version: number },
  terms: RuleTerms,
): Promise<void> {
  const updated = await on(mandate)
    .updateTable('alert_rule')
    .set({ ...terms, version: read.version + 1 })
    .where('id', '=', read.id)
    .where('version', '=', read.version)
    .executeTakeFirst()
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The rule changed after it was read.')
}

/** Deletes a rule: the next wider one, or the default, holds again. */
export async function deleteRule(mandate: Portfolio, id: string): Promise<void> {
  await on(mandate).deleteFrom('alert_rule').where('id', '=', id).execute()
}

/** What holds without a rule, for every kind of alert. */
export function listDefaults(mandate: Portfolio) {
  return on(mandate).selectFrom('alert_default').selectAll().orderBy('area').orderBy('type').execute()
}
