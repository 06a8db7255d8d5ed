import { ProblemError } from '../problem.ts'

/** Answers when the deadline has passed, whatever is still being done, so that no request hangs (R6, R7). */
export async function withinDeadline<Result>(
  endsAtMs: number,
  running: Promise<Result>,
  giveUp: () => void,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp()
      reject(new ProblemError(503, 'DEADLINE_EXCEEDED', 'The request took too long and changed nothing.'))
    }, endsAtMs - performance.now())
  })
  try {
    return await Promise.race([running, deadline])
  } finally {
    clearTimeout(timer)
  }
}
