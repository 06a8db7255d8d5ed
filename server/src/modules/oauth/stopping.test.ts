import * as client from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CookieJar, makeTestKey, PartnerApp, seedClient, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
let cast: OAuthCast
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  cast = await oauth.cast()
})
afterAll(() => oauth[Symbol.asyncDispose]())

describe('the endpoints', () => {
  test('a request of a partner that only refers is refused from the first step on (attack 56)', async () => {
    const referral = await oauth.cast({ kinds: ['referral'] })
    const answer = await referral.app.push()
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request'])
    expect(answer.body['request_uri']).toBeUndefined()
  })

  test('a client, a partner or everything that is stopped is unknown from its next request on (A9, A13)', async () => {
    const stops: readonly ((stopped: OAuthCast) => Promise<unknown>)[] = [
      (stopped) =>
        oauth.world.seed(`update api_client set status = 'suspended' where id = $1`, [stopped.client]),
      (stopped) =>
        oauth.world.seed(`update partner set status = 'suspended' where id = $1`, [stopped.partner]),
      (stopped) =>
        oauth.world.seed(
          `insert into access_freeze (scope, partner_id, reason, set_by, set_by_name, set_by_side) values ('partner', $1, 'A test', uuidv7(), 'A test', 'provider')`,
          [stopped.partner],
        ),
    ]
    for (const stop of stops) {
      const stopped = await oauth.cast()
      expect((await stopped.app.push()).status).toBe(201)
      await stop(stopped)
      const answer = await stopped.app.push()
      expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client'])
    }
  })

  test('a key that was taken from a client proves nothing from the next request on', async () => {
    const key = await makeTestKey()
    const id = await seedClient(oauth.world, { partner: cast.partner }, { key })
    const app = new PartnerApp(oauth.world, { id, key })
    expect((await app.push()).status).toBe(201)
    const { jwk } = await makeTestKey()
    await oauth.world.seed('update api_client set jwks = $2 where id = $1', [
      id,
      JSON.stringify({ keys: [jwk] }),
    ])
    expect((await app.push()).status).toBe(401)
  })

  test('the errors of pages for people hold nothing that was sent', async () => {
    const page = await cast.app.open(
      '/oauth/authorize?client_id=%3Cscript%3Ealert(1)%3C/script%3E&state=%22%3E%3Cb%3E',
      new CookieJar(),
    )
    expect(page.status).toBe(400)
    expect(page.text).not.toMatch(/<script|alert\(1\)|"><b>/)
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('no script of another site reads an answer, and no session of the library is kept (traps 3 and 7)', async () => {
    const response = await cast.app.fetch('http://localhost:3000/oauth/jwks', {
      headers: { origin: 'https://evil.example' },
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    const jar = oauth.browser(cast)
    await oauth.authorize(cast, {}, jar)
    expect(jar.fieldFor('/oauth/authorize')).not.toContain('liaison_authorization')
    expect(await oauth.world.sql(`select 1 from oauth_artifact where model = 'Session'`)).toEqual([])
    const answer = await client.discoveryRequest(new URL(TEST_ISSUER), {
      algorithm: 'oauth2',
      ...cast.app.options,
    })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('while the database cannot be reached the endpoints say so, and give nothing', async () => {
  await using broken = await OAuthWorld.start()
  const stranded = await broken.cast()
  await stranded.app.server()
  const { database } = broken.world.connection
  await broken.world.sql(`alter database ${database} connection limit 0`)
  await broken.world.sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename like 'liaison%'`,
    [database],
  )
  const answer = await stranded.app.push()
  expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable'])
})
