import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { idFromUuid } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadDemoIfEmpty } from '../../server/src/modules/demo/index.ts'
import { listenTo } from '../../server/src/platform/announcements.ts'
import { LOGINS, passwordOf } from '../../server/src/platform/database.ts'
import type { Login } from '../../server/src/platform/database.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { noteToken } from '../../server/testing/issued-token.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import { RawSession } from './support/raw-calls.ts'

let world: TestWorld
let dataDir: string
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  dataDir = await mkdtemp(join(tmpdir(), 'liaison-doors-'))
  await loadDemoIfEmpty({ admin: world.connection, secretKey: TEST_SECRET_KEY, dataDir, now: new Date() })
}, 120_000)
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

async function connect(login: Login): Promise<pg.Client> {
  const client = new pg.Client({
    ...world.connection,
    user: login,
    password: passwordOf(login, testRoleSecret()),
  })
  await client.connect()
  return client
}

/** Which logins may try each door; whoever is not named is refused by the database before anything is read. */
const DOORS: Readonly<Record<string, readonly Login[]>> = {
  enter_agency_key: ['liaison_embed'],
  enter_authorization_server: ['liaison_auth'],
  enter_client: ['liaison_delegate', 'liaison_tenant'],
  enter_credential: [],
  enter_end_user: ['liaison_realm'],
  enter_export: ['liaison_delegate', 'liaison_platform', 'liaison_program', 'liaison_tenant'],
  enter_form: ['liaison_embed'],
  enter_gateway: ['liaison_auth'],
  enter_identity: ['liaison_auth'],
  enter_ingest: ['liaison_ingest'],
  enter_operation: ['liaison_program'],
  enter_operator: [],
  enter_person: ['liaison_delegate', 'liaison_platform', 'liaison_program', 'liaison_tenant'],
  enter_realm_door: ['liaison_auth'],
  enter_resource_server: ['liaison_auth'],
  enter_signal_receiver: ['liaison_auth'],
  enter_system: ['liaison_job'],
  resume: ['liaison_delegate', 'liaison_platform', 'liaison_program', 'liaison_tenant'],
}

test('every door of the database is known, with the logins that may try it', async () => {
  const rows = await world.sql<{ door: string; logins: string[] | null }>(
    `select p.proname as door, array_agg(distinct r.rolname::text order by r.rolname::text) filter (where r.rolname is not null) as logins
     from pg_proc p left join pg_roles r on r.rolname = any ($1) and has_function_privilege(r.oid, p.oid, 'execute')
     where p.pronamespace = 'access'::regnamespace and p.proname ~ '^(enter_|resume$)' group by 1`,
    [LOGINS],
  )
  expect(Object.fromEntries(rows.map(({ door, logins }) => [door, logins ?? []]))).toEqual(DOORS)
})

const secret = () => randomBytes(32).toString('hex')

/** What each door is shown by somebody who holds nothing, beside ids that are true. */
function guesses(ids: { readonly client: string; readonly tenant: string; readonly ban: string }) {
  const request = {
    session_hash: secret(),
    key_hash: secret(),
    token_hashes: [secret()],
    claim: secret(),
    export_id: randomUUID(),
    operation_id: randomUUID(),
    client_id: ids.client,
    tenant_id: ids.tenant,
    ban: ids.ban,
    token_id: secret(),
    gateway_credential: secret(),
    slug: 'no-such-realm',
    permission: 'platform.partners.read',
    action: 'issue',
    writes: false,
  }
  return {
    of: (door: string): readonly [string, unknown[]] =>
      door === 'enter_gateway'
        ? ['select access.enter_gateway($1, $2, $3) as told', [randomBytes(32), '', 'GET']]
        : door === 'enter_resource_server'
          ? ['select access.enter_resource_server($1) as told', [randomBytes(32)]]
          : door === 'resume'
            ? ['select access.resume($1, $2, null) as told', [secret(), 'x']]
            : [`select access.${door}($1) as told`, [JSON.stringify(request)]],
  }
}

/** What may be said to anybody: when it is, which plane the login is of, and that there is nothing. */
const SAYS_NOTHING = new Set(['now', 'plane', 'is_entered', 'token_revoked'])

/** Doors of the parts that work without anybody's evidence, as their login alone shows: sign-in, the authorization server, jobs. */
const OF_THE_LOGIN = new Set(['enter_authorization_server', 'enter_system'])

