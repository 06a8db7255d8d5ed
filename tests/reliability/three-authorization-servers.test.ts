import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeResourceServers } from '../../server/src/modules/gateway/index.ts'
import { makeOAuth, makeOAuthRoutes } from '../../server/src/modules/oauth/index.ts'
import { PartnerApp } from '../../server/testing/oauth-client.ts'
import { OAuthWorld } from '../../server/testing/oauth-world.ts'
import type { TestWorld } from '../../server/testing/world.ts'
import { attempts, patience, tellFigures } from '../support/figures.ts'
import { SecondServer } from '../support/second-server.ts'

const AT_ONCE = 20
const LONG_MS = patience(180_000)

let oauth: OAuthWorld
/** Two further servers, each with connections and a memory of its own. */
let others: readonly SecondServer[]
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  const start = () =>
    SecondServer.start(oauth.world, makeOAuthRoutes, {
      limitScale: 1000,
      oauth: (context) =>
        makeOAuth(context, { apis: makeResourceServers(context.database), consents: oauth.desk }),
    })
  others = [await start(), await start()]
})
afterAll(async () => {
  for (const server of others) await server[Symbol.asyncDispose]()
  await oauth[Symbol.asyncDispose]()
})

/** A world whose server is another one at each look, as behind a balancer. */
function balanced(): TestWorld {
  let turn = 0
  return {
    get app() {
      const apps = [oauth.world.app, ...others.map(({ app }) => app)]
      return apps[(turn += 1) % apps.length]
    },
  } as unknown as TestWorld
}

const successes = (statuses: readonly number[]) => statuses.filter((status) => status === 200)

test(
  'a code and an assertion are each taken once among three servers that are asked at the same moment (A4)',
  async () => {
    const rounds = attempts(2, 200)
    for (let round = 0; round < rounds; round += 1) {
      const cast = await oauth.cast()
      const app = new PartnerApp(balanced(), { id: cast.client, key: cast.key })
      const { code } = await oauth.authorize({ ...cast, app })
      const redeemed = await Promise.all(Array.from({ length: AT_ONCE }, () => app.redeem(code)))
      expect(successes(redeemed.map(({ status }) => status))).toHaveLength(1)

      // The code that came twice ended what it gave (RFC 9700); assertions are tried with a new authorization.
      const { code: second } = await oauth.authorize({ ...cast, app })
      const given = await app.redeem(second)
      const refreshToken = String(given.body['refresh_token'])
      const jti = randomUUID()
      const auth = app.auth((_header, claims) => {
        claims['jti'] = jti
      })
      const asserted = await Promise.all(
        Array.from({ length: AT_ONCE }, () =>
          app.token('refresh_token', { refresh_token: refreshToken }, { auth }),
        ),
      )
      expect(successes(asserted.map(({ status }) => status))).toHaveLength(1)
    }
    tellFigures([{ name: 'codes and assertions at three servers', count: rounds * 2 * AT_ONCE }])
  },
  LONG_MS,
)
