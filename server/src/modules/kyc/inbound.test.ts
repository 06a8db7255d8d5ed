import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addGuest, keepKey, openRealmScene, OWN, readBack, submit } from '#testing/identity-check-acts.ts'
import type { RealmScene } from '#testing/identity-check-acts.ts'
import { TestWorld } from '#testing/world.ts'
import {
  HAND_OVER_TOPIC,
  makeIdentityCheckRoutes,
  makeSimulatedVendor,
  runIdentityCheckClock,
} from './index.ts'
import { signEvent, writeEvent } from './simulated-vendor.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeIdentityCheckRoutes, { isDemo: true })
})
afterAll(() => world[Symbol.asyncDispose]())

const SIMULATED = { kyc_provider: 'simulated' } as const

interface Vendor {
  readonly scene: RealmScene
  readonly secret: Buffer
  readonly id: string
  readonly reference: string
}

interface Sending {
  readonly id?: string
  readonly state?: string
  readonly at?: Date
  readonly signedAt?: Date
  readonly reference?: string
  readonly secret?: Buffer
  readonly slug?: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly reasons?: readonly string[]
}

let serial = 0
const now = () => new Date(Math.floor(Date.now()))

async function openVendor(): Promise<Vendor> {
  const scene = await openRealmScene(world, SIMULATED)
  const secret = await keepKey(world, scene.partner, world.app.services)
  const id = await submit(world, scene.guest.caller)
  const reference = `sim_${id}`
  await world.seed('update kyc_case set provider_ref = $2 where id = $1', [
    decodeId('identity_check', id),
    reference,
  ])
  return { scene, secret, id, reference }
}

/** Sends what the vendor would, with one part of it changed. */
function send(vendor: Vendor, sending: Sending = {}) {
  const at = sending.at ?? now()
  const { state = 'approved', reference = vendor.reference, reasons = [] } = sending
  const body = writeEvent({ reference, state, at, reasons })
  const headers = signEvent(sending.secret ?? vendor.secret, {
    id: sending.id ?? `evt_${(serial += 1)}`,
    at: sending.signedAt ?? now(),
    body,
  })
  return world.app.http.inject({
    method: 'POST',
    url: `/identity-events/simulated/${sending.slug ?? vendor.scene.slug}`,
    headers: { ...headers, ...sending.headers },
    payload: sending.body ?? body,
  })
}

const stateOf = async (vendor: Vendor) => (await readBack(world, vendor.scene, vendor.id))?.state
const outcomes = async (vendor: Vendor) =>
  (
    await world.sql<{ outcome: string }>('select outcome from kyc_event where partner_id = $1 order by id', [
      vendor.scene.partner,
    ])
  ).map(({ outcome }) => outcome)
const later = (ms: number) => new Date(Date.now() + ms)

