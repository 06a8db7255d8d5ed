import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { people } from '#testing/shop.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct, { tokens })
  clients = new ApiClients(world, tokens)
  admin = await people.provider(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const STATES = ['active', 'suspended', 'terminated'] as const

const move = (partner: PartnerId, name: string, body: object = { reason: 'A test' }) =>
  world.call(admin, 'POST', `/api/v1/admin/partners/${encodeId('partner', partner)}/${name}`, { body })

/** A partner with everything that can work for it, and the call by which each shows that it does. */
async function busyPartner() {
  const [partner, tenant] = [await world.partner('Busy Ltd'), await world.tenant('Globex')]
  const [owner, colleague] = [await world.person(), await world.person()]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const member = await world.partnerMember(partner, colleague.id)
  const link = await world.link(partner, tenant)
  await world.assign(link, member)
  const [ownerCaller, staff] = [await world.signIn(owner.id), await world.signIn(colleague.id)]
  const client = await clients.client({ partner })
  const account = await clients.account(tenant, 'BAN-1')
  await clients.paidBy(account)
  const consent = await clients.consent({ client, partner, accounts: [account] })
  const token = await clients.token({ client, account, delegation: consent })
  await world.realm(partner)
  const endUser = await world.signInEndUser(await world.endUser(partner, { role: 'basic' }))
  const probes = {
    'a person in the own organisation': () => world.call(ownerCaller, 'GET', '/api/v1/partner/profile'),
    'a person across tenants': () => world.call(staff, 'GET', '/api/v1/partner/customers'),
    'a person who acts in a tenant': () =>
      world.call({ ...staff, tenantId: tenant }, 'GET', '/api/v1/partner/activity'),
    'an API client with a token': () => clients.call(token, 'GET', '/api/v1/customers/BAN-1/orders'),
    'an end user in the realm': () => world.call(endUser, 'GET', '/api/v1/realm/profile'),
  }
  return { partner, tenant, probes, link, consent }
}

/** Everything that could have been written along, as one text. */
const RECORDS = [
  'partner_member',
  'api_client',
  'delegation',
  'link',
  'link_member',
  'consent',
  'end_user',
  'end_user_session',
] as const

async function recordsNow(): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const table of RECORDS) {
    const [row] = await world.sql<{ rows: string }>(
      `select coalesce(string_agg(r::text, chr(10) order by r::text), '') as rows from ${table} r`,
    )
    found[table] = row?.rows ?? ''
  }
  const [sessions] = await world.sql<{ rows: string }>(
    `select string_agg(s::text, chr(10) order by s::text) as rows from session s join partner_member m on m.person_id = s.person_id`,
  )
  return { ...found, session: sessions?.rows ?? '' }
}

test('one row stops everything of a partner on the next request, and reactivating restores exactly what was (C1, C9)', async () => {
  const { partner, probes, link, consent } = await busyPartner()
  const ask = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(probes).map(async ([who, call]) => [who, (await call()).statusCode] as const),
      ),
    )
  const all = (status: number) => Object.fromEntries(Object.keys(probes).map((who) => [who, status]))
  const inForce = async () =>
    (
      await world.sql<{ holds: boolean }>(
        'select access.in_force(d) as holds from delegation d where id = any ($1) order by id',
        [[link, consent]],
      )
    ).map(({ holds }) => holds)
  expect(await ask()).toEqual(all(200))
  expect(await inForce()).toEqual([true, true])

  const before = await recordsNow()
  expect((await move(partner, 'suspend')).json()).toMatchObject({ registry_status: 'stopped' })
  expect(await recordsNow()).toEqual(before)
  expect(await ask()).toEqual(all(403))
  expect(await inForce()).toEqual([false, false])

  await move(partner, 'reactivate')
  expect(await inForce()).toEqual([true, true])
  expect(await ask()).toEqual(all(200))
})

test('a stopped partner reaches no row by raw SQL either: each door computes it from the one row (C1, C10)', async () => {
  const { partner } = await busyPartner()
  const own = `select access.own_partner() as id`
  expect(await world.sqlAs('liaison_program', own)).toEqual([{ id: null }])
  const visible = async () =>
    (
      await world.sql<{ works: boolean }>(
        `select exists (select from partner p where p.id = $1 and p.registry_status = 'active') as works`,
        [partner],
      )
    )[0]?.works
  expect(await visible()).toBe(true)
  await move(partner, 'suspend')
  expect(await visible()).toBe(false)
  const [hook] = await world.sql<{ works: boolean }>(`select access.webhook_owner_works($1, null) as works`, [
    partner,
  ])
  expect(hook).toEqual({ works: false })
})

describe('the states of a partner', () => {
  test('move as the table of moves says and by the provider alone, whatever a login tries (C1)', async () => {
    const legal = await world.sql<{ move: string }>(
      `select from_state || ' ' || to_state || ' ' || actor_kind as move from state_transition where entity = 'partner' order by 1`,
    )
    expect(legal.map((row) => row.move)).toEqual([
      'active suspended provider',
      'active terminated provider',
      'suspended active provider',
      'suspended terminated provider',
    ])
    const names = { active: 'reactivate', suspended: 'suspend', terminated: 'terminate' } as const
    for (const from of STATES)
      for (const to of STATES) {
        const partner = await world.partner('Stateful')
        await world.seed('update partner set status = $2 where id = $1', [partner, from])
        const body = to === 'terminated' ? { reason: 'A test', name: 'Stateful' } : { reason: 'A test' }
        const answer = await move(partner, names[to], body)
        const isLegal = legal.some((row) => row.move === `${from} ${to} provider`)
        const done = to === 'terminated' ? 202 : 200
        expect(answer.statusCode, `${from} to ${to}`).toBe(isLegal ? done : 409)
      }
  })

  test('are computed into what the registry says: active, or stopped for whatever reason, and nobody sets that (C1)', async () => {
    const partner = await world.partner('Computed')
    for (const status of STATES) {
      await world.seed('update partner set status = $2 where id = $1', [partner, status])
      const [row] = await world.sql('select registry_status from partner where id = $1', [partner])
      expect(row).toEqual({ registry_status: status === 'active' ? 'active' : 'stopped' })
    }
    await expect(
      world.seed(`update partner set registry_status = 'active' where id = $1`, [partner]),
    ).rejects.toThrow('can only be updated to DEFAULT')
  })
})

test('the registry shows a login without a context nothing of what is particular, and takes no row from it (C10)', async () => {
  const partner = await world.partner('Hidden')
  for (const login of LOGINS) {
    const read = world.sqlAs(login, 'select registration_no, contact_email from partner where id = $1', [
      partner,
    ])
    // The sign-in code finds the place of an invitation by its name before anybody is known.
    if (login === 'liaison_auth') continue
    await read.then(
      (rows) => expect(rows, login).toEqual([]),
      (error: unknown) => expect(String(error), login).toContain('permission denied'),
    )
    await expect(
      world.sqlAs(login, `insert into partner (name, slug, kinds) values ('X', 'x-${login}', '{msp}')`),
      login,
    ).rejects.toThrow(/permission denied|row-level security/)
    const written = await world
      .sqlAs(login, `update partner set website = 'https://x.example' where id = $1 returning id`, [partner])
      .catch((error: unknown) => String(error))
    expect(Array.isArray(written) ? written : /permission denied/.test(written), login).toEqual(
      Array.isArray(written) ? [] : true,
    )
  }
})
