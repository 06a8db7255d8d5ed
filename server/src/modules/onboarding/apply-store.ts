import { createHash, randomBytes, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { NewApplication } from './apply-rules.ts'
import type { OnboardingTables } from './tables.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MAILS_PER_HOUR = 3

const digestOf = (token: string) => createHash('sha256').update(token).digest()

/** A reference that a person can read out: no letter looks like another. */
function makeReference(): string {
  return `PA-${Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`
}

/** Whether this address was written to often enough within the last hour. */
export async function isMailedEnough(mandate: Mandate<'identity'>, email: string): Promise<boolean> {
  const row = await tables<OnboardingTables>(mandate)
    .selectFrom('partner_application')
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('contact_email', '=', email)
    .where(sql<boolean>`created_at > statement_timestamp() - interval '1 hour'`)
    .executeTakeFirst()
  return (row?.count ?? 0) >= MAILS_PER_HOUR
}

/** Keeps an application until its address is confirmed. Returns the token, which is stored nowhere. */
export async function keepApplication(
  mandate: Mandate<'identity'>,
  application: NewApplication,
): Promise<{ readonly reference: string; readonly token: string }> {
  const token = randomBytes(32).toString('base64url')
  const reference = makeReference()
  const { organisation, kind, website, contactName, contactEmail, purpose } = application
  await tables<OnboardingTables>(mandate)
    .insertInto('partner_application')
    .values({
      reference,
      organisation,
      kind,
      website,
      contact_name: contactName,
      contact_email: contactEmail,
      purpose,
      token_hash: digestOf(token),
    })
    .execute()
  return { reference, token }
}

/** An application whose address can still be confirmed, or null. */
export async function findUnconfirmed(
  mandate: Mandate<'identity'>,
  token: string,
): Promise<{ readonly id: string; readonly reference: string; readonly organisation: string } | null> {
  const row = await tables<OnboardingTables>(mandate)
    .selectFrom('partner_application')
    .select(['id', 'reference', 'organisation'])
    .where('token_hash', '=', digestOf(token))
    .where('status', '=', 'unconfirmed')
    .where(sql<boolean>`token_ends_at > statement_timestamp()`)
    .executeTakeFirst()
  return row ?? null
}

/** Sends the application; of any number of simultaneous calls one does. */
export async function confirmApplication(mandate: Mandate<'identity'>, id: string): Promise<boolean> {
  const updated = await tables<OnboardingTables>(mandate)
    .updateTable('partner_application')
    .set({ status: 'submitted', confirmed_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', id)
    .where('status', '=', 'unconfirmed')
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

/** Removes applications that nobody confirmed in time. Returns how many. */
export async function deleteUnconfirmed(mandate: Mandate<'system'>): Promise<number> {
  const deleted = await tables<OnboardingTables>(mandate)
    .deleteFrom('partner_application')
    .where('status', '=', 'unconfirmed')
    .where(sql<boolean>`token_ends_at < statement_timestamp()`)
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
