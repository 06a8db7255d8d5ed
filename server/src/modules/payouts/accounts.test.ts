import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { openPayoutScene, seedEarning } from '#testing/payout-acts.ts'
import type { PayoutScene } from '#testing/payout-acts.ts'
import type { Caller } from '#testing/world.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'

let world: TestWorld
let scene: PayoutScene
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes)
  scene = await openPayoutScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const ACCOUNT = {
  method: 'bank_transfer',
  holder_name: 'Brightside Growth GmbH',
  country: 'GB',
  account_number: 'GB82 WEST 1234 5698 7654 32',
}

async function giveAccount(by: Caller, body: object = ACCOUNT) {
  const read = await world.call(by, 'GET', '/api/v1/program/payout-account')
  return world.call(by, 'PUT', '/api/v1/program/payout-account', {
    body,
    headers: { 'if-match': String(read.headers['etag']) },
  })
}

async function decide(by: Caller, partner: string, act: { name: string; body?: object }) {
  const path = `/api/v1/admin/partners/${publicIdOf('partner', partner)}/payout-account`
  const read = await world.call(by, 'GET', path)
  return world.call(by, 'POST', `${path}/${act.name}`, {
    headers: { 'if-match': String(read.headers['etag']) },
    ...(act.body && { body: act.body }),
  })
}

describe('a payout account', () => {
  test('shows its last characters alone, is sealed at rest, waits 72 hours and tells every owner when it changes (D7)', async () => {
    const own = await openPayoutScene(world, scene)
    const second = await world.person('Second Owner')
    await world.partnerMember(own.partner, second.id, 'PARTNER_OWNER')
    const changed = await giveAccount(own.owner)
    expect(changed.statusCode, changed.body).toBe(200)
    expect(changed.json().account).toMatchObject({ label: 'GB •••• 5432', verified_at: null })
    expect(changed.body).not.toContain('12345698')
    const wait = Date.parse(changed.json().account.usable_from) - Date.parse(changed.json().account.given_at)
    expect(wait).toBe(72 * 3600 * 1000)
    const [row] = await world.sql<{ sealed: string; n: number }>(
      `select encode(sealed_details, 'escape') as sealed, (select count(*)::integer from payout_account where partner_id = $1) as n from payout_account where partner_id = $1 and ended_at is null`,
      [own.partner],
    )
    expect(row?.sealed).not.toContain('GB82')
    expect(row?.n).toBe(2)
    const mails = await world.sql<{ to: string }>(
      `select payload ->> 'to' as to from outbox where topic = 'mail' and payload ->> 'subject' like '%was changed'`,
    )
    expect(mails).toHaveLength(2)
    await seedEarning(world, own, { amount: 9000 })
    const outlook = await world.call(own.owner, 'GET', '/api/v1/program/payout-outlook')
    const codes = outlook.json().amounts[0].obstacles.map(({ code }: { code: string }) => code)
    expect(codes).toEqual(['account_not_verified', 'account_cooling_off', 'tax_document_missing'])
  })

  test('takes an IBAN only with the right check digits, and tells the fault (D7)', async () => {
    const wrong = await giveAccount(scene.owner, { ...ACCOUNT, account_number: 'GB82WEST12345698765433' })
    expect([wrong.statusCode, wrong.json().errors[0]]).toEqual([
      422,
      {
        pointer: '/body/account_number',
        code: 'INVALID_IBAN',
        detail: 'must be an IBAN whose check digits hold',
      },
    ])
  })

  test('is changed by an owner with a fresh second factor alone: not by staff, and not by the provider (D7)', async () => {
    const staff = await world.call(scene.staff, 'GET', '/api/v1/program/payout-account')
    expect(staff.statusCode).toBe(403)
    const stale = await world.signIn(scene.ownerId, { factorAgeSeconds: 24 * 3600 })
    expect((await giveAccount(stale)).statusCode).toBe(401)
    const provider = await world.call(scene.maker, 'PUT', '/api/v1/program/payout-account', {
      body: ACCOUNT,
      headers: { 'if-match': '"v1"' },
    })
    expect(provider.statusCode).toBe(403)
  })

  test('is verified once and held by the provider, never by a member of the partner (D7)', async () => {
    const own = await openPayoutScene(world, scene)
    await giveAccount(own.owner)
    const verified = await decide(scene.maker, own.partner, { name: 'verify' })
    expect(verified.json().verified_at).not.toBeNull()
    expect((await decide(scene.maker, own.partner, { name: 'verify' })).json().code).toBe(
      'PAYOUT_ACCOUNT_CONFLICT',
    )
    const held = await decide(scene.maker, own.partner, { name: 'hold', body: { reason: 'Looked into' } })
    expect(held.json()).toMatchObject({ hold_reason: 'Looked into' })
    expect((await decide(scene.maker, own.partner, { name: 'release' })).json().held_at).toBeNull()
    const both = await world.person('Both Hats')
    await world.platformAdmin(both.id)
    await world.partnerMember(own.partner, both.id, 'PARTNER_OWNER')
    await giveAccount(own.owner)
    const member = await decide(await world.signIn(both.id), own.partner, { name: 'verify' })
    expect([member.statusCode, member.json().code]).toEqual([409, 'PAYOUT_ACCOUNT_CONFLICT'])
  })

  test('that two partners share is pointed out to the provider, without its number (D7)', async () => {
    const [one, two] = [await openPayoutScene(world, scene), await openPayoutScene(world, scene)]
    const shared = { ...ACCOUNT, account_number: 'FR1420041010050500013M02606' }
    await giveAccount(one.owner, shared)
    await giveAccount(two.owner, { ...shared, account_number: 'FR14 2004 1010 0505 0001 3M02 606' })
    const path = `/api/v1/admin/partners/${publicIdOf('partner', one.partner)}/payout-account`
    expect((await world.call(scene.maker, 'GET', path)).json().shared_with).toBe(1)
    const list = await world.call(scene.maker, 'GET', '/api/v1/admin/payout-accounts')
    const mine = list
      .json()
      .items.find((row: { partner_id: string }) => row.partner_id === publicIdOf('partner', one.partner))
    expect(mine).toMatchObject({ shared_with: 1, label: 'FR •••• 2606', verified_at: null })
    expect(list.body).not.toContain('20041010')
  })
})

