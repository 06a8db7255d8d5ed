import { maskOfScopes, toBits } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { AskingWorld, MORE, pathOf } from '#testing/access-request-acts.ts'

let asking: AskingWorld
beforeAll(async () => {
  asking = await AskingWorld.start()
})
afterAll(() => asking[Symbol.asyncDispose]())

const ORDERS = '/api/v1/customers/BAN-1001/orders'

describe('a client that is refused for want of a consent (A16)', () => {
  test('is told exactly what to ask for, asks, and after the customer allowed it does what was refused', async () => {
    const scene = await asking.open()
    const { cast } = scene
    const refused = await cast.app.call(scene.accessToken, 'POST', ORDERS)
    expect(refused.status).toBe(403)
    const pointer = (refused.body['details'] as { access_request: object }).access_request
    expect(pointer).toEqual({
      grant_id: scene.grantId,
      authorization_details: [{ ...MORE, customer_hint: 'BAN-1001' }],
    })
    const asked = await asking.send(scene, 'POST', '/oauth/access-requests', pointer)
    expect([asked.status, asked.body['status']], asked.text).toEqual([201, 'pending'])
    const [mail] = await asking.mailsAbout(scene)
    expect(mail?.text).toContain(pathOf(asked))
    expect(mail?.subject).toContain('asks Globex for more access')
    const shown = await asking.world.call({ cookie: scene.people.admin.cookie }, 'GET', pathOf(asked))
    expect(shown.body).toContain('Place orders')
    const listed = await asking.world.call(scene.people.admin, 'GET', '/api/v1/tenant/access-requests')
    expect(listed.json().items).toMatchObject([{ path: pathOf(asked), actions: ['order.create'] }])
    const { key } = await asking.begin(asked, scene.people.admin)
    const review = await asking.acts.look(scene.people, key)
    expect(review.statusCode, review.body).toBe(200)
    expect(review.body).toContain('suggests this one')
    const done = await asking.acts.allow(scene.people, key, { actions: ['order.create'] })
    expect(done.statusCode, done.body).toBe(303)
    expect((await asking.acts.look(scene.people, key, { rest: 'done' })).body).not.toContain(
      '/oauth/interaction/',
    )
    expect((await asking.poll(scene, asked)).body).toMatchObject({
      status: 'approved',
      grant_id: scene.grantId,
    })
    expect((await cast.app.call(scene.accessToken, 'POST', ORDERS)).status).toBe(401)
    const again = await cast.app.refresh(scene.refreshToken)
    const token = String(again.body['access_token'])
    expect((await cast.app.call(token, 'POST', ORDERS)).status, again.text).toBe(200)
    expect((await cast.app.call(token, 'GET', ORDERS)).status).toBe(200)
    const narrow = await cast.app.refresh(scene.refreshToken, { scope: 'orders.read' })
    expect(narrow.body['scope']).toBe('orders.read')
  })

  test('attack 30: writes neither links nor paragraphs into the mail; the page shows its words', async () => {
    const say = async (purpose: string, customerHint = 'BAN-1001') => {
      const scene = await asking.open()
      const asked = await asking.post(scene, { ...MORE, purpose, customer_hint: customerHint })
      const [mail] = await asking.mailsAbout(scene)
      const shown = await asking.world.call(scene.people.admin, 'GET', pathOf(asked))
      return { mail: mail?.text ?? '', page: shown.body }
    }
    const lure = 'Your account is closed.\n\nSign in again: https://evil.example/login'
    const lured = await say(lure)
    expect(lured.mail).not.toMatch(/evil|closed|in its own words/)
    expect(lured.page).toContain('Your account is closed.')
    const { mail } = await say('To order\n\nrouters.', 'https://evil.example')
    expect(mail).toContain('"To order routers."')
    expect(mail).not.toMatch(/evil|On billing account/)
  })

  test('hears of the answer by webhook, and both sides read what was asked', async () => {
    const scene = await asking.open()
    const asked = await asking.post(scene, { ...MORE, purpose: 'To reorder routers.' })
    const { key } = await asking.begin(asked, scene.people.admin)
    await asking.acts.allow(scene.people, key, { actions: ['order.create'] })
    const told = await asking.world.sql<{ payload: Record<string, string> }>(
      `select payload from outbox where topic = 'access_request.answered' and payload ->> 'client_id' = $1`,
      [scene.cast.client],
    )
    expect(
      told.map(({ payload }) => publicIdOf('access_request', payload['access_request_id'] ?? '')),
    ).toEqual([asked.body['access_request_id']])
    const events = await asking.oauth.events('consents.ask')
    const event = events.find(({ actor_id: id }) => id === scene.cast.client)
    expect(event?.readers).toEqual(
      expect.arrayContaining([`partner ${scene.cast.partner}`, `tenant ${scene.cast.tenant}`]),
    )
  })

  test('gets no more and no longer than the customer chose: what was left out stays out, and the end stays', async () => {
    const scene = await asking.open()
    const before = await asking.world.sql('select ends_at from delegation where id = $1', [scene.consentId])
    const asked = await asking.post(scene, {
      type: 'partner_access',
      actions: ['order.create', 'order.cancel'],
    })
    const { key } = await asking.begin(asked, scene.people.admin)
    await asking.acts.allow(scene.people, key, { actions: ['order.cancel'] })
    expect(await asking.world.sql('select ends_at from delegation where id = $1', [scene.consentId])).toEqual(
      before,
    )
    const token = String((await scene.cast.app.refresh(scene.refreshToken)).body['access_token'])
    const refused = await scene.cast.app.call(token, 'POST', ORDERS)
    expect([refused.status, refused.body['code']]).toEqual([403, 'INSUFFICIENT_AUTHORIZATION_DETAILS'])
  })

  test('can ask for another account, of which nobody tells it whether there is one', async () => {
    const scene = await asking.open()
    const asked = await asking.post(scene, {
      type: 'partner_access',
      actions: ['order.read'],
      customer_hint: 'BAN-1002',
    })
    expect(asked.status, asked.text).toBe(201)
    const other = await asking.open(1)
    const nowhere = await asking.post(other, {
      type: 'partner_access',
      actions: ['order.read'],
      customer_hint: 'BAN-9999',
    })
    expect([nowhere.status, Object.keys(nowhere.body)]).toEqual([201, Object.keys(asked.body)])
    const { key } = await asking.begin(asked, scene.people.admin)
    const second = scene.people.accounts[1]?.publicId ?? ''
    await asking.acts.allow(scene.people, key, { accounts: [second] })
    const answer = await scene.cast.app.refresh(scene.refreshToken, {
      authorization_details: JSON.stringify([{ type: 'partner_access', customer_ban: 'BAN-1002' }]),
    })
    expect(answer.status, answer.text).toBe(200)
  })
})

