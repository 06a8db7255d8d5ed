import { recallRefusal, refuseLimited, takeLimits, takeLimitsForRead } from '#platform/limits/admission.ts'
import { handle, listLast, toAnswer } from './answering.ts'
import { loneReadOf } from '../audit-event.ts'
import type { Answer, Call, Engine, Opened } from './execute.ts'
import { keepRefusal } from './kept-refusal.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import type { LimitVerdict } from '#platform/limits/limits.ts'
import { ProblemError } from '../problem.ts'
import { toAvailabilityProblem } from '../transaction.ts'

type Admit = (verdict: LimitVerdict) => Record<string, string>

/**
 * A read that stands on a decision that is kept. It began no transaction: once its rows are there, and the decision is
 * known to hold, its limits are taken and its event is written together with those of the reads that wait at the moment.
 */
export async function workBehindTicket(
  engine: Engine,
  call: Call,
  opened: Opened & Required<Pick<Opened, 'proof'>>,
): Promise<Answer> {
  const { mandate, transaction } = opened
  const applicant = { ...call, mandate }
  const admit: Admit = (verdict) => {
    if (!verdict.admitted) engine.observer.limited(verdict.name)
    if (!verdict.admitted) refuseLimited(applicant, verdict)
    const limits = limitHeaders(verdict)
    call.counted.limits = limits
    return limits
  }
  const known = recallRefusal(engine.limiter, applicant)
  if (known) admit(known)
  const result = await handle(call, mandate).catch(async (error: unknown) => {
    // What went wrong is told to those alone who still have access and are admitted.
    await transaction.confirm()
    admit(await takeLimits(engine.limiter, applicant))
    return keepRefusal(opened, error)
  })
  const answer = toAnswer(call, mandate, result)
  await transaction.confirm()
  const limits = await recordAndAdmit(engine, { call, opened, answer }, admit).catch((error: unknown) => {
    if (!(error instanceof ProblemError) && !transaction.isStale) engine.observer.auditFailed()
    throw toAvailabilityProblem(error)
  })
  return { ...answer, headers: { ...answer.headers, ...limits } }
}

interface Read {
  readonly call: Call
  readonly opened: Opened & Required<Pick<Opened, 'proof'>>
  readonly answer: Answer
}

/** Takes the limits, and writes what there is to write of a read whose rows are there. Returns what the answer says of the limits. */
async function recordAndAdmit(
  { limiter, readDurability = 'relaxed' }: Engine,
  { call, opened: { mandate, transaction, proof, use }, answer }: Read,
  admit: Admit,
): Promise<Record<string, string>> {
  const applicant = { ...call, mandate }
  const last = listLast(call, mandate, { answer, use: null })
  const event = loneReadOf(last)
  if (event === undefined && last.length > 0) {
    const limits = admit(await takeLimits(limiter, applicant))
    await transaction.commit(last, readDurability)
    return limits
  }
  transaction.end()
  if (event === undefined) return admit(await takeLimits(limiter, applicant))
  const isDurable = readDurability === 'durable'
  const isUse = use?.isDue === true
  const limits = admit(await takeLimitsForRead(limiter, applicant, { ...proof, event, isDurable, isUse }))
  if (isUse) use.noted()
  return limits
}
