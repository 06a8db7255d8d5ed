import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld } from '#testing/backchannel-acts.ts'
import type { Answered } from '#testing/oauth-client.ts'

let ciba: BackchannelWorld
beforeAll(async () => {
  ciba = await BackchannelWorld.start()
})
afterAll(() => ciba[Symbol.asyncDispose]())

const told = ({ status, body }: Answered) => [status, body['error']]
const details = (more: object) =>
  JSON.stringify([{ type: 'partner_access', actions: ['order.create'], ...more }])

describe('nobody is pestered', () => {
  test('one request waits at a time, however many are sent at once, and one mail is sent', async () => {
    const scene = await ciba.open()
    const answers = await Promise.all(Array.from({ length: 5 }, () => ciba.ask(scene)))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403, 403, 403, 403])
    expect(await ciba.asking.mailsAbout(scene)).toHaveLength(1)
  })

  test('twenty in a day are enough, and a customer whose rules take no requests gets none', async () => {
    const scene = await ciba.open()
    for (let count = 0; count < 20; count += 1) {
      expect((await ciba.ask(scene)).status).toBe(200)
      await ciba.world.seed(
        `update backchannel_request set ends_at = created_at where client_id = $1`,
        [scene.cast.client],
        scene.cast.tenant,
      )
    }
    expect(told(await ciba.ask(scene))).toEqual([403, 'access_denied'])
    const closed = await ciba.open()
    await ciba.asking.acts.setPolicy(closed.people, { who_may_ask: 'none' })
    expect(told(await ciba.ask(closed))).toEqual([403, 'access_denied'])
    expect(await ciba.asking.mailsAbout(closed)).toEqual([])
  })
})

describe('a request', () => {
  test.each([
    ['of no approval', { authorization_details: null }, 'invalid_authorization_details'],
    [
      'of two',
      { authorization_details: `[${details({}).slice(1, -1)},${details({}).slice(1, -1)}]` },
      'invalid_authorization_details',
    ],
    [
      'that lasts longer than a day',
      { authorization_details: details({ access_duration: 'P2D' }) },
      'invalid_authorization_details',
    ],
    [
      'with a second purpose',
      { authorization_details: details({ purpose: 'Because.' }) },
      'invalid_authorization_details',
    ],
    ['beyond its scopes', { scope: 'openid orders.read' }, 'invalid_authorization_details'],
    ['without the scope of the standard', { scope: 'orders.write' }, 'invalid_request'],
    ['to change a grant', { grant_management_action: 'merge', grant_id: 'con_1' }, 'invalid_request'],
    ['with a code of the user', { user_code: '1234' }, 'invalid_request'],
    ['with a context', { request_context: 'x' }, 'invalid_request'],
    ['with two hints', { login_hint_token: 'x.y.z' }, 'invalid_request'],
    ['without a hint', { login_hint: null }, 'invalid_request'],
    ['that names a token of nobody', { login_hint: null, id_token_hint: 'x.y.z' }, 'invalid_request'],
    ['for another API', { resource: 'https://elsewhere.example' }, 'invalid_target'],
    ['that never ends', { requested_expiry: '-1' }, 'invalid_request'],
    ['that says nothing of what it is for', { binding_message: null }, 'invalid_binding_message'],
  ])('%s is refused, and asks nobody', async (_name, changes, error) => {
    const scene = await ciba.open()
    const answer = await ciba.ask(scene, changes)
    expect(told(answer), answer.text).toEqual([400, error])
    expect(await ciba.asking.mailsAbout(scene)).toEqual([])
  })

  test('waits between one and fifteen minutes, whatever the client asks for', async () => {
    const scenes = [await ciba.open(), await ciba.open()]
    const [short, long] = [
      await ciba.ask(scenes[0] as AskingScene, { requested_expiry: '1' }),
      await ciba.ask(scenes[1] as AskingScene, { requested_expiry: '9999999' }),
    ]
    expect([short.body['expires_in'], long.body['expires_in']]).toEqual([60, 900])
  })

  test.each([
    'Two\nlines',
    'Turned \u202Earound',
    'Zero\u200Bwidth',
    'x'.repeat(121),
    ' begins with a space',
    'Z\u0300\u0301\u0302\u0303algo',
    'Confirm at https://evil.example',
    'See www.evil.example',
    'Write to help@evil.example',
    'Nul\u0000',
    '',
  ])('with the binding message %j is refused', async (message) => {
    const scene = await ciba.open()
    const answer = await ciba.ask(scene, { binding_message: message })
    expect(told(answer), answer.text).toEqual([400, 'invalid_binding_message'])
  })

  test.each([
    '\u3164',
    '\u2800\u2800\u2800',
    `Approve${'\u3164'.repeat(40)}it`,
    'Hangul\u115Ffiller',
    'Half\uFFA0width',
    'Joined\u034Fhere',
    'Varied\uFE0F',
    'Tagged\u{E0041}',
    'Wide\u2003space',
    'No\u00A0break',
    'Line\u2028end',
    'Para\u2029end',
    'Soft\u00ADhyphen',
    'Isolate\u2066d\u2069',
  ])(
    'attack 83: with the binding message %j, in which something cannot be seen, is refused',
    async (message) => {
      const scene = await ciba.open()
      const answer = await ciba.ask(scene, { binding_message: message })
      expect(told(answer), answer.text).toEqual([400, 'invalid_binding_message'])
      expect(await ciba.asking.mailsAbout(scene)).toEqual([])
    },
  )

  test('shows what looks like a page of ours as text, on every page', async () => {
    const scene = await ciba.open()
    const message = `<script>alert(1)</script>"'><b>&amp;`
    expect((await ciba.ask(scene, { binding_message: message })).status).toBe(200)
    const path = await ciba.page(scene)
    const pages = [(await ciba.world.call({ cookie: scene.people.admin.cookie }, 'GET', path)).body]
    const { key } = await ciba.begin(path, scene.people.admin)
    pages.push((await ciba.asking.acts.look(scene.people, key)).body)
    for (const body of pages) {
      expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
      expect(body).not.toContain('<script>alert')
      expect(body).not.toContain('<b>&amp;amp;')
    }
  })
})

