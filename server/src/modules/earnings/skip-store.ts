import type { PartnerId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { readPage } from '#platform/read-page.ts'
import type { SkipReason } from './accrual-facts.ts'
import type { EarningTables } from './tables.ts'

type Page = { readonly limit: number; readonly offset: number }

/** What came before its payment has, once that was reported, the reason of then, and none when it was taken back. */
const STANDS = sql<boolean>`(earning_skip.reason <> 'ORIGINAL_UNKNOWN'
  or not exists (select from earning e where e.billing_event_id = earning_skip.billing_event_id)
  and not exists (select from earning_skip l where l.billing_event_id = earning_skip.billing_event_id and l.component <> ''))`

/** Which events of a partner's own referrals earned nothing and why, newest first. */
export async function listSkips(mandate: Mandate<'program'>, partnerId: PartnerId, page: Page) {
  return readPage(
    tables<EarningTables>(mandate)
      .selectFrom('earning_skip')
      .where(STANDS)
      .where('partner_id', '=', partnerId)
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('billing_event_id')
      .orderBy('component'),
    page,
  )
}

/** Which skips the provider asks for. */
export interface SkipFilter {
  readonly partnerId: PartnerId | undefined
  readonly reasons: readonly SkipReason[] | undefined
}

/** The same of all partners, with what was handed in. */
export async function listAllSkips(
  mandate: Mandate<'platform'>,
  { partnerId, reasons }: SkipFilter,
  page: Page,
) {
  let query = tables<EarningTables>(mandate)
    .selectFrom('earning_skip')
    .innerJoin('billing_event as b', 'b.id', 'earning_skip.billing_event_id')
    .innerJoin('partner as p', 'p.id', 'earning_skip.partner_id')
    .where(STANDS)
  if (partnerId !== undefined) query = query.where('earning_skip.partner_id', '=', partnerId)
  if (reasons !== undefined) query = query.where('earning_skip.reason', 'in', [...reasons])
  return readPage(
    query
      .selectAll('earning_skip')
      .select(['b.source', 'b.external_id', 'b.kind', 'b.refers_to', 'b.net_minor', 'b.currency'])
      .select(['b.occurred_at', 'p.name as partner_name'])
      .orderBy('earning_skip.created_at', 'desc')
      .orderBy('earning_skip.billing_event_id')
      .orderBy('earning_skip.component'),
    page,
  )
}
