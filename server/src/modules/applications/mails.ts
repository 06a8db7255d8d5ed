import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'

interface Letter {
  readonly to: string
  readonly name?: string | undefined
  readonly subject: string
  readonly lines: readonly string[]
}

async function send(mandate: Mandate, { to, name, subject, lines }: Letter): Promise<void> {
  const text = [name === undefined ? 'Hello,' : `Hello ${name},`, ...lines, PROVIDER_NAME].join('\n\n')
  await enqueue(mandate, 'mail', { to, subject, text: `${text}\n` })
}

/** Who is written to about which application. */
export interface Applicant {
  readonly email: string
  readonly name?: string | undefined
  readonly organisation: string
  readonly reference: string
}

const envelope = ({ email: to, name }: Applicant) => ({ to, name })

/** The link with which an application is begun. Nothing that a stranger typed stands in it, so that nobody sends words through us. */
export function mailStart(mandate: Mandate, to: string, link: string): Promise<void> {
  return send(mandate, {
    to,
    subject: `Your application to ${PROVIDER_NAME}`,
    lines: [
      'Somebody, probably you, wants to apply for a partnership and gave this address. With this page you begin, stop and come back, for 14 days:',
      link,
      'Keep it to yourself: whoever has it can read and change the application. If you want nothing of this, do nothing.',
    ],
  })
}

/** A new link to an application that exists. */
export function mailLink(
  mandate: Mandate,
  application: { readonly contact_email: string; readonly reference: string },
  link: string,
): Promise<void> {
  return send(mandate, {
    to: application.contact_email,
    subject: `Go on with your application ${application.reference}`,
    lines: [
      `This page shows the application ${application.reference}. It works for 14 days:`,
      link,
      'If you asked for nothing, do nothing: without this link nobody sees the application.',
    ],
  })
}

/** Sent: the reference, and until when an answer comes. */
export function mailReceipt(mandate: Mandate, to: Applicant, answerBy: string): Promise<void> {
  return send(mandate, {
    ...envelope(to),
    subject: `We have your application ${to.reference}`,
    lines: [
      `We received the application of ${to.organisation}. We read applications on working days, and you hear from us by ${answerBy}.`,
      'Until then you can change or withdraw it.',
    ],
  })
}

/** A question, with a link to the page on which it is answered. */
export function mailQuestion(
  mandate: Mandate,
  to: Applicant,
  asked: { readonly question: string; readonly link: string },
): Promise<void> {
  return send(mandate, {
    ...envelope(to),
    subject: `A question about your application ${to.reference}`,
    lines: [
      `We read the application of ${to.organisation} and have a question:`,
      asked.question,
      'Answer it on this page:',
      asked.link,
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
      'After you sign in, one page shows what comes next, step by step.',
      'A partner reaches no customer before that customer has allowed it.',
    ],
  })
}

/** Declined, with the reason that was written for the applicant. */
export function mailDeclined(
  mandate: Mandate,
  to: Applicant,
  said: { readonly reason: string; readonly again: string },
): Promise<void> {
  return send(mandate, {
    ...envelope(to),
    subject: `Your application ${to.reference} was declined`,
    lines: [
      `We looked at the application of ${to.organisation} and declined it. The reason:`,
      said.reason,
      `You can apply again from ${said.again} on.`,
    ],
  })
}
