import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'

interface Letter {
  readonly to: string
  readonly name?: string
  readonly subject: string
  readonly lines: readonly string[]
}

async function send(mandate: Mandate, { to, name, subject, lines }: Letter): Promise<void> {
  const text = [name === undefined ? 'Hello,' : `Hello ${name},`, ...lines, PROVIDER_NAME].join('\n\n')
  await enqueue(mandate, 'mail', { to, subject, text: `${text}\n` })
}

interface Applicant {
  readonly contact_name: string
  readonly contact_email: string
  readonly organisation: string
  readonly reference: string
}

const envelope = ({ contact_email: to, contact_name: name }: Applicant) => ({ to, name })

/** The link by which an address is confirmed. Nothing that a stranger typed stands in it, so that nobody sends words through us. */
export function mailConfirmation(mandate: Mandate, to: string, link: string): Promise<void> {
  return send(mandate, {
    to,
    subject: `Confirm your application to ${PROVIDER_NAME}`,
    lines: [
      `Somebody, probably you, applied for a partnership and gave this address. Open this page within a day to send the application; it works once:`,
      link,
      'If you applied for nothing, do nothing: nobody looks at an application that was not confirmed.',
    ],
  })
}

/** Approved: what comes next. The invitation is a mail of its own. */
export function mailApproved(mandate: Mandate, to: Applicant): Promise<void> {
  return send(mandate, {
    ...envelope(to),
    subject: `${to.organisation} is approved as a partner`,
    lines: [
      `Your application ${to.reference} was approved. A second mail invites you as the first owner of ${to.organisation}.`,
      'After you sign in, one page shows every step up to your first API call.',
      'A partner reaches no customer before that customer has allowed it.',
    ],
  })
}

/** Declined, with the reason that was written for the applicant. */
export function mailDeclined(mandate: Mandate, to: Applicant, reason: string): Promise<void> {
  return send(mandate, {
    ...envelope(to),
    subject: `Your application ${to.reference} was declined`,
    lines: [
      `We looked at the application of ${to.organisation} and declined it. The reason:`,
      reason,
      'You can apply again when this has changed.',
    ],
  })
}
