import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'

interface Recipient {
  readonly email: string
  readonly name?: string
}

interface Letter {
  readonly subject: string
  readonly lines: readonly string[]
}

async function send(mandate: Mandate, to: Recipient, letter: Letter): Promise<void> {
  const greeting = to.name === undefined ? 'Hello,' : `Hello ${to.name},`
  const text = [greeting, ...letter.lines, PROVIDER_NAME].join('\n\n')
  await enqueue(mandate, 'mail', { to: to.email, subject: letter.subject, text: `${text}\n` })
}

const NOT_YOU =
  'If this was not you, set a new password at once and end your other sessions on your account page.'

/** The way to a new password. */
export function mailReset(mandate: Mandate, to: Recipient, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `Set a new password for ${PROVIDER_NAME}`,
    lines: [
      'Somebody, probably you, asked for a new password for this address. Open this page within 30 minutes; it works once:',
      link,
      'Your second factor stays as it is and is still asked for. If you asked for nothing, do nothing: your password has not changed.',
    ],
  })
}

/** An invitation to join an organisation. */
export function mailInvitation(
  mandate: Mandate,
  to: Recipient,
  invitation: { readonly inviter: string; readonly organisation: string; readonly link: string },
): Promise<void> {
  return send(mandate, to, {
    subject: `${invitation.inviter} invites you to ${invitation.organisation}`,
    lines: [
      `${invitation.inviter} invites you to work in ${invitation.organisation} on ${PROVIDER_NAME}. Open this page within 7 days; it works once:`,
      invitation.link,
      'If you do not know what this is about, do nothing.',
    ],
  })
}

/** Tells the owner of an account that its password is another one now. */
export function mailPasswordChanged(mandate: Mandate, to: Recipient): Promise<void> {
  return send(mandate, to, {
    subject: 'Your password was changed',
    lines: [
      `The password of your ${PROVIDER_NAME} account was changed, and your other sessions were ended.`,
      NOT_YOU,
    ],
  })
}

/** Tells the owner of an account that a second factor came or went. */
export function mailFactorChanged(mandate: Mandate, to: Recipient, what: string): Promise<void> {
  return send(mandate, to, {
    subject: 'Your second factors were changed',
    lines: [`On your ${PROVIDER_NAME} account, ${what}.`, NOT_YOU],
  })
}

/** Tells the owner of an account that an administrator removed the second factors. */
export function mailFactorsReset(mandate: Mandate, to: Recipient): Promise<void> {
  return send(mandate, to, {
    subject: 'Your second factors were removed',
    lines: [
      `An administrator of ${PROVIDER_NAME} removed the second factors of your account, because they were reported lost, and ended all your sessions.`,
      'At your next sign-in your password alone opens the account. Add a second factor then; where your work needs one, you are asked for it at once.',
      'If you did not ask for this, set a new password at once and tell the administrators.',
    ],
  })
}

/** Tells somebody that they no longer administer the platform. */
export function mailStaffRemoved(mandate: Mandate, to: Recipient): Promise<void> {
  return send(mandate, to, {
    subject: `You no longer administer ${PROVIDER_NAME}`,
    lines: [
      `An administrator of ${PROVIDER_NAME} took you out of those who administer it. Your sign-in stays, with whatever else you work in.`,
      'If this surprises you, ask the administrators.',
    ],
  })
}
