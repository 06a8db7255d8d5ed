import { databaseCodeOf } from '#platform/database.ts'
import { constraintOf } from '#platform/guarded.ts'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { sql } from 'kysely'
import type { Definition, FeatureRule, FeatureStatus, PartnerChoice } from './definition.ts'
import type { FeatureTables } from './tables.ts'

/** A step of a ramp as it is kept. */
export interface StepRow {
  readonly starts_at: Date
  readonly share_bp: number
  readonly created_by_name: string
}

function features(mandate: Mandate<'platform'>) {
  return tables<FeatureTables>(mandate).selectFrom('feature_flag')
}

const COLUMNS = [
  'id',
  'key',
  'name',
  'description',
  'owner_name',
  'status',
  'partner_choice',
  'prerequisites',
  'definition',
  'built_in',
  sql<string | null>`clean_up_by::text`.as('clean_up_by'),
  'reason',
  'version',
  'created_at',
  'updated_at',
] as const

export interface FeatureFilter {
  readonly status?: readonly FeatureStatus[] | undefined
  readonly search?: string | undefined
}

/** A page of the features, by name. */
export async function listFeatures(
  mandate: Mandate<'platform'>,
  filter: FeatureFilter,
  page: { limit: number; offset: number },
) {
  let query = features(mandate)
  if (filter.status) query = query.where('status', 'in', [...filter.status])
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('key', 'ilike', pattern)]))
  }
  const rows = await query
    .select(COLUMNS)
    .orderBy('name')
    .orderBy('key')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await query.select(sql<number>`count(*)::integer`.as('total')).executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

export type FeatureRow = Awaited<ReturnType<typeof listFeatures>>['rows'][number]

/** One feature, held against other changes when it is about to be changed. Throws FEATURE_NOT_FOUND. */
export async function getFeature(
  mandate: Mandate<'platform'>,
  key: string,
  use: 'read' | 'change' = 'read',
): Promise<FeatureRow> {
  const query = features(mandate).select(COLUMNS).where('key', '=', key)
  const row = await (use === 'change' ? query.forUpdate() : query).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'FEATURE_NOT_FOUND', 'No feature has this key.')
  return row
}

/** Every feature as it is decided, as this transaction sees them. */
export async function readRules(mandate: Mandate<'platform'>): Promise<FeatureRule[]> {
  const rows = await features(mandate).select(COLUMNS).execute()
  const steps = await tables<FeatureTables>(mandate)
    .selectFrom('feature_ramp_step')
    .select(['flag_id', 'starts_at', 'share_bp'])
    .where('withdrawn_at', 'is', null)
    .orderBy('starts_at')
    .execute()
  return rows.map((row) => ({
    key: row.key,
    status: row.status,
    partnerChoice: row.partner_choice,
    prerequisites: row.prerequisites,
    definition: row.definition,
    steps: steps
      .filter(({ flag_id: id }) => id === row.id)
      .map((step) => ({ startsAt: step.starts_at, shareBp: step.share_bp })),
  }))
}

/** The steps that count of some features, in the order of time. */
export function listSteps(mandate: Mandate<'platform'>, flagIds: readonly string[]) {
  return tables<FeatureTables>(mandate)
    .selectFrom('feature_ramp_step')
    .select(['flag_id', 'starts_at', 'share_bp', 'created_by_name'])
    .where('flag_id', 'in', [...flagIds])
    .where('withdrawn_at', 'is', null)
    .orderBy('starts_at')
    .execute()
}

/** What a feature is described and decided by. */
export interface FeatureTerms {
  readonly name: string
  readonly description: string
  readonly owner_name: string
  readonly partner_choice: PartnerChoice
  readonly prerequisites: readonly string[]
  readonly definition: Definition
  readonly clean_up_by: string | null
}

function toValues(terms: FeatureTerms, reason: string) {
  return {
    name: terms.name,
    description: terms.description,
    owner_name: terms.owner_name,
    partner_choice: terms.partner_choice,
    prerequisites: terms.prerequisites,
    definition: JSON.stringify(terms.definition),
    clean_up_by: terms.clean_up_by,
    reason,
  }
}

