import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
// The whole product is what a token is tried on.
// oxlint-disable-next-line liaison/near-imports
import { allRoutes } from '../../app.ts'
import { digestFormToken, formTokenPepper, makeFormToken } from '#modules/agencies/index.ts'
import type { Route } from '#platform/route.ts'
import { quickHash } from '#testing/quick-hash.ts'
import {
  AGENCY_ORIGIN,
  callForm,
  EMBED_ORIGIN,
  entries,
  forgetLimits,
  openEmbedScene,
  seedAgencyKey,
  ticketOf,
} from '#testing/embed-acts.ts'
import type { EmbedScene, FormCall } from '#testing/embed-acts.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let scene: EmbedScene
let routes: readonly Route[]
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => {
      routes = allRoutes(services, { demoSignIns: () => [] })
      return routes
    },
    { embedOrigin: () => EMBED_ORIGIN },
  )
  scene = await openEmbedScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => forgetLimits(world))

const minuteOf = (at: Date) => Math.floor(at.getTime() / 60_000)

/** A scene of its own in which one thing is wrong. */
async function spoil(change: string, of: 'agency' | 'form' | 'form_token' | 'tenant'): Promise<EmbedScene> {
  const one = await openEmbedScene(world)
  const id = { agency: one.agency, form: one.form.uuid, form_token: one.tokenId, tenant: one.tenant }[of]
  await world.seed(`update ${of} set ${change} where id = $1`, [id], one.tenant)
  return one
}

/** A scene with a test token whose organisation is no sandbox any more. */
async function afterSandbox(): Promise<EmbedScene> {
  const tenant = await world.tenant('Tried out')
  const toggle = (on: boolean) =>
    world.seed('update tenant set is_sandbox = $2 where id = $1', [tenant, on], tenant)
  await toggle(true)
  const one = await openEmbedScene(world, 'Trial', tenant)
  await toggle(false)
  return one
}

async function frozen(scope: 'tenant' | 'platform'): Promise<[EmbedScene, () => Promise<unknown>]> {
  const one = await openEmbedScene(world)
  const [row] = await world.seed<{ id: string }>(
    `insert into access_freeze (scope, tenant_id, set_by, set_by_name, set_by_side) values ($1, $2, uuidv7(), 'Somebody', 'provider') returning id`,
    [scope, scope === 'tenant' ? one.tenant : null],
  )
  return [one, () => world.seed('delete from access_freeze where id = $1', [row?.id])]
}

test('a token that does not count is answered alike whatever is wrong: missing, malformed, unknown, revoked, ended, of another form, or switched off anywhere (E1)', async () => {
  const other = await openEmbedScene(world, 'Other', scene.tenant)
  const { key } = await seedAgencyKey(scene)
  const ways: [string, EmbedScene, FormCall][] = [
    ['missing', scene, { token: null }],
    ['empty', scene, { token: '' }],
    ['no token at all', scene, { token: 'hello' }],
    [
      'a wrong checksum',
      scene,
      { token: `${scene.token.slice(0, -1)}${scene.token.endsWith('0') ? '1' : '0'}` },
    ],
    ['unknown', scene, { token: makeFormToken('live') }],
    ['a server key', scene, { token: key }],
    ['two that differ', scene, { headers: { 'x-partner-token': makeFormToken('live') } }],
    ['of another form', scene, { token: other.token }],
    ['of a form that there is none of', scene, { form: 'frm_0000000000000000' }],
    [
      'revoked',
      await spoil(`status = 'revoked', revoked_at = now(), revoked_reason = 'x'`, 'form_token'),
      {},
    ],
    ['its overlap ended', await spoil(`valid_until = now() + interval '1 millisecond'`, 'form_token'), {}],
    ['the form is paused', await spoil(`status = 'paused'`, 'form'), {}],
    ['the agency is off', await spoil(`status = 'inactive'`, 'agency'), {}],
    ['the tenant is suspended', await spoil(`status = 'suspended'`, 'tenant'), {}],
    ['a live token in a sandbox', await spoil('is_sandbox = true', 'tenant'), {}],
    ['a test token elsewhere', await afterSandbox(), {}],
    ['the tenant is closed', await spoil(`status = 'closed'`, 'tenant'), {}],
  ]
  const [stopped, thaw] = await frozen('tenant')
  ways.push(['the tenant is frozen', stopped, {}])
  const told = new Map<string, string[]>()
  const look = async (name: string, one: EmbedScene, call: FormCall) => {
    for (const what of ['vouchers', 'lookups'] as const) {
      const answer = await callForm(one, what, call)
      expect(answer.statusCode, `${name} ${what}`).toBe(401)
      const id = answer.json().correlation_id
      const { date: _date, 'x-request-id': _id, ...headers } = answer.headers
      const text = JSON.stringify([answer.body.replace(id, ''), { ...headers, 'content-length': '' }])
      told.set(text, [...(told.get(text) ?? []), name])
    }
  }
  for (const [name, one, call] of ways) await look(name, one, call)
  await thaw()
  const [platform, release] = await frozen('platform')
  await look('everything is frozen', platform, {})
  await release()
  expect([...told.values()]).toHaveLength(1)
  const good = await callForm(scene, 'vouchers')
  expect(good.statusCode, good.body).toBe(201)
  const answer = await callForm(scene, 'vouchers', { token: null })
  expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
  expect(answer.json()).toMatchObject({ success: false, refusal: true, reason: 'PARTNER_TOKEN_INVALID' })
}, 60_000)

