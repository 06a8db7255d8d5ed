import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { toCanonicalText } from './content.ts'
import { adminDraft, adminRead } from './routes-admin.ts'
import { renderAgreement } from './rules.ts'
import { getTemplate, insertTemplate, listTemplates } from './template-store.ts'
import type { TemplateRow } from './template-store.ts'
import { AgreementTerms, NewAgreementTerms } from './terms.ts'

const BASE = '/api/v1/admin/agreement-templates'
const TemplateParams = z.strictObject({ template_id: publicId('agreement_template') })

const TemplateBody = z
  .strictObject({
    template_id: z.string(),
    code: z.string(),
    number: z.int(),
    title: z.string(),
    source: z.string(),
    terms: AgreementTerms,
    created_by: z.string(),
    created_at: z.string(),
  })
  .meta({ id: 'AgreementTemplate' })

const toTemplate = (row: TemplateRow): z.input<typeof TemplateBody> => ({
  template_id: publicIdOf('agreement_template', row.id),
  code: row.code,
  number: row.number,
  title: row.title,
  source: row.source,
  terms: AgreementTerms.parse(row.terms),
  created_by: row.created_by_name,
  created_at: row.created_at.toISOString(),
})

const TemplateInput = z.strictObject({
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be a short name in lower case'),
  title: plainText(3, 200),
  source: plainText(20, 60_000).meta({ description: 'Markdown with placeholders such as `{{hold_days}}`.' }),
  terms: NewAgreementTerms,
})

/** Templates of agreements. A change is a further number; what was made from earlier ones stays as it is (D4). */
export const templateRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'Templates of agreements, each in its latest number',
    input: {},
    access: adminRead,
    limit: 'detail',
    responses: { 200: z.strictObject({ items: z.array(TemplateBody) }) },
    handle: async ({ mandate }) => ({ items: (await listTemplates(mandate)).map(toTemplate) }),
  }),
  route({
    method: 'GET',
    path: `${BASE}/:template_id`,
    summary: 'One number of a template',
    input: { params: TemplateParams },
    access: adminRead,
    limit: 'detail',
    problems: ['AGREEMENT_TEMPLATE_NOT_FOUND'],
    responses: { 200: TemplateBody },
    handle: async ({ mandate, params }) => toTemplate(await getTemplate(mandate, params.template_id)),
  }),
  route({
    method: 'POST',
    path: BASE,
    summary: 'Add a template, or the next number of one',
    input: { body: TemplateInput },
    access: adminDraft,
    limit: 'write',
    responses: { 201: TemplateBody },
    async handle({ mandate, body }) {
      const source = toCanonicalText(body.source)
      const { faults } = renderAgreement(source, body.terms, { provider: 'Provider', partner: 'Partner' })
      if (faults.length > 0)
        throw new ProblemError(422, 'VALIDATION_ERROR', 'The text cannot be filled; nothing was changed.', {
          errors: faults.map(({ line, column, placeholder, code }) => ({
            pointer: '/body/source',
            code,
            detail: `{{${placeholder}}} in line ${line}, column ${column}`,
          })),
        })
      const id = await insertTemplate(mandate, { ...body, title: body.title.normalize('NFC'), source })
      const row = await getTemplate(mandate, id)
      recordEvent(mandate, {
        action: 'program.agreement_template.created',
        resource: { type: 'agreement_template', id, label: `${row.title}, number ${row.number}` },
      })
      return toTemplate(row)
    },
  }),
]
