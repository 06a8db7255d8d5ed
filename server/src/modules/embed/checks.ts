import { createHash } from 'node:crypto'
import type { FormAction } from '@liaison/access'
import type { FastifyRequest } from 'fastify'
import type { EnteredForm, FormTicket, Preparation } from '#platform/resolvers/resolver-of-form.ts'
import { isAllowedOrigin } from '#platform/allowed-origins.ts'
import { readHints } from './body-hints.ts'
import type { BodyHints } from './body-hints.ts'
import { refuse } from './refusal.ts'
import { DIRECT, endOf, isTooFast } from './ticket.ts'
import type { Ticket, Tickets } from './ticket.ts'

type Form = NonNullable<EnteredForm['form']>

/** Where the page stands that sent a request. */
export interface Place {
  /** The origin of the agency's page; `direct` for the form alone in a tab. */
  readonly origin: string
  /** Whether the page of the agency called by itself, without our frame. */
  readonly isHeadless: boolean
  readonly ticket: Ticket | null
}

interface PageAsked {
  readonly form: Form
  readonly request: FastifyRequest
  readonly hints: BodyHints
  readonly now: Date
  readonly tickets: Tickets
  /** The origin of our own frames. */
  readonly own: string
}

/**
 * Step 5. Our own frame says where it stands with its ticket, since its requests carry our own origin; a page that calls
 * by itself has to be of an allowed origin of a form that allows that. Throws ORIGIN_NOT_ALLOWED, or TICKET_EXPIRED for a
 * frame that has to get a new ticket.
 */
export function requireOrigin({ form, request, hints, now, tickets, own }: PageAsked): Place {
  const { origin } = request.headers
  const isAllowed = (place: string) => isAllowedOrigin(place, form.allowed_origins)
  if (origin !== own) {
    if (typeof origin !== 'string' || !form.is_headless || !isAllowed(origin))
      throw refuse('ORIGIN_NOT_ALLOWED', {
        internal: typeof origin === 'string' ? origin.slice(0, 255) : 'no origin',
      })
    const verdict = tickets.judge(hints.ticket, form.public_id, now)
    return { origin, isHeadless: true, ticket: verdict.state === 'valid' ? verdict.ticket : null }
  }
  const verdict = tickets.judge(hints.ticket, form.public_id, now)
  if (verdict.state === 'invalid') throw refuse('CHALLENGE_REQUIRED')
  const place = verdict.ticket.origin
  if (place !== DIRECT && !isAllowed(place)) throw refuse('ORIGIN_NOT_ALLOWED', { internal: place })
  if (verdict.state === 'expired') throw refuse('TICKET_EXPIRED')
  return { origin: place, isHeadless: false, ticket: verdict.ticket }
}

interface TicketAsked {
  readonly form: Form
  readonly request: FastifyRequest
  readonly hints: BodyHints
  readonly place: Place
  readonly action: FormAction
  readonly tickets: Tickets
  /** Whether entering spent the ticket on this request, or found it spent by the same one. */
  readonly isTicketSpent: boolean
}

function requireSolved({ form, hints, tickets, place }: TicketAsked, now: Date): void {
  if (hints.isBaited) throw refuse('CHALLENGE_REQUIRED', { internal: 'HONEYPOT' })
  if (form.challenge !== 'required' && place.ticket === null) return
  if (place.ticket === null) throw refuse('CHALLENGE_REQUIRED')
  if (isTooFast(place.ticket, now)) throw refuse('CHALLENGE_REQUIRED', { internal: 'TOO_FAST' })
  if (form.challenge === 'required' && !tickets.isSolved(String(hints.ticket), hints.answer))
    throw refuse('CHALLENGE_REQUIRED', { internal: 'PUZZLE' })
}

/**
 * Step 6, for a request that issues: the puzzle is solved, nobody was faster than a person, and the ticket, which entering
 * spent, was spent for the first time, or by this very request before. Throws CHALLENGE_REQUIRED, TICKET_EXPIRED.
 */
export function requireTicket(now: Date, asked: TicketAsked): void {
  if (asked.action !== 'issue') return
  requireSolved(asked, now)
  if (asked.place.ticket !== null && !asked.isTicketSpent)
    throw refuse('TICKET_EXPIRED', { internal: 'USED' })
}

const KEY = /^[\x21-\x7e]{1,255}$/

/** The ticket of a page, as entering spends it; null where it is none of this form. Its time is judged later, by the database's clock. */
function ticketToSpend(
  request: FastifyRequest,
  page: { readonly tickets: Tickets; readonly form: string },
): FormTicket | null {
  const ticket = page.tickets.read(readHints(request.body).ticket, page.form)
  if (ticket === null) return null
  const key = request.headers['idempotency-key']
  const use = createHash('sha256')
    .update(typeof key === 'string' ? key : '')
    .digest()
  return { nonce: ticket.nonce, use, endsAt: endOf(ticket) }
}

/** What entering does for a request that issues; `page` is null for a server, which has no ticket. */
export function prepareIssue(
  request: FastifyRequest,
  page: { readonly tickets: Tickets; readonly form: string } | null,
): Preparation {
  const key = request.headers['idempotency-key']
  return {
    ticket: page && ticketToSpend(request, page),
    // What is no key is refused later, in its turn.
    key: typeof key === 'string' && KEY.test(key) ? key : null,
    voucherType: readHints(request.body).voucherType,
  }
}
