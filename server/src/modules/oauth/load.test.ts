import { afterAll, beforeAll, expect, test } from 'vitest'
import { countInFlight } from '#platform/limits/load-shedding.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [], { maxInFlight: 2 })
})
afterAll(() => oauth[Symbol.asyncDispose]())

test('the authorization server sheds what is too much, and counts every request out again (R6)', async () => {
  const { http } = oauth.world.app
  const ask = () =>
    http.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { host: 'localhost:3000', 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials',
    })
  const answers = await Promise.all(Array.from({ length: 20 }, ask))
  const statuses = answers.map(({ statusCode }) => statusCode)
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status === 401 || status === 400).length).toBeGreaterThan(0)
  expect(answers.find(({ statusCode }) => statusCode === 503)?.headers['retry-after']).toBe('1')
  expect(countInFlight(http)).toBe(0)
  expect((await ask()).statusCode).not.toBe(503)
})
