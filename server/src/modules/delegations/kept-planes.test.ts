import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

const Seen = z.strictObject({ names: z.array(z.string()), included: z.array(z.string()) })

const acrossTenants = route({
  method: 'GET',
  path: '/api/v1/probe/across',
  summary: 'The tenants that a read across tenants reaches, and the rows that it sees',
  input: {},
  access: { permission: 'partner.tenants.list', tenant: 'portfolio' },
  limit: 'list',
  responses: { 200: Seen },
  async handle({ mandate }) {
    const [rows] = await runStatements(mandate, [
      { text: 'select name from tenant order by name', values: [] },
    ])
    const included = mandate.links.map(({ tenant }) => tenant.name).toSorted()
    return { names: rows?.rows.map((row) => String(row['name'])) ?? [], included }
  },
})

const done = { summary: 'Whether the permission can be used', input: {}, limit: 'detail' } as const
const Done = { 200: z.strictObject({ names: z.array(z.string()) }) }

const ofTenant = route({
  ...done,
  method: 'GET',
  path: '/api/v1/probe/tenant',
  access: { permission: 'tenant.profile.read' },
  responses: Done,
  async handle({ mandate }) {
    const [rows] = await runStatements(mandate, [{ text: 'select name from tenant', values: [] }])
    return { names: rows?.rows.map((row) => String(row['name'])) ?? [] }
  },
})

const ofPartner = route({
  ...done,
  method: 'GET',
  path: '/api/v1/probe/partner',
  access: { permission: 'partner_org.members.read' },
  responses: Done,
  handle: async ({ mandate }) => ({ names: [mandate.partner.name, mandate.partner.role].map(String) }),
})

const ofPlatform = route({
  ...done,
  method: 'GET',
  path: '/api/v1/probe/platform',
  access: { permission: 'platform.partners.read' },
  responses: Done,
  handle: async ({ mandate }) => ({ names: [mandate.actor.name].map(String) }),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [acrossTenants, ofTenant, ofPartner, ofPlatform])
})
afterAll(() => world[Symbol.asyncDispose]())

async function answerOf(caller: Caller, path: string): Promise<unknown> {
  const response = await world.call(caller, 'GET', `/api/v1/probe/${path}`)
  return response.statusCode === 200 ? response.json() : response.statusCode
}

/** Reads until what was decided is kept, and once from there. */
async function warm(caller: Caller, path: string): Promise<unknown> {
  await answerOf(caller, path)
  await answerOf(caller, path)
  return answerOf(caller, path)
}

const changeTenant = (tenant: TenantId, set: string) =>
  world.seed(`update tenant set ${set} where id = $1`, [tenant], tenant)

