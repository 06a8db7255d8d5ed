import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { encodeId } from '@liaison/access'
import type { IdOf, PartnerId } from '@liaison/access'
import { recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

const Who = z.strictObject({ user: z.string(), realm: z.string() })

const probes = [
  route({
    method: 'GET',
    path: '/api/v1/realm/probe',
    summary: 'Who is signed in',
    input: {},
    access: { realm: 'realm.profile.read' },
    limit: 'detail',
    responses: { 200: Who },
    handle: ({ mandate }) =>
      Promise.resolve({ user: encodeId('end_user', mandate.user.id), realm: mandate.partner.slug }),
  }),
  route({
    method: 'GET',
    path: '/p/:slug/probe',
    summary: 'Who is signed in to the realm of the path',
    input: { params: z.strictObject({ slug: z.string() }) },
    access: { realm: 'realm.profile.read' },
    limit: 'detail',
    responses: { 200: Who },
    handle: ({ mandate }) =>
      Promise.resolve({ user: encodeId('end_user', mandate.user.id), realm: mandate.partner.slug }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/realm/probe',
    summary: 'Use the service',
    input: {},
    access: { realm: 'realm.service.use' },
    limit: 'write',
    responses: { 200: Who },
    handle: ({ mandate }) => {
      recordEvent(mandate, { action: 'test.used' })
      return Promise.resolve({ user: encodeId('end_user', mandate.user.id), realm: mandate.partner.slug })
    },
  }),
]

let world: TestWorld
let lumen: { id: PartnerId; slug: string; user: IdOf<'end_user'>; caller: Caller }
let other: typeof lumen

async function open(name: string): Promise<typeof lumen> {
  const id = await world.partner(name)
  const slug = await world.realm(id)
  const user = await world.endUser(id, { email: 'same@example.test' })
  return { id, slug, user, caller: await world.signInEndUser(user) }
}

beforeAll(async () => {
  world = await TestWorld.start(() => probes)
  lumen = await open('Lumen')
  other = await open('Other')
})
afterAll(() => world[Symbol.asyncDispose]())

const codeOf = (answer: { json: () => { code?: string } }) => answer.json().code

test('an end user reaches the own realm with its cookie, named by the path or by being the only one (C9)', async () => {
  const here = await world.call(lumen.caller, 'GET', `/p/${lumen.slug}/probe`)
  expect(here.json()).toEqual({ user: encodeId('end_user', lumen.user), realm: lumen.slug })
  expect((await world.call(lumen.caller, 'GET', '/api/v1/realm/probe')).statusCode).toBe(200)
})

test('a change by an end user commits with its event, which the partner reads without a name (C9, X1)', async () => {
  const answer = await world.call(lumen.caller, 'POST', '/api/v1/realm/probe')
  expect(answer.statusCode, answer.body).toBe(200)
  const [event] = await world.sql(
    `select plane, actor_type, actor_id, actor_name, partner_id from audit_event where action = 'test.used'`,
  )
  expect(event).toEqual({
    plane: 'realm',
    actor_type: 'end_user',
    actor_id: lumen.user,
    actor_name: `End user ${lumen.user.slice(-6)}`,
    partner_id: lumen.id,
  })
})

test('two realms in one browser are not guessed between: the request names one, and reaches that one alone (C9)', async () => {
  const both = { cookie: `${lumen.caller.cookie}; ${other.caller.cookie}` }
  const unnamed = await world.call(both, 'GET', '/api/v1/realm/probe')
  expect([unnamed.statusCode, codeOf(unnamed)]).toEqual([400, 'REALM_REQUIRED'])
  const named = await world.call(both, 'GET', '/api/v1/realm/probe', { headers: { 'x-realm': other.slug } })
  expect(named.json()).toMatchObject({ realm: other.slug, user: encodeId('end_user', other.user) })
})

test('without a session, with a forged one, and with that of a person the answer is the same 401 (C9)', async () => {
  const person = await world.person()
  const callers = [
    null,
    { cookie: `__Host-realm-${lumen.slug}=forged` },
    await world.signIn(person.id),
    { cookie: `__Host-realm-${lumen.slug}=${other.caller.cookie?.split('=')[1] ?? ''}` },
  ]
  for (const caller of callers) {
    const answer = await world.call(caller, 'GET', `/p/${lumen.slug}/probe`)
    expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'UNAUTHORIZED'])
  }
})

test('a stopped user and a user of a suspended partner are refused at the next request, and restored by one row (C1, C9)', async () => {
  await world.seed(`update end_user set status = 'inactive' where id = $1`, [lumen.user])
  expect(codeOf(await world.call(lumen.caller, 'GET', '/api/v1/realm/probe'))).toBe('USER_INACTIVE')
  await world.seed(`update end_user set status = 'active' where id = $1`, [lumen.user])
  await world.seed(`update partner set status = 'suspended' where id = $1`, [lumen.id])
  expect(codeOf(await world.call(lumen.caller, 'GET', '/api/v1/realm/probe'))).toBe('REALM_CLOSED')
  await world.seed(`update partner set status = 'active' where id = $1`, [lumen.id])
  expect((await world.call(lumen.caller, 'GET', '/api/v1/realm/probe')).statusCode).toBe(200)
})
