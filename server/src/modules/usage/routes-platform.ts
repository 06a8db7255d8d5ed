import { REALM_ROLES } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { CONSEQUENCES, LIMIT_KEYS, LIMIT_UNITS } from './limits.ts'
import { listFigures, listPolicies } from './store.ts'

const PolicyBody = z.strictObject({
  role: z.enum(REALM_ROLES),
  key: z.enum(LIMIT_KEYS),
  unit: z.string(),
  value: z.union([z.int(), z.enum(CONSEQUENCES), z.null()]),
  relaxable: z.boolean(),
  fixed: z.boolean(),
  maximum: z.int().nullable(),
})

const FiguresBody = z.strictObject({
  partner_id: z.string(),
  partner_name: z.string(),
  slug: z.string(),
  users: z.int(),
  operations_today: z.int(),
  operations_7d: z.int(),
  beyond_7d: z.int(),
  in_force: z.array(z.strictObject({ kind: z.enum(CONSEQUENCES), users: z.int() })),
})

/** The routes of the provider: the limits of the platform, and figures of each realm without its users (C5). */
export const platformUsageRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/realm-limits',
    summary: "The platform's limits of end users, role by role",
    input: {},
    access: { permission: 'platform.realms.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(PolicyBody) }).meta({ id: 'RealmLimits' }) },
    async handle({ mandate }) {
      const rows = await listPolicies(mandate)
      noteRead(mandate, { action: 'platform.realms.read', rowCount: rows.length })
      return {
        items: rows.map(({ role, key, value, relaxable, fixed, maximum }) => ({
          role,
          key,
          unit: LIMIT_UNITS[key],
          value,
          relaxable,
          fixed,
          maximum,
        })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/realm-usage',
    summary: 'How much the users of each realm do, in figures',
    input: { query: z.strictObject({ partner_id: publicId('partner').optional() }) },
    access: { permission: 'platform.realms.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(FiguresBody) }).meta({ id: 'RealmUsage' }) },
    async handle({ mandate, query }) {
      const rows = await listFigures(mandate, query.partner_id)
      noteRead(mandate, { action: 'platform.realms.read', rowCount: rows.length })
      return {
        items: rows.map((row) => ({
          partner_id: publicIdOf('partner', row.partner_id),
          partner_name: row.partner_name,
          slug: row.slug,
          users: Number(row.users),
          operations_today: Number(row.operations_today),
          operations_7d: Number(row.operations_7d),
          beyond_7d: Number(row.beyond_7d),
          in_force: CONSEQUENCES.flatMap((kind) => {
            const users = row.in_force[kind]
            return users === undefined ? [] : [{ kind, users }]
          }),
        })),
      }
    },
  }),
]
