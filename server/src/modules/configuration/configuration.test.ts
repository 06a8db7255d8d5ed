import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makePng } from '#testing/images.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeConfigurationRoutes } from './index.ts'

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start(makeConfigurationRoutes)
  const person = await world.person('Ada Admin')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const baseOf = (partner: PartnerId) => `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`

async function save(partner: PartnerId, document: unknown, note?: string): Promise<number> {
  const answer = await world.call(admin, 'POST', `${baseOf(partner)}/versions`, { body: { document, note } })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json<{ version: number }>().version
}

async function read(partner: PartnerId) {
  const answer = await world.call(admin, 'GET', baseOf(partner))
  expect(answer.statusCode, answer.body).toBe(200)
  return { etag: String(answer.headers['etag']), body: answer.json<Record<string, unknown>>() }
}

async function activate(partner: PartnerId, version: number, act: 'activate' | 'roll-back' = 'activate') {
  const { etag } = await read(partner)
  return world.call(admin, 'POST', `${baseOf(partner)}/${act}`, {
    body: { version, reason: 'As agreed in the review.' },
    headers: { 'if-match': etag },
  })
}

async function owner(partner: PartnerId): Promise<Caller> {
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  return world.signIn(person.id)
}

describe('versions', () => {
  test('the address of a saved version, which its answer names, leads to it (C2, access.md section 7)', async () => {
    const partner = await world.partner('Found')
    const saved = await world.call(admin, 'POST', `${baseOf(partner)}/versions`, { body: { document: {} } })
    const found = await world.call(admin, 'GET', String(saved.headers['location']))
    expect(found.json(), found.body).toMatchObject({ version: 1 })
  })

  test('a version is saved, compared in words, activated and rolled back, each with its audit event (C2)', async () => {
    const partner = await world.partner('Lumen')
    await owner(partner)
    const first = await save(partner, { sessions: { staff: { idle_s: 600 } } }, 'Shorter idle time')
    expect(first).toBe(1)
    expect((await read(partner)).body).toMatchObject({ active_version: null, document: {} })
    const compared = await world.call(admin, 'GET', `${baseOf(partner)}/difference?from=0&to=1`)
    expect(compared.json()).toMatchObject({
      differences: [
        {
          path: ['sessions', 'staff', 'idle_s'],
          before: 1800,
          after: 600,
          direction: 'tighter',
          affects: 'staff',
          affected_count: 1,
          meaning: 'Staff: idle time before a sign-in ends: 30 minutes becomes 10 minutes.',
        },
      ],
    })
    expect((await activate(partner, first)).statusCode).toBe(200)
    const second = await save(partner, { api: { access_level: 'sandbox' } })
    const answer = await activate(partner, second)
    expect(answer.json()).toMatchObject({
      active_version: 2,
      effective: { api: { access_level: 'sandbox' } },
    })
    const back = await activate(partner, first, 'roll-back')
    expect(back.json()).toMatchObject({
      active_version: 1,
      effective: { api: { access_level: 'live' }, sessions: { staff: { idle_s: 600 } } },
    })
    const history = await world.call(admin, 'GET', `${baseOf(partner)}/activations`)
    expect(history.json<{ items: unknown[] }>().items).toMatchObject([
      { kind: 'roll_back', version: 1, previous_version: 2 },
      { kind: 'activate', version: 2, previous_version: 1 },
      { kind: 'activate', version: 1, previous_version: null },
    ])
    const events = await world.sql(
      `select action from audit_event where partner_id = $1 and action like 'configuration.%' and action <> 'configuration.read' order by xid`,
      [partner],
    )
    expect(events.map((event) => event['action'])).toEqual([
      'configuration.save',
      'configuration.activate',
      'configuration.save',
      'configuration.activate',
      'configuration.roll_back',
    ])
  })

  test('a bad document is refused with all its faults, and no version is made (C2)', async () => {
    const partner = await world.partner('Faulty')
    const body = {
      document: { sessions: { staff: { idle_s: 7200 } }, branding: { primary_color: 'red' }, x: 1 },
    }
    const answer = await world.call(admin, 'POST', `${baseOf(partner)}/versions`, { body })
    expect(answer.statusCode).toBe(422)
    expect(
      answer
        .json<{ errors: { pointer: string }[] }>()
        .errors.map(({ pointer }) => pointer)
        .toSorted(),
    ).toEqual([
      '/body/document/branding/primary_color',
      '/body/document/sessions/staff/idle_s',
      '/body/document/x',
    ])
    expect(await world.sql('select 1 from partner_config_version where partner_id = $1', [partner])).toEqual(
      [],
    )
  })

  test('of two activations that read the same state one takes effect and the other is told so (C2)', async () => {
    const partner = await world.partner('Racing')
    const versions = [await save(partner, { api: { access_level: 'none' } }), await save(partner, {})]
    for (const round of [0, 1]) {
      const { etag, body } = await read(partner)
      const active = body['active_version']
      const answers = await Promise.all(
        versions.map((version) =>
          world.call(admin, 'POST', `${baseOf(partner)}/activate`, {
            body: {
              version: round === 0 ? version : 3 - version,
              reason: 'Race',
              ...(active !== null && active !== undefined && { replaces: active }),
            },
            headers: { 'if-match': etag },
          }),
        ),
      )
      const codes = answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)
      expect(codes[0], JSON.stringify(codes)).toBe(200)
      expect([409, 412]).toContain(codes[1])
    }
  })

  test('what was drafted before another version came into force does not undo it unseen, but anew or by a word (C2)', async () => {
    const partner = await world.partner('Two Drafts')
    const put = (version: number, more: object = {}) =>
      read(partner).then(({ etag }) =>
        world.call(admin, 'POST', `${baseOf(partner)}/activate`, {
          body: { version, reason: 'Now', ...more },
          headers: { 'if-match': etag },
        }),
      )
    const draft = (document: object, base?: number) =>
      world
        .call(admin, 'POST', `${baseOf(partner)}/versions`, {
          body: { document, ...(base !== undefined && { based_on: base }) },
        })
        .then((answer) => answer.json<{ version: number; based_on: number | null }>())
    const tighter = { sessions: { staff: { idle_s: 600 } } }
    expect(await draft({}, 0)).toMatchObject({ version: 1, based_on: null })
    expect((await put(1)).statusCode).toBe(200)
    // Two people begin from version 1; one of them puts something in force, and the other one saves after that.
    await draft(tighter, 1)
    expect((await put(2)).statusCode).toBe(200)
    expect(await draft({ api: { access_level: 'sandbox' } }, 1)).toMatchObject({ version: 3, based_on: 1 })
    const refused = await put(3)
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'CONFIGURATION_BASE_STALE'])
    expect(refused.json().detail).toContain('drafted from version 1; version 2 is in force')
    expect((await put(3, { replaces: 1 })).json().code).toBe('CONFIGURATION_BASE_STALE')
    expect((await read(partner)).body).toMatchObject({ active_version: 2 })
    expect(await draft({ ...tighter, api: { access_level: 'sandbox' } })).toMatchObject({ based_on: 2 })
    expect((await put(4)).json()).toMatchObject({
      effective: { api: { access_level: 'sandbox' }, sessions: { staff: { idle_s: 600 } } },
    })
    expect((await put(3, { replaces: 4 })).json()).toMatchObject({ active_version: 3 })
    const unknown = await world.call(admin, 'POST', `${baseOf(partner)}/versions`, {
      body: { document: {}, based_on: 77 },
    })
    expect(unknown.json().code).toBe('CONFIGURATION_VERSION_NOT_FOUND')
  })

  test('activation asks for a fresh second factor and for the version that was read (C2)', async () => {
    const partner = await world.partner('Careful')
    const version = await save(partner, {})
    const person = await world.person()
    await world.platformAdmin(person.id)
    const stale = await world.signIn(person.id, { factorAgeSeconds: 3600 })
    const body = { version, reason: 'Now' }
    const path = `${baseOf(partner)}/activate`
    const refused = await world.call(stale, 'POST', path, { body, headers: { 'if-match': '"v0"' } })
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([401, 'STEP_UP_REQUIRED'])
    expect((await world.call(admin, 'POST', path, { body })).statusCode).toBe(428)
    expect(
      (await world.call(admin, 'POST', path, { body, headers: { 'if-match': '"v7"' } })).statusCode,
    ).toBe(412)
  })

  test('an older version that today would be refused is not put in force again (C2)', async () => {
    const partner = await world.partner('Outdated')
    await world.seed(
      `insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, '{"sessions":{"staff":{"idle_s":7200}}}', gen_random_uuid(), 'Somebody')`,
      [partner],
    )
    const answer = await activate(partner, 1)
    expect(answer.json()).toMatchObject({
      code: 'CONFIGURATION_OUTDATED',
      errors: [{ pointer: '/body/sessions/staff/idle_s', code: 'BEYOND_PLATFORM_BOUND' }],
    })
  })
})

