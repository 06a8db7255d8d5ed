import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_ROUTES, GatewayWorld } from '#testing/gateway.ts'
import { people } from '#testing/shop.ts'

let gateway: GatewayWorld
beforeAll(async () => {
  gateway = await GatewayWorld.start()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const GATEWAYS = '/api/v1/admin/gateways'

describe('the provider', () => {
  test('sees a credential once; what is kept is its digest', async () => {
    const { world, admin } = gateway
    const made = await world.call(admin, 'POST', GATEWAYS, { body: { name: 'Once' } })
    expect(made.statusCode).toBe(201)
    const { credential } = made.json<{ credential: string }>()
    const listed = await world.call(admin, 'GET', GATEWAYS)
    const stored = await world.sql('select to_jsonb(g)::text as row from gateway g')
    expect(listed.body + JSON.stringify(stored)).not.toContain(credential)
    expect(listed.json<{ items: { name: string }[] }>().items.map(({ name }) => name)).toContain('Once')
  })

  test('changes a gateway only as it was read, and only to upstreams that exist', async () => {
    const { world, admin } = gateway
    const { gateway_id: id, version } = (
      await world.call(admin, 'POST', GATEWAYS, { body: { name: 'Changing' } })
    ).json<{ gateway_id: string; version: number }>()
    const change = (body: object, etag = `"v${version}"`) =>
      world.call(admin, 'PUT', `${GATEWAYS}/${id}`, { body, headers: { 'if-match': etag } })
    expect((await change({ name: 'Changing', upstreams: ['nowhere'] })).statusCode).toBe(404)
    const changed = await change({ name: 'Changed', upstreams: ['orders'], ip_allow: ['192.0.2.0/24'] })
    expect([changed.statusCode, changed.json()]).toMatchObject([
      200,
      { name: 'Changed', upstreams: ['orders'], version: version + 1 },
    ])
    expect((await change({ name: 'Again' })).statusCode).toBe(412)
  })

  test.each([
    ['a network that is none', { name: 'x', ip_allow: ['everywhere'] }],
    ['a field that nobody knows', { name: 'x', is_admin: true }],
    ['no name', {}],
  ])('registers no gateway with %s, and changes nothing', async (_, body) => {
    const count = async () => (await gateway.world.sql('select count(*)::int as n from gateway'))[0]?.['n']
    const before = await count()
    expect((await gateway.world.call(gateway.admin, 'POST', GATEWAYS, { body })).statusCode).toBe(422)
    expect(await count()).toBe(before)
  })

  test.each([
    ['a permission of persons', { ...API_ROUTES[0], permission: 'partner.billing.read' }],
    ['a permission that is none', { ...API_ROUTES[0], permission: 'api.everything' }],
    ['a template that climbs', { ...API_ROUTES[0], path_template: '/a/../b' }],
    ['a template with a wildcard', { ...API_ROUTES[0], path_template: '/a/*' }],
    ['a method in small letters', { ...API_ROUTES[0], method: 'get' }],
  ])('registers no route with %s', async (_, line) => {
    const response = await gateway.world.call(gateway.admin, 'PUT', '/api/v1/admin/upstreams/bad', {
      body: { audience: 'upstream:bad', origin: 'https://bad.example', routes: [line] },
    })
    expect(response.statusCode).toBe(422)
  })

  test.each(['https://api.example:443', 'http://api.example:80', 'https://api.example:99999', 'https://1.2'])(
    'registers no API at %s, which no question ever names',
    async (origin) => {
      const response = await gateway.world.call(gateway.admin, 'PUT', '/api/v1/admin/upstreams/bad', {
        body: { audience: 'upstream:bad', origin, routes: [] },
      })
      expect(response.statusCode).toBe(422)
    },
  )

  test('lets a gateway that asks already go on with both of its credentials', async () => {
    const { world, admin } = gateway
    const { gateway_id: id } = (
      await world.call(admin, 'POST', GATEWAYS, { body: { name: 'Rolling' } })
    ).json<{ gateway_id: string }>()
    await world.call(admin, 'POST', `${GATEWAYS}/${id}/rotate`, { body: { overlap_minutes: 60 } })
    const enabled = await world.call(admin, 'POST', `${GATEWAYS}/${id}/enable`, { body: {} })
    expect(enabled.json()).toMatchObject({ status: 'active', version: 2 })
    expect(enabled.json().previous_credential_ends_at).not.toBeNull()
  })

  test('leaves an event with every change', async () => {
    await gateway.world.call(gateway.admin, 'POST', `${GATEWAYS}/${gateway.gatewayId}/rotate`, {
      body: { overlap_minutes: 60 },
    })
    const [event] = await gateway.world.sql(
      `select action, resource_label from audit_event order by id desc limit 1`,
    )
    expect(event).toEqual({ action: 'platform.gateways.rotate', resource_label: 'Edge' })
  })
})

test('nobody but the provider sees or changes gateways and upstreams', async () => {
  const { world, scene } = gateway
  const { cookie } = await people.tenant(world, scene.tenant)
  const callers = [null, { cookie }, await people.partner(world, scene.partner)]
  for (const caller of callers)
    for (const path of [GATEWAYS, '/api/v1/admin/upstreams'])
      expect([401, 403, 404]).toContain((await world.call(caller, 'GET', path)).statusCode)
})

describe('a database login', () => {
  const TABLES = ['gateway', 'protected_upstream', 'protected_route', 'gateway_upstream']
  const OTHERS = [
    'liaison_auth',
    'liaison_program',
    'liaison_delegate',
    'liaison_tenant',
    'liaison_ingest',
    'liaison_job',
    'liaison_guard',
  ] as const

  test.each(OTHERS)('%s reads no table of gateways', async (login) => {
    for (const table of TABLES)
      await expect(gateway.world.sqlAs(login, `select 1 from ${table}`)).rejects.toThrow('permission denied')
  })

  test('of the provider sees nothing without a context, and never a replaced credential', async () => {
    expect(await gateway.world.sqlAs('liaison_platform', 'select name from gateway')).toEqual([])
    await expect(
      gateway.world.sqlAs('liaison_platform', 'select previous_hash from gateway'),
    ).rejects.toThrow('permission denied')
    await expect(
      gateway.world.sqlAs(
        'liaison_platform',
        `insert into protected_upstream (name, audience, origin) values ('x', 'x', 'https://x')`,
      ),
    ).rejects.toThrow('row-level security')
  })
})
