import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteInvitationWithdrawn } from './events.ts'
import { listInvitations, takeInvitationBack } from './invitation-store.ts'
import type { OwnInvitation } from './invitation-store.ts'

const InvitationBody = z
  .strictObject({
    invitation_id: z.string(),
    email: z.string(),
    role: z.string(),
    invited_by: z.string().nullable(),
    sent_at: z.string(),
    expires_at: z.string(),
    status: z.enum(['open', 'withdrawn', 'ran_out']),
    withdrawn_at: z.string().nullable(),
  })
  .meta({ id: 'Invitation' })

const Invitations = z.strictObject({
  items: z
    .array(InvitationBody)
    .max(200)
    .meta({ description: 'Whoever joined is among the members. What ended stays for a week.' }),
})

function statusOf({ withdrawn_at: withdrawnAt, ends_at: endsAt }: OwnInvitation, now: Date) {
  if (withdrawnAt !== null) return 'withdrawn' as const
  return endsAt > now ? ('open' as const) : ('ran_out' as const)
}

function toBody(row: OwnInvitation, now: Date): z.output<typeof InvitationBody> {
  return {
    invitation_id: publicIdOf('invitation', row.id),
    email: row.email,
    role: row.role,
    invited_by: row.invited_by,
    sent_at: row.created_at.toISOString(),
    expires_at: row.ends_at.toISOString(),
    status: statusOf(row, now),
    withdrawn_at: row.withdrawn_at?.toISOString() ?? null,
  }
}

async function list(mandate: Mandate<'program' | 'tenant'>): Promise<z.output<typeof Invitations>> {
  const rows = await listInvitations(mandate)
  noteRead(mandate, { action: 'identity.invitations.read', rowCount: rows.length })
  return { items: rows.map((row) => toBody(row, mandate.origin.now)) }
}

const READ = {
  method: 'GET',
  summary: 'Invitations that were sent and that nobody has answered, with how each stands',
  input: {},
  limit: 'list',
  responses: { 200: Invitations },
} as const

const WITHDRAW = {
  method: 'POST',
  summary: 'Withdraw an invitation: its link works no more, and says so',
  input: { params: z.strictObject({ invitation_id: publicId('invitation') }) },
  limit: 'write',
  problems: ['INVITATION_UNKNOWN'],
  responses: { 204: null },
} as const

type Asked = {
  readonly mandate: Mandate<'program' | 'tenant'>
  readonly params: z.output<typeof WITHDRAW.input.params>
}

async function withdraw({ mandate, params }: Asked): Promise<undefined> {
  const withdrawn = await takeInvitationBack(mandate, params.invitation_id)
  if (!withdrawn)
    throw new ProblemError(404, 'INVITATION_UNKNOWN', 'No invitation of yours with this id still works.')
  noteInvitationWithdrawn(mandate, withdrawn)
  return undefined
}

/** What was sent to future colleagues, and taking it back; for those who may invite. */
export const invitationRoutes: readonly Route[] = [
  route({
    ...READ,
    path: '/api/v1/partner/members/invitations',
    access: { permission: 'partner_org.members.manage' },
    handle: ({ mandate }) => list(mandate),
  }),
  route({
    ...READ,
    path: '/api/v1/tenant/members/invitations',
    access: { permission: 'tenant.members.manage' },
    handle: ({ mandate }) => list(mandate),
  }),
  route({
    ...WITHDRAW,
    path: '/api/v1/partner/members/invitations/:invitation_id/withdraw',
    access: { permission: 'partner_org.members.manage' },
    handle: withdraw,
  }),
  route({
    ...WITHDRAW,
    path: '/api/v1/tenant/members/invitations/:invitation_id/withdraw',
    access: { permission: 'tenant.members.manage' },
    handle: withdraw,
  }),
]
