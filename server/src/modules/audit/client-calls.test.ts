import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start((services) => [
    ...makeAuditRoutes(services),
    ...makeOrderRoutes(services),
    ...makeDelegationRoutes(() => []),
  ])
})
afterAll(() => oauth[Symbol.asyncDispose]())

const CALLS = '/api/v1/partner/client-calls'
const ORDERS = '/api/v1/customers/BAN-1001/orders'

interface Call {
  call_id: string
  outcome: string
  code: string | null
  says: string
  action: string
  repeats: number
  request_id: string
  explain_id: string | null
}

async function member(cast: OAuthCast, role: 'PARTNER_OWNER' | 'PARTNER_STAFF'): Promise<Caller> {
  const person = await oauth.world.person()
  await oauth.world.partnerMember(cast.partner, person.id, role)
  return oauth.world.signIn(person.id)
}

async function read(caller: Caller, query: Readonly<Record<string, string>> = {}) {
  const response = await oauth.world.call(caller, 'GET', `${CALLS}?${new URLSearchParams(query).toString()}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ items: Call[]; next_cursor: string | null; window: { is_default: boolean } }>()
}

/** A client that reads orders, asks for another customer's, and once could not get a token. */
async function work() {
  const cast = await oauth.cast({ accounts: 2 })
  const { accessToken } = await oauth.grant(cast)
  const allowed = await cast.app.call(accessToken, 'GET', ORDERS)
  expect(allowed.status, allowed.text).toBe(200)
  const refused = await cast.app.call(accessToken, 'GET', '/api/v1/customers/BAN-1002/orders')
  expect(refused.status).toBe(403)
  expect((await cast.app.redeem('a-code-that-was-never-issued')).status).toBe(400)
  return { cast, refused: refused.body, owner: await member(cast, 'PARTNER_OWNER') }
}

describe('the calls of API clients (U1)', () => {
  test('are listed newest first with client, environment, route, customer, outcome, words and request, the refused among them', async () => {
    const { cast, refused, owner } = await work()
    const { items } = await read(owner)
    expect(items.map(({ action, outcome, code }) => [action, outcome, code])).toEqual([
      ['oauth.token.refused', 'denied', 'invalid_grant'],
      ['access.refused', 'denied', 'CUSTOMER_MISMATCH'],
      ['orders.list', 'allowed', null],
      ['oauth.token.issue', 'allowed', null],
    ])
    const client = { client_id: encodeId('api_client', cast.client), environment: 'live' }
    expect(items[0]?.says).toBe('The client was refused an access token (invalid_grant).')
    expect(items[1]).toMatchObject({
      client,
      method: 'GET',
      route: '/api/v1/customers/:customer_ban/orders',
      says: 'The access token is for another customer or billing account.',
      next_step: 'Use a token for the customer and billing account that the path names.',
      request_id: refused['request_id'],
      explain_id: refused['explain_id'],
    })
    expect(items[2]).toMatchObject({
      client,
      tenant: { tenant_id: cast.customerId, name: 'Globex' },
      repeats: 1,
    })
  })

  test('lead to the decision behind a refusal', async () => {
    const { refused, owner } = await work()
    const [call] = (await read(owner, { code: 'CUSTOMER_MISMATCH' })).items
    const path = `/api/v1/partner/access/explain/${call?.explain_id ?? ''}`
    const explained = await oauth.world.call(owner, 'GET', path)
    expect([explained.statusCode, explained.json().sentence]).toEqual([200, refused['detail']])
  })

  test('are narrowed by client, outcome, code, customer and time, and a request is found alone', async () => {
    const { cast, refused, owner } = await work()
    const codes = async (query: Readonly<Record<string, string>>) =>
      (await read(owner, query)).items.map(({ code }) => code)
    expect(await codes({ outcome: 'denied' })).toEqual(['invalid_grant', 'CUSTOMER_MISMATCH'])
    expect(await codes({ code: 'invalid_grant' })).toEqual(['invalid_grant'])
    expect(await codes({ request_id: String(refused['request_id']) })).toEqual(['CUSTOMER_MISMATCH'])
    expect(await codes({ client_id: encodeId('api_client', cast.client), outcome: 'denied' })).toHaveLength(2)
    const actions = (await read(owner, { tenant_id: cast.customerId, outcome: 'allowed' })).items
    expect(actions.map(({ action }) => action)).toContain('orders.list')
    expect(await codes({ to: '2026-01-01', from: '2025-01-01' })).toEqual([])
  })

  test('turn page by page without losing or repeating one while new ones arrive', async () => {
    const { cast, owner } = await work()
    const all = (await read(owner)).items.map(({ call_id: id }) => id)
    const first = await read(owner, { limit: '2' })
    await cast.app.redeem('another-code-that-was-never-issued')
    const second = await read(owner, { limit: '2', cursor: first.next_cursor ?? '' })
    expect([...first.items, ...second.items].map(({ call_id: id }) => id)).toEqual(all)
    expect([all.length, second.next_cursor]).toEqual([4, null])
    const altered = `${CALLS}?outcome=denied&limit=2&cursor=${first.next_cursor ?? ''}`
    expect((await oauth.world.call(owner, 'GET', altered)).json().code).toBe('CURSOR_INVALID')
  })

  test('count like reads within a minute in one line', async () => {
    const cast = await oauth.cast()
    const { accessToken } = await oauth.grant(cast)
    for (let time = 0; time < 3; time += 1) await cast.app.call(accessToken, 'GET', ORDERS)
    const { items } = await read(await member(cast, 'PARTNER_OWNER'))
    expect(items.filter(({ action }) => action === 'orders.list').map(({ repeats }) => repeats)).toEqual([3])
  })

  test('open to nobody who may not see the clients, and never to another partner', async () => {
    const { cast } = await work()
    const staff = await oauth.world.call(await member(cast, 'PARTNER_STAFF'), 'GET', CALLS)
    expect([staff.statusCode, staff.json().code]).toEqual([403, 'PERMISSION_DENIED'])
    const other = await oauth.cast()
    const stranger = await member(other, 'PARTNER_OWNER')
    expect((await read(stranger)).items).toEqual([])
    expect((await read(stranger, { client_id: encodeId('api_client', cast.client) })).items).toEqual([])
  })

  test('hold nothing of what people did', async () => {
    const { owner } = await work()
    await read(owner)
    const { items } = await read(owner)
    expect(items.filter(({ action }) => action === 'clients.calls.read')).toEqual([])
  })

  test('refuse every fault of a question at once', async () => {
    const { owner } = await work()
    const response = await oauth.world.call(owner, 'GET', `${CALLS}?client_id=x&code=1&outcome=maybe&odd=1`)
    expect([response.statusCode, response.json().errors.length]).toEqual([422, 4])
  })
})
