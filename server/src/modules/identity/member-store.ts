import { LINK_ROLES } from '@liaison/access'
import type { MemberRole, PartnerRole, TenantRole } from '@liaison/access'
import { z } from 'zod'
import { guardedBy } from '#platform/guarded.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { readCountedPage } from '#platform/read-page.ts'
import { digestOf, makeToken } from '#platform/credentials/secret-token.ts'
import type { IdentityTables } from './tables.ts'

/** The organisation that an invitation leads into. */
export interface Place {
  readonly kind: 'partner' | 'tenant' | 'platform'
  readonly id: string | null
}

/** A member of the own partner. */
export interface MemberRow {
  readonly id: string
  readonly personId: string
  readonly name: string
  readonly email: string
  readonly role: PartnerRole
  readonly status: 'active' | 'inactive'
  readonly hasFactor: boolean
  readonly assignments: readonly z.output<typeof Assignment>[]
}

/** A member of the own tenant. */
export interface TenantMemberRow {
  readonly id: string
  readonly personId: string
  readonly name: string
  readonly email: string | null
  readonly role: TenantRole
  readonly status: 'active' | 'inactive'
  readonly hasFactor: boolean
  readonly since: Date
}

const Assignment = z.object({
  linkId: z.string(),
  tenantId: z.string(),
  tenantName: z.string(),
  role: z.enum(LINK_ROLES).nullable(),
  endsAt: z.string().nullable(),
})

/** Keeps an invitation in the name of the mandate's organisation; an open one to the same address stops working. Returns its id and its token, which is stored nowhere. */
export async function keepInvitation(
  mandate: Mandate<'platform' | 'program' | 'tenant' | 'system'>,
  invitation: Place & { readonly email: string; readonly role: MemberRole },
): Promise<{ readonly id: string; readonly token: string }> {
  const token = makeToken()
  const argument = {
    kind: invitation.kind,
    organisation_id: invitation.id,
    role: invitation.role,
    email: invitation.email,
    token_hash: digestOf(token).toString('hex'),
  }
  const [result] = await runStatements(mandate, [
    { text: 'select access.invite($1) as id', values: [argument] },
  ])
  return { id: publicIdOf('invitation', String(result?.rows[0]?.['id'])), token }
}

/** The members of the mandate's partner, by name. */
export async function listMembers(
  mandate: Mandate<'program'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: MemberRow[]; readonly total: number }> {
  const { rows, total } = await readCountedPage(page, async ({ limit, offset }) => {
    const [result] = await runStatements(mandate, [
      {
        text: `select m.id, m.person_id, p.name, p.email, m.role, case when p.status = 'active' then m.status else 'inactive' end as status,
          m.person_id in (select access.members_with_factor()) as has_factor, count(*) over () as total,
          coalesce((
            select jsonb_agg(jsonb_build_object('linkId', l.id, 'tenantId', l.tenant_id, 'tenantName', l.tenant_name, 'role', a.role, 'endsAt', a.ends_at) order by l.tenant_name, l.id)
            from link_member a join link_overview l on l.id = a.link_id
            where a.member_id = m.id and l.status in ('approved', 'active', 'suspended') and l.tenant_id is not null), '[]') as assignments
        from partner_member m join person p on p.id = m.person_id
        where m.partner_id = $1 order by p.name, m.id limit $2 offset $3`,
        values: [mandate.partner.id, limit, offset],
      },
    ])
    return result?.rows ?? []
  })
  return { rows: rows.map(toMember), total }
}

function toMember(row: Record<string, unknown>): MemberRow {
  return {
    id: String(row['id']),
    personId: String(row['person_id']),
    name: String(row['name']),
    email: String(row['email']),
    role: row['role'] === 'PARTNER_OWNER' ? 'PARTNER_OWNER' : 'PARTNER_STAFF',
    status: row['status'] === 'active' ? 'active' : 'inactive',
    hasFactor: row['has_factor'] === true,
    assignments: z.array(Assignment).parse(row['assignments']),
  }
}

/** The members of the mandate's tenant, by name; addresses only for its administrators. */
export async function listTenantMembers(
  mandate: Mandate<'tenant'>,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: TenantMemberRow[]; readonly total: number }> {
  const { rows, total } = await readCountedPage(page, async ({ limit, offset }) => {
    const [result] = await runStatements(mandate, [
      {
        text: `select m.*, count(*) over () as total from access.own_members() m order by m.name, m.member_id limit $1 offset $2`,
        values: [limit, offset],
      },
    ])
    return result?.rows ?? []
  })
  return { rows: rows.map(toTenantMember), total }
}

function toTenantMember(row: Record<string, unknown>): TenantMemberRow {
  return {
    id: String(row['member_id']),
    personId: String(row['person_id']),
    name: String(row['name']),
    email: typeof row['email'] === 'string' ? row['email'] : null,
    role: row['role'] === 'TENANT_ADMIN' ? 'TENANT_ADMIN' : 'TENANT_USER',
    status: row['status'] === 'active' ? 'active' : 'inactive',
    hasFactor: row['has_factor'] === true,
    since: z.date().parse(row['since']),
  }
}

