import { databaseCodeOf } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'

type Known = readonly [status: number, code: string, detail: string]

/** What each of the database's own rules means to whoever asked. */
const REFUSED: Readonly<Record<string, Known>> = {
  risk_case_transition: [409, 'RISK_CASE_DECIDED', 'The case was decided already.'],
  risk_case_own_partner: [409, 'RISK_OWN_PARTNER', 'Nobody decides a case about their own partner.'],
  risk_case_one_open: [409, 'RISK_CASE_OPEN', 'A case about this sign-up is open.'],
  risk_rule_pkey: [412, 'PRECONDITION_FAILED', 'The rule was changed after it was read.'],
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export async function guarded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    const known = REFUSED[constraint]
    if (known && databaseCodeOf(error) !== undefined)
      throw new ProblemError(known[0], known[1], known[2], { cause: error })
    throw error
  }
}
