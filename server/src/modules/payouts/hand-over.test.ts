import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import {
  approveExternal,
  handOverExternal,
  knowBy,
  payoutSenderOf,
  RECEIVER,
  setFinance,
  setReceiver,
} from '#testing/hand-over-acts.ts'
import { seedSource } from '#testing/ingest.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { movePayout, openPayoutAdmins, openPayoutScene } from '#testing/payout-acts.ts'
import type { PayoutAdmins } from '#testing/payout-acts.ts'
import { verify } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
let finance: Awaited<ReturnType<typeof seedSource>>
let receiver: WebhookReceiver
let sender: Deliverer
let secret: string
const errors: Error[] = []
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makePayoutRoutes(services)], {
    isDemo: true,
  })
  admins = await openPayoutAdmins(world)
  finance = await seedSource(world)
  receiver = await WebhookReceiver.start()
  sender = payoutSenderOf(world, errors)
  await setFinance(world, admins, finance.source)
})
beforeEach(async () => {
  await setReceiver(world, admins, null)
  secret = (await setReceiver(world, admins, receiver.url)).json().secret
  await world.seed(
    `update payout_hand_over set status = 'cancelled', finished_at = now() where status = 'waiting'`,
    [],
  )
  receiver.received.length = 0
  receiver.answer = () => ({ status: 204 })
})
afterAll(async () => {
  await sender.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

interface Told {
  readonly batch_id: string
  readonly part: number
  readonly payouts: readonly { payout_id: string; idempotency_key: string }[]
}

/** The messages that arrived, each with a signature that counts. */
const told = (signedWith = secret) =>
  receiver.received.map((message) => {
    const { type, data } = verify(message, signedWith)
    // The receiver of the test knows what it was sent.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { id: message.headers['webhook-id'], type, data: data as unknown as Told }
  })

const show = async (path: string) => (await world.call(admins.maker, 'GET', path)).json()

const comeDue = () =>
  world.sql(`update payout_hand_over set next_attempt_at = now() where status = 'waiting'`)

/** Records by hand that a payout was not paid. */
const fail = (path: string, item: { item_id: string }) =>
  world.call(admins.maker, 'POST', `${path}/items/${item.item_id}/fail`, { body: { reason: 'By hand' } })

/** Tries until nothing is left to try. */
async function tryOut(path: string): Promise<void> {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    await sender.deliverDue()
    if ((await show(path)).hand_overs[0].status !== 'waiting') return
    await comeDue()
  }
}

describe('a batch of the rail external', () => {
  test('reaches the finance system signed once two people have decided it: amounts, ids and references, and no bank account (D7)', async () => {
    const scenes = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
    const [bank, known] = scenes
    if (!bank || !known) throw new Error('There are two partners.')
    await knowBy(world, known, 'PAYEE-4711')
    const { batchId, path } = await approveExternal(world, admins, scenes)
    await sender.deliverDue()
    expect(receiver.received, 'nothing is sent before somebody hands it over').toEqual([])
    await movePayout(world, admins.maker, { batchId, move: 'export' })
    await sender.deliverDue()
    const items = (await show(`${path}/items`)).items
    const itemOf = (partner: string) =>
      items.find((item: { partner_id: string }) => item.partner_id === publicIdOf('partner', partner)).item_id
    const { number } = await show(path)
    const common = { amount_minor: 7000, currency: 'EUR', reference: `Payout ${number}` }
    const toBank = { method: 'bank_transfer', label: 'DE •••• 3000', payee_reference: null }
    const toKnown = { method: 'external', label: '•••• 77', payee_reference: 'PAYEE-4711' }
    const expected = [
      { scene: bank, account: toBank },
      { scene: known, account: toKnown },
    ].map(({ scene, account }) => ({
      ...common,
      payout_id: itemOf(scene.partner),
      idempotency_key: itemOf(scene.partner),
      partner_id: publicIdOf('partner', scene.partner),
      account,
    }))
    const [message, ...more] = told()
    expect(more).toEqual([])
    expect(message).toMatchObject({
      type: 'payout_batch.handed_over',
      data: { batch_id: batchId, number, part: 1, parts: 1, currency: 'EUR' },
    })
    expect(message?.data.payouts).toHaveLength(2)
    expect(message?.data.payouts).toEqual(expect.arrayContaining(expected))
    expect(receiver.received[0]?.body).not.toContain('DE89')
    expect(await show(path)).toMatchObject({
      state: 'processing',
      hand_overs: [
        { webhook_id: message?.id, part: 1, status: 'delivered', attempts: 1, response_code: 204 },
      ],
    })
    const events = await world.sql(`select 1 from audit_event where action = 'program.payout_batch.taken'`)
    expect(events).toHaveLength(1)
  })

  test('is told again under the same ids until it is taken, and what became of it comes back once (D7)', async () => {
    const { path } = await handOverExternal(world, admins)
    receiver.answer = () => ({ status: 503 })
    await sender.deliverDue()
    expect((await show(path)).hand_overs).toMatchObject([
      { status: 'waiting', attempts: 1, response_code: 503 },
    ])
    receiver.answer = () => ({ status: 200 })
    await comeDue()
    await sender.deliverDue()
    await comeDue()
    await sender.deliverDue()
    const [first, second, ...more] = told()
    expect(more).toEqual([])
    expect(second).toEqual(first)
    const results = (first?.data.payouts ?? []).map(({ payout_id }, index) => ({
      payout_id,
      outcome: 'paid',
      reference: `FIN-${index}`,
    }))
    const once = await finance.send('payout-results', results)
    expect(once.body).toMatchObject({ paid: 2, unchanged: 0 })
    const twice = await finance.send('payout-results', results)
    expect(twice.body).toMatchObject({ paid: 0, unchanged: 2, refused: 0 })
    expect((await show(path)).state).toBe('completed')
  })

  test('is not lost by a sender that ends in the middle: another one takes over when its claim has run out (D7)', async () => {
    const { path } = await handOverExternal(world, admins)
    await world.sql(
      `update payout_hand_over set attempt = 1, claimed_until = now() + interval '1 minute' where status = 'waiting'`,
    )
    await sender.deliverDue()
    expect(receiver.received).toEqual([])
    await world.sql(
      `update payout_hand_over set claimed_until = now() - interval '1 second' where status = 'waiting'`,
    )
    await sender.deliverDue()
    expect((await show(path)).hand_overs).toMatchObject([{ status: 'delivered', attempts: 2 }])
  })

  test('is handed over with its message or not at all (D7)', async () => {
    const scenes = [await openPayoutScene(world, admins)]
    const { batchId, path } = await approveExternal(world, admins, scenes)
    await world.sql(`alter table payout_hand_over add constraint broken check (part = 2) not valid`)
    const refused = await movePayout(world, admins.maker, { batchId, move: 'export' })
    await world.sql(`alter table payout_hand_over drop constraint broken`)
    expect(refused.statusCode).toBeGreaterThanOrEqual(400)
    expect(await show(path)).toMatchObject({ state: 'approved', hand_overs: [] })
  })

  test('that is never taken is seen and mailed, and goes again by hand under the same ids (D7)', async () => {
    const { path } = await handOverExternal(world, admins)
    await world.sql('delete from outbox')
    receiver.answer = () => ({
      status: 500,
      headers: { 'content-type': 'text/plain' },
      body: 'no such ledger',
    })
    await tryOut(path)
    expect((await show(path)).hand_overs).toMatchObject([
      {
        status: 'failed',
        attempts: 10,
        response_code: 500,
        outcome: 'refused_by_receiver',
        response_excerpt: 'no such ledger',
        next_attempt_at: null,
      },
    ])
    const mails = await world.sql<{ subject: string }>(
      `select payload ->> 'subject' as subject from outbox where topic = 'mail'`,
    )
    expect(mails).toHaveLength(2)
    expect(mails[0]?.subject).toBe('A payout batch did not reach the finance system')
    const events = await world.sql(
      `select 1 from audit_event where action = 'program.payout_batch.not_taken'`,
    )
    expect(events).toHaveLength(1)
    receiver.answer = () => ({ status: 200 })
    const again = await world.call(admins.maker, 'POST', `${path}/hand-over`)
    expect(again.json().hand_overs, again.body).toMatchObject([{ status: 'waiting', attempts: 0 }])
    await sender.deliverDue()
    expect((await show(path)).hand_overs).toMatchObject([{ status: 'delivered' }])
    expect(new Set(told().map(({ id }) => id)).size).toBe(1)
  })

  test('that answers 410 is not tried again by itself (D7)', async () => {
    const { path } = await handOverExternal(world, admins)
    receiver.answer = () => ({ status: 410 })
    await sender.deliverDue()
    expect((await show(path)).hand_overs).toMatchObject([{ status: 'failed', attempts: 1, outcome: 'gone' }])
  })

  test('tells no payout that has ended meanwhile, and drops a message of which nothing is left to pay (D7)', async () => {
    const { path } = await handOverExternal(world, admins)
    const [one, other] = (await show(`${path}/items`)).items
    await fail(path, one)
    await sender.deliverDue()
    expect(told()[0]?.data.payouts.map(({ payout_id }) => payout_id)).toEqual([other.item_id])
    const next = await handOverExternal(world, admins)
    for (const item of (await show(`${next.path}/items`)).items) await fail(next.path, item)
    await sender.deliverDue()
    expect(receiver.received).toHaveLength(1)
    expect((await show(next.path)).hand_overs).toMatchObject([{ status: 'cancelled' }])
    const again = await world.call(admins.maker, 'POST', `${next.path}/hand-over`)
    expect(again.json().code).toBe('PAYOUT_STATE_CONFLICT')
  })

  test('waits where no address is set, and is handed over by hand once there is one (D7)', async () => {
    await setReceiver(world, admins, null)
    const { path } = await handOverExternal(world, admins)
    expect((await show(path)).hand_overs).toEqual([])
    const early = await world.call(admins.maker, 'POST', `${path}/hand-over`)
    expect(early.json().code).toBe('PAYOUT_RECEIVER_MISSING')
    secret = (await setReceiver(world, admins, receiver.url)).json().secret
    await world.call(admins.maker, 'POST', `${path}/hand-over`)
    await sender.deliverDue()
    expect(told()).toHaveLength(1)
  })
})

describe('the address of the finance system', () => {
  test('is refused where webhooks are: plain HTTP elsewhere, private networks, our own host (D7, API7:2023)', async () => {
    for (const url of [
      'http://pay.example.com/',
      'https://10.0.0.8/',
      'https://pay.local/',
      'https://u:p@pay.example.com/',
    ]) {
      const refused = await setReceiver(world, admins, url)
      expect(refused.statusCode, url).toBe(422)
    }
  })

  test('signs with both secrets while a rotation overlaps, and a new address gets one that the old never knew (D7)', async () => {
    const old = secret
    const rotated = await world.call(admins.maker, 'POST', `${RECEIVER}/rotate-secret`)
    secret = rotated.json().secret
    expect(secret).not.toBe(old)
    await handOverExternal(world, admins)
    await sender.deliverDue()
    expect(told(old)).toEqual(told(secret))
    const moved = await setReceiver(world, admins, receiver.url.replace('hook', 'other'))
    receiver.received.length = 0
    await handOverExternal(world, admins)
    await sender.deliverDue()
    expect(told(moved.json().secret)).toHaveLength(1)
    expect(() => told(secret)).toThrow('No matching signature found')
    const read = await world.call(admins.maker, 'GET', RECEIVER)
    expect(read.body).not.toContain('whsec_')
    expect(read.json().public_keys).toHaveLength(1)
  })

  test('is set by whoever may approve payouts, from the version that was read, and every change is on record (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    for (const caller of [scene.owner, scene.staff]) {
      const refused = await world.call(caller, 'GET', RECEIVER)
      expect(refused.statusCode).toBe(403)
    }
    const stale = await world.call(admins.maker, 'PUT', RECEIVER, {
      body: { url: null },
      headers: { 'if-match': '"v1"' },
    })
    expect(stale.statusCode).toBe(412)
    const events = await world.sql<{ changes: unknown }>(
      `select changes from audit_event where action = 'program.payout_receiver.changed' order by id desc limit 1`,
    )
    expect(JSON.stringify(events[0]?.changes)).not.toContain('/hook')
  })
})

