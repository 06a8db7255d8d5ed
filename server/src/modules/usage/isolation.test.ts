import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import { attempt } from '#testing/sides.ts'
import { openUsageScene, operateTimes } from '#testing/usage-acts.ts'
import type { UsageScene } from '#testing/usage-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { usageRoutes } from './index.ts'

let world: TestWorld
let scene: UsageScene
let other: UsageScene
let neighbour: { user: string }

const TABLES = ['limit_override', 'usage_bucket', 'usage_consequence'] as const
type Table = (typeof TABLES)[number]

async function fill(of: UsageScene): Promise<void> {
  const body = { value: 1, reason: 'For a test.' }
  await world.call(of.owner, 'PUT', `/api/v1/partner/users/${of.userId}/limits/rate.per_min`, {
    body: { ...body, value: 50 },
  })
  await world.call(of.owner, 'PUT', `/api/v1/partner/users/${of.userId}/limits/ops.per_day`, { body })
  await operateTimes(world, of.caller, 2)
}

beforeAll(async () => {
  world = await TestWorld.start(() => usageRoutes)
  scene = await openUsageScene(world)
  other = await openUsageScene(world)
  await fill(scene)
  await fill(other)
  const user = await world.endUser(scene.partner)
  const caller = await world.signInEndUser(user)
  await operateTimes(world, caller, 1)
  neighbour = { user }
})
afterAll(() => world[Symbol.asyncDispose]())

const tokenOf = (cookie: string | null) => String(cookie).split('=')[1] ?? ''

type Login = 'liaison_realm' | 'liaison_program' | 'liaison_platform' | 'liaison_job'

async function enter(client: pg.PoolClient, login: Login): Promise<void> {
  if (login === 'liaison_job') {
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
  } else if (login === 'liaison_realm') {
    const hash = digestRealmSecret(scene.slug, tokenOf(scene.caller.cookie)).toString('hex')
    await client.query('select access.enter_end_user($1)', [
      { slug: scene.slug, session_hash: hash, permission: 'realm.profile.read', source: 'api' },
    ])
  } else {
    const hash = createHash('sha256').update(tokenOf(scene.owner.cookie)).digest('hex')
    await client.query('select access.enter_person($1)', [
      { session_hash: hash, permission: 'partner_org.users.read', writes: false, source: 'api' },
    ])
  }
}

