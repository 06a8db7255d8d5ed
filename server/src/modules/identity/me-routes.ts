import { encodeId, memberMask, permissionsOf } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { findFrames, findPerson } from './person-store.ts'
import type { Frames } from './person-store.ts'

const Frame = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('platform'), role: z.literal('SUPER_ADMIN') }),
  z.strictObject({
    kind: z.literal('partner'),
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    kinds: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('org'),
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    role: z.enum(['TENANT_ADMIN', 'TENANT_USER']),
  }),
])

const Me = z
  .strictObject({
    person: z.strictObject({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      factor: z.enum(['none', 'otp', 'phishing_resistant']),
      factor_at: z.string().nullable(),
      shortcuts: z.boolean(),
    }),
    frames: z.array(Frame),
    partner_id: z.string().nullable(),
    managed_tenant_ids: z.array(z.string()),
    active_managed_tenant_id: z.string().nullable(),
    permissions: z.array(z.string()),
    demo: z.boolean(),
  })
  .meta({ id: 'Me' })

function toFrames({ platformRole, partner, tenants }: Frames): z.input<typeof Frame>[] {
  return [
    ...(platformRole ? [{ kind: 'platform', role: platformRole } as const] : []),
    ...(partner ? [{ ...partner, kind: 'partner', id: encodeId('partner', partner.id) } as const] : []),
    ...tenants.map((tenant) => ({ ...tenant, kind: 'org', id: encodeId('tenant', tenant.id) }) as const),
  ]
}

interface Asked {
  readonly frame?: 'platform' | 'partner' | 'org' | undefined
  readonly tenant_id?: TenantId | undefined
}

/** What the role in the asked frame permits there; in tenants of others each answer says it itself. */
function permissionsIn(frames: Frames, { frame, tenant_id: tenantId }: Asked): string[] {
  if (frame === 'platform' && frames.platformRole) return permissionsOf(memberMask(frames.platformRole))
  if (frame === 'partner' && frames.partner) return permissionsOf(memberMask(frames.partner.role))
  const asked = frames.tenants.find(({ id }) =>
    tenantId === undefined ? frames.tenants.length === 1 : id === tenantId,
  )
  return frame === 'org' && asked ? permissionsOf(memberMask(asked.role)) : []
}

/** Who the caller is and where that leads. */
export function makeMeRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/me',
    summary: 'The signed-in person, the frames to enter and the permissions in one of them',
    input: {
      query: z.strictObject({
        frame: z.enum(['platform', 'partner', 'org']).optional(),
        tenant_id: publicId('tenant').optional(),
      }),
    },
    access: { identity: 'Everybody may ask who they are.' },
    limit: 'tenant',
    problems: ['UNAUTHORIZED'],
    responses: { 200: Me },
    async handle({ mandate, query }) {
      const { session } = mandate
      const person = session && (await findPerson(mandate, session.personId))
      if (!session || !person) throw new ProblemError(401, 'UNAUTHORIZED', 'Nobody is signed in.')
      const frames = await findFrames(mandate)
      const active =
        query.tenant_id !== undefined && frames.managedTenantIds.includes(query.tenant_id)
          ? query.tenant_id
          : null
      return {
        person: {
          id: encodeId('person', session.personId),
          name: person.name,
          email: person.email,
          factor: session.factor,
          factor_at: session.factorAt?.toISOString() ?? null,
          shortcuts: person.shortcuts,
        },
        frames: toFrames(frames),
        partner_id: frames.partner && encodeId('partner', frames.partner.id),
        managed_tenant_ids: frames.managedTenantIds.map((id) => encodeId('tenant', id)),
        active_managed_tenant_id: active && encodeId('tenant', active),
        permissions: permissionsIn(frames, query),
        demo: services.isDemo,
      }
    },
  })
}
