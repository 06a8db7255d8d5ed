import {
  effectiveMask,
  encodeId,
  LINK_ROLES,
  memberMask,
  permissionsOf,
  withoutFeatures,
} from '@liaison/access'
import type { Facts, TenantId } from '@liaison/access'
import { z } from 'zod'
import { featuresFor } from '#platform/mandate.ts'
import type { IdentitySession, Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { findFrames, findOwnFacts, findPerson } from './person-store.ts'
import type { Frames, Person } from './person-store.ts'

const Frame = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('platform'), role: z.literal('SUPER_ADMIN') }),
  z.strictObject({
    kind: z.literal('partner'),
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    role: z.enum(['PARTNER_OWNER', 'PARTNER_STAFF']),
    kinds: z.array(z.string()),
    features: z.array(z.string()).meta({ description: 'The features that are on for the partner now.' }),
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
    active_managed_tenant_id: z
      .string()
      .nullable()
      .meta({ description: 'The tenant of others that this request names, if it is reached now.' }),
    partner_access_role: z
      .enum(LINK_ROLES)
      .nullable()
      .meta({ description: 'The role of the caller in that tenant.' }),
    permissions: z.array(z.string()).meta({
      description:
        'What may be used now: in the frame that is asked for; without one, in the tenant of others that is named.',
    }),
    demo: z.boolean(),
  })
  .meta({ id: 'Me' })

function toFrames(
  { platformRole, partner, tenants }: Frames,
  features: readonly string[],
): z.input<typeof Frame>[] {
  return [
    ...(platformRole ? [{ kind: 'platform', role: platformRole } as const] : []),
    ...(partner
      ? [
          {
            ...partner,
            kind: 'partner' as const,
            id: encodeId('partner', partner.id),
            features: [...features],
          },
        ]
      : []),
    ...tenants.map((tenant) => ({ ...tenant, kind: 'org', id: encodeId('tenant', tenant.id) }) as const),
  ]
}

interface Asked {
  readonly frame: 'platform' | 'partner' | 'org' | undefined
  readonly tenantId: TenantId | null
  /** What decides in the tenant of others that is named; null when none is reached. */
  readonly acting: Facts | null
  /** The features that are off for the partner whose member the caller is. */
  readonly featuresOff: ReadonlySet<string>
}

/** What the role in the asked frame permits there, and in a tenant of others what the kernel lets through now. */
function permissionsIn(frames: Frames, { frame, tenantId, acting, featuresOff }: Asked): string[] {
  if (frame === undefined) return acting ? permissionsOf(effectiveMask(acting)) : []
  if (frame === 'platform') return frames.platformRole ? permissionsOf(memberMask(frames.platformRole)) : []
  if (frame === 'partner')
    return frames.partner ? permissionsOf(withoutFeatures(memberMask(frames.partner.role), featuresOff)) : []
  const asked = frames.tenants.find(({ id }) =>
    tenantId === null ? frames.tenants.length === 1 : id === tenantId,
  )
  return asked ? permissionsOf(memberMask(asked.role)) : []
}

/** What decides about the caller in a tenant of others; null for one that is not reached, whether or not there is one. */
async function factsIn(
  mandate: Mandate<'identity'>,
  frames: Frames,
  tenantId: TenantId | null,
): Promise<Facts | null> {
  return tenantId !== null && frames.managedTenantIds.includes(tenantId)
    ? findOwnFacts(mandate, tenantId)
    : null
}

function toPersonBody(session: IdentitySession, { name, email, shortcuts }: Person) {
  const { factor, factorAt } = session
  const id = encodeId('person', session.personId)
  return { id, name, email, factor, factor_at: factorAt?.toISOString() ?? null, shortcuts }
}

function toActive(acting: Facts | null) {
  return {
    active_managed_tenant_id: acting?.tenant ? encodeId('tenant', acting.tenant.id) : null,
    partner_access_role: acting?.link?.assignment?.role ?? acting?.link?.role ?? null,
  }
}

/** The echo by which a client knows for which tenant it was answered. */
function echoOf(acting: Facts | null): Record<string, string> {
  if (!acting?.tenant || !acting.link) return {}
  return {
    'X-Active-Tenant-Id': encodeId('tenant', acting.tenant.id),
    'X-Cross-Tenant-Access': 'true',
    'X-Link-Id': encodeId('link', acting.link.id),
  }
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
    access: { identity: 'Everybody may ask who they are.', tenant: ({ query }) => query.tenant_id },
    limit: 'tenant',
    problems: ['UNAUTHORIZED', 'TENANT_CONTEXT_MISMATCH'],
    responses: { 200: Me },
    async handle({ mandate, query, namedTenantId: tenantId }) {
      const { session } = mandate
      const person = session && (await findPerson(mandate, session.personId))
      if (!session || !person) throw new ProblemError(401, 'UNAUTHORIZED', 'Nobody is signed in.')
      const frames = await findFrames(mandate)
      const acting = await factsIn(mandate, frames, tenantId)
      const source = featuresFor(mandate)
      const partnerId = frames.partner?.id
      const { now } = mandate.origin
      const body = {
        person: toPersonBody(session, person),
        frames: toFrames(frames, partnerId ? source.onFor(partnerId, now) : []),
        partner_id: frames.partner && encodeId('partner', frames.partner.id),
        managed_tenant_ids: frames.managedTenantIds.map((id) => encodeId('tenant', id)),
        ...toActive(acting),
        permissions: permissionsIn(frames, {
          frame: query.frame,
          tenantId,
          acting,
          featuresOff: partnerId ? source.offFor(partnerId, now) : new Set(),
        }),
        demo: services.isDemo,
      }
      return sent(body, echoOf(acting))
    },
  })
}
