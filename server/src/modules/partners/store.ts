import { idFromUuid } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PartnerKind, PartnerStatus, PartnerTables, PartnerTier } from './tables.ts'

export interface PartnerFilter {
  readonly status?: readonly PartnerStatus[] | undefined
  readonly kind?: readonly PartnerKind[] | undefined
  readonly search?: string | undefined
}

/** What the provider keeps about a partner besides its state. */
export interface PartnerEntry {
  readonly name: string
  readonly kinds: readonly PartnerKind[]
  readonly legal_name: string | null
  readonly country: string | null
  readonly registration_no: string | null
  readonly contact_email: string | null
  readonly website: string | null
  readonly support_contact: string | null
  readonly tier: PartnerTier
  readonly uses_account_refs: boolean
  readonly region: string | null
}

/** What a new partner needs, and what it may have. */
export type NewEntry = Partial<Omit<PartnerEntry, 'name' | 'kinds'>> & Pick<PartnerEntry, 'name' | 'kinds'>

function partners(mandate: Mandate<'platform'>, filter: PartnerFilter) {
  let query = tables<PartnerTables>(mandate).selectFrom('partner')
  if (filter.status) query = query.where('status', 'in', [...filter.status])
  if (filter.kind) query = query.where(sql<boolean>`kinds && ${[...filter.kind]}::text[]`)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([
        eb('name', 'ilike', pattern),
        eb('slug', 'ilike', pattern),
        eb('legal_name', 'ilike', pattern),
        eb('registration_no', 'ilike', pattern),
      ]),
    )
  }
  return query
}

/** How many delegations of these kinds are in force as far as their own row says. */
const countOf = (kinds: readonly string[]) =>
  sql<number>`(select count(*)::integer from delegation d where d.partner_id = partner.id and d.kind = any (${[...kinds]}::text[])
    and d.status = 'active' and (d.ends_at is null or d.ends_at > statement_timestamp()))`

function withFigures(query: ReturnType<typeof partners>) {
  return query.select((eb) => [
    'id',
    'name',
    'slug',
    'kinds',
    'status',
    'registry_status',
    'status_reason',
    'status_changed_at',
    'legal_name',
    'country',
    'registration_no',
    'contact_email',
    'tier',
    'uses_account_refs',
    'region',
    'website',
    'approved_website',
    'support_contact',
    'approved_support_contact',
    'version',
    'created_at',
    'home_tenant_id',
    eb
      .selectFrom('tenant')
      .select('tenant.name')
      .whereRef('tenant.id', '=', 'partner.home_tenant_id')
      .as('home_tenant_name'),
    sql<string>`onboarding_date::text`.as('onboarding_date'),
    eb
      .selectFrom('partner_member')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('partner_member.partner_id', '=', 'partner.id')
      .where('partner_member.status', '=', 'active')
      .as('members_count'),
    eb
      .selectFrom('api_client')
      .select(sql<number>`count(*)::integer`.as('count'))
      .whereRef('api_client.partner_id', '=', 'partner.id')
      .where('api_client.status', '=', 'active')
      .as('clients_count'),
    countOf(['link']).as('active_links'),
    countOf(['consent', 'resale']).as('active_consents'),
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

/** Adds a partner, active at once; null when its code is taken. */
export async function addPartner(
  mandate: Mandate<'platform'>,
  partner: NewEntry & { readonly slug: string },
): Promise<string | null> {
  const row = await tables<PartnerTables>(mandate)
    .insertInto('partner')
    .values(partner)
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

const changedSince = (version: number) =>
  new ProblemError(412, 'PRECONDITION_FAILED', `The partner was changed after version ${version} was read.`)

/** What a partner types of its entry, and customers are shown once the provider has approved it. */
export const APPROVED_FIELDS = ['website', 'support_contact'] as const

/** What is written of an entry, and which of what the partner typed is approved. */
export type EntryChange = Partial<PartnerEntry> & {
  readonly approve?: readonly (typeof APPROVED_FIELDS)[number][]
}

/**
 * Changes the entry of a partner that was read in this version, and approves these of its fields as they are then.
 * Throws PARTNER_UNKNOWN, PARTNER_STATE_CONFLICT, PRECONDITION_FAILED.
 */
export async function updatePartner(
  mandate: Mandate<'platform'>,
  read: { readonly id: PartnerId; readonly version: number },
  { approve = [], ...entry }: EntryChange,
): Promise<void> {
  const updated = await tables<PartnerTables>(mandate)
    .updateTable('partner')
    .set((eb) => ({
      ...entry,
      ...(approve.includes('website') && { approved_website: eb.ref('website') }),
      ...(approve.includes('support_contact') && { approved_support_contact: eb.ref('support_contact') }),
    }))
    .where('id', '=', read.id)
    .where('version', '=', read.version)
    .where('status', '<>', 'terminated')
    .executeTakeFirst()
  if (updated.numUpdatedRows === 1n) return
  const row = await getPartner(mandate, read.id)
  if (row.status === 'terminated')
    throw new ProblemError(409, 'PARTNER_STATE_CONFLICT', 'A terminated partner is history.')
  throw changedSince(read.version)
}

/** A move of a partner from one of some states to another. */
export interface PartnerMove {
  readonly from: readonly PartnerStatus[]
  readonly to: PartnerStatus
  readonly reason: string | null
}

/** Moves a partner from one state to another. Throws PARTNER_STATE_CONFLICT when it is in neither of the first. */
export async function movePartner(
  mandate: Mandate<'platform'>,
  id: PartnerId,
  move: PartnerMove,
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

/** The own entry of the mandate's partner. */
export async function getOwnPartner(mandate: Mandate<'program'>) {
  return tables<PartnerTables>(mandate)
    .selectFrom('partner')
    .select([
      'id',
      'name',
      'slug',
      'kinds',
      'legal_name',
      'country',
      'registration_no',
      'contact_email',
      'tier',
      'uses_account_refs',
      'region',
      'website',
      'approved_website',
      'support_contact',
      'approved_support_contact',
      'version',
    ])
    .select(sql<string>`onboarding_date::text`.as('onboarding_date'))
    .where('id', '=', mandate.partner.id)
    .executeTakeFirstOrThrow()
}

export type OwnPartnerRow = Awaited<ReturnType<typeof getOwnPartner>>

/** Changes what a partner keeps of its own entry. Throws PRECONDITION_FAILED. */
export async function updateOwnPartner(
  mandate: Mandate<'program'>,
  version: number,
  contact: Partial<Pick<PartnerEntry, 'contact_email' | 'website' | 'support_contact'>>,
): Promise<void> {
  const updated = await tables<PartnerTables>(mandate)
    .updateTable('partner')
    .set(contact)
    .where('id', '=', mandate.partner.id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (updated.numUpdatedRows === 0n) throw changedSince(version)
}

/** The partner with this short name, of those that the request sees; null when there is none. */
export async function findPartnerIdBySlug(
  mandate: Mandate<'program' | 'platform'>,
  slug: string,
): Promise<PartnerId | null> {
  const row = await tables<PartnerTables>(mandate)
    .selectFrom('partner')
    .select('id')
    .where('slug', '=', slug)
    .executeTakeFirst()
  return row ? idFromUuid('partner', row.id) : null
}
