import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeResourceServers } from '#modules/gateway/index.ts'
import { makeOAuth } from '#modules/oauth/index.ts'
import { withAdminClient } from '#platform/admin.ts'
import { openDatabase } from '#platform/database.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'
import { CommandBench } from '#testing/command.ts'
import { runStatements, TEMPLATE_DATABASE, testConnection, testRoleSecret } from '#testing/database.ts'
import { PartnerApp, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY } from '#testing/world.ts'
import { buildAppWith } from '../app.ts'

const LONG_MS = 120_000
const RESTORED = `restored_${process.pid}`

let oauth: OAuthWorld
let bench: CommandBench
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  bench = await CommandBench.start(oauth.world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await oauth[Symbol.asyncDispose]()
  await runStatements(testConnection(), [`drop database if exists ${RESTORED} with (force)`])
})

/** A server on the restored database, with nothing in memory. */
async function openRestored(connection: ConnectionSettings) {
  const database = openDatabase({ connection, roleSecret: testRoleSecret(), poolSize: 4 })
  const app = await buildAppWith(
    {
      database,
      secretKey: TEST_SECRET_KEY,
      publicOrigin: () => TEST_ORIGIN,
      limitScale: 1000,
      oauth: (context) => makeOAuth(context, { apis: makeResourceServers(database), consents: oauth.desk }),
    },
    () => [],
  )
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app.close()
      await database.close()
    },
  }
}

const LEFT = `select (select count(*)::integer from oauth_grant where ended_at is null) as grants,
  (select count(*)::integer from oauth_artifact where model <> 'ReplayDetection') as artifacts,
  (select count(*)::integer from session where ended_at is null) as sessions,
  (select count(*)::integer from end_user_session where ended_at is null) as end_user_sessions,
  (select count(*)::integer from single_use_token where used_at is null) as links,
  (select count(*)::integer from end_user_token where used_at is null) as end_user_links`

test(
  'what was revoked or used after the backup does not come back to life with a restore, even one that freezes nothing: no OAuth grant, refresh token, access token, session or mailed link (R10)',
  async () => {
    const cast = await oauth.cast()
    const { accessToken, refreshToken } = await oauth.grant(cast)
    await oauth.world.seed(
      `insert into single_use_token (purpose, token_hash, person_id, ends_at) values ('password_reset', 'x', $1, now() + interval '1 hour')`,
      [cast.admin.id],
    )
    const folder = join(bench.folder, 'backup')
    expect((await bench.run(['backup', folder])).status).toBe(0)
    const keysOf = async (app: PartnerApp) => {
      const answer = await app.fetch(`${TEST_ISSUER}/jwks`)
      return new Set(((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid))
    }
    const before = await keysOf(cast.app)
    expect((await cast.app.introspect(accessToken)).body['active']).toBe(true)
    expect((await cast.app.refresh(refreshToken)).status).toBe(200)
    // Revoked by the partner after the moment of the backup.
    expect((await cast.app.revoke(refreshToken)).status).toBe(200)
    expect((await cast.app.introspect(accessToken)).body['active']).toBe(false)
    await runStatements(testConnection(), [
      `create database ${RESTORED} template ${TEMPLATE_DATABASE} strategy file_copy`,
    ])
    const connection = { ...testConnection(), database: RESTORED }
    await using target = await CommandBench.start({ connection })
    const { status } = await target.run(['restore', folder, '--open'])
    expect(status).toBe(0)
    await using restored = await openRestored(connection)
    // A client uses nothing of a world but its server.
    const app = new PartnerApp(restored as unknown as OAuthWorld['world'], {
      id: cast.client,
      key: cast.key,
    })
    expect((await app.introspect(accessToken)).body).toEqual({ active: false })
    expect((await app.introspect(refreshToken)).body).toEqual({ active: false })
    const refreshed = await app.refresh(refreshToken)
    expect([refreshed.status, refreshed.body['error']]).toEqual([400, 'invalid_grant'])
    const after = await keysOf(app)
    expect(after.size).toBeGreaterThan(0)
    expect([...before].filter((kid) => after.has(kid))).toEqual([])
    const [left] = await withAdminClient(connection, async (client) => (await client.query(LEFT)).rows)
    expect(left).toEqual({
      grants: 0,
      artifacts: 0,
      sessions: 0,
      end_user_sessions: 0,
      links: 0,
      end_user_links: 0,
    })
    // The client itself works on: it may ask the customer again.
    expect((await app.push()).status).toBe(201)
  },
  LONG_MS,
)
