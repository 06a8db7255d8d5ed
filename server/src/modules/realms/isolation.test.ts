import type { IdOf } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import type { Login } from '#platform/database.ts'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import { openRealm, seedEndUser } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'

const TABLES = ['realm', 'end_user', 'end_user_credential', 'end_user_session', 'end_user_token'] as const

interface Realm extends OpenRealm {
  readonly user: IdOf<'end_user'>
  readonly colleague: IdOf<'end_user'>
  readonly admin: IdOf<'end_user'>
  readonly secrets: ReadonlyMap<string, string>
}

let world: TestWorld
let a: Realm
let b: Realm

async function open(name: string): Promise<Realm> {
  const realm = await openRealm(world, name)
  const user = await seedEndUser(world, realm, { email: 'one@example.test' })
  const colleague = await seedEndUser(world, realm, { email: 'two@example.test', role: 'guest' })
  const admin = await seedEndUser(world, realm, { email: 'admin@example.test', role: 'realm_admin' })
  const secrets = new Map<string, string>()
  for (const id of [user, colleague, admin])
    secrets.set(id, (await world.signInEndUser(id)).cookie?.split('=')[1] ?? '')
  await world.sql(
    `insert into end_user_token (partner_id, purpose, token_hash, email, ends_at) values ($1, 'sign_up', sha256(convert_to($2, 'UTF8')), 'x@example.test', now() + interval '1 day')`,
    [realm.id, name],
  )
  return { ...realm, user, colleague, admin, secrets }
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  a = await open('Lumen')
  b = await open('Other')
})
afterAll(() => world[Symbol.asyncDispose]())

const trace = { request_id: 'req_test_0001', route: 'test', source: 'api' }

type Query = (text: string, values?: unknown[]) => Promise<pg.QueryResultRow[]>