test('a token opens nothing but its two operations: every other one answers PARTNER_TOKEN_SCOPE, in whatever field it comes (E3)', async () => {
  const { key } = await seedAgencyKey(scene)
  const own = /^\/(embed\/v1\/forms|api\/v1\/agency)\//
  let calls = 0
  const others = routes.filter(({ path }) => !own.test(path))
  for (const [index, route] of others.entries()) {
    const path = route.path.replaceAll(/:[a-z_]+/g, 'x')
    // Every operation with the token where it belongs; the other fields are read before any operation is looked at.
    const ways: readonly Readonly<Record<string, string>>[] = [
      { authorization: `Bearer ${scene.token}` },
      { 'x-partner-token': scene.token },
      { authorization: `Bearer ${key}` },
    ]
    for (const headers of index % 20 === 0 ? ways : ways.slice(0, 1)) {
      const answer = await world.app.http.inject({ method: route.method, url: path, headers: { ...headers } })
      expect(answer.statusCode, `${route.method} ${path}`).toBe(403)
      expect(answer.json().reason, path).toBe('PARTNER_TOKEN_SCOPE')
      calls += 1
    }
  }
  expect(calls).toBeGreaterThan(others.length)
  const [row] = await world.sql(
    `select count(*)::integer as rows from audit_event where code = 'PARTNER_TOKEN_SCOPE'`,
  )
  expect(row?.['rows']).toBeGreaterThan(0)
  expect(row?.['rows']).toBeLessThan(20)
}, 60_000)

test('a form token opens no operation of servers, and a server key none of forms (E3, E12)', async () => {
  const { key } = await seedAgencyKey(scene)
  const server = (token: string) =>
    world.app.http.inject({
      method: 'POST',
      url: '/api/v1/agency/lookups',
      headers: { authorization: `Bearer ${token}` },
      payload: { code: 'x' },
    })
  expect((await server(scene.token)).statusCode).toBe(401)
  expect((await server(key)).statusCode).toBe(404)
  expect((await callForm(scene, 'lookups', { token: key })).statusCode).toBe(401)
})

test('the method, the type and the size of a request are judged before anything else (E7)', async () => {
  const url = `/embed/v1/forms/${scene.form.publicId}/vouchers`
  const got = await world.app.http.inject({ method: 'GET', url })
  expect([got.statusCode, got.headers.allow, got.json().reason]).toEqual([405, 'POST', 'METHOD_NOT_ALLOWED'])
  const typed = await world.app.http.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain' },
    payload: 'x',
  })
  expect([typed.statusCode, typed.json().reason]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  const large = await callForm(scene, 'vouchers', { body: { first_name: 'x'.repeat(9000) } })
  expect([large.statusCode, large.json().reason]).toEqual([413, 'BODY_TOO_LARGE'])
  const broken = await callForm(scene, 'vouchers', { body: '{' })
  expect([broken.statusCode, broken.json().reason]).toEqual([400, 'MALFORMED'])
})

