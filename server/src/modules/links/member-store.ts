import { newestRoleTemplate, toBits } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

const EVERY_PERMISSION = '1'.repeat(128)

/** One person's place in a link. */
export interface Assignment {
  readonly memberId: string
  readonly role: LinkRole | null
  readonly endsAt: Date | null
}

/** The active members of the own partner among these, with the person behind each. */
export async function findActiveMembers(
  mandate: Mandate<'program'>,
  memberIds: readonly string[],
): Promise<Map<string, string>> {
  if (memberIds.length === 0) return new Map()
  const rows = await tables<LinkTables>(mandate)
    .selectFrom('partner_member')
    .select(['id', 'person_id'])
    .where('partner_id', '=', mandate.partner.id)
    .where('status', '=', 'active')
    .where('id', 'in', [...memberIds])
    .execute()
  return new Map(rows.map(({ id, person_id: personId }) => [id, personId]))
}

/** Makes the people of a link exactly these. */
export async function replaceMembers(
  mandate: Mandate<'program'>,
  link: KnownLink,
  assignments: readonly (Assignment & { readonly personId: string })[],
): Promise<void> {
  const db = tables<LinkTables>(mandate)
  const kept = assignments.map(({ memberId }) => memberId)
  const removal = db.deleteFrom('link_member').where('link_id', '=', link.id)
  await (kept.length === 0 ? removal : removal.where('member_id', 'not in', kept)).execute()
  if (assignments.length === 0) return
  await db
    .insertInto('link_member')
    .values(
      assignments.map(({ memberId, personId, role, endsAt }) => ({
        link_id: link.id,
        tenant_id: link.tenant_id,
        partner_id: link.partner_id,
        member_id: memberId,
        person_id: personId,
        role,
        mask: role === null ? EVERY_PERMISSION : toBits(newestRoleTemplate(role).defaults),
        ends_at: endsAt,
        assigned_by: mandate.actor.id,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['link_id', 'member_id']).doUpdateSet((eb) => ({
        role: eb.ref('excluded.role'),
        mask: eb.ref('excluded.mask'),
        ends_at: eb.ref('excluded.ends_at'),
      })),
    )
    .execute()
}
