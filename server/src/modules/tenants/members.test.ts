import type { PersonId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { tenantRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => tenantRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function memberOf(tenant: TenantId, person: PersonId): Promise<string> {
  const [row] = await world.sql<{ id: string }>(
    'select id from tenant_member where tenant_id = $1 and person_id = $2',
    [tenant, person],
  )
  return row?.id ?? ''
}

async function enrol({ tenant }: Scene, role: 'TENANT_ADMIN' | 'TENANT_USER') {
  const person = await world.person()
  await world.tenantMember(tenant, person.id, role)
  const member = await memberOf(tenant, person.id)
  return { id: person.id, member, caller: await world.signIn(person.id, { tenantId: tenant }) }
}

const at = (member: string) => `/api/v1/tenant/members/${publicIdOf('member', member)}`
const patch = (caller: Caller, member: string, role: string) =>
  world.call(caller, 'PATCH', at(member), { body: { role } })
const remove = (caller: Caller, member: string) => world.call(caller, 'DELETE', at(member))

async function open() {
  const scene = await openScene(world)
  const { id } = scene.people.tenant
  const admin = await world.signIn(id, { tenantId: scene.tenant })
  return { ...scene, admin, own: await memberOf(scene.tenant, id) }
}

describe('members of a tenant (access.md section 5)', () => {
  test('an administrator makes members administrators and removes them; the next request of whoever is removed is refused, with one event each', async () => {
    const scene = await open()
    const user = await enrol(scene, 'TENANT_USER')
    const raised = await patch(scene.admin, user.member, 'TENANT_ADMIN')
    expect(raised.json(), raised.body).toMatchObject({ role: 'TENANT_ADMIN', status: 'active' })
    expect((await patch(user.caller, user.member, 'TENANT_ADMIN')).statusCode).toBe(200)
    expect((await remove(scene.admin, user.member)).json()).toMatchObject({ status: 'inactive' })
    expect((await patch(user.caller, scene.own, 'TENANT_USER')).statusCode).toBe(403)
    expect((await remove(scene.admin, user.member)).json().code).toBe('TENANT_MEMBER_INACTIVE')
    expect((await patch(scene.admin, user.member, 'TENANT_ADMIN')).json().code).toBe('TENANT_MEMBER_INACTIVE')
    const events = await world.sql<{ action: string; tenant: string }>(
      `select e.action, s.scope_id as tenant from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'tenant'
       where e.resource_id = $1 and e.action like 'identity.member.%' order by e.occurred_at`,
      [user.id],
    )
    const told = (action: string) => ({ action: `identity.member.${action}`, tenant: scene.tenant })
    expect(events).toEqual([told('change_role'), told('change_role'), told('remove')])
  })

  test('the last administrator is neither removed nor made a member, also by raw SQL', async () => {
    const scene = await open()
    await enrol(scene, 'TENANT_USER')
    expect((await remove(scene.admin, scene.own)).json().code).toBe('TENANT_LAST_ADMIN')
    expect((await patch(scene.admin, scene.own, 'TENANT_USER')).json().code).toBe('TENANT_LAST_ADMIN')
    const stopped = await enrol(scene, 'TENANT_ADMIN')
    await world.seed(`update person set status = 'inactive' where id = $1`, [stopped.id])
    expect((await remove(scene.admin, scene.own)).json().code).toBe('TENANT_LAST_ADMIN')
    for (const change of [`role = 'TENANT_USER'`, `status = 'inactive'`])
      expect(
        await asSide({ world, side: 'tenant', scene }, (client) =>
          attempt(client, `update tenant_member set ${change} where id = $1`, [scene.own]),
        ),
      ).toBe('tenant_member_last_admin')
  })

  test('what is done about an administrator is told to the others and to whom it is about, and of others nothing', async () => {
    const scene = await open()
    const [second, user] = [await enrol(scene, 'TENANT_ADMIN'), await enrol(scene, 'TENANT_USER')]
    const subjects = async (person: PersonId) => {
      const rows = await world.sql<{ subject: string }>(
        `select o.payload ->> 'subject' as subject from outbox o join person p on p.email = o.payload ->> 'to' where p.id = $1 order by o.id`,
        [person],
      )
      return rows.map(({ subject }) => subject.replace(/^.*? (made|took|removed) /, '$1 '))
    }
    await patch(scene.admin, user.member, 'TENANT_ADMIN')
    await patch(scene.admin, user.member, 'TENANT_USER')
    await remove(scene.admin, user.member)
    await remove(scene.admin, second.member)
    expect((await subjects(second.id)).map((text) => text.split(' ')[0])).toEqual(['made', 'took', 'removed'])
    expect((await subjects(user.id)).map((text) => text.split(' ')[0])).toEqual(['took'])
    expect(await subjects(scene.people.tenant.id)).toEqual([])
  })

  test('of two administrators who remove each other at the same moment one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      const scene = await open()
      const second = await enrol(scene, 'TENANT_ADMIN')
      await Promise.all([remove(scene.admin, second.member), remove(second.caller, scene.own)])
      const left = await world.sql(
        `select 1 from tenant_member where tenant_id = $1 and role = 'TENANT_ADMIN' and status = 'active'`,
        [scene.tenant],
      )
      expect(left).toHaveLength(1)
    }
  })

  test('members change nobody; those of another tenant and one that does not exist are refused alike', async () => {
    const [scene, other] = [await open(), await open()]
    const user = await enrol(scene, 'TENANT_USER')
    expect((await patch(user.caller, user.member, 'TENANT_ADMIN')).json().code).toBe('PERMISSION_DENIED')
    const [foreign, unknown] = [await remove(scene.admin, other.own), await remove(scene.admin, scene.tenant)]
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'TENANT_MEMBER_NOT_FOUND'])
    expect([unknown.statusCode, unknown.json().code]).toEqual([404, 'TENANT_MEMBER_NOT_FOUND'])
    const [row] = await world.sql('select status from tenant_member where id = $1', [other.own])
    expect(row).toEqual({ status: 'active' })
  })

  test('as raw SQL the provider makes nobody a member, and whoever has left comes back by an invitation alone (access.md sections 1 and 5)', async () => {
    const scene = await open()
    const gone = await enrol(scene, 'TENANT_USER')
    await world.seed(
      `update tenant_member set status = 'inactive' where id = $1`,
      [gone.member],
      scene.tenant,
    )
    const provider = await asSide({ world, side: 'provider', scene }, async (client) => [
      await attempt(
        client,
        `insert into tenant_member (tenant_id, person_id, role) values ($1, $2, 'TENANT_ADMIN')`,
        [scene.tenant, scene.people.provider.id],
      ),
      await attempt(client, `update tenant_member set role = 'TENANT_ADMIN' where tenant_id = $1`, [
        scene.tenant,
      ]),
    ])
    expect(provider).toEqual(Array.from({ length: 2 }, () => 'permission denied for table tenant_member'))
    const tenant = await asSide({ world, side: 'tenant', scene }, async (client) => [
      await attempt(client, `update tenant_member set status = 'active' where id = $1`, [gone.member]),
      await attempt(client, `update tenant_member set role = 'TENANT_ADMIN' where id = $1`, [gone.member]),
    ])
    expect(tenant).toEqual(['membership_over', 'membership_over'])
  })
})
