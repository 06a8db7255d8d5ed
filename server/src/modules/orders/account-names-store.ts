import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { OrderRow } from './tables.ts'

const References = z.record(z.string(), z.string())

type Named = Pick<
  OrderRow,
  'account_id' | 'ban' | 'payer_account_id' | 'payer_ban' | 'access_mode' | 'client_id'
>

/** What stands where a partner is told no number and there is nothing else to tell it: of an account that only pays. */
export const UNTOLD = 'not told'

/** Of which rows the partner behind a mandate reads a reference, where it reads any; all other rows keep their numbers. */
function isByReference(mandate: Mandate, row: Named): boolean {
  if (mandate.kind === 'api') return mandate.token.account.customerRef !== undefined
  const isOfPartner = mandate.kind === 'portfolio' || mandate.kind === 'acting'
  return isOfPartner && row.access_mode === 'delegated' && row.client_id !== null
}

/**
 * Rows in the words of whoever reads them: a partner that is given references reads those in the place of the account
 * numbers of customers that consented (decision 048). An API client does so as long as its token says so.
 */
export async function inReadersWords<Row extends Named>(
  mandate: Mandate,
  rows: readonly Row[],
): Promise<readonly Row[]> {
  const named = rows.filter((row) => isByReference(mandate, row))
  if (named.length === 0) return rows
  const accounts = [...new Set(named.flatMap((row) => [row.account_id, row.payer_account_id]))]
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.uses_account_refs() as is_on, access.own_customer_refs($1::uuid[]) as refs',
      values: [accounts],
    },
  ])
  const found = result?.rows[0]
  if (mandate.kind !== 'api' && found?.['is_on'] === false) return rows
  const refs = References.parse(found?.['refs'])
  const wordFor = (account: string) => refs[account] ?? UNTOLD
  return rows.map((row) =>
    isByReference(mandate, row)
      ? { ...row, ban: wordFor(row.account_id), payer_ban: wordFor(row.payer_account_id) }
      : row,
  )
}

/** One row in the words of whoever reads it. */
export async function inReaderWords<Row extends Named>(mandate: Mandate, row: Row): Promise<Row> {
  const [told = row] = await inReadersWords(mandate, [row])
  return told
}
