import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { refuseLongDeletes } from '#testing/long-deletes.ts'
import { SOON } from '#testing/patience.ts'
import { makeEndpoint, ownerOf, pump, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { MadeEndpoint } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let partner: PartnerId
let owner: Caller
const errors: Error[] = []
beforeAll(async () => {
  world = await TestWorld.start(makeWebhookRoutes, { isDemo: true })
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world, errors)
})
beforeEach(async () => {
  await world.sql(
    `update webhook_delivery set status = 'cancelled', finished_at = now() where status = 'waiting'`,
  )
  await world.sql('delete from outbox')
  receiver.received.length = 0
  receiver.answer = () => ({ status: 204 })
  partner = await world.partner('Northwind')
  owner = await ownerOf(world, partner)
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const endpoint = (name = 'hook') =>
  makeEndpoint(world, owner, { url: receiver.url.replace('hook', name), eventTypes: ['consent.ended'] })

const send = ({ path }: MadeEndpoint) => world.call(owner, 'POST', `${path}/test`)

const show = async ({ path }: MadeEndpoint) => (await world.call(owner, 'GET', path)).json()

const deliveriesOf = async ({ path }: MadeEndpoint) =>
  (await world.call(owner, 'GET', `${path}/deliveries`)).json().items

/** Lets time pass until the next attempt. */
const wait = ({ id }: MadeEndpoint) =>
  world.sql(
    `update webhook_delivery set next_attempt_at = now() where endpoint_id = $1 and status = 'waiting'`,
    [id],
  )

describe('a message that is not taken', () => {
  test('is tried again under the same webhook-id, in the steps of the schedule, until the tenth attempt', async () => {
    const made = await endpoint()
    await send(made)
    receiver.answer = () => ({ status: 503 })
    const waits: number[] = []
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await pump(world, webhooks)
      expect(receiver.received).toHaveLength(attempt)
      const [row] = await world.sql<{ seconds: number; status: string }>(
        `select round(extract(epoch from next_attempt_at - statement_timestamp()))::integer as seconds, status from webhook_delivery where endpoint_id = $1`,
        [made.id],
      )
      if (row?.status === 'waiting') waits.push(row.seconds)
      await wait(made)
    }
    expect(waits).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
    await pump(world, webhooks)
    expect(receiver.received).toHaveLength(10)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    for (const message of receiver.received) expect(verify(message, made.secret).type).toBe('endpoint.test')
    expect(await deliveriesOf(made)).toMatchObject([
      { status: 'failed', attempts: 10, response_code: 503, outcome: 'refused_by_receiver' },
    ])
  })

  test('and is taken later is delivered, and the endpoint is well again', async () => {
    const made = await endpoint()
    await send(made)
    receiver.answer = () => ({ status: 500 })
    await pump(world, webhooks)
    expect((await show(made)).failing_since).not.toBeNull()
    receiver.answer = () => ({ status: 200 })
    await wait(made)
    await pump(world, webhooks)
    expect(await deliveriesOf(made)).toMatchObject([{ status: 'delivered', attempts: 2 }])
    expect(await show(made)).toMatchObject({ failing_since: null, last_success_at: expect.any(String) })
  })

  test('because the sender ended in the middle is tried by another when the claim has run out', async () => {
    const made = await endpoint()
    await send(made)
    await world.sql(
      `update webhook_delivery set attempt = 1, claimed_until = now() + interval '1 minute' where endpoint_id = $1`,
      [made.id],
    )
    await pump(world, webhooks)
    expect(receiver.received).toEqual([])
    await world.sql(
      `update webhook_delivery set claimed_until = now() - interval '1 second' where endpoint_id = $1`,
      [made.id],
    )
    await pump(world, webhooks)
    expect(await deliveriesOf(made)).toMatchObject([{ status: 'delivered', attempts: 2 }])
  })
})

describe('an endpoint is disabled, and its owners are told by mail,', () => {
  const mails = () =>
    world.sql<{ payload: { to: string; subject: string; text: string } }>(
      `select payload from outbox where topic = 'mail'`,
    )

  test('when it answers 410', async () => {
    const made = await endpoint()
    await send(made)
    await send(made)
    receiver.answer = () => ({ status: 410 })
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'disabled', disabled_reason: 'gone' })
    expect((await deliveriesOf(made)).map(({ status }: { status: string }) => status)).not.toContain(
      'waiting',
    )
    const sent = await mails()
    expect(sent).toHaveLength(1)
    expect(sent[0]?.payload.text).toContain('it answered that it is gone')
    expect(sent[0]?.payload.text).not.toContain('/hook')
    const events = await world.sql(
      `select id from audit_event where action = 'webhooks.give_up' and resource_id = $1`,
      [made.id],
    )
    expect(events).toHaveLength(1)
  })

  test('when nothing was delivered for five days, and not before', async () => {
    const made = await endpoint()
    await send(made)
    receiver.answer = () => ({ status: 500 })
    const failSince = (interval: string) =>
      world.sql(`update webhook_health set failing_since = now() - $2::interval where endpoint_id = $1`, [
        made.id,
        interval,
      ])
    await pump(world, webhooks)
    await failSince('4 days 23 hours 59 minutes')
    await wait(made)
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'active' })
    await failSince('5 days')
    await wait(made)
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'disabled', disabled_reason: 'failing' })
    expect(await mails()).toHaveLength(1)
  })

  test('and when a person enables it again, or gives it another address, it has five days anew', async () => {
    const made = await endpoint()
    const failFiveDays = async () => {
      await world.sql(
        `update webhook_health set failing_since = now() - interval '5 days' where endpoint_id = $1`,
        [made.id],
      )
    }
    receiver.answer = () => ({ status: 500 })
    await send(made)
    await pump(world, webhooks)
    await failFiveDays()
    await wait(made)
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'disabled', failing_since: expect.any(String) })
    await world.call(owner, 'POST', `${made.path}/enable`)
    expect(await show(made)).toMatchObject({ status: 'active', failing_since: null })
    await send(made)
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'active', failing_since: expect.any(String) })
    await failFiveDays()
    const { etag } = (await world.call(owner, 'GET', made.path)).headers
    const moved = await world.call(owner, 'PATCH', made.path, {
      headers: { 'if-match': String(etag) },
      body: { url: receiver.url.replace('hook', 'moved') },
    })
    expect(moved.statusCode, moved.body).toBe(200)
    expect(await show(made)).toMatchObject({ status: 'active', failing_since: null })
  })

  test('but days in which nobody tried, as while its owner is suspended, are none of the five', async () => {
    const made = await endpoint()
    receiver.answer = () => ({ status: 500 })
    await send(made)
    await pump(world, webhooks)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [partner])
    // Six days pass, in which what waits is due.
    await world.sql(
      `update webhook_health set failing_since = failing_since - interval '6 days', last_failure_at = last_failure_at - interval '6 days' where endpoint_id = $1`,
      [made.id],
    )
    await world.sql(
      `update webhook_delivery set next_attempt_at = next_attempt_at - interval '6 days' where endpoint_id = $1`,
      [made.id],
    )
    await pump(world, webhooks)
    await world.seed(`update partner set status = 'active' where id = $1`, [partner])
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'active' })
    expect(await deliveriesOf(made)).toMatchObject([{ status: 'waiting', attempts: 2 }])
    expect(Date.now() - Date.parse((await show(made)).failing_since)).toBeLessThan(SOON.timeout)
  })

  test.each([
    { name: 'is gone', status: 410 },
    { name: 'fails for five days', status: 500 },
  ])('but not when an address $name that the endpoint has left meanwhile', async ({ status }) => {
    const made = await endpoint()
    receiver.answer = () => ({ status: 500 })
    await send(made)
    await pump(world, webhooks)
    await world.sql(
      `update webhook_health set failing_since = now() - interval '5 days' where endpoint_id = $1`,
      [made.id],
    )
    receiver.answer = async ({ path }) => {
      if (path !== '/hook') return { status: 204 }
      const { etag } = (await world.call(owner, 'GET', made.path)).headers
      const moved = await world.call(owner, 'PATCH', made.path, {
        headers: { 'if-match': String(etag) },
        body: { url: receiver.url.replace('hook', 'moved') },
      })
      expect(moved.statusCode, moved.body).toBe(200)
      return { status }
    }
    await wait(made)
    await pump(world, webhooks)
    expect(await show(made)).toMatchObject({ status: 'active', failing_since: null })
    // The new address answers its `endpoint.verify` first.
    await pump(world, webhooks)
    await pump(world, webhooks)
    expect(receiver.received.at(-1)?.path).toBe('/moved')
    expect((await deliveriesOf(made)).map(({ status: came }: { status: string }) => came)).not.toContain(
      'waiting',
    )
  })

  test('and when it is enabled and the range is replayed, what was missed arrives under its old id', async () => {
    const made = await endpoint()
    await send(made)
    receiver.answer = () => ({ status: 410 })
    await pump(world, webhooks)
    receiver.answer = () => ({ status: 200 })
    const range = { since: new Date(Date.parse('2020-01-01')).toISOString(), until: '2020-01-02T00:00:00Z' }
    const replay = (body: object) => world.call(owner, 'POST', `${made.path}/replay`, { body })
    expect((await replay(range)).json().code).toBe('WEBHOOK_STATE_CONFLICT')
    await world.call(owner, 'POST', `${made.path}/enable`)
    const failed = await world.call(owner, 'GET', '/api/v1/partner/webhook-deliveries/failed?limit=1')
    expect(failed.json().items).toMatchObject([
      { endpoint_id: made.path.split('/').at(-1), endpoint_status: 'active', status: 'failed' },
    ])
    expect((await replay(range)).json()).toEqual({ replayed: 0 })
    const inYear = (year: string) =>
      replay({ since: `${year}-01-01T00:00:00Z`, until: `${year}-01-02T00:00:00Z` })
    expect((await inYear('9999')).json()).toEqual({ replayed: 0 })
    expect((await inYear('0000')).statusCode).toBe(422)
    const [{ occurred_at: at }] = await deliveriesOf(made)
    const around = { since: at, until: new Date(Date.parse(at) + 1).toISOString() }
    expect((await replay(around)).json()).toEqual({ replayed: 1 })
    await pump(world, webhooks)
    expect(receiver.received).toHaveLength(2)
    expect(receiver.received[1]?.headers['webhook-id']).toBe(receiver.received[0]?.headers['webhook-id'])
    expect((await replay({ since: '2026-01-01T00:00:00Z', until: '2026-03-01T00:00:00Z' })).statusCode).toBe(
      422,
    )
  })
})

