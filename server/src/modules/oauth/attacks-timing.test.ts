import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
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
const ROUNDS = 6
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

const quartileOf = (times: readonly number[]) =>
  times.toSorted((left, right) => left - right)[Math.floor(times.length / 4)] ?? Number.NaN

/**
 * What two kinds of requests differ by, taken in pairs and in changing order: a busy machine makes an answer later and none
 * sooner, so the quick ones of each are compared, and what is not clear is measured on.
 */
async function compare(
  kinds: readonly [() => Promise<string>, () => Promise<string>],
  { extraMs, isClear }: { readonly extraMs: number; readonly isClear: (differenceMs: number) => boolean },
): Promise<{ differenceMs: number; told: Set<string> }> {
  const [times, told]: [[number[], number[]], Set<string>] = [[[], []], new Set()]
  let differenceMs = Number.NaN
  for (let pair = 0; pair < WARM_PAIRS + ROUNDS * PAIRS; pair += 1) {
    for (const kind of pair % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const { ms, told: heard } = await measure(await kinds[kind](), kind === 0 ? extraMs : 0)
      told.add(heard)
      if (pair >= WARM_PAIRS) times[kind].push(ms)
    }
    if (times[0].length === 0 || times[0].length % PAIRS > 0) continue
    differenceMs = quartileOf(times[0]) - quartileOf(times[1])
    if (isClear(differenceMs)) break
  }
  return { differenceMs, told }
}

const EQUAL = { extraMs: 0, isClear: (differenceMs: number) => Math.abs(differenceMs) < BOUND_MS }
const CONTROL = { extraMs: CONTROL_MS, isClear: (differenceMs: number) => differenceMs > BOUND_MS }

test('attack 46: a clock does not tell a client that exists from one that does not, nor a stopped one; the comparison would see it', async () => {
  const [cast, stopped, key] = [await oauth.cast(), await oauth.cast(), await makeTestKey()]
  await oauth.world.seed(`update api_client set status = 'suspended' where id = $1`, [stopped.client])
  const { kid } = cast.key.jwk
  const known = () => forge(cast.app.clientId, key, kid)
  const unknown = async () => {
    const [row] = await oauth.world.sql<{ id: string }>('select uuidv7() as id')
    return forge(publicIdOf('api_client', row?.id ?? ''), key, kid)
  }
  const compared = await compare([known, unknown], EQUAL)
  expect([...compared.told]).toEqual([expect.stringMatching(/^401 .*invalid_client/)])
  expect(Math.abs(compared.differenceMs)).toBeLessThan(BOUND_MS)
  const withStopped = await compare([() => forge(stopped.app.clientId, key, kid), unknown], EQUAL)
  expect(withStopped.told).toEqual(compared.told)
  expect(Math.abs(withStopped.differenceMs)).toBeLessThan(BOUND_MS)
  expect((await compare([known, unknown], CONTROL)).differenceMs).toBeGreaterThan(BOUND_MS)
}, 90_000)
