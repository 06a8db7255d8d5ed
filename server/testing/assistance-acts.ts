import { decodeId, encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { openScene } from './sides.ts'
import type { Scene } from './sides.ts'
import type { Caller, TestWorld } from './world.ts'

/** Where the provider's support asks, looks and ends. */
export const ADMIN = '/api/v1/admin/support-access'
/** Where a tenant answers it. */
export const TENANT = '/api/v1/tenant/support-access'

/** What the provider's support and a tenant do about support's access, through the API, in the world that a test file starts. */
export function makeAssistanceActs(worldOf: () => TestWorld) {
  const addTicket = (tenant: TenantId) =>
    worldOf().seed(
      `with t as (insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'No signal') returning id)
     insert into ticket_comment (tenant_id, ticket_id, author_name, content, is_internal)
     select $1, t.id, 'Dana', said, said = 'among us' from t, unnest(array['for all', 'among us']) said`,
      [tenant],
      tenant,
    )

  /** A provider's person, a tenant's admin and a ticket with an internal note. */
  async function open(): Promise<{ scene: Scene; staff: Caller; admin: Caller }> {
    const scene = await openScene(worldOf())
    await addTicket(scene.tenant)
    const admin = { ...scene.people.tenant.caller, tenantId: scene.tenant }
    return { scene, staff: scene.people.provider.caller, admin }
  }

  const ask = (staff: Caller, tenant: TenantId, body: Record<string, unknown> = {}) =>
    worldOf().call(staff, 'POST', ADMIN, {
      body: {
        tenant_id: encodeId('tenant', tenant),
        case_number: 'CASE-7',
        reason: 'The customer cannot see a ticket',
        ...body,
      },
    })
  const askedId = async (staff: Caller, tenant: TenantId) =>
    String((await ask(staff, tenant)).json().support_access_id)
  const tickets = (staff: Caller, id: string) => worldOf().call(staff, 'GET', `${ADMIN}/${id}/tickets`)
  const act = (caller: Caller, id: string, step: string) =>
    worldOf().call(caller, 'POST', `${caller.tenantId ? TENANT : ADMIN}/${id}/${step}`, {
      ...(step !== 'approve' && { body: {} }),
    })
  /** How many tickets support sees, or why it sees none. */
  const seen = async (staff: Caller, id: string) => {
    const answer = await tickets(staff, id)
    return answer.statusCode === 200 ? Number(answer.json().total) : String(answer.json().code)
  }
  const setRule = (admin: Caller, mode: string) =>
    worldOf().call(admin, 'PUT', `${TENANT}/rule`, { body: { mode } })
  /** Lets the time of an access run out. */
  const lateBy = (id: string, tenant: TenantId) =>
    worldOf().seed(
      `with a as (update assisted_access set started_at = now() - interval '2 hours', ends_at = now() - interval '1 second' where id = $1 returning id)
     update delegation set starts_at = now() - interval '2 hours', ends_at = now() - interval '1 second' where id in (select id from a)`,
      [decodeId('assisted', id)],
      tenant,
    )
  return { open, ask, askedId, tickets, act, seen, setRule, lateBy }
}
