import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCodeAs, openReferralScene, openSignUps } from '#testing/referral-acts.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeIngestTestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Told {
  readonly id: string
  readonly kind: string
  readonly net: number
  readonly refersTo?: string
  readonly minutes?: number
}

/** What the provider's billing system said of one tenant, some minutes after it signed up. */
async function seedEvents(tenant: TenantId, events: readonly Told[]): Promise<void> {
  for (const { id, kind, net, refersTo, minutes = 1 } of events)
    await world.seed(
      `insert into billing_event (source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at, refers_to)
       values ('test', $2 || $1::uuid::text, $3, $1::uuid, 'USD', $4, 0, now() + make_interval(mins => $5), $6 || $1::uuid::text)`,
      [tenant, id, kind, net, minutes, refersTo ?? null],
      tenant,
    )
}

async function revenueOf(events: readonly Told[]): Promise<number> {
  const own = await openReferralScene(world)
  const { tenant } = await (
    await openSignUps(world)
  ).signUp({ code: (await makeCodeAs(world, own.owner)).code })
  await seedEvents(tenant.id, events)
  const answer = await world.call(own.owner.caller, 'GET', '/api/v1/program/tenants')
  const [item] = answer.json().items
  // In one sum: a month may end between two events.
  return item.monthly_revenue.reduce(
    (sum: number, { amount }: { amount: { amount_minor: number } }) => sum + amount.amount_minor,
    0,
  )
}

const PAID = { id: 'i1', kind: 'invoice_paid', net: 1000 } as const

test('a payment that is void brings nothing, whatever the event says of its amount (D2, D11)', async () => {
  expect(await revenueOf([PAID, { id: 'v1', kind: 'void', net: 0, refersTo: 'i1', minutes: 2 }])).toBe(0)
})

test('no more goes back than was paid: a refund, a chargeback and a void of one payment (D2)', async () => {
  expect(
    await revenueOf([
      PAID,
      { id: 'i2', kind: 'invoice_paid', net: 500 },
      { id: 'r1', kind: 'refund', net: 300, refersTo: 'i1', minutes: 2 },
      { id: 'c1', kind: 'chargeback', net: 1000, refersTo: 'i1', minutes: 3 },
      { id: 'v1', kind: 'void', net: 1000, refersTo: 'i1', minutes: 4 },
    ]),
  ).toBe(500)
})

test('what goes back of no payment that we know is taken off as it is said (D2)', async () => {
  expect(
    await revenueOf([
      PAID,
      { id: 'n1', kind: 'credit_note', net: 50, minutes: 2 },
      { id: 'n2', kind: 'refund', net: 20, refersTo: 'elsewhere', minutes: 2 },
    ]),
  ).toBe(930)
})

test('what was paid before the referral is not counted, nor what goes back of it (D2)', async () => {
  expect(
    await revenueOf([
      PAID,
      { id: 'i0', kind: 'invoice_paid', net: 700, minutes: -60_000 },
      { id: 'r0', kind: 'refund', net: 700, refersTo: 'i0', minutes: 2 },
    ]),
  ).toBe(1000)
})
