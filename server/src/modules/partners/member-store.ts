import type { IdOf, PartnerId, PartnerRole } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { PartnerTables } from './tables.ts'

type Managing = Mandate<'program' | 'platform'>

/** One member of a partner. Throws PARTNER_MEMBER_NOT_FOUND, also for members of others. */
export async function getMember(mandate: Managing, partnerId: PartnerId, memberId: IdOf<'member'>) {
  const row = await tables<PartnerTables>(mandate)
    .selectFrom('partner_member as m')
    .innerJoin('partner as o', 'o.id', 'm.partner_id')
    .select(['m.id', 'm.person_id', 'm.partner_id', 'm.role', 'm.status', 'o.name as partner_name'])
    .where('m.id', '=', memberId)
    .where('m.partner_id', '=', partnerId)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_MEMBER_NOT_FOUND', 'No member of the partner has this id.')
  return row
}

export type MemberRow = Awaited<ReturnType<typeof getMember>>

const naming = guardedBy({
  partner_member_last_owner: ['PARTNER_LAST_OWNER', 'A partner keeps one active owner at least.'],
})

/** Changes role or standing of a member. Throws PARTNER_LAST_OWNER, which the database decides. */
export async function changeMember(
  mandate: Managing,
  member: Pick<MemberRow, 'id'>,
  change: { readonly role: PartnerRole } | { readonly status: 'inactive' },
): Promise<void> {
  await naming(
    tables<PartnerTables>(mandate)
      .updateTable('partner_member')
      .set(change)
      .where('id', '=', member.id)
      .execute(),
  )
}

/** Ends a membership and takes the person out of the partner's teams and links; each tenant reads it. Throws PARTNER_LAST_OWNER. */
export async function endMember(
  mandate: Managing,
  member: Pick<MemberRow, 'id' | 'partner_id'>,
): Promise<void> {
  await changeMember(mandate, member, { status: 'inactive' })
  await runStatements(mandate, [
    { text: 'select access.take_leaver_out($1, $2)', values: [member.partner_id, member.id] },
  ])
}
