import type { PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PartnerStatus, PartnerTables } from './tables.ts'

export interface PartnerFilter {
  readonly status?: readonly PartnerStatus[] | undefined
  readonly search?: string | undefined
}

function partners(mandate: Mandate<'platform'>, filter: PartnerFilter) {
  let query = tables<PartnerTables>(mandate).selectFrom('partner')
  if (filter.status) query = query.where('status', 'in', [...filter.status])
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('slug', 'ilike', pattern)]))
  }
  return query
}

function withFigures(query: ReturnType<typeof partners>) {
  return query.select((eb) => [
    'id',
    'name',
    'slug',
    'kinds',
    'status',
    'status_reason',
    'website',
    'created_at',
    eb
      .selectFrom('partner_member')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('partner_member.partner_id', '=', 'partner.id')
      .where('partner_member.status', '=', 'active')
      .as('members_count'),
    eb
      .selectFrom('delegation')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('delegation.partner_id', '=', 'partner.id')
      .where('delegation.status', '=', 'active')
      .where(sql<boolean>`(delegation.ends_at is null or delegation.ends_at > statement_timestamp())`)
      .as('active_links'),
  ])
}

export type PartnerRow = Awaited<ReturnType<ReturnType<typeof withFigures>['execute']>>[number]

/** A page of the registry, by name. */
export async function listPartners(
  mandate: Mandate<'platform'>,
  filter: PartnerFilter,
  page: { limit: number; offset: number },
) {
  const rows = await withFigures(partners(mandate, filter))
    .orderBy('name')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await partners(mandate, filter)
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** One partner. Throws PARTNER_UNKNOWN. */
export async function getPartner(mandate: Mandate<'platform'>, id: PartnerId): Promise<PartnerRow> {
  const row = await withFigures(partners(mandate, {})).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'No partner has this id.')
  return row
}

/** The members of a partner, by name. */
export function listPartnerMembers(mandate: Mandate<'platform'>, id: PartnerId) {
  return tables<PartnerTables>(mandate)
    .selectFrom('partner_member as m')
    .innerJoin('person as p', 'p.id', 'm.person_id')
    .select(['m.id', 'm.person_id', 'p.name', 'p.email', 'm.role', 'm.status'])
    .where('m.partner_id', '=', id)
    .orderBy('p.name')
    .limit(500)
    .execute()
}

/** Adds a partner, active at once. Throws PARTNER_SLUG_TAKEN. */
export async function insertPartner(
  mandate: Mandate<'platform'>,
  partner: { name: string; slug: string; kinds: readonly string[] },
): Promise<string> {
  try {
    const row = await tables<PartnerTables>(mandate)
      .insertInto('partner')
      .values({ ...partner, status: 'active', status_reason: null, website: null })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  } catch (error) {
    if (databaseCodeOf(error) === '23505')
      throw new ProblemError(409, 'PARTNER_SLUG_TAKEN', 'Another partner has this code.', { cause: error })
    throw error
  }
}

/** Moves a partner from one state to another. Throws PARTNER_STATE_CONFLICT when it is in neither of the first. */
export async function movePartner(
  mandate: Mandate<'platform'>,
  id: PartnerId,
  move: {
    readonly from: readonly PartnerStatus[]
    readonly to: PartnerStatus
    readonly reason: string | null
  },
): Promise<void> {
  const updated = await tables<PartnerTables>(mandate)
    .updateTable('partner')
    .set({ status: move.to, status_reason: move.reason })
    .where('id', '=', id)
    .where('status', 'in', [...move.from])
    .executeTakeFirst()
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(
      409,
      'PARTNER_STATE_CONFLICT',
      `Only a partner that is ${move.from.join(' or ')} can be ${move.to}.`,
    )
}
