import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeOAuth } from '../server/src/modules/oauth/index.ts'
import { LIMITS } from '../server/src/platform/limits/limit-policies.ts'
import type { Mounted } from '../server/src/platform/http/mounted-routes.ts'
import { OpenDoor } from '../server/src/platform/limits/open-door.ts'
import { evidenceOf } from '../server/src/platform/route.ts'
import type { Route } from '../server/src/platform/route.ts'
import { openRealm } from '../server/testing/realm-acts.ts'
import { wholeProduct } from '../server/testing/whole-product.ts'
import { TEST_ORIGIN, TestWorld } from '../server/testing/world.ts'
import { patience, tellFigures } from './support/figures.ts'
import { InputsOfSchema, isSchema, Seen } from './support/inputs-of-schema.ts'

/** A tenth of what is allowed, so that it is soon used up. */
const SCALE = 0.1
const LONG_MS = patience(120_000)
const NOBODYS = new Set(['public', 'auth'])

let world: TestWorld
let slug: string
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct, {
    limitScale: SCALE,
    oauth: (context) => makeOAuth(context, { asksWithoutBrowser: true }),
    requestDeadlineMs: 60_000,
  })
  await world.app.http.ready()
  ;({ slug } = await openRealm(world, 'White'))
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

interface Ask {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string
}

let networks = 0
/** An address in a /24 that nobody asked from before. */
const newAddress = (): string => {
  networks += 1
  return `198.18.${networks >> 8}.${networks & 255}`
}

async function ask({ method, url, headers, payload }: Ask, remoteAddress: string) {
  return world.app.http.inject({
    // Each of them is a method that the route declares.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    method: method as 'GET',
    url,
    remoteAddress,
    headers: { host: new URL(TEST_ORIGIN).host, ...headers },
    ...(payload !== undefined && { payload }),
  })
}

/** How many requests were answered before the first that was too many; null when all of them were. */
async function countUntilRefused(one: Ask, most: number, address = newAddress()): Promise<number | null> {
  for (let answered = 0; answered <= most; answered += 1) {
    const { statusCode, headers } = await ask(one, address)
    if (statusCode !== 429) continue
    expect(headers['retry-after'], one.url).toMatch(/^[1-9]\d*$/)
    return answered
  }
  return null
}

/**
 * What is wrong with places that are counted together: the most that are answered of all of them, asked by turns, is as many
 * as are allowed, and afterwards none of them answers. One that counts nothing, or by itself, answers then.
 */
async function faultsOfShared(asks: readonly Ask[], allowed: number): Promise<string[]> {
  const [address, wrong]: [string, string[]] = [newAddress(), []]
  for (let asked = 0; asked < allowed; asked += 1) {
    const one = asks[asked % asks.length]
    if (one && (await ask(one, address)).statusCode === 429)
      wrong.push(`${one.method} ${one.url}: refused after ${asked} of ${allowed}`)
  }
  for (const one of asks) {
    const answered = await countUntilRefused(one, 0, address)
    if (answered !== 0) wrong.push(`${one.method} ${one.url}: answers after ${allowed}`)
  }
  return wrong
}

const seen = new Seen()

/** What a schema of a route takes. */
function sampleOf(schema: z.ZodType | undefined): unknown {
  const made = schema && z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return isSchema(made)
    ? fc.sample(new InputsOfSchema(made, seen).of(made), { numRuns: 1, seed: 3 })[0]
    : undefined
}

/** Texts that no schema describes, since their form is looked at by code. */
const KNOWN: Readonly<Record<string, string>> = {
  reference: 'APP-2026-000001',
  digest: 'a'.repeat(64),
  sha256: 'a'.repeat(64),
  step: 'company',
}

function addressOf({ input, path }: Route): string {
  const params = sampleOf(input.params)
  return path.replaceAll(/:([a-z0-9_]+)/g, (_all, name: string) => {
    const made = name === 'slug' ? slug : (KNOWN[name] ?? (isSchema(params) ? params[name] : undefined))
    return encodeURIComponent(typeof made === 'string' ? made : 'a'.repeat(43))
  })
}

function askOf(route: Route): Ask {
  const body = route.method === 'GET' ? undefined : sampleOf(route.input.body)
  const one = { method: route.method, url: addressOf(route) }
  if (body === undefined) return one
  if (route.answers === 'json')
    return { ...one, payload: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const fields = new URLSearchParams()
  for (const [name, text] of Object.entries(isSchema(body) ? body : {})) fields.append(name, String(text))
  return {
    ...one,
    payload: fields.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
}

const open = () => world.app.routes.filter(({ access }) => NOBODYS.has(evidenceOf(access)))

test(
  'R6, ASVS 2.4.1: a network that asks for a page of nobody too often is refused, on every one of them',
  async () => {
    const files = open().filter(({ limit }) => limit === 'fixed')
    const wrong = await faultsOfShared(files.map(askOf), FIXED)
    for (const route of open().filter(({ limit }) => limit !== 'fixed')) {
      const allowed = LIMITS[route.limit].allowed * SCALE
      const answered = await countUntilRefused(askOf(route), allowed + 1)
      if (answered !== allowed) wrong.push(`${route.method} ${route.path}: ${answered} of ${allowed}`)
    }
    expect(wrong).toEqual([])
    expect(open().length).toBeGreaterThan(90)
    tellFigures([{ name: 'routes of nobody', count: open().length }])
  },
  LONG_MS,
)

const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, payload: '{}' }
const FORM = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: `client_id=cli_0&grant_type=client_credentials`,
}
const GET = { method: 'GET' }
const STRANGER = LIMITS.stranger.allowed * SCALE
const PAGE = LIMITS.page.allowed * SCALE
const FIXED = LIMITS.fixed.allowed * SCALE
/** What one network may ask of all forms in a minute (embedded.md section 4), the tenth of it. */
const FORM_CALLER = 6

