import pg from 'pg'

/** One SQL statement with its values, as it is sent. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

export type Row = Record<string, unknown>

export interface StatementResult {
  readonly rows: Row[]
  readonly rowCount: number
}

const INT8 = 20
const DATE = 1082
const NUMERIC = 1700

/**
 * How a column's text becomes a value: money is an integer, exact up to 2^53 and always a number, because whoever adds
 * columns that are typed so would throw at a `bigint` among them; a date stays a date, `numeric` is a number.
 */
export function parserOf(typeId: number): (text: string) => unknown {
  if (typeId === INT8 || typeId === NUMERIC) return Number
  if (typeId === DATE) return (text) => text
  return pg.types.getTypeParser(typeId, 'text')
}

function quoteElement(element: unknown): string {
  if (element === null || element === undefined) return 'NULL'
  if (Array.isArray(element)) return toArrayLiteral(element)
  const text = toText(element)
  if (text === null) return 'NULL'
  if (Buffer.isBuffer(text)) return `"\\\\x${text.toString('hex')}"`
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function toArrayLiteral(elements: readonly unknown[]): string {
  return `{${elements.map(quoteElement).join(',')}}`
}

/** A value as PostgreSQL reads it: null, text, or bytes. Arrays become array literals, other objects JSON. */
export function toText(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  if (value instanceof Date) return value.toISOString()
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value)
  if (Array.isArray(value)) return toArrayLiteral(value)
  return JSON.stringify(value)
}
