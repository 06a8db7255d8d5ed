import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { endSecrets, insertSecret, listSecrets } from './secret-store.ts'
import { VENDORS } from './tables.ts'

const ROOT = '/api/v1/partner/identity-vendors'
const SECRET_BYTES = 32
const OVERLAP_HOURS = 24

const KeysBody = z.strictObject({
  items: z.array(
    z.strictObject({
      vendor: z.enum(VENDORS),
      created_at: z.string(),
      created_by_name: z.string(),
      ends_at: z.string().nullable(),
    }),
  ),
})

const listRoute = route({
  method: 'GET',
  path: `${ROOT}/keys`,
  summary: 'The keys with which vendors sign what they tell about identity checks; never the keys themselves',
  input: {},
  access: { permission: 'partner_org.users.read' },
  limit: 'detail',
  responses: { 200: KeysBody },
  async handle({ mandate }) {
    const keys = await listSecrets(mandate)
    return {
      items: keys.map((key) => ({
        vendor: key.provider,
        created_at: key.created_at.toISOString(),
        created_by_name: key.created_by_name,
        ends_at: key.ends_at?.toISOString() ?? null,
      })),
    }
  },
})

/** The routes by which a partner keeps the keys of its vendors (C8). */
export function makeSecretRoutes(services: Services): readonly Route[] {
  const rotateRoute = route({
    method: 'POST',
    path: `${ROOT}/:vendor/rotate-key`,
    summary: 'Put a new key of a vendor in force; the one before counts, too, for up to 24 hours',
    input: {
      params: z.strictObject({ vendor: z.enum(VENDORS) }),
      body: z
        .strictObject({ overlap_hours: z.int().min(0).max(OVERLAP_HOURS).default(OVERLAP_HOURS) })
        .default({ overlap_hours: OVERLAP_HOURS }),
    },
    access: { permission: 'partner_org.realm.manage' },
    limit: 'write',
    responses: { 201: z.strictObject({ vendor: z.enum(VENDORS), secret: z.string() }) },
    showsSecret: true,
    async handle({ mandate, params, body }) {
      const secret = randomBytes(SECRET_BYTES)
      await endSecrets(mandate, { vendor: params.vendor, overlapHours: body.overlap_hours })
      const kept = { partnerId: mandate.partner.id, vendor: params.vendor, by: mandate.actor.name, secret }
      await insertSecret({ mandate, vault: services.vault }, kept)
      recordEvent(mandate, {
        action: 'identity_vendors.rotate_key',
        resource: { type: 'partner', id: mandate.partner.id, label: params.vendor },
        changes: { overlap_hours: body.overlap_hours },
      })
      return { vendor: params.vendor, secret: `whsec_${secret.toString('base64')}` }
    },
  })
  return [listRoute, rotateRoute]
}
