import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import type { Transaction } from '../transaction.ts'

/** Runs what Kysely builds on one transaction that is already open. */
class TransactionConnection implements DatabaseConnection {
  readonly #transaction: Transaction

  constructor(transaction: Transaction) {
    this.#transaction = transaction
  }

  async executeQuery<Result>(query: CompiledQuery): Promise<QueryResult<Result>> {
    const [result] = await this.#transaction.send([{ text: query.sql, values: query.parameters }])
    // The columns are what the query selects; Kysely's types carry them, the wire does not.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { rows: (result?.rows ?? []) as Result[], numAffectedRows: BigInt(result?.rowCount ?? 0) }
  }

  streamQuery<Result>(): AsyncIterableIterator<QueryResult<Result>> {
    throw new Error('A mandate does not stream.')
  }
}

function makeDriver(connection: TransactionConnection): Driver {
  const refuse = () => Promise.reject(new Error('A mandate is one transaction already.'))
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  }
}

/** Kysely over one open transaction. */
export function kyselyOn<Tables>(transaction: Transaction): Kysely<Tables> {
  const driver = makeDriver(new TransactionConnection(transaction))
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (database) => new PostgresIntrospector(database),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}
