import { sql } from 'kysely'
import { recordEvent, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { tellMove } from './events.ts'
import type { VoucherTables } from './tables.ts'

type System = Mandate<'system'>

/** Takes issued vouchers whose end has come and notes that they expired; answers how many. What another process holds is left to it. */
export async function expireVouchers(mandate: System, limit: number): Promise<number> {
  const due = await tables<VoucherTables>(mandate)
    .selectFrom('voucher')
    .select(['tenant_id', 'id', 'code', 'agency_id', 'agency_name'])
    .where('status', '=', 'issued')
    .where('expires_at', '<=', sql<Date>`statement_timestamp()`)
    .orderBy('expires_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const row of due) {
    await tables<VoucherTables>(mandate)
      .updateTable('voucher')
      .set({ status: 'expired' })
      .where('tenant_id', '=', row.tenant_id)
      .where('id', '=', row.id)
      .execute()
    const told = {
      id: row.id,
      tenantId: row.tenant_id,
      code: row.code,
      typeLabel: 'Voucher',
      agencyId: row.agency_id,
      agencyName: row.agency_name,
    }
    await tellMove(mandate, told, { action: 'voucher.expired', from: 'issued', to: 'expired' })
  }
  return due.length
}

/** Removes names, dates of birth and households whose time has come; answers of how many vouchers. Source: E13. */
export async function forgetRecipients(mandate: System, limit: number): Promise<number> {
  const due = await tables<VoucherTables>(mandate)
    .selectFrom('voucher_recipient')
    .select(['tenant_id', 'voucher_id'])
    .where('purged_at', 'is', null)
    .where('purge_after', '<=', sql<Date>`statement_timestamp()`)
    .orderBy('purge_after')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const row of due)
    await tables<VoucherTables>(mandate)
      .updateTable('voucher_recipient')
      .set({
        first_name: null,
        last_name: null,
        date_of_birth: null,
        household_adults: null,
        household_children: null,
        purged_at: sql<Date>`statement_timestamp()`,
      })
      .where('tenant_id', '=', row.tenant_id)
      .where('voucher_id', '=', row.voucher_id)
      .execute()
  const counts = Map.groupBy(due, ({ tenant_id }) => tenant_id)
  for (const [tenantId, rows] of counts)
    recordEvent(mandate, {
      action: 'voucher.recipients_removed',
      tenantId,
      rowCount: rows.length,
    })
  return due.length
}
