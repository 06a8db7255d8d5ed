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

  test('replaces the routes of an API only as they were read, and raises their version', async () => {
    const { world, admin } = gateway
    const path = '/api/v1/admin/upstreams/billing'
    const [line] = API_ROUTES
    const body = { audience: 'upstream:billing', origin: 'https://billing.example', routes: [line] }
    const put = (change: object, etag?: string) =>
      world.call(admin, 'PUT', path, {
        body: { ...body, ...change },
        ...(etag !== undefined && { headers: { 'if-match': etag } }),
      })
    expect((await world.call(admin, 'GET', path)).json()).toMatchObject({ code: 'UPSTREAM_NOT_FOUND' })
    expect((await put({}, '"v1"')).statusCode).toBe(412)
    const made = await put({})
    expect([made.statusCode, made.headers['etag'], made.json()]).toMatchObject([200, '"v1"', { version: 1 }])
    const blind = await put({ routes: [] })
    expect([blind.statusCode, blind.json().code]).toEqual([428, 'PRECONDITION_REQUIRED'])
    const read = await world.call(admin, 'GET', path)
    expect([read.headers['etag'], read.json()]).toEqual(['"v1"', { name: 'billing', ...body, version: 1 }])
    expect((await put({ routes: [] }, '"v1"')).json()).toMatchObject({ routes: [], version: 2 })
    const late = await put({}, '"v1"')
    expect([late.statusCode, late.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await world.call(admin, 'GET', path)).json()).toMatchObject({ routes: [], version: 2 })
  })

  test('of two who register the same API at once one is told so', async () => {
    const { world, admin } = gateway
    const body = { audience: 'upstream:twice', origin: 'https://twice.example', routes: [] }
    const answers = await Promise.all(
      [1, 2].map(() => world.call(admin, 'PUT', '/api/v1/admin/upstreams/twice', { body })),
    )
    const statuses = answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)
    expect(statuses[0]).toBe(200)
    expect([409, 412, 428]).toContain(statuses[1])
  })

  test('is told which name is taken, and which line of a route table stands there twice', async () => {
    const { world, admin } = gateway
    const codeOf = async (method: 'PUT' | 'POST', path: string, body: object) =>
      (await world.call(admin, method, path, { body })).json()
    const taken = { audience: 'upstream:other', origin: 'https://api.carrier.example', routes: [] }
    expect(await codeOf('PUT', '/api/v1/admin/upstreams/other', taken)).toMatchObject({
      status: 409,
      code: 'UPSTREAM_ORIGIN_TAKEN',
    })
    const sameAudience = { ...taken, audience: 'upstream:orders', origin: 'https://other.example' }
    expect(await codeOf('PUT', '/api/v1/admin/upstreams/other', sameAudience)).toMatchObject({
      status: 409,
      code: 'UPSTREAM_AUDIENCE_TAKEN',
    })
    expect(await codeOf('POST', GATEWAYS, { name: 'Edge' })).toMatchObject({
      status: 409,
      code: 'GATEWAY_NAME_TAKEN',
    })
    const [line] = API_ROUTES
    const twice = { ...taken, origin: 'https://other.example', routes: [line, line] }
    expect(await codeOf('PUT', '/api/v1/admin/upstreams/other', twice)).toMatchObject({
      status: 422,
      errors: [{ pointer: '/body/routes/1' }],
    })
  })

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
