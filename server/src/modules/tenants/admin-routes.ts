import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, publicId, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getTenantForAdmin, listAccessToTenant, listTenantsForAdmin } from './admin-store.ts'
import type { AdminTenantRow } from './admin-store.ts'

const STATUSES = ['active', 'suspended', 'trial', 'closed'] as const

const AdminTenantBody = z.strictObject({
  tenant_id: z.string(),
  name: z.string(),
  slug: z.string(),
  domain: z.string().nullable(),
  status: z.enum(STATUSES),
  plan_type: z.string(),
  members_count: z.int(),
  active_links: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

const AccessBody = z.strictObject({
  link_id: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  status: z.string(),
  access_role: z.string(),
  starts_at: z.string(),
  ends_at: z.string().nullable(),
})

function toAdminTenant(row: AdminTenantRow): z.output<typeof AdminTenantBody> {
  return {
    tenant_id: publicIdOf('tenant', row.id),
    name: row.name,
    slug: row.slug,
    domain: row.domain,
    status: row.status,
    plan_type: row.plan_type,
    members_count: row.members_count ?? 0,
    active_links: row.active_links ?? 0,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

/** What the provider sees of tenants: who they are and who has access, nothing of their data. */
export const adminTenantRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/tenants',
    summary: 'Every tenant, without its data',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(STATUSES)).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.tenants.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(AdminTenantBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listTenantsForAdmin(mandate, query, query)
      return toPage(rows.map(toAdminTenant), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/tenants/:tenant_id',
    summary: 'One tenant and who has access to it',
    input: { params: z.strictObject({ tenant_id: publicId('tenant') }) },
    access: { permission: 'platform.tenants.read' },
    limit: 'detail',
    problems: ['TENANT_NOT_FOUND'],
    responses: { 200: AdminTenantBody.extend({ access: z.array(AccessBody) }).strict() },
    async handle({ mandate, params }) {
      const row = await getTenantForAdmin(mandate, params.tenant_id)
      const access = await listAccessToTenant(mandate, params.tenant_id)
      noteRead(mandate, {
        action: 'platform.tenants.read',
        resource: { type: 'tenant', id: row.id, label: row.name },
      })
      return {
        ...toAdminTenant(row),
        access: access.map((link) => ({
          link_id: publicIdOf('link', link.id),
          partner_id: publicIdOf('partner', link.partner_id),
          partner_name: link.partner_name,
          status: link.status,
          access_role: link.access_role,
          starts_at: link.starts_at.toISOString(),
          ends_at: link.ends_at?.toISOString() ?? null,
        })),
      }
    },
  }),
]
