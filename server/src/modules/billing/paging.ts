import { ProblemError } from '#platform/problem.ts'

/** Refuses a list that is asked to go on from a cursor and from an offset at once. */
export function refuseTwoPlaces({ cursor, offset }: { cursor?: string | undefined; offset: number }): void {
  if (cursor === undefined || offset === 0) return
  const detail = 'must be 0 when a cursor says where to go on'
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'A list goes on from a cursor or from an offset, not both.',
    { errors: [{ pointer: '/query/offset', code: 'CURSOR_AND_OFFSET', detail }] },
  )
}
