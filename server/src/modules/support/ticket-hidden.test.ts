import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const OWN = '/api/v1/tenant/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Lee of a partner with two tenants, of which another partner has a third. */
async function seedScene() {
  const partner = await world.partner('Northwind')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const reach = async (name: string) => {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant, { role: 'msp_support' }), member)
    return tenant
  }
  const scene = {
    first: await reach('Acme'),
    second: await reach('Beta'),
    foreign: await world.tenant('Coho'),
  }
  return { ...scene, caller: await world.signIn(lee.id) }
}

/** So many tickets in a state. */
const seedTickets = (tenant: TenantId, count: number, status = 'open', priority = 'normal') =>
  world.seed(
    `insert into ticket (tenant_id, number, subject, status, priority) select $1, gen_random_uuid()::text, 'Problem', $2, $3 from generate_series(1, $4::integer)`,
    [tenant, status, priority, count],
    tenant,
  )

async function hiddenBy(caller: Caller, query: string, base = TICKETS) {
  const response = await world.call(caller, 'GET', `${base}?count_hidden=true&${query}`)
  expect(response.statusCode).toBe(200)
  return response.json().hidden
}

test('a list says how many unfinished tickets its filters leave out, of all tenants reached and of no other (U4)', async () => {
  const { caller, first, second, foreign } = await seedScene()
  await seedTickets(first, 3)
  await seedTickets(first, 2, 'on_hold', 'urgent')
  await seedTickets(second, 4, 'pending')
  await seedTickets(second, 5, 'closed')
  await seedTickets(second, 6, 'withdrawn')
  await seedTickets(foreign, 7)
  const exactly = (count: number) => ({ count, is_more: false })
  const unfinished = 'status=open,pending,on_hold'
  expect(await hiddenBy(caller, unfinished)).toEqual(exactly(0))
  expect(await hiddenBy(caller, `${unfinished}&priority=urgent`)).toEqual(exactly(7))
  expect(await hiddenBy(caller, `${unfinished}&search=nothing-like-it`)).toEqual(exactly(9))
  expect(await hiddenBy(caller, 'status=open')).toEqual(exactly(6))
  expect(await hiddenBy(caller, 'status=closed')).toEqual(exactly(9))
  expect(await hiddenBy(caller, 'priority=normal')).toEqual(exactly(2))
  expect(await hiddenBy(caller, `${unfinished}&tenant_ids=${encodeId('tenant', first)}`)).toEqual(exactly(4))
  expect(await hiddenBy(caller, `${unfinished}&limit=1&offset=3&priority=low`)).toEqual(exactly(9))
  expect(await hiddenBy({ ...caller, tenantId: first }, 'status=open&priority=urgent')).toEqual(exactly(5))
})

test("a tenant's own people are told of their own", async () => {
  const { first, second } = await seedScene()
  await seedTickets(first, 3)
  await seedTickets(second, 4)
  const person = await world.person()
  await world.tenantMember(first, person.id)
  const clerk = { ...(await world.signIn(person.id)), tenantId: first }
  expect(await hiddenBy(clerk, 'priority=urgent', OWN)).toEqual({ count: 3, is_more: false })
})

test('more than a hundred are not counted to the end', async () => {
  const { caller, first } = await seedScene()
  await seedTickets(first, 102)
  await seedTickets(first, 30, 'open', 'high')
  expect(await hiddenBy(caller, 'priority=urgent')).toEqual({ count: 100, is_more: true })
  expect(await hiddenBy(caller, 'priority=high')).toEqual({ count: 100, is_more: true })
  await world.seed(
    `delete from ticket where id in (select id from ticket where tenant_id = $1 and priority = 'normal' limit 2)`,
    [first],
    first,
  )
  expect(await hiddenBy(caller, 'priority=high')).toEqual({ count: 100, is_more: false })
})

test('nothing is counted that nobody asked for, and a page goes on whether its count is asked for or not', async () => {
  const { caller, first } = await seedScene()
  await seedTickets(first, 3)
  const read = async (query: string) =>
    (await world.call(caller, 'GET', `${TICKETS}?priority=normal&limit=2${query}`)).json()
  const page = await read('&count_hidden=true')
  expect((await read('')).hidden).toBeNull()
  const rest = await read(`&cursor=${encodeURIComponent(page.next_cursor)}`)
  expect(rest.items).toHaveLength(1)
})