const PIXEL = makePng(64, 32)

describe('branding', () => {
  test("a partner's owner changes the branding, with an image that was checked, and nothing else (C2)", async () => {
    const partner = await world.partner('Bright')
    await activate(partner, await save(partner, { api: { access_level: 'sandbox' } }))
    const caller = await owner(partner)
    const image = await world.call(caller, 'POST', '/api/v1/partner/configuration/images', {
      body: { data: PIXEL.toString('base64') },
    })
    expect(image.statusCode, image.body).toBe(201)
    const { sha256 } = image.json<{ sha256: string }>()
    const picture = await world.call(caller, 'GET', `/api/v1/partner/configuration/images/${sha256}`)
    expect(picture.statusCode).toBe(200)
    // Opened by its address it is a picture and nothing else (ASVS 3.2.1, 5.3.1).
    expect(picture.headers).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(picture.rawPayload.equals(PIXEL)).toBe(true)
    const before = await world.call(caller, 'GET', '/api/v1/partner/configuration')
    const answer = await world.call(caller, 'PUT', '/api/v1/partner/configuration/branding', {
      body: { display_name: 'Bright Mobile', primary_color: '#123456', logo: sha256 },
      headers: { 'if-match': String(before.headers['etag']) },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    expect(answer.json()).toMatchObject({
      active_version: 2,
      effective: {
        api: { access_level: 'sandbox' },
        branding: { display_name: 'Bright Mobile', logo: sha256 },
      },
    })
    const stale = await world.call(caller, 'PUT', '/api/v1/partner/configuration/branding', {
      body: {},
      headers: { 'if-match': String(before.headers['etag']) },
    })
    expect(stale.statusCode).toBe(412)
  })

  test('a script, a page or a drawing is no image, whatever it is called, and an unknown image is not named (C2)', async () => {
    const partner = await world.partner('Sly')
    const caller = await owner(partner)
    const files = ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<script>alert(1)</script>', 'GIF89a', '']
    for (const file of files) {
      const answer = await world.call(caller, 'POST', '/api/v1/partner/configuration/images', {
        body: { data: Buffer.from(file).toString('base64') },
      })
      expect([answer.statusCode, file]).toEqual([422, file])
    }
    const answer = await world.call(caller, 'PUT', '/api/v1/partner/configuration/branding', {
      body: { logo: 'a'.repeat(64) },
      headers: { 'if-match': '"v0"' },
    })
    expect(answer.json()).toMatchObject({ errors: [{ pointer: '/body/logo', code: 'IMAGE_NOT_FOUND' }] })
  })

  test('staff of a partner, and people of another one, change no branding (C2)', async () => {
    const partner = await world.partner('Closed')
    const person = await world.person()
    await world.partnerMember(partner, person.id, 'PARTNER_STAFF')
    const answer = await world.call(
      await world.signIn(person.id),
      'PUT',
      '/api/v1/partner/configuration/branding',
      {
        body: {},
        headers: { 'if-match': '"v0"' },
      },
    )
    expect(answer.statusCode).toBe(403)
  })
})
