import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { noteToken } from '#testing/issued-token.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { sweepAuthorizationServer } from './artifact-store.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  await oauth.grant(await oauth.cast())
})
afterAll(() => oauth[Symbol.asyncDispose]())

const OURS = ['oauth_artifact', 'oauth_replay', 'oauth_grant', 'issued_token'] as const

test.each(OURS)(
  'no login but the authorization server reads %s, and the sweeper what has ended',
  async (table) => {
    const readers: string[] = []
    for (const login of LOGINS)
      await oauth.world.sqlAs(login, `select 1 from ${table}`).then(
        () => readers.push(login),
        () => undefined,
      )
    expect(readers).toEqual(['liaison_auth', ...(table === 'oauth_grant' ? [] : ['liaison_job'])])
  },
)

test('the authorization server reads no record of a tenant, and decides nothing about one', async () => {
  for (const table of [
    'delegation',
    'consent',
    'resale',
    'delegation_account',
    'billing_account',
    'commercial_relationship',
    'invoice',
  ])
    await expect(oauth.world.sqlAs('liaison_auth', `select 1 from ${table}`)).rejects.toThrow(
      /permission denied/,
    )
})

test('its functions are for its own login alone', async () => {
  const calls = [
    `access.enter_authorization_server('{}')`,
    `access.delegation_terms(uuidv7(), uuidv7())`,
    `access.resale_for(uuidv7(), null, 'x')`,
    `access.own_accounts(uuidv7())`,
  ]
  for (const login of LOGINS.filter((name) => name !== 'liaison_auth'))
    for (const text of calls)
      await expect(oauth.world.sqlAs(login, `select ${text}`)).rejects.toThrow(/permission denied/)
})

test('a client learns the terms of its own delegations only', async () => {
  const [mine, other] = [await oauth.cast(), await oauth.cast()]
  const { consentId } = await oauth.grant(mine)
  const ask = async (client: string) => {
    const [row] = await oauth.world.sqlAs(
      'liaison_auth',
      'select access.delegation_terms($1, $2) is not null as known',
      [client, consentId],
    )
    return row?.['known'] as unknown
  }
  expect([await ask(mine.client), await ask(other.client)]).toEqual([true, false])
})

test('signing keys change with an audit event or not at all', async () => {
  await expect(
    oauth.world.sql(`update signing_key set retired_at = now(), state = 'retired' where state = 'active'`),
  ).rejects.toThrow(/no audit event/)
})

test('codes and refresh tokens are stored as digests, and without their ids in what is kept', async () => {
  const cast = await oauth.cast()
  const { refreshToken } = await oauth.grant(cast)
  const rows = await oauth.world.sql<{ row: string }>('select to_jsonb(a)::text as row from oauth_artifact a')
  expect(rows.length).toBeGreaterThan(0)
  for (const { row } of rows) expect(row).not.toContain(refreshToken)
  expect(await oauth.world.sql(`select 1 from oauth_artifact where payload ? 'jti'`)).toEqual([])
})

test('what was noted of a token goes with the sweeper half a minute after its end, when no clock takes it for running', async () => {
  const { client } = await oauth.cast()
  const keep = async (tokenId: string, seconds: number) => {
    const endsAt = new Date(Date.now() - seconds * 1000)
    await noteToken(oauth.world, { tokenId, clientId: client, endsAt })
    await oauth.world.sql(
      'insert into revoked_token (jti_hash, client_id, ends_at) values (sha256($1::bytea), $2, $3)',
      [tokenId, client, endsAt],
    )
  }
  await keep('ended just now', 15)
  await keep('ended long ago', 31)
  await sweepAuthorizationServer(oauth.world.database)
  for (const table of ['issued_token', 'revoked_token'])
    expect(
      await oauth.world.sql(
        `select ends_at < now() - interval '30 seconds' as is_long_ago from ${table} where client_id = $1`,
        [client],
      ),
    ).toEqual([{ is_long_ago: false }])
})

test('what has expired is not found, and goes with the sweeper; what runs stays', async () => {
  const cast = await oauth.cast()
  const { refreshToken } = await oauth.grant(cast)
  const before = await oauth.world.sql(`select 1 from oauth_artifact where expires_at > now()`)
  await oauth.world.sql(`insert into oauth_replay values ('\\x00', now() - interval '1 second')`)
  await oauth.world.sql(
    `insert into oauth_artifact (model, id_hash, payload, expires_at) values ('AuthorizationCode', '\\x00', '{}', now() - interval '1 second')`,
  )
  expect(await sweepAuthorizationServer(oauth.world.database)).toBeGreaterThanOrEqual(2)
  expect(await oauth.world.sql('select 1 from oauth_artifact')).toHaveLength(before.length)
  expect((await cast.app.refresh(refreshToken)).status).toBe(200)
})