test('a flood of unknown tokens from ever new networks leaves a bounded number of rows, which say how many there were (E10)', async () => {
  const flood = async (count: number, network: (index: number) => string) => {
    for (let index = 0; index < count; index += 1)
      await callForm(scene, 'lookups', { token: makeFormToken('live'), ip: network(index) })
  }
  const [start] = await world.sql<{ at: Date }>('select clock_timestamp() as at')
  const rowsSince = async () =>
    world.sql<{ repeats: number; ip: string | null }>(
      `select repeats, host(ip) || '/' || masklen(ip) as ip from audit_event where action = 'embed.token_unknown' and occurred_at > $1`,
      [start?.at],
    )
  /** Each minute keeps rows of its own, and a busy machine takes more than one. */
  const minutes = () => 1 + minuteOf(new Date()) - minuteOf(start?.at ?? new Date(0))
  await flood(120, (index) => `203.0.113.${index}`)
  const ofOne = (await rowsSince()).filter(({ ip }) => ip === '203.0.113.0/24')
  expect(ofOne.length).toBeGreaterThan(0)
  expect(ofOne.length).toBeLessThanOrEqual(2 * minutes())
  await flood(400, (index) => `198.${index % 200}.${index % 250}.7`)
  expect((await rowsSince()).length).toBeLessThanOrEqual(106 * minutes())
}, 60_000)

test('a known token refused again and again is one row a minute, with the reason that the caller was not told (E10)', async () => {
  const one = await spoil(`status = 'paused'`, 'form')
  const minute = minuteOf(new Date())
  for (let index = 0; index < 30; index += 1) await callForm(one, 'lookups')
  const rows = await world.sql(
    `select e.action, e.code, e.reason, e.tenant_id from audit_event e join audit_scope s on s.event_id = e.id and s.scope_id = $1 where e.outcome = 'denied'`,
    [one.tenant],
  )
  expect(rows.length).toBeLessThanOrEqual(2 * (1 + minuteOf(new Date()) - minute))
  expect(rows[0]).toEqual({
    action: 'embed.refused',
    code: 'PARTNER_TOKEN_INVALID',
    reason: 'FORM_OFF',
    tenant_id: one.tenant,
  })
})

test('a server key issues and looks up for its own agency, from its own networks, within its scopes, without origin or ticket (E12)', async () => {
  const call = (key: string, what: string, body: object, ip = '192.0.2.7') =>
    world.app.http.inject({
      method: 'POST',
      url: `/api/v1/agency/${what}`,
      remoteAddress: ip,
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': `k-${Math.random()}` },
      payload: body,
    })
  const { key, uuid } = await seedAgencyKey(scene, { networks: ['192.0.2.0/24'] })
  const made = await call(key, 'vouchers', entries({ voucher_type: 'month' }))
  expect(made.statusCode, made.body).toBe(201)
  const { code } = made.json().data
  expect((await call(key, 'lookups', { code })).json().data.code).toBe(code)
  const [row] = await world.sql(
    `select agency_id, agency_key_id, issuer_mode from voucher where code = replace($1, '-', '')`,
    [code],
  )
  expect(row).toEqual({ agency_id: scene.agency, agency_key_id: uuid, issuer_mode: 'agency_key' })
  const outside = await call(key, 'lookups', { code }, '198.51.100.7')
  expect([outside.statusCode, outside.json().reason]).toEqual([403, 'PARTNER_TOKEN_SCOPE'])
  expect(outside.json().detail).toBe('This server key is not for the address that the request came from.')
  const refused = `select reason, host(ip) as ip from audit_event where action = 'embed.refused' and tenant_id = $1 and delegation_id = $2`
  expect(await world.sql(refused, [scene.tenant, uuid])).toEqual([{ reason: 'NETWORK', ip: '198.51.100.0' }])
  // A server that listens on both families is told addresses of IPv4 in the form of IPv6.
  for (const ip of ['::ffff:192.0.2.7', '::ffff:c000:207']) {
    const mapped = await call(key, 'vouchers', entries({ voucher_type: 'month' }), ip)
    expect(mapped.statusCode, mapped.body).toBe(201)
  }
  const places = `select distinct ip::text from audit_event where action = 'voucher.issued' and tenant_id = $1 and delegation_id = $2`
  expect(await world.sql(places, [scene.tenant, uuid])).toEqual([{ ip: '192.0.2.0/24' }])
  const reader = await seedAgencyKey(scene, { scopes: ['vouchers.read:own'] })
  expect((await call(reader.key, 'lookups', { code })).statusCode).toBe(200)
  expect((await call(reader.key, 'vouchers', entries())).json().reason).toBe('PARTNER_TOKEN_SCOPE')
  const named = await call(key, 'vouchers', entries({ agency_id: scene.agency }))
  expect(named.json().reason).toBe('CONTEXT_OVERRIDE')
})