/** Whether somebody with this address is an active member of the mandate's partner. */
export async function isMember(mandate: Mandate<'program'>, email: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select 1 from partner_member m join person p on p.id = m.person_id where m.partner_id = $1 and m.status = 'active' and p.email = $2`,
      values: [mandate.partner.id, email],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Whether somebody with this address is an active member of the mandate's tenant; asked by its administrators, who alone know addresses. */
export async function isTenantMember(mandate: Mandate<'tenant'>, email: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select 1 from access.own_members() m where m.status = 'active' and m.email = $1`,
      values: [email],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Where an invitation leads; null when the organisation is closed or gone. */
export async function findPlaceName(mandate: Mandate<'identity'>, place: Place): Promise<string | null> {
  if (place.kind === 'platform') return 'the platform'
  const from = tables<IdentityTables>(mandate)
    .selectFrom(place.kind)
    .select(['name', 'status'])
    .where('id', '=', place.id)
  const row = await from.executeTakeFirst()
  return row && !['terminated', 'suspended', 'closed'].includes(row.status) ? row.name : null
}

/**
 * Whether whoever sent an invitation may still invite there, asked when it is used: nobody who was removed or lowered comes back
 * through one that was sent before. The operator at the machine is no person here.
 */
export async function mayStillInvite(
  mandate: Mandate<'identity'>,
  place: Place,
  inviterId: string | null,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `select not exists (select from person where id = $1)
          or exists (
            select from person p where p.id = $1 and p.status = 'active' and (
              exists (select from platform_staff s where s.person_id = p.id and s.status = 'active')
              or exists (select from partner_member m where $3 = 'partner' and m.partner_id = $2 and m.person_id = p.id and m.role = 'PARTNER_OWNER' and m.status = 'active')
              or exists (select from tenant_member m where $3 = 'tenant' and m.tenant_id = $2 and m.person_id = p.id and m.role = 'TENANT_ADMIN' and m.status = 'active'))) as may`,
      values: [inviterId, place.id, place.kind],
    },
  ])
  return result?.rows[0]?.['may'] === true
}

/** Somebody with the invitation by which the person joins. */
export interface Joining {
  readonly personId: string
  readonly token: string
}

/**
 * What stands in the way of a person joining; null when nothing does. A membership that ended does not, unless it ended after
 * the invitation was sent.
 */
export async function findJoinFault(
  mandate: Mandate<'identity'>,
  place: Place,
  { personId, token }: Joining,
): Promise<'member' | 'other_partner' | null> {
  const [result] = await runStatements(mandate, [
    {
      text: `with invitation as (select created_at from single_use_token where token_hash = $4)
        select exists (select from partner_member m, invitation i where m.person_id = $1 and m.partner_id = $2 and $3 = 'partner' and (m.status = 'active' or m.updated_at >= i.created_at))
          or exists (select from tenant_member m, invitation i where m.person_id = $1 and m.tenant_id = $2 and $3 = 'tenant' and (m.status = 'active' or m.updated_at >= i.created_at))
          or exists (select from platform_staff where person_id = $1 and $3 = 'platform') as member,
        exists (select from partner_member where person_id = $1 and status = 'active' and $3 = 'partner') as partner`,
      values: [personId, place.id, place.kind, digestOf(token)],
    },
  ])
  const row = result?.rows[0]
  if (row?.['member'] === true) return 'member'
  return row?.['partner'] === true ? 'other_partner' : null
}

const namingJoins = guardedBy({
  sandbox_of_own_people: ['SANDBOX_OF_OWN_PEOPLE', 'Only people of the partner join its sandbox.'],
})

/** Makes a person a member, also one who was before. Throws SANDBOX_OF_OWN_PEOPLE. */
export async function join(
  mandate: Mandate<'identity'>,
  place: Place,
  member: Joining & { readonly role: MemberRole },
): Promise<void> {
  const { personId, role, token } = member
  const [returned] = await namingJoins(
    runStatements(mandate, [
      {
        text: 'select access.rejoin($1, $2, $3, $4) as back',
        values: [place.kind, place.id, role, digestOf(token)],
      },
    ]),
  )
  if (returned?.rows[0]?.['back'] === true) return
  const text = {
    partner: 'insert into partner_member (partner_id, person_id, role) values ($1, $2, $3)',
    tenant: 'insert into tenant_member (tenant_id, person_id, role) values ($1, $2, $3)',
    platform: 'insert into platform_staff (person_id, role) select $2, $3 where $1::uuid is null',
  }[place.kind]
  await namingJoins(runStatements(mandate, [{ text, values: [place.id, personId, role] }]))
}

/** Removes tokens and counted failures that are over; for the job that tidies up. */
export async function sweepIdentity(mandate: Mandate<'system'>): Promise<number> {
  const results = await runStatements(mandate, [
    { text: `delete from single_use_token where ends_at < now() - interval '7 days'`, values: [] },
    { text: `delete from sign_in_throttle where last_failure_at < now() - interval '1 day'`, values: [] },
  ])
  return results.reduce((sum, { rowCount }) => sum + rowCount, 0)
}
