import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import { makeConfigurationRoutes } from './index.ts'

const probe = route({
  method: 'GET',
  path: '/api/v1/probe',
  summary: 'Say that the caller is in',
  input: {},
  access: { permission: 'partner_org.profile.read' },
  limit: 'detail',
  responses: { 200: z.strictObject({ ok: z.boolean() }) },
  handle: () => Promise.resolve({ ok: true }),
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [probe, ...makeConfigurationRoutes(services)], {
    limitScale: 1,
  })
})
afterAll(() => world[Symbol.asyncDispose]())

async function configure(partner: PartnerId, document: unknown): Promise<void> {
  const person = await world.person()
  await world.platformAdmin(person.id)
  const admin = await world.signIn(person.id)
  const base = `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`
  const saved = await world.call(admin, 'POST', `${base}/versions`, { body: { document } })
  const read = await world.call(admin, 'GET', base)
  const answer = await world.call(admin, 'POST', `${base}/activate`, {
    body: { version: saved.json<{ version: number }>().version, reason: 'Agreed' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

async function member(name: string) {
  const partner = await world.partner(name)
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  return { partner, caller: await world.signIn(person.id) }
}

test("a partner's people make no more calls than its configuration allows, from the next call on, and others feel nothing (C2)", async () => {
  const [bound, free] = [await member('Bound'), await member('Free')]
  const call = (who: typeof bound) => world.call(who.caller, 'GET', '/api/v1/probe')
  const first = await call(bound)
  expect(first.headers['ratelimit-policy']).toContain('q=200')
  await configure(bound.partner, { limits: { staff: { 'rate.per_min': 3 } } })
  const statuses = await Promise.all([call(bound), call(bound), call(bound), call(bound)])
  expect(statuses.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429])
  expect(statuses.find(({ statusCode }) => statusCode === 200)?.headers['ratelimit-policy']).toContain('q=3')
  expect(await Promise.all([1, 2, 3, 4].map(async () => (await call(free)).statusCode))).toEqual([
    200, 200, 200, 200,
  ])
})