describe('a test message', () => {
  const send = (caller = admins.maker) => world.call(caller, 'POST', `${RECEIVER}/test`)

  test('goes out signed as batches do, of a type of its own, and tells what was answered and how long it took (D7, D9)', async () => {
    receiver.answer = () => ({
      status: 202,
      headers: { 'content-type': 'text/plain' },
      body: 'Thank you',
    })
    const sent = await send()
    expect(sent.statusCode, sent.body).toBe(200)
    const [arrived] = told()
    expect(arrived).toMatchObject({ type: 'payout_receiver.test', data: {} })
    expect(sent.json()).toEqual({
      webhook_id: arrived?.id,
      outcome: 'delivered',
      response_code: 202,
      duration_ms: expect.any(Number),
      response_excerpt: 'Thank you',
    })
    const events = await world.sql(
      `select actor_id, outcome, changes from audit_event where action = 'program.payout_receiver.tested'`,
    )
    expect(events).toHaveLength(1)
    expect(JSON.stringify(events)).toContain('202')
  })

  test('tells why it was not taken: refused, gone, led elsewhere, nobody there, nobody answers in time (D7)', async () => {
    const outcomes: unknown[] = []
    for (const status of [500, 410, 302]) {
      receiver.answer = () => ({ status, headers: { location: receiver.url } })
      const { outcome, response_code: code } = (await send()).json()
      outcomes.push([outcome, code])
    }
    expect(receiver.received).toHaveLength(3)
    await setReceiver(world, admins, 'http://127.0.0.1:9/closed')
    const { outcome, response_code: code } = (await send()).json()
    outcomes.push([outcome, code])
    expect(outcomes).toEqual([
      ['refused_by_receiver', 500],
      ['gone', 410],
      ['refused_by_receiver', 302],
      ['not_connected', null],
    ])
    await setReceiver(world, admins, receiver.url)
    receiver.answer = async () => {
      await setTimeout(4500)
      return { status: 200 }
    }
    expect((await send()).json()).toMatchObject({ outcome: 'timeout' })
  }, 30_000)

  test('never reaches an address that is not of the Internet, by whatever name it is called (D7)', async () => {
    await world.seed(
      `insert into payout_receiver (version, url, set_by, set_by_name)
       select max(version) + 1, 'https://10.0.0.1/payouts', $1, 'Test' from payout_receiver`,
      [admins.checkerId],
    )
    expect((await send()).json()).toMatchObject({ outcome: 'address_refused', response_code: null })
  })

  test('is sent by whoever may approve payouts alone, and by nobody while there is no address (D7)', async () => {
    await setReceiver(world, admins, null)
    const none = await send()
    expect([none.statusCode, none.json().code]).toEqual([409, 'PAYOUT_RECEIVER_MISSING'])
    const { id } = await world.person()
    expect((await send(await world.signIn(id))).statusCode).toBe(403)
    expect(receiver.received).toEqual([])
  })
})
