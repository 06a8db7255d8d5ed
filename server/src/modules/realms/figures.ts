import { END_USER_STATUSES, REALM_ROLES } from '@liaison/access'
import type { EndUserStatus, PartnerId, RealmRole } from '@liaison/access'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'

const Row = z.object({
  status: z.enum(['open', 'closed']),
  opened_at: z.date(),
  users: z.array(z.object({ role: z.enum(REALM_ROLES), status: z.enum(END_USER_STATUSES), n: z.int() })),
  fresh: z.int(),
  seen: z.int(),
})

function sumBy<Key extends string>(
  keys: readonly Key[],
  counted: readonly (readonly [key: Key, n: number])[],
): Record<Key, number> {
  const entries = keys.map((key) => [
    key,
    counted.filter(([other]) => other === key).reduce((sum, [, n]) => sum + n, 0),
  ])
  // Every key of the list has its entry.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as Record<Key, number>
}

export interface RealmFigures {
  readonly status: 'open' | 'closed'
  readonly opened_at: string
  readonly user_count: number
  readonly new_in_30_days: number
  readonly signed_in_in_30_days: number
  readonly roles: Record<RealmRole, number>
  readonly statuses: Record<EndUserStatus, number>
}

/** The user base of a partner in figures: how many, of which roles and in which states, never who. Throws REALM_MISSING. */
export async function readRealmFigures(
  mandate: Mandate<'platform'>,
  partnerId: PartnerId,
): Promise<RealmFigures> {
  const [result] = await runStatements(mandate, [
    {
      text: `select r.status, r.opened_at,
          coalesce((select jsonb_agg(c) from (select u.role, u.status, count(*)::integer as n from end_user u where u.partner_id = r.partner_id group by u.role, u.status) c), '[]') as users,
          (select count(*)::integer from end_user u where u.partner_id = r.partner_id and u.created_at > statement_timestamp() - interval '30 days') as fresh,
          (select count(*)::integer from end_user u where u.partner_id = r.partner_id and u.last_signed_in_at > statement_timestamp() - interval '30 days') as seen
        from realm r where r.partner_id = $1`,
      values: [partnerId],
    },
  ])
  if (!result?.rows[0])
    throw new ProblemError(404, 'REALM_MISSING', 'The partner has no user base of its own.')
  const { status, opened_at: openedAt, users, fresh, seen } = Row.parse(result.rows[0])
  return {
    status,
    opened_at: openedAt.toISOString(),
    user_count: users.reduce((sum, { n }) => sum + n, 0),
    new_in_30_days: fresh,
    signed_in_in_30_days: seen,
    roles: sumBy(
      REALM_ROLES,
      users.map(({ role, n }) => [role, n] as const),
    ),
    statuses: sumBy(
      END_USER_STATUSES,
      users.map(({ status: state, n }) => [state, n] as const),
    ),
  }
}
