import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { VoucherTables } from './tables.ts'

type Staff = Mandate<'tenant'>

/** Everything that is kept about vouchers of a person, found by keyed digests, the newest first. */
export function findKept(mandate: Staff, identities: readonly Buffer[]) {
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher_recipient as r')
    .innerJoin('voucher as v', (join) =>
      join.onRef('v.tenant_id', '=', 'r.tenant_id').onRef('v.id', '=', 'r.voucher_id'),
    )
    .innerJoin('voucher_type as t', (join) =>
      join.onRef('t.tenant_id', '=', 'v.tenant_id').onRef('t.id', '=', 'v.voucher_type_id'),
    )
    .where('r.tenant_id', '=', mandate.tenant.id)
    .where('r.identity_key', 'in', [...identities])
    .select([
      'v.id',
      'v.code',
      't.code as voucher_type',
      't.label as voucher_type_label',
      'v.status',
      'v.agency_name',
      'v.requested_at',
      'v.issued_at',
      'v.expires_at',
      'v.redeemed_at',
      'v.redeemed_place',
      'v.receipt_id',
      'r.first_name',
      'r.last_name',
      'r.date_of_birth',
      'r.household_adults',
      'r.household_children',
      'r.purge_after',
      'r.purged_at',
    ])
    .orderBy('v.requested_at', 'desc')
    .orderBy('v.id', 'desc')
    .execute()
}

export type KeptRow = Awaited<ReturnType<typeof findKept>>[number]

/** Erases a person, found by keyed digests; returns from how many vouchers. */
export async function eraseRecipient(mandate: Staff, identities: readonly Buffer[]): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.erase_recipient($1) as erased', values: [identities] },
  ])
  return Number(result?.rows[0]?.['erased'])
}
