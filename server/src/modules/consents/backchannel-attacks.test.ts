import { encodeId, idFromUuid } from '@liaison/access'
import { randomUUID } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld, CIBA, ORDERS } from '#testing/backchannel-acts.ts'
import { makeTestKey, TEST_ISSUER } from '#testing/oauth-client.ts'
import type { Answered } from '#testing/oauth-client.ts'

let ciba: BackchannelWorld
beforeAll(async () => {
  ciba = await BackchannelWorld.start()
})
afterAll(() => ciba[Symbol.asyncDispose]())

const told = ({ status, body }: Answered) => [status, body['error']]
const details = (more: object) =>
  JSON.stringify([{ type: 'partner_access', actions: ['order.create'], ...more }])

async function pollAgain(scene: AskingScene, asked: Answered): Promise<Answered> {
  await ciba.letPollAgain()
  return ciba.poll(scene, asked)
}

describe('nobody learns whom there is (A16)', () => {
  test('a hint that names another client’s consent, one that ended, one that never was or no consent at all waits and expires like one that nobody answers', async () => {
    const [scene, other, ended] = [await ciba.open(), await ciba.open(), await ciba.open()]
    await ciba.world.seed(
      `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
      [ended.consentId],
      ended.cast.tenant,
    )
    const known = await ciba.ask(scene)
    const unknown = [
      await ciba.ask(other, { login_hint: scene.grantId }),
      await ciba.ask(other, { login_hint: encodeId('consent', idFromUuid('consent', randomUUID())) }),
      await ciba.ask(other, { login_hint: 'BAN-1001' }),
      await ciba.ask(other, { login_hint: 'alice@globex.example' }),
      await ciba.ask(other, { login_hint: null, login_hint_token: 'not.a.token' }),
      await ciba.ask(ended),
    ]
    for (const asked of unknown) {
      expect([asked.status, Object.keys(asked.body), asked.body['expires_in']], asked.text).toEqual([
        known.status,
        Object.keys(known.body),
        known.body['expires_in'],
      ])
      expect(String(asked.body['auth_req_id'])).toHaveLength(String(known.body['auth_req_id']).length)
    }
    const [nobody] = unknown
    if (!nobody) throw new Error('Nothing was asked.')
    const [waiting, silent] = [await ciba.poll(scene, known), await ciba.poll(other, nobody)]
    expect([silent.status, silent.text]).toEqual([waiting.status, waiting.text])
    expect(told(silent)).toEqual([400, 'authorization_pending'])
    expect(await ciba.asking.mailsAbout(other)).toEqual([])
    expect(await ciba.asking.mailsAbout(scene)).toHaveLength(1)
    await ciba.world.seed(
      `update oauth_artifact set payload = jsonb_set(payload, '{exp}', to_jsonb(1)) where model = 'BackchannelAuthenticationRequest'`,
      [],
    )
    const [late, never] = [await pollAgain(scene, known), await pollAgain(other, nobody)]
    expect([told(never), never.text]).toEqual([[400, 'expired_token'], late.text])
  })

  test('the partner alone reads in its log that a hint named nobody', async () => {
    const scene = await ciba.open()
    await ciba.ask(scene, { login_hint: 'BAN-1001' })
    const events = await ciba.asking.oauth.events('oauth.request.refused')
    const own = events.filter(({ actor_id: id }) => id === scene.cast.client)
    expect(own.map(({ code, readers }) => [code, readers])).toEqual([
      ['unknown_user_id', [`partner ${scene.cast.partner}`]],
    ])
  })
})

describe('an auth_req_id', () => {
  test('is another client’s neither pending nor approved, and stays good for its own', async () => {
    const [scene, other] = [await ciba.open(), await ciba.open()]
    const asked = await ciba.ask(scene)
    expect(told(await ciba.poll(other, asked))).toEqual([400, 'invalid_grant'])
    await ciba.approve(scene)
    expect(told(await ciba.poll(other, asked))).toEqual([400, 'invalid_grant'])
    expect(told(await ciba.poll(other, { ...asked, body: { auth_req_id: 'x'.repeat(43) } }))).toEqual([
      400,
      'invalid_grant',
    ])
    expect((await ciba.poll(scene, asked)).status).toBe(200)
  })

  test('gives one token to twenty who poll at once, and that token is good', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ciba.poll(scene, asked)))
    const won = answers.find(({ status }) => status === 200)
    expect(answers.filter((answer) => answer !== won).map(told)).toEqual(
      Array.from({ length: 19 }, () => [400, 'slow_down']),
    )
    const token = String(won?.body['access_token'])
    expect((await scene.cast.app.call(token, 'POST', ORDERS)).status).toBe(200)
    const replayed = await pollAgain(scene, asked)
    expect(told(replayed)).toEqual([400, 'invalid_grant'])
    // As with a code: what came of a request that is presented again ends, and the consent stays (attack 32).
    expect((await scene.cast.app.call(token, 'POST', ORDERS)).status).toBe(401)
    const [alert] = (await ciba.asking.oauth.events('oauth.grant.replay')).slice(-1)
    expect(alert?.readers).toEqual(
      expect.arrayContaining([`partner ${scene.cast.partner}`, `tenant ${scene.cast.tenant}`]),
    )
  })

  test('gives one token also to twenty whom nothing slows down', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    const answers: Answered[] = []
    for (let round = 0; round < 4; round += 1) {
      await ciba.letPollAgain()
      answers.push(
        ...(await Promise.all(
          Array.from({ length: 5 }, async () => {
            await ciba.letPollAgain()
            return ciba.poll(scene, asked)
          }),
        )),
      )
    }
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('that is asked for before the interval is over is told to slow down, and waits no longer for it', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    expect(told(await ciba.poll(scene, asked))).toEqual([400, 'authorization_pending'])
    expect(told(await ciba.poll(scene, asked))).toEqual([400, 'slow_down'])
    await ciba.approve(scene)
    expect((await pollAgain(scene, asked)).status).toBe(200)
  })

  test('gives nothing without a proof, nor to anybody who is not the client', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    const params = { auth_req_id: String(asked.body['auth_req_id']) }
    const { app } = scene.cast
    const unbound = await app.token(CIBA, params, { withoutProof: true })
    expect(told(unbound), unbound.text).toEqual([400, 'invalid_grant'])
    const stranger = await makeTestKey()
    const forged = oauth.PrivateKeyJwt(
      { key: stranger.privateKey, kid: app.key.jwk.kid },
      { [oauth.modifyAssertion]: (_header, claims) => void (claims['aud'] = TEST_ISSUER) },
    )
    expect(told(await app.token(CIBA, params, { auth: forged }))).toEqual([401, 'invalid_client'])
    for (const auth of [forged, oauth.None(), oauth.ClientSecretPost('secret')])
      expect((await ciba.ask(scene, {}, auth)).status).toBe(401)
    expect((await pollAgain(scene, asked)).status).toBe(200)
  })
})

describe('what ended meanwhile gives no token', () => {
  const ENDS: Readonly<Record<string, (scene: AskingScene) => Promise<unknown>>> = {
    'the client was suspended': ({ cast }) =>
      ciba.world.seed(
        `update api_client set status = 'suspended', status_changed_by_side = 'partner' where id = $1`,
        [cast.client],
      ),
    'the partner was suspended': ({ cast }) =>
      ciba.world.seed(`update partner set status = 'suspended' where id = $1`, [cast.partner]),
    'the client may ask no longer': ({ cast }) =>
      ciba.world.seed('update api_client set asks_without_browser = false where id = $1', [cast.client]),
    'the customer took it back': ({ cast }) =>
      ciba.world.seed(
        `update delegation d set status = 'revoked', epoch = d.epoch + 1 from consent c where c.id = d.id and c.client_id = $1`,
        [cast.client],
        cast.tenant,
      ),
    'the customer was frozen': ({ cast }) =>
      ciba.world.seed(
        `insert into access_freeze (scope, tenant_id, reason, set_by, set_by_name, set_by_side) values ('tenant', $1, 'A test', uuidv7(), 'A test', 'provider')`,
        [cast.tenant],
        cast.tenant,
      ),
  }

  test.each(Object.keys(ENDS))('%s', async (name) => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    await ENDS[name]?.(scene)
    const answer = await ciba.poll(scene, asked)
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
    expect(answer.body['access_token']).toBeUndefined()
  })

  test('an approver who was demoted before the last click allows nothing', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    const { key } = await ciba.begin(await ciba.page(scene), scene.people.admin)
    const check = await ciba.asking.acts.choose(scene.people, key, { actions: ['order.create'] })
    await ciba.world.seed(
      `update tenant_member set role = 'TENANT_USER' where person_id = $1`,
      [scene.cast.admin.id],
      scene.cast.tenant,
    )
    const done = await ciba.asking.acts.decide(scene.people, key, { page: check.body })
    expect(done.statusCode).toBeGreaterThanOrEqual(400)
    expect(told(await ciba.poll(scene, asked))).toEqual([400, 'authorization_pending'])
  })

  test('a second approval that comes after the time makes no consent', async () => {
    const scene = await ciba.open()
    await ciba.asking.acts.setPolicy(scene.people, { dual_approval: true })
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    await ciba.letExpire(scene)
    const colleague = await ciba.asking.acts.colleague(scene.people)
    const [row] = await ciba.world.sql<{ id: string; made: string }>(
      `select r.id, r.result_id as made from consent_request r join backchannel_request b on b.id = r.backchannel_request_id where b.client_id = $1`,
      [scene.cast.client],
    )
    const key = encodeId('consent_request', idFromUuid('consent_request', row?.id ?? ''))
    const page = await ciba.asking.acts.look(scene.people, key, { as: colleague.caller })
    const done = await ciba.asking.acts.decide(scene.people, key, { page: page.body, as: colleague.caller })
    expect(done.statusCode).toBeGreaterThanOrEqual(400)
    expect(await ciba.world.sql('select status from delegation where id = $1', [row?.made])).toEqual([
      { status: 'requested' },
    ])
    expect(told(await ciba.poll(scene, asked))).toEqual([400, 'expired_token'])
  })
})

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