describe('an event of a vendor', () => {
  test('that is signed verifies the check and makes a basic user, once, in one transaction (C8)', async () => {
    const vendor = await openVendor()
    expect((await send(vendor, { state: 'reviewing' })).statusCode).toBe(204)
    expect(await stateOf(vendor)).toBe('in_review')
    const answer = await send(vendor)
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect(await readBack(world, vendor.scene, vendor.id)).toMatchObject({ state: 'verified', role: 'basic' })
  })

  test('that comes before any other is taken through review at once, and says why when it asks again or declines (C8)', async () => {
    const [asked, declined] = [await openVendor(), await openVendor()]
    await send(asked, { state: 'retry', reasons: ['document_unreadable', 'vendor_special'] })
    expect((await world.call(asked.scene.guest.caller, 'GET', OWN)).json().check).toMatchObject({
      status: 'resubmit',
      reasons: [{ code: 'document_unreadable' }, { code: 'other' }],
    })
    await send(declined, { state: 'declined', reasons: ['suspected_misuse'] })
    expect(await readBack(world, declined.scene, declined.id)).toMatchObject({
      state: 'rejected',
      role: 'guest',
    })
  })

  test('that is forged, unsigned, changed, truncated, too old, too new or signed with a key that ended is refused alike (C8)', async () => {
    const vendor = await openVendor()
    const body = writeEvent({ reference: vendor.reference, state: 'approved', at: now() })
    const attempts = [
      send(vendor, { secret: Buffer.alloc(32, 7) }),
      send(vendor, { headers: { 'webhook-signature': '' } }),
      send(vendor, { headers: { 'webhook-signature': 'v1,AAAA v2,x' } }),
      send(vendor, { headers: { 'webhook-id': 'another' } }),
      send(vendor, { headers: { 'webhook-timestamp': '1' } }),
      send(vendor, { body: `${body} ` }),
      send(vendor, { body: body.slice(0, -20) }),
      send(vendor, { signedAt: later(-301_000) }),
      send(vendor, { signedAt: later(302_000) }),
      send(vendor, { slug: 'nobody' }),
      world.app.http.inject({
        method: 'POST',
        url: `/identity-events/unknown/${vendor.scene.slug}`,
        headers: { 'content-type': 'application/json' },
        payload: '{}',
      }),
    ]
    const answers = await Promise.all(attempts)
    for (const answer of answers) {
      expect([answer.statusCode, answer.json().code, answer.json().detail]).toEqual([
        401,
        'SIGNATURE_REFUSED',
        'The message carries no valid signature.',
      ])
    }
    expect([await stateOf(vendor), await outcomes(vendor)]).toEqual(['submitted', []])
    expect((await send(vendor, { signedAt: later(-290_000) })).statusCode).toBe(204)
  })

  test('that is too large, not JSON by its type, or not in the vendor’s form changes nothing (C8)', async () => {
    const vendor = await openVendor()
    const signed = (body: string) => {
      const headers = signEvent(vendor.secret, { id: `evt_${(serial += 1)}`, at: now(), body })
      return world.app.http.inject({
        method: 'POST',
        url: `/identity-events/simulated/${vendor.scene.slug}`,
        headers,
        payload: body,
      })
    }
    expect((await signed(`"${'x'.repeat(17_000)}"`)).statusCode).toBe(413)
    expect((await send(vendor, { headers: { 'content-type': 'text/plain' } })).statusCode).toBe(415)
    for (const body of [
      '{}',
      '[]',
      'null',
      '{"type":',
      '\u0000',
      writeEvent({ reference: vendor.reference, state: 'approved', at: later(3_600_000) }),
    ])
      expect((await signed(body)).json().code, body).toBe('VALIDATION_ERROR')
    expect(await stateOf(vendor)).toBe('submitted')
  })

  test('with an unknown state, or from a vendor that knows more states than we do, verifies nobody (C8)', async () => {
    const vendor = await openVendor()
    for (const state of ['received', 'APPROVED', 'verified', '__proto__', 'constructor'])
      expect((await send(vendor, { state })).statusCode, state).toBe(204)
    expect(await stateOf(vendor)).toBe('submitted')
    expect(new Set(await outcomes(vendor))).toEqual(new Set(['no_change']))
  })

  test('that names nobody, or a check of another partner, is answered like any other and does nothing (C8)', async () => {
    const [vendor, other] = [await openVendor(), await openVendor()]
    const answers = [
      await send(vendor, { reference: 'sim_nobody' }),
      await send(vendor, { reference: other.reference }),
      await send(vendor, { state: 'reviewing' }),
    ]
    expect(answers.map((answer) => [answer.statusCode, answer.body])).toEqual([
      [204, ''],
      [204, ''],
      [204, ''],
    ])
    expect([await stateOf(other), await outcomes(other)]).toEqual(['submitted', []])
    expect(await outcomes(vendor)).toEqual(['unknown_reference', 'unknown_reference', 'applied'])
    const crossed = await send(vendor, { slug: other.scene.slug })
    expect(crossed.statusCode).toBe(401)
  })

  test('that is older than the last one never moves a check back (C8)', async () => {
    const vendor = await openVendor()
    const [first, second] = [later(-5000), later(-1000)]
    await send(vendor, { state: 'retry', at: second, reasons: ['other'] })
    await send(vendor, { state: 'approved', at: first })
    await send(vendor, { state: 'withdrawn', at: first })
    expect(await stateOf(vendor)).toBe('resubmit')
    expect(await outcomes(vendor)).toEqual(['applied', 'stale', 'stale'])
  })

  test('of any order and number leads to where the newest one leads, and never out of a final state (C8)', async () => {
    const vendor = await openVendor()
    await send(vendor, { state: 'approved', at: later(-3000) })
    for (const state of ['declined', 'retry', 'withdrawn', 'reviewing']) await send(vendor, { state })
    expect(await readBack(world, vendor.scene, vendor.id)).toMatchObject({ state: 'verified', role: 'basic' })
  })

  test('that comes a thousand times at once has one effect (C8)', async () => {
    const vendor = await openVendor()
    const signedAt = now()
    const at = later(-10)
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => send(vendor, { id: 'evt_same', at, signedAt })),
    )
    const codes = Map.groupBy(answers, (answer) => answer.statusCode)
    // Beyond what the server takes at once it says so, and the vendor comes again.
    expect([...codes.keys()].filter((code) => code !== 204 && code !== 503)).toEqual([])
    expect(codes.get(204)?.length ?? 0).toBeGreaterThan(0)
    expect(await outcomes(vendor)).toEqual(['applied'])
    const moves = await world.sql(
      `select action from audit_event where resource_id = $1 and action = 'identity_checks.verify'`,
      [decodeId('identity_check', vendor.id)],
    )
    const mails = await world.sql(
      `select 1 from outbox where topic = 'kyc.verified' and payload ->> 'identity_check_id' = $1`,
      [decodeId('identity_check', vendor.id)],
    )
    expect([moves.length, mails.length]).toEqual([1, 1])
  }, 60_000)

  test('whose id came before with another content is refused and written down (C8)', async () => {
    const vendor = await openVendor()
    await send(vendor, { id: 'evt_reused', state: 'reviewing' })
    const reused = await send(vendor, { id: 'evt_reused', state: 'approved', at: later(5) })
    expect([reused.statusCode, reused.json().code]).toEqual([409, 'EVENT_ID_REUSED'])
    expect(await stateOf(vendor)).toBe('in_review')
    const events = await world.sql(
      `select outcome, code from audit_event where action = 'identity_checks.vendor_event' and partner_id = $1 and code is not null`,
      [vendor.scene.partner],
    )
    expect(events).toEqual([{ outcome: 'error', code: 'EVENT_ID_REUSED' }])
  })

  test('after a rotation counts under both keys during the overlap, then under the new one alone; a stopped partner takes none (C8)', async () => {
    const vendor = await openVendor()
    const rotate = (hours: number) =>
      world.call(vendor.scene.first.caller, 'POST', '/api/v1/partner/identity-vendors/simulated/rotate-key', {
        body: { overlap_hours: hours },
      })
    const rotated = await rotate(24)
    expect(rotated.statusCode, rotated.body).toBe(201)
    const secret = Buffer.from(String(rotated.json().secret).replace('whsec_', ''), 'base64')
    expect((await send(vendor, { state: 'received' })).statusCode).toBe(204)
    expect((await send(vendor, { state: 'received', secret })).statusCode).toBe(204)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [vendor.scene.partner])
    expect((await send(vendor, { secret })).statusCode).toBe(401)
    await world.seed(`update partner set status = 'active' where id = $1`, [vendor.scene.partner])
    const again = await rotate(0)
    const newest = Buffer.from(String(again.json().secret).replace('whsec_', ''), 'base64')
    expect((await send(vendor)).statusCode).toBe(401)
    expect((await send(vendor, { secret })).statusCode).toBe(401)
    expect((await send(vendor, { secret: newest })).statusCode).toBe(204)
    const keys = await world.call(vendor.scene.first.caller, 'GET', '/api/v1/partner/identity-vendors/keys')
    expect(keys.json().items).toHaveLength(2)
    expect(keys.body).not.toContain(newest.toString('base64'))
  })
})

