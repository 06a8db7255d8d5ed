import type { InvitationId } from '@liaison/access'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { digestOf } from '#platform/credentials/secret-token.ts'

const Row = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  invited_by: z.string().nullable(),
  created_at: z.date(),
  ends_at: z.date(),
  withdrawn_at: z.date().nullable(),
})

/** An invitation that nobody has answered. */
export type OwnInvitation = z.output<typeof Row>

const Withdrawn = z.object({ email: z.string(), role: z.string() }).nullable()

/** The unanswered invitations of the mandate's organisation, the newest first: open ones, and for a week those that ended. */
export async function listInvitations(mandate: Mandate<'program' | 'tenant'>): Promise<OwnInvitation[]> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select * from access.own_invitations() order by created_at desc, id desc limit 200',
      values: [],
    },
  ])
  return z.array(Row).parse(result?.rows ?? [])
}

/** Takes an own invitation back. Returns where it went to and as what; null when none with this id works. */
export async function takeInvitationBack(
  mandate: Mandate<'program' | 'tenant'>,
  id: InvitationId,
): Promise<{ readonly email: string; readonly role: string } | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.withdraw_invitation($1) as withdrawn', values: [id] },
  ])
  return Withdrawn.parse(result?.rows[0]?.['withdrawn'] ?? null)
}

/** Whether the invitation behind a mailed token was withdrawn. */
export async function isWithdrawn(mandate: Mandate<'identity'>, token: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select 1 from single_use_token where token_hash = $1 and purpose = 'invitation' and withdrawn_at is not null`,
      values: [digestOf(token)],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}
