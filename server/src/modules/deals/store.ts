import { idFromUuid } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { z } from 'zod'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { readPage } from '#platform/read-page.ts'
import { guarded } from './refusals.ts'
import { DEAL_STATES } from './tables.ts'
import type { DealState, DealTables } from './tables.ts'

export type DealId = IdOf<'deal'>
type DealMandate = Mandate<'platform' | 'program'>

interface Page {
  readonly limit: number
  readonly offset: number
}

/** Which registrations a list shows; whose they are is decided by the database. */
export interface DealFilter {
  readonly state?: readonly DealState[] | undefined
  readonly search?: string | undefined
  readonly partnerId?: PartnerId | undefined
}

function selectOwn(mandate: DealMandate, filter: DealFilter) {
  let query = tables<DealTables>(mandate)
    .selectFrom('deal_registration as d')
    .select(['d.id', 'd.partner_id', 'd.company_name', 'd.domain', 'd.contact_name', 'd.contact_email'])
    .select(['d.expected_minor', 'd.expected_currency', 'd.notes', 'd.state', 'd.created_by'])
    .select(['d.created_by_name', 'd.created_at', 'd.decided_at', 'd.reason', 'd.protected_until'])
    .select(['d.ended_at', 'd.referral_id'])
  if (filter.state) query = query.where('d.state', 'in', [...filter.state])
  if (filter.partnerId) query = query.where('d.partner_id', '=', filter.partnerId)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((eb) =>
      eb.or([eb('d.company_name', 'ilike', pattern), eb('d.domain', 'ilike', pattern)]),
    )
  }
  return query
}

const selectAny = (mandate: Mandate<'platform'>, filter: DealFilter) =>
  selectOwn(mandate, filter)
    .innerJoin('partner as p', 'p.id', 'd.partner_id')
    .select(['p.name as partner_name', 'd.decided_by_name'])

export type DealRow = Awaited<ReturnType<ReturnType<typeof selectOwn>['execute']>>[number]
export type PartnerDealRow = Awaited<ReturnType<ReturnType<typeof selectAny>['execute']>>[number]

/** A page of the deals that the partner's person may see, newest first. */
export const listOwnDeals = (mandate: Mandate<'program'>, filter: DealFilter, page: Page) =>
  readPage(selectOwn(mandate, filter).orderBy('d.created_at', 'desc').orderBy('d.id', 'desc'), page)

/** A page of the deals of all partners, newest first. */
export const listDeals = (mandate: Mandate<'platform'>, filter: DealFilter, page: Page) =>
  readPage(selectAny(mandate, filter).orderBy('d.created_at', 'desc').orderBy('d.id', 'desc'), page)

const notFound = () => new ProblemError(404, 'DEAL_NOT_FOUND', 'No deal that you can see has this id.')

/** One deal of the partner. Throws DEAL_NOT_FOUND. */
export async function getOwnDeal(mandate: Mandate<'program'>, id: DealId): Promise<DealRow> {
  const row = await selectOwn(mandate, {}).where('d.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** One deal. Throws DEAL_NOT_FOUND. */
export async function getDeal(mandate: Mandate<'platform'>, id: DealId): Promise<PartnerDealRow> {
  const row = await selectAny(mandate, {}).where('d.id', '=', id).executeTakeFirst()
  if (!row) throw notFound()
  return row
}

/** What is said of a deal that is registered. */
export interface NewDeal {
  readonly partnerId: PartnerId
  readonly companyName: string
  readonly domain: string | null
  readonly contactName: string | null
  readonly contactEmail: string | null
  readonly expected: { readonly amount_minor: number; readonly currency: string } | null
  readonly notes: string | null
}

/** Registers a deal. Throws DEAL_REGISTERED_ALREADY, DEAL_DOMAIN_SHARED and DEAL_TOO_MANY; of other partners it says nothing. */
export async function insertDeal(mandate: Mandate<'program'>, deal: NewDeal): Promise<DealId> {
  const { id } = await guarded(
    tables<DealTables>(mandate)
      .insertInto('deal_registration')
      .values({
        partner_id: deal.partnerId,
        company_name: deal.companyName,
        domain: deal.domain,
        contact_name: deal.contactName,
        contact_email: deal.contactEmail,
        expected_minor: deal.expected?.amount_minor ?? null,
        expected_currency: deal.expected?.currency ?? null,
        notes: deal.notes,
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('deal', id)
}

/**
 * Moves a deal on, from one of these states. Throws DEAL_STATE_CONFLICT when somebody was faster, and what the database
 * says against an approval.
 */
export async function moveDeal(
  mandate: Mandate<'platform' | 'program' | 'system'>,
  id: DealId,
  move: { readonly from: readonly DealState[]; readonly to: DealState; readonly reason?: string },
): Promise<void> {
  const { numUpdatedRows } = await guarded(
    tables<DealTables>(mandate)
      .updateTable('deal_registration')
      .set({ state: move.to, ...(move.reason !== undefined && { reason: move.reason }) })
      .where('id', '=', id)
      .where('state', 'in', [...move.from])
      .executeTakeFirst(),
  )
  if (numUpdatedRows === 0n)
    throw new ProblemError(409, 'DEAL_STATE_CONFLICT', 'The registration is decided already, or over.')
}

/** Approved registrations of the same prospect whose time is over, though nobody has noted it yet. */
export function findOverOfSameProspect(mandate: Mandate<'platform'>, id: DealId): Promise<PartnerDealRow[]> {
  return selectAny(mandate, { state: ['approved'] })
    .where('d.protected_until', '<=', sql<Date>`statement_timestamp()`)
    .where('d.prospect_key', '=', (eb) =>
      eb.selectFrom('deal_registration as same').select('same.prospect_key').where('same.id', '=', id),
    )
    .execute()
}

const Found = z.object({
  registrations: z.array(
    z.object({
      id: z.string(),
      partner_id: z.string(),
      partner_name: z.string(),
      state: z.enum(DEAL_STATES),
      created_at: z.string(),
      protected_until: z.string().nullable(),
    }),
  ),
  tenants: z.array(z.object({ id: z.string(), name: z.string() })),
})

/** What the provider must know before it decides. */
export type Conflicts = z.output<typeof Found>

/** Who else registered the prospect, and which tenants may be it. */
export async function findConflicts(mandate: Mandate<'platform'>, id: DealId): Promise<Conflicts> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.deal_conflicts($1) as found', values: [id] },
  ])
  return Found.parse(result?.rows[0]?.['found'])
}
