import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  AGENCY_ORIGIN,
  callForm,
  EMBED_ORIGIN,
  forgetLimits,
  openEmbedScene,
  ticketOf,
} from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { waitAtLeast } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
let scene: EmbedScene
beforeAll(async () => {
  world = await TestWorld.start(makeEmbedRoutes, { embedOrigin: () => EMBED_ORIGIN, limitScale: 1 })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await forgetLimits(world)
  scene = await openEmbedScene(world)
})

const look = (ip?: string) =>
  callForm(scene, 'lookups', {
    body: { code: '7KQ4-M2XR-9TBV', ticket: ticketOf(scene).ticket },
    ...(ip !== undefined && { ip }),
  })

test('the twenty-first request of a token within a minute is refused, over both operations and whatever they came to (E5)', async () => {
  const statuses = []
  for (let index = 0; index < 10; index += 1) statuses.push((await look()).statusCode)
  for (let index = 0; index < 10; index += 1) statuses.push((await callForm(scene, 'vouchers')).statusCode)
  expect(statuses.filter((status) => status === 429)).toEqual([])
  for (const what of ['vouchers', 'lookups'] as const) {
    const refused = await callForm(scene, what, {
      body: { code: 'x', ticket: ticketOf(scene).ticket },
    })
    expect(refused.statusCode).toBe(429)
    expect(refused.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      success: false,
      reason: 'RATE_LIMITED',
      'violated-policies': ['token'],
    })
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(50)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(refused.headers['ratelimit-policy']).toBe('"token";q=20;w=60')
    expect(refused.headers['ratelimit']).toBe(`"token";r=0;t=${seconds}`)
  }
  const rows = await world.sql(
    `select action from audit_event where tenant_id = $1 and action = 'embed.rate_limited'`,
    [scene.tenant],
  )
  expect(rows).toHaveLength(1)
})

test('what is left is told only when it is little: a public token does not publish what its agency does (E5)', async () => {
  const told = []
  for (let index = 0; index < 20; index += 1) told.push((await look()).headers['ratelimit'])
  expect(told.slice(0, 14)).toEqual(Array.from({ length: 14 }, () => undefined))
  expect(told.slice(14)).toEqual([5, 4, 3, 2, 1, 0].map((left) => `"token";r=${left};t=60`))
})

test('whoever waits as long as Retry-After says is admitted, and no earlier window is forgotten (E5)', async () => {
  // Another process, which remembers no refusal.
  await using other = await world.secondProcess(makeEmbedRoutes)
  const elsewhere: EmbedScene = {
    ...scene,
    world: Object.assign(Object.create(world) as TestWorld, { app: other }),
  }
  const send = () =>
    callForm(elsewhere, 'lookups', {
      body: { code: 'x', ticket: ticketOf(scene).ticket },
      headers: { origin: 'http://localhost:3000' },
    })
  expect((await send()).statusCode).toBe(404)
  // Twenty requests, the oldest of which leaves the window in some seconds.
  await world.sql(
    `update rate_limit_log set hits = array(select access.microseconds() - 54000000 + g * 1000 from generate_series(1, 20) g) where key = $1`,
    [`token ${scene.tokenId}`],
  )
  const refused = await send()
  expect(refused.statusCode).toBe(429)
  const seconds = Number(refused.headers['retry-after'])
  expect(seconds).toBeLessThanOrEqual(6)
  await waitAtLeast(seconds * 1000)
  expect((await send()).statusCode).toBe(404)
}, 60_000)

test('one address sends at most ten requests a minute with one token, and sixty to all forms (E5)', async () => {
  const statuses = []
  for (let index = 0; index < 12; index += 1) statuses.push((await look('192.0.2.1')).statusCode)
  expect(statuses.filter((status) => status === 429)).toHaveLength(2)
  const refused = await look('192.0.2.1')
  expect(refused.json()['violated-policies']).toEqual(['ip'])
  // An address that is refused costs the others nothing.
  expect((await look('192.0.2.2')).statusCode).toBe(404)
  for (let index = 0; index < 50; index += 1)
    await callForm(scene, 'lookups', { token: null, ip: '192.0.2.1' })
  const flood = await callForm(scene, 'lookups', { token: null, ip: '192.0.2.1' })
  expect([flood.statusCode, flood.headers['ratelimit-policy']]).toEqual([429, '"ip";q=60;w=60'])
  // The page of an agency that calls by itself has to read how long to wait.
  await world.seed('update form set is_headless = true where id = $1', [scene.form.uuid], scene.tenant)
  const own = await callForm(scene, 'lookups', { ip: '192.0.2.1', headers: { origin: AGENCY_ORIGIN } })
  expect([own.statusCode, own.headers['access-control-allow-origin']]).toEqual([429, AGENCY_ORIGIN])
  expect(own.headers['access-control-expose-headers']).toContain('Retry-After')
})

test('what is refused before the token is known costs nothing of its twenty (E5)', async () => {
  for (let index = 0; index < 30; index += 1)
    await callForm(scene, 'vouchers', { headers: { origin: 'https://evil.example' } })
  for (let index = 0; index < 5; index += 1) await callForm(scene, 'vouchers', { body: { ticket: 'x' } })
  for (let index = 0; index < 20; index += 1) expect((await look()).statusCode).toBe(404)
  expect((await look()).statusCode).toBe(429)
})

test('two processes admit twenty between them (E5)', async () => {
  await using other = await world.secondProcess((services) =>
    makeEmbedRoutes({ ...services, embedOrigin: () => EMBED_ORIGIN }),
  )
  const elsewhere: EmbedScene = {
    ...scene,
    world: Object.assign(Object.create(world) as TestWorld, { app: other }),
  }
  const send = (index: number) =>
    callForm(index % 2 === 0 ? scene : elsewhere, 'lookups', {
      body: { code: 'x', ticket: ticketOf(scene).ticket },
      ...(index % 2 === 1 && { headers: { origin: 'http://localhost:3000' } }),
    })
  const statuses: number[] = []
  for (let round = 0; round < 7; round += 1) {
    const answers = await Promise.all(Array.from({ length: 4 }, (_, index) => send(index)))
    statuses.push(...answers.map(({ statusCode }) => statusCode))
  }
  expect(statuses.filter((status) => status === 404)).toHaveLength(20)
  expect(statuses.filter((status) => status === 429)).toHaveLength(8)
})
