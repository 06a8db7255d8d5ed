import { LINK_ROLES } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { sentAt } from '#platform/route.ts'
import type { Mandate } from '#platform/mandate.ts'
import { getTeam, listTeamGrants, listTeamMembers } from './team-store.ts'
import type { TeamGrantRow, TeamId, TeamMemberRow, TeamRow } from './team-store.ts'

export const TeamBody = z
  .strictObject({
    team_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    members_count: z.int(),
    grants_count: z.int(),
    links_count: z.int().meta({ description: 'The links that its people use through it now.' }),
    version: z.int(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Team' })

const TeamMemberBody = z.strictObject({
  member_id: z.string(),
  name: z.string(),
  role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
  status: z.enum(['active', 'inactive']),
})

const TeamGrantBody = z.strictObject({
  link_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  link_role: z.enum(LINK_ROLES).nullable(),
  group_id: z.string().nullable(),
  group_name: z.string().nullable(),
  role: z.enum(LINK_ROLES).nullable(),
  ends_at: z.string().nullable(),
  granted_at: z.string(),
})

export const TeamDetail = TeamBody.extend({
  members: z.array(TeamMemberBody),
  grants: z.array(TeamGrantBody),
})
  .strict()
  .meta({ id: 'TeamDetail' })

export function toTeam(row: TeamRow): z.input<typeof TeamBody> {
  return {
    team_id: publicIdOf('team', row.id),
    name: row.name,
    description: row.description,
    members_count: row.members_count,
    grants_count: row.grants_count,
    links_count: row.links_count,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

function toMember(row: TeamMemberRow): z.input<typeof TeamMemberBody> {
  return { ...row, member_id: publicIdOf('member', row.member_id) }
}

function toGrant(row: TeamGrantRow): z.input<typeof TeamGrantBody> {
  return {
    link_id: row.link_id === null ? null : publicIdOf('link', row.link_id),
    tenant_id: row.tenant_id === null ? null : publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    link_role: row.link_role,
    group_id: row.group_id === null ? null : publicIdOf('tenant_group', row.group_id),
    group_name: row.group_name,
    role: row.role,
    ends_at: row.ends_at?.toISOString() ?? null,
    granted_at: row.granted_at.toISOString(),
  }
}

/** A team with its people and what they are assigned to, as it is now, under its version. Throws TEAM_NOT_FOUND. */
export async function answerTeam(mandate: Mandate<'program'>, id: TeamId) {
  const row = await getTeam(mandate, id)
  const members = await listTeamMembers(mandate, id)
  const grants = await listTeamGrants(mandate, id)
  return sentAt({ ...toTeam(row), members: members.map(toMember), grants: grants.map(toGrant) }, row.version)
}
