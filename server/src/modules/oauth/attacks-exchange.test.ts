import { encodeId, idFromUuid } from '@liaison/access'
import type { ResaleId } from '@liaison/access'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

const probe = route({
  method: 'GET',
  path: '/api/v1/customers/:customer_ban/orders',
  summary: 'A protected operation',
  input: { params: z.strictObject({ customer_ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.customer_ban },
  limit: 'list',
  responses: { 200: z.strictObject({ tenant_id: z.string() }) },
  handle: ({ mandate }) => Promise.resolve({ tenant_id: mandate.tenant.id }),
})

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe])
})
afterAll(() => oauth[Symbol.asyncDispose]())

interface Wholesale extends OAuthCast {
  readonly endTenantId: string
  readonly endTenant: string
  readonly resale: ResaleId
  readonly own: string
}

/** A wholesaler with a home of its own, and an end customer whose account it pays for. */
async function wholesale(): Promise<Wholesale> {
  const cast = await oauth.cast({ kinds: ['wholesaler'] })
  await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [cast.partner, cast.tenant])
  const endTenant = await oauth.world.tenant('Endco')
  const account = await oauth.clients.account(endTenant, 'BAN-E-7')
  const [payer] = cast.accounts
  if (!payer) throw new Error('The wholesaler has an account.')
  const relationship = await oauth.clients.paidBy(account, payer, cast.partner)
  const resale = await oauth.clients.resale({
    partner: cast.partner,
    accounts: [account],
    relationship,
    actions: ['order.create', 'order.read'],
  })
  const answer = await cast.app.token('client_credentials', {})
  const own = String(answer.body['access_token'])
  return { ...cast, endTenantId: encodeId('tenant', endTenant), endTenant, resale, own }
}

const details = (entry: object) => JSON.stringify([{ type: 'partner_access', ...entry }])

function exchange(cast: OAuthCast, subject: string, changes: Readonly<Record<string, string>> = {}) {
  return cast.app.token(EXCHANGE, {
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    authorization_details: details({ customer_ban: 'BAN-E-7' }),
    ...changes,
  })
}

const refused = (error: string) => ({ status: 400, body: { error } })

