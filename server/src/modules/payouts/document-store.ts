import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { guarded } from './refusals.ts'
import type { UploadType } from './rules.ts'
import type { PayoutTables, TaxKind, TaxState } from './tables.ts'

type Reader = Mandate<'platform' | 'program'>
const placeOf = (id: string): string => placeIn(SEALED_COLUMNS.taxDocument, id)

function selected(mandate: Reader) {
  return tables<PayoutTables>(mandate)
    .selectFrom('tax_document as d')
    .innerJoin('partner as p', 'p.id', 'd.partner_id')
    .select([
      'd.id',
      'd.partner_id',
      'p.name as partner_name',
      'd.kind',
      'd.file_name',
      'd.media_type',
      'd.size_bytes',
      'd.sha256',
      'd.state',
      'd.valid_until',
      'd.uploaded_by_name',
      'd.created_at',
      'd.reviewed_at',
      'd.reason',
      'd.version',
      sql<boolean>`coalesce(d.valid_until < access.program_day(${mandate.origin.now}::timestamptz), false)`.as(
        'is_over',
      ),
    ])
}

/** Which documents a list shows. */
export interface DocumentFilter {
  readonly state?: readonly TaxState[] | undefined
  readonly partnerId?: string | undefined
}

/** A page of documents, newest first, with how many there are. */
export async function listDocuments(
  mandate: Reader,
  filter: DocumentFilter,
  page: { readonly limit: number; readonly offset: number },
) {
  let query = selected(mandate)
  if (filter.state) query = query.where('d.state', 'in', [...filter.state])
  if (filter.partnerId !== undefined) query = query.where('d.partner_id', '=', filter.partnerId)
  const rows = await query.orderBy('d.id', 'desc').limit(page.limit).offset(page.offset).execute()
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { rows, total }
}

export type DocumentRow = Awaited<ReturnType<typeof listDocuments>>['rows'][number]

/** One document. Throws TAX_DOCUMENT_NOT_FOUND. */
export async function getDocument(mandate: Reader, id: string): Promise<DocumentRow> {
  const row = await selected(mandate).where('d.id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'TAX_DOCUMENT_NOT_FOUND', 'No document that you can see has this id.')
  return row
}

/** The bytes of a document, opened. */
export async function readDocument(mandate: Reader, vault: Vault, id: string): Promise<Buffer> {
  const { sealed_file: sealed } = await tables<PayoutTables>(mandate)
    .selectFrom('tax_document')
    .select('sealed_file')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return vault.open(sealed, placeOf(id))
}

/** A document as an owner hands it in. */
export interface NewDocument {
  readonly kind: TaxKind
  readonly fileName: string
  readonly mediaType: UploadType
  readonly file: Buffer
  readonly validUntil: string | null
}

/** Hands in a document of the mandate's partner, sealed. Answers its UUID. */
export async function insertDocument(
  mandate: Mandate<'program'>,
  vault: Vault,
  document: NewDocument,
): Promise<string> {
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(tables<PayoutTables>(mandate))
  const id = rows[0]?.id ?? ''
  await guarded(
    tables<PayoutTables>(mandate)
      .insertInto('tax_document')
      .values({
        id,
        partner_id: mandate.partner.id,
        kind: document.kind,
        file_name: document.fileName,
        media_type: document.mediaType,
        size_bytes: document.file.length,
        sha256: createHash('sha256').update(document.file).digest(),
        sealed_file: vault.seal(document.file, placeOf(id)),
        valid_until: document.validUntil,
        uploaded_by: mandate.actor.id,
        uploaded_by_name: mandate.actor.name,
      })
      .execute(),
  )
  return id
}

/** What the provider found. */
export interface Review {
  readonly state: 'verified' | 'rejected'
  readonly reason: string | null
}

/** Decides a document in the own name. */
export async function reviewDocument(
  mandate: Mandate<'platform'>,
  id: string,
  review: Review,
): Promise<DocumentRow> {
  await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('tax_document')
      .set({
        state: review.state,
        reason: review.reason,
        reviewed_at: mandate.origin.now,
        reviewed_by: mandate.actor.id,
        reviewed_by_name: mandate.actor.name,
      })
      .where('id', '=', id)
      .execute(),
  )
  return getDocument(mandate, id)
}

/** Notes that verified documents ran out. Answers which: whether one counts is computed, whatever the state says. */
export async function expireDocuments(
  mandate: Mandate<'system'>,
): Promise<{ readonly id: string; readonly partner_id: string; readonly kind: TaxKind }[]> {
  const { rows } = await sql<{ id: string; partner_id: string; kind: TaxKind }>`
    update tax_document set state = 'expired' where id in (
      select id from tax_document where state = 'verified' and valid_until < access.program_day(statement_timestamp()) order by id limit 100)
    returning id, partner_id, kind`.execute(tables<PayoutTables>(mandate))
  return rows
}