/** How each place is asked that counts by itself, and how many it answers to somebody who shows nothing. */
const ELSEWHERE: Readonly<Record<string, readonly (readonly [Ask, number])[]>> = {
  '/oauth/*': [
    [{ ...GET, url: '/oauth/authorize?client_id=x' }, PAGE],
    [{ ...GET, url: '/oauth/authorize/x' }, PAGE],
    [{ ...GET, url: '/oauth/x' }, FIXED],
    [{ ...GET, url: '/oauth/jwks' }, FIXED],
    [{ ...GET, url: '/oauth/.well-known/oauth-authorization-server' }, FIXED],
    ...['token', 'par', 'introspect', 'revoke', 'backchannel'].map(
      (name) => [{ ...FORM, url: `/oauth/${name}` }, STRANGER] as const,
    ),
  ],
  '/.well-known/oauth-authorization-server/oauth': [
    [{ ...GET, url: '/.well-known/oauth-authorization-server/oauth' }, FIXED],
  ],
  '/oauth/interaction/:uid': [[{ ...GET, url: '/oauth/interaction/x' }, PAGE]],
  '/e/:form': [[{ ...GET, url: '/e/frm_x' }, FORM_CALLER]],
  '/r/:code': [[{ ...GET, url: '/r/ABCD' }, LIMITS.referral_link.allowed * SCALE]],
  '/identity-events/:vendor/:partner': [
    [{ ...POST, url: '/identity-events/x/y' }, LIMITS.identity_event.allowed * SCALE],
  ],
}
/** Their answers are needed most when there is most to do. */
const NEVER_REFUSED = new Set(['/livez', '/readyz'])

/** What is asked of one mounted place, and how much of it is answered. */
function expectedOf({ methods, url, counting }: Mounted): readonly (readonly [Ask, number])[] {
  const asks = methods.map((method) => ({
    ...(method === 'GET' || method === 'OPTIONS' ? { method } : { ...POST, method }),
    url: url.replaceAll(/:[a-z_]+|\*/g, 'x'),
  }))
  if (typeof counting === 'string') return asks.map((one) => [one, LIMITS[counting].allowed * SCALE])
  return ELSEWHERE[url] ?? asks.map((one) => [one, url.startsWith('/e/') ? FORM_CALLER : STRANGER])
}

test(
  'R6, ASVS 2.4.1: nor is any other place without a limit for somebody who shows nothing',
  async () => {
    const made = new Set(world.app.routes.map(({ method, path }) => `${method} ${path}`))
    const others = world.app.mounted.filter(
      ({ methods, url, access }) =>
        NOBODYS.has(evidenceOf(access)) && !made.has(`${methods[0]} ${url}`) && !NEVER_REFUSED.has(url),
    )
    const expected = others.flatMap(expectedOf)
    const isShared = ([, allowed]: (typeof expected)[number]) => allowed === FIXED
    // Files are the most, and are allowed a hundred times as often as anything else.
    const shared = expected.filter(isShared).map(([one]) => one)
    const wrong = await faultsOfShared(shared, FIXED)
    for (const [one, allowed] of expected.filter((each) => !isShared(each))) {
      const answered = await countUntilRefused(one, allowed + 1)
      if (answered !== allowed) wrong.push(`${one.method} ${one.url}: ${answered} of ${allowed}`)
    }
    expect(wrong).toEqual([])
    expect(others.length).toBeGreaterThan(30)
    tellFigures([{ name: 'places beside routes', count: others.length }])
  },
  LONG_MS,
)

test('realms are not tried out by their names: after as many that are not there, none more is looked for', async () => {
  const address = newAddress()
  for (let asked = 0; asked < STRANGER; asked += 1)
    expect((await ask({ ...GET, url: `/p/no-realm-${asked}/sign-in` }, address)).statusCode).toBe(404)
  expect((await ask({ ...GET, url: '/p/no-realm/sign-in' }, address)).statusCode).toBe(429)
  expect((await ask({ ...GET, url: `/p/${slug}/sign-in` }, address)).statusCode).toBe(200)
})

test('somebody with a whole network of IPv6 is one caller, and the next network another', async () => {
  const one = { ...GET, url: '/recover' }
  for (let asked = 0; asked < PAGE; asked += 1)
    expect((await ask(one, `2001:db8:7:7:${asked.toString(16)}::1`)).statusCode).toBe(200)
  expect((await ask(one, '2001:db8:7:7:ffff::1')).statusCode).toBe(429)
  expect((await ask(one, '2001:db8:7:8::1')).statusCode).toBe(200)
})

test('a place that says nothing of what counts its calls does not start', async () => {
  await using other = await TestWorld.start(() => [])
  const config = { access: { public: 'The same for everybody.' } }
  expect(() => other.app.http.get('/forgotten', { config }, () => '')).toThrow(/what counts its calls/)
})

test('the count of one process keeps a window that slides, and forgets the network that came first when there are too many', () => {
  let now = 0
  const door = new OpenDoor(0.05, () => now)
  const take = (ip: string) => door.take('page', ip).admitted
  for (let taken = 0; taken < 6; taken += 1) {
    expect(take('192.0.2.1')).toBe(true)
    now += 1000
  }
  expect(door.take('page', '192.0.2.1')).toMatchObject({ admitted: false, remaining: 0, resetSeconds: 54 })
  now = 60_000
  expect([take('192.0.2.1'), take('192.0.2.1')]).toEqual([true, false])
  for (let other = 0; other < 20_000; other += 1)
    take(`10.${other >> 16}.${(other >> 8) & 255}.${other & 255}`)
  expect(take('192.0.2.1')).toBe(true)
})
