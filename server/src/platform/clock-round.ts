import { ProblemError } from './problem.ts'

const BATCH = 100
const MAXIMUM_BATCHES = 100

/** What a clock works through. */
export interface Due<Row extends { readonly id: string }> {
  /** What is due, in the order in which it is worked on; at most so many. */
  readonly find: (limit: number) => Promise<readonly Row[]>
  /** Works on one in a transaction of its own; false when there was nothing to do. */
  readonly each: (row: Row) => Promise<boolean>
}

/**
 * One round of a clock: what is due is worked through row by row. One that cannot be worked on keeps none of the others
 * from theirs, nor what the clock does besides; it is told at the end.
 */
export class ClockRound {
  readonly #failures: unknown[] = []

  /** Works through all that is due. Answers how many rows were worked on. */
  async workThrough<Row extends { readonly id: string }>({ find, each }: Due<Row>): Promise<number> {
    const left = new Set<string>()
    let done = 0
    for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
      const rows = (await find(BATCH + left.size)).filter(({ id }) => !left.has(id))
      if (rows.length === 0) break
      for (const row of rows) {
        if (await this.attempt(() => each(row))) done += 1
        else left.add(row.id)
      }
    }
    return done
  }

  /** Does one thing; false when it failed, or said so itself. What somebody changed in between is no failure: the next round sees it as it is then. */
  async attempt(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ProblemError && error.status < 500)) this.#failures.push(error)
      return false
    }
  }

  /** Throws what failed, once everything else is done, naming what it was that could not be worked on. */
  end(things: string): void {
    const { length } = this.#failures
    if (length === 0) return
    throw new AggregateError(
      this.#failures,
      `The clock could not work on ${length} ${things}, the first because: ${String(this.#failures[0])}`,
    )
  }
}
