import type pg from 'pg'
import { databaseCodeOf } from '../database.ts'
import { registerOf } from './prepared-statements.ts'
import type { PreparedStatement, Register, Wire } from './prepared-statements.ts'
import { parserOf } from '../statement.ts'
import type { Row, Statement, StatementResult } from '../statement.ts'
import { WireWriter } from './wire-writer.ts'

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

const writer = new WireWriter()

// The server dropped a prepared statement, or its result would have other columns than before.
const STALE_CODES = new Set(['26000', '0A000'])

/**
 * Several statements in one round trip with one Sync, handed to the driver's extension point for custom queries.
 * PostgreSQL runs everything up to the Sync in one implicit transaction, unless BEGIN is among the statements; after
 * an error it skips to the Sync, so a batch holds whole or not at all. Source: performance.md section 2 (One-Sync).
 */
class Batch {
  readonly results: Promise<StatementResult[]>
  /** The driver replaces this when it times a query out. */
  callback: (error?: Error) => void = () => undefined
  readonly #statements: readonly Statement[]
  readonly #done: StatementResult[] = []
  readonly #sent: PreparedStatement[] = []
  readonly #newTexts: string[] = []
  #rows: Row[] = []
  #register: Register | undefined
  #failure: Error | undefined
  #resolve: (results: StatementResult[]) => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(statements: readonly Statement[]) {
    this.#statements = statements
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  submit(wire: Wire): null {
    this.#register = registerOf(wire)
    for (const statement of this.#statements) this.#write(this.#register, statement)
    writer.sync()
    wire.stream.write(writer.take())
    return null
  }

  #write(register: Register, { text, values }: Statement): void {
    const known = register.statements.get(text)
    const prepared = known ?? this.#prepare(register, text)
    this.#sent.push(prepared)
    writer.bind(prepared.name, values)
    if (!prepared.columns) writer.describe()
    writer.execute()
  }

  #prepare(register: Register, text: string): PreparedStatement {
    const isNamed = register.statements.size < register.mostNamed
    const name = isNamed ? `b${register.generation}_${register.statements.size}` : ''
    const prepared: PreparedStatement = { name, columns: undefined }
    writer.parse(name, text)
    if (isNamed) {
      register.statements.set(text, prepared)
      this.#newTexts.push(text)
    }
    return prepared
  }

  get #current(): PreparedStatement | undefined {
    return this.#sent[this.#done.length]
  }

  handleRowDescription(message: { fields: readonly Field[] }): void {
    const columns = message.fields.map((field) => ({ name: field.name, parse: parserOf(field.dataTypeID) }))
    if (this.#current) this.#current.columns = columns
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const row: Row = {}
    let index = 0
    for (const column of this.#current?.columns ?? []) {
      const text = message.fields[index]
      row[column.name] = text === null || text === undefined ? null : column.parse(text)
      index += 1
    }
    this.#rows.push(row)
  }

  handleCommandComplete(message: { text: string }): void {
    // What was described and told of no columns has none.
    if (this.#current) this.#current.columns ??= []
    const count = Number(message.text.slice(message.text.lastIndexOf(' ') + 1))
    this.#done.push({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count })
    this.#rows = []
  }

  handleEmptyQuery(): void {
    this.#done.push({ rows: [], rowCount: 0 })
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(): void {}

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#failure = error
    this.#forget(databaseCodeOf(error))
    // The driver clears its active query at an error, so handleReadyForQuery will not come.
    this.callback(error)
    this.#reject(error)
  }

  handleReadyForQuery(): void {
    this.callback()
    if (this.#failure) this.#reject(this.#failure)
    else this.#resolve(this.#done)
  }

  /** After an error it is not known which of the new names the server kept, so none of them is used again. */
  #forget(code: string | undefined): void {
    if (!this.#register) return
    if (code !== undefined && STALE_CODES.has(code)) this.#register.statements.clear()
    else if (this.#newTexts.length === 0) return
    for (const text of this.#newTexts) this.#register.statements.delete(text)
    this.#register.generation += 1
  }
}

/** Sends the statements in one round trip. Throws the database's error of the first that failed. */
export function runBatch(
  client: pg.PoolClient,
  statements: readonly Statement[],
): Promise<StatementResult[]> {
  const batch = new Batch(statements)
  // The driver's types describe this extension point by the class of its own that uses it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  client.query(batch as unknown as pg.Submittable)
  return batch.results
}
