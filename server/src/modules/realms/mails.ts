import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface Letter {
  readonly subject: string
  readonly lines: readonly string[]
}

type Sender = Mandate<'realm_door' | 'program'>

async function send(mandate: Sender, to: string, letter: Letter): Promise<void> {
  const text = ['Hello,', ...letter.lines, mandate.partner.name].join('\n\n')
  await enqueue(mandate, 'mail', { to, subject: letter.subject, text: `${text}\n` })
}

/** The way into the realm for an address that is new there. */
export function mailSignUp(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `Finish signing up to ${mandate.partner.name}`,
    lines: [
      'Open this page within 24 hours to choose a password; it works once:',
      link,
      'If you asked for nothing, do nothing: no account was made.',
    ],
  })
}

/** What somebody reads whose address has an account already. */
export function mailKnown(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `You already have an account at ${mandate.partner.name}`,
    lines: [
      'Somebody, probably you, wanted to sign up with this address, which has an account already. Sign in here, or set a new password there:',
      link,
      'If you asked for nothing, do nothing: nothing was changed.',
    ],
  })
}

/** The way to a new password. */
export function mailReset(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `Set a new password for ${mandate.partner.name}`,
    lines: [
      'Somebody, probably you, asked for a new password for this address. Open this page within 30 minutes; it works once:',
      link,
      'If you asked for nothing, do nothing: your password has not changed.',
    ],
  })
}

/** Confirms a new address. */
export function mailNewAddress(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `Confirm your new address for ${mandate.partner.name}`,
    lines: ['Open this page within 24 hours to use this address from now on; it works once:', link],
  })
}

/** Tells the old address, or the owner of an account, of a change. */
export function mailChanged(mandate: Sender, to: string, what: string): Promise<void> {
  return send(mandate, to, {
    subject: `Your account at ${mandate.partner.name} was changed`,
    lines: [`${what} If this was not you, set a new password at once.`],
  })
}

/** An invitation into the realm. */
export function mailInvitation(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, {
    subject: `You are invited to ${mandate.partner.name}`,
    lines: [
      `${mandate.partner.name} invites you. Open this page within 7 days to choose a password; it works once:`,
      link,
      'If you do not know what this is about, do nothing.',
    ],
  })
}
