import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS, passwordOf } from '../../server/src/platform/database.ts'
import type { Login } from '../../server/src/platform/database.ts'
import { migrate } from '../../server/src/platform/migrate.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { TestWorld } from '../../server/testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  await world.tenant('Acme Fiber')
})
afterAll(() => world[Symbol.asyncDispose]())

const temporaryTables = (verb: 'grant' | 'revoke') =>
  world.sql(
    `${verb} temporary on database ${world.connection.database} ${verb === 'grant' ? 'to' : 'from'} public`,
  )

/** Statements of one login in one transaction that is undone; what the last one answered, or why one was refused. */
async function inject(login: Login, statements: readonly string[]): Promise<unknown> {
  const client = new pg.Client({
    ...world.connection,
    user: login,
    password: passwordOf(login, testRoleSecret()),
  })
  await client.connect()
  try {
    await client.query('begin')
    let rows: unknown[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await client.end()
  }
}

/** What notes as whom it runs, and takes what there is to take. */
const SPY = [
  'create temporary table loot (who text, names text)',
  'grant all on loot to public',
  `create function pg_temp.spy() returns uuid language plpgsql as $$
   begin
     insert into pg_temp.loot select current_user, (select string_agg(name, ',') from public.tenant);
     return gen_random_uuid();
   end $$`,
  'grant execute on function pg_temp.spy() to public',
]
const LOOT = 'select who, names from pg_temp.loot'

describe('where a login may make temporary names', () => {
  beforeAll(() => temporaryTables('grant'))
  afterAll(() => temporaryTables('revoke'))

  test("a view in the place of a table does not run its maker's function with the rights of those who decide", async () => {
    const stolen = await inject('liaison_tenant', [
      ...SPY,
      `create temporary view invoice as select pg_temp.spy() as tenant_id, gen_random_uuid() as id, date '2020-01-01' as issued_on`,
      'grant select on invoice to public',
      `select * from access.newest_invoices('{}', '2030-01-01', gen_random_uuid(), 10, 10)`,
      LOOT,
    ])
    expect(stolen).toEqual([])
  })

  test('a type in the place of one of PostgreSQL does not either', async () => {
    const stolen = await inject('liaison_tenant', [
      ...SPY,
      `create function pg_temp.notes(value pg_catalog.uuid) returns boolean language plpgsql as $$ begin perform pg_temp.spy(); return true; end $$`,
      'grant execute on function pg_temp.notes(uuid) to public',
      'create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.notes(value))',
      `select access.context_id('tenant_id'), access.context_id('actor_id')`,
      `select * from access.sla_versions('{}')`,
      LOOT,
    ])
    expect(stolen).toEqual([])
  })

  test('a table in the place of one of ours is not what a function of the owner reads', async () => {
    const answers = await inject('liaison_job', [
      `create temporary table kyc_case (end_user_id uuid, partner_id uuid, state text, expires_at timestamptz)`,
      'grant select on kyc_case to public',
      `insert into kyc_case (end_user_id, state) values ('01900000-0000-7000-8000-000000000001', 'verified')`,
      `select private.is_verified('01900000-0000-7000-8000-000000000001') as verified`,
    ])
    expect(answers).toEqual([{ verified: false }])
  })
})

test.each(LOGINS)(
  '%s makes no temporary table, so none waits for whoever uses its connection next',
  async (login) => {
    expect(await inject(login, ['create temporary table invoice (id uuid)'])).toMatch(
      /permission denied to create temporary tables/,
    )
  },
)

test('a database that lost it when it was restored, and a function that was made since, are closed by the next migrate', async () => {
  await temporaryTables('grant')
  await world.sql(
    `create function private.made_since() returns integer language sql security definer set search_path = pg_catalog, public as $$ select 1 $$`,
  )
  await migrate(world.connection, { roleSecret: testRoleSecret() })
  expect(await inject('liaison_tenant', ['create temporary table invoice (id uuid)'])).toMatch(/denied/)
  expect(await world.sql(`select proconfig from pg_proc where oid = 'private.made_since'::regproc`)).toEqual([
    { proconfig: ['search_path=pg_catalog, public, pg_temp'] },
  ])
})
