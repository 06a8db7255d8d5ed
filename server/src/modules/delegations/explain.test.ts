import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...permissionProbes, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

const openTicket = ({ caller }: Seeded) =>
  world.call(caller, 'GET', '/api/v1/probe/partner.support.tickets.create')

describe('the explainer', () => {
  test('every refusal can be opened as it was, by the person and by the tenant, each without the other’s private matters', async () => {
    const seeded = await seedWorld(world, {
      ...HEALTHY,
      conditions: { ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] },
    })
    const refused = await openTicket(seeded)
    expect(refused.json().code).toBe('IP_NOT_ALLOWED')
    const id = refused.json().explain_id
    const mine = await world.call(
      { cookie: seeded.caller.cookie },
      'GET',
      `/api/v1/partner/access/explain/${id}`,
    )
    expect(mine.json(), mine.body).toMatchObject({
      decision: 'deny',
      code: 'IP_NOT_ALLOWED',
      first_blocker: { check: 'ip', state: 'hidden' },
    })
    expect(mine.body).not.toContain('192.0.2')
    const admin = await world.person()
    await world.tenantMember(seeded.tenant, admin.id)
    const theirs = await world.call(
      await world.signIn(admin.id, { tenantId: seeded.tenant }),
      'GET',
      `/api/v1/tenant/partner-access/access/explain/${id}`,
    )
    expect(theirs.json(), theirs.body).toMatchObject({
      code: 'IP_NOT_ALLOWED',
      first_blocker: { check: 'ip', state: 'fail' },
    })
    const stranger = await seedWorld(world, HEALTHY)
    expect(
      (
        await world.call({ cookie: stranger.caller.cookie }, 'GET', `/api/v1/partner/access/explain/${id}`)
      ).json().code,
    ).toBe('EXPLANATION_NOT_FOUND')
  })

  test('it answers about no tenant and no person that the asker may not know', async () => {
    const [seeded, foreign] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ask = (body: object) =>
      world.call({ cookie: seeded.caller.cookie }, 'POST', '/api/v1/partner/access/explain', {
        body: { permission: 'partner.tenants.list', ...body },
      })
    const [linked, unlinked, unknown] = [
      await ask({ tenant_id: encodeId('tenant', seeded.tenant) }),
      await ask({ tenant_id: encodeId('tenant', foreign.tenant) }),
      await ask({ tenant_id: encodeId('tenant', '00000000-0000-7000-8000-000000000000' as TenantId) }),
    ]
    expect(linked.json()).toMatchObject({
      decision: 'allow',
      effective_permissions: expect.arrayContaining(['partner.tenants.list']),
    })
    expect([unlinked.statusCode, unlinked.json().code, unlinked.json().detail]).toEqual([
      unknown.statusCode,
      unknown.json().code,
      unknown.json().detail,
    ])
    expect(unlinked.json().code).toBe('TENANT_NOT_FOUND')
    expect(
      (
        await ask({
          tenant_id: encodeId('tenant', seeded.tenant),
          user_id: encodeId('person', foreign.person),
        })
      ).json().code,
    ).toBe('PERMISSION_DENIED')
    await world.seed(`update partner_member set role = 'PARTNER_OWNER' where person_id = $1`, [seeded.person])
    expect(
      (
        await ask({
          tenant_id: encodeId('tenant', seeded.tenant),
          user_id: encodeId('person', foreign.person),
        })
      ).json().code,
    ).toBe('PERSON_NOT_FOUND')
    const admin = await world.person()
    await world.tenantMember(seeded.tenant, admin.id)
    const asTenant = await world.call(
      await world.signIn(admin.id, { tenantId: seeded.tenant }),
      'POST',
      '/api/v1/tenant/partner-access/access/explain',
      {
        body: {
          user_id: encodeId('person', foreign.person),
          partner_id: encodeId('partner', foreign.partner),
          permission: 'partner.tenants.list',
        },
      },
    )
    expect(asTenant.json().code).toBe('PERSON_NOT_FOUND')
  })

  test('the provider asks as anyone, and the tenant reads that it asked', async () => {
    const seeded = await seedWorld(world, { ...HEALTHY, status: 'suspended' })
    const staff = await world.person('Sam Platform')
    await world.platformAdmin(staff.id)
    const asked = await world.call(
      await world.signIn(staff.id),
      'POST',
      '/api/v1/admin/partner-access/explain',
      {
        body: {
          person_id: encodeId('person', seeded.person),
          tenant_id: encodeId('tenant', seeded.tenant),
          permission: 'partner.support.tickets.create',
        },
      },
    )
    expect(asked.json(), asked.body).toMatchObject({
      decision: 'deny',
      code: 'TENANT_LINK_SUSPENDED',
      first_blocker: { check: 'link_in_force' },
    })
    const events = await world.sql(
      `select e.actor_name, e.action from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.plane = 'platform'`,
      [seeded.tenant],
    )
    expect(events).toEqual([{ actor_name: 'Sam Platform', action: 'access.explain' }])
  })
})
