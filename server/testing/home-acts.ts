import type { PersonId, TenantId } from '@liaison/access'
import { openScene } from './sides.ts'
import type { Scene } from './sides.ts'
import type { Caller, TestWorld } from './world.ts'

/** Where a tenant says which partner it is itself. */
export const OF_TENANT = '/api/v1/tenant/partner-access/homes'
/** Where a partner answers that. */
export const OF_PARTNER = '/api/v1/partner/homes'

/** A partner and a tenant that may be one, with the callers of both. */
export interface HomeScene extends Scene {
  readonly slug: string
  readonly admin: Caller
  readonly owner: Caller
}

/** What both sides do about a partner and a tenant that are one, through the API, in the world that a test file starts. */
export function makeHomeActs(worldOf: () => TestWorld) {
  async function open(): Promise<HomeScene> {
    const world = worldOf()
    const scene = await openScene(world)
    const [row] = await world.sql<{ slug: string }>('select slug from partner where id = $1', [scene.partner])
    const admin = { ...scene.people.tenant.caller, tenantId: scene.tenant }
    return { ...scene, slug: String(row?.slug), admin, owner: scene.people.partner.caller }
  }

  /** Another administrator of the tenant, after which it has two. */
  async function second(tenant: TenantId): Promise<{ id: PersonId; caller: Caller }> {
    const { id } = await worldOf().person('Bea Next')
    await worldOf().tenantMember(tenant, id)
    return { id, caller: await worldOf().signIn(id, { tenantId: tenant }) }
  }

  const ask = (admin: Caller, slug: string) =>
    worldOf().call(admin, 'POST', OF_TENANT, { body: { partner_slug: slug } })
  const askedId = async (scene: HomeScene) => String((await ask(scene.admin, scene.slug)).json().home_id)
  /** Does one step for the side of whoever calls. */
  const act = (caller: Caller, id: string, step: string, reason?: string) =>
    worldOf().call(caller, 'POST', `${caller.tenantId ? OF_TENANT : OF_PARTNER}/${id}/${step}`, {
      ...(!['accept', 'confirm'].includes(step) && { body: { ...(reason !== undefined && { reason }) } }),
    })
  const list = async (caller: Caller) =>
    (await worldOf().call(caller, 'GET', caller.tenantId ? OF_TENANT : OF_PARTNER)).json().items
  const homeOf = async ({ partner }: Scene) => {
    const [row] = await worldOf().sql<{ home: string | null }>(
      'select home_tenant_id as home from partner where id = $1',
      [partner],
    )
    return row?.home
  }
  return { open, second, ask, askedId, act, list, homeOf }
}
