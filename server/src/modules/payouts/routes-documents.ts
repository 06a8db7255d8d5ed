import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { recordEvent } from '#platform/mandate.ts'
import { inputRefused } from '#platform/problem.ts'
import type { ProblemError } from '#platform/problem.ts'
import { calendarDay, commaList, plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { DocumentBody, toDocument } from './account-view.ts'
import { getDocument, insertDocument, listDocuments, readDocument, reviewDocument } from './document-store.ts'
import type { DocumentRow, Review } from './document-store.ts'
import { answerFile } from './files.ts'
import { nameByType, typeOfFile } from './rules.ts'
import { TAX_KINDS, TAX_STATES } from './tables.ts'

const OWN = '/api/v1/program/tax-documents'
const ADMIN = '/api/v1/admin/tax-documents'
const Params = z.strictObject({ document_id: publicId('tax_document') })
/** Largest document; base64 makes four characters of three bytes. */
const MOST_BYTES = 2 * 1024 * 1024
const BODY_LIMIT_BYTES = Math.ceil((MOST_BYTES * 4) / 3) + 4096

function recordDocument(
  mandate: Mandate<'platform' | 'program'>,
  row: DocumentRow,
  event: { readonly action: 'submitted' | 'verified' | 'rejected'; readonly reason?: string | null },
): void {
  recordEvent(mandate, {
    action: `program.tax_document.${event.action}`,
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    resource: { type: 'tax_document', id: row.id, label: row.kind },
    ...(typeof event.reason === 'string' && { reason: event.reason }),
  })
}

function fault(code: string, detail: string): ProblemError {
  return inputRefused([{ pointer: '/body/content_base64', code, detail }])
}

/** The bytes of an upload. What it is is read from its first bytes. Throws VALIDATION_ERROR. */
function readUpload(text: string) {
  const file = Buffer.from(text, 'base64')
  if (file.length === 0 || file.toString('base64') !== text)
    throw fault('INVALID_FORMAT', 'must be the file in base64')
  if (file.length > MOST_BYTES) throw fault('TOO_BIG', 'must be a file of 2 MB at most')
  const mediaType = typeOfFile(file)
  if (mediaType === null) throw fault('INVALID_FILE', 'must be a PDF, PNG or JPEG file')
  return { file, mediaType }
}

const listQuery = z.strictObject({ state: commaList(z.enum(TAX_STATES)).optional(), ...pageQuery })

function fileRoute({ vault }: Services, side: 'own' | 'admin'): Route {
  const common = {
    method: 'GET',
    summary: 'A tax document as it was handed in',
    input: { params: Params },
    limit: 'detail',
    problems: ['TAX_DOCUMENT_NOT_FOUND'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    async handle({
      mandate,
      params,
    }: {
      mandate: Mandate<'platform' | 'program'>
      params: z.output<typeof Params>
    }) {
      const row = await getDocument(mandate, params.document_id)
      return answerFile({
        name: nameByType(row.file_name, row.media_type),
        mediaType: row.media_type,
        sizeBytes: row.size_bytes,
        sha256: row.sha256,
        read: async (current, fromByte) => (await readDocument(current, vault, row.id)).subarray(fromByte),
      })
    },
  } as const
  return side === 'own'
    ? route({
        ...common,
        path: `${OWN}/:document_id/file`,
        access: { permission: 'partner_org.payouts.read' },
      })
    : route({ ...common, path: `${ADMIN}/:document_id/file`, access: { permission: 'platform.payouts.run' } })
}

const makeOwnRoutes = (services: Services): readonly Route[] => [
  route({
    method: 'GET',
    path: OWN,
    summary: 'The tax documents that the partner handed in, and what became of them',
    input: { query: listQuery },
    access: { permission: 'partner_org.payouts.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(DocumentBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listDocuments(mandate, query, query)
      return toPage(rows.map(toDocument), query, total)
    },
  }),
  route({
    method: 'POST',
    path: OWN,
    summary: 'Hand in a tax document',
    input: {
      body: z.strictObject({
        kind: z.enum(TAX_KINDS),
        file_name: plainText(1, 200),
        content_base64: z.string().min(8).max(BODY_LIMIT_BYTES),
        valid_until: calendarDay().nullable().default(null),
      }),
    },
    access: { permission: 'partner_org.payout_account.manage' },
    limit: 'write',
    bodyLimitBytes: BODY_LIMIT_BYTES + 4096,
    responses: { 201: DocumentBody },
    async handle({ mandate, body }) {
      const id = await insertDocument(mandate, services.vault, {
        kind: body.kind,
        fileName: body.file_name,
        validUntil: body.valid_until,
        ...readUpload(body.content_base64),
      })
      const row = await getDocument(mandate, id)
      recordDocument(mandate, row, { action: 'submitted' })
      return sent(toDocument(row), { Location: `${OWN}/${publicIdOf('tax_document', id)}` })
    },
  }),
  fileRoute(services, 'own'),
]

async function review(mandate: Mandate<'platform'>, id: string, found: Review) {
  await getDocument(mandate, id)
  const row = await reviewDocument(mandate, id, found)
  recordDocument(mandate, row, { action: found.state, reason: found.reason })
  return toDocument(row)
}

const makeAdminRoutes = (services: Services): readonly Route[] => [
  route({
    method: 'GET',
    path: ADMIN,
    summary: 'Tax documents of partners',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(TAX_STATES)).optional(),
        partner_id: publicId('partner').optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.payouts.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(DocumentBody)) },
    async handle({ mandate, query }) {
      const filter = { state: query.state, partnerId: query.partner_id }
      const { rows, total } = await listDocuments(mandate, filter, query)
      return toPage(rows.map(toDocument), query, total)
    },
  }),
  fileRoute(services, 'admin'),
  route({
    method: 'POST',
    path: `${ADMIN}/:document_id/verify`,
    summary: 'Record that a tax document is in order; nobody of the partner does it',
    input: { params: Params },
    access: { permission: 'platform.payouts.run' },
    limit: 'write',
    problems: ['TAX_DOCUMENT_NOT_FOUND', 'TAX_DOCUMENT_CONFLICT'],
    responses: { 200: DocumentBody },
    handle: ({ mandate, params }) => review(mandate, params.document_id, { state: 'verified', reason: null }),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/:document_id/reject`,
    summary: 'Record that a tax document is not in order, with the reason that the partner reads',
    input: { params: Params, body: z.strictObject({ reason: plainText(3, 500) }) },
    access: { permission: 'platform.payouts.run' },
    limit: 'write',
    problems: ['TAX_DOCUMENT_NOT_FOUND', 'TAX_DOCUMENT_CONFLICT'],
    responses: { 200: DocumentBody },
    handle: ({ mandate, params, body }) =>
      review(mandate, params.document_id, { state: 'rejected', reason: body.reason }),
  }),
]

/** The tax documents that partners hand in and the provider looks at (D7). No tax advice. */
export const makeDocumentRoutes = (services: Services): readonly Route[] => [
  ...makeOwnRoutes(services),
  ...makeAdminRoutes(services),
]
