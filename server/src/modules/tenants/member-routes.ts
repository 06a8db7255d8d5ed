import type { TenantRole } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { changeMember, getMember, tellAdmins } from './member-store.ts'
import type { MemberRow } from './member-store.ts'

const ROLES = ['TENANT_ADMIN', 'TENANT_USER'] as const

const MemberAnswer = z
  .strictObject({ member_id: z.string(), role: z.enum(ROLES), status: z.enum(['active', 'inactive']) })
  .meta({ id: 'TenantMemberState' })

const Params = z.strictObject({ member_id: publicId('member') })
const problems = ['TENANT_MEMBER_NOT_FOUND', 'TENANT_MEMBER_INACTIVE', 'TENANT_LAST_ADMIN']

function note(
  mandate: Mandate<'tenant'>,
  member: MemberRow,
  event: { readonly action: 'change_role' | 'remove'; readonly changes: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, {
    action: `identity.member.${event.action}`,
    resource: { type: 'person', id: member.person_id },
    changes: event.changes,
  })
}

const toAnswer = ({ id }: MemberRow, role: TenantRole, status: MemberRow['status']) => ({
  member_id: publicIdOf('member', id),
  role,
  status,
})

/**
 * Changing and removing members of a tenant, by its administrators. Whoever is removed finds the next request refused; an
 * organisation keeps an administrator. Source: product.md "member", access.md section 5.
 */
export const tenantMemberRoutes: readonly Route[] = [
  route({
    method: 'PATCH',
    path: '/api/v1/tenant/members/:member_id',
    summary: 'Change the role of a member of the own organisation; the last administrator stays one',
    input: { params: Params, body: z.strictObject({ role: z.enum(ROLES) }) },
    access: { permission: 'tenant.members.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    async handle({ mandate, params, body: { role } }) {
      const before = await getMember(mandate, params.member_id)
      // Before it holds, so that whom it is about is told as well. Two of them decide what one may not, so they know who they are.
      if (before.role !== role)
        await tellAdmins(mandate, before, role === 'TENANT_ADMIN' ? 'made' : 'lowered')
      await changeMember(mandate, before, { role })
      note(mandate, before, {
        action: 'change_role',
        changes: { role: { before: before.role, after: role } },
      })
      return toAnswer(before, role, 'active')
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/tenant/members/:member_id',
    summary:
      'Remove a member of the own organisation: from the next request on nothing of it is open to the person',
    input: { params: Params },
    access: { permission: 'tenant.members.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    async handle({ mandate, params }) {
      const before = await getMember(mandate, params.member_id)
      if (before.role === 'TENANT_ADMIN') await tellAdmins(mandate, before, 'removed')
      await changeMember(mandate, before, { status: 'inactive' })
      note(mandate, before, {
        action: 'remove',
        changes: { status: { before: 'active', after: 'inactive' }, role: { before: before.role } },
      })
      return toAnswer(before, before.role, 'inactive')
    },
  }),
]
