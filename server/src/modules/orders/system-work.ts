import { ProblemError } from '#platform/problem.ts'

/** Whether somebody else changed the record in between; the next run sees it as it is then. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof ProblemError && error.status < 500
}
