import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedSource, STRANGER } from '#testing/ingest.ts'
import { offerPlan, openPlanScene, setPolicies, takePlan } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
let key: string
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start(() => planModuleRoutes)
  key = (await seedSource(world)).key
})
afterAll(() => world[Symbol.asyncDispose]())

interface News {
  readonly kind: 'succeeded' | 'failed'
  readonly hour: number
  readonly year?: number
}

/** A subscription with ways to tell of its charges and to look at it. */
async function open(confirmation: 'automatic' | 'manual' = 'automatic') {
  const scene = await openPlanScene(world)
  if (confirmation === 'manual')
    await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
  const taken = await takePlan(world, scene.caller, await offerPlan(world, scene, { code: 'mine' }))
  const id = String(taken.json().subscription.subscription_id)
  return {
    tell: async ({ kind, hour, year = 2026 }: News) =>
      (
        await world.call(STRANGER, 'POST', '/api/v1/ingest/subscription-payments', {
          headers: { authorization: `Bearer ${key}` },
          body: {
            id: `e${(serial += 1)}`,
            type: `charge.${kind}`,
            created: new Date(Date.UTC(year, 10, 22, hour)).toISOString(),
            data: { subscription: id },
          },
        })
      ).json(),
    look: async () => (await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')).json(),
    kept: () =>
      world.sql(
        `select kind, extract(hour from occurred_at at time zone 'UTC')::integer as hour from payment_event where partner_id = $1 order by occurred_at`,
        [scene.partner],
      ),
  }
}

test('a failed charge that is told after a later one came in holds nothing, and is kept (C7)', async () => {
  const { tell, look, kept } = await open()
  expect(await tell({ kind: 'succeeded', hour: 12 })).toMatchObject({ outcome: 'no_change' })
  expect(await tell({ kind: 'failed', hour: 11 })).toMatchObject({ outcome: 'no_change' })
  expect(await look()).toMatchObject({ sub_status: 'signed', may_use: true })
  expect(await kept()).toEqual([
    { kind: 'failed', hour: 11 },
    { kind: 'paid', hour: 12 },
  ])
})

test('a charge that came in before a later one failed releases nothing (C7)', async () => {
  const { tell, look } = await open()
  expect(await tell({ kind: 'failed', hour: 12 })).toMatchObject({ outcome: 'held' })
  expect(await tell({ kind: 'succeeded', hour: 11 })).toMatchObject({ outcome: 'no_change' })
  expect(await look()).toMatchObject({ sub_status: 'suspended', may_use: false })
})

test('a charge of the future is refused, so that what comes in afterwards still counts (C7)', async () => {
  const { tell, look, kept } = await open()
  expect(await tell({ kind: 'failed', hour: 11, year: 2126 })).toMatchObject({
    code: 'VALIDATION_ERROR',
    errors: [{ pointer: '/body/created', code: 'IN_THE_FUTURE' }],
  })
  expect(await tell({ kind: 'failed', hour: 12 })).toMatchObject({ outcome: 'held' })
  expect(await tell({ kind: 'succeeded', hour: 13 })).toMatchObject({ outcome: 'released' })
  expect(await look()).toMatchObject({ sub_status: 'signed', may_use: true })
  expect(await kept()).toHaveLength(2)
})

test('news of charges in any order leave what the last of them says, and all are kept (C7)', async () => {
  const drawn = fc
    .uniqueArray(fc.record({ kind: fc.constantFrom('succeeded', 'failed'), hour: fc.nat({ max: 23 }) }), {
      minLength: 1,
      maxLength: 5,
      selector: ({ hour }) => hour,
    })
    .filter((news) => news.length > 0)
  await fc.assert(
    fc.asyncProperty(drawn, async (news) => {
      const { tell, look, kept } = await open()
      for (const one of news) await tell(one)
      const inOrder = news.toSorted((left, right) => left.hour - right.hour)
      const isPaid = inOrder.at(-1)?.kind === 'succeeded'
      expect((await look()).sub_status).toBe(isPaid ? 'signed' : 'suspended')
      expect(await kept()).toEqual(
        inOrder.map(({ kind, hour }) => ({ kind: kind === 'failed' ? 'failed' : 'paid', hour })),
      )
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('news of the same subscription at the same moment wait for each other (C7)', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { tell, look } = await open()
    await Promise.all([
      tell({ kind: 'failed', hour: 1 }),
      tell({ kind: 'succeeded', hour: 2 }),
      tell({ kind: 'failed', hour: 3 }),
      tell({ kind: 'succeeded', hour: 4 }),
    ])
    expect(await look()).toMatchObject({ sub_status: 'signed', may_use: true })
  }
})

test('while the partner has not confirmed, a charge that came in confirms nothing, and an older failure ends nothing (C7)', async () => {
  const { tell, look } = await open('manual')
  expect(await tell({ kind: 'succeeded', hour: 12 })).toMatchObject({ outcome: 'no_change' })
  expect(await tell({ kind: 'failed', hour: 11 })).toMatchObject({ outcome: 'no_change' })
  expect(await look()).toMatchObject({ status: 'signing', subscription: { state: 'signing' } })
  expect(await tell({ kind: 'failed', hour: 13 })).toMatchObject({ outcome: 'ended' })
})
