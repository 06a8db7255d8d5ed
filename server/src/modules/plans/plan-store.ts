import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { containsPattern } from '#platform/list.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { guarded } from './refusals.ts'
import type { PlanLimits } from './limits.ts'
import type { Period, PlanRole, PlanState, PlanTables, Running } from './tables.ts'

/** Whoever keeps plans: the provider its catalogue, a partner its own. */
export type PlanMandate = Mandate<'platform' | 'program'>
type PlanId = IdOf<'plan'>

function overview(mandate: Mandate<'platform' | 'program' | 'realm'>) {
  return tables<PlanTables>(mandate).selectFrom('plan_overview')
}

function selectAll(mandate: Mandate<'platform' | 'program' | 'realm'>) {
  return overview(mandate).selectAll()
}

export type PlanRow = Awaited<ReturnType<ReturnType<typeof selectAll>['execute']>>[number]

/** Which plans a list shows. */
export interface PlanFilter {
  readonly state?: readonly PlanState[] | undefined
  readonly search?: string | undefined
  readonly source?: 'own' | 'catalogue' | undefined
  readonly partnerId?: PartnerId | undefined
}

function filtered(mandate: PlanMandate, filter: PlanFilter) {
  let query = overview(mandate)
  if (filter.state) query = query.where('state', 'in', [...filter.state])
  if (filter.source === 'own') query = query.where('partner_id', 'is not', null)
  if (filter.source === 'catalogue') query = query.where('partner_id', 'is', null)
  if (filter.partnerId) query = query.where('partner_id', '=', filter.partnerId)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('code', 'ilike', pattern)]))
  }
  return query
}

/** A page of the plans that the mandate's side may see, by name, with how many there are. */
export async function listPlans(
  mandate: PlanMandate,
  filter: PlanFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: PlanRow[]; total: number }> {
  return readPage(filtered(mandate, filter).selectAll().orderBy('name').orderBy('id'), page)
}

/** The plans on offer to the end user of the mandate, cheapest first. The database shows no other ones. */
export function listOffers(mandate: Mandate<'realm'>): Promise<PlanRow[]> {
  return selectAll(mandate)
    .where('state', '=', 'offered')
    .where((eb) => eb.or([eb('partner_id', 'is not', null), eb('is_offered', '=', true)]))
    .orderBy('price_minor')
    .orderBy('name')
    .limit(100)
    .execute()
}

/** One plan. Throws PLAN_NOT_FOUND. */
export async function getPlan(
  mandate: Mandate<'platform' | 'program' | 'realm'>,
  id: PlanId,
): Promise<PlanRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PLAN_NOT_FOUND', 'No plan that you can see has this id.')
  return row
}

/** One plan that the mandate's side keeps itself. Throws PLAN_NOT_FOUND. */
export async function getKeptPlan(mandate: PlanMandate, id: PlanId): Promise<PlanRow> {
  const row = await getPlan(mandate, id)
  const isKept = mandate.kind === 'platform' ? row.partner_id === null : row.partner_id !== null
  if (!isKept) throw new ProblemError(404, 'PLAN_NOT_FOUND', 'No plan that you keep has this id.')
  return row
}

/** Every version of the terms of a plan, newest first. */
export function listVersions(mandate: PlanMandate, id: PlanId) {
  return tables<PlanTables>(mandate)
    .selectFrom('plan_version')
    .selectAll()
    .where('plan_id', '=', id)
    .orderBy('number', 'desc')
    .limit(200)
    .execute()
}

export type VersionRow = Awaited<ReturnType<typeof listVersions>>[number]

/** How many users have each plan now, of the reader's own side. */
export async function countUsers(
  mandate: PlanMandate,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select plan_id, sum(live)::integer as live from access.count_plan_users($1::uuid[]) group by 1',
      values: [ids],
    },
  ])
  return new Map((result?.rows ?? []).map((row) => [String(row['plan_id']), Number(row['live'])]))
}

/** What is said about a plan, besides its terms. */
export interface PlanWords {
  readonly name: string
  readonly description: string
  readonly requiresFlag: string | null
}

