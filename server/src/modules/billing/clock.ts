import type { Database } from '#platform/database.ts'

const BATCH = 500
const MAXIMUM_BATCHES = 100_000

/**
 * Moves the sums by age to the current day (UTC), in small transactions. Nobody waits for it: a summary that finds an older
 * day adds up the due days instead, which gives the same figures more slowly. Returns how many sums it moved.
 */
export async function moveInvoiceAges(database: Database): Promise<number> {
  let moved = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const { rows } = await database
      .pool('liaison_job')
      .query<{ moved: number }>(
        `select private.move_invoice_ages((statement_timestamp() at time zone 'UTC')::date, $1) as moved`,
        [BATCH],
      )
    const count = rows[0]?.moved ?? 0
    moved += count
    if (count < BATCH) break
  }
  return moved
}

/**
 * Compares every kept sum of invoices and payments with the rows. Throws when one differs, so that operators are told: a
 * sum that is wrong is a fault of ours, mended by `select private.rebuild_sums()`.
 */
export async function compareSums(database: Database): Promise<void> {
  const { rows } = await database
    .pool('liaison_job')
    .query<{ kind: string; detail: string }>('select kind, detail from private.differing_sums() limit 20')
  if (rows.length === 0) return
  const told = rows.map(({ kind, detail }) => `${kind} ${detail}`).join('; ')
  throw new Error(`Kept sums of billing differ from the rows: ${told}`)
}
