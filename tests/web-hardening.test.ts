import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allRoutes } from '../server/src/app.ts'
import { isAgencyAccess } from '../server/src/platform/agency-door.ts'
import type { Route } from '../server/src/platform/route.ts'
import { PASSWORD, seedAccount } from '../server/testing/account-holder.ts'
import { FormBrowser } from '../server/testing/form-browser.ts'
import { TEST_ORIGIN, TestWorld } from '../server/testing/world.ts'
import { fillPath } from './support/walk.ts'

/** What every answer carries, whatever it answers. */
const EVERYWHERE: Readonly<Record<string, RegExp>> = {
  'strict-transport-security':
    /^max-age=(?:3153[6-9]\d{3}|315[4-9]\d{4}|31[6-9]\d{5}|3[2-9]\d{6}|[4-9]\d{7}); includeSubDomains/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^(?:no-referrer|same-origin|strict-origin)$/,
  'content-security-policy': /base-uri 'none'/,
  'cross-origin-opener-policy': /^same-origin$/,
  'permissions-policy': /camera=/,
  'cache-control': /no-store|immutable|no-cache|max-age=/,
}
/** Names of programs and their versions, which tell an attacker where to look. */
const TELLTALES = ['server', 'x-powered-by', 'via', 'x-aspnet-version']
const SAFE = new Set(['GET', 'HEAD'])

