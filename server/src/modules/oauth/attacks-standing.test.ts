import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

/** A token with which a client manages its grants. */
async function manage({ app }: OAuthCast): Promise<string> {
  const scope = 'grant_management_query grant_management_revoke'
  const answer = await app.token('client_credentials', { scope, resource: `${TEST_ISSUER}/grants` })
  return String(answer.body['access_token'])
}

describe('a refresh token that a refresh would not take', () => {
  test.each([
    [
      'the customer is frozen',
      `insert into access_freeze (scope, tenant_id, reason, set_by, set_by_name, set_by_side) select 'tenant', tenant_id, 'A test', uuidv7(), 'A test', 'provider' from delegation where id = $1`,
    ],
    ['the end has come', `update delegation set ends_at = now() - interval '1 second' where id = $1`],
    ['the access is suspended', `update delegation set status = 'suspended' where id = $1`],
    [
      'the partner is suspended',
      `update partner set status = 'suspended' where id = (select partner_id from delegation where id = $1)`,
    ],
  ])('is told as inactive: %s (RFC 7662)', async (_why, sql) => {
    const cast = await oauth.cast()
    const { refreshToken, consentId } = await oauth.grant(cast)
    expect((await cast.app.introspect(refreshToken)).body).toMatchObject({ active: true })
    await oauth.world.seed(sql, [consentId], cast.tenant)
    const told = await cast.app.introspect(refreshToken)
    expect(told.body['active'] ?? told.body['error']).not.toBe(true)
    expect((await cast.app.refresh(refreshToken)).status).not.toBe(200)
  })

  test('attack 40: nor where whoever approved has left and nobody confirmed it', async () => {
    const cast = await oauth.cast()
    const { refreshToken, consentId } = await oauth.grant(cast)
    oauth.desk.left.add(consentId)
    expect((await cast.app.introspect(refreshToken)).body).toEqual({ active: false })
    expect((await cast.app.refresh(refreshToken)).body['error']).toBe('invalid_grant')
    oauth.desk.left.delete(consentId)
    expect((await cast.app.introspect(refreshToken)).body).toMatchObject({ active: true })
  })
})

describe('a grant', () => {
  test('is told as expired from the moment of its end, whether or not a job has noted it (A9)', async () => {
    const cast = await oauth.cast()
    const { claims, consentId } = await oauth.grant(cast)
    const path = `/oauth/grants/${String(claims['delegation_id'])}`
    const token = await manage(cast)
    expect((await cast.app.call(token, 'GET', path)).body).toMatchObject({ status: 'active' })
    await oauth.world.seed(
      `update delegation set ends_at = now() - interval '1 second' where id = $1`,
      [consentId],
      cast.tenant,
    )
    expect((await cast.app.call(token, 'GET', path)).body).toMatchObject({ status: 'expired' })
  })

  test('that its client gives back is told to both sides, each in its language, and stands in the history (A9)', async () => {
    const cast = await oauth.cast()
    const { world } = oauth
    const { claims, consentId } = await oauth.grant(cast)
    const owner = await world.person('Olga Owner')
    await world.partnerMember(cast.partner, owner.id, 'PARTNER_OWNER')
    await world.seed(`update person set language = 'fr' where id = $1`, [cast.admin.id])
    await world.seed(
      `insert into tenant_security_contact (tenant_id, email, language) values ($1, 'security@globex.example', 'es')`,
      [cast.tenant],
      cast.tenant,
    )
    await world.seed(`delete from outbox where topic = 'mail'`, [])
    const path = `/oauth/grants/${String(claims['delegation_id'])}`
    expect((await cast.app.call(await manage(cast), 'DELETE', path)).status).toBe(204)
    const mails = await world.sql<{ to: string; text: string }>(
      `select payload ->> 'to' as to, payload ->> 'text' as text from outbox where topic = 'mail' order by payload ->> 'text'`,
    )
    const textTo = (to: string) => mails.find((mail) => mail.to === to)?.text
    const [admin] = await world.sql<{ email: string }>('select email from person where id = $1', [
      cast.admin.id,
    ])
    expect(mails).toHaveLength(3)
    expect(textTo(owner.email)).toContain('The application itself gave it back.')
    expect(textTo(owner.email)).toContain('/granted')
    expect(textTo(admin?.email ?? '')).toContain('application elle-même y a renoncé.')
    expect(textTo('security@globex.example')).toContain('La propia aplicación renunció a él.')
    expect(textTo('security@globex.example')).toContain(`/org/${cast.customerId}/access`)
    const [line] = await world.sql(
      `select event, detail ->> 'name' as name from delegation_history where delegation_id = $1 order by changed_at desc limit 1`,
      [consentId],
    )
    expect(line).toEqual({ event: 'ended', name: 'Order desk' })
  })
})

