import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A partner's person who works on tickets in so many tenants, with so many tickets in each, some older than others. */
async function seedTickets(counts: readonly number[]) {
  const partner = await world.partner('Northwind')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const tenants: string[] = []
  for (const count of counts) {
    const tenant = await world.tenant('Acme')
    await world.assign(await world.link(partner, tenant, { role: 'msp_support' }), member)
    await world.seed(
      `insert into ticket (tenant_id, number, subject, created_at, updated_at)
       select $1, 'N-' || n, 'Line ' || n, now() - make_interval(mins => n * n), now() - make_interval(mins => n) from generate_series(1, $2::integer) n`,
      [tenant, count],
      tenant,
    )
    tenants.push(tenant)
  }
  return { tenants, caller: await world.signIn(lee.id) }
}

test('far pages of tickets that come unevenly from tenants are what following the cursor shows at that place (B5)', async () => {
  const { caller } = await seedTickets([240, 30, 1])
  const list = async (query: string) => (await world.call(caller, 'GET', `${TICKETS}?${query}`)).json()
  for (const order of ['created_at', 'updated_at', 'sla_due', 'priority']) {
    const whole: string[] = []
    let page = await list(`sort_by=${order}&limit=100`)
    for (;;) {
      whole.push(...page.items.map((item: { ticket_id: string }) => item.ticket_id))
      if (page.next_cursor === null) break
      page = await list(`sort_by=${order}&limit=100&cursor=${encodeURIComponent(page.next_cursor)}`)
    }
    expect([whole.length, new Set(whole).size]).toEqual([271, 271])
    for (const offset of [0, 99, 150, 260, 271]) {
      const { items } = await list(`sort_by=${order}&limit=20&offset=${offset}`)
      expect(items.map((item: { ticket_id: string }) => item.ticket_id)).toEqual(
        whole.slice(offset, offset + 20),
      )
    }
  }
})

test('as raw SQL the search of tickets shows nothing without a context, and is closed to other logins', async () => {
  const { tenants } = await seedTickets([1])
  const text = `select 1 from access.search_tickets('%n-1%', $1)`
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    expect(await world.sqlAs(login, text, [tenants])).toEqual([])
  for (const login of ['liaison_program', 'liaison_platform', 'liaison_ingest', 'liaison_job'] as const)
    await expect(world.sqlAs(login, text, [tenants])).rejects.toThrow('permission denied')
})