test('a page that calls by itself is let in where its form allows it, and told so by CORS for that very origin (E8)', async () => {
  const from = (origin: string) => callForm(scene, 'vouchers', { headers: { origin }, body: entries() })
  const ask = (origin: string) =>
    world.app.http.inject({
      method: 'OPTIONS',
      url: `/embed/v1/forms/${scene.form.publicId}/vouchers`,
      headers: { origin, 'access-control-request-method': 'POST' },
    })
  expect((await from(AGENCY_ORIGIN)).json().reason).toBe('ORIGIN_NOT_ALLOWED')
  expect((await ask(AGENCY_ORIGIN)).headers['access-control-allow-origin']).toBeUndefined()
  await world.seed('update form set is_headless = true where id = $1', [scene.form.uuid], scene.tenant)
  const preflight = await ask(AGENCY_ORIGIN)
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': AGENCY_ORIGIN,
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-partner-token',
    vary: 'Origin',
  })
  const made = await from(AGENCY_ORIGIN)
  expect(made.statusCode, made.body).toBe(201)
  expect(made.headers['access-control-allow-origin']).toBe(AGENCY_ORIGIN)
  expect(made.headers['access-control-allow-credentials']).toBeUndefined()
  for (const origin of ['https://evil.example', 'null', `${AGENCY_ORIGIN}.evil.example`]) {
    const answer = await from(origin)
    expect(answer.json().reason, origin).toBe('ORIGIN_NOT_ALLOWED')
    expect(answer.headers['access-control-allow-origin'], origin).toBeUndefined()
    expect((await ask(origin)).headers['access-control-allow-origin'], origin).toBeUndefined()
  }
  const refused = await callForm(scene, 'vouchers', { headers: { origin: AGENCY_ORIGIN }, body: {} })
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([422, AGENCY_ORIGIN])
})

test('a page that calls by itself reads every refusal of its form, also of a token that nobody knows and of a body that is none; other sites read none (E7)', async () => {
  const one = await openEmbedScene(world)
  await world.seed('update form set is_headless = true where id = $1', [one.form.uuid], one.tenant)
  const refusals: [string, FormCall][] = [
    ['PARTNER_TOKEN_INVALID', { token: makeFormToken('live') }],
    ['MALFORMED', { body: '{' }],
    ['BODY_TOO_LARGE', { body: { first_name: 'x'.repeat(20_000) } }],
    ['UNSUPPORTED_MEDIA_TYPE', { body: 'x', headers: { 'content-type': 'text/plain' } }],
  ]
  const from = (origin: string, call: FormCall) =>
    callForm(one, 'vouchers', { ...call, headers: { ...call.headers, origin } })
  for (const [reason, call] of refusals) {
    const told = await from(AGENCY_ORIGIN, call)
    expect([told.json().reason, told.headers['access-control-allow-origin']]).toEqual([reason, AGENCY_ORIGIN])
    const foreign = await from('https://evil.example', call)
    expect([foreign.json().reason, foreign.headers['access-control-allow-origin']]).toEqual([
      reason,
      undefined,
    ])
  }
})

