import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeEarningRoutes } from '#modules/earnings/index.ts'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { makeReferralRoutes } from '#modules/referrals/index.ts'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { openEarningScene, payment } from '#testing/earning-acts.ts'
import type { EarningScene } from '#testing/earning-acts.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
let scene: EarningScene
let email = ''
let serial = 0

beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...ingestRoutes,
    ...makeEarningRoutes(services),
    ...makeReferralRoutes(services),
  ])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  scene = await openEarningScene(world)
  email = `partner-${(serial += 1)}@referrers.example`
  await world.seed('update partner set contact_email = $2 where id = $1', [scene.partner, email])
})

interface Report {
  readonly imported: boolean
  readonly files: readonly { kind: string; rows: number; created: number; unchanged: number }[]
  readonly bad_rows: readonly { line: number; pointer: string; code: string }[]
}

const HEAD = 'email,tenant,referred_on,first_paid_on,paid_through,code,contact_email,reference'

async function load(
  lines: readonly string[],
  { head = HEAD, more = ['--apply'] }: { readonly head?: string; readonly more?: readonly string[] } = {},
): Promise<Report & { status: number }> {
  const path = await bench.file(
    `referrals-${(serial += 1)}.csv`,
    Buffer.from(`${[head, ...lines].join('\n')}\n`),
  )
  const { source } = scene.source
  const ran = await bench.run(
    ['import', 'program', '--referrals', path, '--source', source, ...more, '--json'],
    OPERATOR,
  )
  return { ...JSON.parse(ran.out), status: ran.status }
}

const codesOf = ({ bad_rows: bad }: Report) => bad.map(({ line, pointer, code }) => [line, pointer, code])
const newTenant = async (externalId: string): Promise<TenantId> =>
  (await scene.refer(externalId, { by: null })).tenant
const referralsOf = (tenant: TenantId) =>
  world.sql<{ id: string; partner_id: string; method: string; state: string }>(
    'select id, partner_id, method, state from referral where tenant_id = $1 order by id',
    [tenant],
  )
const earnedFrom = (tenant: TenantId) =>
  world.sql(
    `select b.external_id as payment, e.amount_minor::int as amount, s.reason from billing_event b
     left join earning e on e.billing_event_id = b.id left join earning_skip s on s.billing_event_id = b.id
     where b.tenant_id = $1 order by b.occurred_at`,
    [tenant],
  )
const everything = async () =>
  Promise.all(
    ['referral', 'earning', 'earning_skip', 'risk_case', 'outbox'].map(async (table) =>
      world.sql(`select count(*)::int as n from ${table}`),
    ),
  )

