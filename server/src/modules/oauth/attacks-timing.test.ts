import { encodeId, idFromUuid } from '@liaison/access'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestKey, randomText, TEST_ISSUER } from '#testing/oauth-client.ts'
import type { TestKey } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

const PAIRS = 50
const WARM_PAIRS = 6
/** What two kinds of clients may differ by; without the steps it was 1.5 ms on a quiet machine of two cores. */
const BOUND_MS = 0.8
const CONTROL_MS = 1.5

/** A request of a client whose assertion is signed with a key that is not its own. */
async function forge(clientId: string, key: TestKey, kid: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: TEST_ISSUER,
    jti: randomText(),
    iat: now,
    exp: now + 60,
  }
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(key.privateKey)
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  }).toString()
}

async function measure(payload: string, extraMs: number): Promise<{ ms: number; told: string }> {
  const started = performance.now()
  const answer = await oauth.world.app.http.inject({
    method: 'POST',
    url: '/oauth/token',
    headers: {
      host: new URL(TEST_ISSUER).host,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload,
    remoteAddress: '198.51.100.7',
  })
  const until = performance.now() + extraMs
  while (performance.now() < until);
  return { ms: performance.now() - started, told: `${answer.statusCode} ${answer.body}` }
}

/** The median of the differences between two kinds of requests, taken in pairs and in changing order. */
async function compare(
  kinds: readonly [() => Promise<string>, () => Promise<string>],
  extraMs = 0,
): Promise<{ differenceMs: number; told: Set<string> }> {
  const [differences, told]: [number[], Set<string>] = [[], new Set()]
  for (let pair = 0; pair < WARM_PAIRS + PAIRS; pair += 1) {
    const [first, second] = [await kinds[0](), await kinds[1]()]
    const isSwapped = pair % 2 === 1
    const early = await measure(isSwapped ? second : first, isSwapped ? 0 : extraMs)
    const late = await measure(isSwapped ? first : second, isSwapped ? extraMs : 0)
    told.add(early.told).add(late.told)
    if (pair >= WARM_PAIRS) differences.push(isSwapped ? late.ms - early.ms : early.ms - late.ms)
  }
  const sorted = differences.toSorted((left, right) => left - right)
  return { differenceMs: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, told }
}

test('attack 46: a clock does not tell a client that exists from one that does not, nor a stopped one; the comparison would see it', async () => {
  const [cast, stopped, key] = [await oauth.cast(), await oauth.cast(), await makeTestKey()]
  await oauth.world.seed(`update api_client set status = 'suspended' where id = $1`, [stopped.client])
  const { kid } = cast.key.jwk
  const known = () => forge(cast.app.clientId, key, kid)
  const unknown = async () => {
    const [row] = await oauth.world.sql<{ id: string }>('select uuidv7() as id')
    return forge(encodeId('api_client', idFromUuid('api_client', row?.id ?? '')), key, kid)
  }
  const compared = await compare([known, unknown])
  expect([...compared.told]).toEqual([expect.stringMatching(/^401 .*invalid_client/)])
  expect(Math.abs(compared.differenceMs)).toBeLessThan(BOUND_MS)
  const withStopped = await compare([() => forge(stopped.app.clientId, key, kid), unknown])
  expect(withStopped.told).toEqual(compared.told)
  expect(Math.abs(withStopped.differenceMs)).toBeLessThan(BOUND_MS)
  expect((await compare([known, unknown], CONTROL_MS)).differenceMs).toBeGreaterThan(BOUND_MS)
}, 90_000)
