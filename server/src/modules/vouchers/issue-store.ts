import { runStatements, tables } from '#platform/mandate.ts'
import { makeVoucherCode } from './code.ts'
import type { IssueInput } from './schemas.ts'
import type { VoucherState, VoucherTables } from './tables.ts'
import type { IssuingMandate } from './type-store.ts'

/** What everybody who may ask for a voucher may see of it. */
const SEEN = [
  'id',
  'code',
  'voucher_type_id',
  'status',
  'agency_id',
  'requested_at',
  'issued_at',
  'expires_at',
  'redeemed_at',
] as const

/** A voucher as far as an agency sees it. */
export interface SeenVoucher {
  readonly id: string
  readonly code: string
  readonly voucher_type_id: string
  readonly status: VoucherState
  readonly agency_id: string | null
  readonly requested_at: Date
  readonly issued_at: Date | null
  readonly expires_at: Date | null
  readonly redeemed_at: Date | null
}

/** What an earlier voucher for the same person means for a new one. */
export interface Match {
  /** Null when it belongs to somebody else: then nothing of it is known here. */
  readonly code: string | null
}

/**
 * The earlier voucher for the same person within the time that the type sets; null when there is none. Of one that belongs
 * to another agency an agency gets nothing but that it is there. Until the transaction ends nobody else is answered for
 * this person.
 */
export async function matchVoucher(
  mandate: IssuingMandate,
  typeId: string,
  identity: Buffer,
): Promise<Match | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select code, is_own from access.match_voucher($1, $2)', values: [typeId, identity] },
  ])
  const row = result?.rows[0]
  if (!row) return null
  return { code: row['is_own'] === true && typeof row['code'] === 'string' ? row['code'] : null }
}

/** The time zone in which the days of the mandate's organisation begin and end. */
export async function readZone(mandate: IssuingMandate): Promise<string> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.voucher_zone() as zone', values: [] },
  ])
  const zone = result?.rows[0]?.['zone']
  return typeof zone === 'string' ? zone : 'UTC'
}

function issuerOf(mandate: IssuingMandate, label: string | undefined) {
  if (mandate.kind === 'tenant') return { issuer_mode: 'staff' as const }
  const agency = {
    agency_id: mandate.agency.id,
    agency_name: mandate.agency.name,
    ...(label !== undefined && { issued_by_label: label }),
  }
  return mandate.kind === 'form'
    ? { ...agency, issuer_mode: 'form' as const, form_token_id: mandate.token.id }
    : { ...agency, issuer_mode: 'agency_key' as const, agency_key_id: mandate.key.id }
}

const MOST_TRIES = 5

/** Writes a voucher under a new code; whose it is comes from the mandate alone (E2). */
export async function insertVoucher(
  mandate: IssuingMandate,
  voucher: {
    readonly typeId: string
    readonly status: 'issued' | 'pending_review'
    readonly label?: string | undefined
  },
): Promise<SeenVoucher> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const row = await tables<VoucherTables>(mandate)
      .insertInto('voucher')
      .values({
        tenant_id: mandate.tenant.id,
        code: makeVoucherCode(),
        voucher_type_id: voucher.typeId,
        status: voucher.status,
        ...issuerOf(mandate, voucher.label),
      })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'code']).doNothing())
      .returning(SEEN)
      .executeTakeFirst()
    if (row) return row
  }
  throw new Error('No free code was found for a voucher.')
}

/** Writes for whom a voucher is; nothing of it is read back. */
export async function insertRecipient(
  mandate: IssuingMandate,
  voucherId: string,
  recipient: { readonly input: IssueInput; readonly identity: Buffer; readonly purgeAfter: Date },
): Promise<void> {
  const { input, identity, purgeAfter } = recipient
  await tables<VoucherTables>(mandate)
    .insertInto('voucher_recipient')
    .values({
      tenant_id: mandate.tenant.id,
      voucher_id: voucherId,
      first_name: input.first_name,
      last_name: input.last_name,
      date_of_birth: input.date_of_birth,
      household_adults: input.household_adults,
      household_children: input.household_children,
      identity_key: identity,
      purge_after: purgeAfter,
    })
    .execute()
}

/** A voucher by its code: an agency finds its own alone, and foreign and unknown ones are the same miss. */
export async function findByCode(
  mandate: IssuingMandate,
  code: string,
): Promise<(SeenVoucher & { readonly type_code: string; readonly type_label: string }) | undefined> {
  let query = tables<VoucherTables>(mandate)
    .selectFrom('voucher as v')
    .innerJoin('voucher_type as t', (join) =>
      join.onRef('t.tenant_id', '=', 'v.tenant_id').onRef('t.id', '=', 'v.voucher_type_id'),
    )
    .select(SEEN.map((column) => `v.${column}` as const))
    .select(['t.code as type_code', 't.label as type_label'])
    .where('v.tenant_id', '=', mandate.tenant.id)
    .where('v.code', '=', code)
  if (mandate.kind !== 'tenant') query = query.where('v.agency_id', '=', mandate.agency.id)
  return query.executeTakeFirst()
}
