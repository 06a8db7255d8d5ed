import { encodeId } from '@liaison/access'
import type { IdOf, LinkId, PartnerId, PersonId, TenantId } from '@liaison/access'
import type { LightMyRequestResponse } from 'fastify'
import type { Caller, TestWorld } from './world.ts'

/** A partner with an owner and a technician in one tenant that it supports, and the tenant's admin. */
export interface ElevationScene {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly link: LinkId
  readonly technician: { readonly id: PersonId; readonly member: IdOf<'member'>; readonly caller: Caller }
  readonly owner: { readonly id: PersonId; readonly caller: Caller }
  readonly admin: { readonly id: PersonId; readonly caller: Caller }
  /** The technician, working inside the tenant. */
  readonly acting: Caller
}

/** Seeds a scene of its own; the link gives MSP support unless told otherwise. */
export async function openElevationScene(
  world: TestWorld,
  terms: Parameters<TestWorld['link']>[2] = {},
): Promise<ElevationScene> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [lee, olga, dana] = [
    await world.person('Lee Park'),
    await world.person('Olga Brandt'),
    await world.person('Dana Kim'),
  ]
  const member = await world.partnerMember(partner, lee.id)
  await world.partnerMember(partner, olga.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, dana.id)
  const link = await world.link(partner, tenant, { role: 'msp_support', ...terms })
  await world.assign(link, member)
  const caller = await world.signIn(lee.id)
  return {
    partner,
    tenant,
    link,
    technician: { id: lee.id, member, caller },
    owner: { id: olga.id, caller: await world.signIn(olga.id) },
    admin: { id: dana.id, caller: await world.signIn(dana.id, { tenantId: tenant }) },
    acting: { ...caller, tenantId: tenant },
  }
}

/** Asks for more access as the technician. */
export function askElevation(
  world: TestWorld,
  scene: ElevationScene,
  body: Readonly<Record<string, unknown>> = {},
): Promise<LightMyRequestResponse> {
  return world.call(scene.technician.caller, 'POST', '/api/v1/partner/elevations', {
    body: {
      tenant_id: encodeId('tenant', scene.tenant),
      permissions: ['partner.billing.summary.read'],
      reason: 'The customer asks about an invoice on the phone',
      ...body,
    },
  })
}

/** Answers or ends an elevation as the partner's owner. */
export function actOnElevation(
  world: TestWorld,
  caller: Caller,
  act: { readonly id: string; readonly step: 'approve' | 'deny' | 'end'; readonly reason?: string },
): Promise<LightMyRequestResponse> {
  const base = caller.tenantId ? '/api/v1/tenant/partner-access/elevations' : '/api/v1/partner/elevations'
  return world.call(caller, 'POST', `${base}/${act.id}/${act.step}`, {
    body: act.reason === undefined ? {} : { reason: act.reason },
  })
}

/** A technician with more access, approved by the owner. Answers its id. */
export async function elevate(
  world: TestWorld,
  scene: ElevationScene,
  body: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const id = String((await askElevation(world, scene, body)).json().elevation_id)
  await actOnElevation(world, scene.owner.caller, { id, step: 'approve' })
  return id
}
