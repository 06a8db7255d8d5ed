import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { inputRefused } from '#platform/problem.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  deleteGroup,
  findStrangers,
  getGroup,
  insertGroup,
  isGranted,
  listGroups,
  updateGroup,
} from './group-store.ts'
import type { GroupId, GroupRow, GroupTerms } from './group-store.ts'
import './problems.ts'

const NamedTenant = z.strictObject({ tenant_id: z.string(), name: z.string(), slug: z.string() })

const GroupBody = z
  .strictObject({
    group_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    kind: z.enum(['all', 'chosen']),
    tenants_count: z.int().meta({ description: 'How many tenants it holds now.' }),
    included: z.array(NamedTenant).meta({ description: 'The tenants of a group of chosen ones.' }),
    excluded: z.array(NamedTenant).meta({ description: 'The tenants that a group of all leaves out.' }),
    version: z.int(),
    created_by_name: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'TenantGroup' })

const GroupParams = z.strictObject({ group_id: publicId('tenant_group') })

const TenantIds = z.array(publicId('tenant')).max(2000)

const GroupInput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('chosen'),
    name: plainText(1, 100),
    description: plainText(0, 500).nullable().default(null),
    included_tenant_ids: TenantIds,
  }),
  z.strictObject({
    kind: z.literal('all'),
    name: plainText(1, 100),
    description: plainText(0, 500).nullable().default(null),
    excluded_tenant_ids: TenantIds.default([]),
  }),
])

function toTenant({ id, name, slug }: GroupRow['entries'][number]): z.input<typeof NamedTenant> {
  return { tenant_id: publicIdOf('tenant', id), name, slug }
}

function toGroup(row: GroupRow): z.input<typeof GroupBody> {
  const named = row.entries.map(toTenant)
  return {
    group_id: publicIdOf('tenant_group', row.id),
    name: row.name,
    description: row.description,
    kind: row.kind,
    tenants_count: row.tenants_count,
    included: row.kind === 'chosen' ? named : [],
    excluded: row.kind === 'all' ? named : [],
    version: row.version,
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

const answer = (row: GroupRow) => sentAt(toGroup(row), row.version)

/** What the input asks for. Throws VALIDATION_ERROR that names every tenant which the partner has no link with. */
async function readTerms(
  mandate: Mandate<'program'>,
  body: z.output<typeof GroupInput>,
): Promise<GroupTerms> {
  const [field, ids] =
    body.kind === 'chosen'
      ? (['included_tenant_ids', body.included_tenant_ids] as const)
      : (['excluded_tenant_ids', body.excluded_tenant_ids] as const)
  const strangers = await findStrangers(mandate, ids)
  if (strangers.size > 0)
    throw inputRefused(
      ids.flatMap((id, index) =>
        strangers.has(id)
          ? [
              {
                pointer: `/body/${field}/${index}`,
                code: 'UNKNOWN_TENANT',
                detail: 'You have no tenant with this id.',
              },
            ]
          : [],
      ),
    )
  return {
    name: body.name.trim(),
    description: body.description?.trim() || null,
    kind: body.kind,
    tenantIds: ids,
  }
}

/** How a group reads in the log. */
function toAudited(row: GroupRow) {
  const names = row.entries.map(({ name }) => name)
  return {
    name: row.name,
    kind: row.kind,
    ...(row.kind === 'all' ? { excluded: names } : { included: names }),
  }
}

function recordGroup(
  mandate: Mandate<'program'>,
  action: 'create' | 'update' | 'delete',
  { before, after }: { readonly before: GroupRow | null; readonly after: GroupRow | null },
): void {
  const row = after ?? before
  recordEvent(mandate, {
    action: `tenant_groups.${action}`,
    ...(row && { resource: { type: 'tenant_group', id: row.id, label: row.name } }),
    changes: { group: { before: before && toAudited(before), after: after && toAudited(after) } },
  })
}

/** Whether a change brings tenants in: named ones, or such that were left out before. */
function bringsIn(before: GroupRow, terms: GroupTerms): boolean {
  const [named, kept] = [new Set(before.entries.map(({ id }) => id)), new Set<string>(terms.tenantIds)]
  const [subset, all] = terms.kind === 'chosen' ? [kept, named] : [named, kept]
  return [...subset].some((id) => !all.has(id))
}

async function saveGroup(
  mandate: Mandate<'program'>,
  read: { readonly id: GroupId; readonly version: number },
  terms: GroupTerms,
) {
  const before = await getGroup(mandate, read.id)
  if (terms.kind !== before.kind)
    throw inputRefused([
      {
        pointer: '/body/kind',
        code: 'KIND_FIXED',
        detail: `This is a group of ${before.kind === 'all' ? 'all tenants but some' : 'chosen tenants'}, and stays one.`,
      },
    ])
  // Where a team is assigned to the group, its people get into each tenant that comes in: that is an assignment, and asks for what one asks for.
  if (bringsIn(before, terms) && (await isGranted(mandate, read.id)))
    requireAlso(mandate, 'partner_org.assignments.manage')
  await updateGroup(mandate, read, terms)
  const after = await getGroup(mandate, read.id)
  recordGroup(mandate, 'update', { before, after })
  return answer(after)
}

const readAccess = { permission: 'partner_org.links.read' } as const
const manageAccess = { permission: 'partner_org.groups.manage' } as const

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/tenant-groups',
    summary: "The partner's groups of tenants",
    input: { query: z.strictObject(pageQuery) },
    access: readAccess,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(GroupBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listGroups(mandate, query)
      return toPage(rows.map(toGroup), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/tenant-groups/:group_id',
    summary: 'One group of tenants',
    input: { params: GroupParams },
    access: readAccess,
    limit: 'detail',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: GroupBody },
    handle: async ({ mandate, params }) => answer(await getGroup(mandate, params.group_id)),
  }),
]

const writeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/partner/tenant-groups',
    summary: 'Make a group of tenants: chosen ones, or all but some',
    input: { body: GroupInput },
    access: manageAccess,
    limit: 'write',
    problems: ['GROUP_NAME_TAKEN'],
    responses: { 201: GroupBody },
    async handle({ mandate, body }) {
      const id = await insertGroup(mandate, await readTerms(mandate, body))
      const row = await getGroup(mandate, id)
      recordGroup(mandate, 'create', { before: null, after: row })
      return sentAt(toGroup(row), row.version, {
        Location: `/api/v1/partner/tenant-groups/${encodeId('tenant_group', id)}`,
      })
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/tenant-groups/:group_id',
    summary:
      'Change a group of tenants; to bring tenants in where a team is assigned to it takes what an assignment takes',
    input: { params: GroupParams, body: GroupInput },
    access: manageAccess,
    limit: 'write',
    ifMatch: true,
    problems: ['GROUP_NOT_FOUND', 'GROUP_NAME_TAKEN'],
    responses: { 200: GroupBody },
    handle: async ({ mandate, params, body, expectedVersion }) =>
      saveGroup(mandate, { id: params.group_id, version: expectedVersion }, await readTerms(mandate, body)),
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/tenant-groups/:group_id',
    summary: 'Delete a group of tenants; the tenants stay',
    input: { params: GroupParams },
    access: manageAccess,
    limit: 'write',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      const before = await getGroup(mandate, params.group_id)
      await deleteGroup(mandate, params.group_id)
      recordGroup(mandate, 'delete', { before, after: null })
      return undefined
    },
  }),
]

/** The routes of a partner's groups of tenants (B14). */
export const groupRoutes: readonly Route[] = [...readRoutes, ...writeRoutes]
