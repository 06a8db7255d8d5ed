import type pg from 'pg'

/** The part of the driver's wire connection that a batch writes to. */
export interface Wire {
  readonly stream: { write(bytes: Buffer): void }
}

export interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

/** A statement that a connection has prepared. Its columns are known once it ran, and stay: the server refuses a plan of others. */
export interface PreparedStatement {
  readonly name: string
  columns: readonly Column[] | undefined
}

/** The statements that a connection has prepared, by their text. */
export interface Register {
  readonly statements: Map<string, PreparedStatement>
  /** How many are given names: past that a statement is sent unnamed, because names without bound would fill the server's memory. */
  readonly mostNamed: number
  generation: number
}

const MOST_NAMED = 500
const registers = new WeakMap<Wire, Register>()

/** What is prepared on a connection. */
export function registerOf(wire: Wire): Register {
  let register = registers.get(wire)
  if (!register) {
    register = { statements: new Map(), mostNamed: MOST_NAMED, generation: 0 }
    registers.set(wire, register)
  }
  return register
}

/**
 * From now on nothing is prepared under a name on this connection: behind a pooler that does not follow names, the next
 * transaction may meet another session of PostgreSQL, which has never heard of them.
 */
export function sendUnnamed(client: pg.PoolClient): void {
  // What the driver's types leave out.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { connection } = client as unknown as { connection: Wire }
  registers.set(connection, { statements: new Map(), mostNamed: 0, generation: 0 })
}
