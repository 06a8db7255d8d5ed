import type { Ticket } from './facts.ts'
import type { Statement } from './statement.ts'

const RESUME = 'select access.resume($1, $2, $3, $4, $5, $6, $7, $8) as now'
// What is only read behind a ticket is not committed, so the database sees to it that nothing is written there.
const RESUME_TO_READ = `${RESUME}, set_config('transaction_read_only', 'on', true)`

const partsOf = ({ code, stands, reached, reached_code, context, context_code }: Ticket) => [
  code,
  stands,
  reached,
  reached_code,
  context,
  context_code,
]

/** Lets in with a ticket to what it was made for, if it still holds: it returns the database's time, else null. */
export const resumeToWrite = (
  ticket: Ticket,
  question: string,
  request: Readonly<Record<string, unknown>>,
): Statement => ({ text: RESUME, values: [...partsOf(ticket), question, request] })

/** The same for what only reads, which need not know of the request. */
export const resumeToRead = (ticket: Ticket, question: string): Statement => ({
  text: RESUME_TO_READ,
  values: [...partsOf(ticket), question, null],
})
