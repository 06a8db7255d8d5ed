import { firstSigns } from '#platform/first-signs.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { TicketMandate } from './events.ts'
import { mailTenantAbout } from './notice-store.ts'

/** A ticket as a mail names it. */
interface ToldTicket {
  readonly tenant_id: string
  readonly id: string
  readonly number: string
  readonly subject: string
}

/** In signs. */
const LONGEST_QUOTE = 2000

const whoActs = (mandate: TicketMandate): string =>
  mandate.kind === 'acting' ? `${mandate.actor.name} of ${mandate.partner.name}` : mandate.actor.name

/** The text of an answer; of a long one the beginning, which says that it is one. */
function quote(text: string): string {
  const beginning = firstSigns(text, LONGEST_QUOTE)
  if (beginning === text) return text
  return `${beginning} …\n\nThe answer is longer: read the rest in the ticket.`
}

function bodyOf(ticket: ToldTicket, news: string): string {
  const id = publicIdOf('ticket', ticket.id)
  return `${news}\n\nThis mail gives no access by itself. Reference ${id}.`
}

/**
 * Mails the customer's side about a ticket: its opener, when that is a member of the tenant, else the tenant's admins. The
 * text of a comment is quoted, which is public by then; `null` tells of a new ticket.
 */
export async function mailTenant(
  mandate: TicketMandate,
  ticket: ToldTicket,
  comment: string | null,
): Promise<void> {
  const who = whoActs(mandate)
  const subject = comment === null ? `New ticket ${ticket.number}` : `Ticket ${ticket.number}: a new answer`
  const news =
    comment === null
      ? `${who} opened ticket ${ticket.number} for ${mandate.tenant.name}: "${ticket.subject}".`
      : `${who} wrote in ticket ${ticket.number}, "${ticket.subject}":\n\n${quote(comment)}`
  await mailTenantAbout(mandate, ticket, { subject, body: bodyOf(ticket, news) })
}

/** Mails those who were told of a new ticket that it was withdrawn. */
export async function mailWithdrawn(mandate: TicketMandate, ticket: ToldTicket): Promise<void> {
  const news = `${whoActs(mandate)} withdrew ticket ${ticket.number} for ${mandate.tenant.name}, "${ticket.subject}", right after opening it. Nobody works on it.`
  const subject = `Ticket ${ticket.number} was withdrawn`
  await mailTenantAbout(mandate, ticket, { subject, body: bodyOf(ticket, news) })
}
