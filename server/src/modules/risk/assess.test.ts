import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assess, openProgramScene, seedClick, seedTenantOf } from '#testing/risk-acts.ts'
import type { ProgramScene } from '#testing/risk-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { riskRoutes } from './index.ts'

let world: TestWorld
let scene: ProgramScene
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start(() => riskRoutes)
  scene = await openProgramScene(world)
  await world.seed('update person set email = $2 where id = $1', [scene.owner.id, 'nora@northwind.example'])
  await world.seed('update person set email = $2 where id = $1', [scene.staff.id, 'eli.northwind@gmail.com'])
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const freshTenant = () => seedTenantOf(world, `boss@company-${(serial += 1)}.example`)
const clear = { outcome: 'clear', rules: [] }

describe('what the rules see in a sign-up (D5)', () => {
  test('a company that has nothing to do with its referrer is clear, and no case is opened', async () => {
    const tenant = await freshTenant()
    expect(await assess(world, scene, tenant, { ipPrefix: '198.51.100.0/24' })).toEqual(clear)
    expect(await world.sql('select 1 from risk_case where tenant_id = $1', [tenant])).toEqual([])
  })

  test('the address of a member of the partner is blocked, whoever the tenant’s admins are', async () => {
    const tenant = await freshTenant()
    expect(await assess(world, scene, tenant, { contactEmail: 'Nora@Northwind.example' })).toEqual({
      outcome: 'block',
      rules: ['own_address'],
    })
  })

  test('the domain of a member of the partner is blocked, that of a free mailbox is not', async () => {
    const own = await seedTenantOf(world, 'other@northwind.example')
    expect(await assess(world, scene, own)).toEqual({ outcome: 'block', rules: ['own_address'] })
    const free = await seedTenantOf(world, 'somebody@gmail.com')
    expect(await assess(world, scene, free)).toEqual(clear)
  })

  test('a partner’s member who is a member of the tenant is blocked, an ended membership is not', async () => {
    const tenant = await freshTenant()
    await world.tenantMember(tenant, scene.staff.id, 'TENANT_USER')
    expect((await assess(world, scene, tenant)).rules).toEqual(['own_member'])
    const past = await freshTenant()
    await world.tenantMember(past, scene.staff.id, 'TENANT_USER')
    await world.seed(
      `update tenant_member set status = 'inactive' where tenant_id = $1 and person_id = $2`,
      [past, scene.staff.id],
      past,
    )
    expect(await assess(world, scene, past)).toEqual(clear)
  })

  test('a throw-away mailbox is held, under a subdomain too', async () => {
    expect(await assess(world, scene, await freshTenant(), { contactEmail: 'x@mailinator.com' })).toEqual({
      outcome: 'hold',
      rules: ['disposable_address'],
    })
    expect(
      (await assess(world, scene, await freshTenant(), { contactEmail: 'x@eu.yopmail.com' })).rules,
    ).toEqual(['disposable_address'])
    expect(await assess(world, scene, await freshTenant(), { contactEmail: 'x@notmailinator.com' })).toEqual(
      clear,
    )
  })

  test.each([
    ['203.0.113.0/24', 'hold'],
    ['203.0.114.0/24', 'clear'],
    ['2001:db8:1::/48', 'hold'],
    ['2001:db8:2::/48', 'clear'],
    ['not a network', 'clear'],
    ['0.0.0.0/0', 'clear'],
  ])('the network of a member’s recent session is held: %s is %s', async (ipPrefix, outcome) => {
    await world.sql(`update session set ip = '203.0.113.9' where person_id = $1`, [scene.owner.id])
    await world.sql(`update session set ip = '2001:db8:1::7' where person_id = $1`, [scene.staff.id])
    expect((await assess(world, scene, await freshTenant(), { ipPrefix })).outcome).toBe(outcome)
  })

  test('a session of long ago says nothing', async () => {
    await world.sql(
      `update session set ip = '192.0.2.9', seen_at = now() - interval '31 days', created_at = now() - interval '31 days' where person_id = $1`,
      [scene.staff.id],
    )
    expect(await assess(world, scene, await freshTenant(), { ipPrefix: '192.0.2.0/24' })).toEqual(clear)
  })

  test('a sign-up within seconds of the click is held, one after a minute is not', async () => {
    const at = new Date('2026-03-01T10:00:00Z')
    const clickId = await seedClick(world, scene, { at })
    const after = (seconds: number) => new Date(at.getTime() + seconds * 1000)
    expect(await assess(world, scene, await freshTenant(), { clickId, at: after(2) })).toEqual({
      outcome: 'hold',
      rules: ['hasty_sign_up'],
    })
    expect(await assess(world, scene, await freshTenant(), { clickId, at: after(60) })).toEqual(clear)
  })

  test('more clicks of one network in an hour than people make are held', async () => {
    const at = new Date('2026-03-02T10:00:00Z')
    await world.sql(
      `insert into referral_click (code_id, partner_id, occurred_at, expires_at, ip_prefix_hash)
       select $1, $2, $3::timestamptz - make_interval(secs => n), now() + interval '1 day', sha256('flood') from generate_series(1, 100) n`,
      [scene.codeId, scene.partner, at],
    )
    const clickId = await seedClick(world, scene, { at, network: 'flood' })
    const signedUpAt = new Date(at.getTime() + 600_000)
    expect((await assess(world, scene, await freshTenant(), { clickId, at: signedUpAt })).rules).toEqual([
      'hasty_sign_up',
    ])
  })

  test.each([
    [{ landing: '/start?gclid=abc' }, 'hold'],
    [{ landing: '/start?utm_medium=CPC&x=1' }, 'hold'],
    [{ utm: { medium: 'cpc' } }, 'hold'],
    [{ utm: { medium: 'newsletter' } }, 'clear'],
    [{ landing: '/start?notgclid=abc' }, 'clear'],
    [{ referrerHost: 'example.org' }, 'clear'],
  ])('an advertisement is held: %j is %s', async (click, outcome) => {
    const clickId = await seedClick(world, scene, click)
    expect((await assess(world, scene, await freshTenant(), { clickId })).outcome).toBe(outcome)
  })

  test('the strictest effect decides, every rule that saw something is named, and one case is open at a time', async () => {
    const tenant = await seedTenantOf(world, 'third@northwind.example')
    const signUp = { contactEmail: 'x@mailinator.com' }
    expect(await assess(world, scene, tenant, signUp)).toEqual({
      outcome: 'block',
      rules: ['own_address', 'disposable_address'],
    })
    await assess(world, scene, tenant, signUp)
    const cases = await world.sql<{ category: string; evidence: { rule: string }[] }>(
      'select category, evidence from risk_case where tenant_id = $1',
      [tenant],
    )
    expect(cases).toHaveLength(1)
    expect(cases[0]).toMatchObject({
      category: 'relationship',
      evidence: [
        {
          rule: 'own_address',
          effect: 'block',
          version: 0,
          facts: { match: 'domain', domain: 'northwind.example' },
        },
        { rule: 'disposable_address', effect: 'hold', version: 0, facts: { domain: 'mailinator.com' } },
      ],
    })
  })

  test('the same payout account at two partners opens a case about each that enters it, and holds all that it earns', async () => {
    const [one, two] = [await openProgramScene(world, 'Alpha'), await openProgramScene(world, 'Beta')]
    const enter = (at: ProgramScene) =>
      world.seed(
        `insert into payout_account (id, partner_id, method, holder_name, label, sealed_details, fingerprint, created_by, created_by_name)
         values (uuidv7(), $1, 'bank_transfer', 'Holder', 'ends 42', '', sha256('the same account'), $2, 'Owner')`,
        [at.partner, at.owner.id],
      )
    await enter(one)
    expect(await world.sql('select 1 from risk_case where partner_id = $1', [one.partner])).toEqual([])
    await enter(two)
    const rows = await world.sql(
      'select outcome, rules, category, tenant_id, evidence from risk_case where partner_id = $1',
      [two.partner],
    )
    expect(rows).toMatchObject([
      {
        outcome: 'hold',
        rules: ['shared_payout_account'],
        category: 'payout_account',
        tenant_id: null,
        evidence: [{ facts: { partners: ['Alpha'] } }],
      },
    ])
    expect((await assess(world, two, await freshTenant())).rules).toEqual(['shared_payout_account'])
  })
})
