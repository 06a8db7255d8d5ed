import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { seedSource } from '#testing/ingest.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
let finance: Awaited<ReturnType<typeof seedSource>>
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makePayoutRoutes(services)])
  admins = await openPayoutAdmins(world)
  finance = await seedSource(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const POLICY = '/api/v1/admin/payout-policy'

async function setFinance(source: string | null): Promise<void> {
  const before = await world.call(admins.maker, 'GET', POLICY)
  const { tax_document, payout_day } = before.json()
  const set = await world.call(admins.maker, 'PUT', POLICY, {
    body: { tax_document, payout_day, finance_source: source },
    headers: { 'if-match': String(before.headers['etag']) },
  })
  expect(set.json(), set.body).toMatchObject({ finance_source: source })
}

interface Handed {
  readonly scenes: readonly PayoutScene[]
  readonly batchId: string
  readonly payouts: readonly string[]
  readonly earnings: readonly string[]
}

/** A batch of one payout for each of some partners that was handed over. */
async function handOver(rail: 'manual' | 'external', partners = 2): Promise<Handed> {
  const scenes: PayoutScene[] = []
  const earnings: string[] = []
  for (let index = 0; index < partners; index += 1) {
    const scene = await openPayoutScene(world, admins)
    scenes.push(scene)
    earnings.push(await seedEarning(world, scene, { amount: 7000 + index }))
  }
  const built = await buildPayout(world, admins.maker, {
    rail,
    partner_ids: scenes.map(({ partner }) => publicIdOf('partner', partner)),
  })
  expect(built.statusCode, built.body).toBe(201)
  const batchId = String(built.json().batch_id)
  await movePayout(world, admins.maker, { batchId, move: 'submit' })
  await movePayout(world, admins.checker, { batchId, move: 'approve' })
  const handed = await movePayout(world, admins.maker, { batchId, move: 'export' })
  expect(handed.json().state, handed.body).toBe('processing')
  const list = await world.call(admins.maker, 'GET', `/api/v1/admin/payout-batches/${batchId}/items`)
  const items: { item_id: string; partner_id: string }[] = list.json().items
  const payouts = scenes.map(({ partner }) => {
    const item = items.find((one) => one.partner_id === publicIdOf('partner', partner))
    return item?.item_id ?? ''
  })
  return { scenes, batchId, payouts, earnings }
}

const stateOf = async (table: 'earning' | 'payout_item', scene: PayoutScene) =>
  (
    await world.sql<{ state: string }>(`select state from ${table} where partner_id = $1`, [scene.partner])
  ).map(({ state }) => state)

const batchState = async (batchId: string) =>
  (await world.call(admins.maker, 'GET', `/api/v1/admin/payout-batches/${batchId}`)).json().state

const eventsOf = async (action: string, scene: PayoutScene) =>
  (
    await world.sql(`select 1 from audit_event where action = $1 and partner_id = $2`, [
      action,
      scene.partner,
    ])
  ).length

const paid = (id: string, reference = 'FIN-1') => ({ payout_id: id, outcome: 'paid', reference })
const failed = (id: string, reason = 'Account closed') => ({ payout_id: id, outcome: 'failed', reason })

describe('payouts that the provider’s own finance system pays', () => {
  test('are built once its source is named, and taken as a file whose digest is told (D7)', async () => {
    await setFinance(null)
    const scene = await openPayoutScene(world, admins)
    await seedEarning(world, scene, { amount: 7000 })
    const body = { rail: 'external', partner_ids: [publicIdOf('partner', scene.partner)] }
    const refused = await buildPayout(world, admins.maker, body)
    expect(refused.json().code).toBe('PAYOUT_RAIL_UNAVAILABLE')
    await setFinance(finance.source)
    const { batchId, payouts } = await handOver('external')
    const file = await world.call(admins.maker, 'POST', `/api/v1/admin/payout-batches/${batchId}/file`)
    const { content, sha256, row_count: rows } = file.json()
    expect(createHash('sha256').update(String(content)).digest('hex')).toBe(sha256)
    expect(rows).toBe(2)
    for (const payout of payouts) expect(content).toContain(payout)
    const again = await world.call(admins.maker, 'POST', `/api/v1/admin/payout-batches/${batchId}/file`)
    expect(again.json().sha256).toBe(sha256)
  })

  test('end one by one as it says, paid or failed, each told to its partner, and the batch ends with the last (D7)', async () => {
    await setFinance(finance.source)
    const { scenes, batchId, payouts } = await handOver('external', 3)
    const [first = '', second = '', third = ''] = payouts
    const half = await finance.send('payout-results', [paid(first), failed(second)])
    expect(half.body).toMatchObject({ received: 2, paid: 1, failed: 1, unchanged: 0, refused: 0 })
    expect(await batchState(batchId)).toBe('processing')
    await finance.send('payout-results', [paid(third, 'FIN-3')])
    expect(await batchState(batchId)).toBe('partially_failed')
    const [one, two, three] = scenes
    if (!one || !two || !three) throw new Error('There are three partners.')
    expect(await stateOf('earning', one)).toEqual(['paid'])
    expect(await stateOf('earning', two)).toEqual(['approved'])
    expect(await stateOf('earning', three)).toEqual(['paid'])
    expect(await eventsOf('program.payout_item.paid', one)).toBe(1)
    expect(await eventsOf('program.earning.paid', one)).toBe(1)
    expect(await eventsOf('program.payout_item.failed', two)).toBe(1)
    const own = await world.call(one.owner, 'GET', '/api/v1/program/payouts')
    expect(own.json().items[0]).toMatchObject({ state: 'paid' })
    const told = await world.sql<{ subject: string }>(
      `select payload ->> 'subject' as subject from outbox where topic = 'mail' and payload ->> 'text' like '%FIN-3%'`,
    )
    expect(told).toHaveLength(1)
  })

  test('stay as they are however often the same is said, also twice at once; what contradicts is refused and keeps the rest from nothing (D7)', async () => {
    await setFinance(finance.source)
    const { scenes, batchId, payouts } = await handOver('external')
    const [first = '', second = ''] = payouts
    const both = [paid(first), failed(second)]
    const answers = await Promise.all([
      finance.send('payout-results', both),
      finance.send('payout-results', both),
    ])
    const sums = new Set(answers.map(({ body }) => `${body.paid} ${body.failed} ${body.unchanged}`))
    expect(sums).toEqual(new Set(['0 0 2', '1 1 0']))
    const again = await finance.send('payout-results', both)
    expect(again.body).toMatchObject({ paid: 0, failed: 0, unchanged: 2, refused: 0 })
    const other = await finance.send('payout-results', [paid(first, 'FIN-2'), failed(second, 'Again')])
    expect(other.body.items).toMatchObject([
      { payout_id: first, outcome: 'refused', code: 'PAYOUT_RESULT_CONFLICT' },
      { payout_id: second, outcome: 'unchanged' },
    ])
    expect(await batchState(batchId)).toBe('partially_failed')
    for (const scene of scenes)
      expect(
        (await eventsOf('program.payout_item.paid', scene)) +
          (await eventsOf('program.payout_item.failed', scene)),
      ).toBe(1)
  })

  test('are nothing to a key of another source, to a source that is no longer named, nor are payouts by hand anything to its key (D7)', async () => {
    await setFinance(finance.source)
    const { payouts } = await handOver('external', 1)
    const byHand = await handOver('manual', 1)
    const [payout = ''] = payouts
    const stranger = await seedSource(world)
    const foreign = await stranger.send('payout-results', [paid(payout)])
    expect(foreign.body.items).toMatchObject([{ outcome: 'refused', code: 'PAYOUT_NOT_FOUND' }])
    const hand = await finance.send('payout-results', [paid(byHand.payouts[0] ?? '')])
    expect(hand.body.items).toMatchObject([{ outcome: 'refused', code: 'PAYOUT_NOT_FOUND' }])
    await setFinance(null)
    const late = await finance.send('payout-results', [paid(payout)])
    expect(late.body).toMatchObject({ paid: 0, refused: 1 })
  })

  test('that are told with faults are told all of them, and nothing is taken (D7)', async () => {
    await setFinance(finance.source)
    const { scenes, payouts } = await handOver('external', 1)
    const [payout = ''] = payouts
    const wrong = await finance.send('payout-results', [
      paid(payout),
      { payout_id: 'nothing', outcome: 'paid', reference: '' },
      { payout_id: payout, outcome: 'lost' },
    ])
    expect(wrong.status).toBe(422)
    expect(wrong.body.errors.length).toBeGreaterThanOrEqual(3)
    const twice = await finance.send('payout-results', [paid(payout), failed(payout)])
    expect(twice.body.errors).toMatchObject([{ pointer: '/body/items/1/payout_id', code: 'DUPLICATE_ITEM' }])
    for (const scene of scenes) expect(await stateOf('payout_item', scene)).toEqual(['sent'])
  })
})

describe('a file of results', () => {
  test('is the file for paying with two more columns, taken line by line and again without a change (D7)', async () => {
    const { batchId, payouts } = await handOver('manual')
    const taken = await world.call(admins.maker, 'POST', `/api/v1/admin/payout-batches/${batchId}/file`)
    const [head = '', ...lines] = String(taken.json().content).trimEnd().split('\r\n')
    const filled = [
      `${head},outcome,reference,reason`,
      ...lines.map((line) =>
        line.includes(payouts[0] ?? '?') ? `${line},paid,SEPA 9,` : `${line},failed,,No such account`,
      ),
    ].join('\r\n')
    const path = `/api/v1/admin/payout-batches/${batchId}/results`
    const told = await world.call(admins.maker, 'POST', path, { body: { content: filled } })
    expect(told.json(), told.body).toMatchObject({ received: 2, paid: 1, failed: 1, refused: 0 })
    expect(await batchState(batchId)).toBe('partially_failed')
    const again = await world.call(admins.maker, 'POST', path, { body: { content: filled } })
    expect(again.json()).toMatchObject({ unchanged: 2, paid: 0 })
    const list = await world.call(admins.maker, 'GET', `/api/v1/admin/payout-batches/${batchId}/items`)
    expect(list.body).toContain('SEPA 9')
  })

  test('holds what is still to be paid alone, and there is none once everything has ended (D7)', async () => {
    const { batchId, payouts } = await handOver('manual')
    const [first = '', second = ''] = payouts
    const path = `/api/v1/admin/payout-batches/${batchId}`
    const take = () => world.call(admins.maker, 'POST', `${path}/file`)
    const pay = (payout: string) =>
      world.call(admins.maker, 'POST', `${path}/items/${payout}/mark-paid`, { body: { reference: 'SEPA 9' } })
    expect((await pay(first)).statusCode).toBe(200)
    const rest = await take()
    expect(rest.json()).toMatchObject({ row_count: 1 })
    expect(rest.json().content).toContain(second)
    expect(rest.json().content).not.toContain(first)
    expect((await pay(second)).json()).toMatchObject({ state: 'completed' })
    const none = await take()
    expect([none.statusCode, none.json().code]).toEqual([409, 'PAYOUT_STATE_CONFLICT'])
  })

  test('with faults is refused whole, each fault by its line; a payout of another batch is refused alone (D7)', async () => {
    const here = await handOver('manual', 1)
    const there = await handOver('manual', 1)
    const path = `/api/v1/admin/payout-batches/${here.batchId}/results`
    const [payout = ''] = here.payouts
    const send = (content: string) => world.call(admins.maker, 'POST', path, { body: { content } })
    const wrong = await send(
      `payout_id,outcome,reference,reason\n${payout},paid,,\nx,lost,,\n${payout},failed,,`,
    )
    expect(wrong.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/body/content/2/reference',
      '/body/content/3/payout_id',
      '/body/content/3/outcome',
      '/body/content/4/reason',
    ])
    expect((await send('no,columns\n"broken')).statusCode).toBe(422)
    const mixed = await send(`payout_id,outcome,reference\n${there.payouts[0]},paid,A\n${payout},paid,B`)
    expect(mixed.json()).toMatchObject({ paid: 1, refused: 1 })
    for (const scene of there.scenes) expect(await stateOf('payout_item', scene)).toEqual(['sent'])
  })
})