describe('many at once', () => {
  test('a receiver that hangs takes five attempts at most, and the others get theirs meanwhile', async () => {
    const [slow, quick] = [await endpoint('slow'), await endpoint('quick')]
    for (let count = 0; count < 7; count += 1) await send(slow)
    await send(quick)
    let hanging = 5
    receiver.answer = ({ path }) => (path === '/slow' && (hanging -= 1) >= 0 ? null : { status: 204 })
    const process = webhooksOf(world, errors, { timeoutMs: 3000 })
    const running = process.deliverDue()
    await expect.poll(() => deliveriesOf(quick), SOON).toMatchObject([{ status: 'delivered' }])
    const [row] = await world.sql<{ claimed: number }>(
      `select count(*)::integer as claimed from webhook_delivery where endpoint_id = $1 and claimed_until > now()`,
      [slow.id],
    )
    expect(row?.claimed).toBeLessThanOrEqual(5)
    await running
    await process.stop()
    const timedOut = (await deliveriesOf(slow)).filter(
      ({ outcome }: { outcome: string }) => outcome === 'timeout',
    )
    expect(timedOut.length).toBeGreaterThanOrEqual(5)
  })

  test('processes share the work: each message is sent once', async () => {
    const made = await endpoint()
    for (let count = 0; count < 12; count += 1) await send(made)
    const processes = [webhooksOf(world, errors), webhooksOf(world, errors), webhooksOf(world, errors)]
    await Promise.all(processes.map((process) => process.deliverDue()))
    await Promise.all(processes.map((process) => process.deliverDue()))
    await Promise.all(processes.map((process) => process.stop()))
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect(ids).toHaveLength(12)
    expect(new Set(ids).size).toBe(12)
  })
})

test('deliveries are forgotten after 30 days', async () => {
  const made = await endpoint()
  await send(made)
  await pump(world, webhooks)
  const age = (days: number) =>
    world.sql(
      `update webhook_delivery set created_at = now() - make_interval(days => $2) where endpoint_id = $1`,
      [made.id, days],
    )
  await age(29)
  await webhooks.sweep()
  expect(await deliveriesOf(made)).toHaveLength(1)
  await age(31)
  await webhooks.sweep()
  expect(await deliveriesOf(made)).toEqual([])
})

test('a month of more deliveries than one statement may take is forgotten in parts', async () => {
  const made = await endpoint()
  await world.sql(
    `insert into webhook_delivery (endpoint_id, event_id, event_type, occurred_at, data, status, created_at, finished_at)
     select $1, gen_random_uuid(), 'consent.ended', now(), '{}', 'cancelled', now() - interval '31 days', now() from generate_series(1, 12000)`,
    [made.id],
  )
  await refuseLongDeletes(world, 'webhook_delivery')
  await webhooks.sweep()
  expect(await deliveriesOf(made)).toEqual([])
})

test('nothing of all this was an error of the sender', () => {
  expect(errors).toEqual([])
})