test('as raw SQL a request is written by no login, and read by its client and its customer alone', async () => {
  const scene = await ciba.open()
  await ciba.ask(scene)
  for (const login of ['liaison_tenant', 'liaison_auth'] as const) {
    expect(await ciba.world.sqlAs(login, 'select id from backchannel_request')).toEqual([])
    for (const statement of [
      `update backchannel_request set status = 'approved'`,
      'delete from backchannel_request',
      `insert into backchannel_request (auth_req_hash) values ('x')`,
    ])
      await expect(ciba.world.sqlAs(login, statement)).rejects.toThrow('permission denied')
  }
  for (const login of ['liaison_program', 'liaison_delegate', 'liaison_platform', 'liaison_guard'] as const) {
    await expect(ciba.world.sqlAs(login, 'select id from backchannel_request')).rejects.toThrow(
      'permission denied',
    )
    await expect(
      ciba.world.sqlAs(login, `select access.ask_in_back_channel(uuidv7(), '{}', '{}')`),
    ).rejects.toThrow('permission denied')
    await expect(ciba.world.sqlAs(login, `select access.backchannel_outcome('x')`)).rejects.toThrow(
      'permission denied',
    )
  }
  expect(
    await ciba.world.sqlAs(
      'liaison_auth',
      `select access.ask_in_back_channel(uuidv7(), '{}', '{}') as asked`,
    ),
  ).toEqual([{ asked: null }])
  const [hash] = await ciba.world.sql<{ hash: Buffer }>(
    'select auth_req_hash as hash from backchannel_request where client_id = $1',
    [scene.cast.client],
  )
  expect(
    await ciba.world.sqlAs(
      'liaison_auth',
      `select access.backchannel_outcome(decode('${hash?.hash.toString('hex')}', 'hex')) as outcome`,
    ),
  ).toEqual([{ outcome: null }])
})