describe('a decision that is kept', () => {
  test('a read across tenants feels at once whatever changes about one of its links or tenants (P6)', async () => {
    const [partner, person] = [await world.partner('P'), await world.person()]
    const member = await world.partnerMember(partner, person.id)
    const [first, second, third] = [await world.tenant('A'), await world.tenant('B'), await world.tenant('C')]
    const [link, other] = [await world.link(partner, first), await world.link(partner, second)]
    for (const id of [link, other]) await world.assign(id, member)
    const caller = await world.signIn(person.id)
    const expectSeen = async (...names: string[]) => {
      expect(await answerOf(caller, 'across')).toEqual({ names, included: names })
      expect(await warm(caller, 'across')).toEqual({ names, included: names })
    }
    await expectSeen('A', 'B')
    await world.seed(`update delegation set status = 'suspended' where id = $1`, [link], first)
    await expectSeen('B')
    await world.seed(`update delegation set status = 'active' where id = $1`, [link], first)
    await expectSeen('A', 'B')
    await changeTenant(second, `name = 'Z'`)
    await expectSeen('A', 'Z')
    await changeTenant(second, `status = 'closed'`)
    await expectSeen('A')
    await changeTenant(second, `status = 'active'`)
    const added = await world.link(partner, third)
    await expectSeen('A', 'Z')
    await world.assign(added, member)
    await expectSeen('A', 'C', 'Z')
    await world.override(other, 'partner.tenants.list', 'deny')
    await expectSeen('A', 'C')
    await world.seed('delete from link_member where link_id = $1', [link], first)
    await expectSeen('C')
    const narrowed = await world.call(caller, 'GET', '/api/v1/probe/across', {
      headers: { 'x-active-tenant-id': encodeId('tenant', third) },
    })
    expect(narrowed.json()).toEqual({ names: ['C'], included: ['C'] })
    await world.seed(`update partner set status = 'suspended' where id = $1`, [partner])
    expect(await answerOf(caller, 'across')).toBe(403)
  })

  test('a read across tenants is narrowed in the round trip of its first question, before anything is told', async () => {
    const [partner, person] = [await world.partner('R'), await world.person()]
    const member = await world.partnerMember(partner, person.id)
    const [open, shut] = [await world.tenant('Open'), await world.tenant('Shut')]
    const [link, other] = [await world.link(partner, open), await world.link(partner, shut)]
    for (const id of [link, other]) await world.assign(id, member)
    await world.seed(
      `update delegation set conditions = '{"phishing_resistant": true}' where id = $1`,
      [other],
      shut,
    )
    const caller = await world.signIn(person.id)
    await warm(caller, 'across')
    const asked: ReturnType<typeof vi.spyOn>[] = []
    world.database.pool('liaison_delegate').once('acquire', (client) => asked.push(vi.spyOn(client, 'query')))
    // The row policies alone would let the other in: what it asks of a factor is the kernel's to decide.
    expect(await answerOf(caller, 'across')).toEqual({ names: ['Open'], included: ['Open'] })
    // The ticket; narrowing and question; event and commit.
    expect(asked.map(({ mock }) => mock.calls.length)).toEqual([3])
    for (const spy of asked) spy.mockRestore()
  })

  test('people of a tenant feel at once what changes about their place in it (P6)', async () => {
    const [tenant, person] = [await world.tenant('T'), await world.person()]
    await world.tenantMember(tenant, person.id)
    const caller = await world.signIn(person.id, { tenantId: tenant })
    expect(await warm(caller, 'tenant')).toEqual({ names: ['T'] })
    await changeTenant(tenant, `name = 'U'`)
    expect(await answerOf(caller, 'tenant')).toEqual({ names: ['U'] })
    const change = (set: string) =>
      world.seed(`update tenant_member set ${set} where person_id = $1`, [person.id], tenant)
    await warm(caller, 'tenant')
    await change(`status = 'inactive'`)
    expect(await answerOf(caller, 'tenant')).toEqual(expect.any(Number))
    await change(`status = 'active'`)
    expect(await warm(caller, 'tenant')).toEqual({ names: ['U'] })
    await changeTenant(tenant, `status = 'closed'`)
    expect(await answerOf(caller, 'tenant')).toEqual(expect.any(Number))
  })

  test('people of a partner and of the provider feel at once what changes about their role (P6)', async () => {
    const [partner, person, staff] = [await world.partner('Q'), await world.person(), await world.person()]
    await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
    await world.platformAdmin(staff.id)
    const [caller, provider] = [await world.signIn(person.id), await world.signIn(staff.id)]
    expect(await warm(caller, 'partner')).toEqual({ names: ['Q', 'PARTNER_OWNER'] })
    await world.seed(`update partner_member set role = 'PARTNER_STAFF' where person_id = $1`, [person.id])
    expect(await answerOf(caller, 'partner')).toBe(403)
    await world.seed(`update partner_member set role = 'PARTNER_OWNER' where person_id = $1`, [person.id])
    expect(await warm(caller, 'partner')).toEqual({ names: ['Q', 'PARTNER_OWNER'] })
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [person.id])
    expect(await answerOf(caller, 'partner')).toBe(403)
    expect(await warm(provider, 'platform')).toEqual({ names: [staff.name] })
    await world.seed(`update platform_staff set status = 'inactive' where person_id = $1`, [staff.id])
    expect(await answerOf(provider, 'platform')).toBe(403)
  })

  test('what a role may do is decided anew when the catalogue of permissions is written (P6)', async () => {
    const [tenant, person] = [await world.tenant('V'), await world.person()]
    await world.tenantMember(tenant, person.id)
    const caller = await world.signIn(person.id, { tenantId: tenant })
    expect(await warm(caller, 'tenant')).toEqual({ names: ['V'] })
    const kept = await world.sql<{ relation: string; mask: string }>(
      `with before as (select relation, mask::text as mask from relation_permission where relation = 'tenant' and operation = 'select' and plane = 'tenant'),
         changed as (update relation_permission set mask = 0::bit(256) where relation = 'tenant' and operation = 'select' and plane = 'tenant')
       select * from before`,
    )
    expect(await answerOf(caller, 'tenant')).toEqual({ names: [] })
    await world.sql(
      `update relation_permission set mask = $1 where relation = 'tenant' and operation = 'select' and plane = 'tenant'`,
      [kept[0]?.mask],
    )
    expect(await answerOf(caller, 'tenant')).toEqual({ names: ['V'] })
  })
})
