import type { IdOf, RealmRole } from '@liaison/access'
import { sql } from 'kysely'
import { z } from 'zod'
import { JsonInstant } from '#platform/database-json.ts'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { CONSEQUENCES, LAYERS, LIMIT_KEYS } from './limits.ts'
import type { Consequence, LimitKey, LimitLayers, LimitPolicies, LimitValue } from './limits.ts'
import type { UsageTables } from './tables.ts'

const Value = z.union([z.int(), z.enum(CONSEQUENCES), z.null()])
const Limit = z.object({ value: Value, layer: z.enum(LAYERS) })
const Quota = z.object({ used: z.int(), resets_at: JsonInstant })

/** What `access.usage_of` tells: the limits of a user, what is used of them, and what is in force. */
const Usage = z.object({
  now: JsonInstant,
  limits: z.object({
    'session.idle_s': Limit,
    'session.absolute_s': Limit,
    'session.max_concurrent': Limit,
    'ops.per_day': Limit,
    'ops.per_7d': Limit,
    'rate.per_min': Limit,
    on_exceed: Limit,
    cooldown_s: Limit,
    throttle_percent: Limit,
  }),
  day: Quota,
  week: Quota,
  consequences: z.array(
    z.object({
      kind: z.enum(CONSEQUENCES),
      limit: z.enum(['ops.per_day', 'ops.per_7d']),
      since: JsonInstant,
      until: JsonInstant.nullable(),
    }),
  ),
})

export type UsageRow = z.output<typeof Usage>

/** Who reads usage: the partner's own people, the admins of its realm, and each user its own. */
export type Reader = Mandate<'realm' | 'program'>

const noUser = () => new ProblemError(404, 'END_USER_NOT_FOUND', 'No user of your user base has this id.')

/** The limits and the usage of one user. Throws END_USER_NOT_FOUND, also for a user of somebody else. */
export async function getUsage(mandate: Reader, userId: string): Promise<UsageRow> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.usage_of($1) as usage', values: [userId] },
  ])
  const usage: unknown = result?.rows[0]?.['usage'] ?? null
  if (usage === null) throw noUser()
  return Usage.parse(usage)
}

const Layer = z.record(z.string(), Value)
const Layers = z.object({
  platform: z.record(
    z.string(),
    z.object({
      value: Value,
      relaxable: z.boolean(),
      fixed: z.boolean(),
      maximum: z.int().nullable(),
    }),
  ),
  plan: Layer,
  partner: Layer,
  user: Layer,
})

/** What each layer says about one user. Throws END_USER_NOT_FOUND, also for a user of somebody else. */
export async function getLayers(
  mandate: Reader,
  userId: string,
): Promise<LimitLayers & { readonly platform: LimitPolicies }> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.layers_of($1) as layers', values: [userId] },
  ])
  const layers: unknown = result?.rows[0]?.['layers'] ?? null
  if (layers === null) throw noUser()
  const parsed = Layers.parse(layers)
  // Every role has a row for each key, which a test keeps so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...parsed, platform: parsed.platform as unknown as LimitPolicies }
}

/** One user of the partner. Throws END_USER_NOT_FOUND. */
export async function getUser(mandate: Reader, userId: string) {
  const row = await tables<UsageTables>(mandate)
    .selectFrom('end_user')
    .select(['id', 'name', 'email', 'role', 'status'])
    .where('id', '=', userId)
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  if (!row) throw noUser()
  return row
}

/** The operations of one user on each of the last days, the newest first; days without any are left out. */
export async function listDays(mandate: Reader, userId: string, days: number) {
  const { rows } = await sql<{ day: string; operations: number; counted: number; beyond: number }>`
    select b.day::text as day, b.operations, b.counted, b.beyond from usage_bucket b
    where b.end_user_id = ${userId} and b.day > (statement_timestamp() at time zone 'UTC')::date - ${days}::integer
    order by b.day desc`.execute(tables<UsageTables>(mandate))
  return rows
}

/** What a list of users against their limits is narrowed by. */
export interface UserFilter {
  readonly roles?: readonly RealmRole[] | undefined
  readonly consequence?: Consequence | undefined
  readonly search?: string | undefined
  readonly used?: boolean | undefined
}

