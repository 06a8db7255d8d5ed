import { createHash, randomBytes, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { takeTurn } from '#platform/turn.ts'
import { REQUIREMENTS_VERSION } from './requirements.ts'
import type { Filled } from './rules.ts'
import type { Answers, ApplicationStatus, ApplicationTables } from './tables.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MAILS_PER_HOUR = 3

const digestOf = (token: string) => createHash('sha256').update(token).digest()

/** A reference that a person can read out: no letter looks like another. It opens nothing by itself. */
function makeReference(): string {
  return `PA-${Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`
}

/** Stands where a turn belongs to an address alone and to no organisation. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Whether this address was written to often enough within the last hour; whoever asks the same meanwhile waits. */
export async function isMailedEnough(mandate: Mandate<'identity'>, email: string): Promise<boolean> {
  await takeTurn(mandate, `application mails to ${email}`, NOBODY)
  const row = await tables<ApplicationTables>(mandate)
    .selectFrom('partner_application_key as k')
    .innerJoin('partner_application as a', 'a.id', 'k.application_id')
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('a.contact_email', '=', email)
    .where(sql<boolean>`k.created_at > statement_timestamp() - interval '1 hour'`)
    .executeTakeFirst()
  return (row?.count ?? 0) >= MAILS_PER_HOUR
}

/** Begins an application for an address. */
export async function beginApplication(
  mandate: Mandate<'identity'>,
  email: string,
): Promise<{ readonly id: string; readonly reference: string }> {
  const reference = makeReference()
  const row = await tables<ApplicationTables>(mandate)
    .insertInto('partner_application')
    .values({ reference, contact_email: email, requirements_version: REQUIREMENTS_VERSION })
    .returning(['id', 'reference'])
    .executeTakeFirstOrThrow()
  return row
}

/** Makes the token of a link to an application. It is stored nowhere; its digest is. */
export async function addKey(
  mandate: Mandate<'identity' | 'platform'>,
  applicationId: string,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await tables<ApplicationTables>(mandate)
    .insertInto('partner_application_key')
    .values({ token_hash: digestOf(token), application_id: applicationId })
    .execute()
  return token
}

/** The application with a reference, as far as mailing its link needs it. */
export async function findByReference(
  mandate: Mandate<'identity'>,
  reference: string,
): Promise<{ readonly id: string; readonly reference: string; readonly contact_email: string } | null> {
  const row = await tables<ApplicationTables>(mandate)
    .selectFrom('partner_application')
    .select(['id', 'reference', 'contact_email'])
    .where('reference', '=', reference)
    .executeTakeFirst()
  return row ?? null
}

/** An application as its applicant sees it. */
export interface OwnApplication extends Filled {
  readonly id: string
  readonly reference: string
  readonly contactEmail: string
  readonly status: ApplicationStatus
  readonly isVerified: boolean
  readonly submittedAt: Date | null
  readonly answerBy: string | null
  readonly decisionText: string | null
  readonly reapplyAfter: Date | null
}

/**
 * The application that a mailed link opens; null when the link does not open it, or not any more. Whoever opens it to
 * change it goes on from what all before have kept: pages are kept as a whole.
 */
export async function findByKey(
  mandate: Mandate<'identity'>,
  link: { readonly reference: string; readonly token: string },
  use: 'read' | 'change',
): Promise<OwnApplication | null> {
  const query = tables<ApplicationTables>(mandate)
    .selectFrom('partner_application_key as k')
    .innerJoin('partner_application as a', 'a.id', 'k.application_id')
    .select([
      'a.id',
      'a.reference',
      'a.kind',
      'a.answers',
      'a.requirements_version',
      'a.contact_email',
      'a.status',
      'a.verified_at',
      'a.submitted_at',
      'a.decision_text',
      'a.reapply_after',
    ])
    .select(sql<string | null>`a.answer_by::text`.as('answer_by'))
    .where('k.token_hash', '=', digestOf(link.token))
    .where('a.reference', '=', link.reference)
    .where(sql<boolean>`k.ends_at > statement_timestamp()`)
  // One that was decided is not the applicant's to hold any more, and is told all the same.
  if (use === 'change') await query.forUpdate('a').execute()
  const row = await query.executeTakeFirst()
  if (!row) return null
  return {
    id: row.id,
    reference: row.reference,
    kind: row.kind,
    answers: row.answers,
    requirementsVersion: row.requirements_version,
    contactEmail: row.contact_email,
    status: row.status,
    isVerified: row.verified_at !== null,
    submittedAt: row.submitted_at,
    answerBy: row.answer_by,
    decisionText: row.decision_text,
    reapplyAfter: row.reapply_after,
  }
}

const OPEN = ['draft', 'submitted', 'needs_info'] as const

/** Keeps the answers of an application that is open. False when it was decided meanwhile. */
export async function saveAnswers(
  mandate: Mandate<'identity'>,
  { id, isVerified }: OwnApplication,
  { kind, answers }: { readonly kind: Filled['kind']; readonly answers: Answers },
): Promise<boolean> {
  const updated = await tables<ApplicationTables>(mandate)
    .updateTable('partner_application')
    .set({
      kind,
      answers: sql<Answers>`${JSON.stringify(answers)}::jsonb`,
      ...(!isVerified && { verified_at: sql<Date>`statement_timestamp()` }),
    })
    .where('id', '=', id)
    .where('status', 'in', [...OPEN])
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

/** A move that the applicant makes. */
export interface ApplicantMove {
  readonly from: readonly ApplicationStatus[]
  readonly to: ApplicationStatus
  /** The day by which the provider answers; only with what is sent. */
  readonly answerBy?: string
}

/** Moves an application; of any number of simultaneous moves one is made. */
export async function moveOwn(
  mandate: Mandate<'identity'>,
  application: OwnApplication,
  { from, to, answerBy }: ApplicantMove,
): Promise<boolean> {
  const isFirstSending = to === 'submitted' && application.submittedAt === null
  const updated = await tables<ApplicationTables>(mandate)
    .updateTable('partner_application')
    .set({
      status: to,
      ...(isFirstSending && { submitted_at: sql<Date>`statement_timestamp()` }),
      ...(answerBy !== undefined && { answer_by: answerBy }),
    })
    .where('id', '=', application.id)
    .where('status', 'in', [...from])
    .executeTakeFirst()
  return updated.numUpdatedRows === 1n
}

/** Until when the address cannot send another application; null when it can. */
export async function waitsUntil(mandate: Mandate<'identity'>, email: string): Promise<Date | null> {
  const { rows } = await sql<{
    until: Date | null
  }>`select access.application_waits_until(${email}) as until`.execute(tables<ApplicationTables>(mandate))
  return rows[0]?.until ?? null
}

/** One question of the provider or one answer. */
export interface Message {
  readonly side: 'provider' | 'applicant'
  readonly author_name: string
  readonly body: string
  readonly created_at: Date
}

/** What was asked about an application and answered, oldest first. */
export function listMessages(
  mandate: Mandate<'identity' | 'platform'>,
  applicationId: string,
): Promise<Message[]> {
  return tables<ApplicationTables>(mandate)
    .selectFrom('partner_application_message')
    .select(['side', 'author_name', 'body', 'created_at'])
    .where('application_id', '=', applicationId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(200)
    .execute()
}

/** Adds a question or an answer. */
export async function addMessage(
  mandate: Mandate<'identity' | 'platform'>,
  applicationId: string,
  message: Omit<Message, 'created_at'>,
): Promise<void> {
  await tables<ApplicationTables>(mandate)
    .insertInto('partner_application_message')
    .values({ application_id: applicationId, ...message })
    .execute()
}

/**
 * Removes drafts that nobody came back to or that were withdrawn unsent, and the digests of links that have ended. Returns how
 * many drafts.
 */
export async function deleteAbandoned(mandate: Mandate<'system'>): Promise<number> {
  const deleted = await tables<ApplicationTables>(mandate)
    .deleteFrom('partner_application')
    .where('status', 'in', ['draft', 'withdrawn'])
    .where('submitted_at', 'is', null)
    .executeTakeFirst()
  await tables<ApplicationTables>(mandate)
    .deleteFrom('partner_application_key')
    .where(sql<boolean>`ends_at < statement_timestamp()`)
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
