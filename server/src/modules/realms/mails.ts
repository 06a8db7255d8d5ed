import { z } from 'zod'
import { enqueue, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface Letter {
  readonly subject: string
  readonly lines: readonly string[]
}

type Sender = Mandate<'realm_door' | 'program'>

/** Mails from under the name that the realm's pages show: that of the brand, where the partner has one. */
async function send(mandate: Sender, to: string, write: (brand: string) => Letter): Promise<void> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.brand_name($1) as name', values: [mandate.partner.id] },
  ])
  const brand = z.string().parse(result?.rows[0]?.['name'])
  const { subject, lines } = write(brand)
  const text = ['Hello,', ...lines, brand].join('\n\n')
  await enqueue(mandate, 'mail', { to, sender_name: brand, subject, text: `${text}\n` })
}

/** The way into the realm for an address that is new there. */
export function mailSignUp(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `Finish signing up to ${brand}`,
    lines: [
      'Open this page within 24 hours to choose a password; it works once:',
      link,
      'If you asked for nothing, do nothing: no account was made.',
    ],
  }))
}

/** What somebody reads whose address has an account already. */
export function mailKnown(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `You already have an account at ${brand}`,
    lines: [
      'Somebody, probably you, wanted to sign up with this address, which has an account already. Sign in here, or set a new password there:',
      link,
      'If you asked for nothing, do nothing: nothing was changed.',
    ],
  }))
}

/** The way to a new password. */
export function mailReset(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `Set a new password for ${brand}`,
    lines: [
      'Somebody, probably you, asked for a new password for this address. Open this page within 30 minutes; it works once:',
      link,
      'If you asked for nothing, do nothing: your password has not changed.',
    ],
  }))
}

/** Confirms a new address. */
export function mailNewAddress(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `Confirm your new address for ${brand}`,
    lines: ['Open this page within 24 hours to use this address from now on; it works once:', link],
  }))
}

/** Tells the owner of an account that its password is another one, with the way to set one more. */
export function mailPasswordSet(
  mandate: Sender,
  to: string,
  { what, link }: { readonly what: string; readonly link: string },
): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `Your account at ${brand} was changed`,
    lines: [`${what} If this was not you, set a new password at once:`, link],
  }))
}

interface Support {
  readonly support_email: string | null
  readonly support_url: string | null
}

/** Tells the old address that the account has another one: it opens nothing any more, so only the partner can help. */
export function mailMoved(mandate: Sender, to: string, support: Support): Promise<void> {
  const where = support.support_email ?? support.support_url
  return send(mandate, to, (brand) => ({
    subject: `Your account at ${brand} was changed`,
    lines: [
      'Your account has another address now, and this one does not sign in any more.',
      `If this was not you, tell ${brand} at once${where === null ? '.' : `: ${where}`}`,
    ],
  }))
}

/** Tells whoever had an account that it is gone. */
export function mailDeleted(mandate: Sender, to: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `Your account at ${brand} was deleted`,
    lines: [
      'Your account was deleted with your password; its profile and its plan are gone. You get no more mails about it.',
    ],
  }))
}

/** An invitation into the realm. */
export function mailInvitation(mandate: Sender, to: string, link: string): Promise<void> {
  return send(mandate, to, (brand) => ({
    subject: `You are invited to ${brand}`,
    lines: [
      `${brand} invites you. Open this page within 7 days to choose a password; it works once:`,
      link,
      'If you do not know what this is about, do nothing.',
    ],
  }))
}
