import { UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { CookieJar, makeTestKey, PartnerApp, readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

/** All that was refused at the authorization server, as the log has it. */
const refusals = ({ world }: OAuthWorld) =>
  world.sql<{ action: string; actor_type: string; actor_id: string | null; repeats: number }>(
    `select action, code, actor_type, actor_id, partner_id, host(ip) as ip, repeats from audit_event
     where action like 'oauth.%.refused' order by id`,
  )

/** Asks for a token with an attestation that nobody signed, in the name of somebody else's client. */
async function attest({ app }: OAuthCast): Promise<number> {
  const response = await app.fetch(`${TEST_ISSUER}/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'oauth-client-attestation': new UnsecuredJWT({ sub: app.clientId }).encode(),
      'oauth-client-attestation-pop': 'x',
    },
    body: `grant_type=client_credentials&client_id=${app.clientId}`,
  })
  return (await readAnswer(response)).status
}

describe('somebody who knows the public id of a client, and nothing else', () => {
  test('attack 46: writes nothing in its name, and waits after some tries (access.md section 6)', async () => {
    await using strict = await OAuthWorld.start(() => [], { limitScale: 1 })
    const cast = await strict.cast()
    const other = await strict.cast()
    const { app } = cast
    const jar = new CookieJar()
    const nothing = 'urn:ietf:params:oauth:request_uri:nothing'
    for (let count = 0; count < 60; count += 1) await app.open(app.authorizePath(nothing), jar)
    await app.open(`/oauth/authorize/nowhere?client_id=${app.clientId}`, jar)
    // A request that another client pushed, in the name of this one.
    const pushed = String((await other.app.push()).body['request_uri'])
    expect((await app.open(app.authorizePath(pushed), jar)).status).toBe(400)
    const statuses: number[] = []
    for (let count = 0; count < 62; count += 1) statuses.push(await attest(cast))
    expect(statuses.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 400))
    expect(statuses.at(-1)).toBe(429)
    const told = await refusals(strict)
    expect(told.length).toBeLessThanOrEqual(5)
    expect(told.every(({ actor_type: type, actor_id: id }) => type === 'stranger' && id === null)).toBe(true)
    const [alarms] = await strict.world.sql<{ count: string }>(
      `select count(*) from audit_event where outcome = 'denied' and partner_id is not null`,
    )
    expect(alarms?.count).toBe('0')
    // The client itself is not kept out of where it lives, and what it does wrong bears its name.
    const home = new PartnerApp(strict.world, { id: cast.client, key: cast.key }, '203.0.113.5')
    expect((await home.push({ scope: 'nothing.known' })).status).toBe(400)
    expect((await refusals(strict)).at(-1)).toMatchObject({ actor_type: 'client', actor_id: cast.client })
  }, 60_000)

  test('attack 46: is one caller in the whole of its network, and one row with the count of its minute', async () => {
    await using strict = await OAuthWorld.start(() => [], { limitScale: 1 })
    const cast = await strict.cast()
    const wrong = { id: cast.client, key: await makeTestKey() }
    const statuses: number[] = []
    for (let count = 1; count <= 65; count += 1) {
      const app = new PartnerApp(strict.world, wrong, `2001:db8:1:2::${count.toString(16)}`)
      const assertion = `client_assertion=x&client_assertion_type=x&client_id=${app.clientId}`
      const response = await app.fetch(`${TEST_ISSUER}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `grant_type=client_credentials&${assertion}`,
      })
      statuses.push((await readAnswer(response)).status)
    }
    expect(statuses.filter((status) => status === 429).length).toBe(5)
    expect(await refusals(strict)).toMatchObject([{ repeats: 1, ip: '2001:db8:1:2::1' }])
    await strict.world.app.close()
    expect(await refusals(strict)).toMatchObject([{ repeats: 1 }, { repeats: 64, actor_type: 'stranger' }])
  }, 60_000)
})