describe('referrals of another program', () => {
  test('are tried first, are imported with --apply for both sides to read, and change nothing the second time (D5, D9, D12)', async () => {
    const tenant = await newTenant('t1')
    const lines = [`${email.toUpperCase()},t1,2026-03-10,2026-04-02,2026-09-30,,,cus_77`]
    const before = await everything()
    expect(await load(lines, { more: [] })).toMatchObject({ status: 0, imported: false, bad_rows: [] })
    expect(await everything()).toEqual(before)
    const taken = await load(lines)
    expect(taken).toMatchObject({ imported: true, files: [{ kind: 'referrals', rows: 1, created: 1 }] })
    const [referral] = await referralsOf(tenant)
    expect(referral).toMatchObject({ partner_id: scene.partner, method: 'imported', state: 'locked' })

    const told = { method: 'imported', first_paid_on: '2026-04-02', paid_through: '2026-09-30' }
    const own = await world.call(scene.owner, 'GET', '/api/v1/program/referrals')
    expect(own.json().items).toMatchObject([{ ...told, referred_at: '2026-03-10T00:00:00.000Z' }])
    const all = await world.call(
      scene.admin,
      'GET',
      `/api/v1/admin/referrals?tenant_id=${encodeId('tenant', tenant)}`,
    )
    expect(all.json().items).toMatchObject([
      { ...told, import_reference: 'cus_77', made_by_name: OPERATOR.name },
    ])

    const after = await everything()
    expect(await load(lines)).toMatchObject({ status: 0, files: [{ created: 0, unchanged: 1 }] })
    expect(await everything()).toEqual(after)
    const events = await world.sql(
      `select action, actor_id, partner_id, resource_label from audit_event where tenant_id = $1 and action like 'program.referral.%' order by action`,
      [tenant],
    )
    // Both sides read these: where the other program knows it, which may be a name of a file, is the provider's affair.
    expect(events).toEqual(
      ['program.referral.created', 'program.referral.locked'].map((action) => ({
        action,
        actor_id: OPERATOR.id,
        partner_id: scene.partner,
        resource_label: null,
      })),
    )
  })

  test('earn nothing on what was paid elsewhere, their share of what comes after, and count their months from the first payment there (D6, D12)', async () => {
    const tenant = await newTenant('t1')
    await load([`${email},t1,2025-11-10,2025-11-20,2026-09-30,,,`])
    await scene.report([
      payment('during', { occurred_at: '2026-09-30T23:59:59Z' }),
      payment('after', { occurred_at: '2026-10-01T00:00:00Z' }),
      payment('in the twelfth month', { occurred_at: '2026-11-19T23:59:59Z' }),
      payment('in the thirteenth', { occurred_at: '2026-11-20T00:00:00Z' }),
    ])
    expect(await earnedFrom(tenant)).toEqual([
      { payment: 'during', amount: null, reason: 'PAID_ELSEWHERE' },
      { payment: 'after', amount: 100, reason: null },
      { payment: 'in the twelfth month', amount: 100, reason: null },
      { payment: 'in the thirteenth', amount: null, reason: 'MONTHS_OVER' },
    ])
  })

  test('earn on payments that were handed in before, once, and never on the first payment twice (D6, D12)', async () => {
    const first = await openEarningScene(world, {
      components: [
        {
          id: 'first',
          trigger: 'first_invoice',
          model: 'percent',
          rate_bp: 5000,
          max_months: null,
          products: null,
        },
        { id: 'each', trigger: 'invoice', model: 'percent', rate_bp: 1000, max_months: null, products: null },
      ],
    })
    await world.seed('update partner set contact_email = null where id = $1', [scene.partner])
    await world.seed('update partner set contact_email = $2 where id = $1', [first.partner, email])
    scene = first
    await newTenant('t1')
    await scene.report([
      payment('paid elsewhere', { occurred_at: '2026-08-05T12:00:00Z' }),
      payment('paid here', { occurred_at: '2026-09-05T12:00:00Z' }),
    ])
    // With the first payment alone, what was paid elsewhere ends on its day.
    const lines = [`${email},t1,2026-08-01,2026-08-05,,,,`]
    expect((await load(lines, { more: [] })).status).toBe(0)
    expect(await world.sql('select from earning where partner_id = $1', [scene.partner])).toEqual([])
    expect((await load(lines)).imported).toBe(true)
    await load(lines)
    expect(
      await world.sql('select component, amount_minor::int as amount from earning where partner_id = $1', [
        scene.partner,
      ]),
    ).toEqual([{ component: 'each', amount: 100 }])
  })

  test('are refused by the database where somebody else adds to the ledger what was paid elsewhere (D6, D12)', async () => {
    const tenant = await newTenant('t1')
    await load([`${email},t1,2026-03-10,2026-04-02,2026-09-30,,,`])
    await scene.report([payment('one', { occurred_at: '2026-09-30T12:00:00Z' })])
    const adding = world.seed(
      `insert into earning (id, partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on)
       select uuidv7(), r.partner_id, r.program_id, r.id, r.agreement_id, b.id, 'commission', 'commission', b.occurred_at, '2026-09-01', '2026-09-01', 'USD', 1000, 100, '{}', 'pending', '2026-10-30'
       from referral r join billing_event b on b.tenant_id = r.tenant_id where r.tenant_id = $1`,
      [tenant],
      tenant,
    )
    await expect(adding).rejects.toMatchObject({ constraint: 'earning_paid_elsewhere' })
  })

  test('that had no payment yet are locked by the first one here, and until then can be withdrawn for good (D5, D12)', async () => {
    const [paying, withdrawn] = [await newTenant('t1'), await newTenant('t2')]
    const lines = [`${email},t1,2026-03-10,,,,,`, `${email},t2,2026-03-10,,,,,`]
    await load(lines)
    await scene.report([payment('one')])
    expect(await earnedFrom(paying)).toEqual([{ payment: 'one', amount: 100, reason: null }])
    const [id] = (await referralsOf(withdrawn)).map((referral) => referral.id)
    await world.seed(
      `update referral set voided_at = now(), voided_by_name = 'Test', void_reason = 'A mistake.' where id = $1`,
      [id],
      withdrawn,
    )
    expect(await load(lines)).toMatchObject({ files: [{ created: 0, unchanged: 2 }] })
    expect((await referralsOf(paying)).map(({ state }) => state)).toEqual(['locked'])
    expect((await referralsOf(withdrawn)).map(({ state }) => state)).toEqual(['voided'])
  })

  test('are taken for a tenant that had an invoice of nothing before, as of a trial (D5, D12)', async () => {
    const tenant = await newTenant('t1')
    await scene.report([
      payment('trial', { net_minor: 0, tax_minor: 0, occurred_at: '2026-03-01T12:00:00Z' }),
    ])
    expect(await load([`${email},t1,2026-03-10,,,,,`])).toMatchObject({ imported: true, bad_rows: [] })
    expect(await referralsOf(tenant)).toMatchObject([{ method: 'imported', state: 'created' }])
  })

  test('name their tenant by id, short name, account number or external id, one of them (D12)', async () => {
    const tenants = [
      await newTenant('a'),
      await newTenant('b'),
      await newTenant('c'),
      await newTenant('d'),
    ] as const
    await world.seed('update tenant set slug = $2 where id = $1', [tenants[1], `slug-${serial}`], tenants[1])
    await world.seed(
      `insert into billing_account (tenant_id, ban, name, currency) values ($1, $2, 'Main', 'USD')`,
      [tenants[2], `BAN-${serial}`],
      tenants[2],
    )
    const head = 'email,tenant_id,tenant_slug,account_number,tenant,referred_on'
    const taken = await load(
      [
        `${email},${encodeId('tenant', tenants[0])},,,,2026-01-01`,
        `${email},,slug-${serial},,,2026-01-01`,
        `${email},,,BAN-${serial},,2026-01-01`,
        `${email},,,,d,2026-01-01`,
      ],
      { head },
    )
    expect(taken).toMatchObject({ imported: true, files: [{ created: 4 }] })
    for (const tenant of tenants) expect(await referralsOf(tenant)).toHaveLength(1)
    const refused = await load(
      [`${email},,x,y,,2026-01-01`, `${email},,,,,2026-01-01`, `${email},ten_x,,,,2026-01-01`],
      {
        head,
      },
    )
    expect(codesOf(refused)).toEqual([2, 3, 4].map((line) => [line, '/tenant', 'INVALID']))
  })
})