async function as<Result>(login: Login, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await enter(client, login)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const usersOf = async (client: pg.PoolClient, table: Table): Promise<string[]> =>
  (await client.query<{ id: string }>(`select distinct end_user_id as id from ${table} order by 1`)).rows.map(
    ({ id }) => id,
  )

const INSERTS: Readonly<Record<Table, string>> = {
  limit_override: `insert into limit_override (partner_id, end_user_id, role, key, value, reason, set_by, set_by_name)
    values ($1, $2, 'basic', 'ops.per_7d', '1', 'x', access.context_id('actor_id'), 'x')`,
  usage_bucket: `insert into usage_bucket (partner_id, end_user_id, day, operations, counted) values ($1, $2, '2020-01-01', 1, 1)`,
  usage_consequence: `insert into usage_consequence (partner_id, end_user_id, kind, limit_key, limit_value, decided_by, started_at, ends_at)
    values ($1, $2, 'warn', 'ops.per_day', 1, 'platform', now(), now() + interval '1 day')`,
}

describe.each(TABLES)('rows of %s', (table) => {
  test('are seen by their end user and by the partner of the realm, and by nobody else (C10)', async () => {
    const ofRealm = table === 'usage_bucket' ? [scene.user, neighbour.user] : [scene.user]
    expect(await as('liaison_realm', (client) => usersOf(client, table))).toEqual([scene.user])
    expect(await as('liaison_program', (client) => usersOf(client, table))).toEqual(ofRealm.toSorted())
  })

  test('are seen by no login without a context, and by no other login at all (C10)', async () => {
    const text = `select end_user_id from ${table}`
    for (const login of ['liaison_realm', 'liaison_program'] as const)
      expect(await world.sqlAs(login, text)).toEqual([])
    for (const login of [
      'liaison_platform',
      'liaison_job',
      'liaison_tenant',
      'liaison_delegate',
      'liaison_auth',
      'liaison_ingest',
      'liaison_guard',
      'liaison_sealer',
    ] as const)
      await expect(world.sqlAs(login, text)).rejects.toThrow('permission denied')
  })

  test('are written for nobody else, and by no login but where a person sets a limit (C10)', async () => {
    const foreign = [other.partner, other.user]
    const own = [scene.partner, scene.user]
    await as('liaison_realm', async (client) => {
      expect(await attempt(client, INSERTS[table], own)).toContain('permission denied')
      expect(await attempt(client, `update ${table} set partner_id = partner_id`)).toContain(
        'permission denied',
      )
      expect(await attempt(client, `delete from ${table}`)).toContain('permission denied')
    })
    await as('liaison_program', async (client) => {
      const refused = await attempt(client, INSERTS[table], foreign)
      expect(refused).toMatch(/row-level security|permission denied|limit_override_role/)
      expect(await attempt(client, `delete from ${table}`)).toContain('permission denied')
      expect(await attempt(client, INSERTS[table], own)).toMatch(
        table === 'limit_override' ? /^done$/ : /permission denied/,
      )
    })
    for (const login of ['liaison_platform', 'liaison_job'] as const)
      await expect(world.sqlAs(login, INSERTS[table], own)).rejects.toThrow('permission denied')
  })
})

describe('the functions that count', () => {
  test('are called by no login for a user of its choice, nor at a time of its choice (C10)', async () => {
    for (const login of ['liaison_realm', 'liaison_program', 'liaison_platform', 'liaison_job'] as const)
      for (const call of [
        `access.count_operation('${other.user}')`,
        `access.effective_limits('${other.user}')`,
        `access.lift_consequences('${other.user}', '{"side": "partner"}')`,
        `access.begin_consequence('{}')`,
      ])
        expect(await as(login, (client) => attempt(client, `select ${call}`)), call).toContain(
          'permission denied',
        )
    await expect(world.sqlAs('liaison_realm', 'select access.spend_operation(false)')).rejects.toThrow(
      'only an end user',
    )
  })

  test('tell and change nothing of a user of another realm, and of a neighbour only to the partner (C10)', async () => {
    const tell = async (login: Login, user: string): Promise<unknown> =>
      as(login, async (client) => (await client.query('select access.usage_of($1) as u', [user])).rows[0]?.u)
    expect(await tell('liaison_realm', scene.user)).not.toBeNull()
    expect(await tell('liaison_realm', neighbour.user)).toBeNull()
    expect(await tell('liaison_program', neighbour.user)).not.toBeNull()
    expect(await tell('liaison_program', other.user)).toBeNull()
    await as('liaison_program', async (client) => {
      const one = async (text: string): Promise<unknown> =>
        (await client.query(text, [other.user])).rows[0]?.it
      expect(await one(`select access.reset_usage($1, 'x') as it`)).toBeNull()
      expect(await one('select access.layers_of($1) as it')).toBeNull()
    })
  })

  test('give figures to the provider alone (C10)', async () => {
    for (const login of ['liaison_realm', 'liaison_program', 'liaison_job'] as const)
      expect(await as(login, (client) => attempt(client, 'select * from access.usage_figures()'))).toContain(
        'permission denied',
      )
  })
})

describe('history', () => {
  const asOwner = async (text: string, values: unknown[]): Promise<string> => {
    try {
      await world.seed(text, values)
      return 'done'
    } catch (error) {
      return (error as pg.DatabaseError).constraint ?? (error as Error).message
    }
  }

  test('of consequences is never rewritten, not even by the owner of the database (C10)', async () => {
    const change = (set: string) =>
      asOwner(`update usage_consequence set ${set} where end_user_id = $1`, [other.user])
    for (const set of [
      "kind = 'idle', ends_at = null",
      "started_at = now() - interval '1 year'",
      'limit_value = 9',
    ])
      expect(await change(set), set).toBe('usage_consequence_history')
    expect(await change(`status = 'lifted', lifted_at = now(), lifted_by_side = 'partner'`)).toBe('done')
    expect(await change(`lift_reason = 'Another one.'`)).toBe('usage_consequence_history')
    expect(await change(`status = 'in_force', lifted_at = null, lifted_by_side = null`)).toBe(
      'usage_consequence_history',
    )
    expect(await asOwner('truncate usage_consequence', [])).toContain('refused')
  })

  test('of overrides is kept: one is lifted once, in the own name, and changes in nothing else (C10)', async () => {
    await as('liaison_program', async (client) => {
      expect(await attempt(client, `update limit_override set value = '9'`)).toContain('permission denied')
      expect(
        await attempt(
          client,
          `update limit_override set lifted_at = now(), lifted_by = uuidv7(), lifted_by_name = 'x'`,
        ),
      ).toBe('limit_override_actor')
    })
    const change = (set: string) =>
      asOwner(`update limit_override set ${set} where end_user_id = $1`, [other.user])
    expect(await change(`value = '9'`)).toBe('limit_override_history')
    expect(await change(`lifted_at = now(), lifted_by = uuidv7(), lifted_by_name = 'x'`)).toBe('done')
    expect(await change('lifted_at = now()')).toBe('limit_override_history')
  })

  test('every move of a consequence is one that is listed (C10)', async () => {
    const rows = await world.sql(
      `select from_state, to_state, actor_kind from state_transition where entity = 'usage_consequence' order by actor_kind`,
    )
    expect(rows).toEqual([
      { from_state: 'in_force', to_state: 'lifted', actor_kind: 'decider' },
      { from_state: 'in_force', to_state: 'lifted', actor_kind: 'partner' },
    ])
    const [row] = await world.sql<{ id: string }>('select id from usage_consequence where end_user_id = $1', [
      scene.user,
    ])
    await world.sql(
      `delete from state_transition where entity = 'usage_consequence' and actor_kind = 'decider'`,
    )
    expect(
      await asOwner(
        `update usage_consequence set status = 'lifted', lifted_at = now(), lifted_by_side = 'decider' where id = $1`,
        [row?.id],
      ),
    ).toBe('usage_consequence_transition')
  })
})
