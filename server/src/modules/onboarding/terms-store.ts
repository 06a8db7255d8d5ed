import type { PartnerId } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { API_TERMS } from './terms.ts'
import type { OnboardingTables } from './tables.ts'

/** Who accepted the terms in force for a partner, and when; null when nobody did. */
export interface Acceptance {
  readonly accepted_by_name: string
  readonly accepted_at: Date
}

/** The acceptance of the terms in force by a partner. */
export async function findAcceptance(
  mandate: Mandate<'program' | 'platform'>,
  partnerId: PartnerId,
): Promise<Acceptance | null> {
  const row = await tables<OnboardingTables>(mandate)
    .selectFrom('api_terms_acceptance')
    .select(['accepted_by_name', 'accepted_at'])
    .where('partner_id', '=', partnerId)
    .where('version', '=', API_TERMS.version)
    .executeTakeFirst()
  return row ?? null
}

/** Keeps the acceptance of the terms in force. Returns false when somebody accepted them before. */
export async function insertAcceptance(mandate: Mandate<'program'>): Promise<boolean> {
  const inserted = await tables<OnboardingTables>(mandate)
    .insertInto('api_terms_acceptance')
    .values({
      partner_id: mandate.partner.id,
      version: API_TERMS.version,
      text_sha256: API_TERMS.sha256,
      accepted_by: mandate.actor.id,
      accepted_by_name: mandate.actor.name,
    })
    .onConflict((conflict) => conflict.columns(['partner_id', 'version']).doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}
