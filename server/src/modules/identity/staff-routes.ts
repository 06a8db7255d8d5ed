import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { noteStaffInvitationWithdrawn, noteStaffRemoved } from './events.ts'
import { createInvitation } from './invitation.ts'
import { mailStaffRemoved } from './mails.ts'
import { Email, InvitationSent } from './member-routes.ts'
import { findStaff, isStaff, listStaff, removeStaff, withdrawInvitation } from './staff-store.ts'

const ROLE = 'SUPER_ADMIN'
const MANAGE = { permission: 'platform.persons.manage' } as const

const StaffBody = z
  .strictObject({
    person_id: z.string(),
    name: z.string(),
    email: z.string(),
    status: z.enum(['active', 'inactive']),
    has_second_factor: z.boolean(),
    since: z.string(),
    last_seen_at: z
      .string()
      .nullable()
      .meta({ description: 'When a session of the person was last used, to the minute; null for never.' }),
  })
  .meta({ id: 'Staff' })

const InvitationBody = z
  .strictObject({
    invitation_id: z.string(),
    email: z.string(),
    invited_by: z.string().nullable(),
    expires_at: z.string(),
  })
  .meta({ id: 'StaffInvitation' })

const listRoute = route({
  method: 'GET',
  path: '/api/v1/admin/staff',
  summary: 'Who administers the platform, and who is invited to',
  input: {},
  access: { permission: 'platform.explain.use' },
  limit: 'list',
  responses: {
    200: z.strictObject({ items: z.array(StaffBody), invitations: z.array(InvitationBody) }),
  },
  async handle({ mandate }) {
    const { staff, invitations } = await listStaff(mandate)
    noteRead(mandate, { action: 'platform.staff.read', rowCount: staff.length })
    return {
      items: staff.map((row) => ({
        person_id: publicIdOf('person', row.id),
        name: row.name,
        email: row.email,
        status: row.status,
        has_second_factor: row.has_factor,
        since: row.since.toISOString(),
        last_seen_at: row.last_seen_at?.toISOString() ?? null,
      })),
      invitations: invitations.map((row) => ({
        invitation_id: publicIdOf('invitation', row.id),
        email: row.email,
        invited_by: row.invited_by,
        expires_at: row.ends_at.toISOString(),
      })),
    }
  },
})

const removeRoute = route({
  method: 'POST',
  path: '/api/v1/admin/staff/:person_id/remove',
  summary: 'Take somebody out of those who administer the platform; felt at their next request',
  input: {
    params: z.strictObject({ person_id: publicId('person') }),
    body: z.strictObject({ reason: plainText(10, 500) }),
  },
  access: MANAGE,
  limit: 'write',
  problems: ['STAFF_UNKNOWN', 'OWN_STAFF_ROLE'],
  responses: { 204: null },
  async handle({ mandate, params, body }) {
    const person = await findStaff(mandate, params.person_id)
    const outcome = await removeStaff(mandate, params.person_id)
    if (outcome === 'own')
      throw new ProblemError(409, 'OWN_STAFF_ROLE', 'Another administrator takes you out, not you yourself.')
    if (outcome === 'unknown' || !person)
      throw new ProblemError(404, 'STAFF_UNKNOWN', 'Nobody who administers the platform has this id.')
    noteStaffRemoved(mandate, person, body.reason)
    await mailStaffRemoved(mandate, person)
    return undefined
  },
})

const withdrawRoute = route({
  method: 'POST',
  path: '/api/v1/admin/staff/invitations/:invitation_id/withdraw',
  summary: 'Withdraw an invitation to administer the platform',
  input: { params: z.strictObject({ invitation_id: publicId('invitation') }) },
  access: MANAGE,
  limit: 'write',
  problems: ['INVITATION_UNKNOWN'],
  responses: { 204: null },
  async handle({ mandate, params }) {
    const email = await withdrawInvitation(mandate, params.invitation_id)
    if (email === null)
      throw new ProblemError(404, 'INVITATION_UNKNOWN', 'No invitation with this id still works.')
    noteStaffInvitationWithdrawn(mandate, email)
    return undefined
  },
})

/** Who administers the platform: seen, invited and taken out by those who do. */
export function makeStaffRoutes(services: Services): readonly Route[] {
  const inviteRoute = route({
    method: 'POST',
    path: '/api/v1/admin/staff/invite',
    summary: 'Invite somebody to administer the platform',
    input: { body: z.strictObject({ email: Email }) },
    access: MANAGE,
    limit: 'write',
    problems: ['MEMBER_EXISTS'],
    responses: { 201: InvitationSent },
    async handle({ mandate, body }) {
      if (await isStaff(mandate, body.email))
        throw new ProblemError(
          409,
          'MEMBER_EXISTS',
          'A person with this address administers the platform already.',
        )
      const { id, endsAt } = await createInvitation(services, mandate, {
        kind: 'platform',
        organisationId: null,
        organisationName: `the administration of ${PROVIDER_NAME}`,
        email: body.email,
        role: ROLE,
      })
      return { invitation_id: id, email: body.email, role: ROLE, expires_at: endsAt.toISOString() }
    },
  })
  return [listRoute, inviteRoute, removeRoute, withdrawRoute]
}
