import type pg from 'pg'
import { runBatch } from './wire/batch.ts'
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

/** What goes to the database before the statements of each round trip of a read, and says whether they count. */
export interface Opening {
  /** Lets the statements behind it read and nothing else. */
  readonly toRead: Statement
  /** Lets them write too. */
  readonly toWrite: Statement
  /** Whether what follows may stand on what it came to, sent at that monotonic time in milliseconds. */
  readonly holds: (result: StatementResult | undefined, sentAtMs: number) => boolean
  /** Told when it did not hold. */
  readonly lapsed: () => void
}

/** The opening that went with the statements did not hold: whatever they came to counts for nothing. */
class StaleOpening extends Error {
  override name = 'StaleOpening'
}

function passStale(error: unknown): void {
  if (!(error instanceof StaleOpening)) throw error
}

/**
 * One database transaction on one connection of one login, which ends once. Behind an opening each round trip is a
 * transaction of its own until the commit, which begins one: nothing that is only read needs more (READ COMMITTED).
 */
export class Transaction {
  readonly database: Database
  readonly #client: pg.PoolClient
  #state: 'open' | 'ended' = 'open'
  #opening: Opening | null = null
  #ahead: readonly Statement[] = []
  #sent: Promise<unknown> | null = null
  #isStale = false
  #isReleased = false
  #isBroken = false
  #isCommitting = false
  #onceCommitted: () => void = () => undefined

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

  /** Takes a connection for statements that go behind an opening, each time in one round trip with it. */
  static async behind(database: Database, login: Login, opening: Opening): Promise<Transaction> {
    const transaction = new Transaction(database, await acquire(database, login))
    transaction.#opening = opening
    return transaction
  }

  /** Whether the opening turned out not to hold: nothing that came of this transaction may be used. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** Waits for all that was sent, and asks whether the opening holds if nothing was; `isStale` tells. Throws when it cannot be told. */
  async settle(): Promise<void> {
    if (this.#opening && !this.#sent && this.#state === 'open') await this.send([]).catch(passStale)
    else await this.#sent
  }

  /** Has a statement go ahead of the next ones, in their round trip; for a transaction that has begun. */
  sendAhead(statement: Statement): void {
    if (this.#opening) throw new Error('Behind an opening each round trip begins anew.')
    this.#ahead = [...this.#ahead, statement]
  }

  /** Has something done once this transaction has committed; it says so once, if at all. */
  onceCommitted(work: () => void): void {
    this.#onceCommitted = work
  }

  /** Runs statements in one round trip. Throws a StaleOpening when the opening did not hold. */
  async send(statements: readonly Statement[]): Promise<StatementResult[]> {
    if (this.#state === 'ended') throw new Error('The mandate has ended.')
    if (this.#isStale) throw new StaleOpening()
    const opening = this.#opening
    if (!opening) return this.#runBegun(statements)
    return this.#runBehind(opening, [opening.toRead, ...statements])
  }

  async #runBegun(statements: readonly Statement[]): Promise<StatementResult[]> {
    const ahead = this.#ahead
    this.#ahead = []
    return (await this.#run([...ahead, ...statements])).slice(ahead.length)
  }

  /** The first of the statements is the opening, or the second behind a BEGIN. */
  #runBehind(opening: Opening, statements: readonly Statement[]): Promise<StatementResult[]> {
    const running = this.#judge(opening, statements)
    const before = this.#sent
    this.#sent = running.catch(passStale).then(() => before)
    this.#sent.catch(() => undefined)
    return running
  }

  async #judge(opening: Opening, statements: readonly Statement[]): Promise<StatementResult[]> {
    const count = statements[0] === BEGIN ? 2 : 1
    const sentAtMs = performance.now()
    let results: StatementResult[]
    try {
      results = await this.#run(statements)
    } catch (error) {
      if (error instanceof ProblemError) throw error
      // Whether the opening or what stood on it failed is not known; done anew, it will be.
      this.#isStale = true
      opening.lapsed()
      throw new StaleOpening('The statements failed.', { cause: error })
    }
    if (opening.holds(results[count - 1], sentAtMs)) return results.slice(count)
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

  /** Waits until the opening is known to hold. Throws when it does not. */
  async confirm(): Promise<void> {
    await this.settle()
    if (this.#isStale) throw new StaleOpening()
  }

  /** Gives the connection back after reads behind an opening, which leave nothing to commit. */
  end(): void {
    if (!this.#opening) throw new Error('A transaction that has begun is committed or rolled back.')
    this.#release()
  }

  /** Runs the last statements and commits, in one round trip. */
  async commit(last: readonly Statement[], durability: Durability): Promise<StatementResult[]> {
    try {
      const relax = durability === 'relaxed' ? [RELAX] : []
      const opening = this.#opening
      if (!opening) {
        const results = await this.send([...relax, ...last, COMMIT])
        this.#onceCommitted()
        return results
      }
      // Asked first, because what is written here stays: only an opening that holds puts a context in force, without which nothing is recorded.
      await this.confirm()
      this.#isCommitting = true
      return await this.#runBehind(opening, [BEGIN, opening.toWrite, ...relax, ...last, COMMIT])
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
    // Behind an opening no transaction outlives its round trip, unless the commit failed.
    await this.#sent?.catch(() => undefined)
    if (!this.#isBroken && (!this.#opening || this.#isCommitting)) {
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
