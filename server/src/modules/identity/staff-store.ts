import type { InvitationId, PersonId } from '@liaison/access'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

const StaffRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  status: z.enum(['active', 'inactive']),
  has_factor: z.boolean(),
  since: z.date(),
  last_seen_at: z.date().nullable(),
})

const InvitationRow = z.object({
  id: z.string(),
  email: z.string(),
  invited_by: z.string().nullable(),
  ends_at: z.date(),
})

/** Somebody who works for the provider. */
export type Staff = z.output<typeof StaffRow>
/** An invitation to administer the platform that still works. */
export type StaffInvitation = z.output<typeof InvitationRow>

/** Everybody who works for the provider, by name, and the invitations that still work, the one that ends first in front. */
export async function listStaff(
  mandate: Mandate<'platform'>,
): Promise<{ readonly staff: Staff[]; readonly invitations: StaffInvitation[] }> {
  const [staff, invitations] = await runStatements(mandate, [
    {
      text: `select p.id, p.name, p.email, case when p.status = 'active' then s.status else 'inactive' end as status, s.created_at as since,
          p.id in (select access.persons_with_factor(array(select person_id from platform_staff))) as has_factor,
          (select max(o.seen_at) from session o where o.person_id = p.id) as last_seen_at
        from platform_staff s join person p on p.id = s.person_id order by p.name, p.id limit 500`,
      values: [],
    },
    {
      text: 'select id, email, invited_by, ends_at from access.open_staff_invitations() order by ends_at, id limit 500',
      values: [],
    },
  ])
  return {
    staff: z.array(StaffRow).parse(staff?.rows ?? []),
    invitations: z.array(InvitationRow).parse(invitations?.rows ?? []),
  }
}

/** The provider's person with this id; null when nobody of them has it. */
export async function findStaff(
  mandate: Mandate<'platform'>,
  id: PersonId,
): Promise<{ readonly id: string; readonly name: string; readonly email: string } | null> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select p.id, p.name, p.email from platform_staff s join person p on p.id = s.person_id where p.id = $1',
      values: [id],
    },
  ])
  const [row] = result?.rows ?? []
  return row ? { id: String(row['id']), name: String(row['name']), email: String(row['email']) } : null
}

/** Whether somebody with this address works for the provider. */
export async function isStaff(mandate: Mandate<'platform'>, email: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select 1 from platform_staff s join person p on p.id = s.person_id where p.email = $1',
      values: [email],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Takes somebody out of the provider's people, one at a time, and ends the invitations that they sent. */
export async function removeStaff(
  mandate: Mandate<'platform' | 'system'>,
  id: PersonId,
): Promise<'removed' | 'unknown' | 'own'> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.remove_staff($1) as outcome', values: [id] },
  ])
  return z.enum(['removed', 'unknown', 'own']).parse(result?.rows[0]?.['outcome'])
}

/** Ends an invitation to administer the platform. Returns the address it went to; null when none with this id still works. */
export async function withdrawInvitation(
  mandate: Mandate<'platform'>,
  id: InvitationId,
): Promise<string | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.withdraw_staff_invitation($1) as email', values: [id] },
  ])
  const email: unknown = result?.rows[0]?.['email']
  return typeof email === 'string' ? email : null
}