describe('nobody is pestered', () => {
  test('one request waits at a time, however many are sent at once', async () => {
    const scene = await asking.open()
    const answers = await Promise.all(Array.from({ length: 5 }, () => asking.post(scene)))
    const made = answers.find(({ status }) => status === 201)
    const told = answers.map(({ status, body }) => [status, body['error'], body['access_request_id']])
    const id = made?.body['access_request_id']
    expect(told).toEqual(
      answers.map((answer) => (answer === made ? [201, undefined, id] : [409, 'request_pending', id])),
    )
    expect(await asking.mailsAbout(scene)).toHaveLength(1)
  })

  test('after a no the client waits seven days; until then nobody gets a mail', async () => {
    const scene = await asking.open()
    const asked = await asking.post(scene)
    const { key } = await asking.begin(asked, scene.people.admin)
    expect((await asking.acts.decide(scene.people, key)).statusCode).toBe(303)
    expect((await asking.poll(scene, asked)).body['status']).toBe('denied')
    const refused = await asking.post(scene)
    expect([refused.status, refused.body['error']]).toEqual([429, 'recently_denied'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(6 * 86_400)
    expect(await asking.mailsAbout(scene)).toHaveLength(1)
    await asking.world.seed(
      `update access_request set decided_at = decided_at - interval '8 days' where client_id = $1`,
      [scene.cast.client],
      scene.cast.tenant,
    )
    expect((await asking.post(scene)).status).toBe(201)
  })

  test('a request that nobody answers in seven days is over, and another one may follow', async () => {
    const scene = await asking.open()
    const asked = await asking.post(scene)
    await asking.world.seed(
      `update access_request set ends_at = now() - interval '1 second' where client_id = $1`,
      [scene.cast.client],
      scene.cast.tenant,
    )
    expect((await asking.poll(scene, asked)).body['status']).toBe('expired')
    expect((await asking.begin(asked, scene.people.admin)).status).toBe(409)
    expect((await asking.post(scene)).status).toBe(201)
  })

  test('a customer whose rules take no requests gets none', async () => {
    const scene = await asking.open()
    await asking.acts.setPolicy(scene.people, { who_may_ask: 'none' })
    expect((await asking.post(scene)).body['error']).toBe('requests_not_wanted')
    expect(await asking.mailsAbout(scene)).toEqual([])
  })

  test('what is held already is not asked for, nor what the client is not registered for, nor a longer time', async () => {
    const scene = await asking.open()
    const held = await asking.post(scene, { type: 'partner_access', actions: ['order.read'] })
    expect([held.status, held.body['error']]).toEqual([409, 'already_granted'])
    const longer = await asking.post(scene, { ...MORE, access_duration: 'P1Y' })
    expect([longer.status, longer.body['error']]).toEqual([400, 'invalid_authorization_details'])
    const odd = await asking.post(scene, { type: 'partner_access', actions: ['everything'] })
    expect([odd.status, odd.body['error']]).toEqual([400, 'invalid_authorization_details'])
    expect(
      (await asking.send(scene, 'POST', '/oauth/access-requests', { grant_id: scene.grantId })).body['error'],
    ).toBe('invalid_request')
    await asking.world.seed(`update api_client set scopes = array['orders.read'] where id = $1`, [
      scene.cast.client,
    ])
    const beyond = await asking.post(scene)
    expect([beyond.status, beyond.body['error']]).toEqual([400, 'invalid_authorization_details'])
  })
})

describe('nobody learns of anybody else', () => {
  test('another client’s grant, an ended one and one that never was are answered alike, and so are requests', async () => {
    const [scene, other] = [await asking.open(), await asking.open()]
    const asked = await asking.post(scene)
    const foreign = await asking.post(other, MORE, scene.grantId)
    const unknown = await asking.post(other, MORE, publicIdOf('consent', scene.cast.tenant))
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
    expect((await asking.poll(other, asked)).status).toBe(404)
    await asking.world.seed(
      `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
      [other.consentId],
      other.cast.tenant,
    )
    expect((await asking.post(other)).status).toBe(404)
  })

  test('a refusal about another account, or that no customer could lift, names nothing to ask for', async () => {
    const scene = await asking.open()
    const elsewhere = await scene.cast.app.call(
      scene.accessToken,
      'POST',
      '/api/v1/customers/BAN-1002/orders',
    )
    expect([elsewhere.status, elsewhere.body['details']]).toEqual([403, undefined])
    // Of what the client is not registered for no answer of the customer would make anything.
    await asking.world.seed('update api_client set mask = $2 where id = $1', [
      scene.cast.client,
      toBits(maskOfScopes(['orders.read'])),
    ])
    const beyond = await scene.cast.app.call(scene.accessToken, 'POST', ORDERS)
    expect([beyond.status, beyond.body['details']]).toEqual([403, { scope: 'orders.write' }])
    expect(beyond.headers.get('www-authenticate')).toContain('scope="orders.write"')
  })

  test('the request is seen by administrators of that customer alone, and answered for that customer alone', async () => {
    const [scene, other] = [await asking.open(), await asking.open()]
    const asked = await asking.post(scene)
    expect(
      (await asking.world.call({ cookie: other.people.admin.cookie }, 'GET', pathOf(asked))).statusCode,
    ).toBe(404)
    expect((await asking.begin(asked, other.people.admin)).status).toBe(404)
    const member = await asking.world.person()
    await asking.world.tenantMember(scene.cast.tenant, member.id, 'TENANT_USER')
    const plain = await asking.world.signIn(member.id)
    expect((await asking.begin(asked, plain)).status).toBe(404)
    expect((await asking.begin(asked, { cookie: null })).status).toBe(401)
    // Whoever administers two organisations answers for the one that was asked.
    await asking.world.tenantMember(other.cast.tenant, scene.cast.admin.id)
    const { key } = await asking.begin(asked, scene.people.admin)
    const wrong = await asking.acts.decide({ ...other.people, admin: scene.people.admin }, key)
    expect(wrong.statusCode).toBe(409)
    expect((await asking.poll(scene, asked)).body['status']).toBe('pending')
  })
})