describe('a file of referrals with a fault', () => {
  const stranger = async () => {
    const other = await openEarningScene(world)
    const address = `other-${(serial += 1)}@referrers.example`
    await world.seed('update partner set contact_email = $2 where id = $1', [other.partner, address])
    return { other, address }
  }
  const code = (partner: string, text: string, limit: number | null) =>
    world.seed(
      `insert into referral_code (partner_id, code, created_by, usage_limit) values ($1, $2, uuidv7(), $3)`,
      [partner, text, limit],
    )

  test('is refused whole, each line with why: days, partners, agreements, codes, tenants (D5, D12)', async () => {
    const { other, address } = await stranger()
    const bare = await world.partner('Bare', ['referral'])
    await world.seed('update partner set contact_email = $2 where id = $1', [
      bare,
      `bare-${serial}@bare.example`,
    ])
    for (const external of ['t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8']) await newTenant(external)
    await code(scene.partner, `MINE${serial}`, 1)
    await code(other.partner, `OTHER${serial}`, null)
    const refused = await load([
      `${email},t1,2999-01-01,,,,,`,
      `${email},t1,2026-02-30,,,,,`,
      `${email},t1,2026-03-10,,2026-04-01,,,`,
      `${email},t1,2026-03-10,2026-03-09,,,,`,
      `${email},t1,2026-03-10,2026-04-02,2026-04-01,,,`,
      `nobody@referrers.example,t1,2026-03-10,,,,,`,
      `bare-${serial}@bare.example,t1,2026-03-10,,,,,`,
      `${email},unknown,2026-03-10,,,,,`,
      `${email},t2,2026-03-10,,,OTHER${serial},,`,
      `${email},t2,2026-03-10,,,NOSUCH,,`,
      `${email},t3,2026-03-10,,,mine${serial},,`,
      `${email},t4,2026-03-10,,,MINE${serial},,`,
      `${email},t5,2026-03-10,,,,,`,
      `${address},t5,2026-03-10,,,,,`,
      `${email},t5,2026-03-11,,,,,`,
    ])
    expect(refused).toMatchObject({ status: 1, imported: false })
    expect(codesOf(refused).toSorted(([a], [b]) => Number(a) - Number(b))).toEqual([
      [2, '/referredOn', 'INVALID'],
      [3, '/referredOn', 'INVALID'],
      [4, '/firstPaidOn', 'INVALID'],
      [5, '/firstPaidOn', 'INVALID'],
      [6, '/paidThrough', 'INVALID'],
      [7, '/email', 'PARTNER_UNKNOWN'],
      [8, '/email', 'NO_AGREEMENT'],
      [9, '/tenant', 'TENANT_UNKNOWN'],
      [10, '/code', 'CODE_TAKEN'],
      [11, '/code', 'CODE_UNKNOWN'],
      [13, '/code', 'CODE_USED_UP'],
      [15, '/tenant', 'ALREADY_REFERRED'],
      [16, '/tenant', 'REFERRAL_DIFFERS'],
    ])
    expect(await world.sql('select from referral where partner_id = $1', [scene.partner])).toEqual([])
  })

  test('is refused for a tenant that somebody holds, that paid before, or whose payments the file does not know (D5, D6, D12)', async () => {
    const { other } = await stranger()
    const held = await newTenant('t0')
    await world.seed(
      `insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at)
       select g.partner_id, g.program_id, $2, g.id, 'partner_created', now() from agreement g where g.partner_id = $1`,
      [other.partner, held],
      held,
    )
    for (const external of ['t1', 't2', 't3']) {
      await newTenant(external)
      await scene.report([
        payment(`of ${external}`, { tenant_external_id: external, occurred_at: '2026-05-05T12:00:00Z' }),
      ])
    }
    const refused = await load([
      `${email},t0,2026-03-10,,,,,`,
      `${email},t1,2026-06-01,2026-06-02,,,,`,
      `${email},t2,2026-03-10,,,,,`,
      `${email},t3,2026-03-10,2026-05-06,,,,`,
    ])
    expect(codesOf(refused)).toEqual([
      [2, '/tenant', 'ALREADY_REFERRED'],
      [3, '/referredOn', 'TENANT_NOT_NEW'],
      [4, '/firstPaidOn', 'FIRST_PAYMENT_MISSING'],
      [5, '/firstPaidOn', 'FIRST_PAYMENT_EARLIER'],
    ])
  })

  test('is refused for a prospect that another partner had registered then, and taken for whoever registered it (D5, D12)', async () => {
    const { other, address } = await stranger()
    const tenant = await newTenant('t1')
    await world.seed(`update tenant set domain = 'prospect.example' where id = $1`, [tenant], tenant)
    await world.seed(
      `insert into deal_registration (partner_id, company_name, domain, prospect_key, created_by, state, decided_at, decided_by, protected_until)
       values ($1, 'Prospect', 'prospect.example', 'prospect.example', $2, 'approved', '2026-03-01', $2, '2026-05-30')`,
      [other.partner, OPERATOR.id],
    )
    const refused = await load([`${email},t1,2026-03-10,,,,,`])
    expect(codesOf(refused)).toEqual([[2, '/tenant', 'PROSPECT_REGISTERED']])
    expect(await load([`${email},t1,2026-02-28,,,,,`], { more: [] })).toMatchObject({ bad_rows: [] })
    expect(await load([`${address},t1,2026-03-10,,,,,`])).toMatchObject({ imported: true, bad_rows: [] })
    expect(await referralsOf(tenant)).toMatchObject([{ partner_id: other.partner, method: 'imported' }])
  })

  test('is refused where a partner referred itself: a member of both, or the contact by its address (D5, D12)', async () => {
    const [both, contact] = [await newTenant('t1'), await newTenant('t2')]
    const person = await world.person('Wears Both')
    await world.partnerMember(scene.partner, person.id, 'PARTNER_STAFF')
    await world.tenantMember(both, person.id, 'TENANT_ADMIN')
    const refused = await load([`${email},t1,2026-03-10,,,,,`, `${email},t2,2026-03-10,,,,${person.email},`])
    expect(codesOf(refused)).toEqual([
      [2, '/tenant', 'RISK_BLOCKED'],
      [3, '/tenant', 'RISK_BLOCKED'],
    ])
    expect(await referralsOf(contact)).toEqual([])
  })

  test('is taken at the machine alone: no login of the server imports, and what was said never changes (D5, D12)', async () => {
    const tenant = await newTenant('t1')
    await load([`${email},t1,2026-03-10,,,,,`])
    for (const column of [
      `import_reference = 'other'`,
      `first_paid_on = '2026-04-01', paid_through = '2026-04-01'`,
    ])
      await expect(
        world.seed(`update referral set ${column} where tenant_id = $1`, [tenant], tenant),
      ).rejects.toMatchObject({ constraint: 'referral_identity' })
    const client = await world.database.pool('liaison_platform').connect()
    try {
      await expect(client.query(`select access.import_referrals('[]')`)).rejects.toMatchObject({
        code: '42501',
      })
    } finally {
      client.release()
    }
  })
})
