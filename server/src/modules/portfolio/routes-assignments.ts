import { LINK_ROLES, LINK_STATUSES } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listAssignableLinks, listAssignableMembers, listAssignmentCells } from './assignment-store.ts'
import type { AssignableLink, AssignmentCell } from './assignment-store.ts'
import { tenantsOfGroup } from './group-store.ts'

const LinkColumn = z.strictObject({
  link_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  access_role: z.enum(LINK_ROLES),
  status: z.enum(LINK_STATUSES),
  ends_at: z.string().nullable(),
})

const MemberRow = z.strictObject({
  member_id: z.string(),
  name: z.string(),
  role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
  links_count: z.int().meta({ description: 'The live links that the person is assigned to, of all.' }),
})

const Cell = z.strictObject({
  link_id: z.string(),
  member_id: z.string(),
  role: z.enum(LINK_ROLES).nullable().meta({ description: "The person's own role; null: the link's." }),
  ends_at: z.string().nullable(),
  via_team: z.strictObject({ team_id: z.string(), name: z.string() }).nullable(),
})

const Matrix = z
  .strictObject({ ...pageOf(LinkColumn), members: z.array(MemberRow), assignments: z.array(Cell) })
  .meta({ id: 'Assignments' })

const publicLink = (id: string) => publicIdOf('link', id)
const publicMember = (id: string) => publicIdOf('member', id)

function toColumn(row: AssignableLink): z.input<typeof LinkColumn> {
  return {
    link_id: publicLink(row.link_id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    access_role: row.access_role,
    status: row.status,
    ends_at: row.ends_at?.toISOString() ?? null,
  }
}

function toCell(row: AssignmentCell): z.input<typeof Cell> {
  return {
    link_id: publicLink(row.link_id),
    member_id: publicMember(row.member_id),
    role: row.role,
    ends_at: row.ends_at?.toISOString() ?? null,
    via_team:
      row.team_id === null || row.team_name === null
        ? null
        : { team_id: publicIdOf('team', row.team_id), name: row.team_name },
  }
}

/** Who is assigned to what, people by tenants. Source: B3; managed-tenants.md section 8. */
export const assignmentRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/assignments',
    summary: 'Who is assigned to which tenant, and by which team: a page of tenants with all people',
    input: {
      query: z.strictObject({
        group: publicId('tenant_group').optional(),
        tenant: searchText().optional(),
        person: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'partner_org.members.read' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: Matrix },
    async handle({ mandate, query }) {
      const tenantIds = query.group && (await tenantsOfGroup(mandate, query.group))
      const filter = { tenantIds, tenant: query.tenant, person: query.person }
      const { rows, total } = await listAssignableLinks(mandate, filter, query)
      const members = await listAssignableMembers(mandate, filter)
      const shown = new Set(members.map(({ member_id: id }) => id))
      const cells = await listAssignmentCells(
        mandate,
        rows.map(({ link_id: id }) => id),
      )
      return {
        ...toPage(rows.map(toColumn), query, total),
        members: members.map((row) => ({ ...row, member_id: publicMember(row.member_id) })),
        assignments: cells.filter((cell) => shown.has(cell.member_id)).map(toCell),
      }
    },
  }),
]
