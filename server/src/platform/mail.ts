import type { Transporter } from 'nodemailer'
import { z } from 'zod'
import type { Database } from './database.ts'
import { HopelessError } from './jobs.ts'
import type { TopicHandler } from './jobs.ts'

const Mail = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  /** The name of a brand in whose realm the recipient is; the address stays that of the provider. */
  sender_name: z.string().max(200).optional(),
})

/** A mail server that hangs ends the attempt long before the job that makes it; the URL may say otherwise. */
const TIMEOUTS = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
}

/** A sender under another name. Source: RFC 5322 section 3.4. */
function senderOf(from: string, name: string | undefined) {
  return name === undefined ? from : { name, address: /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from }
}

export interface MailOptions {
  readonly database: Database
  /** Without it mails are only kept, for reading in the development outbox. */
  readonly smtpUrl: string | undefined
  readonly from: string
}

/**
 * Loaded only where there is a mail server. Mails go over TLS, from the beginning or after STARTTLS, unless the address
 * says `ignoreTLS=true` of a relay that has none (ASVS 12.3.1).
 */
async function openTransport(url: string): Promise<Transporter> {
  const { default: nodemailer } = await import('nodemailer')
  const requireTLS = new URL(url).searchParams.get('ignoreTLS') !== 'true'
  return nodemailer.createTransport({ url, ...TIMEOUTS, requireTLS })
}

/**
 * What went wrong, without what the server said: that may name the recipient, and what fails is logged. A server that says
 * for good that it does not take the recipient says so each time it is asked (RFC 5321 section 4.2.1).
 */
function tellWithoutNames(error: unknown): never {
  const { message } = error instanceof Error ? error : new Error(String(error))
  if (!(error instanceof Error) || !('responseCode' in error) || !('command' in error))
    throw new Error(message)
  const code = Number(error.responseCode)
  const answer = `The mail server answered ${code} to ${String(error.command)}.`
  throw error.command === 'RCPT TO' && code >= 500 ? new HopelessError(answer) : new Error(answer)
}

/** Notes that a mail went out, and leaves the words nowhere: an invitation's link works for days, wherever it is read. */
const NOTE_SENT = `with blanked as (
    update job.job set data = jsonb_set(data, '{payload,text}', '""') where name = 'mail' and id = $1)
  update mail_message set sent_at = now(), outcome = 'sent', body_text = '' where id = $1`

/**
 * Hands mails over. The message's id is the row's id, so that a job that runs twice keeps one row; a crash between
 * sending and noting can send a mail twice, never lose it. Only a mail that is read here instead of being sent keeps its
 * words, with the links in them.
 */
export function makeMailHandler({ database, smtpUrl, from }: MailOptions): TopicHandler {
  const transport = smtpUrl === undefined ? null : openTransport(smtpUrl)
  return async (payload, messageId) => {
    const mail = Mail.parse(payload)
    const pool = database.pool('liaison_job')
    const { rows } = await pool.query<{ sent_at: Date | null }>(
      `insert into mail_message (id, recipient, subject, body_text) values ($1, $2, $3, $4)
       on conflict (id) do update set recipient = excluded.recipient returning sent_at`,
      [messageId, mail.to, mail.subject, transport ? '' : mail.text],
    )
    if (!transport || rows[0]?.sent_at) return
    const mailer = await transport
    await mailer
      .sendMail({
        from: senderOf(from, mail.sender_name),
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        messageId: `<${messageId}@liaison>`,
      })
      .catch(tellWithoutNames)
    await pool.query(NOTE_SENT, [messageId])
  }
}