describe('raw SQL of the login that systems hand in with', () => {
  async function asKey<Result>(
    key: string,
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const client = await world.database.pool('liaison_ingest').connect()
    try {
      await client.query('begin')
      await client.query('select access.enter_ingest($1)', [
        { key_hash: createHash('sha256').update(key).digest('hex') },
      ])
      return await work(client)
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  test('sees and settles payouts of its own rail alone, and moves no earning by itself (product.md rule 3)', async () => {
    await setFinance(finance.source)
    const external = await handOver('external', 1)
    await handOver('manual', 1)
    const rails = `select distinct b.rail from payout_item i join payout_batch b on b.id = i.batch_id`
    expect((await asKey(finance.key, (client) => client.query(rails))).rows).toEqual([{ rail: 'external' }])
    const stranger = await seedSource(world)
    expect((await asKey(stranger.key, (client) => client.query('select id from payout_item'))).rows).toEqual(
      [],
    )
    for (const table of ['payout_item', 'payout_batch'])
      expect(await world.sqlAs('liaison_ingest', `select id from ${table}`)).toEqual([])
    const settle = `update payout_item set state = 'paid', rail_ref = 'x', settled_by = access.context_id('actor_id'), settled_by_name = 'x' where state = 'sent' returning partner_id`
    const moved = await asKey(finance.key, (client) => client.query(settle))
    const own = external.scenes[0]?.partner
    expect(moved.rows.some((row) => row.partner_id === own)).toBe(true)
    const without = asKey(finance.key, async (client) => {
      await client.query(settle)
      await client.query('set constraints all immediate')
    })
    await expect(without).rejects.toThrow('the sums of a payout do not agree')
    const attempts = [
      [`update earning set state = 'paid'`, 'permission denied'],
      [`update payout_item set amount_minor = 1`, 'permission denied'],
      [`update payout_batch set total_minor = 1`, 'permission denied'],
      [`delete from payout_item`, 'permission denied'],
      [`update payout_batch set state = 'completed'`, 'open items'],
      [`update payout_item set state = 'cancelled' where state = 'sent'`, 'may not move'],
    ] as const
    for (const [text, message] of attempts)
      await expect(
        asKey(finance.key, (client) => client.query(text)),
        text,
      ).rejects.toThrow(message)
    await expect(
      asKey(stranger.key, (client) =>
        client.query('select access.follow_payout_item($1)', ['00000000-0000-0000-0000-000000000000']),
      ),
    ).rejects.toThrow('only the finance system')
  })
})
