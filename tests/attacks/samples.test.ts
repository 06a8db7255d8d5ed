import { readFile } from 'node:fs/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { format } from 'oxfmt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TEST_ISSUER } from '../../server/testing/oauth-client.ts'
import { Market } from './support/market.ts'

let market: Market
beforeAll(async () => {
  market = await Market.open()
})
afterAll(() => market[Symbol.asyncDispose]())

const SETTINGS = new URL('../../.oxfmtrc.json', import.meta.url)

/** What each kind of access gives a token, by the name of its sample. */
const SAMPLES: Readonly<Record<string, () => Promise<string>>> = {
  async own() {
    const { tenant } = await market.cast()
    return market.ownToken({ app: await market.ownApp(tenant) })
  },
  async delegated() {
    return (await market.consent(await market.cast())).accessToken
  },
  async 'wholesaler-own'() {
    return market.ownToken(await market.wholesale())
  },
  async resale() {
    return market.resaleToken(await market.wholesale())
  },
}

const DIGITS = 26

/** Puts the same sign in the place of every value that another run makes anew, equal ones equal. */
function settle(text: string): string {
  const seen = new Map<string, string>()
  const stand = (value: string, prefix: string): string => {
    const known = seen.get(value)
    if (known !== undefined) return known
    const count = [...seen.values()].filter((sign) => sign.startsWith(prefix)).length + 1
    const sign = `${prefix}${String(count).padStart(DIGITS, '0')}`
    seen.set(value, sign)
    return sign
  }
  return text
    .replaceAll(/\b(cli|par|ten|con|rsl)_[0-9a-z]{26}\b/g, (id, kind: string) => stand(id, `${kind}_`))
    .replaceAll(/\bapr_[\w-]{22}/g, 'apr_0000000000000000000001')
}

function sampleOf(token: string): object {
  const { kid: _kid, ...header } = decodeProtectedHeader(token)
  const claims = decodeJwt(token)
  const settled: Record<string, unknown> = { ...claims, iat: 1, exp: 301, jti: '…', cnf: { jkt: '…' } }
  const details = claims['authorization_details']
  if (Array.isArray(details))
    settled['authorization_details'] = details.map((detail: object) => ({
      ...detail,
      expires_at: '2028-01-01T00:00:00.000Z',
    }))
  return { header: { ...header, kid: '…' }, claims: settled }
}

async function inOrder(value: object): Promise<string> {
  const settings: Record<string, unknown> = JSON.parse(await readFile(SETTINGS, 'utf8'))
  const { code } = await format('sample.json', settle(JSON.stringify(value, null, 2)), settings)
  return code
}

describe('the sample of a decoded token', () => {
  test.each(Object.keys(SAMPLES))(
    '%s is what the server issues, and keeps to the published schema (A3)',
    async (name) => {
      const token = await (SAMPLES[name]?.() ?? Promise.reject(new Error(name)))
      const claims = decodeJwt(token)
      expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300)
      const schema = await market.world.call(null, 'GET', '/oauth/schemas/access-token-claims.json')
      expect(z.fromJSONSchema(schema.json()).safeParse(claims).error).toBeUndefined()
      expect(claims.iss).toBe(TEST_ISSUER)
      await expect(await inOrder(sampleOf(token))).toMatchFileSnapshot(`../../docs/samples/${name}.json`)
    },
  )
})
