import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeWorld } from '../server/testing/account-acts.ts'
import { seedSource, STRANGER } from '../server/testing/ingest.ts'
import { seedPartnerOf } from '../server/testing/invoices.ts'
import type { Caller, TestWorld } from '../server/testing/world.ts'

let world: TestWorld
let partner: Caller
beforeAll(async () => {
  world = await startWholeWorld()
  partner = (await seedPartnerOf(world, ['Acme'])).caller
})
afterAll(() => world[Symbol.asyncDispose]())

const STRANGERS: readonly (readonly [
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  authorization: string | null,
])[] = [
  ['GET', '/api/v1/partner/members?limit=0', null],
  ['GET', '/api/v1/partner/customers?limit=0', null],
  ['GET', '/api/v1/partner/customers/no-id', null],
  ['POST', '/api/v1/partner/context', null],
  ['POST', '/api/v1/customers/x/orders', null],
  ['POST', '/api/v1/customers/x/orders', 'DPoP none'],
  ['POST', '/api/v1/ingest/invoices', 'Bearer wrong-key-of-nobody'],
  ['POST', '/api/v1/ingest/billing-events', null],
  ['PUT', '/api/v1/admin/upstreams/Not%20One', null],
]

test.each(STRANGERS)(
  '%s %s without its credential is 401, whatever the input (access.md section 3)',
  async (method, path, authorization) => {
    const options = {
      ...(method !== 'GET' && { body: {} }),
      ...(authorization !== null && { headers: { authorization } }),
    }
    for (const caller of [STRANGER, { cookie: '__Host-liaison=nobody' }]) {
      const answer = await world.call(caller, method, path, options)
      expect(answer.statusCode, answer.body).toBe(401)
    }
  },
)

test('with it the input is judged as before, and where there is no permission that is said first', async () => {
  const answer = await world.call(partner, 'GET', '/api/v1/partner/customers?limit=0')
  expect([answer.statusCode, answer.json().errors]).toMatchObject([422, [{ pointer: '/query/limit' }]])
  expect((await world.call(partner, 'GET', '/api/v1/partner/customers/no-id')).statusCode).toBe(422)
  expect((await world.call(partner, 'GET', '/api/v1/admin/earnings?limit=0')).statusCode).toBe(403)
  const { send } = await seedSource(world)
  expect((await send('invoices', [], { more: 1 })).status).toBe(422)
})

test('input that cannot be read at all is refused before: nobody looks for a credential beside it', async () => {
  const answer = await world.call(STRANGER, 'POST', '/api/v1/partner/members', { body: '{' })
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'MALFORMED_REQUEST'])
})
