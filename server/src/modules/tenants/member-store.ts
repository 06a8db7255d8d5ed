import type { IdOf, TenantRole } from '@liaison/access'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { writeLetters } from '#platform/words/letters.ts'
import { MEMBER_WORDS } from './member-words.ts'
import type { AdminNews } from './member-words.ts'

interface MemberTables {
  person: { id: string; name: string }
  tenant_member: {
    id: string
    tenant_id: string
    person_id: string
    role: TenantRole
    status: 'active' | 'inactive'
  }
}

/** One member of the mandate's organisation. Throws TENANT_MEMBER_NOT_FOUND, also for members of others. */
export async function getMember(mandate: Mandate<'tenant'>, id: IdOf<'member'>) {
  const row = await tables<MemberTables>(mandate)
    .selectFrom('tenant_member as m')
    .innerJoin('person as p', 'p.id', 'm.person_id')
    .select(['m.id', 'm.person_id', 'm.role', 'm.status', 'p.name'])
    .where('m.tenant_id', '=', mandate.tenant.id)
    .where('m.id', '=', id)
    .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'TENANT_MEMBER_NOT_FOUND', 'No member of your organisation has this id.')
  return row
}

export type MemberRow = Awaited<ReturnType<typeof getMember>>

const naming = guardedBy({
  tenant_member_last_admin: ['TENANT_LAST_ADMIN', 'An organisation keeps one active administrator at least.'],
})

/** Changes role or standing of a member that is as it was read. Throws TENANT_LAST_ADMIN, which the database decides, and TENANT_MEMBER_INACTIVE. */
export async function changeMember(
  mandate: Mandate<'tenant'>,
  member: MemberRow,
  change: { readonly role: TenantRole } | { readonly status: 'inactive' },
): Promise<void> {
  const updated = await naming(
    tables<MemberTables>(mandate)
      .updateTable('tenant_member')
      .set(change)
      .where('tenant_id', '=', mandate.tenant.id)
      .where('id', '=', member.id)
      .where('status', '=', 'active')
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'TENANT_MEMBER_INACTIVE', 'The membership has ended.')
}

/** Mails the other administrators, each in a language of their own, what is done about one of them; whom it is about as well, while still one. */
export async function tellAdmins(
  mandate: Mandate<'tenant'>,
  member: MemberRow,
  news: AdminNews,
): Promise<void> {
  const letters = writeLetters((language) => {
    const words = MEMBER_WORDS[language]
    const subject = words.news[news](mandate.actor.name, member.name, mandate.tenant.name)
    return { subject, text: `${subject}.\n\n${words.next}` }
  })
  await runStatements(mandate, [
    { text: 'select access.mail_other_admins($1)', values: [JSON.stringify(letters)] },
  ])
}