const PDF = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n')

describe('a tax document', () => {
  const handIn = (by: Caller, body: object = {}) =>
    world.call(by, 'POST', '/api/v1/program/tax-documents', {
      body: { kind: 'w9', file_name: 'w9.pdf', content_base64: PDF.toString('base64'), ...body },
    })

  test('is what its first bytes say, whatever its name says (D7)', async () => {
    const script = Buffer.from('<script>alert(1)</script>').toString('base64')
    const refused = await handIn(scene.owner, { content_base64: script })
    expect([refused.statusCode, refused.json().errors[0].code]).toEqual([422, 'INVALID_FILE'])
    const taken = await handIn(scene.owner, { file_name: 'picture.png' })
    expect(taken.json()).toMatchObject({ state: 'submitted', media_type: 'application/pdf' })
    const file = await world.call(
      scene.owner,
      'GET',
      `/api/v1/program/tax-documents/${taken.json().document_id}/file`,
    )
    expect(file.rawPayload.equals(PDF)).toBe(true)
    const [row] = await world.sql<{ sealed_file: Buffer }>('select sealed_file from tax_document limit 1')
    expect(row?.sealed_file.includes('%PDF')).toBe(false)
  })

  test.each([
    ['invoice.html', 'invoice.html.pdf'],
    ['Form W-9.PDF', 'Form W-9.PDF'],
    ['../../run.hta', '../../run.hta.pdf'],
    ['w9\u202Efdp.exe', 'w9\u202Efdp.exe.pdf'],
    ['w9.pdf"\r\nSet-Cookie: a=b', 'w9.pdf"\r\nSet-Cookie: a=b.pdf'],
  ])(
    'attack 87: that is a page besides, and is called %j, is handed out as what it is alone',
    async (name, called) => {
      const both = Buffer.from('%PDF-1.7\n<script>alert(1)</script>')
      const taken = await handIn(scene.owner, { file_name: name, content_base64: both.toString('base64') })
      expect(taken.json(), taken.body).toMatchObject({ media_type: 'application/pdf', file_name: called })
      for (const [by, path] of [
        [scene.owner, '/api/v1/program/tax-documents'],
        [scene.maker, '/api/v1/admin/tax-documents'],
      ] as const) {
        const file = await world.call(by, 'GET', `${path}/${taken.json().document_id}/file`)
        expect(file.rawPayload.equals(both)).toBe(true)
        expect(file.headers).toMatchObject({
          'content-type': 'application/pdf',
          'x-content-type-options': 'nosniff',
          'content-disposition': `attachment; filename="${called.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`,
          'content-security-policy': expect.stringContaining("default-src 'none'"),
        })
        expect(file.headers['set-cookie']).toBeUndefined()
      }
    },
  )

  test('attack 87: of more bytes than may be, of none, or in another writing of base64 is not taken', async () => {
    const padded = (length: number) => Buffer.concat([PDF, Buffer.alloc(length - PDF.length)])
    for (const [content, code] of [
      [padded(2 * 1024 * 1024 + 1).toString('base64'), 'TOO_BIG'],
      [Buffer.concat([PDF, Buffer.from([0xfb, 0xff])]).toString('base64url'), 'INVALID_FORMAT'],
      [`${PDF.toString('base64')}\n`, 'INVALID_FORMAT'],
      [`data:application/pdf;base64,${PDF.toString('base64')}`, 'INVALID_FORMAT'],
      [Buffer.from(`\u0000${PDF.toString()}`).toString('base64'), 'INVALID_FILE'],
      [Buffer.from('GIF89a=1;alert(1)').toString('base64'), 'INVALID_FILE'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64'), 'INVALID_FILE'],
    ] as const) {
      const refused = await handIn(scene.owner, { content_base64: content })
      expect([refused.statusCode, refused.json().errors[0].code]).toEqual([422, code])
    }
    expect((await handIn(scene.owner, { content_base64: 'A'.repeat(4 * 1024 * 1024) })).statusCode).toBe(413)
    for (const name of ['w9\u0000.pdf', 'x'.repeat(201), '\ud800.pdf'])
      expect((await handIn(scene.owner, { file_name: name })).statusCode).toBe(422)
  })

  test('goes back as a file to be kept, under a name that breaks no field, however it was called (ASVS 5.4.1, 5.4.2)', async () => {
    const taken = await handIn(scene.owner, { file_name: 'w9"; filename=x.html\r\nX-Evil: ü.pdf' })
    const path = `/api/v1/program/tax-documents/${taken.json().document_id}/file`
    const { headers } = await world.call(scene.owner, 'GET', path)
    expect(headers).toMatchObject({
      'content-disposition': 'attachment; filename="w9___filename_x.html__X-Evil___.pdf"',
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
    })
    expect(headers).not.toHaveProperty('x-evil')
  })

  test('is decided once by the provider, with a reason that the partner reads; past its last day it has expired (D7)', async () => {
    const own = await openPayoutScene(world, scene)
    const first = (await handIn(own.owner, { valid_until: '2999-12-31' })).json().document_id
    const rejected = await world.call(scene.maker, 'POST', `/api/v1/admin/tax-documents/${first}/reject`, {
      body: { reason: 'Not signed' },
    })
    expect(rejected.json()).toMatchObject({ state: 'rejected', reason: 'Not signed' })
    const again = await world.call(scene.maker, 'POST', `/api/v1/admin/tax-documents/${first}/verify`)
    expect(again.json().code).toBe('TAX_DOCUMENT_CONFLICT')
    const second = (await handIn(own.owner, { valid_until: '2020-01-01' })).json().document_id
    await world.call(scene.maker, 'POST', `/api/v1/admin/tax-documents/${second}/verify`)
    const list = await world.call(own.owner, 'GET', '/api/v1/program/tax-documents')
    expect(list.json().items.map(({ state }: { state: string }) => state)).toEqual(['expired', 'rejected'])
    await seedEarning(world, own, { amount: 9000 })
    const outlook = await world.call(own.owner, 'GET', '/api/v1/program/payout-outlook')
    expect(outlook.json().amounts[0]).toMatchObject({
      is_ready: true,
      obstacles: [{ code: 'tax_document_missing', blocks: false }],
    })
  })

  test('is needed before anybody is paid once the policy says so (D7)', async () => {
    const own = await openPayoutScene(world, scene)
    await seedEarning(world, own, { amount: 9000 })
    const policy = await world.call(scene.maker, 'GET', '/api/v1/admin/payout-policy')
    const set = (tax: string, etag: unknown) =>
      world.call(scene.maker, 'PUT', '/api/v1/admin/payout-policy', {
        headers: { 'if-match': String(etag) },
        body: { tax_document: tax, payout_day: null },
      })
    const blocked = await set('block', policy.headers['etag'])
    const outlook = (await world.call(own.owner, 'GET', '/api/v1/program/payout-outlook')).json()
    expect(outlook.next_payout_on).toBeNull()
    expect(outlook.amounts[0].is_ready).toBe(false)
    await set('warn', blocked.headers['etag'])
  })
})
