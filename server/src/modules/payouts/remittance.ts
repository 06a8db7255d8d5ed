import type { ExportCell, ExportColumn } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { toMoney } from '#platform/money.ts'
import { toDecimal } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openAccounts } from './account-store.ts'
import type { BatchRow } from './batch-store.ts'
import { lockItems } from './item-store.ts'
import type { ItemRow, LineRow } from './item-store.ts'
import { writeTable } from './statement-files.ts'

const LINE_COLUMNS: readonly ExportColumn[] = [
  { key: 'earning_id', label: 'Earning', type: 'text', width: 4 },
  { key: 'month', label: 'Month', type: 'text', width: 2 },
  { key: 'kind', label: 'Kind', type: 'text', width: 2 },
  { key: 'component', label: 'Component', type: 'text', width: 3 },
  { key: 'amount', label: 'Amount', type: 'money', width: 3 },
  { key: 'currency', label: 'Currency', type: 'text', width: 1 },
]

/** What a payout is made of, for its partner: one line for each earning, credits and debits alike. */
export function writeRemittance(
  item: ItemRow,
  lines: readonly LineRow[],
  format: 'pdf' | 'csv',
): Promise<Buffer> {
  const amount = `${toDecimal(toMoney(item.amount_minor, item.currency))} ${item.currency}`
  const rows = lines.map((line): ExportCell[] => [
    publicIdOf('earning', line.earning_id),
    line.period_month.slice(0, 7),
    line.kind,
    line.component,
    toMoney(line.amount_minor, item.currency),
    item.currency,
  ])
  const facts = {
    title: 'Remittance advice',
    about: [
      `${item.partner_name}: ${amount} to ${item.account_label}`,
      `Payout ${publicIdOf('payout_item', item.id)}, ${item.state}${item.rail_ref === null ? '' : `, reference ${item.rail_ref}`}`,
    ],
    columns: LINE_COLUMNS,
    hasByteOrderMark: false,
    createdAt: item.finished_at ?? item.created_at,
  }
  return writeTable(format, facts, rows)
}

const BANK_COLUMNS: readonly ExportColumn[] = [
  { key: 'payout_id', label: 'Payout', type: 'text' },
  { key: 'partner', label: 'Partner', type: 'text' },
  { key: 'method', label: 'Method', type: 'text' },
  { key: 'holder', label: 'Account holder', type: 'text' },
  { key: 'account', label: 'Account', type: 'text' },
  { key: 'bank_code', label: 'Bank code', type: 'text' },
  { key: 'country', label: 'Country', type: 'text' },
  { key: 'amount', label: 'Amount', type: 'money' },
  { key: 'currency', label: 'Currency', type: 'text' },
  { key: 'text', label: 'Text', type: 'text' },
]

/**
 * The file from which a batch is paid by hand: who gets how much, to which account. It holds what is still to be paid alone, so
 * that whoever takes it again for the rest pays nobody twice. Throws PAYOUT_STATE_CONFLICT when nothing is.
 */
export async function writeBankFile(
  mandate: Mandate<'platform'>,
  vault: Vault,
  batch: BatchRow,
): Promise<{ readonly bytes: Buffer; readonly rows: number }> {
  const items = (await lockItems(mandate, batch.id)).filter(({ state }) => state === 'sent')
  if (items.length === 0)
    throw new ProblemError(409, 'PAYOUT_STATE_CONFLICT', 'Nothing of this batch is to be paid any more.')
  const accounts = await openAccounts(
    mandate,
    vault,
    items.map((item) => item.payout_account_id),
  )
  const rows = items.map((item): ExportCell[] => {
    const account = accounts.get(item.payout_account_id)
    if (!account) throw new Error('An item names an account that is not there.')
    return [
      publicIdOf('payout_item', item.id),
      item.partner_name,
      item.account_method,
      account.holder_name,
      account.account_number,
      account.bank_code,
      account.country,
      toMoney(item.amount_minor, item.currency),
      item.currency,
      `Payout ${batch.number}`,
    ]
  })
  const facts = {
    title: `Payout ${batch.number}`,
    about: [],
    columns: BANK_COLUMNS,
    hasByteOrderMark: false,
    createdAt: batch.created_at,
  }
  return { bytes: await writeTable('csv', facts, rows), rows: rows.length }
}