/** The terms of a plan. */
export interface Terms {
  readonly priceMinor: number
  readonly currency: string
  readonly period: Period
  readonly limits: PlanLimits
  readonly benefits: readonly string[]
}

function insertVersion(mandate: PlanMandate, at: { planId: string; number: number }, terms: Terms) {
  return tables<PlanTables>(mandate)
    .insertInto('plan_version')
    .values({
      plan_id: at.planId,
      number: at.number,
      price_minor: terms.priceMinor,
      currency: terms.currency,
      period: terms.period,
      limits: terms.limits,
      benefits: terms.benefits,
      created_by_name: mandate.actor.name,
    })
    .execute()
}

/** Makes the roles of a plan these. Throws PLAN_ROLE_USED for one that a user has the plan in, PLAN_INCOMPLETE for none on offer. */
export async function setRoles(
  mandate: PlanMandate,
  plan: Pick<PlanRow, 'id' | 'roles'>,
  wanted: readonly PlanRole[],
): Promise<void> {
  const added = wanted.filter((role) => !plan.roles.includes(role))
  const removed = plan.roles.filter((role) => !wanted.includes(role))
  if (added.length > 0)
    await tables<PlanTables>(mandate)
      .insertInto('plan_role')
      .values(added.map((role) => ({ plan_id: plan.id, role })))
      .execute()
  if (removed.length > 0)
    await guarded(
      tables<PlanTables>(mandate)
        .deleteFrom('plan_role')
        .where('plan_id', '=', plan.id)
        .where('role', 'in', removed)
        .execute(),
    )
}

/** Makes a draft of a plan with its first terms. Throws PLAN_CODE_TAKEN. */
export async function insertPlan(
  mandate: PlanMandate,
  plan: {
    readonly code: string
    readonly words: PlanWords
    readonly terms: Terms
    readonly roles: readonly PlanRole[]
  },
): Promise<PlanId> {
  const { id } = await guarded(
    tables<PlanTables>(mandate)
      .insertInto('plan')
      .values({
        partner_id: mandate.kind === 'program' ? mandate.partner.id : null,
        code: plan.code,
        name: plan.words.name,
        description: plan.words.description,
        requires_flag: plan.words.requiresFlag,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  await insertVersion(mandate, { planId: id, number: 1 }, plan.terms)
  await setRoles(mandate, { id, roles: [] }, plan.roles)
  return idFromUuid('plan', id)
}

/** Changes a plan that was read in this version. Throws PRECONDITION_FAILED and PLAN_STATE_CONFLICT. */
export async function updatePlan(
  mandate: PlanMandate,
  read: { readonly id: string; readonly version: number },
  change: {
    readonly words?: PlanWords | undefined
    readonly state?: PlanState | undefined
    readonly running?: Running | undefined
    readonly currentNumber?: number | undefined
  },
): Promise<void> {
  const updated = await guarded(
    tables<PlanTables>(mandate)
      .updateTable('plan')
      .set({
        ...(change.words && {
          name: change.words.name,
          description: change.words.description,
          requires_flag: change.words.requiresFlag,
        }),
        ...(change.state && { state: change.state }),
        ...(change.running && { running: change.running }),
        ...(change.currentNumber !== undefined && { current_number: change.currentNumber }),
        version: read.version + 1,
      })
      .where('id', '=', read.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The plan changed after it was read.')
}

/** Puts new terms on sale: in place while nobody could take the old ones, else as a further version. Answers its number. */
export async function putTerms(mandate: PlanMandate, plan: PlanRow, terms: Terms): Promise<number> {
  if (plan.is_fixed) {
    const number = plan.current_number + 1
    await insertVersion(mandate, { planId: plan.id, number }, terms)
    return number
  }
  await guarded(
    tables<PlanTables>(mandate)
      .updateTable('plan_version')
      .set({
        price_minor: terms.priceMinor,
        currency: terms.currency,
        period: terms.period,
        limits: terms.limits,
        benefits: terms.benefits,
        created_by_name: mandate.actor.name,
      })
      .where('plan_id', '=', plan.id)
      .where('number', '=', plan.current_number)
      .execute(),
  )
  return plan.current_number
}
