import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { idFromUuid } from '@liaison/access'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import { RISK_RULES } from './settings.ts'
import type { RiskRule } from './settings.ts'
import { CASE_CATEGORIES, RISK_EFFECTS } from './tables.ts'
import type { CaseCategory, CaseOutcome, CaseState, RiskEffect, RiskTables } from './tables.ts'

type Platform = Mandate<'platform'>
type CaseId = IdOf<'risk_case'>

/** Which cases a list shows. */
export interface CaseFilter {
  readonly state?: readonly CaseState[] | undefined
  readonly outcome?: readonly CaseOutcome[] | undefined
  readonly partnerId?: PartnerId | undefined
  readonly tenantId?: TenantId | undefined
}

function cases(mandate: Platform) {
  return tables<RiskTables>(mandate)
    .selectFrom('risk_case as c')
    .innerJoin('partner as p', 'p.id', 'c.partner_id')
    .leftJoin('tenant as t', 't.id', 'c.tenant_id')
}

function selectCases(mandate: Platform) {
  return cases(mandate).selectAll('c').select(['p.name as partner_name', 't.name as tenant_name'])
}

export type CaseRow = Awaited<ReturnType<ReturnType<typeof selectCases>['execute']>>[number]

function matching(filter: CaseFilter) {
  const conditions = [sql<boolean>`true`]
  if (filter.state) conditions.push(sql<boolean>`c.state = any(${[...filter.state]})`)
  if (filter.outcome) conditions.push(sql<boolean>`c.outcome = any(${[...filter.outcome]})`)
  if (filter.partnerId) conditions.push(sql<boolean>`c.partner_id = ${filter.partnerId}`)
  if (filter.tenantId) conditions.push(sql<boolean>`c.tenant_id = ${filter.tenantId}`)
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/** A page of the cases, open ones first, the oldest of them on top, with how many there are. */
export async function listCases(
  mandate: Platform,
  filter: CaseFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: CaseRow[]; total: number }> {
  const rows = await selectCases(mandate)
    .where(matching(filter))
    .orderBy(sql`(c.state <> 'open')`)
    .orderBy(sql`case when c.state = 'open' then c.created_at end`)
    .orderBy('c.decided_at', 'desc')
    .orderBy('c.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await cases(mandate)
    .where(matching(filter))
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

/** One case. Throws RISK_CASE_NOT_FOUND. */
export async function getCase(mandate: Platform, id: CaseId): Promise<CaseRow> {
  const row = await selectCases(mandate).where('c.id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'RISK_CASE_NOT_FOUND', 'No case has this id.')
  return row
}

/** What happened to a case, in the order of time. */
export function listCaseEvents(mandate: Platform, id: CaseId) {
  return tables<RiskTables>(mandate)
    .selectFrom('risk_event')
    .select(['action', 'actor_name', 'details', 'occurred_at'])
    .where('case_id', '=', id)
    .orderBy('occurred_at')
    .limit(200)
    .execute()
}

export type CaseEventRow = Awaited<ReturnType<typeof listCaseEvents>>[number]

/** Has payments of a partner that are taken now be earned first: what follows from a case looks at all that it earned. */
async function waitForPayments(mandate: Platform, partnerId: string): Promise<void> {
  await runStatements(mandate, [{ text: 'select access.lock_ledger(array[$1::uuid])', values: [partnerId] }])
}

/**
 * Decides a case that was read in this version; what follows for earnings and the referral happens with it, in the database.
 * Throws PRECONDITION_FAILED, RISK_CASE_DECIDED and RISK_OWN_PARTNER.
 */
export async function decideCase(
  mandate: Platform,
  read: { readonly id: string; readonly partnerId: string; readonly version: number },
  decision: { readonly state: 'released' | 'confirmed'; readonly reason: string },
): Promise<void> {
  await waitForPayments(mandate, read.partnerId)
  const updated = await guarded(
    tables<RiskTables>(mandate)
      .updateTable('risk_case')
      .set({ state: decision.state, reason: decision.reason, version: read.version + 1 })
      .where('id', '=', read.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The case changed after it was read.')
}

/** Opens a case about a referral by hand. Throws RISK_REFERRAL_NOT_FOUND and RISK_CASE_OPEN. */
export async function openCase(mandate: Platform, referral: IdOf<'referral'>, note: string): Promise<CaseId> {
  const row = await tables<RiskTables>(mandate)
    .selectFrom('referral')
    .select(['id', 'partner_id', 'program_id', 'tenant_id'])
    .where('id', '=', referral)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'RISK_REFERRAL_NOT_FOUND', 'No referral has this id.')
  await waitForPayments(mandate, row.partner_id)
  const finding = { rule: 'manual', effect: 'hold', version: 0, facts: { note } }
  const made = await guarded(
    tables<RiskTables>(mandate)
      .insertInto('risk_case')
      .values({
        partner_id: row.partner_id,
        program_id: row.program_id,
        tenant_id: row.tenant_id,
        referral_id: row.id,
        outcome: 'hold',
        rules: ['manual'],
        category: 'review',
        evidence: sql`${JSON.stringify([finding])}::jsonb`,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('risk_case', made.id)
}

/** A rule as it counts now; number 0 while nobody has set it. */
export interface RuleRow {
  readonly rule: RiskRule
  readonly category: CaseCategory
  readonly number: number
  readonly effect: RiskEffect
  readonly settings: Readonly<Record<string, unknown>>
  readonly reason: string | null
  readonly setByName: string | null
  readonly setAt: Date | null
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)

function toRule(row: Readonly<Record<string, unknown>>): RuleRow {
  const rule = RISK_RULES.find((name) => name === row['rule'])
  const effect = RISK_EFFECTS.find((name) => name === row['effect'])
  const category = CASE_CATEGORIES.find((name) => name === row['category'])
  const settings = row['settings']
  if (!rule || !effect || !category || typeof settings !== 'object' || settings === null)
    throw new Error('The database keeps a rule that is not known here.')
  return {
    rule,
    effect,
    category,
    number: Number(row['number']),
    settings: { ...settings },
    reason: textOrNull(row['reason']),
    setByName: textOrNull(row['set_by_name']),
    setAt: row['set_at'] instanceof Date ? row['set_at'] : null,
  }
}

/** The rules of the default program as they count now, with the program's id. */
export async function listRules(mandate: Platform): Promise<{ programId: string; rules: RuleRow[] }> {
  const program = await tables<RiskTables>(mandate)
    .selectFrom('program')
    .select('id')
    .where('code', '=', 'standard')
    .executeTakeFirstOrThrow()
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.risk_rules($1) order by place', values: [program.id] },
  ])
  return { programId: program.id, rules: (result?.rows ?? []).map(toRule) }
}

/** The earlier settings of a rule, newest first. */
export function listRuleVersions(mandate: Platform, programId: string, rule: RiskRule) {
  return tables<RiskTables>(mandate)
    .selectFrom('risk_rule')
    .select(['number', 'effect', 'settings', 'reason', 'set_by_name', 'created_at'])
    .where('program_id', '=', programId)
    .where('rule', '=', rule)
    .orderBy('number', 'desc')
    .limit(200)
    .execute()
}

export type RuleVersionRow = Awaited<ReturnType<typeof listRuleVersions>>[number]

/** Sets a rule anew, as a further version. Throws PRECONDITION_FAILED when somebody else did so first. */
export async function putRule(
  mandate: Platform,
  at: { readonly programId: string; readonly rule: RiskRule; readonly number: number },
  terms: {
    readonly effect: RiskEffect
    readonly settings: Readonly<Record<string, unknown>>
    readonly reason: string
  },
): Promise<void> {
  await guarded(
    tables<RiskTables>(mandate)
      .insertInto('risk_rule')
      .values({
        program_id: at.programId,
        rule: at.rule,
        number: at.number,
        effect: terms.effect,
        settings: terms.settings,
        reason: terms.reason,
        set_by_name: mandate.actor.name,
      })
      .execute(),
  )
}