/** Runs SQL as a login after it entered by this statement; everything is rolled back. */
async function inside<Result>(
  login: Login,
  enter: { readonly text: string; readonly values: unknown[] } | null,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    if (enter) await client.query(enter.text, enter.values)
    return await work(async (text, values = []) => (await client.query(text, values)).rows)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const asUser = (realm: Realm, id: IdOf<'end_user'>) => ({
  text: 'select access.enter_end_user($1)',
  values: [
    {
      ...trace,
      slug: realm.slug,
      permission: 'realm.profile.read',
      session_hash: digestRealmSecret(realm.slug, realm.secrets.get(id) ?? '').toString('hex'),
    },
  ],
})
const atDoor = (realm: Realm) => ({
  text: 'select access.enter_realm_door($1)',
  values: [{ ...trace, slug: realm.slug }],
})

async function asOwner(realm: Realm): Promise<{ text: string; values: unknown[] }> {
  const { digestToken } = await import('#platform/resolvers/resolver.ts')
  return {
    text: 'select access.enter_person($1)',
    values: [
      {
        ...trace,
        permission: 'partner_org.users.read',
        writes: false,
        session_hash: digestToken(realm.owner.cookie?.split('=')[1] ?? ''),
      },
    ],
  }
}

async function countOf(query: Query, table: string): Promise<number | 'refused'> {
  await query('savepoint look')
  try {
    const [row] = await query(`select count(*)::integer as n from ${table}`)
    return Number(row?.['n'])
  } catch {
    await query('rollback to savepoint look')
    return 'refused'
  }
}

describe('raw SQL as the login of realms', () => {
  const seconds = (ahead: number) => Math.floor(Date.now() / 1000) + ahead
  const become = async (realm: Realm, evidence: object): Promise<unknown> => {
    const request = { ...trace, slug: realm.slug, permission: 'realm.profile.read', ...evidence }
    return inside('liaison_realm', { text: 'select 1', values: [] }, async (query) => {
      const [row] = await query(
        `with e as materialized (select access.enter_end_user($1) as facts)
         select access.context_id('end_user_id') as id from e where facts is not null`,
        [request],
      )
      return row?.['id']
    })
  }
  const proofOf = async (of: IdOf<'end_user'>, until: number) => {
    const [row] = await world.sql<{ id: string; proof: string }>(
      'select id, access.session_proof(token_hash, $2) as proof from end_user_session where end_user_id = $1',
      [of, until],
    )
    return { session_id: row?.id, session_proof: row?.proof, proof_until: until }
  }

  test('makes nobody an end user who knows the id of a session and not its secret (C9)', async () => {
    const until = seconds(600)
    const own = await proofOf(a.user, until)
    expect(await become(a, own)).toBe(a.user)
    const { session_proof: foreign } = await proofOf(a.admin, until)
    const { session_id: id } = own
    for (const evidence of [
      { session_id: id },
      { session_id: id, session_proof: '', proof_until: until },
      { ...own, session_proof: foreign },
      { ...own, proof_until: until + 1 },
      await proofOf(a.user, seconds(-31)),
    ])
      expect(await become(a, evidence), JSON.stringify(evidence)).toBeNull()
    expect(await become(b, own)).toBeNull()
  })

  test('gives an end user the proof of the own session alone, for no longer than a token runs', async () => {
    const ask = (query: Query, until: number) =>
      query('select access.prove_own_session($1) as proof', [until])
    const until = seconds(600)
    const { session_proof: proof } = await proofOf(a.user, until)
    await inside('liaison_realm', asUser(a, a.user), async (query) => {
      expect(await ask(query, until)).toEqual([{ proof }])
      expect((await ask(query, seconds(900)))[0]?.['proof'] ?? null).toBeNull()
    })
    await inside('liaison_realm', null, async (query) => {
      expect((await ask(query, until))[0]?.['proof'] ?? null).toBeNull()
    })
  })
})

describe('the tables of realms', () => {
  test.each([...LOGINS])(
    'show %s nothing without a context, and take nothing (C9 #8, C10)',
    async (login) => {
      await inside(login, null, async (query) => {
        for (const table of TABLES) expect([0, 'refused'], table).toContain(await countOf(query, table))
      })
      const insert = `insert into end_user (partner_id, email, email_norm) values ($1, 'x@example.test', 'x@example.test')`
      await expect(inside(login, null, (query) => query(insert, [a.id]))).rejects.toThrow(/policy|permission/)
    },
  )

  test('show an end user the own row and sessions, an admin the rows of the realm, and never another realm (C9 #7)', async () => {
    await inside('liaison_realm', asUser(b, b.user), async (query) => {
      expect(await query('select id from end_user')).toEqual([{ id: b.user }])
      expect(await query('select end_user_id from end_user_session')).toEqual([{ end_user_id: b.user }])
      expect(await query('select id from end_user where partner_id = $1', [a.id])).toEqual([])
    })
    await inside('liaison_realm', asUser(b, b.admin), async (query) => {
      const rows = await query('select id from end_user')
      expect(rows.map(({ id }: pg.QueryResultRow) => String(id)).toSorted()).toEqual(
        [b.user, b.colleague, b.admin].toSorted(),
      )
      expect(await query('select 1 from end_user_session where end_user_id <> $1', [b.admin])).toEqual([])
    })
  })

  test.each(['realm', 'end_user_credential', 'end_user_token'])(
    'keep %s from everybody inside a realm',
    async (table) => {
      await inside('liaison_realm', asUser(b, b.admin), async (query) => {
        expect(await countOf(query, table)).toBe('refused')
      })
    },
  )

  test('keep the digests of sessions from everybody but the door', async () => {
    await expect(
      inside('liaison_realm', asUser(b, b.user), (query) => query('select token_hash from end_user_session')),
    ).rejects.toThrow('permission denied')
  })

  test('show the door of one realm the rows of that realm alone, and take no row of another (C9 #7)', async () => {
    await inside('liaison_auth', atDoor(b), async (query) => {
      for (const table of TABLES)
        expect(await query(`select 1 from ${table} where partner_id <> $1`, [b.id]), table).toEqual([])
      expect(await countOf(query, 'end_user')).toBe(3)
    })
    const insert = `insert into end_user (partner_id, email, email_norm) values ($1, 'x@example.test', 'x@example.test')`
    await expect(inside('liaison_auth', atDoor(b), (query) => query(insert, [a.id]))).rejects.toThrow(
      'row-level security',
    )
    const session = `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at) values ($1, $2, sha256('x'), 60, now() + interval '1 minute')`
    await expect(
      inside('liaison_auth', atDoor(b), (query) => query(session, [a.id, a.user])),
    ).rejects.toThrow('row-level security')
    await expect(
      inside('liaison_auth', atDoor(b), (query) => query(session, [b.id, a.user])),
    ).rejects.toThrow('foreign key')
    await expect(
      inside('liaison_auth', atDoor(b), (query) => query('select access.become_end_user($1)', [a.user])),
    ).rejects.toThrow('no door')
  })

  test("show a partner's people the own user base alone, without credentials or sessions (C9 #7)", async () => {
    await inside('liaison_program', await asOwner(b), async (query) => {
      expect(await query('select 1 from end_user where partner_id = $1', [a.id])).toEqual([])
      expect(await countOf(query, 'end_user')).toBe(3)
      expect(await countOf(query, 'end_user_credential')).toBe('refused')
      expect(await countOf(query, 'end_user_session')).toBe('refused')
      expect(
        await query(`update end_user set status = 'inactive' where partner_id = $1 returning id`, [a.id]),
      ).toEqual([])
    })
    const invite = `insert into end_user_token (partner_id, purpose, token_hash, email, ends_at) values ($1, $2, sha256('i'), 'x@example.test', now() + interval '1 day')`
    const owner = await asOwner(b)
    await expect(
      inside('liaison_program', owner, (query) => query(invite, [a.id, 'invitation'])),
    ).rejects.toThrow('row-level security')
    await expect(inside('liaison_program', owner, (query) => query(invite, [b.id, 'reset']))).rejects.toThrow(
      'row-level security',
    )
    await inside('liaison_program', owner, async (query) => {
      const use = `update end_user_token set used_at = now() where partner_id = $1 and purpose = $2 returning 1`
      await query(invite, [b.id, 'invitation'])
      expect(await query(use, [b.id, 'invitation'])).toHaveLength(1)
      const others = [
        { id: b.id, purpose: 'sign_up' },
        { id: a.id, purpose: 'invitation' },
      ]
      for (const { id, purpose } of others) expect(await query(use, [id, purpose]), purpose).toEqual([])
    })
    await expect(
      inside('liaison_program', owner, (query) => query('select token_hash from end_user_token')),
    ).rejects.toThrow('permission denied')
  })

  test('show the provider figures and no profile (C9)', async () => {
    for (const column of ['email', 'email_norm', 'name', 'status_reason'])
      await expect(world.sqlAs('liaison_platform', `select ${column} from end_user`)).rejects.toThrow(
        'permission denied',
      )
    for (const table of ['end_user_credential', 'end_user_session', 'end_user_token'])
      await expect(world.sqlAs('liaison_platform', `select 1 from ${table}`)).rejects.toThrow(
        'permission denied',
      )
  })

  test('let a partner and the provider close a realm along the listed moves, and change nothing else of it (C9, C10)', async () => {
    const owner = await asOwner(b)
    const tries = async (statement: string, id: string) =>
      inside('liaison_program', owner, (query) =>
        query(`${statement} where partner_id = $1 returning 1`, [id]),
      ).then(
        (rows) => rows.length,
        (error: Error) => error.message,
      )
    const close = `update realm set status = 'closed', closed_by_name = 'X', close_reason = 'x'`
    expect(await tries(close, b.id)).toBe(1)
    expect(await tries(close, a.id)).toBe(0)
    for (const [change, refusal] of [
      [`key_number = key_number + 2, key_previous_until = null`, 'followed by the next one'],
      [
        `key_number = key_number + 1, key_previous_until = now() + interval '1 day'`,
        'followed by the next one',
      ],
      [`key_previous_until = now() + interval '1 minute'`, 'when it is followed'],
      [`close_reason = 'x'`, 'stays as it was said'],
      [`closed_by_side = 'partner'`, 'permission denied'],
      [`opened_at = now()`, 'permission denied'],
    ] as const)
      expect(await tries(`update realm set ${change}`, b.id), change).toContain(refusal)
    for (const login of [
      'liaison_realm',
      'liaison_auth',
      'liaison_job',
      'liaison_ingest',
      'liaison_tenant',
    ] as const)
      await expect(world.sqlAs(login, close), login).rejects.toThrow('permission denied')
    for (const login of ['liaison_program', 'liaison_platform'] as const)
      expect(await world.sqlAs(login, `${close} returning 1`), login).toEqual([])
  })

  test('open to nobody by a door of another plane (C9)', async () => {
    for (const login of LOGINS.filter((name) => name !== 'liaison_realm'))
      await expect(
        inside(login, asUser(b, b.user), () => Promise.resolve()),
        login,
      ).rejects.toThrow(/opens no realm|no door|permission denied/)
    for (const login of LOGINS.filter((name) => name !== 'liaison_auth'))
      await expect(
        inside(login, atDoor(b), () => Promise.resolve()),
        login,
      ).rejects.toThrow(/opens no realm|no door|permission denied/)
  })
})

describe('a statement that a forgotten check lets through', () => {
  test('changes neither the own role nor the own state (C4, C9)', async () => {
    for (const change of [`role = 'realm_admin'`, `role = 'basic'`, `status = 'inactive'`, `status = 'idle'`])
      await expect(
        inside('liaison_realm', asUser(b, b.colleague), (query) =>
          query(`update end_user set ${change} where id = $1`, [b.colleague]),
        ),
        change,
      ).rejects.toThrow('nobody changes the own role or state')
  })

  test('makes no guest more without a verified identity, whoever asks (C8)', async () => {
    const update = (role: string): [string, unknown[]] => [
      `update end_user set role = $2 where id = $1`,
      [b.colleague, role],
    ]
    for (const role of ['basic', 'advanced', 'company']) {
      await expect(
        inside('liaison_realm', asUser(b, b.admin), (query) => query(...update(role))),
      ).rejects.toThrow('identity check')
      const owner = await asOwner(b)
      await expect(inside('liaison_program', owner, (query) => query(...update(role)))).rejects.toThrow(
        'identity check',
      )
    }
  })

  test('moves no user to another realm and gives none another identity', async () => {
    await expect(
      world.seed('update end_user set partner_id = $2 where id = $1', [b.user, a.id]),
    ).rejects.toThrow('stays who and where it is')
  })

  test('commits nothing without its audit event (X1)', async () => {
    const client = await world.database.pool('liaison_realm').connect()
    try {
      await client.query('begin')
      const enter = asUser(b, b.user)
      await client.query(enter.text, enter.values)
      await client.query(`update end_user set name = 'X' where id = $1`, [b.user])
      await expect(client.query('commit')).rejects.toThrow('has no audit event')
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})

describe('the states and roles of an end user', () => {
  const STATES = ['active', 'inactive', 'idle', 'signing']
  const ROLES = ['guest', 'basic', 'advanced', 'company', 'realm_admin']

  test.each([
    ['end_user', 'status', STATES],
    ['end_user_role', 'role', ROLES],
  ] as const)(
    'move by the listed moves of %s alone: all others are refused (C4, C9)',
    async (entity, column, values) => {
      const moves = await world.sql<{ from_state: string; to_state: string }>(
        `select from_state, to_state from state_transition where entity = $1 and actor_kind = 'partner'`,
        [entity],
      )
      const owner = await asOwner(b)
      for (const from of values)
        for (const to of values.filter((value) => value !== from)) {
          await world.seed(`update end_user set ${column} = $2 where id = $1`, [b.user, from])
          const isListed = moves.some((move) => move.from_state === from && move.to_state === to)
          const needsCheck = from === 'guest' && to !== 'realm_admin'
          const tried = inside('liaison_program', owner, (query) =>
            query(`update end_user set ${column} = $2 where id = $1`, [b.user, to]),
          )
          const outcome = await tried.then(
            () => 'moved',
            (error: unknown) => (/may not|identity check/.test(String(error)) ? 'refused' : String(error)),
          )
          expect(outcome, `${from} to ${to}`).toBe(isListed && !needsCheck ? 'moved' : 'refused')
        }
      await world.seed(`update end_user set role = 'basic', status = 'active' where id = $1`, [b.user])
    },
  )
})