describe('what is refused to a client', () => {
  const deniedTo = ({ client }: OAuthCast) =>
    oauth.world.sql(`select action, code from audit_event where actor_id = $1 and outcome = 'denied'`, [
      client,
    ])
  const grants = async () => (await oauth.events('oauth.grants.refused')).slice(-1)

  test('attacks 80 and 82: leaves one event, read by its partner alone', async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { claims } = await oauth.grant(cast)
    const path = `/oauth/grants/${String(claims['delegation_id'])}`
    const token = await manage(other)
    expect((await other.app.call(token, 'GET', path)).status).toBe(404)
    const told = { actor_id: other.client, readers: [`partner ${other.partner}`], outcome: 'denied' }
    expect(await grants()).toMatchObject([{ ...told, code: 'invalid_grant_id' }])
    const { body } = await other.app.token('client_credentials', {
      scope: 'grant_management_query',
      resource: `${TEST_ISSUER}/grants`,
    })
    expect((await other.app.call(String(body['access_token']), 'DELETE', path)).status).toBe(403)
    expect(await grants()).toMatchObject([{ ...told, code: 'insufficient_scope' }])
    // Whoever shows another key did not prove to be the client.
    other.app.changeProofKey()
    expect((await other.app.call(token, 'GET', path)).status).toBe(401)
    expect(await grants()).toMatchObject([{ actor_id: null, code: 'invalid_token', readers: null }])
  })

  test("attacks 78, 79 and 82: another client's token, asked about or given back, leaves one event for its partner", async () => {
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const { accessToken, refreshToken } = await oauth.grant(cast)
    // Its own client may ask as often as it likes.
    expect((await cast.app.introspect(accessToken)).body).toMatchObject({ active: true })
    expect(await deniedTo(cast)).toEqual([])
    for (const token of [accessToken, refreshToken, refreshToken]) {
      expect((await other.app.introspect(token)).body).toEqual({ active: false })
      expect((await other.app.revoke(token)).status).toBe(200)
    }
    for (const action of ['oauth.introspection.refused', 'oauth.revocation.refused'])
      await vi.waitFor(async () => {
        const told = (await oauth.events(action)).filter(({ actor_id: actor }) => actor === other.client)
        expect(told).toMatchObject([
          { code: 'not_its_token', readers: [`partner ${other.partner}`] },
          { code: 'not_its_token', readers: [`partner ${other.partner}`] },
        ])
      })
  })
})

test('attack 78: whoever tries credentials of APIs is counted, and leaves one event a minute', async () => {
  await using strict = await OAuthWorld.start(() => [], { limitScale: 1 })
  const cast = await strict.cast()
  const statuses: number[] = []
  for (let count = 0; count < 62; count += 1) {
    const response = await cast.app.fetch(`${TEST_ISSUER}/introspect`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Bearer wrong-${count}`,
      },
      body: 'token=x',
    })
    statuses.push((await readAnswer(response)).status)
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(60)
  expect(statuses.slice(60)).toEqual([429, 429])
  expect(await strict.events('oauth.introspection.refused')).toMatchObject([
    { actor_id: null, code: 'invalid_client' },
  ])
}, 60_000)
