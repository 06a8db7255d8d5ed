import { decodeId, encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { assess, openProgramScene, seedEarning, seedReferral, seedTenantOf } from '#testing/risk-acts.ts'
import type { ProgramScene } from '#testing/risk-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { riskRoutes } from './index.ts'

let world: TestWorld
let scene: ProgramScene
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start(() => riskRoutes)
  scene = await openProgramScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const CASES = '/api/v1/admin/risk-cases'
const freshTenant = () => seedTenantOf(world, `boss@case-${(serial += 1)}.example`)

/** A referral whose sign-up was held, with something earned since. */
async function heldReferral() {
  const tenant = await freshTenant()
  await assess(world, scene, tenant, { contactEmail: 'x@mailinator.com' })
  const referral = await seedReferral(world, scene, tenant)
  const earning = await seedEarning(world, referral)
  return { tenant, referral, earning, id: await caseOf(tenant) }
}

async function caseOf(tenant: TenantId): Promise<string> {
  const [row] = await world.sql<{ id: string }>(
    'select id from risk_case where tenant_id = $1 order by id desc',
    [tenant],
  )
  return publicIdOf('risk_case', row?.id ?? '')
}

const stateOf = async (earning: string) =>
  (await world.sql<{ state: string }>('select state from earning where id = $1', [earning]))[0]?.state

const onHold = async (referral: string) =>
  (await world.sql<{ held: boolean }>('select access.referral_on_hold($1) as held', [referral]))[0]?.held

const resolve = (id: string, decision: string, etag = '"v1"', caller = scene.provider.caller) =>
  world.call(caller, 'POST', `${CASES}/${id}/resolve`, {
    body: { decision, reason: 'Looked into it' },
    headers: { 'if-match': etag },
  })

const eventsOf = (action: string, field: string, id: string) =>
  world.sql<{ actor_name: string; reason: string; changes: object }>(
    `select actor_name, reason, changes from audit_event where action = $1 and resource_id = $2 and resource_type = $3`,
    [action, id, field],
  )

describe('cases (D5)', () => {
  test('a held sign-up finds its referral, holds what it earns while it is open, and tells why to the provider', async () => {
    const { id, referral } = await heldReferral()
    expect(await onHold(referral)).toBe(true)
    const answer = await world.call(scene.provider.caller, 'GET', `${CASES}/${id}`)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({
      risk_case_id: id,
      referral_id: encodeId('referral', referral),
      outcome: 'hold',
      rules: ['disposable_address'],
      category: 'sign_up',
      state: 'open',
      evidence: [
        { rule: 'disposable_address', effect: 'hold', version: 0, facts: { domain: 'mailinator.com' } },
      ],
      events: [{ action: 'flagged' }, { action: 'attached' }],
    })
  })

  test('releasing a case lets its earnings wait as if nothing had been, with one event and the reason', async () => {
    const { id, referral, earning } = await heldReferral()
    await world.seed(
      `update earning set state = 'held', hold_kind = 'risk', hold_reason = 'A check is under way.' where id = $1`,
      [earning],
    )
    const answer = await resolve(id, 'release')
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ state: 'released', decided_by_name: 'Provider', version: 2 })
    expect(await onHold(referral)).toBe(false)
    expect(await stateOf(earning)).toBe('pending')
    const raw = decodeId('risk_case', id)
    expect(await eventsOf('program.risk.resolved', 'risk_case', String(raw))).toMatchObject([
      { actor_name: 'Provider', reason: 'Looked into it' },
    ])
  })

  test('confirming voids what was earned and the referral while it is not locked', async () => {
    const { id, referral, earning } = await heldReferral()
    expect((await resolve(id, 'confirm')).statusCode).toBe(200)
    expect(await stateOf(earning)).toBe('void')
    const [row] = await world.sql(
      'select voided_at is not null as voided, void_reason from referral where id = $1',
      [referral],
    )
    expect(row).toEqual({ voided: true, void_reason: 'It did not pass a check.' })
    expect(await eventsOf('program.referral.voided', 'referral', referral)).toHaveLength(1)
    expect(await eventsOf('program.earning.voided', 'earning', earning)).toHaveLength(1)
  })

  test('confirming leaves a locked referral as it is and blocks it for good', async () => {
    const { id, referral, earning, tenant } = await heldReferral()
    await world.seed(
      `update referral set locked_at = now(), locked_by_event = (select billing_event_id from earning where id = $2) where id = $1`,
      [referral, earning],
      tenant,
    )
    expect((await resolve(id, 'confirm')).statusCode).toBe(200)
    expect(await stateOf(earning)).toBe('void')
    const rows = await world.sql(
      'select r.voided_at, b.reason, b.decided_by_name from referral r left join referral_block b on b.referral_id = r.id where r.id = $1',
      [referral],
    )
    expect(rows).toEqual([
      { voided_at: null, reason: 'It did not pass a check.', decided_by_name: 'Provider' },
    ])
    expect(await eventsOf('program.referral.blocked', 'referral', referral)).toHaveLength(1)
  })

  test('a case about the partner as a whole holds every referral, and its release frees them all', async () => {
    const [one, two] = [await openProgramScene(world, 'Alpha'), await openProgramScene(world, 'Beta')]
    const referral = await seedReferral(world, two, await freshTenant())
    const earning = await seedEarning(world, referral)
    for (const at of [one, two])
      await world.seed(
        `insert into payout_account (id, partner_id, method, holder_name, label, sealed_details, fingerprint, created_by, created_by_name)
         values (uuidv7(), $1, 'bank_transfer', 'Holder', 'ends 42', '', sha256('cases'), $2, 'Owner')`,
        [at.partner, at.owner.id],
      )
    expect(await onHold(referral)).toBe(true)
    expect(await stateOf(earning)).toBe('held')
    const list = await world.call(
      scene.provider.caller,
      'GET',
      `${CASES}?partner_id=${encodeId('partner', two.partner)}`,
    )
    expect(list.json()).toMatchObject({ total: 1, items: [{ tenant_id: null, category: 'payout_account' }] })
    await resolve(list.json().items[0].risk_case_id, 'release')
    expect(await stateOf(earning)).toBe('pending')
    expect(await onHold(referral)).toBe(false)
  })

  test('somebody of the provider looks into a referral by hand, once at a time', async () => {
    const tenant = await freshTenant()
    const referral = await seedReferral(world, scene, tenant)
    const earning = await seedEarning(world, referral)
    const open = () =>
      world.call(scene.provider.caller, 'POST', CASES, {
        body: { referral_id: encodeId('referral', referral), note: 'The customer wrote to us' },
        headers: { 'idempotency-key': `open-${(serial += 1)}` },
      })
    const made = await open()
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({ rules: ['manual'], outcome: 'hold', opened_by_name: 'Provider' })
    expect(await stateOf(earning)).toBe('held')
    expect((await open()).json()).toMatchObject({ code: 'RISK_CASE_OPEN' })
  })

  test('a case is decided once, by the version that was read, with a reason', async () => {
    const { id } = await heldReferral()
    expect((await resolve(id, 'release', '"v7"')).statusCode).toBe(412)
    const bare = await world.call(scene.provider.caller, 'POST', `${CASES}/${id}/resolve`, {
      body: { decision: 'maybe' },
      headers: { 'if-match': '"v1"' },
    })
    expect(bare.statusCode).toBe(422)
    expect(bare.json().errors).toHaveLength(2)
    expect((await resolve(id, 'release')).statusCode).toBe(200)
    expect((await resolve(id, 'confirm', '"v2"')).json()).toMatchObject({ code: 'RISK_CASE_DECIDED' })
  })

  test('two people who decide at the same time decide once', async () => {
    const { id, earning } = await heldReferral()
    const other = await world.person()
    await world.platformAdmin(other.id)
    const caller = await world.signIn(other.id)
    const answers = await Promise.all([resolve(id, 'release'), resolve(id, 'confirm', '"v1"', caller)])
    expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
      200,
      expect.toBeOneOf([409, 412]),
    ])
    expect(['pending', 'void']).toContain(await stateOf(earning))
  })

  test('nobody decides about a partner of which they are a member (D1)', async () => {
    const { id } = await heldReferral()
    await world.platformAdmin(scene.owner.id)
    expect((await resolve(id, 'release', '"v1"', scene.owner.caller)).json()).toMatchObject({
      code: 'RISK_OWN_PARTNER',
    })
    await world.seed('delete from platform_staff where person_id = $1', [scene.owner.id])
  })

  test('a partner learns the category of its own referral alone, and nobody of a partner reads cases', async () => {
    const { referral } = await heldReferral()
    const other = await openProgramScene(world, 'Gamma')
    for (const caller of [scene.owner.caller, scene.staff.caller, null]) {
      const answer = await world.call(caller, 'GET', CASES)
      expect([401, 403]).toContain(answer.statusCode)
    }
    const ask = (by: ProgramScene) => asProgram(by, 'select access.risk_category($1) as category', [referral])
    expect(await ask(scene)).toEqual([{ category: 'sign_up' }])
    expect(await ask(other)).toEqual([{ category: null }])
  })
})

async function asProgram(by: ProgramScene, text: string, values: unknown[]) {
  const { createHash } = await import('node:crypto')
  const token = String(by.owner.caller.cookie).split('=')[1] ?? ''
  const client = await world.database.pool('liaison_program').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: null,
        permission: 'partner_org.links.read',
        writes: false,
        source: 'api',
      },
    ])
    return (await client.query(text, values)).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}
