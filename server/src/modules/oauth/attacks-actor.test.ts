import { randomUUID } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { MemberId, PersonId } from '@liaison/access'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

const probe = route({
  method: 'GET',
  path: '/api/v1/customers/:customer_ban/orders',
  summary: 'A protected operation',
  input: { params: z.strictObject({ customer_ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.customer_ban },
  limit: 'list',
  responses: { 200: z.strictObject({ tenant_id: z.string() }) },
  handle({ mandate }) {
    recordEvent(mandate, { action: 'api.orders.probe' })
    return Promise.resolve({ tenant_id: mandate.tenant.id })
  },
})

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe])
})
afterAll(() => oauth[Symbol.asyncDispose]())

interface Staffed extends OAuthCast {
  readonly lee: { readonly person: PersonId; readonly member: MemberId; readonly publicId: string }
  readonly token: string
}

/** A partner's client with a token for a customer who consented, and somebody who works there. */
async function staffed(): Promise<Staffed> {
  const cast = await oauth.cast()
  const { accessToken } = await oauth.grant(cast)
  return { ...cast, lee: await hire(cast), token: accessToken }
}

async function hire({ partner }: OAuthCast): Promise<Staffed['lee']> {
  const { id: person } = await oauth.world.person('Lee Park')
  const member = await oauth.world.partnerMember(partner, person, 'PARTNER_STAFF')
  return { person, member, publicId: encodeId('member', member) }
}

interface ActorWish {
  readonly sub?: string
  readonly issuer?: string
  readonly audience?: string
  readonly type?: string
  readonly seconds?: number
  readonly issuedAgo?: number
  readonly jti?: string
}

function actorToken({ app, key, lee }: Staffed, wish: ActorWish = {}): Promise<string> {
  const iat = Math.floor(Date.now() / 1000) - (wish.issuedAgo ?? 0)
  return new SignJWT({ jti: wish.jti ?? randomUUID() })
    .setProtectedHeader({ alg: key.jwk.alg, typ: wish.type ?? 'actor+jwt', kid: key.jwk.kid })
    .setIssuer(wish.issuer ?? app.clientId)
    .setAudience(wish.audience ?? TEST_ISSUER)
    .setSubject(wish.sub ?? lee.publicId)
    .setIssuedAt(iat)
    .setExpirationTime(iat + (wish.seconds ?? 60))
    .sign(key.privateKey)
}

const exchange = (cast: OAuthCast, subject: string, changes: Readonly<Record<string, string>> = {}) =>
  cast.app.token(EXCHANGE, { subject_token: subject, subject_token_type: ACCESS_TOKEN, ...changes })

const naming = async (cast: Staffed, wish: ActorWish = {}) => ({
  actor_token: await actorToken(cast, wish),
  actor_token_type: JWT,
})

const refused = (error: string) => ({ status: 400, body: { error } })
const details = (entry: object) => JSON.stringify([{ type: 'partner_access', ...entry }])
const call = (cast: OAuthCast, token: string) =>
  cast.app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')

describe('a token that names the member who acts', () => {
  test('says who acts now, and behind that through which client, and is no wider and no longer (A6)', async () => {
    const cast = await staffed()
    const answer = await exchange(cast, cast.token, await naming(cast))
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body['refresh_token']).toBeUndefined()
    const [subject, made] = [decodeJwt(cast.token), decodeJwt(String(answer.body['access_token']))]
    const partner = encodeId('partner', cast.partner)
    expect(subject['may_act']).toEqual({ client_id: cast.app.clientId, partner_id: partner })
    expect(made).toMatchObject({
      sub: cast.customerId,
      access: 'delegated',
      delegation_id: subject['delegation_id'],
      customer_ban: 'BAN-1001',
      scope: subject['scope'],
      authorization_details: subject['authorization_details'],
      act: {
        sub: `member:${cast.lee.publicId}`,
        partner_id: partner,
        act: { sub: `client:${cast.app.clientId}`, partner_id: partner },
      },
    })
    expect(made['may_act']).toBeUndefined()
    expect(made.exp).toBeLessThanOrEqual(subject.exp ?? 0)
  })

  test('the customer reads who it was, and through which client (A6, A13)', async () => {
    const cast = await staffed()
    const { body } = await exchange(cast, cast.token, await naming(cast))
    const called = await call(cast, String(body['access_token']))
    expect(called.status, called.text).toBe(200)
    const [event] = await oauth.world.sql<{ actor_name: string; member_id: string; tenant_id: string }>(
      `select actor_name, member_id, tenant_id from audit_event where action = 'api.orders.probe' and partner_id = $1`,
      [cast.partner],
    )
    expect(event).toMatchObject({
      actor_name: expect.stringMatching(/^Lee Park, through /),
      member_id: cast.lee.member,
      tenant_id: cast.tenant,
    })
  })

  test('counts no more from the moment when the member leaves the partner or is deactivated (A6)', async () => {
    for (const sql of [
      `update partner_member set status = 'inactive' where id = $1`,
      `update person set status = 'inactive' where id = (select person_id from partner_member where id = $1)`,
    ]) {
      const cast = await staffed()
      const token = String((await exchange(cast, cast.token, await naming(cast))).body['access_token'])
      expect((await call(cast, token)).status).toBe(200)
      await oauth.world.seed(sql, [cast.lee.member])
      const answer = await call(cast, token)
      expect([answer.status, answer.body['code']]).toEqual([403, 'ACTOR_INACTIVE'])
      expect((await call(cast, cast.token)).status).toBe(200)
      expect(await exchange(cast, cast.token, await naming(cast))).toMatchObject(refused('invalid_request'))
    }
  })

  test('may have fewer scopes and actions, never other ones, another account or another customer (attacks 51 and 52)', async () => {
    const cast = await staffed()
    const narrow = await exchange(cast, cast.token, {
      ...(await naming(cast)),
      authorization_details: details({ customer_ban: 'BAN-1001', actions: ['order.read'] }),
    })
    expect(decodeJwt(String(narrow.body['access_token']))).toMatchObject({
      authorization_details: [{ actions: ['order.read'] }],
    })
    const other = await oauth.cast()
    for (const [change, error] of [
      [{ scope: 'admin.all' }, 'invalid_scope'],
      [{ authorization_details: details({ customer_ban: 'BAN-9999' }) }, 'invalid_target'],
      [
        { authorization_details: details({ customer_ban: 'BAN-1001', customer_id: other.customerId }) },
        'invalid_target',
      ],
    ] as const)
      expect(await exchange(cast, cast.token, { ...(await naming(cast)), ...change })).toMatchObject(
        refused(error),
      )
  })
})

