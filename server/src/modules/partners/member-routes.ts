import type { IdOf, PartnerId, PartnerRole } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { changeMember, endMember, getMember } from './member-store.ts'
import type { MemberRow } from './member-store.ts'

type Managing = Mandate<'program' | 'platform'>

const MemberAnswer = z
  .strictObject({
    member_id: z.string(),
    role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    status: z.enum(['active', 'inactive']),
  })
  .meta({ id: 'PartnerMemberState' })

const OwnParams = z.strictObject({ member_id: publicId('member') })
const AdminParams = z.strictObject({ partner_id: publicId('partner'), member_id: publicId('member') })
const RoleInput = z.strictObject({ role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']) })
const problems = ['PARTNER_MEMBER_NOT_FOUND', 'PARTNER_MEMBER_INACTIVE', 'PARTNER_LAST_OWNER']

function note(
  mandate: Managing,
  member: MemberRow,
  event: { readonly action: 'change_role' | 'remove'; readonly changes: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, {
    action: `identity.member.${event.action}`,
    partnerId: member.partner_id,
    partnerName: member.partner_name,
    resource: { type: 'person', id: member.person_id },
    changes: event.changes,
  })
}

interface Place {
  readonly partnerId: PartnerId
  readonly memberId: IdOf<'member'>
}

async function getActive(mandate: Managing, { partnerId, memberId }: Place): Promise<MemberRow> {
  const member = await getMember(mandate, partnerId, memberId)
  if (member.status !== 'active')
    throw new ProblemError(409, 'PARTNER_MEMBER_INACTIVE', 'The membership has ended.')
  return member
}

const toAnswer = (memberId: string, role: string, status: 'active' | 'inactive') => ({
  member_id: publicIdOf('member', memberId),
  role: role === 'PARTNER_OWNER' ? ('PARTNER_OWNER' as const) : ('PARTNER_STAFF' as const),
  status,
})

async function changeRole(mandate: Managing, place: Place, role: PartnerRole) {
  const before = await getActive(mandate, place)
  await changeMember(mandate, before, { role })
  note(mandate, before, { action: 'change_role', changes: { role: { before: before.role, after: role } } })
  return toAnswer(before.id, role, 'active')
}

async function remove(mandate: Managing, place: Place) {
  const before = await getActive(mandate, place)
  await endMember(mandate, before)
  note(mandate, before, {
    action: 'remove',
    changes: { status: { before: 'active', after: 'inactive' }, role: { before: before.role } },
  })
  return toAnswer(before.id, before.role, 'inactive')
}

/**
 * Changing and removing members of a partner, by its owners and by the provider. Whoever is removed finds the next request
 * refused; a partner keeps an owner (D1).
 */
export const memberRoutes: readonly Route[] = [
  route({
    method: 'PATCH',
    path: '/api/v1/partner/members/:member_id',
    summary: 'Change the role of a member; the last owner stays one',
    input: { params: OwnParams, body: RoleInput },
    access: { permission: 'partner_org.members.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    handle: ({ mandate, params, body }) =>
      changeRole(mandate, { partnerId: mandate.partner.id, memberId: params.member_id }, body.role),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/members/:member_id',
    summary: 'Remove a member: from the next request on nothing of the partner is open to the person',
    input: { params: OwnParams },
    access: { permission: 'partner_org.members.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    handle: ({ mandate, params }) =>
      remove(mandate, { partnerId: mandate.partner.id, memberId: params.member_id }),
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/admin/partners/:partner_id/members/:member_id',
    summary: 'Change the role of a member of a partner; the last owner stays one',
    input: { params: AdminParams, body: RoleInput },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    handle: ({ mandate, params, body }) =>
      changeRole(mandate, { partnerId: params.partner_id, memberId: params.member_id }, body.role),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/admin/partners/:partner_id/members/:member_id',
    summary: 'Remove a member of a partner',
    input: { params: AdminParams },
    access: { permission: 'platform.partners.manage' },
    limit: 'write',
    problems,
    responses: { 200: MemberAnswer },
    handle: ({ mandate, params }) =>
      remove(mandate, { partnerId: params.partner_id, memberId: params.member_id }),
  }),
]
