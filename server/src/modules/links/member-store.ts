import { MASK_BITS, newestRoleTemplate, toBits } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { versionOfContent } from './content-version.ts'
import { listPeople } from './people-store.ts'
import type { LinkPerson } from './people-store.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

const EVERY_PERMISSION = '1'.repeat(MASK_BITS)

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

/** The version of a list of people: of who is in it directly, since only those are replaced, and how. */
export function versionOfPeople(people: readonly LinkPerson[]): number {
  const direct = people
    .filter(({ team_id: team }) => team === null)
    .map(({ member_id: id, role, ends_at: end }) => [id, role, end?.toISOString() ?? null])
  return versionOfContent(direct.toSorted(([left], [right]) => String(left).localeCompare(String(right))))
}

/**
 * Makes other changes of who is assigned to the partner's links wait until this transaction ends. It is the lock under which
 * teams assign, and which a trigger takes before an assignment goes: always before the lock of the pair.
 */
async function holdAssignments(mandate: Mandate<'program'>): Promise<void> {
  await runStatements(mandate, [
    {
      text: `select pg_advisory_xact_lock(access.lock_key('derive', $1))`,
      values: [mandate.partner.id],
    },
  ])
}

/**
 * Makes the people who are assigned to a link directly exactly these, over the list that was read; whom a team brings stays,
 * unless named here: then this counts. Returns who was assigned before. Throws PRECONDITION_FAILED.
 */
export async function replaceMembers(
  mandate: Mandate<'program'>,
  link: KnownLink,
  edit: {
    readonly assignments: readonly (Assignment & { readonly personId: string })[]
    readonly expectedVersion: number
  },
): Promise<readonly LinkPerson[]> {
  const { assignments, expectedVersion } = edit
  await holdAssignments(mandate)
  const before = await listPeople(mandate, link.id)
  if (versionOfPeople(before) !== expectedVersion)
    throw new ProblemError(
      412,
      'PRECONDITION_FAILED',
      'The people on this link changed after they were read.',
    )
  const db = tables<LinkTables>(mandate)
  const kept = assignments.map(({ memberId }) => memberId)
  const removal = db.deleteFrom('link_member').where('link_id', '=', link.id).where('via_team_id', 'is', null)
  await (kept.length === 0 ? removal : removal.where('member_id', 'not in', kept)).execute()
  if (assignments.length > 0) await addMembers(mandate, link, assignments)
  return before
}

/** Assigns people to a link directly, or changes how; whom a team brought is from now on assigned directly. */
export async function addMembers(
  mandate: Mandate<'program'>,
  link: KnownLink,
  assignments: readonly (Assignment & { readonly personId: string })[],
): Promise<void> {
  await holdAssignments(mandate)
  await tables<LinkTables>(mandate)
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
        via_team_id: null,
      })),
    )
    .execute()
}

/** One person's place in a link as it is now. */
export function findAssignment(mandate: Mandate<'program'>, linkId: string, memberId: string) {
  return tables<LinkTables>(mandate)
    .selectFrom('link_member')
    .select(['role', 'ends_at', 'via_team_id'])
    .where('link_id', '=', linkId)
    .where('member_id', '=', memberId)
    .executeTakeFirst()
}

/** Takes one person's direct assignment back. */
export async function removeMember(
  mandate: Mandate<'program'>,
  linkId: string,
  memberId: string,
): Promise<void> {
  await holdAssignments(mandate)
  await tables<LinkTables>(mandate)
    .deleteFrom('link_member')
    .where('link_id', '=', linkId)
    .where('member_id', '=', memberId)
    .where('via_team_id', 'is', null)
    .execute()
}
