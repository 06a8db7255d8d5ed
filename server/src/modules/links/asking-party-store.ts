import { sql } from 'kysely'
import type { AgreementTold, Vouched } from '#modules/consents/index.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What the provider vouches for of a link's partner. */
export async function readVouched(mandate: Mandate<'tenant'>, row: KnownLink): Promise<Vouched> {
  return tables<LinkTables>(mandate)
    .selectFrom('partner')
    .select([
      'legal_name',
      'approved_support_contact as support_contact',
      sql<AgreementTold | null>`access.agreement_of_party(${row.id})`.as('agreement'),
    ])
    .where('id', '=', row.partner_id)
    .executeTakeFirstOrThrow()
}

/** What the entry of a link's partner says of it, and whether its name is taken for another partner's. */
export async function readPartner(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
): Promise<{ readonly since: Date; readonly website: string | null; readonly like_partner: boolean }> {
  return tables<LinkTables>(mandate)
    .selectFrom('partner')
    .select([
      sql<Date>`onboarding_date::timestamp at time zone 'utc'`.as('since'),
      'approved_website as website',
      sql<boolean>`access.resembles_partner(${row.id})`.as('like_partner'),
    ])
    .where('id', '=', row.partner_id)
    .executeTakeFirstOrThrow()
}
