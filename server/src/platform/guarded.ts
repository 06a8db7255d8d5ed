import { databaseCodeOf } from './database.ts'
import { ProblemError } from './problem.ts'

/** What a rule of the database means to whoever asked: the problem's code and words, 409 unless it says another status; or the whole problem. */
type Meaning = readonly [code: string, detail: string, status?: number] | ((cause: unknown) => ProblemError)

/** The name of the rule of the database that refused a change; empty for any other error. */
export function constraintOf(error: unknown): string {
  const isNamed = error instanceof Error && 'constraint' in error && databaseCodeOf(error) !== undefined
  return isNamed ? String(error.constraint) : ''
}

/**
 * Answers a function that runs a change; what the database's own rules refuse, by the name of the constraint, becomes the
 * problem that names it. Every other failure stays as it is.
 */
export function guardedBy(refused: Readonly<Record<string, Meaning>>) {
  return async function guarded<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work
    } catch (error) {
      const meaning = refused[constraintOf(error)]
      if (meaning === undefined) throw error
      if (typeof meaning === 'function') throw meaning(error)
      const [code, detail, status = 409] = meaning
      throw new ProblemError(status, code, detail, { cause: error })
    }
  }
}