describe('a door that is shown no true secret', () => {
  const tries = Object.entries(DOORS).flatMap(([door, logins]) =>
    OF_THE_LOGIN.has(door) ? [] : logins.map((login) => ({ door, login })),
  )
  test.each(tries)('$door tells $login nothing and opens no table', async ({ door, login }) => {
    const [ids] = await world.sql<{ client: string; tenant: string; ban: string }>(
      `select k.id as client, a.tenant_id as tenant, a.ban from api_client k, billing_account a where k.partner_id is not null limit 1`,
    )
    if (!ids) throw new Error('The world has no client.')
    const [text, values] = guesses(ids).of(door)
    await using session = await RawSession.open(world, { login })
    const [row] = await session.query(text, values)
    const told: unknown = row?.['told']
    const said = Object.entries(typeof told === 'object' && told !== null ? told : {}).filter(
      ([name, value]) => !SAYS_NOTHING.has(name) && value !== null && JSON.stringify(value) !== '[]',
    )
    expect(said).toEqual([])
    const [after] = await session.query(
      `with e as materialized (${text}) select access.context_id('tenant_id') as tenant, access.context_id('partner_id') as partner, access.context_id('actor_id') as actor from e`,
      values,
    )
    expect(after ?? {}).toMatchObject({ tenant: null, partner: null, actor: null })
  })

  test('a true token tells nothing of a customer that it is not for, nor whether an account number exists', async () => {
    const [mine] = await world.sql<{ client: string; tenant: string; ban: string }>(
      `select k.id as client, a.tenant_id as tenant, a.ban from api_client k, billing_account a
       where k.partner_id is not null and k.status = 'active' and not exists (select from delegation d where d.partner_id = k.partner_id and d.tenant_id = a.tenant_id) limit 1`,
    )
    if (!mine) throw new Error('Every client was let in everywhere.')
    const tokenId = randomUUID()
    await noteToken(world, { tokenId, clientId: mine.client, endsAt: new Date('2099-01-01') })
    for (const login of ['liaison_delegate', 'liaison_tenant'] as const) {
      await using session = await RawSession.open(world, { login })
      const ask = async (ban: string) => {
        const request = {
          client_id: mine.client,
          tenant_id: mine.tenant,
          ban,
          token_id: tokenId,
          writes: false,
        }
        const [row] = await session.query(`select access.enter_client($1) - 'now' as told`, [
          JSON.stringify(request),
        ])
        return row?.['told']
      }
      expect(await ask(mine.ban)).toMatchObject({ tenant: null, account: null, billing: null })
      expect(await ask(mine.ban)).toEqual(await ask('none has it'))
    }
  })

  test('a token that was taken back tells no account and no payer', async () => {
    const [mine] = await world.sql<{ client: string; tenant: string; ban: string }>(
      `select k.id as client, a.tenant_id as tenant, a.ban from api_client k, billing_account a where k.partner_id is not null limit 1`,
    )
    if (!mine) throw new Error('The world has no client.')
    const tokenId = randomUUID()
    await noteToken(world, { tokenId, clientId: mine.client, endsAt: new Date('2020-01-01') })
    await using session = await RawSession.open(world, { login: 'liaison_delegate' })
    const request = { client_id: mine.client, tenant_id: mine.tenant, ban: mine.ban, token_id: tokenId }
    const [row] = await session.query('select access.enter_client($1) as told', [JSON.stringify(request)])
    expect(row?.['told']).toMatchObject({ token_revoked: true, account: null, billing: null })
  })
})

describe('notifications', () => {
  test('tell a login that listens no id, on whatever channel, and never the same of the same (R1)', async () => {
    const listeners = await Promise.all(LOGINS.map(connect))
    const heard: string[] = []
    for (const listener of listeners) {
      listener.on('notification', ({ payload = '' }) => heard.push(payload))
      for (const channel of ['access_changed', 'features_changed', 'liaison_configuration'])
        await listener.query(`listen ${channel}`)
    }
    const reader = await world.database.pool('liaison_guard').connect()
    try {
      const read: unknown[] = []
      await listenTo(reader, 'access_changed', (change) => read.push(change))
      const [link] = await world.sql<{ id: string; tenant_id: string; partner_id: string }>(
        `select id, tenant_id, partner_id from delegation where kind = 'link' and status = 'active' limit 1`,
      )
      if (!link) throw new Error('The world has no link.')
      for (let change = 0; change < 2; change += 1)
        await world.seed(
          'update delegation set epoch = epoch + 1 where id = $1',
          [link.id],
          idFromUuid('tenant', link.tenant_id),
        )
      await world.seed(`update partner set region = region where id = $1`, [link.partner_id])
      // An answer comes after all that was told before it.
      for (const listener of [...listeners, reader]) await listener.query('select 1')
      expect(heard.length).toBeGreaterThanOrEqual(3 * LOGINS.length)
      const ids = [link.id, link.tenant_id, link.partner_id].flatMap((id) => [id, id.replaceAll('-', '')])
      expect(heard.filter((payload) => ids.some((id) => payload.includes(id)))).toEqual([])
      expect(new Set(heard).size * LOGINS.length).toBe(heard.length)
      const told = { tenant_id: link.tenant_id, partner_id: link.partner_id }
      expect(read.slice(0, 2)).toEqual([told, told])
    } finally {
      reader.release(true)
      await Promise.all(listeners.map((listener) => listener.end()))
    }
  })

  test.each(LOGINS.filter((login) => login !== 'liaison_guard'))(
    'their key is not told to %s',
    async (login) => {
      await using session = await RawSession.open(world, { login })
      await expect(session.query('select access.announcement_key()', [])).rejects.toThrow(/permission denied/)
    },
  )
})
