import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { NamedPartner, namePartner, toVisibleTenant, VisibleTenantBody } from './referral-view.ts'
import { REFERRAL_METHODS } from './tables.ts'
import { readOwnReferral } from './tenant-store.ts'

const TenantReferralBody = z
  .strictObject({
    referral_id: z.string(),
    partner: NamedPartner,
    referred_at: z.string(),
    method: z.enum(REFERRAL_METHODS),
    code: z.string().nullable(),
    is_locked: z.boolean().meta({ description: 'Final since the first payment.' }),
    locked_at: z.string().nullable(),
    shown: VisibleTenantBody.meta({
      description: 'Everything that the partner sees of the tenant: what its owners see, which is the most.',
    }),
  })
  .meta({ id: 'TenantReferral' })

/** How a tenant was referred, and every field that its referrer sees of it (D11). */
export const tenantReferralRoute: Route = route({
  method: 'GET',
  path: '/api/v1/tenant/referral',
  summary: 'How your organisation was referred, and what its partner sees of it',
  input: {},
  access: { permission: 'tenant.referral.read' },
  limit: 'detail',
  responses: { 200: z.strictObject({ referral: TenantReferralBody.nullable() }) },
  async handle({ mandate }) {
    const found = await readOwnReferral(mandate)
    if (found === null) return { referral: null }
    return {
      referral: {
        referral_id: publicIdOf('referral', found.referral_id),
        partner: namePartner(found.partner_id, found.partner_name),
        referred_at: found.referred_at.toISOString(),
        method: found.method,
        code: found.code,
        is_locked: found.is_locked,
        locked_at: found.locked_at?.toISOString() ?? null,
        shown: toVisibleTenant(found.shown),
      },
    }
  },
})
