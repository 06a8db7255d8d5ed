import { encodeId } from '@liaison/access'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeEarningRoutes } from '#modules/earnings/index.ts'
import { payment, refund } from '#testing/earning-acts.ts'
import {
  makeCodeAs,
  openReferralScene,
  openSignUps,
  publicTenant,
  seedPayment,
} from '#testing/referral-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import { makeReferralRoutes } from './index.ts'

type Components = NonNullable<NonNullable<Parameters<typeof openReferralScene>[1]>['components']>

const DAY_MS = 86_400_000
const PERCENT: Components[number] = {
  id: 'commission',
  trigger: 'invoice',
  model: 'percent',
  rate_bp: 1000,
  products: null,
  max_months: null,
}
const EVERYTHING: Components = [
  { ...PERCENT, max_months: 2 },
  {
    id: 'steps',
    trigger: 'invoice',
    model: 'graduated',
    brackets: [
      { up_to_minor: 50_000, rate_bp: 333 },
      { up_to_minor: null, rate_bp: 777 },
    ],
    window: 'calendar_month',
    products: null,
    max_months: null,
  },
  {
    id: 'welcome',
    trigger: 'first_invoice',
    model: 'flat',
    amounts: { USD: 2500 },
    products: null,
    max_months: null,
  },
]

let world: TestWorld
let desk: Awaited<ReturnType<typeof openSignUps>>
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeReferralRoutes(services),
    ...makeEarningRoutes(services),
    ...ingestRoutes,
  ])
  desk = await openSignUps(world)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A tenant, a code of a partner of its own with these terms, and ways to tell of both. */
async function openTenant(components: Components) {
  const scene = await openReferralScene(world, { components })
  const { code } = await makeCodeAs(world, scene.staff)
  const tenant = await desk.tenant()
  const at = Date.now()
  return {
    signUp: () =>
      desk.report([desk.item(tenant.external, { code, occurred_at: new Date(at).toISOString() })]),
    report: (events: readonly Told[]) =>
      desk.send(
        'billing-events',
        events.map(({ id, day, net, takesBack }) => {
          const told = {
            tenant_external_id: tenant.external,
            net_minor: net,
            tax_minor: 0,
            occurred_at: new Date(at + day * DAY_MS).toISOString(),
          }
          const name = (part: string) => `${tenant.external} ${part}`
          return takesBack === undefined ? payment(name(id), told) : refund(name(id), name(takesBack), told)
        }),
      ),
    /** What the ledger says, without what only names this tenant. */
    ledger: async () => {
      const earned = await world.sql(
        `select substring(b.external_id from '[^ ]+$') as event, e.kind, e.component, e.base_minor::text, e.amount_minor::text, e.service_month::text, e.period_month::text, e.state,
           e.available_on - (e.occurred_at at time zone 'UTC')::date as waits
         from earning e join billing_event b on b.id = e.billing_event_id where b.tenant_id = $1 order by b.occurred_at, b.external_id, e.component`,
        [tenant.id],
      )
      const skipped = await world.sql(
        `select substring(b.external_id from '[^ ]+$') as event, s.component, s.reason from earning_skip s join billing_event b on b.id = s.billing_event_id where b.tenant_id = $1
         order by b.occurred_at, b.external_id, s.component`,
        [tenant.id],
      )
      const locked = await world.sql(
        `select r.state, substring(b.external_id from '[^ ]+$') as by from referral r left join billing_event b on b.id = r.locked_by_event where r.tenant_id = $1`,
        [tenant.id],
      )
      return { earned, skipped, locked }
    },
  }
}

interface Told {
  readonly id: string
  readonly day: number
  readonly net: number
  readonly takesBack?: string
}

