import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { IdentityTables } from './tables.ts'

/** A mail as the development outbox shows it. */
export interface KeptMail {
  readonly id: string
  readonly recipient: string
  readonly subject: string
  readonly text: string
  readonly createdAt: Date
}

const mails = (mandate: Mandate<'identity'>) =>
  tables<IdentityTables>(mandate)
    .selectFrom('mail_message')
    .select(['id', 'recipient', 'subject', 'body_text as text', 'created_at as createdAt'])

/** The newest mails that were kept instead of sent. */
export function listMails(mandate: Mandate<'identity'>): Promise<KeptMail[]> {
  return mails(mandate).orderBy('id', 'desc').limit(100).execute()
}

/** One of them. */
export function findMail(mandate: Mandate<'identity'>, id: string): Promise<KeptMail | undefined> {
  return mails(mandate).where('id', '=', id).executeTakeFirst()
}
