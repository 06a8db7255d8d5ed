import type { Language, Reading } from '#platform/words/language.ts'
import { enqueue } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { browserWords } from './words.ts'
import { ACCOUNT_WORDS } from './words/index.ts'
import type { AccountWords } from './words/index.ts'

interface Recipient {
  readonly email: string
  readonly name?: string
  /** The language that the recipient chose; English where none is known. */
  readonly language?: Language | null
}

interface Letter {
  readonly subject: string
  readonly lines: readonly string[]
}

/** Somebody who is written to in the own language, else in that of the page from which the mail comes. */
export function ownOr<P extends { readonly language: Language | null }>(reading: Reading, person: P): P {
  return { ...person, language: person.language ?? reading.language }
}

const wordsOf = ({ language }: Recipient) => ACCOUNT_WORDS[language ?? 'en'].mails

async function send(mandate: Mandate, to: Recipient, letter: Letter): Promise<void> {
  const { hello, helloName } = wordsOf(to)
  const greeting = to.name === undefined ? hello : helloName(to.name)
  const text = [greeting, ...letter.lines, PROVIDER_NAME].join('\n\n')
  await enqueue(mandate, 'mail', { to: to.email, subject: letter.subject, text: `${text}\n` })
}

/** The way to a new password. */
export function mailReset(mandate: Mandate, to: Recipient, link: string): Promise<void> {
  const { reset } = wordsOf(to)
  return send(mandate, to, {
    subject: reset.subject(PROVIDER_NAME),
    lines: [reset.lead, link, reset.stays],
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
  const { password, notYou } = wordsOf(to)
  return send(mandate, to, { subject: password.subject, lines: [password.lead(PROVIDER_NAME), notYou] })
}

/** Tells the owner of an account that somebody signed in from where they had not been seen. */
export function mailNewPlace(
  mandate: Mandate,
  to: Recipient,
  { ip, userAgent }: Pick<RequestTrace, 'ip' | 'userAgent'>,
): Promise<void> {
  const { newPlace, notYou } = wordsOf(to)
  const language = to.language ?? 'en'
  const sentence = newPlace.lead(
    browserWords(userAgent, language),
    ip,
    writeInstant(mandate.origin.now, language),
  )
  return send(mandate, to, {
    subject: newPlace.subject(PROVIDER_NAME),
    lines: [sentence, newPlace.you, notYou],
  })
}

/** What happened to the second factors of an account. */
export type FactorNews =
  | { readonly is: 'app_added' | 'app_removed' | 'codes_renewed' }
  | { readonly is: 'passkey_added' | 'passkey_removed'; readonly label: string }

function factorSentence(news: FactorNews, { factors }: AccountWords['mails']): string {
  switch (news.is) {
    case 'app_added':
      return factors.appAdded(PROVIDER_NAME)
    case 'app_removed':
      return factors.appRemoved(PROVIDER_NAME)
    case 'codes_renewed':
      return factors.codesRenewed(PROVIDER_NAME)
    case 'passkey_added':
      return factors.passkeyAdded(PROVIDER_NAME, news.label)
    case 'passkey_removed':
      return factors.passkeyRemoved(PROVIDER_NAME, news.label)
  }
}

/** Tells the owner of an account that a second factor came or went. */
export function mailFactorChanged(mandate: Mandate, to: Recipient, news: FactorNews): Promise<void> {
  const words = wordsOf(to)
  const lines = [factorSentence(news, words), words.notYou]
  return send(mandate, to, { subject: words.factors.subject, lines })
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