/** Payments of some months, each perhaps taken back in part some days later; in the order in which they happened. */
const payments = fc
  .array(
    fc.record({
      day: fc.integer({ min: 1, max: 120 }),
      net: fc.integer({ min: 0, max: 4000 }).map((tens) => tens * 20),
      back: fc.constantFrom(null, null, 1, 20),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn
      .flatMap(({ day, net, back }, index): Told[] => [
        { id: `p${index}`, day: day + index / 100, net },
        ...(back === null
          ? []
          : [{ id: `r${index}`, day: day + back, net: net / 2, takesBack: `p${index}` }]),
      ])
      .toSorted((left, right) => left.day - right.day),
  )

describe('a payment that is handed in before its sign-up', () => {
  test('is earned on, and locks the referral, once the sign-up is reported (D5, D6)', async () => {
    const late = await openTenant([PERCENT])
    const paid = [{ id: 'p1', day: 1, net: 1000 }]
    expect((await late.report(paid)).body).toMatchObject({ created: 1, earnings: { created: 0 } })
    expect(await late.ledger()).toEqual({ earned: [], skipped: [], locked: [] })
    expect((await late.signUp()).status).toBe(200)
    expect(await late.ledger()).toMatchObject({
      earned: [{ event: 'p1', amount_minor: '100' }],
      locked: [{ state: 'locked', by: 'p1' }],
    })
    expect((await late.report(paid)).body).toMatchObject({
      unchanged: 1,
      earnings: { created: 0, differing: 0 },
    })
  })

  test('is earned on by nobody when the sign-up is only tried (D11)', async () => {
    const { code } = await makeCodeAs(world, (await openReferralScene(world)).staff)
    const tenant = await desk.tenant()
    await desk.send('billing-events', [
      payment(`${tenant.external} p`, {
        tenant_external_id: tenant.external,
        occurred_at: new Date(Date.now() + DAY_MS).toISOString(),
      }),
    ])
    const tried = await desk.report([desk.item(tenant.external, { code })], { dry_run: true })
    expect(tried.body).toMatchObject({ results: [{ outcome: 'referred' }] })
    const rows = await world.sql(
      'select e.id from earning e join billing_event b on b.id = e.billing_event_id where b.tenant_id = $1',
      [tenant.id],
    )
    expect(rows).toEqual([])
  })

  test('leaves the same rows, skips and lock wherever among payments in their order the sign-up comes (D5, D6)', async () => {
    await fc.assert(
      fc.asyncProperty(payments, fc.nat(), async (events, drawn) => {
        const place = 1 + (drawn % events.length)
        const [first, late] = [await openTenant(EVERYTHING), await openTenant(EVERYTHING)]
        await first.signUp()
        for (const event of events) await first.report([event])
        for (const event of events.slice(0, place)) await late.report([event])
        await late.signUp()
        for (const event of events.slice(place)) await late.report([event])
        expect(await late.ledger()).toEqual(await first.ledger())
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  test('leaves the same rows in any order of payments, refunds and sign-up where brackets and firsts play no part (D5, D6)', async () => {
    await fc.assert(
      fc.asyncProperty(payments, fc.infiniteStream(fc.nat()), async (events, dice) => {
        const [first, late] = [await openTenant([PERCENT]), await openTenant([PERCENT])]
        await first.signUp()
        for (const event of events) await first.report([event])
        const steps = [() => late.signUp(), ...events.map((event) => () => late.report([event]))]
        const shuffled = steps
          .map((step) => ({ step, by: Number(dice.next().value) }))
          .toSorted((left, right) => left.by - right.by)
        for (const { step } of shuffled) await step()
        expect((await late.ledger()).earned).toEqual((await first.ledger()).earned)
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})

describe('a tenant that paid before', () => {
  test('is referred by nobody by hand, in the database too; one that never paid is (D5)', async () => {
    const scene = await openReferralScene(world)
    const refer = async (netMinor: number | null) => {
      const tenant = await desk.tenant()
      const at = new Date(Date.now() - DAY_MS)
      if (netMinor !== null) await seedPayment(world, tenant.id, { at, netMinor })
      const made = await world.call(scene.admin.caller, 'POST', '/api/v1/admin/referrals/manual', {
        body: {
          partner_id: encodeId('partner', scene.partner),
          tenant_id: publicTenant(tenant.id),
          reason: 'Introduced',
        },
      })
      return [made.statusCode, made.json().code ?? made.json().method]
    }
    expect(await refer(null)).toEqual([201, 'manual'])
    // An invoice of nothing, as of a trial, is no payment: it locks no referral either.
    expect(await refer(0)).toEqual([201, 'manual'])
    expect(await refer(1000)).toEqual([409, 'TENANT_NOT_NEW'])
  })
})

describe('a payment and a sign-up at the same moment', () => {
  test('are earned on once, whoever wins (D5, D6)', async () => {
    for (let round = 0; round < 12; round += 1) {
      const { signUp, report, ledger } = await openTenant([PERCENT])
      const acts = [signUp, () => report([{ id: 'p1', day: 1, net: 1000 }])]
      const answers = await Promise.all((round % 2 === 0 ? acts : acts.toReversed()).map((act) => act()))
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(await ledger()).toMatchObject({
        earned: [{ event: 'p1', amount_minor: '100' }],
        locked: [{ state: 'locked', by: 'p1' }],
      })
    }
  }, 60_000)

  test('wait for each other: a payment is not looked at while a sign-up is being taken (D5, D6)', async () => {
    const { report, ledger } = await openTenant([PERCENT])
    const client = await world.database.pool('liaison_ingest').connect()
    try {
      await client.query('begin')
      await client.query(`select pg_advisory_xact_lock(hashtextextended('referral_sign_up', 0))`)
      let isDone = false
      const reported = report([{ id: 'p1', day: 1, net: 1000 }]).then((answer) => {
        isDone = true
        return answer
      })
      await expect
        .poll(() =>
          world.sql(
            `select count(*)::integer as waiting from pg_locks where locktype = 'advisory' and not granted`,
          ),
        )
        .toEqual([{ waiting: 1 }])
      expect(isDone).toBe(false)
      await client.query('commit')
      expect((await reported).status).toBe(200)
      expect((await ledger()).earned).toEqual([])
    } finally {
      client.release()
    }
  })

  test('wait for each other as well where somebody refers by hand: the payment is seen (D5)', async () => {
    const scene = await openReferralScene(world)
    const tenant = await desk.tenant()
    const refer = () =>
      world.call(scene.admin.caller, 'POST', '/api/v1/admin/referrals/manual', {
        body: {
          partner_id: encodeId('partner', scene.partner),
          tenant_id: publicTenant(tenant.id),
          reason: 'Introduced',
        },
      })
    const paying = {
      text: `insert into billing_event (source, external_id, kind, tenant_id, currency, net_minor, tax_minor, occurred_at)
         select $1, 'p1', 'invoice_paid', $2, 'USD', 1000, 0, now() - interval '1 hour'
         from pg_advisory_xact_lock_shared(hashtextextended('referral_sign_up', 0)) returning id`,
      values: [desk.source, tenant.id],
      tenant: tenant.id,
    }
    const [made] = await meetAt(world, paying, [refer])
    expect([made?.statusCode, made?.json().code]).toEqual([409, 'TENANT_NOT_NEW'])
  })
})
