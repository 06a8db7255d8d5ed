import type { TenantId } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let acme: TenantId
let beta: TenantId
let client: pg.Client
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  client = new pg.Client(world.connection)
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await world[Symbol.asyncDispose]()
})
beforeEach(async () => {
  acme = await world.tenant('Acme')
  beta = await world.tenant('Beta')
})

const UNREADABLE = 'has no audit event that the tenant can read'

/** Runs statements in one transaction to its commit; resolves to what refused it, or to `committed`. */
async function commit(...statements: readonly string[]): Promise<string> {
  try {
    for (const statement of ['begin', ...statements, 'commit']) await client.query(statement)
    return 'committed'
  } catch (error) {
    await client.query('rollback')
    return error instanceof Error ? error.message : String(error)
  }
}

/** An event that a tenant can read. */
const tell = (tenant: TenantId) =>
  `with told as (insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.told', 'allowed', 'system', 'job') returning id, occurred_at)
   insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', '${tenant}', occurred_at, id from told`

const open = (...tenants: readonly TenantId[]) =>
  `insert into ticket (tenant_id, number, subject) select t, gen_random_uuid()::text, 'Down' from unnest('{${tenants.join()}}'::uuid[]) t, generate_series(1, 3)`

const countTickets = async () =>
  (await world.sql('select 1 from ticket where tenant_id = any ($1)', [[acme, beta]])).length

test('one statement over two tenants needs an event for each of them (I1)', async () => {
  expect(await commit(open(acme, beta), tell(acme))).toContain(`${beta} ${UNREADABLE}`)
  expect(await countTickets()).toBe(0)
  expect(await commit(open(acme, beta), tell(acme), tell(beta))).toBe('committed')
  expect(await countTickets()).toBe(6)
})

test('the event may come before the change or after it (I1)', async () => {
  expect(await commit(tell(acme), open(acme))).toBe('committed')
  expect(await commit(open(acme), open(acme), tell(acme))).toBe('committed')
})

test('an event of an earlier transaction covers nothing (I1)', async () => {
  expect(await commit(open(acme), tell(acme))).toBe('committed')
  expect(await commit(open(acme))).toContain(UNREADABLE)
})

test('an event that was rolled back to a savepoint covers nothing (I1)', async () => {
  const undone = ['savepoint s', tell(acme), 'rollback to savepoint s']
  expect(await commit(open(acme), ...undone)).toContain(UNREADABLE)
  expect(
    await commit(
      open(acme),
      'savepoint s',
      tell(acme),
      'set constraints all immediate',
      'rollback to savepoint s',
    ),
  ).toContain(UNREADABLE)
})

test('a change that an event covered from before it is not left behind when the event is taken back (I1)', async () => {
  const both = ['savepoint s', tell(acme), open(acme), 'rollback to savepoint s']
  expect(await commit(...both)).toBe('committed')
  expect(await countTickets()).toBe(0)
  expect(await commit(...both, open(acme))).toContain(UNREADABLE)
  expect(await commit(open(acme), ...both)).toContain(UNREADABLE)
  expect(await commit(tell(beta), open(acme))).toContain(`${acme} ${UNREADABLE}`)
})

test('changes of several tables need one event, and none of them commits without it (I1)', async () => {
  const rename = (tenant: TenantId) => `update tenant set name = 'Acme and Sons' where id = '${tenant}'`
  const type = `insert into voucher_type (tenant_id, code, label) values ('${acme}', 'router', 'Router')`
  expect(await commit(open(acme), type, rename(acme))).toContain(UNREADABLE)
  expect(await commit(open(acme), 'savepoint s', type, 'rollback to savepoint s', open(acme))).toContain(
    UNREADABLE,
  )
  expect(await commit('savepoint s', open(acme), 'rollback to savepoint s', type)).toContain(UNREADABLE)
  expect(await commit(open(acme), open(beta), tell(acme))).toContain(`${beta} ${UNREADABLE}`)
  expect(await commit(open(acme), type, rename(acme), tell(acme))).toBe('committed')
})

test('a change that was rolled back to a savepoint needs no event (I1)', async () => {
  expect(await commit('savepoint s', open(acme), 'rollback to savepoint s')).toBe('committed')
  expect(await commit('savepoint s', open(acme), 'rollback to savepoint s', open(acme))).toContain(UNREADABLE)
})

test('an early check counts for what came before it, and later changes are checked again (I1)', async () => {
  expect(await commit(open(acme), 'set constraints all immediate')).toContain(UNREADABLE)
  expect(
    await commit(tell(acme), open(acme), 'set constraints all immediate', open(acme), open(beta)),
  ).toContain(`${beta} ${UNREADABLE}`)
  expect(
    await commit(
      tell(acme),
      open(acme),
      'set constraints all immediate',
      'set constraints all deferred',
      open(beta),
    ),
  ).toContain(`${beta} ${UNREADABLE}`)
})

test('a row that an insert finds and changes is a change (I1)', async () => {
  await world.seed(`insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'Down')`, [acme], acme)
  const upsert = `insert into ticket (tenant_id, number, subject) values ('${acme}', 'T-1', 'Up') on conflict (tenant_id, number) do update set subject = excluded.subject`
  expect(await commit(upsert)).toContain(`UPDATE on ticket of tenant ${acme} ${UNREADABLE}`)
  expect(await commit(upsert.replace('do update', 'do nothing --'))).toBe('committed')
})

test('a statement that changes no row needs no event (I1)', async () => {
  expect(await commit(`update ticket set subject = 'Up' where false`, `delete from tenant where false`)).toBe(
    'committed',
  )
})

test('a change of the provider’s own records needs an event, whoever can read it (I1)', async () => {
  const rename = `update tenant set name = 'Acme and Sons' where id = '${acme}'`
  expect(await commit(rename)).toBe('UPDATE on tenant has no audit event')
  expect(await commit(rename, tell(beta))).toBe('committed')
})

test('what a transaction notes for the check is gone with it, and no login can touch it', async () => {
  await commit(open(acme), tell(acme))
  await commit(open(acme))
  expect(await world.sql('select 1 from audit.due')).toEqual([])
  expect(
    await world.sql(
      `select r.rolname from pg_roles r where r.rolname like 'liaison_%' and r.rolname not in ('liaison_owner', 'liaison_authz')
         and has_table_privilege(r.oid, 'audit.due', 'select, insert, update, delete, truncate')`,
    ),
  ).toEqual([])
})