describe('an actor token', () => {
  test('attack 49: counts only fresh, once, signed by the client for this server, and for an active member of its own partner', async () => {
    const [cast, other] = [await staffed(), await staffed()]
    const wishes: ActorWish[] = [
      { sub: other.lee.publicId },
      { sub: encodeId('person', cast.lee.person) },
      { sub: `client:${cast.app.clientId}` },
      { sub: 'garbage' },
      { issuer: other.app.clientId },
      { audience: 'https://other.example' },
      { type: 'JWT' },
      { type: 'at+jwt' },
      { seconds: 3600 },
      { issuedAgo: 400, seconds: 800 },
      { issuedAgo: 120, seconds: 60 },
      { jti: 'short' },
    ]
    for (const wish of wishes)
      expect(await exchange(cast, cast.token, await naming(cast, wish)), JSON.stringify(wish)).toMatchObject(
        refused('invalid_request'),
      )
    const forged = { actor_token: await actorToken({ ...cast, key: other.key }), actor_token_type: JWT }
    expect(await exchange(cast, cast.token, forged)).toMatchObject(refused('invalid_request'))
    const once = await naming(cast)
    expect((await exchange(cast, cast.token, once)).status).toBe(200)
    expect(await exchange(cast, cast.token, once)).toMatchObject(refused('invalid_request'))
  })

  test('attack 49: names nobody who is not assigned to the tenant, where the partner has a link with it; and counts as long as the assignment lasts', async () => {
    const cast = await staffed()
    const { world } = oauth
    const link = await world.link(cast.partner, cast.tenant)
    expect(await exchange(cast, cast.token, await naming(cast))).toMatchObject(refused('invalid_request'))
    await world.assign(link, cast.lee.member)
    const answer = await exchange(cast, cast.token, await naming(cast))
    expect(answer.status, answer.text).toBe(200)
    const token = String(answer.body['access_token'])
    expect((await call(cast, token)).status).toBe(200)
    await world.seed('delete from link_member where link_id = $1', [link], cast.tenant)
    const after = await call(cast, token)
    expect([after.status, after.body['code']]).toEqual([403, 'ACTOR_INACTIVE'])
    await world.assign(link, cast.lee.member)
    expect((await call(cast, token)).status).toBe(200)
    await world.seed('update link_member set ends_at = now() where link_id = $1', [link], cast.tenant)
    expect((await call(cast, token)).body['code']).toBe('ACTOR_INACTIVE')
    expect((await call(cast, cast.token)).status).toBe(200)
  })

  test.each([
    ['suspended', `status = 'suspended'`],
    ['revoked', `status = 'revoked'`],
    ['ended by time', `ends_at = now() - interval '1 second'`],
  ])(
    'attack 49: names nobody by a link that is %s: neither whoever was assigned nor whoever never was (A6)',
    async (_what, change) => {
      const cast = await staffed()
      const { world } = oauth
      const other = { ...cast, lee: await hire(cast) }
      const link = await world.link(cast.partner, cast.tenant)
      await world.assign(link, cast.lee.member)
      const token = String((await exchange(cast, cast.token, await naming(cast))).body['access_token'])
      expect((await call(cast, token)).status).toBe(200)
      await world.seed(`update delegation set ${change} where id = $1`, [link], cast.tenant)
      expect((await call(cast, token)).body['code']).toBe('ACTOR_INACTIVE')
      for (const each of [cast, other])
        expect(await exchange(each, cast.token, await naming(each))).toMatchObject(refused('invalid_request'))
      // What the consent itself opens is the customer's other decision.
      expect((await call(cast, cast.token)).status).toBe(200)
    },
  )

  test('a link that was asked for and never came into force bounds nobody', async () => {
    const cast = await staffed()
    const link = await oauth.world.link(cast.partner, cast.tenant)
    await oauth.world.seed(
      `update delegation set status = 'declined', approved_at = null where id = $1`,
      [link],
      cast.tenant,
    )
    expect((await exchange(cast, cast.token, await naming(cast))).status).toBe(200)
  })

  test('attack 50: a token that may be taken further by another client, or without the actor whom it takes, is refused', async () => {
    const cast = await staffed()
    expect(await exchange(cast, cast.token)).toMatchObject(refused('invalid_request'))
    const other = await staffed()
    expect(await exchange(other, cast.token, await naming(other))).toMatchObject(refused('invalid_request'))
    const made = await exchange(cast, cast.token, await naming(cast))
    const again = await exchange(cast, String(made.body['access_token']), await naming(cast))
    expect(again).toMatchObject(refused('invalid_request'))
  })
})
