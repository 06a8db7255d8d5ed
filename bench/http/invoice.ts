/** What every rival answers with, as JSON Schema for those that describe their answers so. */
export const INVOICE_SCHEMA = {
  type: 'object',
  properties: {
    invoice_id: { type: 'string' },
    number: { type: 'string' },
    status: { type: 'string' },
    issued_on: { type: 'string' },
    total_minor: { type: 'integer' },
    currency: { type: 'string' },
  },
  required: ['invoice_id', 'number', 'status', 'issued_on', 'total_minor', 'currency'],
} as const

/** The one query of the measurement. The tenant is named in it, as it is in every key of a tenant's table. */
export const INVOICE_SQL =
  'select id, number, status, issued_on::text as issued_on, total_minor::float8 as total_minor, currency from invoice where tenant_id = $1 and id = $2'

export const POOL_SIZE = 8

export interface InvoiceRow {
  readonly id: string
  readonly number: string
  readonly status: string
  readonly issued_on: string
  readonly total_minor: number
  readonly currency: string
}

/** The answer for a row; the id goes out in the form it came in. */
export function toAnswer(publicId: string, row: InvoiceRow) {
  const { number, status, issued_on, total_minor, currency } = row
  return { invoice_id: publicId, number, status, issued_on, total_minor, currency }
}