test('a form may ask for the code that its agency knows by heart: five tries in a quarter of an hour (E8)', async () => {
  const one = await openEmbedScene(world)
  const hash = quickHash('correct horse')
  await world.seed('update form set access_code_hash = $2 where id = $1', [one.form.uuid, hash], one.tenant)
  const send = (code?: string) =>
    callForm(one, 'vouchers', {
      ip: '192.0.2.99',
      body: { ...entries(), ticket: ticketOf(one).ticket, ...(code !== undefined && { access_code: code }) },
    })
  expect((await send()).json().reason).toBe('ACCESS_CODE_REQUIRED')
  expect((await send('correct horse')).statusCode).toBe(201)
  for (let tries = 0; tries < 4; tries += 1)
    expect((await send(`wrong ${tries}`)).json().reason).toBe('ACCESS_CODE_REQUIRED')
  const late = await send('wrong again')
  expect([late.statusCode, late.json().reason]).toEqual([429, 'RATE_LIMITED'])
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(800)
  // Whoever knows it goes on.
  expect((await send('correct horse')).statusCode).toBe(201)
})

test('an agency and a form issue no more in a day than they may, also at the same moment (E7)', async () => {
  const one = await openEmbedScene(world)
  await world.seed('update agency set daily_issue_limit = 5 where id = $1', [one.agency], one.tenant)
  const answers = await Promise.all(Array.from({ length: 9 }, () => callForm(one, 'vouchers')))
  const told = answers.map((answer) => answer.statusCode).toSorted((left, right) => left - right)
  expect(told).toEqual([201, 201, 201, 201, 201, 429, 429, 429, 429])
  const refused = answers.find(({ statusCode }) => statusCode === 429)
  expect(refused?.json()).toMatchObject({ reason: 'RATE_LIMITED', 'violated-policies': ['agency-daily'] })
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
  expect(Number(refused?.headers['retry-after'])).toBeLessThanOrEqual(86_400)
})

test('a bound that is set in the middle of a day counts what was issued on it before, and goes on where it was taken away for a while (E7)', async () => {
  for (const [table, name] of [
    ['agency', 'agency-daily'],
    ['form', 'form-daily'],
  ] as const) {
    const one = await openEmbedScene(world)
    const bound = (limit: number | null) =>
      world.seed(
        `update ${table} set daily_issue_limit = $2 where id = $1`,
        [table === 'agency' ? one.agency : one.form.uuid, limit],
        one.tenant,
      )
    const issue = async () => (await callForm(one, 'vouchers')).statusCode
    expect([await issue(), await issue()]).toEqual([201, 201])
    await bound(3)
    expect([await issue(), await issue()]).toEqual([201, 429])
    await bound(null)
    expect([await issue(), await issue()]).toEqual([201, 201])
    await bound(6)
    expect(await issue()).toBe(201)
    const refused = await callForm(one, 'vouchers')
    expect([refused.statusCode, refused.json()['violated-policies']]).toEqual([429, [name]])
  }
})

test('forms of an agency without a bound do not wait for each other, and the first under a bound waits for them and counts them (E7)', async () => {
  const one = await openEmbedScene(world)
  const client = await world.database.pool('liaison_embed').connect()
  try {
    const hash = digestFormToken(formTokenPepper(world.app.services.vault), one.token).toString('hex')
    const asked = {
      action: 'issue',
      ip: '192.0.2.1',
      token_hashes: [hash],
      form_public_id: one.form.publicId,
    }
    await client.query('begin')
    await client.query('select access.enter_form($1)', [asked])
    await client.query('select access.count_issue()')
    expect((await callForm(one, 'vouchers')).statusCode).toBe(201)
    await world.seed('update agency set daily_issue_limit = 1 where id = $1', [one.agency], one.tenant)
    const waiting = callForm(one, 'vouchers')
    await vi.waitFor(
      async () =>
        expect(
          await world.sql(
            `select 1 from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and not granted`,
          ),
        ).toHaveLength(1),
      SOON,
    )
    await client.query('rollback')
    expect((await waiting).statusCode).toBe(429)
  } finally {
    await client.query('rollback')
    client.release()
  }
})
