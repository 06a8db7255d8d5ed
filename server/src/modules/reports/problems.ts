import { ProblemError } from '#platform/problem.ts'

/** The refusal of a report whose dates are well-formed and yet cannot be taken. */
export function refuseDates(field: string, code: string, detail: string): never {
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'One part of the input cannot be taken; nothing was read.',
    {
      errors: [{ pointer: `/query/${field}`, code, detail }],
    },
  )
}
