import { idFromUuid } from '@liaison/access'
import type { IdOf, LinkRole, MemberId } from '@liaison/access'
import { sql } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PortfolioTables } from './tables.ts'

export type TeamId = IdOf<'team'>

/** A team of the partner. */
export interface TeamRow {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly members_count: number
  readonly grants_count: number
  /** How many links its people use through it now. */
  readonly links_count: number
}

export interface TeamMemberRow {
  readonly member_id: string
  readonly name: string
  readonly role: 'PARTNER_OWNER' | 'PARTNER_STAFF'
  readonly status: 'active' | 'inactive'
}

export interface TeamGrantRow {
  readonly id: string
  readonly link_id: string | null
  readonly tenant_id: string | null
  readonly tenant_name: string | null
  readonly link_role: LinkRole | null
  readonly group_id: string | null
  readonly group_name: string | null
  readonly role: LinkRole | null
  readonly ends_at: Date | null
  readonly granted_at: Date
}

/** A link, or a group of tenants, that a team is to be assigned to. */
export interface GrantTerms {
  readonly linkId: string | null
  readonly groupId: string | null
  readonly role: LinkRole | null
  readonly endsAt: Date | null
}

const notFound = () => new ProblemError(404, 'TEAM_NOT_FOUND', 'Your organisation has no team with this id.')

function teams(mandate: Mandate<'program'>) {
  return tables<PortfolioTables>(mandate)
    .selectFrom('partner_team as t')
    .select([
      't.id',
      't.name',
      't.description',
      't.version',
      't.created_at',
      't.updated_at',
      sql<number>`(select count(*)::integer from team_member m where m.team_id = t.id)`.as('members_count'),
      sql<number>`(select count(*)::integer from team_grant g where g.team_id = t.id)`.as('grants_count'),
      sql<number>`(select count(distinct m.link_id)::integer from link_member m join delegation d on d.id = m.link_id and d.status in ('approved', 'active', 'suspended')
        where m.partner_id = t.partner_id and m.via_team_id = t.id and (m.ends_at is null or m.ends_at > ${mandate.origin.now}))`.as(
        'links_count',
      ),
    ])
    .where('t.partner_id', '=', mandate.partner.id)
}

/** A page of the partner's teams, by name. */
export async function listTeams(
  mandate: Mandate<'program'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ rows: TeamRow[]; total: number }> {
  const rows = await teams(mandate)
    .orderBy(sql`lower(t.name)`)
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await tables<PortfolioTables>(mandate)
    .selectFrom('partner_team')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One team of the partner. Throws TEAM_NOT_FOUND. */
export async function getTeam(mandate: Mandate<'program'>, id: TeamId): Promise<TeamRow> {
  const row = await teams(mandate).where('t.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** The people of a team, by name. */
export async function listTeamMembers(mandate: Mandate<'program'>, id: TeamId): Promise<TeamMemberRow[]> {
  const { rows } = await sql<TeamMemberRow>`
    select tm.member_id, p.name, pm.role, case when p.status = 'active' then pm.status else 'inactive' end as status
    from team_member tm join partner_member pm on pm.id = tm.member_id join person p on p.id = pm.person_id
    where tm.team_id = ${id} order by p.name, tm.member_id`.execute(tables<PortfolioTables>(mandate))
  return rows
}

/** What a team is assigned to: groups first, then links by tenant. */
export async function listTeamGrants(mandate: Mandate<'program'>, id: TeamId): Promise<TeamGrantRow[]> {
  const { rows } = await sql<TeamGrantRow>`
    select g.id, g.link_id, l.tenant_id, t.name as tenant_name, l.access_role as link_role, g.group_id, tg.name as group_name, g.role, g.ends_at, g.granted_at
    from team_grant g left join link l on l.id = g.link_id left join tenant t on t.id = l.tenant_id left join tenant_group tg on tg.id = g.group_id
    where g.team_id = ${id} order by g.group_id is null, lower(tg.name), t.name, g.id`.execute(
    tables<PortfolioTables>(mandate),
  )
  return rows
}

async function namingConflict<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'TEAM_NAME_TAKEN', 'Your organisation has a team with this name already.', {
      cause: error,
    })
  }
}