function translate(error: unknown): never {
  const name = constraintOf(error)
  if (databaseCodeOf(error) === '23505')
    throw new ProblemError(409, 'FEATURE_KEY_TAKEN', 'Another feature has this key.', { cause: error })
  if (name === 'feature_circle' || name === 'feature_prerequisite')
    throw new ProblemError(
      409,
      'FEATURE_STATE_CONFLICT',
      'Another change was made at the same time, and the prerequisites no longer fit. Read again.',
      { cause: error },
    )
  if (name === 'feature_transition' || name === 'feature_built_in')
    throw new ProblemError(409, 'FEATURE_STATE_CONFLICT', 'This move is not made from the present state.', {
      cause: error,
    })
  throw error
}

/** Adds a feature. Throws FEATURE_KEY_TAKEN. */
export async function insertFeature(
  mandate: Mandate<'platform'>,
  feature: FeatureTerms & { readonly key: string },
  reason: string,
): Promise<void> {
  await tables<FeatureTables>(mandate)
    .insertInto('feature_flag')
    .values({ key: feature.key, ...toValues(feature, reason) })
    .execute()
    .catch(translate)
}

/** Writes what a feature is described and decided by. */
export async function updateFeature(
  mandate: Mandate<'platform'>,
  row: FeatureRow,
  { terms, reason }: { readonly terms: FeatureTerms; readonly reason: string },
): Promise<void> {
  await tables<FeatureTables>(mandate)
    .updateTable('feature_flag')
    .set({ ...toValues(terms, reason), version: row.version + 1 })
    .where('id', '=', row.id)
    .execute()
    .catch(translate)
}

/** Moves a feature to another state, with the share that it keeps. Throws FEATURE_STATE_CONFLICT for a move that is not made. */
export async function moveFeature(
  mandate: Mandate<'platform'>,
  row: FeatureRow,
  move: { readonly status: FeatureStatus; readonly definition: Definition; readonly reason: string },
): Promise<void> {
  const { status, definition, reason } = move
  await tables<FeatureTables>(mandate)
    .updateTable('feature_flag')
    .set({ status, definition: JSON.stringify(definition), reason, version: row.version + 1 })
    .where('id', '=', row.id)
    .execute()
    .catch(translate)
}

/** Takes back every step that counts, those that were reached as well. */
export async function withdrawSteps(mandate: Mandate<'platform'>, flagId: string): Promise<void> {
  await tables<FeatureTables>(mandate)
    .updateTable('feature_ramp_step')
    .set({ withdrawn_at: mandate.origin.now })
    .where('flag_id', '=', flagId)
    .where('withdrawn_at', 'is', null)
    .execute()
}

/** Plans steps. */
export async function insertSteps(
  mandate: Mandate<'platform'>,
  flagId: string,
  steps: readonly { readonly startsAt: Date; readonly shareBp: number }[],
): Promise<void> {
  if (steps.length === 0) return
  await tables<FeatureTables>(mandate)
    .insertInto('feature_ramp_step')
    .values(
      steps.map(({ startsAt, shareBp }) => ({
        flag_id: flagId,
        starts_at: startsAt,
        share_bp: shareBp,
        created_by_name: mandate.actor.name,
      })),
    )
    .execute()
}

/** A page of what was changed about a feature, newest first. */
export async function listHistory(
  mandate: Mandate<'platform'>,
  flagId: string,
  page: { limit: number; offset: number },
) {
  const query = tables<FeatureTables>(mandate)
    .selectFrom('feature_history as h')
    .leftJoin('partner as p', 'p.id', 'h.partner_id')
    .where('h.flag_id', '=', flagId)
  const rows = await query
    .select([
      'h.about',
      'h.partner_id',
      'p.name as partner_name',
      'h.before',
      'h.after',
      'h.reason',
      'h.actor_name',
      'h.occurred_at',
    ])
    .orderBy('h.occurred_at', 'desc')
    .orderBy('h.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await query.select(sql<number>`count(*)::integer`.as('total')).executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}
