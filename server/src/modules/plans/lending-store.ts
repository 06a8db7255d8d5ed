import type { IdOf, PartnerId } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { guarded } from './refusals.ts'
import type { PlanLimits } from './limits.ts'
import type { PlanTables } from './tables.ts'

/** The partners that a plan of the catalogue is lent to, and which of them offer it, by name. */
export function listBorrowers(mandate: Mandate<'platform'>, planId: IdOf<'plan'>) {
  return tables<PlanTables>(mandate)
    .selectFrom('partner_plan as l')
    .innerJoin('partner as p', 'p.id', 'l.partner_id')
    .select([
      'l.partner_id',
      'p.name',
      'l.is_allowed',
      'l.is_offered',
      'l.price_minor',
      'l.limits',
      'l.version',
    ])
    .where('l.plan_id', '=', planId)
    .orderBy('p.name')
    .limit(1000)
    .execute()
}

/** What the catalogue lends to one partner. */
export function listLent(mandate: Mandate<'platform'>, partnerId: PartnerId) {
  return tables<PlanTables>(mandate)
    .selectFrom('partner_plan')
    .selectAll()
    .where('partner_id', '=', partnerId)
    .limit(500)
    .execute()
}

/** A partner that plans can be lent to. Throws PARTNER_UNKNOWN. */
export async function getPartnerName(mandate: Mandate<'platform'>, partnerId: PartnerId): Promise<string> {
  const row = await tables<PlanTables>(mandate)
    .selectFrom('partner')
    .select('name')
    .where('id', '=', partnerId)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'No partner has this id.')
  return row.name
}

/** Lets a partner offer a plan of the catalogue, or no longer. Throws PLAN_NOT_LENT for a plan of a partner's own. */
export async function lend(
  mandate: Mandate<'platform'>,
  at: { readonly planId: IdOf<'plan'>; readonly partnerId: PartnerId },
  isAllowed: boolean,
): Promise<void> {
  await guarded(
    tables<PlanTables>(mandate)
      .insertInto('partner_plan')
      .values({ partner_id: at.partnerId, plan_id: at.planId, is_allowed: isAllowed })
      .onConflict((conflict) =>
        conflict.columns(['partner_id', 'plan_id']).doUpdateSet((eb) => ({
          is_allowed: isAllowed,
          version: eb('partner_plan.version', '+', 1),
        })),
      )
      .execute(),
  )
}

/** What a partner says about a lent plan. */
export interface Offer {
  readonly isOffered: boolean
  readonly priceMinor: number | null
  readonly limits: PlanLimits
}

/** Offers a lent plan, or no longer, at an own price and tighter limits. Throws PRECONDITION_FAILED. */
export async function putOffer(
  mandate: Mandate<'program'>,
  read: { readonly planId: IdOf<'plan'>; readonly version: number },
  offer: Offer,
): Promise<void> {
  const updated = await tables<PlanTables>(mandate)
    .updateTable('partner_plan')
    .set({
      is_offered: offer.isOffered,
      price_minor: offer.priceMinor,
      limits: offer.limits,
      version: read.version + 1,
    })
    .where('plan_id', '=', read.planId)
    .where('partner_id', '=', mandate.partner.id)
    .where('version', '=', read.version)
    .executeTakeFirst()
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The offer changed after it was read.')
}
