import type pg from 'pg'
import { runBatch } from './batch.ts'
import { acquire, databaseCodeOf, isUnavailable } from './database.ts'
import type { Database, Login } from './database.ts'
import { ProblemError } from './problem.ts'
import type { Statement, StatementResult } from './statement.ts'

const BEGIN: Statement = { text: 'begin', values: [] }
const COMMIT: Statement = { text: 'commit', values: [] }
// An ordinary read loses at most half a second of its own audit rows in a crash of the database, never of the server.
const RELAX: Statement = { text: `select set_config('synchronous_commit', 'off', true)`, values: [] }

/** Whether a commit waits for the disk. */
export type Durability = 'durable' | 'relaxed'

const LOCK_TIMEOUT = '55P03'
const STATEMENT_TIMEOUT = '57014'

/** Names an error of the database that is not the caller's fault; passes any other on. */
export function toAvailabilityProblem(error: unknown): unknown {
  if (error instanceof ProblemError) return error
  if (isUnavailable(error))
    return new ProblemError(503, 'DEPENDENCY_UNAVAILABLE', 'The database cannot be reached right now.', {
      cause: error,
    })
  const code = databaseCodeOf(error)
  if (code === STATEMENT_TIMEOUT || code === LOCK_TIMEOUT) {
    return new ProblemError(503, 'DEADLINE_EXCEEDED', 'The request took too long and changed nothing.', {
      cause: error,
    })
  }
  return error
}

/** What goes to the database before the first statements of a transaction, in their round trip. */
export interface Opening {
  readonly statements: readonly Statement[]
  /** Whether what follows may stand on what these statements came to. */
  readonly holds: (results: readonly StatementResult[]) => boolean
  /** Told when it did not hold. */
  readonly lapsed: () => void
}

/** The opening that went with the first statements did not hold: whatever they came to counts for nothing. */
class StaleOpening extends Error {
  override name = 'StaleOpening'
}

function passStale(error: unknown): void {
  if (!(error instanceof StaleOpening)) throw error
}

/** One database transaction on one connection of one login. Begins with its first statements and ends once. */
export class Transaction {
  readonly database: Database
  readonly #client: pg.PoolClient
  #state: 'open' | 'ended' = 'open'
  #opening: Opening | null = null
  #opened: Promise<unknown> = Promise.resolve()
  #isStale = false
  #isReleased = false
  #isBroken = false

  private constructor(database: Database, client: pg.PoolClient) {
    this.database = database
    this.#client = client
  }

  /** Takes a connection and sends BEGIN together with the opening statements, whose results it returns. */
  static async begin(
    database: Database,
    login: Login,
    opening: readonly Statement[],
  ): Promise<[Transaction, StatementResult[]]> {
    const transaction = new Transaction(database, await acquire(database, login))
    try {
      const [, ...results] = await transaction.send([BEGIN, ...opening])
      return [transaction, results]
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  /** Takes a connection and begins with the first statements that are sent, behind the opening and in its round trip. */
  static async beginLater(database: Database, login: Login, opening: Opening): Promise<Transaction> {
    const transaction = new Transaction(database, await acquire(database, login))
    transaction.#opening = opening
    return transaction
  }

  /** Whether the opening turned out not to hold: nothing that came of this transaction may be used. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** Asks whether the opening holds, unless that was asked already; `isStale` tells. Throws when it cannot be told. */
  async settle(): Promise<void> {
    if (this.#opening && this.#state === 'open') await this.send([]).catch(passStale)
    else await this.#opened
  }

  /** Runs statements in one round trip. Throws a StaleOpening when the opening did not hold. */
  async send(statements: readonly Statement[]): Promise<StatementResult[]> {
    if (this.#state === 'ended') throw new Error('The mandate has ended.')
    if (this.#isStale) throw new StaleOpening()
    const opening = this.#opening
    if (!opening) return this.#run(statements)
    // At once, so that what is sent meanwhile goes behind it.
    this.#opening = null
    const running = this.#runBehind(opening, statements)
    this.#opened = running.catch(passStale)
    this.#opened.catch(() => undefined)
    return running
  }

  async #runBehind(opening: Opening, statements: readonly Statement[]): Promise<StatementResult[]> {
    const count = opening.statements.length + 1
    let results: StatementResult[]
    try {
      results = await this.#run([BEGIN, ...opening.statements, ...statements])
    } catch (error) {
      if (error instanceof ProblemError) throw error
      // Whether the opening or what stood on it failed is not known; done anew, it will be.
      this.#isStale = true
      opening.lapsed()
      throw new StaleOpening('The first statements failed.', { cause: error })
    }
    if (opening.holds(results.slice(1, count))) return results.slice(count)
    this.#isStale = true
    opening.lapsed()
    throw new StaleOpening()
  }

  async #run(statements: readonly Statement[]): Promise<StatementResult[]> {
    try {
      return await runBatch(this.#client, statements)
    } catch (error) {
      if (isUnavailable(error)) this.#isBroken = true
      throw toAvailabilityProblem(error)
    }
  }

  /** Runs the last statements and commits, in one round trip. */
  async commit(last: readonly Statement[], durability: Durability): Promise<StatementResult[]> {
    try {
      const relax = durability === 'relaxed' ? [RELAX] : []
      return await this.send([...relax, ...last, COMMIT])
    } catch (error) {
      await this.rollback()
      throw error
    } finally {
      this.#release()
    }
  }

  /** Gives everything back. Never throws. */
  async rollback(): Promise<void> {
    if (this.#state === 'ended') return
    // First of all, so that nothing that still runs is sent behind the rollback, outside of the transaction.
    this.#state = 'ended'
    // With its opening still to be sent it never began.
    if (!this.#isBroken && !this.#opening) {
      await runBatch(this.#client, [{ text: 'rollback', values: [] }]).catch(() => {
        this.#isBroken = true
      })
    }
    this.#release()
  }

  /** Ends the transaction from outside, whatever it is doing: the connection is destroyed, which the server rolls back. */
  abandon(): void {
    this.#isBroken = true
    this.#release()
  }

  #release(): void {
    this.#state = 'ended'
    if (this.#isReleased) return
    this.#isReleased = true
    this.#client.release(this.#isBroken)
  }
}
