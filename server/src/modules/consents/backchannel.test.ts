import { decodeJwt } from 'jose'
import * as lib from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import type { AskingScene } from '#testing/access-request-acts.ts'
import { BackchannelWorld, CIBA, MESSAGE, ORDERS } from '#testing/backchannel-acts.ts'
import { TEST_ISSUER } from '#testing/oauth-client.ts'
import { runConsentClock } from './clock.ts'

let ciba: BackchannelWorld
beforeAll(async () => {
  ciba = await BackchannelWorld.start()
})
afterAll(() => ciba[Symbol.asyncDispose]())

/** A client library of somebody else. */
function libraryOf({ cast: { app } }: AskingScene) {
  return lib.discovery(
    new URL(TEST_ISSUER),
    app.clientId,
    {},
    lib.PrivateKeyJwt(
      { key: app.key.privateKey, kid: app.key.jwk.kid },
      { [lib.modifyAssertion]: (_header, claims) => void (claims['aud'] = TEST_ISSUER) },
    ),
    {
      algorithm: 'oauth2',
      execute: [lib.allowInsecureRequests],
      [lib.customFetch]: (url, options) => app.fetch(url, options as RequestInit),
    },
  )
}

describe('a client that asks a customer to approve something without a browser (A16)', () => {
  test('gets a token for exactly that, with a client library of somebody else, once an administrator allowed it', async () => {
    const scene = await ciba.open()
    const config = await libraryOf(scene)
    const DPoP = lib.getDPoPHandle(config, await scene.cast.app.proofKey)
    expect((await scene.cast.app.call(scene.accessToken, 'POST', ORDERS)).status).toBe(403)
    const started = await lib.initiateBackchannelAuthentication(config, ciba.parameters(scene))
    expect(started.expires_in).toBe(300)
    const waiting = lib.pollBackchannelAuthenticationGrant(config, started, undefined, { DPoP })
    await ciba.approve(scene)
    const tokens = await waiting
    expect(tokens.id_token).toBeUndefined()
    const claims = decodeJwt(tokens.access_token)
    expect(claims).toMatchObject({ access: 'delegated', customer_ban: 'BAN-1001', scope: 'orders.write' })
    expect(claims['delegation_id']).not.toBe(scene.grantId)
    expect(claims['authorization_details']).toMatchObject([{ actions: ['order.create'] }])
    expect((await scene.cast.app.call(tokens.access_token, 'POST', ORDERS)).status).toBe(200)
    expect((await scene.cast.app.call(tokens.access_token, 'GET', ORDERS)).status).toBe(403)
    const refreshed = await scene.cast.app.refresh(tokens.refresh_token ?? '')
    expect([refreshed.status, refreshed.body['scope']], refreshed.text).toEqual([200, 'orders.write'])
  })

  test('shows the administrator who asks for what, in the words of the client, on pages without script', async () => {
    const scene = await ciba.open(2)
    await ciba.ask(scene)
    const [mail] = await ciba.asking.mailsAbout(scene)
    expect(mail?.subject).toContain('asks Globex to approve something now')
    expect(mail?.text).not.toContain('Fibre')
    const path = await ciba.page(scene)
    const shown = await ciba.world.call({ cookie: scene.people.admin.cookie }, 'GET', path)
    for (const words of [MESSAGE, 'Order desk', 'Northwind', 'Place orders', 'At most one hour', 'BAN-1001'])
      expect(shown.body).toContain(words)
    expect(shown.body).not.toContain('<script')
    const { key } = await ciba.begin(path, scene.people.admin)
    const review = await ciba.asking.acts.look(scene.people, key)
    expect(review.body).toContain(MESSAGE)
    expect(review.body).not.toContain(' checked')
    const account = scene.people.accounts[0]?.publicId ?? ''
    const check = await ciba.asking.acts.choose(scene.people, key, {
      accounts: [account],
      actions: ['order.create'],
    })
    expect(check.body).toContain('(1 hour)')
    for (const words of [MESSAGE, 'could place other orders', 'With this Northwind can'])
      expect(check.body).toContain(words)
    expect(check.body.match(/<input(?![^>]*type="hidden")/g)).toBeNull()
    await ciba.asking.acts.decide(scene.people, key, { page: check.body })
    const [made] = await ciba.world.sql<{ purpose: string; hours: number; approved: boolean }>(
      `select c.purpose, round(extract(epoch from d.ends_at - d.starts_at) / 3600)::integer as hours, d.approval_snapshot is not null as approved
       from consent c join delegation d on d.id = c.id where c.client_id = $1 and c.actions = array['order.create']`,
      [scene.cast.client],
    )
    expect(made).toEqual({ purpose: MESSAGE, hours: 1, approved: true })
  })

  test('is told no, once, and nothing of who said it', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.decline(scene)
    const told = await ciba.poll(scene, asked)
    expect([told.status, told.body['error']], told.text).toEqual([400, 'access_denied'])
    await ciba.letPollAgain()
    expect((await ciba.poll(scene, asked)).body['error']).toBe('invalid_grant')
    const again = await ciba.ask(scene)
    expect([again.status, again.body['error']], again.text).toEqual([403, 'access_denied'])
  })

  test('waits for two people where the customer asks for two, and until then gets nothing', async () => {
    const scene = await ciba.open()
    await ciba.asking.acts.setPolicy(scene.people, { dual_approval: true })
    const asked = await ciba.ask(scene, { requested_expiry: '900' })
    expect(asked.body['expires_in']).toBe(900)
    await ciba.approve(scene)
    expect((await ciba.poll(scene, asked)).body['error']).toBe('authorization_pending')
    const colleague = await ciba.asking.acts.colleague(scene.people)
    const [row] = await ciba.world.sql<{ id: string }>(
      `select answer_id as id from backchannel_request where client_id = $1 and status = 'waiting'`,
      [scene.cast.client],
    )
    const key = publicIdOf('consent_request', row?.id ?? '')
    const page = await ciba.asking.acts.look(scene.people, key, { as: colleague.caller })
    const done = await ciba.asking.acts.decide(scene.people, key, { page: page.body, as: colleague.caller })
    expect(done.statusCode, done.body).toBe(303)
    await ciba.letPollAgain()
    const answer = await ciba.poll(scene, asked)
    expect(answer.status, answer.text).toBe(200)
  })

  test('can be named by a token of the grant that has ended, and by nothing of anybody else’s', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene, { login_hint: null, login_hint_token: scene.accessToken })
    await ciba.approve(scene)
    expect((await ciba.poll(scene, asked)).status).toBe(200)
    const other = await ciba.open()
    const foreign = await ciba.ask(other, { login_hint: null, login_hint_token: scene.accessToken })
    expect(foreign.status, foreign.text).toBe(200)
    expect(await ciba.asking.mailsAbout(other)).toEqual([])
    expect(await ciba.asking.mailsAbout(scene)).toHaveLength(1)
    const kept = await ciba.world.sql<{ payload: object }>(
      `select payload from oauth_artifact where model = 'BackchannelAuthenticationRequest'`,
    )
    expect(JSON.stringify(kept)).not.toContain(scene.accessToken.slice(0, 40))
  })

  test('ends by itself after the hour, for token and consent, with an event and without another mail', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    const { body } = await ciba.poll(scene, asked)
    await ciba.world.seed(
      `update delegation d set starts_at = starts_at - interval '1 hour', ends_at = now() from consent c where c.id = d.id and c.purpose = $1 and c.client_id = $2`,
      [MESSAGE, scene.cast.client],
      scene.cast.tenant,
    )
    const call = await scene.cast.app.call(String(body['access_token']), 'POST', ORDERS)
    expect(call.status).toBe(403)
    expect((await scene.cast.app.refresh(String(body['refresh_token']))).body['error']).toBe('invalid_grant')
    expect(await runConsentClock(ciba.world.database)).toMatchObject({ expire: 1 })
    const ended = await ciba.world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'subject' like '%has ended%'`,
    )
    expect(ended).toEqual([])
    expect(await ciba.asking.oauth.events('consents.expire')).toHaveLength(1)
  })

  test('both sides read what was asked, and what came of it', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    await ciba.approve(scene)
    await ciba.poll(scene, asked)
    const readers = [`partner ${scene.cast.partner}`, `tenant ${scene.cast.tenant}`]
    for (const action of ['consents.ask_now', 'consents.approve', 'oauth.grant.begin', 'oauth.token.issue']) {
      const events = await ciba.asking.oauth.events(action)
      const own = events.filter(({ readers: all }) => all?.includes(readers[1] ?? ''))
      expect(own.at(-1)?.readers, action).toEqual(expect.arrayContaining(readers))
    }
  })
})

describe('the administrators of the customer', () => {
  test('see what waits in their list; nobody else’s administrator, member or stranger sees it', async () => {
    const [scene, other] = [await ciba.open(), await ciba.open()]
    await ciba.ask(scene)
    const path = await ciba.page(scene)
    const listed = await ciba.world.call(scene.people.admin, 'GET', '/api/v1/tenant/backchannel-requests')
    expect(listed.json().items).toMatchObject([{ path, binding_message: MESSAGE, actions: ['order.create'] }])
    const elsewhere = await ciba.world.call(other.people.admin, 'GET', '/api/v1/tenant/backchannel-requests')
    expect(elsewhere.json().items).toEqual([])
    const member = await ciba.world.person()
    await ciba.world.tenantMember(scene.cast.tenant, member.id, 'TENANT_USER')
    const plain = await ciba.world.signIn(member.id)
    expect((await ciba.begin(path, plain)).status).toBe(404)
    expect((await ciba.begin(path, other.people.admin)).status).toBe(404)
    expect((await ciba.begin(path, { cookie: null })).status).toBe(401)
  })

  test('answer it once, in time, with a fresh factor, for that organisation alone', async () => {
    const scene = await ciba.open()
    const asked = await ciba.ask(scene)
    const path = await ciba.page(scene)
    const colleague = await ciba.asking.acts.colleague(scene.people)
    const [mine, theirs] = [
      await ciba.begin(path, scene.people.admin),
      await ciba.begin(path, colleague.caller),
    ]
    const check = await ciba.asking.acts.choose(scene.people, theirs.key, {
      actions: ['order.create'],
      as: colleague.caller,
    })
    expect((await ciba.asking.acts.decide(scene.people, mine.key)).statusCode).toBe(303)
    const late = await ciba.asking.acts.decide(scene.people, theirs.key, {
      page: check.body,
      as: colleague.caller,
    })
    expect(late.statusCode).toBe(409)
    expect((await ciba.poll(scene, asked)).body['error']).toBe('access_denied')

    const slow = await ciba.open()
    const unanswered = await ciba.ask(slow)
    const begun = await ciba.begin(await ciba.page(slow), slow.people.admin)
    const shown = await ciba.asking.acts.choose(slow.people, begun.key, { actions: ['order.create'] })
    await ciba.letExpire(slow)
    const over = await ciba.asking.acts.decide(slow.people, begun.key, { page: shown.body })
    expect(over.statusCode).toBe(409)
    expect((await ciba.poll(slow, unanswered)).body['error']).toBe('expired_token')
    const stale = await ciba.open()
    await ciba.ask(stale)
    await ciba.world.seed(
      `update session set factor_at = factor_at - interval '1 hour' where person_id = $1`,
      [stale.cast.admin.id],
    )
    const { key } = await ciba.begin(await ciba.page(stale), stale.people.admin)
    expect((await ciba.asking.acts.look(stale.people, key)).body).toContain('Confirm that it is you')
  })
})

test('a client that nobody set so, and a server where it is off, know nothing of it (A16)', async () => {
  const plain = await ciba.asking.open()
  const refused = await ciba.ask(plain)
  expect([refused.status, refused.body['error']], refused.text).toEqual([400, 'unauthorized_client'])
  const server = await plain.cast.app.server()
  expect(server).toMatchObject({
    backchannel_authentication_endpoint: `${TEST_ISSUER}/backchannel`,
    backchannel_token_delivery_modes_supported: ['poll'],
    backchannel_user_code_parameter_supported: false,
  })
  expect(server.grant_types_supported).toContain(CIBA)
  await using off = await BackchannelWorld.start({ asksWithoutBrowser: false })
  const scene = await off.open()
  const metadata = await scene.cast.app.server()
  expect(Object.keys(metadata).filter((name) => name.startsWith('backchannel'))).toEqual([])
  expect(metadata.grant_types_supported).not.toContain(CIBA)
  const answer = await scene.cast.app.fetch(`${TEST_ISSUER}/backchannel`, {
    method: 'POST',
    body: off.parameters(scene),
  })
  expect(answer.status).toBe(404)
  const token = await scene.cast.app.token(CIBA, { auth_req_id: 'x'.repeat(40) })
  expect(token.status).toBe(400)
})
