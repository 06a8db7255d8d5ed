import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import { lockCheck } from './store.ts'
import type { CheckRow } from './store.ts'
import { idFromUuid } from '@liaison/access'
import type { EventOutcome, KycTables, Vendor } from './tables.ts'

/** A key that counts for the events of a vendor about one partner, still sealed. */
export interface SealedSecret {
  readonly id: string
  readonly partnerId: string
  readonly sealed: Buffer
}

/** Where a secret is kept; a value that was moved elsewhere does not open. */
export const placeOfSecret = (secretId: string): string => placeIn(SEALED_COLUMNS.kycSecret, secretId)

/** The keys in force for the events of a vendor about the partner with this code; none for one that is not active. */
export async function findSecrets(
  mandate: Mandate<'system'>,
  vendor: Vendor,
  slug: string,
): Promise<SealedSecret[]> {
  const [result] = await runStatements(mandate, [
    { text: 'select id, partner_id, sealed_secret from access.kyc_secrets($1, $2)', values: [vendor, slug] },
  ])
  return (result?.rows ?? []).flatMap(({ id, partner_id: partnerId, sealed_secret: sealed }) =>
    typeof id === 'string' && typeof partnerId === 'string' && Buffer.isBuffer(sealed)
      ? [{ id, partnerId, sealed }]
      : [],
  )
}

interface EventKey {
  readonly partnerId: string
  readonly vendor: Vendor
  readonly eventId: string
}

/** The digest under which an event with this id was taken; null for one that is new. */
export async function findDigest(mandate: Mandate<'system'>, key: EventKey): Promise<Buffer | null> {
  const row = await tables<KycTables>(mandate)
    .selectFrom('kyc_event')
    .select('digest')
    .where('partner_id', '=', key.partnerId)
    .where('provider', '=', key.vendor)
    .where('event_id', '=', key.eventId)
    .executeTakeFirst()
  return row?.digest ?? null
}

/** The check that the vendor means, locked; null when the partner has none with this reference. */
export async function lockByReference(
  mandate: Mandate<'system'>,
  named: { readonly partnerId: string; readonly vendor: Vendor; readonly reference: string },
): Promise<CheckRow | null> {
  const row = await tables<KycTables>(mandate)
    .selectFrom('kyc_case')
    .select('id')
    .where('partner_id', '=', named.partnerId)
    .where('provider', '=', named.vendor)
    .where('provider_ref', '=', named.reference)
    .executeTakeFirst()
  return row ? lockCheck(mandate, idFromUuid('identity_check', row.id)) : null
}

/** Keeps an event once; answers its id, or null when one with this id was kept before. */
export async function insertEvent(
  mandate: Mandate<'system'>,
  event: EventKey & {
    readonly digest: Buffer
    readonly occurredAt: Date
    readonly caseId: string | null
    readonly outcome: EventOutcome
  },
): Promise<string | null> {
  const row = await tables<KycTables>(mandate)
    .insertInto('kyc_event')
    .values({
      partner_id: event.partnerId,
      provider: event.vendor,
      event_id: event.eventId,
      digest: event.digest,
      case_id: event.caseId,
      occurred_at: event.occurredAt,
      outcome: event.outcome,
    })
    .onConflict((conflict) => conflict.columns(['partner_id', 'provider', 'event_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id ?? null
}

/** Notes what the vendor calls a check. */
export async function nameCheck(mandate: Mandate<'system'>, id: string, reference: string): Promise<void> {
  await tables<KycTables>(mandate)
    .updateTable('kyc_case')
    .set({ provider_ref: reference })
    .where('id', '=', id)
    .where('provider_ref', 'is', null)
    .execute()
}

/** The code of a partner, under which its vendors send events. */
export async function findSlug(mandate: Mandate<'system'>, partnerId: string): Promise<string | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select slug from partner where id = $1', values: [partnerId] },
  ])
  const slug: unknown = result?.rows[0]?.['slug']
  return typeof slug === 'string' ? slug : null
}

/** Checks that a vendor has had for longer than this without an answer, the longest waiting first. */
export function findUnanswered(
  mandate: Mandate<'system'>,
  waiting: { readonly minutes: number; readonly limit: number },
) {
  return tables<KycTables>(mandate)
    .selectFrom('kyc_case')
    .select(['id', 'partner_id', 'provider', 'provider_ref', 'attempt', 'legal_name'])
    .where('provider', '<>', 'manual')
    .where('state', 'in', ['submitted', 'in_review'])
    .where('submitted_at', '<', sql<Date>`statement_timestamp() - make_interval(mins => ${waiting.minutes})`)
    .orderBy('submitted_at')
    .limit(waiting.limit)
    .execute()
}