let world: TestWorld
let routes: readonly Route[]
beforeAll(async () => {
  world = await TestWorld.start((services) => (routes = allRoutes(services, { demoSignIns: () => [] })), {
    requestDeadlineMs: 60_000,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

type Answer = Awaited<ReturnType<typeof ask>>

/** What each operation answers to a stranger, and to a page of another site. */
const answers: { route: Route; plain: Answer; foreign: Answer }[] = []
beforeAll(async () => {
  for (const route of routes) {
    const asked = { method: route.method, path: pathOf(route) }
    const plain = await ask(asked)
    answers.push({
      route,
      plain,
      foreign: await ask({ ...asked, headers: { origin: 'https://elsewhere.example' } }),
    })
  }
}, 120_000)

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function ask({ method, path, headers = {}, body }: Asked) {
  return world.app.http.inject({
    // Methods that a browser never sends are what is tried, too.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    method: method as 'GET',
    url: path,
    headers: { host: new URL(TEST_ORIGIN).host, ...headers },
    ...(body !== undefined && { payload: body }),
  })
}

const pathOf = (route: Route) => fillPath(route, {})
const isForForms = (route: Route) => isAgencyAccess(route.access)
const nameOf = (route: Route) => `${route.method} ${route.path}`

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function faultsOf(name: string, headers: Readonly<Record<string, unknown>>): string[] {
  const missing = Object.entries(EVERYWHERE)
    .filter(([field, pattern]) => !pattern.test(typeof headers[field] === 'string' ? headers[field] : ''))
    .map(([field]) => `${name}: ${field} is ${String(headers[field])}`)
  const told = TELLTALES.filter((field) => headers[field] !== undefined).map(
    (field) => `${name} tells ${field}`,
  )
  return [...missing, ...told]
}

describe('every answer', () => {
  test('of every operation carries the headers that bound what a browser does with it, and names no program (ASVS 3.4.1, 3.4.3 to 3.4.6, 13.4.6, 14.3.2)', async () => {
    const faults: string[] = []
    for (const { route, plain } of answers) {
      const { headers } = plain
      faults.push(...faultsOf(nameOf(route), headers))
      const policy = String(headers['content-security-policy'])
      if (!/default-src 'none'|object-src 'none'/.test(policy)) faults.push(`${nameOf(route)}: plug-ins`)
      if (!/frame-ancestors/.test(policy)) faults.push(`${nameOf(route)}: frames`)
      if (!isForForms(route) && !/frame-ancestors 'none'/.test(policy) && !route.path.startsWith('/embed'))
        faults.push(`${nameOf(route)} may be framed: ${policy}`)
      if (route.path.startsWith('/api/') && !String(headers['cache-control']).includes('no-store'))
        faults.push(`${nameOf(route)} may be kept: ${String(headers['cache-control'])}`)
    }
    expect(faults).toEqual([])
    expect(routes.length).toBeGreaterThan(400)
  })

  test('to what does not exist, and to what nobody can read, does so too (ASVS 3.4.1, 3.4.3)', async () => {
    const asked: Asked[] = [
      { method: 'GET', path: '/nothing/here' },
      { method: 'GET', path: '/api/v1/nothing' },
      { method: 'POST', path: '/api/v1/me', headers: { 'content-type': 'application/json' }, body: '{' },
      { method: 'DELETE', path: '/signin' },
      { method: 'GET', path: '/%ff' },
    ]
    for (const one of asked) {
      const answer = await ask(one)
      expect(answer.statusCode, one.path).toBeGreaterThanOrEqual(400)
      expect(faultsOf(`${one.method} ${one.path}`, answer.headers)).toEqual([])
      expect(answer.body).not.toMatch(/at \w+ \(|node_modules|fastify/i)
    }
  })

  test('to what belongs to the machine or to the operator alone is that there is no such page (ASVS 13.4.1, 13.4.5)', async () => {
    for (const path of [
      '/metrics',
      '/.git/HEAD',
      '/.git/config',
      '/.svn/entries',
      '/.env',
      '/package.json',
      '/server/src/app.ts',
      '/debug',
    ]) {
      const answer = await ask({ method: 'GET', path })
      expect(answer.statusCode, path).toBe(404)
    }
  })

  test('says what it is, and its letters (ASVS 4.1.1)', async () => {
    const faults: string[] = []
    for (const { route, plain } of answers) {
      const { headers, body } = plain
      const type = headers['content-type'] ?? ''
      if (body === '') continue
      if (type.startsWith('text/') && !/charset=utf-8/i.test(type)) faults.push(`${nameOf(route)}: ${type}`)
      if (type === '') faults.push(`${nameOf(route)}: no type`)
      if (/json/.test(type) && !isJson(body)) faults.push(`${nameOf(route)}: ${type} that is none`)
    }
    expect(faults).toEqual([])
  })
})

describe('a change', () => {
  const changes = () =>
    routes.filter(
      ({ method, access }) => !SAFE.has(method) && !('public' in access) && !isAgencyAccess(access),
    )

  test('that a browser sends from another site is refused before anything is looked at, whatever it carries (ASVS 3.5.1 to 3.5.3)', async () => {
    const admitted: string[] = []
    for (const route of changes()) {
      for (const headers of [
        { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
        { 'sec-fetch-site': 'same-site', 'content-type': 'application/json' },
        { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' },
        { origin: 'null' },
        { origin: 'https://elsewhere.example', authorization: 'Basic eDp5' },
      ]) {
        const answer = await ask({
          method: route.method,
          path: pathOf(route),
          headers: { ...headers, cookie: '__Host-liaison=x' },
        })
        if (answer.statusCode !== 403 || !/CROSS_SITE_REQUEST|another site|this site/i.test(answer.body))
          admitted.push(`${nameOf(route)} ${JSON.stringify(headers)} → ${answer.statusCode}`)
      }
    }
    expect(admitted).toEqual([])
    expect(changes().length).toBeGreaterThan(150)
  })
})

test('no answer may be read by a page of another site, but for the forms that name it, and no cookie goes with that (ASVS 3.4.2)', async () => {
  const open: string[] = []
  for (const { route, foreign } of answers) {
    const { headers } = foreign
    const allowed = headers['access-control-allow-origin']
    if (allowed !== undefined) open.push(`${nameOf(route)}: ${allowed}`)
    expect(headers['access-control-allow-credentials'], nameOf(route)).toBeUndefined()
  }
  // The public keys, metadata and the loader are for everybody.
  expect(open.filter((line) => !/\.well-known|\/jwks|\/oauth|\/embed/.test(line))).toEqual([])
})

test('TRACE, TRACK and CONNECT are not answered with what was sent (ASVS 13.4.4, 4.1.4)', async () => {
  for (const path of ['/', '/api/v1/me', '/signin']) {
    const answer = await ask({ method: 'TRACE', path, headers: { 'x-secret': 'seven lanterns' } })
    expect([404, 405, 501]).toContain(answer.statusCode)
    expect(answer.body).not.toContain('seven lanterns')
  }
})

test('the address of the caller is that of the connection, whatever the caller writes, unless a trusted proxy stands before it (ASVS 4.1.3, 15.3.4)', async () => {
  const seen = async (from: TestWorld, remoteAddress: string) => {
    const person = await from.person()
    const { cookie } = await from.signIn(person.id)
    await from.app.http.inject({
      method: 'POST',
      url: '/account/profile',
      remoteAddress,
      headers: {
        cookie: cookie ?? '',
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        'x-forwarded-for': '203.0.113.9, 198.51.100.4',
        'x-real-ip': '203.0.113.9',
        forwarded: 'for=203.0.113.9',
        'x-user-id': 'somebody else',
      },
      payload: 'name=Another+name',
    })
    const rows = await from.sql<{ ip: string; actor_id: string }>(
      `select host(ip) as ip, actor_id::text from audit_event where action = 'identity.profile.update' and actor_id = $1`,
      [person.id],
    )
    return rows[0]?.ip
  }
  expect(await seen(world, '192.0.2.7')).toBe('192.0.2.7')
  await using behind = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }), {
    trustedProxies: ['192.0.2.0/24'],
  })
  expect(await seen(behind, '192.0.2.7')).toBe('198.51.100.4')
  expect(await seen(behind, '10.9.8.7')).toBe('10.9.8.7')
})

test('a parameter that comes twice, and keys that reach into the language, are refused (ASVS 15.3.6, 15.3.7)', async () => {
  const person = await world.person()
  await world.platformAdmin(person.id)
  const caller = await world.signIn(person.id)
  const twice = await world.call(caller, 'GET', '/api/v1/admin/persons?search=ab&search=cd')
  expect(twice.statusCode).toBe(422)
  expect(JSON.stringify(twice.json().errors)).toContain('search')
  for (const body of [
    '{"__proto__":{"name":"x"},"name":"Acme"}',
    '{"constructor":{"prototype":{"admin":true}}}',
  ]) {
    const answer = await world.call(caller, 'POST', '/api/v1/admin/partners', { body })
    expect(answer.statusCode).toBe(400)
  }
  expect(Object.prototype).not.toHaveProperty('admin')
})

test('leaving clears what the browser keeps of the site, and the way back needs a new sign-in (ASVS 7.4.1, 14.3.1)', async () => {
  const account = await seedAccount(world)
  const tenantId = await world.tenant('Acme')
  await world.tenantMember(tenantId, account.id, 'TENANT_ADMIN')
  const browser = new FormBrowser(world)
  const signedIn = await browser.post('/signin', { email: account.email, password: PASSWORD })
  expect(signedIn.cookies.join()).toContain('__Host-liaison=')
  for (const cookie of signedIn.cookies) expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax/)
  const out = await browser.post('/signout')
  expect(String(out.headers['clear-site-data'])).toContain('"storage"')
  const back = await browser.get('/account')
  expect(back.location).toMatch(/^\/signin/)
})
