import type { Ticket } from './facts.ts'
import type { Statement } from '../statement.ts'

const RESUME_SIGNED = 'select access.resume($1, $2, $3, $4, $5, $6, $7, $8) as now'
const RESUME = 'select access.resume_ticket($1, $2, $3) as now'
// What is only read behind a ticket is not committed, so the database sees to it that nothing is written there.
const RESUME_TO_READ = `select access.resume_ticket($1, $2, null) as now, set_config('transaction_read_only', 'on', true)`

/** Lets in with a ticket to what it was made for, if it still holds: it returns the database's time, else null. */
export function resumeToWrite(
  ticket: Ticket,
  question: string,
  request: Readonly<Record<string, unknown>>,
): Statement {
  if (typeof ticket === 'string') return { text: RESUME, values: [ticket, question, request] }
  const { code, stands, reached, reached_code, context, context_code } = ticket
  return {
    text: RESUME_SIGNED,
    values: [code, stands, reached, reached_code, context, context_code, question, request],
  }
}

/** The same with the ticket of one organisation for what only reads, which need not know of the request. */
export const resumeToRead = (ticket: string, question: string): Statement => ({
  text: RESUME_TO_READ,
  values: [ticket, question],
})
