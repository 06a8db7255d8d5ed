import type { TenantId } from '@liaison/access'
import { createGatewayGuard } from '@liaison/guard'
import type { GuardError } from '@liaison/guard'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PartnerApp, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import type { OAuthWorld } from '#testing/oauth-world.ts'
import { TokenModes } from '#testing/token-modes.ts'
import type { HeldToken } from '#testing/token-modes.ts'

const NETWORKS = { ip_mode: 'enforce', ip_allow: ['198.51.100.0/24'] }
const EVERY_HOUR = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }
const HOURS = { hours: { tz: 'UTC', windows: [EVERY_HOUR] } }
const DECIDED_ELSEWHERE = /^401 .*only the decision point takes the token/

let modes: TokenModes
let oauth: OAuthWorld
beforeAll(async () => {
  modes = await TokenModes.start()
  ;({ oauth } = modes)
})
afterAll(() => modes[Symbol.asyncDispose]())

const ruleOfTenant = (tenant: TenantId, conditions: object) =>
  oauth.world.seed(
    `insert into tenant_partner_policy (tenant_id, conditions) values ($1, $2)
     on conflict (tenant_id) do update set conditions = excluded.conditions`,
    [tenant, JSON.stringify(conditions)],
    tenant,
  )

/** A token under a consent whose organisation, or which itself, has conditions. */
async function heldUnder(of: 'tenant' | 'consent', conditions: object): Promise<HeldToken> {
  const cast = await oauth.cast()
  const granted = await oauth.grant(cast)
  if (of === 'tenant') await ruleOfTenant(cast.tenant, conditions)
  else
    await oauth.world.seed(
      'update delegation set conditions = $2 where id = $1',
      [granted.consentId, JSON.stringify(conditions)],
      cast.tenant,
    )
  return modes.refresh(cast, granted)
}

describe.each([
  ["an organisation's rule about networks", 'tenant', NETWORKS, ['network']],
  ["an organisation's rule about hours", 'tenant', HOURS, ['hours']],
  ['networks of the consent', 'consent', NETWORKS, ['network']],
  ['both', 'consent', { ...NETWORKS, ...HOURS }, ['network', 'hours']],
] as const)('a consent under %s', (_which, of, conditions, told) => {
  test('gives tokens for the decision point alone, which say why (A8)', async () => {
    const { claims } = await heldUnder(of, conditions)
    expect(claims).toMatchObject({ aud: `${TEST_ISSUER}/decision-point`, call_conditions: told })
    expect(claims).not.toHaveProperty('max_revocation_seconds')
  })

  test('opens nothing to whoever verifies tokens itself or asks what they are, since neither tells where and when a call was made (modes B, D and E)', async () => {
    const held = await heldUnder(of, conditions)
    expect(await modes.verifyLocally(held)).toMatch(DECIDED_ELSEWHERE)
    expect((await modes.introspect(held.accessToken)).body).toEqual({ active: false })
    expect(await modes.verifyLocally(held, true)).toMatch(DECIDED_ELSEWHERE)
    const withheld = (await oauth.events('oauth.introspection.withhold')).filter(
      ({ delegation_id: id }) => id === held.consentId,
    )
    expect(withheld).toMatchObject([{ outcome: 'denied', code: 'decision_point_alone' }])
  })
})

describe('a consent under networks', () => {
  test('is decided by the address of each call (mode A)', async () => {
    const held = await heldUnder('consent', NETWORKS)
    expect((await modes.decide(held)).status).toBe(200)
    const elsewhere = await modes.decide(held, { from: '203.0.113.9' })
    expect([elsewhere.status, elsewhere.headers['x-decision-code']]).toEqual([403, 'IP_NOT_ALLOWED'])
  })

  test('is decided by the address of each call here, too: with the same key and token, from elsewhere it is refused (A8)', async () => {
    const held = await heldUnder('consent', NETWORKS)
    const { cast, accessToken } = held
    const path = `/api/v1/customers/${cast.accounts[0]?.ban}/orders`
    expect((await cast.app.call(accessToken, 'GET', path)).status).toBe(200)
    const thief = new PartnerApp(oauth.world, { id: cast.client, key: cast.key }, '203.0.113.9')
    thief.takeProofKey(await cast.app.proofKey)
    expect(await thief.call(accessToken, 'GET', path)).toMatchObject({
      status: 403,
      body: { code: 'IP_NOT_ALLOWED' },
    })
  })

  test('opens nothing to a decision that a gateway kept for a call from elsewhere: each counts once (mode C)', async () => {
    const held = await heldUnder('tenant', NETWORKS)
    const context = String((await modes.decide(held)).headers['x-access-context'])
    const guard = createGatewayGuard({
      issuer: String(decodeJwt(context).iss),
      audience: 'upstream:orders',
      jwks: new URL('http://localhost:3000/gateway/v1/jwks'),
      fetch: held.cast.app.fetch,
    })
    const use = () =>
      guard.verify({ method: 'GET', url: modes.urlOf(held), headers: { 'x-access-context': context } }).then(
        () => 'opened',
        (error: GuardError) => `${error.status} ${error.message}`,
      )
    expect(await use()).toBe('opened')
    expect(await use()).toMatch(/^401 .*was used before/)
  })

  test('is withheld from an API with a token from before the rule, too', async () => {
    const cast = await oauth.cast()
    const granted = await oauth.grant(cast)
    expect((await modes.introspect(granted.accessToken)).body).toMatchObject({ active: true })
    await ruleOfTenant(cast.tenant, NETWORKS)
    expect((await modes.introspect(granted.accessToken)).body).toEqual({ active: false })
    await ruleOfTenant(cast.tenant, {})
    const free = await modes.refresh(cast, granted)
    expect(free.claims).toMatchObject({ aud: TEST_RESOURCE })
    expect(free.claims).not.toHaveProperty('call_conditions')
  })

  test('that are only watched bounds nothing', async () => {
    const { claims } = await heldUnder('tenant', { ...NETWORKS, ip_mode: 'monitor' })
    expect(claims).toMatchObject({ aud: TEST_RESOURCE })
  })
})
