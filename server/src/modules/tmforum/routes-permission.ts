import { fromBits, permissionsOf, ROLE_TITLES } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import {
  fieldsQuery,
  listQuery,
  PartyRef,
  selectFields,
  sentList,
  TimePeriod,
  toParty,
  toPeriod,
} from './entity.ts'
import { getPermission, listPermissions } from './store.ts'
import type { PermissionFilter, Reader } from './store.ts'
import type { GrantedPermission } from './tables.ts'

const NAME = 'tmf-api/rolesAndPermissionsManagement/v4/permission'
const STATUSES = ['approved', 'active', 'suspended', 'expired', 'revoked'] as const
const FIELDS = [
  'date',
  'description',
  'status',
  'statusReason',
  'validFor',
  'granter',
  'user',
  'privilege',
  'assetUserRole',
] as const

const Asset = z
  .strictObject({
    id: z.string().meta({ description: 'The tenant, or the number of a billing account of it.' }),
    '@referredType': z.enum(['Organization', 'BillingAccount']),
  })
  .meta({ id: 'TmfAsset' })

const PermissionBody = z
  .strictObject({
    id: z.string(),
    href: z.string(),
    '@type': z.literal('Permission'),
    date: z.string().optional().meta({ description: 'When it was granted.' }),
    description: z.string().optional(),
    status: z.enum(STATUSES).optional().meta({
      description: 'An extension: only what is `active` and within `validFor` opens anything.',
    }),
    statusReason: z.string().optional(),
    validFor: TimePeriod.optional(),
    granter: PartyRef.optional(),
    user: PartyRef.optional(),
    // oxlint-disable-next-line liaison/product-words -- the word of TMF672
    privilege: z
      .array(z.strictObject({ function: z.string(), action: z.string(), manageableAsset: Asset }))
      .optional(),
    assetUserRole: z
      .array(
        z.strictObject({
          manageableAsset: Asset,
          userRole: z.strictObject({ id: z.string(), name: z.string() }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'TmfPermission' })

const idOf = ({ kind, id }: Pick<GrantedPermission, 'kind' | 'id'>): string => publicIdOf(kind, id)

/** By what the partner works: the role of its people, its client, or the resale. */
function toUserRole(row: GrantedPermission): { id: string; name: string } {
  const { client } = row.granted
  if (client) return { id: publicIdOf('api_client', client.id), name: client.name }
  if (row.access_role) return { id: row.access_role, name: ROLE_TITLES[row.access_role] }
  return { id: 'resale', name: 'Reseller' }
}

function assetsOf({ kind, tenant_id: tenantId, granted }: GrantedPermission): z.input<typeof Asset>[] {
  if (kind === 'link') return [{ id: publicIdOf('tenant', tenantId), '@referredType': 'Organization' }]
  return granted.accounts.map((id) => ({ id, '@referredType': 'BillingAccount' }))
}

/** A permission's name as function and action: its last part is what is done. */
function splitName(name: string): { function: string; action: string } {
  const dot = name.lastIndexOf('.')
  return { function: name.slice(0, dot), action: name.slice(dot + 1) }
}

function toPermission(row: GrantedPermission, base: string): z.input<typeof PermissionBody> {
  const id = idOf(row)
  const assets = assetsOf(row)
  const userRole = toUserRole(row)
  const names = permissionsOf(fromBits(row.granted.mask))
  return {
    id,
    href: `${base}/${id}`,
    '@type': 'Permission',
    date: row.approved_at.toISOString(),
    description: userRole.name,
    status: row.status,
    ...(row.status_reason !== null && { statusReason: row.status_reason }),
    validFor: toPeriod(row.starts_at, row.over_at),
    granter: toParty(publicIdOf('tenant', row.tenant_id), row.tenant_name),
    user: toParty(publicIdOf('partner', row.partner_id), row.partner_name),
    // oxlint-disable-next-line liaison/product-words -- the word of TMF672
    privilege: assets.flatMap((asset) =>
      names.map((name) => ({ ...splitName(name), manageableAsset: asset })),
    ),
    assetUserRole: assets.map((asset) => ({ manageableAsset: asset, userRole })),
  }
}

const Params = z.strictObject({
  permission_id: z
    .union([publicId('link'), publicId('consent'), publicId('resale')])
    .meta({ description: 'The id of the link, consent or resale.' }),
})

const filters = {
  status: z.enum(STATUSES).optional(),
  'user.id': publicId('partner').optional(),
  ...listQuery(FIELDS),
}

const one = { params: Params, query: z.strictObject(fieldsQuery(FIELDS)) }

/** How both sides are answered, each under its own address. */
function makeAnswers(
  services: Services,
  { path, action }: { readonly path: string; readonly action: string },
) {
  const told = (row: GrantedPermission, fields: readonly string[] | undefined) =>
    selectFields(toPermission(row, `${services.publicOrigin()}${path}`), fields)
  return {
    async list(mandate: Reader, query: z.output<z.ZodObject<typeof filters>>, filter: PermissionFilter = {}) {
      const wanted = { status: query.status, partnerId: query['user.id'], ...filter }
      const { rows, total } = await listPermissions(mandate, wanted, query)
      noteRead(mandate, { action, rowCount: rows.length })
      return sentList(
        rows.map((row) => told(row, query.fields)),
        total,
      )
    },
    async one(mandate: Reader, id: string, fields: readonly string[] | undefined) {
      const row = await getPermission(mandate, id)
      noteRead(mandate, { action, rowCount: 1 })
      return told(row, fields)
    },
  }
}

function makeTenantRoutes(services: Services): readonly Route[] {
  const path = `/api/v1/tenant/${NAME}` as const
  const permission = 'tenant.partner_access.read'
  const answers = makeAnswers(services, { path, action: permission })
  return [
    route({
      method: 'GET',
      path,
      summary: 'What the own organisation granted, as Permissions (TMF672 v4)',
      input: { query: z.strictObject(filters) },
      access: { permission },
      limit: 'list',
      responses: { 200: z.array(PermissionBody) },
      handle: ({ mandate, query }) => answers.list(mandate, query),
    }),
    route({
      method: 'GET',
      path: `${path}/:permission_id`,
      summary: 'One grant of the own organisation as a Permission (TMF672 v4)',
      input: one,
      access: { permission },
      limit: 'detail',
      problems: ['PERMISSION_NOT_FOUND'],
      responses: { 200: PermissionBody },
      handle: ({ mandate, params, query }) => answers.one(mandate, params.permission_id, query.fields),
    }),
  ]
}

function makePlatformRoutes(services: Services): readonly Route[] {
  const path = `/api/v1/admin/${NAME}` as const
  const permission = 'platform.links.read'
  const answers = makeAnswers(services, { path, action: permission })
  return [
    route({
      method: 'GET',
      path,
      summary: 'What tenants granted to partners, as Permissions (TMF672 v4)',
      input: { query: z.strictObject({ 'granter.id': publicId('tenant').optional(), ...filters }) },
      access: { permission },
      limit: 'list',
      responses: { 200: z.array(PermissionBody) },
      handle: ({ mandate, query }) => answers.list(mandate, query, { tenantId: query['granter.id'] }),
    }),
    route({
      method: 'GET',
      path: `${path}/:permission_id`,
      summary: 'One grant of a tenant as a Permission (TMF672 v4)',
      input: one,
      access: { permission },
      limit: 'detail',
      problems: ['PERMISSION_NOT_FOUND'],
      responses: { 200: PermissionBody },
      handle: ({ mandate, params, query }) => answers.one(mandate, params.permission_id, query.fields),
    }),
  ]
}

/** What tenants granted, as Permissions of TMF672 v4: for the tenant that granted it, and for the provider. */
export function makePermissionRoutes(services: Services): readonly Route[] {
  return [...makeTenantRoutes(services), ...makePlatformRoutes(services)]
}