describe('a token exchange', () => {
  test("makes of a wholesaler's own token one that acts for an end customer, who is named, and says who pays (A5, A6)", async () => {
    const cast = await wholesale()
    const answer = await exchange(cast, cast.own)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).toMatchObject({ issued_token_type: ACCESS_TOKEN, token_type: 'DPoP' })
    expect(answer.body['refresh_token']).toBeUndefined()
    const clientId = cast.app.clientId
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      sub: cast.endTenantId,
      aud: TEST_RESOURCE,
      client_id: clientId,
      access: 'resale',
      partner_kind: 'wholesaler',
      customer_id: cast.endTenantId,
      customer_ban: 'BAN-E-7',
      delegation_id: encodeId('resale', cast.resale),
      authorized_by: 'agreement:AGR-1',
      act: { sub: `client:${clientId}`, partner_id: encodeId('partner', cast.partner) },
      billing: { party: cast.customerId, ban: 'BAN-1001', mode: 'resale' },
      scope: 'orders.read orders.write',
      authorization_details: [{ customer_ban: 'BAN-E-7', actions: ['order.create', 'order.read'] }],
    })
    const own = await cast.app.call(
      String(answer.body['access_token']),
      'GET',
      '/api/v1/customers/BAN-E-7/orders',
    )
    expect([own.status, own.body], own.text).toEqual([200, { tenant_id: cast.endTenant }])
  })

  test('is told to the wholesaler and to the end customer (attack 82)', async () => {
    const cast = await wholesale()
    await exchange(cast, cast.own)
    const issued = await oauth.events('oauth.token.issue')
    expect(issued.findLast((event) => event.delegation_id === cast.resale)).toMatchObject({
      readers: [`partner ${cast.partner}`, `tenant ${cast.endTenant}`],
    })
  })

  test('attack 47: takes no token that is of another partner or issuer, has ended, is revoked, or is none', async () => {
    const [cast, other] = [await wholesale(), await wholesale()]
    expect(await exchange(cast, other.own)).toMatchObject(refused('invalid_request'))
    const now = Math.floor(Date.now() / 1000)
    const foreign = await new SignJWT({
      ...decodeJwt(cast.own),
      iss: 'https://evil.example',
      iat: now,
      exp: now + 300,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'x' })
      .sign(cast.key.privateKey)
    expect(await exchange(cast, foreign)).toMatchObject(refused('invalid_request'))
    for (const garbage of ['garbage', 'a.b.c', `${cast.own}x`])
      expect(await exchange(cast, garbage)).toMatchObject(refused('invalid_request'))
    const consented = await oauth.cast()
    const { refreshToken } = await oauth.grant(consented)
    expect(await exchange(cast, refreshToken)).toMatchObject(refused('invalid_request'))
    for (const type of [
      'urn:ietf:params:oauth:token-type:refresh_token',
      'urn:ietf:params:oauth:token-type:id_token',
      'urn:unknown',
    ])
      expect(await exchange(cast, cast.own, { subject_token_type: type })).toMatchObject(
        refused('invalid_request'),
      )
    await cast.app.revoke(cast.own)
    expect(await exchange(cast, cast.own)).toMatchObject(refused('invalid_request'))
  })

  test('attack 48: an actor token without its type, or the reverse, or of a kind that names nobody, is refused', async () => {
    const cast = await wholesale()
    expect(await exchange(cast, cast.own, { actor_token: cast.own })).toMatchObject(
      refused('invalid_request'),
    )
    expect(await exchange(cast, cast.own, { actor_token_type: ACCESS_TOKEN })).toMatchObject(
      refused('invalid_request'),
    )
    expect(
      await exchange(cast, cast.own, { actor_token: cast.own, actor_token_type: ACCESS_TOKEN }),
    ).toMatchObject(refused('invalid_request'))
  })

  test('attack 51: an account that does not exist and one of somebody else are answered alike', async () => {
    const [cast, other] = [await wholesale(), await oauth.cast()]
    await oauth.clients.account(other.tenant, 'BAN-OTHER')
    const answers = [
      await exchange(cast, cast.own, { authorization_details: details({ customer_ban: 'BAN-NOWHERE' }) }),
      await exchange(cast, cast.own, { authorization_details: details({ customer_ban: 'BAN-OTHER' }) }),
      await exchange(cast, cast.own, {
        authorization_details: details({ customer_ban: 'BAN-E-7', customer_id: other.customerId }),
      }),
      await exchange(cast, cast.own, {
        authorization_details: details({ customer_ban: 'BAN-E-7', customer_id: 'ten_x' }),
      }),
      await exchange(cast, cast.own, { resource: 'https://other.example' }),
    ]
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]).toMatchObject(refused('invalid_target'))
  })

  test('attack 52: an exchanged token is the end of the way, and nothing gets wider by it', async () => {
    const cast = await wholesale()
    const first = await exchange(cast, cast.own)
    expect(await exchange(cast, String(first.body['access_token']))).toMatchObject(refused('invalid_request'))
    expect(await exchange(cast, cast.own, { scope: 'orders.read admin.all' })).toMatchObject(
      refused('invalid_scope'),
    )
    expect(
      await exchange(cast, cast.own, {
        authorization_details: details({ customer_ban: 'BAN-E-7', actions: ['order.cancel'] }),
      }),
    ).toMatchObject(refused('invalid_authorization_details'))
    const narrow = await cast.app.token('client_credentials', { scope: 'orders.read' })
    const subject = String(narrow.body['access_token'])
    const narrowed = await exchange(cast, subject)
    expect(decodeJwt(String(narrowed.body['access_token']))).toMatchObject({
      scope: 'orders.read',
      authorization_details: [{ actions: ['order.read'] }],
    })
    expect(await exchange(cast, subject, { scope: 'orders.write' })).toMatchObject(refused('invalid_scope'))
  })

  test('attack 53: the new token ends no later than the one it was made of', async () => {
    const cast = await wholesale()
    const answer = await exchange(cast, cast.own)
    const [subject, made] = [decodeJwt(cast.own), decodeJwt(String(answer.body['access_token']))]
    expect(made.exp).toBeLessThanOrEqual(subject.exp ?? 0)
    expect(answer.body['expires_in']).toBe((made.exp ?? 0) - (made.iat ?? 0))
  })

  test('attack 52: names no end and no place beyond those of the agreement, and ends sooner where that is wanted', async () => {
    const cast = await wholesale()
    const choose = (detail: object) =>
      exchange(cast, cast.own, { authorization_details: details({ customer_ban: 'BAN-E-7', ...detail }) })
    for (const beyond of [
      { locations: ['https://other.example'] },
      { expires_at: '2130-01-01T00:00:00Z' },
      { expires_at: '2020-01-01T00:00:00Z' },
    ])
      expect(await choose(beyond)).toMatchObject({
        status: 400,
        body: { error: 'invalid_authorization_details' },
      })
    const sooner = { expires_at: new Date(Date.now() + 60_000).toISOString() }
    const { body } = await choose({ locations: [TEST_RESOURCE], ...sooner })
    expect(body['authorization_details']).toMatchObject([sooner])
    expect(Number(body['expires_in'])).toBeLessThanOrEqual(60)
  })

  test('attack 54: without a proof it is refused; with another key the token is bound to that one, and it is told', async () => {
    const cast = await wholesale()
    const parameters = {
      subject_token: cast.own,
      subject_token_type: ACCESS_TOKEN,
      authorization_details: details({ customer_ban: 'BAN-E-7' }),
    }
    expect((await cast.app.token(EXCHANGE, parameters, { withoutProof: true })).status).toBe(400)
    cast.app.changeProofKey()
    const answer = await exchange(cast, cast.own)
    expect(decodeJwt(String(answer.body['access_token']))['cnf']).not.toEqual(decodeJwt(cast.own)['cnf'])
    const told = await oauth.events('oauth.proof_key.change')
    expect(told.filter((event) => event.actor_id === cast.client)).toHaveLength(1)
    await oauth.world.seed('update api_client set pins_proof_key = true where id = $1', [cast.client])
    cast.app.changeProofKey()
    expect(await exchange(cast, cast.own)).toMatchObject(refused('invalid_dpop_proof'))
  })

  test("attack 55: a wholesaler's own token never opens an end customer's account", async () => {
    const cast = await wholesale()
    const answer = await cast.app.call(cast.own, 'GET', '/api/v1/customers/BAN-E-7/orders')
    expect([answer.status, answer.body['code']]).toEqual([403, 'CUSTOMER_MISMATCH'])
  })

  test('attack 56: a partner that only refers has no exchange, and one that does not resell reaches nobody by it', async () => {
    const cast = await wholesale()
    for (const kinds of [['referral'], ['msp']]) {
      const other = await oauth.cast({ kinds })
      const answer = await exchange(other, cast.own)
      expect([answer.status, answer.body['access_token']]).toEqual([400, undefined])
    }
  })

  test.each([
    ['the resale is revoked', `update delegation set status = 'revoked' where id = $1`],
    ['the resale has run out', `update delegation set ends_at = now() - interval '1 second' where id = $1`],
    [
      'nobody pays any more',
      `update commercial_relationship set status = 'ended', ends_at = now() where tenant_id = (select tenant_id from delegation where id = $1)`,
    ],
  ])('is refused when %s, in the words for no account at all', async (_what, sql) => {
    const cast = await wholesale()
    await oauth.world.seed(sql, [cast.resale], idFromUuid('tenant', cast.endTenant))
    expect(await exchange(cast, cast.own)).toMatchObject(refused('invalid_target'))
  })

  test('names who pays from the records, whatever the request says (attack 57)', async () => {
    const cast = await wholesale()
    const answer = await exchange(cast, cast.own, { billing_party: 'ten_x', billing: '{"party":"me"}' })
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      billing: { party: cast.customerId },
    })
    expect(
      await exchange(cast, cast.own, {
        authorization_details: details({ customer_ban: 'BAN-E-7', billing: {} }),
      }),
    ).toMatchObject(refused('invalid_authorization_details'))
  })

  test('is announced with its endpoint', async () => {
    const cast = await wholesale()
    const server = await cast.app.server()
    expect(server.grant_types_supported).toContain(EXCHANGE)
    expect(server.issuer).toBe(TEST_ISSUER)
  })
})
