import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { guarded } from './refusals.ts'
import type { AgreementMandate, AgreementRow } from './store.ts'
import type { AgreementTables } from './tables.ts'

/** The evidence of the signature of an agreement; undefined before it was signed, and for staff. */
export function findSignature(mandate: AgreementMandate, id: string) {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement_signature')
    .selectAll()
    .where('agreement_id', '=', id)
    .executeTakeFirst()
}

export type SignatureRow = NonNullable<Awaited<ReturnType<typeof findSignature>>>

/** The approval of an agreement; undefined before it was approved, and for staff. */
export function findApproval(mandate: AgreementMandate, id: string) {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement_approval')
    .selectAll()
    .where('agreement_id', '=', id)
    .executeTakeFirst()
}

export type ApprovalRow = NonNullable<Awaited<ReturnType<typeof findApproval>>>

/** The history of an agreement in order. A partner is not told of what happened before the offer. */
export function listEvents(mandate: AgreementMandate, id: string) {
  let query = tables<AgreementTables>(mandate)
    .selectFrom('agreement_event')
    .selectAll()
    .where('agreement_id', '=', id)
  if (mandate.kind === 'program') query = query.where('action', 'not in', ['create', 'edit'])
  return query.orderBy('number').limit(500).execute()
}

export type EventRow = Awaited<ReturnType<typeof listEvents>>[number]

/** What a signer states besides the agreement itself. */
export interface SignerWords {
  readonly typedName: string
  readonly capacity: string
  readonly locale: string | null
  readonly timeZone: string | null
  readonly consentText: string
  readonly displayedAt: Date
  readonly contentSha256: Buffer
}

/**
 * Signs in the name of the mandate's member: the database takes name, address, factor and network from its own records. Throws
 * AGREEMENT_SIGNER_REQUIRED, AGREEMENT_CHANGED, AGREEMENT_EXPIRED, AGREEMENT_STATE_CONFLICT, and asks for a step-up.
 */
export async function insertSignature(
  mandate: Mandate<'program'>,
  row: Pick<AgreementRow, 'id'>,
  words: SignerWords,
): Promise<void> {
  await guarded(
    tables<AgreementTables>(mandate)
      .insertInto('agreement_signature')
      .values({
        agreement_id: row.id,
        partner_id: mandate.partner.id,
        member_id: mandate.partner.memberId,
        typed_name: words.typedName,
        capacity: words.capacity,
        locale: words.locale,
        time_zone: words.timeZone,
        content_sha256: words.contentSha256,
        consent_text: words.consentText,
        displayed_at: words.displayedAt,
      })
      .execute(),
  )
}

/** Approves for the provider. Throws AGREEMENT_APPROVER_REFUSED, AGREEMENT_FOUR_EYES, AGREEMENT_STATE_CONFLICT. */
export async function insertApproval(
  mandate: Mandate<'platform'>,
  row: Pick<AgreementRow, 'id' | 'partner_id'>,
  contentSha256: Buffer,
): Promise<void> {
  await guarded(
    tables<AgreementTables>(mandate)
      .insertInto('agreement_approval')
      .values({ agreement_id: row.id, partner_id: row.partner_id, content_sha256: contentSha256 })
      .execute(),
  )
}

/** Keeps a sealed file. */
export async function insertFile(
  mandate: AgreementMandate,
  row: Pick<AgreementRow, 'id' | 'partner_id'>,
  file: {
    readonly kind: 'signed' | 'approved'
    readonly bytes: Buffer
    readonly digest: Buffer
    readonly seal: 'development' | 'configured'
  },
): Promise<void> {
  await guarded(
    tables<AgreementTables>(mandate)
      .insertInto('agreement_file')
      .values({ agreement_id: row.id, partner_id: row.partner_id, ...file })
      .execute(),
  )
}

/** The sealed files of an agreement, without their bytes, the latest first. */
export function listFiles(mandate: AgreementMandate, id: string) {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement_file')
    .select(['kind', 'digest', 'seal', 'created_at'])
    .where('agreement_id', '=', id)
    .orderBy('kind')
    .execute()
}

/** The latest sealed file of an agreement with its bytes: as it was approved, else as it was signed. */
export function findFile(mandate: AgreementMandate, id: string) {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement_file')
    .select(['kind', 'digest', 'bytes', 'seal'])
    .where('agreement_id', '=', id)
    .orderBy('kind')
    .limit(1)
    .executeTakeFirst()
}
