import type pg from 'pg'
import { parserOf, toText } from './statement.ts'
import type { Row, Statement, StatementResult } from './statement.ts'

/** The part of the driver's wire connection that a batch writes to. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void }
  parse(query: { text: string; name: string; types?: number[] }): void
  bind(config: {
    portal: string
    statement: string
    values: unknown[]
    valueMapper: (value: unknown) => unknown
  }): void
  describe(message: { type: 'P' | 'S'; name: string }): void
  execute(config: { portal: string; rows: number }): void
  sync(): void
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** Which statements a connection has prepared, and under which name. */
interface Prepared {
  readonly names: Map<string, string>
  generation: number
}

const MAXIMUM_PREPARED = 500
const registers = new WeakMap<Wire, Prepared>()

function registerOf(wire: Wire): Prepared {
  let register = registers.get(wire)
  if (!register) {
    register = { names: new Map(), generation: 0 }
    registers.set(wire, register)
  }
  return register
}

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
  readonly #newNames: [string, string][] = []
  #rows: Row[] = []
  #columns: { name: string; parse: (text: string) => unknown }[] = []
  #wire: Wire | undefined
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
    this.#wire = wire
    wire.stream.cork()
    try {
      for (const statement of this.#statements) this.#send(wire, statement)
      wire.sync()
    } finally {
      wire.stream.uncork()
    }
    return null
  }

  #send(wire: Wire, { text, values }: Statement): void {
    const register = registerOf(wire)
    let name = register.names.get(text)
    if (name === undefined) {
      // Past the limit a statement is sent unnamed: unbounded names would fill the server's memory.
      name = register.names.size < MAXIMUM_PREPARED ? `b${register.generation}_${register.names.size}` : ''
      wire.parse({ text, name })
      if (name !== '') {
        register.names.set(text, name)
        this.#newNames.push([text, name])
      }
    }
    wire.bind({ portal: '', statement: name, values: [...values], valueMapper: toText })
    wire.describe({ type: 'P', name: '' })
    wire.execute({ portal: '', rows: 0 })
  }

  handleRowDescription(message: { fields: readonly Field[] }): void {
    this.#columns = message.fields.map((field) => ({ name: field.name, parse: parserOf(field.dataTypeID) }))
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const row: Row = {}
    for (const [index, column] of this.#columns.entries()) {
      const text = message.fields[index]
      row[column.name] = text === null || text === undefined ? null : column.parse(text)
    }
    this.#rows.push(row)
  }

  handleCommandComplete(message: { text: string }): void {
    const count = Number(message.text.split(' ').at(-1))
    this.#done.push({ rows: this.#rows, rowCount: Number.isNaN(count) ? 0 : count })
    this.#rows = []
    this.#columns = []
  }

  handleEmptyQuery(): void {
    this.#done.push({ rows: [], rowCount: 0 })
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(): void {}

  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#failure = error
    this.#forgetNewNames()
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
  #forgetNewNames(): void {
    if (!this.#wire || this.#newNames.length === 0) return
    const register = registerOf(this.#wire)
    for (const [text] of this.#newNames) register.names.delete(text)
    register.generation += 1
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
