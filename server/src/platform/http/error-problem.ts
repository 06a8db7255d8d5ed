import { databaseCodeOf } from '../database.ts'
import { PLATFORM_PROBLEMS, ProblemError } from '../problem.ts'
import { toAvailabilityProblem } from '../transaction.ts'

const CLIENT_ERRORS: Readonly<Record<string, keyof typeof PLATFORM_PROBLEMS>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
}

const CONSTRAINT_CODES = new Set(['23505', '23503', '23514', '40001', '40P01'])
const BAD_VALUE_CODES = new Set(['22P02', '22003', '22007', '22008', '22021', '22P05'])

function problemFromDatabase(error: unknown): ProblemError | null {
  const code = databaseCodeOf(error)
  if (code !== undefined && CONSTRAINT_CODES.has(code))
    return new ProblemError(
      409,
      'CONFLICT',
      'Another change got there first, or the change contradicts what is there.',
      { cause: error },
    )
  if (code !== undefined && BAD_VALUE_CODES.has(code))
    return new ProblemError(422, 'VALIDATION_ERROR', 'A value cannot be stored as it is.', { cause: error })
  return null
}

/** Every error that can leave the server, as a problem; the internal story stays in `cause`. */
export function toProblem(raw: unknown): ProblemError {
  const error = toAvailabilityProblem(raw)
  if (error instanceof ProblemError) return error
  const code = databaseCodeOf(error)
  const known = code === undefined ? undefined : CLIENT_ERRORS[code]
  if (known)
    return new ProblemError(PLATFORM_PROBLEMS[known].status, known, PLATFORM_PROBLEMS[known].cause, {
      cause: error,
    })
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status >= 400 && status < 500)
    return new ProblemError(400, 'MALFORMED_REQUEST', PLATFORM_PROBLEMS.MALFORMED_REQUEST.cause, {
      cause: error,
    })
  return (
    problemFromDatabase(error) ??
    new ProblemError(500, 'INTERNAL_ERROR', 'Something broke on our side; nothing was changed.', {
      cause: error,
    })
  )
}
