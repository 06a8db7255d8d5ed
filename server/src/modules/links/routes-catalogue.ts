import {
  ceilingOf,
  describeMask,
  isRoleOffered,
  LINK_ROLES,
  newestRoleTemplate,
  permissionsOf,
  permissionsOfPlane,
  RELATIONSHIP_TITLES,
  RELATIONSHIP_TYPES,
  ROLE_TITLES,
  roleTemplate,
} from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { countRoles } from './role-store.ts'
import type { RoleCount } from './role-store.ts'

const PermissionBody = z.strictObject({
  name: z.string(),
  area: z.string(),
  sentence: z.string(),
  sensitive: z.boolean(),
  spends: z.boolean(),
  feature: z.string().nullable(),
})

const RoleBody = z.strictObject({
  role: z.enum(LINK_ROLES),
  alias: z.string(),
  title: z.string(),
  version: z.int(),
  permissions: z.array(z.string()),
  may_be_granted: z.array(z.string()),
  relationship_types: z.array(z.strictObject({ type: z.enum(RELATIONSHIP_TYPES), title: z.string() })),
  can: z.array(z.string()),
  cannot: z.array(z.string()),
})

const permissions = permissionsOfPlane('delegation').map(
  ({ name, area, sentence, sensitive, spends, feature }) => ({
    name: name as string,
    area,
    sentence,
    sensitive,
    spends,
    feature: feature as string | null,
  }),
)

const roles = LINK_ROLES.map((role) => {
  const { version, defaults, ceiling } = newestRoleTemplate(role)
  const areas = describeMask(defaults)
  return {
    role,
    alias: `partner_${role}`,
    title: ROLE_TITLES[role],
    version,
    permissions: permissionsOf(defaults),
    may_be_granted: permissionsOf(ceiling & ~defaults),
    relationship_types: RELATIONSHIP_TYPES.filter(
      (type) => isRoleOffered(role, type) && ceilingOf(role, version, type) !== 0n,
    ).map((type) => ({ type, title: RELATIONSHIP_TITLES[type] })),
    can: areas.flatMap(({ can }) => can.map(({ sentence }) => sentence)),
    cannot: areas.flatMap(({ cannot }) => cannot.map(({ sentence }) => sentence)),
  }
})

const AdminRoleBody = RoleBody.extend({
  versions: z.array(
    z.strictObject({
      version: z.int(),
      permissions: z.array(z.string()),
      may_be_granted: z.array(z.string()),
      links_in_force: z.int(),
      links: z.int(),
    }),
  ),
})
  .strict()
  .meta({ id: 'RoleInUse' })

/** Every version of a role, the newest first: a link stays on the one that its tenant accepted. */
function versionsOf(role: LinkRole, newest: number, counts: readonly RoleCount[]) {
  return Array.from({ length: newest }, (_, index) => newest - index).flatMap((version) => {
    const template = roleTemplate(role, version)
    if (!template) return []
    const found = counts.find((count) => count.access_role === role && count.role_version === version)
    return {
      version,
      permissions: permissionsOf(template.defaults),
      may_be_granted: permissionsOf(template.ceiling & ~template.defaults),
      links_in_force: Number(found?.in_force ?? 0),
      links: Number(found?.links ?? 0),
    }
  })
}

/** The catalogue of permissions and roles, as partners and tenants choose from it. */
export const catalogueRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/permissions',
    summary: 'Every permission that a link can give',
    input: {},
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(PermissionBody) }) },
    handle: async () => ({ items: permissions }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/roles',
    summary: 'Every role that a link can have',
    input: {},
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(RoleBody) }) },
    handle: async () => ({ items: roles }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/roles',
    summary: 'Every role that a partner can be given',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(RoleBody) }) },
    async handle({ mandate }) {
      noteRead(mandate, { action: 'tenant.partner_access.read' })
      return { items: roles }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/catalogue/roles',
    summary: 'Every role that a link can have, its versions, and how many links stand on each',
    input: {},
    access: { permission: 'platform.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(AdminRoleBody) }) },
    async handle({ mandate }) {
      const counts = await countRoles(mandate)
      noteRead(mandate, { action: 'platform.catalogue.read' })
      return {
        items: roles.map((role) => ({ ...role, versions: versionsOf(role.role, role.version, counts) })),
      }
    },
  }),
]