export interface UserUsageRow {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: RealmRole
  readonly status: string
  readonly usage: UsageRow
}

function usersFrom(mandate: Reader, filter: UserFilter) {
  const today = sql`(statement_timestamp() at time zone 'UTC')::date`
  const conditions = [
    sql`u.partner_id = ${mandate.partner.id}`,
    ...(filter.roles ? [sql`u.role = any (${[...filter.roles]}::text[])`] : []),
    ...(filter.used ? [sql`b.end_user_id is not null`] : []),
    ...(filter.search === undefined
      ? []
      : [
          sql`(u.name ilike ${containsPattern(filter.search)} or u.email ilike ${containsPattern(filter.search)})`,
        ]),
    ...(filter.consequence === undefined
      ? []
      : [
          sql`exists (select from usage_consequence c where c.end_user_id = u.id and c.kind = ${filter.consequence}
            and c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp()))`,
        ]),
  ]
  return sql`from end_user u
    left join (
      select b.end_user_id, sum(b.counted) as week, max(b.counted) filter (where b.day = ${today}) as day,
        (array_agg(b.per_day order by b.day desc))[1] as per_day, (array_agg(b.per_7d order by b.day desc))[1] as per_7d
      from usage_bucket b where b.partner_id = ${mandate.partner.id} and b.day > ${today} - 7 group by b.end_user_id) b on b.end_user_id = u.id
    where ${sql.join(conditions, sql` and `)}`
}

/** Users against their limits, those with the largest share used first, with how many there are. */
export async function listUserUsage(
  mandate: Reader,
  filter: UserFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: UserUsageRow[]; total: number }> {
  const db = tables<UsageTables>(mandate)
  const from = usersFrom(mandate, filter)
  const { rows } = await sql<Omit<UserUsageRow, 'usage'> & { usage: unknown }>`
    with page as (
      select u.id, u.name, u.email, u.role, u.status,
        greatest(coalesce(b.day, 0)::numeric / nullif(b.per_day, 0), b.week::numeric / nullif(b.per_7d, 0), 0) as share, coalesce(b.week, 0) as week
      ${from} order by share desc, week desc, u.name, u.id limit ${page.limit} offset ${page.offset})
    select id, name, email, role, status, access.usage_of(id) as usage from page order by share desc, week desc, name, id`.execute(
    db,
  )
  const counted = await sql<{ total: number }>`select count(*)::integer as total ${from}`.execute(db)
  return {
    rows: rows.map((row) => ({ ...row, usage: Usage.parse(row.usage) })),
    total: counted.rows[0]?.total ?? 0,
  }
}

/** Overrides of one user, those that hold first. */
export function listOverrides(mandate: Mandate<'program'>, userId: string) {
  return tables<UsageTables>(mandate)
    .selectFrom('limit_override')
    .selectAll()
    .where('end_user_id', '=', userId)
    .orderBy(sql`lifted_at is null`, 'desc')
    .orderBy('set_at', 'desc')
    .limit(50)
    .execute()
}

/** Takes the open override of a key back, if there is one; returns it as it was. */
export function liftOverride(mandate: Mandate<'program'>, userId: string, key: LimitKey) {
  return tables<UsageTables>(mandate)
    .updateTable('limit_override')
    .set({
      lifted_at: mandate.origin.now,
      lifted_by: mandate.actor.id,
      lifted_by_name: mandate.actor.name,
    })
    .where('end_user_id', '=', userId)
    .where('key', '=', key)
    .where('lifted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

/** A limit that somebody of the partner sets for one user. */
export interface NewOverride {
  readonly userId: string
  readonly role: RealmRole
  readonly key: LimitKey
  readonly value: Exclude<LimitValue, null>
  readonly reason: string
  readonly expiresAt: Date | null
}

/** Sets a limit of one user. The database refuses what goes beyond the platform. */
export async function insertOverride(mandate: Mandate<'program'>, wish: NewOverride): Promise<void> {
  await runStatements(mandate, [
    {
      text: `insert into limit_override (partner_id, end_user_id, role, key, value, reason, set_by, set_by_name, expires_at)
        values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)`,
      values: [
        mandate.partner.id,
        wish.userId,
        wish.role,
        wish.key,
        JSON.stringify(wish.value),
        wish.reason,
        mandate.actor.id,
        mandate.actor.name,
        wish.expiresAt,
      ],
    },
  ])
}

/** Lets a user go on: what it did counts no more, and what was in force ends. Returns how much that was. */
export async function resetUsage(mandate: Reader, userId: string, reason: string): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.reset_usage($1, $2) as lifted', values: [userId, reason] },
  ])
  const lifted: unknown = result?.rows[0]?.['lifted']
  if (typeof lifted !== 'number') throw noUser()
  return lifted
}

