import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PartnerApp, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

/** A client whose owner named its network, at home in it, and the same client with its key in the hands of somebody elsewhere. */
async function stolen(): Promise<OAuthCast & { readonly thief: PartnerApp }> {
  const cast = await oauth.cast()
  await oauth.world.seed(`update api_client set ip_allow = '{198.51.100.0/24}' where id = $1`, [cast.client])
  return { ...cast, thief: new PartnerApp(oauth.world, { id: cast.client, key: cast.key }, '203.0.113.9') }
}

const REFUSED = { status: 400, body: { error: 'unauthorized_client' } }

describe('a client that is used from outside of its networks', () => {
  test('asks for nothing and gets no token, with the right key; at home everything works (delegation.md section 4)', async () => {
    const { thief, app, ...cast } = await stolen()
    const { refreshToken, accessToken } = await oauth.grant({ ...cast, app })
    expect(await thief.push()).toMatchObject(REFUSED)
    expect(await thief.refresh(refreshToken)).toMatchObject(REFUSED)
    expect(await thief.token('client_credentials', { scope: 'orders.read' })).toMatchObject(REFUSED)
    expect(await thief.introspect(accessToken)).toMatchObject(REFUSED)
    expect(await thief.revoke(accessToken)).toMatchObject(REFUSED)
    expect((await app.introspect(accessToken)).body).toMatchObject({ active: true })
    expect((await app.refresh(refreshToken)).status).toBe(200)
    const events = await oauth.events('oauth.token.refused')
    expect(events.filter(({ actor_id: actor }) => actor === cast.client)).toMatchObject([
      { outcome: 'denied', code: 'unauthorized_client' },
      { outcome: 'denied', code: 'unauthorized_client' },
    ])
  })

  test('neither reads nor ends what it was granted, with a token that was taken, too', async () => {
    const { thief, app, ...cast } = await stolen()
    const { answer } = await oauth.grant({ ...cast, app })
    const grantId = String(answer.body['grant_id'])
    const { body } = await app.token('client_credentials', {
      scope: 'grant_management_query grant_management_revoke',
      resource: `${TEST_ISSUER}/grants`,
    })
    const token = String(body['access_token'])
    thief.takeProofKey(await app.proofKey)
    const path = `/oauth/grants/${grantId}`
    expect((await app.call(token, 'GET', path)).status).toBe(200)
    expect((await thief.call(token, 'GET', path)).status).toBe(401)
    expect((await thief.call(token, 'DELETE', path)).status).toBe(401)
    expect((await app.call(token, 'GET', path)).body).toMatchObject({ status: 'active' })
  })
})
