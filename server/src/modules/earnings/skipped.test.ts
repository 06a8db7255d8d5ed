import { afterAll, beforeAll, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { openEarningScene, payment, refund } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeEarningRoutes } from './index.ts'

const SKIPPED = '/api/v1/admin/earnings/skipped'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeEarningRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

test.each(['refund', 'chargeback', 'void'])('a %s that names no payment is refused (D11)', async (kind) => {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  const { status, body } = await scene.report([
    { ...payment('i1'), kind },
    { ...payment('c1'), kind: 'credit_note' },
  ])
  expect([status, body.errors]).toMatchObject([
    422,
    [{ pointer: '/body/items/0/refers_to', code: 'REFERS_TO_MISSING' }],
  ])
})

test('a refund of a payment that nobody knows is told to whoever sent it, and to the provider until it is resolved', async () => {
  const scene = await openEarningScene(world)
  await scene.refer('t1')
  await scene.report([payment('i1')])
  const misspelt = await scene.report([refund('r1', 'i-1')])
  expect(misspelt.body.earnings).toEqual({
    created: 0,
    clawed_back: 0,
    skipped: 1,
    differing: 0,
    skips: [
      {
        external_id: 'r1',
        component: null,
        reason: 'ORIGINAL_UNKNOWN',
        says: 'The payment that it takes back has not been reported.',
      },
    ],
  })
  const told = async (query = '') => {
    const answer = await world.call(scene.admin, 'GET', `${SKIPPED}?reason=ORIGINAL_UNKNOWN${query}`)
    expect(answer.statusCode, answer.body).toBe(200)
    return answer.json().items.filter((item: { source: string }) => item.source === scene.source.source)
  }
  expect(await told()).toMatchObject([
    {
      external_id: 'r1',
      kind: 'refund',
      refers_to: 'i-1',
      reason: 'ORIGINAL_UNKNOWN',
      partner_name: 'Brightside',
      net: { amount_minor: 1000, currency: 'USD' },
    },
  ])
  const partner = (await told())[0].partner_id
  expect(await told(`&partner_id=${partner}`)).toHaveLength(1)
  expect((await scene.report([payment('i-1')])).body.earnings).toMatchObject({ clawed_back: 1, skips: [] })
  expect(await told()).toEqual([])
})

test('what waited for a payment is named when its time is over', async () => {
  const scene = await openEarningScene(world, { clawback: { flat: 'proportional', window_days: 30 } })
  await scene.refer('t1')
  await scene.report([refund('late', 'i1', { occurred_at: '2026-11-20T12:00:00Z' })])
  const { body } = await scene.report([payment('i1')])
  expect(body.earnings.skips).toMatchObject([{ external_id: 'late', reason: 'WINDOW_OVER' }])
})

test('nobody of a partner reads what the provider does', async () => {
  const scene = await openEarningScene(world)
  for (const caller of [scene.owner, scene.staff])
    expect((await world.call(caller, 'GET', SKIPPED)).statusCode).toBe(403)
})
