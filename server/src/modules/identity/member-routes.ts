import { LINK_ROLES } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { isEmail, normalizeEmail } from '#platform/email-address.ts'
import { createInvitation } from './invitation.ts'
import { isMember, isTenantMember, listMembers, listTenantMembers } from './member-store.ts'

/** An e-mail address as it is kept. */
export const Email = z
  .string()
  .max(254)
  .transform(normalizeEmail)
  .refine(isEmail, { message: 'must be an e-mail address', params: { code: 'INVALID_EMAIL' } })

/** What is told of an invitation that was sent. */
export const InvitationSent = z
  .strictObject({ invitation_id: z.string(), email: z.string(), role: z.string(), expires_at: z.string() })
  .meta({ id: 'InvitationSent' })

const PartnerMember = z
  .strictObject({
    member_id: z.string(),
    person_id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    status: z.enum(['active', 'inactive']),
    has_second_factor: z.boolean(),
    assignments: z
      .array(
        z.strictObject({
          link_id: z.string(),
          tenant_id: z.string(),
          tenant_name: z.string(),
          role: z.enum(LINK_ROLES).nullable().meta({ description: "Null for the link's own role." }),
          ends_at: z.string().nullable(),
        }),
      )
      .meta({ description: 'The open links that the person may use.' }),
  })
  .meta({ id: 'PartnerMember' })

const TenantMember = z
  .strictObject({
    member_id: z.string(),
    person_id: z.string(),
    name: z.string(),
    email: z.string().nullable().meta({ description: 'Only for administrators of the organisation.' }),
    role: z.enum(['TENANT_ADMIN', 'TENANT_USER']),
    status: z.enum(['active', 'inactive']),
    has_second_factor: z.boolean(),
    since: z.string(),
  })
  .meta({ id: 'TenantMember' })

const listOwnMembers = route({
  method: 'GET',
  path: '/api/v1/partner/members',
  summary: "The members of the caller's partner",
  input: { query: z.strictObject(pageQuery) },
  access: { permission: 'partner_org.members.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(PartnerMember)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listMembers(mandate, query)
    const items = rows.map((row) => ({
      member_id: publicIdOf('member', row.id),
      person_id: publicIdOf('person', row.personId),
      name: row.name,
      email: row.email,
      role: row.role,
      status: row.status,
      has_second_factor: row.hasFactor,
      assignments: row.assignments.map((assignment) => ({
        link_id: publicIdOf('link', assignment.linkId),
        tenant_id: publicIdOf('tenant', assignment.tenantId),
        tenant_name: assignment.tenantName,
        role: assignment.role,
        ends_at: assignment.endsAt,
      })),
    }))
    return toPage(items, query, total)
  },
})

const listOwnTenantMembers = route({
  method: 'GET',
  path: '/api/v1/tenant/members',
  summary: 'The members of the own organisation',
  input: { query: z.strictObject(pageQuery) },
  access: { permission: 'tenant.members.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(TenantMember)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listTenantMembers(mandate, query)
    noteRead(mandate, { action: 'tenant.members.read', rowCount: rows.length })
    const items = rows.map((row) => ({
      member_id: publicIdOf('member', row.id),
      person_id: publicIdOf('person', row.personId),
      name: row.name,
      email: row.email,
      role: row.role,
      status: row.status,
      has_second_factor: row.hasFactor,
      since: row.since.toISOString(),
    }))
    return toPage(items, query, total)
  },
})

const memberExists = () =>
  new ProblemError(409, 'MEMBER_EXISTS', 'A person with this address is a member already.')

/** Members of the own organisation: who they are, and inviting more. */
export function makeMemberRoutes(services: Services): Route[] {
  return [
    listOwnMembers,
    listOwnTenantMembers,
    route({
      method: 'POST',
      path: '/api/v1/partner/members/invite',
      summary: "Invite somebody into the caller's partner",
      input: { body: z.strictObject({ email: Email, role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']) }) },
      access: { permission: 'partner_org.members.manage' },
      limit: 'write',
      problems: ['MEMBER_EXISTS'],
      responses: { 201: InvitationSent },
      async handle({ mandate, body }) {
        if (await isMember(mandate, body.email)) throw memberExists()
        const { partner } = mandate
        const { id, endsAt } = await createInvitation(services, mandate, {
          kind: 'partner',
          organisationId: partner.id,
          organisationName: partner.name,
          ...body,
        })
        return { invitation_id: id, ...body, expires_at: endsAt.toISOString() }
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/tenant/members/invite',
      summary: 'Invite somebody into the own organisation',
      input: { body: z.strictObject({ email: Email, role: z.enum(['TENANT_ADMIN', 'TENANT_USER']) }) },
      access: { permission: 'tenant.members.manage' },
      limit: 'write',
      problems: ['MEMBER_EXISTS'],
      responses: { 201: InvitationSent },
      async handle({ mandate, body }) {
        if (await isTenantMember(mandate, body.email)) throw memberExists()
        const { tenant } = mandate
        const { id, endsAt } = await createInvitation(services, mandate, {
          kind: 'tenant',
          organisationId: tenant.id,
          organisationName: tenant.name,
          ...body,
        })
        return { invitation_id: id, ...body, expires_at: endsAt.toISOString() }
      },
    }),
  ]
}