/** Closes a case that was to be looked through. Returns whose it was. Throws USAGE_REVIEW_NOT_FOUND. */
export async function reviewUsage(
  mandate: Mandate<'program'>,
  id: IdOf<'usage_consequence'>,
  note: string,
): Promise<string> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.review_usage($1, $2) as user_id', values: [id, note] },
  ])
  const userId: unknown = result?.rows[0]?.['user_id']
  if (typeof userId === 'string') return userId
  throw new ProblemError(404, 'USAGE_REVIEW_NOT_FOUND', 'There is no such case that is still open.')
}

/** Which consequences a list shows. */
export interface ConsequenceFilter {
  readonly userId?: string | undefined
  readonly kind?: Consequence | undefined
  readonly isOpen?: boolean | undefined
}

function consequences(mandate: Mandate<'program'>, filter: ConsequenceFilter) {
  let query = tables<UsageTables>(mandate)
    .selectFrom('usage_consequence as c')
    .innerJoin('end_user as u', 'u.id', 'c.end_user_id')
  if (filter.userId !== undefined) query = query.where('c.end_user_id', '=', filter.userId)
  if (filter.kind !== undefined) query = query.where('c.kind', '=', filter.kind)
  // A case is open until somebody has looked through it; everything else while it is in force.
  if (filter.isOpen)
    query = query.where(
      sql<boolean>`case when c.kind = 'review' then c.reviewed_at is null else c.status = 'in_force' and (c.ends_at is null or c.ends_at > statement_timestamp()) end`,
    )
  return query
}

/** What going beyond limits brought users, the newest first, with how many there are. */
export async function listConsequences(
  mandate: Mandate<'program'>,
  filter: ConsequenceFilter,
  page: { readonly limit: number; readonly offset: number },
) {
  const rows = await consequences(mandate, filter)
    .selectAll('c')
    .select(['u.name as user_name', 'u.email as user_email'])
    .orderBy('c.started_at', 'desc')
    .orderBy('c.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await consequences(mandate, filter)
    .select(({ fn }) => fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total: Number(total) }
}

export type ConsequenceRow = Awaited<ReturnType<typeof listConsequences>>['rows'][number]

/** The limits of the platform, role by role. */
export function listPolicies(mandate: Mandate<'platform'>) {
  return tables<UsageTables>(mandate)
    .selectFrom('limit_policy')
    .selectAll()
    .orderBy(sql`array_position(array['guest', 'basic', 'advanced', 'company', 'realm_admin'], role)`)
    .orderBy(sql`array_position(${[...LIMIT_KEYS]}::text[], key)`)
    .execute()
}

/** Figures of one realm. */
export interface RealmFigures {
  readonly partner_id: string
  readonly partner_name: string
  readonly slug: string
  readonly users: string
  readonly operations_today: string
  readonly operations_7d: string
  readonly beyond_7d: string
  readonly in_force: Readonly<Record<string, number>>
}

/** Figures of all realms, or of one; no user among them. */
export async function listFigures(
  mandate: Mandate<'platform'>,
  partnerId: string | undefined,
): Promise<RealmFigures[]> {
  const { rows } = await sql<RealmFigures>`select * from access.usage_figures(${partnerId ?? null})`.execute(
    tables<UsageTables>(mandate),
  )
  return rows
}
