import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { readWaiting } from '#modules/approvals/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { entryFields, given } from './entry.ts'
import { noteChange, tellChange } from './events.ts'
import { makeMoveRoutes } from './move-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { registerPartner } from './register.ts'
import { PartnerBody, PartnerDetail, PartnerParams, toMember, toPartner } from './schemas.ts'
import { APPROVED_FIELDS, getPartner, listPartnerMembers, listPartners, updatePartner } from './store.ts'
import type { EntryChange, PartnerRow } from './store.ts'
import { PARTNER_KINDS, PARTNER_STATUSES } from './tables.ts'

const answer = (row: PartnerRow) => sentAt(toPartner(row), row.version)

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partners',
    summary: 'The registry of partners',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(PARTNER_STATUSES)).optional(),
        kind: commaList(z.enum(PARTNER_KINDS)).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.partners.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(PartnerBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listPartners(mandate, query, query)
      return toPage(rows.map(toPartner), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partners/:partner_id',
    summary: 'One partner with its members',
    input: { params: PartnerParams },
    access: { permission: 'platform.partners.read' },
    limit: 'detail',
    problems: ['PARTNER_UNKNOWN'],
    responses: { 200: PartnerDetail },
    async handle({ mandate, params }) {
      const row = await getPartner(mandate, params.partner_id)
      const members = await listPartnerMembers(mandate, params.partner_id)
      noteRead(mandate, {
        action: 'platform.partners.read',
        resource: { type: 'partner', id: row.id, label: row.name },
      })
      return sentAt(
        {
          ...toPartner(row),
          members: members.map(toMember),
          termination_asked: await readWaiting(mandate, 'partner_termination', params.partner_id),
        },
        row.version,
      )
    },
  }),
]

const slug = z
  .string()
  .max(63)
  .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be lower-case letters, digits and hyphens')

function makeCreateRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partners',
    summary: 'Register a partner',
    input: {
      body: z.strictObject({
        name: entryFields.name,
        slug,
        kinds: entryFields.kinds,
        legal_name: entryFields.legal_name.optional(),
        country: entryFields.country.optional(),
        registration_no: entryFields.registration_no.optional(),
        contact_email: entryFields.contact_email.optional(),
        website: entryFields.website.optional(),
        support_contact: entryFields.support_contact.optional(),
        tier: entryFields.tier.optional(),
        region: entryFields.region.optional(),
        owner_email: z
          .email()
          .max(254)
          .optional()
          .meta({ description: 'Who is invited as the first owner.' }),
      }),
    },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems: ['PARTNER_SLUG_TAKEN'],
    responses: { 201: PartnerBody },
    async handle({ mandate, body: { owner_email: ownerEmail, slug: code, ...entry } }) {
      const id = await registerPartner(services, mandate, { ...given(entry), slugs: [code], ownerEmail })
      if (id === null) throw new ProblemError(409, 'PARTNER_SLUG_TAKEN', 'Another partner has this code.')
      const row = await getPartner(mandate, id)
      return sentAt(toPartner(row), row.version, {
        Location: `/api/v1/admin/partners/${encodeId('partner', id)}`,
      })
    },
  })
}

/** What was written, and what became of what was approved. */
function changesOf({ approve = [], ...entry }: EntryChange, after: PartnerRow) {
  return {
    ...entry,
    ...(approve.includes('website') && { approved_website: after.approved_website }),
    ...(approve.includes('support_contact') && { approved_support_contact: after.approved_support_contact }),
  }
}

const changeRoute = route({
  method: 'PATCH',
  path: '/api/v1/admin/partners/:partner_id',
  summary: 'Change the entry of a partner',
  input: {
    params: PartnerParams,
    body: z
      .strictObject({
        ...entryFields,
        approve: z.array(z.enum(APPROVED_FIELDS)).min(1).max(APPROVED_FIELDS.length).meta({
          description:
            'What the partner typed and customers are shown from now on, as it stands in the version that was read. Nothing else approves it; a value that you write here yourself is approved by that.',
        }),
      })
      .partial()
      .strict()
      .refine((entry) => Object.keys(entry).length > 0, {
        message: 'must name at least one field',
        params: { code: 'NOTHING_TO_CHANGE' },
      }),
  },
  access: { permission: 'platform.partners.manage' },
  limit: 'write',
  ifMatch: true,
  problems: ['PARTNER_UNKNOWN', 'PARTNER_STATE_CONFLICT'],
  responses: { 200: PartnerBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const entry = given(body)
    const before = await getPartner(mandate, params.partner_id)
    await updatePartner(mandate, { id: params.partner_id, version: expectedVersion }, entry)
    const after = await getPartner(mandate, params.partner_id)
    noteChange(mandate, before, changesOf(entry, after))
    await tellChange(mandate, before.id, before.status)
    return answer(after)
  },
})

/** The routes of the registry of partners (C1). */
export function makePartnerRoutes(services: Services): readonly Route[] {
  return [
    ...readRoutes,
    makeCreateRoute(services),
    changeRoute,
    ...makeMoveRoutes(services),
    ...profileRoutes,
    ...memberRoutes,
  ]
}
