import { encodeId, maskOfActions, toBits } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { GatewayWorld } from '#testing/gateway.ts'

let gateway: GatewayWorld
beforeAll(async () => {
  gateway = await GatewayWorld.start()
  await gateway.world.seed(
    `update delegation set epoch = epoch + 1, mask = $2, role_mask = $2 where id = $1`,
    [gateway.scene.consent, toBits(maskOfActions(['order.read']))],
    gateway.scene.tenant,
  )
})
afterAll(() => gateway[Symbol.asyncDispose]())

const wanted = () => ({
  grant_id: publicIdOf('consent', gateway.scene.consent),
  authorization_details: [
    { type: 'partner_access', actions: ['order.create'], customer_hint: gateway.scene.account.ban },
  ],
})

test('a call that the consent does not open is answered with what to ask the customer for (A16)', async () => {
  expect((await gateway.ask()).statusCode).toBe(200)
  const refused = await gateway.ask({ method: 'POST' })
  expect(refused.statusCode).toBe(403)
  expect(refused.json()).toMatchObject({
    code: 'INSUFFICIENT_AUTHORIZATION_DETAILS',
    details: { access_request: wanted() },
  })
})

test('the same in the words of AuthZEN stands in the context of the decision (A16)', async () => {
  const { authorization, dpop } = await gateway.evidence({ method: 'POST' })
  const answer = await gateway.world.app.http.inject({
    method: 'POST',
    url: '/access/v1/evaluation',
    headers: { authorization: `Bearer ${gateway.credential}`, 'content-type': 'application/json' },
    payload: JSON.stringify({
      subject: { type: 'identity', id: encodeId('api_client', gateway.scene.client) },
      action: { name: 'POST' },
      resource: { type: 'route', id: gateway.ordersPath },
      context: { access_token: authorization.slice(5), dpop },
    }),
  })
  expect(answer.json()).toMatchObject({
    decision: false,
    context: { code: 'INSUFFICIENT_AUTHORIZATION_DETAILS', access_request: wanted() },
  })
})

test('a refusal that no answer of the customer would lift names nothing to ask for', async () => {
  const elsewhere = await gateway.ask({ method: 'POST', path: '/v1/customers/BAN-OTHER/orders' })
  expect([elsewhere.statusCode, elsewhere.json().details]).toEqual([403, undefined])
  const thin = await gateway.ask({ method: 'GET', claims: { scope: 'services.read' } })
  // But it names the scope of a token that would do (RFC 6750 section 3.1).
  expect([thin.json().code, thin.json().details]).toEqual(['INSUFFICIENT_SCOPE', { scope: 'orders.read' }])
  expect(thin.headers['www-authenticate']).toMatch(/error="insufficient_scope", scope="orders\.read"/)
})
