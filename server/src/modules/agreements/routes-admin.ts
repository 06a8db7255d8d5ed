import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, instantText, plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { toCanonicalTerms } from './content.ts'
import { labelOf, recordAgreement } from './events.ts'
import { answerPdf } from './papers.ts'
import { renderAgreement } from './rules.ts'
import type { TemplateFault } from './rules.ts'
import { getAgreement, getPartnerName, insertDraft, listAgreements, updateDraft } from './store.ts'
import type { AgreementRow, DraftContent } from './store.ts'
import { AGREEMENT_STATES } from './tables.ts'
import { AgreementTerms, NewAgreementTerms } from './terms.ts'
import { getTemplate } from './template-store.ts'
import {
  AgreementBody,
  AgreementDetailBody,
  AgreementParams,
  describeAgreement,
  toAgreement,
} from './view.ts'
import { termLines } from './wording.ts'

const BASE = '/api/v1/admin/agreements'
export const adminRead = { permission: 'platform.agreements.read' } as const
export const adminDraft = { permission: 'platform.agreements.draft' } as const

const PartnerParams = z.strictObject({ partner_id: publicId('partner') })
const Source = plainText(20, 60_000).meta({
  description: 'Markdown with placeholders such as `{{hold_days}}`.',
})

const DraftInput = z.strictObject({
  title: plainText(3, 200),
  template_id: publicId('agreement_template'),
  source: Source,
  terms: NewAgreementTerms,
  starts_at: instantText()
    .nullable()
    .default(null)
    .meta({ description: 'When it begins to hold, if later than its approval.' }),
})

const FAULT_WORDS: Readonly<Record<TemplateFault['code'], string>> = {
  UNKNOWN_PLACEHOLDER: 'is no placeholder that there is',
  NO_VALUE: 'has no value in these terms',
}

const faultWords = ({ line, column, placeholder, code }: TemplateFault): string =>
  `{{${placeholder}}} in line ${line}, column ${column} ${FAULT_WORDS[code]}`

function toContent(input: z.output<typeof DraftInput>, partner: string): DraftContent {
  const { body, faults } = renderAgreement(input.source, input.terms, { provider: PROVIDER_NAME, partner })
  if (faults.length > 0)
    throw new ProblemError(422, 'VALIDATION_ERROR', 'The text cannot be filled; nothing was changed.', {
      errors: faults.map((fault) => ({
        pointer: '/body/source',
        code: fault.code,
        detail: faultWords(fault),
      })),
    })
  return {
    title: input.title.trim().normalize('NFC'),
    templateId: input.template_id,
    source: input.source.replaceAll(/\r\n?/g, '\n').normalize('NFC'),
    body,
    canonicalTerms: toCanonicalTerms(input.terms),
    startsAt: input.starts_at === null ? null : new Date(input.starts_at),
  }
}

/** What the provider's people read of an agreement, with the ETag of its row. */
export async function answerAdmin(mandate: Mandate<'platform'>, row: AgreementRow) {
  return sentAt(await describeAgreement(mandate, row), row.row_version)
}

const ListQuery = z.strictObject({
  state: commaList(z.enum(AGREEMENT_STATES)).optional(),
  partner_id: publicId('partner').optional(),
  ...pageQuery,
})

async function answerList(
  mandate: Mandate<'platform'>,
  query: Omit<z.output<typeof ListQuery>, 'partner_id'>,
  partnerId: PartnerId | undefined,
) {
  const { rows, total } = await listAgreements(mandate, { state: query.state, partnerId }, query)
  return toPage(
    rows.map((row) => toAgreement(mandate, row)),
    query,
    total,
  )
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'Agreements of all partners, by state',
    input: { query: ListQuery },
    access: adminRead,
    limit: 'detail',
    responses: { 200: z.strictObject(pageOf(AgreementBody)) },
    handle: ({ mandate, query: { partner_id: partnerId, ...query } }) =>
      answerList(mandate, query, partnerId),
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partners/:partner_id/agreements',
    summary: 'Every version of the agreements of one partner',
    input: { params: PartnerParams, query: ListQuery.omit({ partner_id: true }).strict() },
    access: adminRead,
    limit: 'detail',
    responses: { 200: z.strictObject(pageOf(AgreementBody)) },
    handle: ({ mandate, params, query }) => answerList(mandate, query, params.partner_id),
  }),
  route({
    method: 'GET',
    path: `${BASE}/:agreement_id`,
    summary: 'One agreement with its text, terms, evidence and history',
    input: { params: AgreementParams },
    access: adminRead,
    limit: 'detail',
    problems: ['AGREEMENT_NOT_FOUND'],
    responses: { 200: AgreementDetailBody },
    handle: async ({ mandate, params }) =>
      answerAdmin(mandate, await getAgreement(mandate, params.agreement_id)),
  }),
]

function makeFileRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: `${BASE}/:agreement_id/pdf`,
    summary: 'The sealed file of an agreement, or before it is signed a copy for reading',
    input: { params: AgreementParams },
    access: adminRead,
    limit: 'detail',
    problems: ['AGREEMENT_NOT_FOUND', 'AGREEMENT_FILE_MISSING'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    handle: async ({ mandate, params }) =>
      answerPdf(mandate, services, await getAgreement(mandate, params.agreement_id)),
  })
}

const previewRoute = route({
  method: 'POST',
  path: `${BASE}/preview`,
  summary: 'Fill a text from terms without keeping anything',
  input: {
    body: z.strictObject({ partner_name: plainText(1, 200), source: Source, terms: AgreementTerms }),
  },
  access: adminRead,
  limit: 'detail',
  readsOnly: 'It fills a text that the caller sent and keeps nothing.',
  responses: {
    200: z.strictObject({
      body: z.string(),
      terms_in_words: z.array(z.strictObject({ label: z.string(), value: z.string() })),
      faults: z.array(
        z.strictObject({
          line: z.int(),
          column: z.int(),
          placeholder: z.string(),
          detail: z.string(),
        }),
      ),
    }),
  },
  handle({ body }) {
    const names = { provider: PROVIDER_NAME, partner: body.partner_name }
    const rendered = renderAgreement(body.source, body.terms, names)
    return Promise.resolve({
      body: rendered.body,
      terms_in_words: termLines(body.terms).map(({ label, value }) => ({ label, value })),
      faults: rendered.faults.map((fault) => ({
        line: fault.line,
        column: fault.column,
        placeholder: fault.placeholder,
        detail: faultWords(fault),
      })),
    })
  },
})

const draftRoute = route({
  method: 'POST',
  path: '/api/v1/admin/partners/:partner_id/agreements',
  summary: 'Draft the next version of the agreement of a partner',
  input: { params: PartnerParams, body: DraftInput },
  access: adminDraft,
  limit: 'write',
  problems: [
    'PARTNER_UNKNOWN',
    'AGREEMENT_TEMPLATE_NOT_FOUND',
    'AGREEMENT_OPEN',
    'AGREEMENT_PARTNER_INACTIVE',
  ],
  responses: { 201: AgreementDetailBody },
  async handle({ mandate, params, body }) {
    const partner = await getPartnerName(mandate, params.partner_id)
    await getTemplate(mandate, body.template_id)
    const id = await insertDraft(mandate, params.partner_id, toContent(body, partner))
    const row = await getAgreement(mandate, id)
    recordAgreement(mandate, row, {
      action: 'created',
      changes: {
        partner: { after: row.partner_name },
        content_sha256: { after: row.content_sha256.toString('hex') },
      },
    })
    return sentAt(await describeAgreement(mandate, row), row.row_version, {
      Location: `${BASE}/${encodeId('agreement', id)}`,
    })
  },
})

const editRoute = route({
  method: 'PUT',
  path: `${BASE}/:agreement_id`,
  summary: 'Change a draft; what was offered never changes',
  input: { params: AgreementParams, body: DraftInput },
  access: adminDraft,
  limit: 'write',
  ifMatch: true,
  problems: ['AGREEMENT_NOT_FOUND', 'AGREEMENT_TEMPLATE_NOT_FOUND', 'AGREEMENT_STATE_CONFLICT'],
  responses: { 200: AgreementDetailBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const before = await getAgreement(mandate, params.agreement_id)
    if (before.state !== 'draft')
      throw new ProblemError(
        409,
        'AGREEMENT_STATE_CONFLICT',
        `${labelOf(before)} was offered and never changes; make a new version.`,
      )
    await getTemplate(mandate, body.template_id)
    await updateDraft(
      mandate,
      { id: before.id, version: expectedVersion },
      toContent(body, before.partner_name),
    )
    const after = await getAgreement(mandate, params.agreement_id)
    recordAgreement(mandate, after, {
      action: 'edited',
      changes: {
        content_sha256: {
          before: before.content_sha256.toString('hex'),
          after: after.content_sha256.toString('hex'),
        },
      },
    })
    return answerAdmin(mandate, after)
  },
})

/** The routes by which the provider reads and drafts agreements (D4). */
export function makeAdminRoutes(services: Services): readonly Route[] {
  return [...readRoutes, makeFileRoute(services), previewRoute, draftRoute, editRoute]
}