/** Makes a team without people. Throws TEAM_NAME_TAKEN. */
export async function insertTeam(
  mandate: Mandate<'program'>,
  team: { readonly name: string; readonly description: string | null },
): Promise<TeamId> {
  const row = await namingConflict(
    tables<PortfolioTables>(mandate)
      .insertInto('partner_team')
      .values({
        ...team,
        partner_id: mandate.partner.id,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('team', row.id)
}

/** A team and the version of it that was read. */
export interface ReadTeam {
  readonly id: TeamId
  readonly version: number
}

/** Takes the next version of a team that was read in this one. Throws TEAM_NOT_FOUND, TEAM_NAME_TAKEN, PRECONDITION_FAILED. */
export async function touchTeam(
  mandate: Mandate<'program'>,
  read: ReadTeam,
  set: { readonly name?: string; readonly description?: string | null } = {},
): Promise<void> {
  const updated = await namingConflict(
    tables<PortfolioTables>(mandate)
      .updateTable('partner_team')
      .set({ ...set, version: read.version + 1 })
      .where('id', '=', read.id)
      .where('partner_id', '=', mandate.partner.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows > 0n) return
  await getTeam(mandate, read.id)
  throw new ProblemError(412, 'PRECONDITION_FAILED', 'The team changed after it was read.')
}

/** Deletes a team; the assignments that it brought end in the same step. Throws TEAM_NOT_FOUND. */
export async function deleteTeam(mandate: Mandate<'program'>, id: TeamId): Promise<void> {
  const deleted = await tables<PortfolioTables>(mandate)
    .deleteFrom('partner_team')
    .where('id', '=', id)
    .where('partner_id', '=', mandate.partner.id)
    .executeTakeFirst()
  if (deleted.numDeletedRows === 0n) throw notFound()
}

/** Which of these are active members of the partner. */
export async function findMembers(
  mandate: Mandate<'program'>,
  ids: readonly MemberId[],
): Promise<ReadonlySet<string>> {
  const rows = await tables<PortfolioTables>(mandate)
    .selectFrom('partner_member')
    .select('id')
    .where('partner_id', '=', mandate.partner.id)
    .where('status', '=', 'active')
    .where('id', '=', sql<string>`any (${[...ids]}::uuid[])`)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Makes the people of a team exactly these. Who leaves loses at once what the team gave. */
export async function replaceTeamMembers(
  mandate: Mandate<'program'>,
  id: TeamId,
  memberIds: readonly MemberId[],
): Promise<void> {
  const db = tables<PortfolioTables>(mandate)
  await db
    .deleteFrom('team_member')
    .where('team_id', '=', id)
    .where((eb) => eb.not(eb('member_id', '=', sql<string>`any (${[...memberIds]}::uuid[])`)))
    .execute()
  if (memberIds.length === 0) return
  await db
    .insertInto('team_member')
    .values(
      memberIds.map((memberId) => ({
        team_id: id,
        partner_id: mandate.partner.id,
        member_id: memberId,
        added_by: mandate.actor.id,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The roles of those of these links that people can be assigned to, by link. */
export async function findLinkRoles(
  mandate: Mandate<'program'>,
  linkIds: readonly string[],
): Promise<ReadonlyMap<string, LinkRole>> {
  const { rows } = await sql<{ id: string; access_role: LinkRole }>`
    select l.id, l.access_role from link l join delegation d on d.id = l.id
    where d.partner_id = ${mandate.partner.id} and d.status in ('approved', 'active', 'suspended', 'expired') and l.id = any (${[...linkIds]}::uuid[])`.execute(
    tables<PortfolioTables>(mandate),
  )
  return new Map(rows.map(({ id, access_role: role }) => [id, role]))
}

/** Which of these are groups of the partner. */
export async function findGroups(
  mandate: Mandate<'program'>,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tables<PortfolioTables>(mandate)
    .selectFrom('tenant_group')
    .select('id')
    .where('partner_id', '=', mandate.partner.id)
    .where('id', '=', sql<string>`any (${[...ids]}::uuid[])`)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

function keyOf(grant: GrantTerms): string {
  return [grant.linkId ?? grant.groupId, grant.role, grant.endsAt?.getTime()].join(' ')
}

const termsOf = (row: TeamGrantRow): GrantTerms => ({
  linkId: row.link_id,
  groupId: row.group_id,
  role: row.role,
  endsAt: row.ends_at,
})

/** The places of those of these grants that the team does not have in the same way already. */
export function findNewGrants(
  before: readonly TeamGrantRow[],
  wanted: readonly GrantTerms[],
): ReadonlySet<number> {
  const held = new Set(before.map((row) => keyOf(termsOf(row))))
  return new Set(wanted.flatMap((grant, index) => (held.has(keyOf(grant)) ? [] : [index])))
}

/** Makes what a team is assigned to exactly this; a grant that stays as it is keeps its date. */
export async function replaceTeamGrants(
  mandate: Mandate<'program'>,
  id: TeamId,
  { before, wanted }: { readonly before: readonly TeamGrantRow[]; readonly wanted: readonly GrantTerms[] },
): Promise<void> {
  const db = tables<PortfolioTables>(mandate)
  const wantedKeys = new Set(wanted.map(keyOf))
  const gone = before.filter((row) => !wantedKeys.has(keyOf(termsOf(row)))).map(({ id: grant }) => grant)
  const fresh = findNewGrants(before, wanted)
  const added = wanted.filter((_grant, index) => fresh.has(index))
  if (gone.length > 0) await db.deleteFrom('team_grant').where('id', 'in', gone).execute()
  if (added.length === 0) return
  await db
    .insertInto('team_grant')
    .values(
      added.map(({ linkId, groupId, role, endsAt }) => ({
        team_id: id,
        partner_id: mandate.partner.id,
        link_id: linkId,
        group_id: groupId,
        role,
        ends_at: endsAt,
        granted_by: mandate.actor.id,
      })),
    )
    .execute()
}
