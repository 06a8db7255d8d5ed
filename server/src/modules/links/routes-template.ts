import { billingOf, encodeId, LINK_ROLES, RELATIONSHIP_TYPES } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { LinkTermsInput, OverridesInput, requireOffer, ResponseHours } from './inputs.ts'
import { BillingPartiesBody, namedParties } from './payers.ts'
import {
  deleteTemplate,
  getTemplate,
  insertTemplate,
  listTemplates,
  updateTemplate,
} from './template-store.ts'
import type { TemplateRow } from './template-store.ts'

/** What a template asks for: what a request says, but for whom and from when. */
export const TemplateTerms = z.strictObject({
  ...LinkTermsInput,
  overrides: OverridesInput.optional(),
  sla_response_hours: ResponseHours.optional(),
})
export const TemplateParams = z.strictObject({ template_id: publicId('link_template') })

const TemplateInput = TemplateTerms.extend({ name: plainText(1, 100) })
  .strict()
  .meta({ id: 'LinkTemplateInput' })

const TemplateBody = z
  .strictObject({
    template_id: z.string(),
    name: z.string(),
    relationship_type: z.enum(RELATIONSHIP_TYPES),
    access_role: z.enum(LINK_ROLES),
    overrides: z.array(
      z.strictObject({
        pattern: z.string(),
        effect: z.enum(['grant', 'deny']),
        expires_at: z.string().nullable(),
      }),
    ),
    duration_days: z.int().nullable(),
    sla_response_hours: z.int().nullable(),
    billing_parties: BillingPartiesBody,
    message: z.string(),
    version: z.int(),
    created_by_name: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'LinkTemplate' })

function toTemplate(row: TemplateRow): z.input<typeof TemplateBody> {
  const terms = TemplateTerms.parse(row.terms)
  return {
    template_id: publicIdOf('link_template', row.id),
    name: row.name,
    relationship_type: terms.relationship_type,
    access_role: terms.access_role,
    overrides: (terms.overrides ?? []).map(({ pattern, effect, expires_at: end }) => ({
      pattern,
      effect,
      expires_at: end?.toISOString() ?? null,
    })),
    duration_days: terms.duration_days ?? null,
    sla_response_hours: terms.sla_response_hours ?? null,
    billing_parties: billingOf(terms.billing_parties && namedParties(terms.billing_parties)),
    message: terms.message,
    version: row.version,
    created_by_name: row.created_by_name,
    updated_at: row.updated_at.toISOString(),
  }
}

const answer = (row: TemplateRow) => sentAt(toTemplate(row), row.version)

function toValues({ name, ...terms }: z.output<typeof TemplateInput>) {
  requireOffer(terms.access_role, terms.relationship_type, terms.overrides ?? [])
  return { name: name.trim(), terms }
}

function recordTemplate(mandate: Mandate<'program'>, action: 'save' | 'delete', row: TemplateRow): void {
  const { access_role: role } = TemplateTerms.parse(row.terms)
  recordEvent(mandate, {
    action: `link_templates.${action}`,
    resource: { type: 'link_template', id: row.id, label: row.name },
    changes: { access_role: role },
  })
}

const access = { permission: 'partner_org.links.request' } as const
const BASE = '/api/v1/partner/link-templates'

/** The routes of what a partner keeps to ask new customers for (managed-tenants.md section 7, B). */
export const templateRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: 'The templates for requests that the organisation keeps',
    input: {},
    access,
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(TemplateBody) }) },
    handle: async ({ mandate }) => ({ items: (await listTemplates(mandate)).map(toTemplate) }),
  }),
  route({
    method: 'POST',
    path: BASE,
    summary: 'Keep what new customers are asked for',
    input: { body: TemplateInput },
    access,
    limit: 'write',
    problems: ['TEMPLATE_NAME_TAKEN'],
    responses: { 201: TemplateBody },
    async handle({ mandate, body }) {
      const id = await insertTemplate(mandate, toValues(body))
      const row = await getTemplate(mandate, id)
      recordTemplate(mandate, 'save', row)
      return sentAt(toTemplate(row), row.version, { Location: `${BASE}/${encodeId('link_template', id)}` })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:template_id`,
    summary: 'One template for requests',
    input: { params: TemplateParams },
    access,
    limit: 'detail',
    problems: ['TEMPLATE_NOT_FOUND'],
    responses: { 200: TemplateBody },
    handle: async ({ mandate, params }) => answer(await getTemplate(mandate, params.template_id)),
  }),
  route({
    method: 'PUT',
    path: `${BASE}/:template_id`,
    summary: 'Change a template for requests; requests that were sent stay as they are',
    input: { params: TemplateParams, body: TemplateInput },
    access,
    limit: 'write',
    ifMatch: true,
    problems: ['TEMPLATE_NOT_FOUND', 'TEMPLATE_NAME_TAKEN'],
    responses: { 200: TemplateBody },
    async handle({ mandate, params, body, expectedVersion }) {
      await getTemplate(mandate, params.template_id)
      await updateTemplate(mandate, { id: params.template_id, version: expectedVersion }, toValues(body))
      const row = await getTemplate(mandate, params.template_id)
      recordTemplate(mandate, 'save', row)
      return answer(row)
    },
  }),
  route({
    method: 'DELETE',
    path: `${BASE}/:template_id`,
    summary: 'Delete a template for requests',
    input: { params: TemplateParams },
    access,
    limit: 'write',
    problems: ['TEMPLATE_NOT_FOUND'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      const row = await getTemplate(mandate, params.template_id)
      await deleteTemplate(mandate, params.template_id)
      recordTemplate(mandate, 'delete', row)
      return undefined
    },
  }),
]