describe('the simulated vendor', () => {
  const vendorOf = () =>
    makeSimulatedVendor({
      database: world.database,
      vault: world.app.services.vault,
      post: async ({ path, headers, body }) =>
        (await world.app.http.inject({ method: 'POST', url: path, headers, payload: body })).statusCode,
    })
  /** Does what waits in the outbox for the vendor. */
  async function handOver(scene: RealmScene): Promise<number> {
    const work = await world.sql<{ id: string; payload: Record<string, unknown> }>(
      `delete from outbox where topic = $1 and payload ->> 'identity_check_id' in (select id::text from kyc_case where partner_id = $2) returning id, payload`,
      [HAND_OVER_TOPIC, scene.partner],
    )
    const handle = vendorOf()
    for (const { id, payload } of work) await handle(payload, id)
    // A job can run twice; nothing more comes of it.
    for (const { id, payload } of work) await handle(payload, id)
    return work.length
  }

  test('decides by the name that was given, by signed events over our own address (C8)', async () => {
    const scene = await openRealmScene(world, SIMULATED)
    const wanted = {
      'Ada Example': 'verified',
      'Reject Me': 'rejected',
      'Retry Me': 'resubmit',
      'Wait For Me': 'in_review',
    }
    for (const [name, state] of Object.entries(wanted)) {
      const guest = await addGuest(world, scene.partner)
      const id = await submit(world, guest.caller, { legal_name: name })
      expect(await handOver(scene)).toBe(1)
      expect(await readBack(world, scene, id), name).toMatchObject({
        state,
        role: state === 'verified' ? 'basic' : 'guest',
      })
      if (state !== 'resubmit') continue
      await submit(world, guest.caller, { legal_name: name })
      await handOver(scene)
      expect(await readBack(world, scene, id)).toMatchObject({ state: 'verified', role: 'basic' })
    }
  })

  test('that is silent is asked by the clock, once (C8)', async () => {
    const scene = await openRealmScene(world, SIMULATED)
    const id = await submit(world, scene.guest.caller)
    await world.seed(
      `update kyc_case set provider_ref = 'sim_lost', submitted_at = now() - interval '16 minutes' where id = $1`,
      [decodeId('identity_check', id)],
    )
    const clock = () => runIdentityCheckClock({ database: world.database, publicOrigin: 'http://l' })
    expect(await clock()).toBe(1)
    expect(await readBack(world, scene, id)).toMatchObject({ state: 'verified', role: 'basic' })
    expect(await clock()).toBe(0)
  })

  test('people of the partner decide none of its checks (C8)', async () => {
    const scene = await openRealmScene(world, SIMULATED)
    const id = await submit(world, scene.guest.caller)
    const taken = await world.call(scene.first.caller, 'POST', `/api/v1/partner/identity-checks/${id}/take`)
    expect(taken.json().code).toBe('VENDOR_DECIDES')
  })
})
