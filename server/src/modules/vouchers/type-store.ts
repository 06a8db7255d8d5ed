import type { IdOf } from '@liaison/access'
import type { Selectable } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { TypeInput } from './schemas.ts'
import type { VoucherTables } from './tables.ts'

export type VoucherTypeRow = Selectable<VoucherTables['voucher_type']>

/** Who may ask for a voucher: an agency's form or server, or the tenant's own people. */
export type IssuingMandate = Mandate<'form' | 'agency_key' | 'tenant'>

/** The types of the mandate's organisation, by name; those that are on offer first. */
export function listTypes(mandate: Mandate<'tenant'>): Promise<VoucherTypeRow[]> {
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher_type')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .orderBy('is_active', 'desc')
    .orderBy('label')
    .orderBy('id')
    .limit(500)
    .execute()
}

/** Every type of the mandate's organisation, however many there are. */
export function listTypeIds(mandate: Mandate<'tenant'>): Promise<{ id: string }[]> {
  return tables<VoucherTables>(mandate)
    .selectFrom('voucher_type')
    .select('id')
    .where('tenant_id', '=', mandate.tenant.id)
    .execute()
}

/** One type. Throws VOUCHER_TYPE_NOT_FOUND. */
export async function getType(mandate: Mandate<'tenant'>, id: IdOf<'voucher_type'>): Promise<VoucherTypeRow> {
  const row = await tables<VoucherTables>(mandate)
    .selectFrom('voucher_type')
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(
    404,
    'VOUCHER_TYPE_NOT_FOUND',
    'Your organisation has no type of voucher with this id.',
  )
}

/** Writes a new type. Throws VOUCHER_TYPE_TAKEN. */
export async function insertType(
  mandate: Mandate<'tenant'>,
  type: TypeInput & { readonly code: string },
): Promise<VoucherTypeRow> {
  try {
    return await tables<VoucherTables>(mandate)
      .insertInto('voucher_type')
      .values({ tenant_id: mandate.tenant.id, ...type })
      .returningAll()
      .executeTakeFirstOrThrow()
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'VOUCHER_TYPE_TAKEN', 'Another type of voucher has this code.', {
      cause: error,
    })
  }
}

/** Changes a type whose version was read. Throws PRECONDITION_FAILED. */
export async function updateType(
  mandate: Mandate<'tenant'>,
  before: VoucherTypeRow,
  change: { readonly expected: number; readonly input: TypeInput },
): Promise<VoucherTypeRow> {
  const row = await tables<VoucherTables>(mandate)
    .updateTable('voucher_type')
    .set({ ...change.input, version: before.version + 1 })
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', before.id)
    .where('version', '=', change.expected)
    .returningAll()
    .executeTakeFirst()
  if (row) return row
  throw new ProblemError(412, 'PRECONDITION_FAILED', 'The type changed after it was read.')
}
