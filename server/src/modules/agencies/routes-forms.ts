import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ActivityBody, readActivity } from './activity.ts'
import { addForm, changeForm, saveConfig, switchForm } from './acts.ts'
import { getAgency } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'
import { FormConfigBody, FormConfigInput } from './config.ts'
import { getForm, listForms, listVoucherTypes } from './form-store.ts'
import type { FormRow } from './form-store.ts'
import { BASE } from './routes-agencies.ts'
import { AgencyParams, ChangeForm, CreateForm, FormParams, MoveInput } from './schemas.ts'
import type { EmbedPlaces } from './snippets.ts'
import { configOf, FormBody, toForm } from './view.ts'

export const FORMS = '/api/v1/tenant/forms'
const MANAGE = { permission: 'tenant.agencies.manage' } as const
const READ = { permission: 'tenant.agencies.read' } as const

const answer = (row: FormRow) => sentAt(toForm(row), row.version)

const ConfigAnswer = z.strictObject({
  config: FormConfigBody.nullable(),
  voucher_types: z
    .array(z.strictObject({ code: z.string(), label: z.string(), is_active: z.boolean() }))
    .meta({ description: 'What the organisation offers, to choose from.' }),
  preview_url: z.string().meta({
    description:
      'The document that draws the form as it is edited, in a frame of the portal; it issues nothing.',
  }),
})

const listRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${BASE}/:agency_id/forms`,
    summary: 'The forms of an agency',
    input: { params: AgencyParams },
    access: READ,
    limit: 'list',
    problems: ['AGENCY_NOT_FOUND'],
    responses: { 200: z.strictObject({ items: z.array(FormBody) }) },
    async handle({ mandate, params }) {
      const { id } = await getAgency(mandate, params.agency_id)
      return { items: (await listForms(mandate, id)).map(toForm) }
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:agency_id/forms`,
    summary: 'Make a form for an agency',
    input: { params: AgencyParams, body: CreateForm },
    access: MANAGE,
    limit: 'write',
    problems: ['AGENCY_NOT_FOUND', 'AGENCY_LIMIT_REACHED', 'VOUCHER_TYPE_UNKNOWN'],
    responses: { 201: FormBody },
    async handle({ mandate, params, body }) {
      const row = await addForm(mandate, params.agency_id, body)
      return sentAt(toForm(row), row.version, { Location: `${FORMS}/${publicIdOf('form', row.id)}` })
    },
  }),
]

type Places = { readonly places: () => EmbedPlaces }

async function configAnswer({ places }: Places, mandate: TenantMandate, row: FormRow) {
  const { origin, previewPath } = places()
  const voucher_types = await listVoucherTypes(mandate)
  const body = { config: configOf(row), voucher_types, preview_url: `${origin}${previewPath}` }
  return sentAt(body, row.config_version)
}

const makeConfigRoutes = (parts: Places): readonly Route[] => [
  route({
    method: 'GET',
    path: `${FORMS}/:form_id/config`,
    summary: 'What a form issues, says and looks like, with what it could issue',
    input: { params: FormParams },
    access: READ,
    limit: 'detail',
    problems: ['FORM_NOT_FOUND'],
    responses: { 200: ConfigAnswer },
    async handle({ mandate, params }) {
      const row = await getForm(mandate, params.form_id)
      noteRead(mandate, {
        action: 'tenant.agencies.read',
        resource: { type: 'form', id: row.id, label: row.name },
      })
      return configAnswer(parts, mandate, row)
    },
  }),
  route({
    method: 'PUT',
    path: `${FORMS}/:form_id/config`,
    summary: 'Save what a form issues, says and looks like; its live tokens follow at once',
    input: { params: FormParams, body: FormConfigInput },
    access: MANAGE,
    limit: 'write',
    ifMatch: true,
    problems: ['FORM_NOT_FOUND', 'VOUCHER_TYPE_UNKNOWN'],
    responses: { 200: ConfigAnswer },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await saveConfig(mandate, { id: params.form_id, expectedVersion }, body)
      return configAnswer(parts, mandate, row)
    },
  }),
]

const switchRoutes: readonly Route[] = (
  [
    { name: 'pause', status: 'paused', summary: 'Pause a form: its next request is refused' },
    { name: 'resume', status: 'active', summary: 'Let a paused form work again' },
  ] as const
).map(({ name, status, summary }) =>
  route({
    method: 'POST',
    path: `${FORMS}/:form_id/${name}`,
    summary,
    input: { params: FormParams, body: MoveInput },
    access: MANAGE,
    limit: 'write',
    problems: ['FORM_NOT_FOUND', 'FORM_STATE_CONFLICT'],
    responses: { 200: FormBody },
    handle: async ({ mandate, params, body }) =>
      answer(await switchForm(mandate, params.form_id, { status, reason: body.reason })),
  }),
)

/** The routes of forms (E6). */
export const makeFormRoutes = (parts: Places): readonly Route[] => [
  ...listRoutes,
  route({
    method: 'GET',
    path: `${FORMS}/:form_id`,
    summary: 'One form',
    input: { params: FormParams },
    access: READ,
    limit: 'detail',
    problems: ['FORM_NOT_FOUND'],
    responses: { 200: FormBody },
    handle: async ({ mandate, params }) => answer(await getForm(mandate, params.form_id)),
  }),
  route({
    method: 'PATCH',
    path: `${FORMS}/:form_id`,
    summary: 'Change which sites may show a form, its challenge, access code or daily limit',
    input: { params: FormParams, body: ChangeForm },
    access: MANAGE,
    limit: 'write',
    ifMatch: true,
    problems: ['FORM_NOT_FOUND'],
    responses: { 200: FormBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      answer(await changeForm(mandate, { id: params.form_id, expectedVersion }, body)),
  }),
  route({
    method: 'GET',
    path: `${FORMS}/:form_id/activity`,
    summary: 'What happened on a form in four weeks: vouchers, look-ups, refusals, sites',
    input: { params: FormParams },
    access: READ,
    limit: 'detail',
    problems: ['FORM_NOT_FOUND'],
    responses: { 200: ActivityBody },
    handle: async ({ mandate, params }) => readActivity(mandate, await getForm(mandate, params.form_id)),
  }),
  ...makeConfigRoutes(parts),
  ...switchRoutes,
]
