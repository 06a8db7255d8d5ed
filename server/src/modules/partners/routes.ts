import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { createInvitation } from '#modules/identity/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { commaList, plainText, publicId, searchText } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { getPartner, insertPartner, listPartnerMembers, listPartners, movePartner } from './store.ts'
import type { PartnerRow } from './store.ts'
import type { PartnerStatus } from './tables.ts'

const KINDS = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
] as const
const STATUSES = ['pending', 'active', 'suspended', 'terminated'] as const

const PartnerBody = z.strictObject({
  partner_id: z.string(),
  name: z.string(),
  slug: z.string(),
  kinds: z.array(z.string()),
  status: z.enum(STATUSES),
  status_reason: z.string().nullable(),
  website: z.string().nullable(),
  members_count: z.int(),
  active_links: z.int(),
  created_at: z.string(),
})

const MemberBody = z.strictObject({
  member_id: z.string(),
  person_id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  status: z.string(),
})

function toPartner(row: PartnerRow): z.output<typeof PartnerBody> {
  return {
    partner_id: encodeId('partner', idFromUuid('partner', row.id)),
    name: row.name,
    slug: row.slug,
    kinds: [...row.kinds],
    status: row.status,
    status_reason: row.status_reason,
    website: row.website,
    members_count: row.members_count ?? 0,
    active_links: row.active_links ?? 0,
    created_at: row.created_at.toISOString(),
  }
}

const PartnerParams = z.strictObject({ partner_id: publicId('partner') })

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partners',
    summary: 'The registry of partners',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(STATUSES)).optional(),
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
    responses: { 200: PartnerBody.extend({ members: z.array(MemberBody) }).strict() },
    async handle({ mandate, params }) {
      const row = await getPartner(mandate, params.partner_id)
      const members = await listPartnerMembers(mandate, params.partner_id)
      noteRead(mandate, {
        action: 'platform.partners.read',
        resource: { type: 'partner', id: row.id, label: row.name },
      })
      return {
        ...toPartner(row),
        members: members.map((member) => ({
          member_id: encodeId('member', idFromUuid('member', member.id)),
          person_id: encodeId('person', idFromUuid('person', member.person_id)),
          name: member.name,
          email: member.email,
          role: member.role,
          status: member.status,
        })),
      }
    },
  }),
]

function makeCreateRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partners',
    summary: 'Register a partner',
    input: {
      body: z.strictObject({
        name: plainText(1, 200),
        slug: z
          .string()
          .max(63)
          .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be lower-case letters, digits and hyphens'),
        kinds: z.array(z.enum(KINDS)).min(1).max(KINDS.length),
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
    async handle({ mandate, body: { owner_email: email, ...body } }) {
      const id = idFromUuid(
        'partner',
        await insertPartner(mandate, { ...body, kinds: [...new Set(body.kinds)] }),
      )
      recordEvent(mandate, {
        action: 'partners.create',
        partnerId: id,
        partnerName: body.name,
        resource: { type: 'partner', id, label: body.name },
      })
      if (email !== undefined) {
        const owner = { kind: 'partner', role: 'PARTNER_OWNER', email } as const
        await createInvitation(services, mandate, {
          ...owner,
          organisationId: id,
          organisationName: body.name,
        })
      }
      return sent(toPartner(await getPartner(mandate, id)), {
        Location: `/api/v1/admin/partners/${encodeId('partner', id)}`,
      })
    },
  })
}

function makeMoveRoute(move: {
  path: 'suspend' | 'reactivate'
  summary: string
  from: readonly PartnerStatus[]
  to: PartnerStatus
}): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/partners/:partner_id/${move.path}`,
    summary: move.summary,
    input: { params: PartnerParams, body: z.strictObject({ reason: plainText(1, 500) }) },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems: ['PARTNER_UNKNOWN', 'PARTNER_STATE_CONFLICT'],
    responses: { 200: PartnerBody },
    async handle({ mandate, params, body }) {
      const before = await getPartner(mandate, params.partner_id)
      await movePartner(mandate, params.partner_id, {
        ...move,
        reason: move.to === 'active' ? null : body.reason,
      })
      recordEvent(mandate, {
        action: `partners.${move.path}`,
        partnerId: before.id,
        partnerName: before.name,
        resource: { type: 'partner', id: before.id, label: before.name },
        changes: { status: { before: before.status, after: move.to } },
        reason: body.reason,
      })
      return toPartner(await getPartner(mandate, params.partner_id))
    },
  })
}

/** The routes of the registry of partners. */
export function makePartnerRoutes(services: Services): readonly Route[] {
  return [
    ...readRoutes,
    makeCreateRoute(services),
    makeMoveRoute({
      path: 'suspend',
      summary: 'Suspend a partner: its people act nowhere from the next request on',
      from: ['active', 'pending'],
      to: 'suspended',
    }),
    makeMoveRoute({
      path: 'reactivate',
      summary: 'Let a suspended partner work again',
      from: ['suspended', 'pending'],
      to: 'active',
    }),
  ]
}
