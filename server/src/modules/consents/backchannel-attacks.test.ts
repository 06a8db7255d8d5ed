import { randomUUID } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
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
      await ciba.ask(other, { login_hint: publicIdOf('consent', randomUUID()) }),
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

  test('no clock tells whether a hint named somebody: both answers come at a whole step', async () => {
    const [scene, other] = [await ciba.open(), await ciba.open()]
    const took = async (asking: Promise<Answered>) => {
      const startedMs = performance.now()
      await asking
      return Math.floor((performance.now() - startedMs) / 150)
    }
    expect(await took(ciba.ask(scene))).toBeGreaterThanOrEqual(1)
    expect(await took(ciba.ask(other, { login_hint: 'BAN-1001' }))).toBeGreaterThanOrEqual(1)
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

  test('never gives two tokens, even where nothing slows twenty down', async () => {
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
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
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
    expect(told(unbound), unbound.text).toEqual([400, 'invalid_dpop_proof'])
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
  const endHeld = ({ consentId, cast }: AskingScene) =>
    ciba.world.seed(
      `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
      [consentId],
      cast.tenant,
    )
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
    'the customer ended the consent under which it asked': (scene) => endHeld(scene),
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

  test('whoever ended the consent under which it asked cannot allow it any more', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    const { key } = await ciba.begin(await ciba.page(scene), scene.people.admin)
    const check = await ciba.asking.acts.choose(scene.people, key, { actions: ['order.create'] })
    await endHeld(scene)
    const done = await ciba.asking.acts.decide(scene.people, key, { page: check.body })
    expect(done.statusCode, done.body).toBe(409)
    expect((await ciba.asking.acts.look(scene.people, key)).body).toContain('has ended or is paused')
    expect((await pollAgain(scene, asked)).body['access_token']).toBeUndefined()
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
    const [waiting] = await ciba.world.sql<{ same: boolean }>(
      `select r.ends_at = date_trunc('milliseconds', b.ends_at) as same from consent_request r join backchannel_request b on b.id = r.backchannel_request_id where b.client_id = $1`,
      [scene.cast.client],
    )
    expect(waiting).toEqual({ same: true })
    await ciba.letExpire(scene)
    const colleague = await ciba.asking.acts.colleague(scene.people)
    const [row] = await ciba.world.sql<{ id: string; made: string }>(
      `select r.id, r.result_id as made from consent_request r join backchannel_request b on b.id = r.backchannel_request_id where b.client_id = $1`,
      [scene.cast.client],
    )
    const key = publicIdOf('consent_request', row?.id ?? '')
    const page = await ciba.asking.acts.look(scene.people, key, { as: colleague.caller })
    const done = await ciba.asking.acts.decide(scene.people, key, { page: page.body, as: colleague.caller })
    expect(done.statusCode).toBeGreaterThanOrEqual(400)
    expect(await ciba.world.sql('select status from delegation where id = $1', [row?.made])).toEqual([
      { status: 'requested' },
    ])
    expect(told(await ciba.poll(scene, asked))).toEqual([400, 'expired_token'])
    // The database says so, too.
    await expect(
      ciba.world.seed(
        `update consent_request set status = 'approved', decided_by = uuidv7() where id = $1`,
        [row?.id],
        scene.cast.tenant,
      ),
    ).rejects.toThrow('the request was answered, is over')
  })

  test('nobody is asked for anything else than the client asked for, nor a member who is no administrator', async () => {
    const scene = await ciba.open()
    await ciba.ask(scene)
    const member = await ciba.world.person()
    await ciba.world.tenantMember(scene.cast.tenant, member.id, 'TENANT_USER')
    const insert = (columns: { actions?: string; purpose?: string; seconds?: string; person?: string }) =>
      ciba.world.seed(
        `insert into consent_request (uid_hash, client_id, partner_id, scopes, actions, customer_hint, access_duration_seconds, purpose, backchannel_request_id, person_id, person_name)
         select sha256(random()::text::bytea), b.client_id, b.partner_id, b.scopes, ${columns.actions ?? 'b.actions'}, b.customer_hint, ${columns.seconds ?? 'b.access_duration_seconds'},
           ${columns.purpose ?? 'b.binding_message'}, b.id, $2, 'A test' from backchannel_request b where b.client_id = $1`,
        [scene.cast.client, columns.person ?? scene.cast.admin.id],
        scene.cast.tenant,
      )
    for (const changed of [
      { actions: `array_append(b.actions, 'order.cancel')` },
      { purpose: `'Something else'` },
      { seconds: '86400' },
      { person: member.id },
    ])
      await expect(insert(changed)).rejects.toThrow('nobody is asked')
    await insert({})
  })
})
