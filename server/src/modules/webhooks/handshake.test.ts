import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { makeEndpoint, ownerOf, pump, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { MadeEndpoint } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import type { Received } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let owner: Caller
beforeAll(async () => {
  world = await TestWorld.start(makeWebhookRoutes, { isDemo: true })
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
})
beforeEach(async () => {
  await world.sql(
    `update webhook_delivery set status = 'cancelled', finished_at = now() where status = 'waiting'`,
  )
  receiver.received.length = 0
  receiver.answer = () => ({ status: 204 })
  owner = await ownerOf(world, await world.partner('Northwind'))
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const endpoint = (options: { isVerified?: boolean } = {}) =>
  makeEndpoint(world, owner, { url: receiver.url, eventTypes: ['consent.ended'], ...options })
const show = async ({ path }: MadeEndpoint) => (await world.call(owner, 'GET', path)).json()
const send = ({ path }: MadeEndpoint) => world.call(owner, 'POST', `${path}/test`)
const deliveriesOf = async ({ path }: MadeEndpoint) =>
  (await world.call(owner, 'GET', `${path}/deliveries`)).json().items
const typesReceived = () => receiver.received.map(({ body }) => JSON.parse(body).type)

/** An event that the endpoint chose, as the fan-out writes it. */
const happen = ({ id }: MadeEndpoint) =>
  world.sql(
    `insert into webhook_delivery (endpoint_id, event_id, event_type, occurred_at, data) values ($1, uuidv7(), 'consent.ended', now(), '{}')`,
    [id],
  )

const latest = (): Received => {
  const message = receiver.received.at(-1)
  if (!message) throw new Error('Nothing arrived.')
  return message
}

describe('a new endpoint', () => {
  test('is sent a signed endpoint.verify and nothing else until it answers with success; what waited follows (section 6)', async () => {
    const made = await endpoint({ isVerified: false })
    expect((await show(made)).verified_at).toBeNull()
    await happen(made)
    receiver.answer = () => ({ status: 401 })
    await pump(world, webhooks)
    expect(typesReceived()).toEqual(['endpoint.verify'])
    expect(verify(latest(), made.secret).data).toEqual({ endpoint_id: made.path.split('/').at(-1) })
    expect((await show(made)).verified_at).toBeNull()
    receiver.answer = () => ({ status: 204 })
    await world.sql(
      `update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'waiting'`,
      [made.id],
    )
    await pump(world, webhooks)
    expect(typesReceived()).toEqual(['endpoint.verify', 'endpoint.verify', 'consent.ended'])
    expect((await show(made)).verified_at).not.toBeNull()
    const [event] = await world.sql<{ count: number }>(
      `select count(*)::integer as count from audit_event where action = 'webhooks.verify' and resource_id = $1`,
      [made.id],
    )
    expect(event?.count).toBe(1)
  })

  test('that has not answered is asked again by the test button, and answers to the address of then alone', async () => {
    const made = await endpoint({ isVerified: false })
    receiver.answer = () => ({ status: 500 })
    expect((await send(made)).json().event_type).toBe('endpoint.verify')
    receiver.answer = ({ path }) => ({ status: path === '/hook' ? 204 : 500 })
    await pump(world, webhooks)
    const before = await show(made)
    expect(before.verified_at).not.toBeNull()
    const moved = await world.call(owner, 'PATCH', made.path, {
      body: { url: receiver.url.replace('hook', 'other') },
      headers: { 'if-match': made.etag },
    })
    expect(moved.json().verified_at).toBeNull()
    receiver.received.length = 0
    await happen(made)
    await pump(world, webhooks)
    expect(typesReceived()).toEqual(['endpoint.verify'])
    expect((await show(made)).verified_at).toBeNull()
  })
})

/** What a receiver does that knows the public key alone. */
function verifiesWith(publicKey: string, { headers, body }: Received): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const content = Buffer.from([headers['webhook-id'], headers['webhook-timestamp'], body].join('.'))
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((part) => part.startsWith('v1a,'))
    .some((part) => verifySignature(null, content, key, Buffer.from(part.slice(4), 'base64')))
}

test('a message is signed with the public key scheme, too, with both keys while a rotation overlaps (section 6)', async () => {
  const made = await endpoint()
  const other = await endpoint()
  const [first] = (await show(made)).public_keys
  expect(first).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/)
  await send(made)
  await pump(world, webhooks)
  expect(verifiesWith(first, latest())).toBe(true)
  expect(verify(latest(), made.secret).type).toBe('endpoint.test')
  expect(verifiesWith(first, { ...latest(), body: `${latest().body} ` })).toBe(false)
  const [foreign] = (await show(other)).public_keys
  expect(verifiesWith(foreign, latest())).toBe(false)
  const rotated = (await world.call(owner, 'POST', `${made.path}/rotate-secret`)).json()
  expect(rotated.public_keys).toHaveLength(2)
  expect(rotated.public_keys[1]).toBe(first)
  await send(made)
  await pump(world, webhooks)
  for (const key of rotated.public_keys) expect(verifiesWith(key, latest())).toBe(true)
  await world.call(owner, 'POST', `${made.path}/rotate-secret`, { body: { overlap_hours: 0 } })
  await send(made)
  await pump(world, webhooks)
  expect(verifiesWith(first, latest())).toBe(false)
})

describe('what an endpoint answers', () => {
  test('is kept in the log at most 2 kB long, without control characters and without what looks like a credential (section 6)', async () => {
    const made = await makeEndpoint(world, owner, {
      url: `${receiver.url}/path-secret-1?key=canary-4711`,
      eventTypes: ['consent.ended'],
    })
    receiver.answer = ({ headers, path }) => ({
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: `{"error":"no\u0000 such table","password":"hunter2-long","got":"${String(headers['webhook-signature'])}","url":"${path}","secret":"${made.secret}"}${'é'.repeat(3000)}`,
    })
    await send(made)
    await pump(world, webhooks)
    const [{ response_excerpt: excerpt }] = await deliveriesOf(made)
    expect(excerpt).toMatch(/^\{"error":"no such table"/)
    expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(2048)
    expect(excerpt).not.toContain('\uFFFD')
    const signature = String(latest().headers['webhook-signature']).split(',')[1] ?? ''
    for (const hidden of [
      'hunter2',
      'canary-4711',
      'path-secret-1',
      made.secret.slice(8),
      signature.slice(0, 20),
    ])
      expect(excerpt).not.toContain(hidden)
  })

  test('is not kept when it is no text, and goes when the message is sent again', async () => {
    const made = await endpoint()
    receiver.answer = () => ({ status: 500, headers: { 'content-type': 'image/png' }, body: 'PNG' })
    await send(made)
    await pump(world, webhooks)
    expect((await deliveriesOf(made))[0].response_excerpt).toBeNull()
    receiver.answer = () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'fine',
    })
    await world.sql(`update webhook_delivery set next_attempt_at = now() where endpoint_id = $1`, [made.id])
    await pump(world, webhooks)
    const [delivery] = await deliveriesOf(made)
    expect(delivery).toMatchObject({ status: 'delivered', response_excerpt: 'fine' })
    receiver.answer = () => ({ status: 204 })
    await world.call(owner, 'POST', `${made.path}/deliveries/${delivery.delivery_id}/replay`)
    expect((await deliveriesOf(made))[0].response_excerpt).toBeNull()
  })
})
