import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface Hinted {
  readonly partner_id: string
  readonly customer_hint: string | null
}

/**
 * What was asked, with the customer's own account number where the client wrote the reference that its partner has for it:
 * the customer knows its accounts by nothing else.
 */
export async function withOwnNumber<Row extends Hinted>(
  mandate: Mandate<'identity' | 'tenant'>,
  row: Row,
  tenantId: string,
): Promise<Row> {
  if (row.customer_hint === null) return row
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.number_of_hint($1, $2, $3) as ban',
      values: [row.partner_id, tenantId, row.customer_hint],
    },
  ])
  const ban = result?.rows[0]?.['ban']
  return typeof ban === 'string' ? { ...row, customer_hint: ban } : row
}
