import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

const probes = (['header', 'portfolio'] as const).map((tenant) =>
  route({
    method: 'GET',
    path: `/api/v1/probe/${tenant}`,
    summary: 'Reads tickets',
    input: {},
    access: { permission: 'partner.support.tickets.list', tenant },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(z.strictObject({ tenant_id: z.string() })) }) },
    handle: () => Promise.resolve({ items: [] }),
  }),
)

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeLinkRoutes(services),
    ...makeAuditRoutes(services),
    ...probes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const ENTRIES = '/api/v1/partner/context/entries'
const reason = (text: string) => ({ headers: { 'x-access-reason': encodeURIComponent(text) } })

/** Lee Park of Northwind is assigned to Acme, whose admin is Dana Kim. */
async function openScene(conditions: object = {}) {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const [lee, dana] = [await world.person('Lee Park'), await world.person('Dana Kim')]
  const member = await world.partnerMember(partner, lee.id)
  await world.tenantMember(tenant, dana.id)
  const link = await world.link(partner, tenant, { role: 'msp_support', conditions })
  await world.assign(link, member)
  const admin = await world.signIn(dana.id, { tenantId: tenant })
  return { tenant, link, caller: { ...(await world.signIn(lee.id)), tenantId: tenant }, admin }
}

async function readAsTenant(admin: Caller, action: string) {
  const path = `/api/v1/tenant/partner-access/activity?action=${action}`
  return (await world.call(admin, 'GET', path)).json<{ items: Record<string, unknown>[] }>().items
}

test('an entry lasts an hour, and the tenant reads of it under the id that the entry answered (B4)', async () => {
  const { caller, admin } = await openScene()
  const entered = await world.call(caller, 'POST', ENTRIES)
  expect(entered.statusCode, entered.body).toBe(201)
  const { entry_id: id, entered_at: from, ends_at: to, ...rest } = entered.json()
  expect(Date.parse(to) - Date.parse(from)).toBe(3_600_000)
  expect(rest).toMatchObject({ idle_seconds: 900, warning_seconds: 120 })
  expect(await readAsTenant(admin, 'tenants.enter')).toMatchObject([
    { request_id: id, sentence: 'Lee Park of Northwind came in to work in the account', changes: null },
  ])
})

test('each entry is an event of its own, however soon it follows the last', async () => {
  const { caller, admin } = await openScene()
  await world.call(caller, 'POST', ENTRIES, reason('Ticket 4711'))
  await world.call(caller, 'POST', ENTRIES, reason('Faktura prüfen, Zeile 3'))
  expect(await readAsTenant(admin, 'tenants.enter')).toMatchObject([
    { repeats: 1, changes: { access_reason: { after: 'Faktura prüfen, Zeile 3' } } },
    { repeats: 1, changes: { access_reason: { after: 'Ticket 4711' } } },
  ])
})

test('the tenant lowers how long an entry lasts, and an entry never outlives the link', async () => {
  const { caller, admin, link, tenant } = await openScene()
  const path = '/api/v1/tenant/partner-access/policy'
  const read = await world.call(admin, 'GET', path)
  const { version: _version, ...policy } = read.json()
  expect(policy).toMatchObject({ acting_minutes: 60 })
  const put = (minutes: number) =>
    world.call(admin, 'PUT', path, {
      body: { ...policy, acting_minutes: minutes },
      headers: { 'if-match': String(read.headers['etag']) },
    })
  expect([(await put(4)).statusCode, (await put(61)).statusCode]).toEqual([422, 422])
  expect((await put(15)).json()).toMatchObject({ acting_minutes: 15 })
  const lengthOf = ({ entered_at: from, ends_at: to }: { entered_at: string; ends_at: string }) =>
    Date.parse(to) - Date.parse(from)
  expect(lengthOf((await world.call(caller, 'POST', ENTRIES)).json())).toBe(900_000)
  await world.seed(
    `update delegation set ends_at = now() + interval '5 minutes' where id = $1`,
    [link],
    tenant,
  )
  expect(lengthOf((await world.call(caller, 'POST', ENTRIES)).json())).toBeLessThanOrEqual(300_000)
})

test('where the tenant asks for a reason nothing is entered, read or written without one', async () => {
  const { caller, admin, tenant } = await openScene({ read_reason_required: true })
  const asked = await world.call({ cookie: caller.cookie }, 'POST', '/api/v1/partner/context', {
    body: { tenant_id: encodeId('tenant', tenant) },
  })
  expect(asked.json()).toMatchObject({ read_reason_required: true })
  const calls = [
    ['POST', ENTRIES],
    ['GET', '/api/v1/probe/header'],
    ['GET', '/api/v1/probe/portfolio'],
  ] as const
  for (const [method, path] of calls) {
    const refused = await world.call(caller, method, path)
    expect(refused.statusCode, path).toBe(403)
    expect(refused.json(), path).toMatchObject({ code: 'ACCESS_REASON_REQUIRED' })
  }
  for (const [method, path] of calls)
    expect((await world.call(caller, method, path, reason('Ticket 4711'))).statusCode, path).toBeLessThan(300)
  // Of the organisation, and of several of which it is one: a list without a row of it is told as well.
  expect(await readAsTenant(admin, 'support')).toMatchObject([
    { changes: { access_reason: { after: 'Ticket 4711' } } },
    { changes: { access_reason: { after: 'Ticket 4711' } } },
  ])
})

test('a condition of the tenant that holds for every link asks for the reason as well', async () => {
  const { caller, admin } = await openScene()
  const path = '/api/v1/tenant/partner-access/policy'
  const read = await world.call(admin, 'GET', path)
  const { version: _version, ...policy } = read.json()
  const saved = await world.call(admin, 'PUT', path, {
    body: { ...policy, conditions: { ...policy.conditions, read_reason_required: true } },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(saved.statusCode).toBe(200)
  expect((await world.call(caller, 'POST', ENTRIES)).json()).toMatchObject({ code: 'ACCESS_REASON_REQUIRED' })
})

test.each(['', '%20', '%', '%ff', 'a%0Ab', 'x'.repeat(501)])(
  'a reason that cannot be read is refused, not dropped: %j',
  async (header) => {
    const { caller } = await openScene()
    const refused = await world.call(caller, 'POST', ENTRIES, { headers: { 'x-access-reason': header } })
    expect(refused.statusCode).toBe(422)
    expect(refused.json()).toMatchObject({ errors: [{ pointer: '/headers/x-access-reason' }] })
  },
)

test('a tenant that was never linked is not entered, and the minutes of its rules are told to no other plane', async () => {
  const { caller } = await openScene()
  const stranger = await world.tenant('Beta')
  expect((await world.call({ ...caller, tenantId: stranger }, 'POST', ENTRIES)).statusCode).toBe(404)
  for (const login of ['liaison_program', 'liaison_tenant', 'liaison_auth'] as const)
    await expect(world.sqlAs(login, 'select access.acting_minutes()')).rejects.toThrow('permission denied')
  expect(await world.sqlAs('liaison_delegate', 'select access.acting_minutes() as minutes')).toEqual([
    { minutes: null },
  ])
})
