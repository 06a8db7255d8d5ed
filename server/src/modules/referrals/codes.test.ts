import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asPerson, makeCodeAs, openReferralScene, uuidOf } from '#testing/referral-acts.ts'
import type { ReferralScene, Somebody } from '#testing/referral-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeReferralRoutes } from './index.ts'

let world: TestWorld
let scene: ReferralScene
let other: ReferralScene
beforeAll(async () => {
  world = await TestWorld.start(makeReferralRoutes)
  scene = await openReferralScene(world)
  other = await openReferralScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const codesOf = async (who: Somebody): Promise<string[]> => {
  const answer = await world.call(who.caller, 'GET', '/api/v1/program/codes?limit=100')
  return answer.json<{ items: { code: string }[] }>().items.map(({ code }) => code)
}

describe('codes of a partner', () => {
  test('one call makes a code without look-alikes, with its link and its picture, and both sides read of it (D5, D10)', async () => {
    const made = await world.call(scene.staff.caller, 'POST', '/api/v1/program/codes', { body: {} })
    expect(made.statusCode).toBe(201)
    const body = made.json()
    expect(body.code).toMatch(/^[A-HJKMNP-Z2-9]{8}$/)
    expect(body).toMatchObject({
      link: `http://localhost:3000/r/${body.code}`,
      state: 'active',
      used_count: 0,
      is_mine: true,
    })
    expect(body.qr_svg).toContain('<svg')
    const [event] = await world.sql(
      `select partner_id from audit_event where action = 'program.code.created' and resource_id = $1`,
      [uuidOf('referral_code', body.code_id)],
    )
    expect(event).toEqual({ partner_id: scene.partner })
  })

  test('a code reads the same in capitals and small letters, exists once for all partners, and is no reserved word (D5)', async () => {
    await makeCodeAs(world, scene.owner, { code: 'spring26' })
    for (const code of ['SPRING26', 'spring26', 'admin', 'Partner']) {
      const again = await world.call(other.owner.caller, 'POST', '/api/v1/program/codes', { body: { code } })
      expect([again.statusCode, again.json().code], code).toEqual([409, 'REFERRAL_CODE_TAKEN'])
    }
  })

  test('bad input is answered with all its faults at once, and nothing is made (D5)', async () => {
    const before = await codesOf(scene.owner)
    const refused = await world.call(scene.owner.caller, 'POST', '/api/v1/program/codes', {
      body: { code: 'a b', destination_url: 'javascript:alert(1)', usage_limit: 0, colour: 'red' },
    })
    expect(refused.statusCode).toBe(422)
    const pointers = refused.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer)
    expect(new Set(pointers)).toEqual(
      new Set(['/body/code', '/body/destination_url', '/body/usage_limit', '/body/colour']),
    )
    const backwards = await world.call(scene.owner.caller, 'POST', '/api/v1/program/codes', {
      body: { starts_at: '2027-01-02T00:00:00Z', expires_at: '2027-01-01T00:00:00Z' },
    })
    expect(backwards.json().errors).toMatchObject([
      { pointer: '/body/expires_at', code: 'ENDS_BEFORE_START' },
    ])
    expect(await codesOf(scene.owner)).toEqual(before)
  })

  test('staff see the codes that they made, owners all, other partners none; one made by the provider only owners (D8)', async () => {
    const mine = await makeCodeAs(world, scene.staff)
    const theirs = await makeCodeAs(world, scene.colleague)
    const given = await world.call(scene.admin.caller, 'POST', '/api/v1/admin/codes', {
      body: { partner_id: encodeId('partner', scene.partner), label: 'Trade fair' },
    })
    expect(given.statusCode).toBe(201)
    const onBehalf = String(given.json().code)
    const seen = {
      staff: await codesOf(scene.staff),
      owner: await codesOf(scene.owner),
      stranger: await codesOf(other.owner),
    }
    expect(seen.staff).toContain(mine.code)
    expect(seen.staff).not.toContain(theirs.code)
    expect(seen.staff).not.toContain(onBehalf)
    expect(seen.owner).toEqual(expect.arrayContaining([mine.code, theirs.code, onBehalf]))
    expect(seen.stranger).not.toContain(mine.code)
    const foreign = await world.call(other.owner.caller, 'GET', `/api/v1/program/codes/${mine.id}`)
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'REFERRAL_CODE_NOT_FOUND'])
  })

  test('an owner and the provider switch codes, staff not even their own, by HTTP and by SQL (D5)', async () => {
    const mine = await makeCodeAs(world, scene.staff)
    const path = (move: string, base = 'program') => `/api/v1/${base}/codes/${mine.id}/${move}`
    const refused = await world.call(scene.staff.caller, 'POST', path('deactivate'))
    expect(refused.statusCode).toBe(403)
    const bySql = await asPerson(world, { plane: 'program', caller: scene.staff.caller }, (client) =>
      attempt(client, `update referral_code set state = 'inactive' where id = $1`, [
        uuidOf('referral_code', mine.id),
      ]),
    )
    expect(bySql).toBe('nothing')
    const off = await world.call(scene.owner.caller, 'POST', path('deactivate'))
    expect([off.statusCode, off.json().state]).toEqual([200, 'inactive'])
    const twice = await world.call(scene.owner.caller, 'POST', path('deactivate'))
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'REFERRAL_CODE_STATE_CONFLICT'])
    const on = await world.call(scene.admin.caller, 'POST', path('activate', 'admin'))
    expect([on.statusCode, on.json().state]).toEqual([200, 'active'])
  })

  test('links lead to hosts that the provider names, and nowhere else (D5)', async () => {
    const body = { destination_url: 'https://shop.example/start' }
    const refused = await world.call(scene.owner.caller, 'POST', '/api/v1/program/codes', { body })
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'REFERRAL_HOST_NOT_ALLOWED'])
    const settings = '/api/v1/admin/referral-settings'
    const read = await world.call(scene.admin.caller, 'GET', settings)
    const put = (etag: string) =>
      world.call(scene.admin.caller, 'PUT', settings, {
        body: { default_url: null, allowed_hosts: ['shop.example'] },
        headers: { 'if-match': etag },
      })
    expect((await put(String(read.headers['etag']))).statusCode).toBe(200)
    expect((await put(String(read.headers['etag']))).statusCode).toBe(412)
    expect((await world.call(scene.owner.caller, 'POST', '/api/v1/program/codes', { body })).statusCode).toBe(
      201,
    )
    const lookalike = { destination_url: 'https://shop.example.evil.example/' }
    const evil = await world.call(scene.owner.caller, 'POST', '/api/v1/program/codes', { body: lookalike })
    expect(evil.statusCode).toBe(409)
  })

  test('the same Idempotency-Key makes one code (D5)', async () => {
    const headers = { 'idempotency-key': 'one-code' }
    const first = await world.call(scene.staff.caller, 'POST', '/api/v1/program/codes', { body: {}, headers })
    const again = await world.call(scene.staff.caller, 'POST', '/api/v1/program/codes', { body: {}, headers })
    expect(again.json().code_id).toBe(first.json().code_id)
    expect(again.headers['idempotent-replayed']).toBe('true')
  })

  test('a program route refuses a tenant in its header (D2)', async () => {
    const tenant = await world.tenant('Acme')
    for (const path of ['codes', 'referrals', 'tenants', 'stats']) {
      const refused = await world.call(scene.owner.caller, 'GET', `/api/v1/program/${path}`, {
        headers: { 'x-active-tenant-id': encodeId('tenant', tenant) },
      })
      expect([refused.statusCode, refused.json().code], path).toEqual([400, 'TENANT_CONTEXT_MISMATCH'])
    }
  })
})
