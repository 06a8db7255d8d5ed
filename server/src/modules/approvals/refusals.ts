import { databaseCodeOf } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'

const ANSWERED = ['SECOND_PERSON_ANSWERED', 'It does not wait for an answer any more.'] as const

/** What each of the database's own rules means to whoever asked. */
const REFUSED: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  second_person_request_one_waiting: ['SECOND_PERSON_WAITING', 'This waits for a second person already.'],
  second_person_transition: ANSWERED,
  second_person_lapsed: ANSWERED,
  second_person_same: ['SECOND_PERSON_REFUSED', 'You asked for it; another admin answers.'],
  second_person_asker: ['SECOND_PERSON_REFUSED', 'Only whoever asked takes it back.'],
  second_person_outdated: ['SECOND_PERSON_OUTDATED', 'What it is about was changed since.'],
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export async function guarded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    const known = REFUSED[constraint]
    if (known && databaseCodeOf(error) !== undefined)
      throw new ProblemError(409, known[0], known[1], { cause: error })
    throw error
  }
}
