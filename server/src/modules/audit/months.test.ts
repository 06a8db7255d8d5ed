import { afterAll, beforeAll, expect, test } from 'vitest'
import { withAdminClient } from '#platform/admin.ts'
import { TestWorld } from '#testing/world.ts'
import { addComingMonths } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

const TABLES = ['audit_event', 'audit_scope'] as const

/** The name that the month so many months from now has. */
async function nameOf(table: string, months: number): Promise<string> {
  const [row] = await world.sql<{ name: string }>(
    `select $1 || to_char(now() + make_interval(months => $2), '"_"YYYY"_"MM') as name`,
    [table, months],
  )
  return row?.name ?? ''
}

async function drop(months: number): Promise<void> {
  for (const table of TABLES) await world.sql(`drop table if exists ${await nameOf(table, months)}`)
}

async function ahead(day = 'now'): Promise<number | undefined> {
  const [row] = await world.sql<{ months: number }>('select audit.months_ahead($1::date) as months', [day])
  return row?.months
}

async function dayIn(months: number): Promise<string> {
  const [row] = await world.sql<{ day: string }>(
    `select (date_trunc('month', now()) + make_interval(months => $1))::date::text as day`,
    [months],
  )
  return row?.day ?? ''
}

const write = (day: string) =>
  world.sql(
    `insert into audit_event (occurred_at, plane, action, outcome, actor_type, source) values ($1::date, 'system', 'test.one', 'allowed', 'system', 'job')`,
    [day],
  )

test('a server that runs adds the months that come, and only what is missing (R4)', async () => {
  expect(await ahead()).toBe(3)
  for (const months of [3, 2, 1]) await drop(months)
  expect(await ahead()).toBe(0)
  await expect(write(await dayIn(1))).rejects.toThrow('no partition')
  expect(await addComingMonths(world.database)).toBe(6)
  expect(await addComingMonths(world.database)).toBe(0)
  expect(await ahead()).toBe(3)
  for (const months of [1, 2, 3]) await write(await dayIn(months))
})

test('servers that add months at once add each of them once (R4)', async () => {
  for (const months of [3, 2]) await drop(months)
  const added = await Promise.all([1, 2, 3].map(() => addComingMonths(world.database)))
  expect(added.toSorted((a, b) => a - b)).toEqual([0, 0, 4])
})

test('three months later events are written again, in months that join without a gap (R4)', async () => {
  const later = await dayIn(4)
  expect(await ahead(later)).toBe(-1)
  await world.sql('select private.add_audit_months($1::date, 4)', [later])
  expect(await ahead(later)).toBe(3)
  await write(later)
  // A month made under another time zone begins late: its neighbour reaches up to it.
  const far = await nameOf('audit_event', 9)
  await world.sql(
    `create table ${far} partition of audit_event for values from ('${await dayIn(9)} 03:00+00') to ('${await dayIn(10)} 03:00+00')`,
  )
  await world.sql('select private.add_audit_months($1::date, 3)', [await dayIn(8)])
  for (const day of [
    `${await dayIn(9)} 02:00+00`,
    `${await dayIn(10)} 02:00+00`,
    `${await dayIn(10)} 04:00+00`,
  ])
    await world.sql(
      `insert into audit_event (occurred_at, plane, action, outcome, actor_type, source) values ($1::timestamptz, 'system', 'test.one', 'allowed', 'system', 'job')`,
      [day],
    )
})

test('a month that was added is as shut as the others: row security, no grant, append-only, owned by nobody who logs in (R4)', async () => {
  await drop(3)
  await addComingMonths(world.database)
  for (const table of TABLES) {
    const name = await nameOf(table, 3)
    const [row] = await world.sql(
      `select relrowsecurity and relforcerowsecurity as shut, relacl is null as bare, relowner::regrole::text as owner from pg_class where oid = $1::regclass`,
      [name],
    )
    expect(row).toEqual({ shut: true, bare: true, owner: 'liaison_owner' })
    await expect(world.sql(`truncate ${name}`)).rejects.toThrow('history')
    const indexes = await world.sql('select from pg_index where indrelid = $1::regclass', [name])
    const ofAll = await world.sql('select from pg_index where indrelid = $1::regclass', [table])
    expect(indexes).toHaveLength(ofAll.length)
  }
  const day = await dayIn(3)
  await write(day)
  await expect(world.sql('delete from audit_event where occurred_at = $1::date', [day])).rejects.toThrow(
    'history',
  )
  await expect(
    world.sql(`update audit_event set action = 'x' where occurred_at = $1::date`, [day]),
  ).rejects.toThrow('history')
})

test('nobody waits while a month is added, and adding gives way to whoever works on the log (R11)', async () => {
  await drop(3)
  await withAdminClient(world.connection, async (writer) => {
    await writer.query('begin')
    await writer.query(
      `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.one', 'allowed', 'system', 'job')`,
    )
    expect(await addComingMonths(world.database)).toBe(2)
    await writer.query('commit')
  })
  await drop(3)
  await withAdminClient(world.connection, async (other) => {
    await other.query('begin; lock table audit_event in share update exclusive mode')
    const adding = addComingMonths(world.database, 1500)
    await expect(
      world.database.pool('liaison_job').query('select audit.add_coming_months()'),
    ).rejects.toMatchObject({ code: '55P03' })
    await other.query('commit')
    expect(await adding).toBe(2)
  })
})

test('no login may make tables of the log for a month of its choice, and only jobs those that come (R4)', async () => {
  for (const login of ['liaison_job', 'liaison_platform', 'liaison_sealer'] as const)
    await expect(
      world.database.pool(login).query(`select private.add_audit_months('2040-01-01', 1)`),
    ).rejects.toMatchObject({ code: '42501' })
  for (const login of ['liaison_platform', 'liaison_auth', 'liaison_sealer'] as const)
    await expect(world.database.pool(login).query('select audit.add_coming_months()')).rejects.toMatchObject({
      code: '42501',
    })
})
