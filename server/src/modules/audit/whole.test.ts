import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { TestWorld } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeAuditRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

/** An event that one partner reads, written on a day. */
const TOLD = `with told as (
    insert into audit_event (occurred_at, plane, action, outcome, actor_type, source) values ($2, 'system', 'test.told', 'allowed', 'system', 'job')
    returning id, occurred_at)
  insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'partner', $1, occurred_at, id from told returning event_id`

interface Whole {
  readonly events: number
  readonly missing: number
  readonly waiting: number
  readonly has_more: boolean
  readonly sealed_at: string | null
  readonly verification: { readonly verified_at: string; readonly faults: number } | null
}

test('a reader of the log learns how many events a time holds, which are gone, which wait for their seal, and when the log was sealed and verified, of the own organisation alone (U1, I1)', async () => {
  const [northwind, southbank] = [await world.partner('Northwind MSP'), await world.partner('Southbank')]
  const [ana, victor] = [await world.person('Ana Ruiz'), await world.person('Victor Lindqvist')]
  await world.partnerMember(northwind, ana.id, 'PARTNER_OWNER')
  await world.partnerMember(southbank, victor.id, 'PARTNER_OWNER')
  const owner = await world.signIn(ana.id)
  const ask = async (caller: typeof owner, query: string): Promise<Whole> => {
    const answer = await world.call(caller, 'GET', `/api/v1/partner/audit/completeness?${query}`)
    expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 })
    return answer.json()
  }
  const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
  const day = dayAgo(4)
  const days = [dayAgo(5), day, day, dayAgo(2)]
  const told = []
  for (const one of days) told.push(await world.sql<{ event_id: string }>(TOLD, [northwind, `${one}T12:00Z`]))
  const time = `from=${day}&to=${day}`
  expect(await ask(owner, time)).toMatchObject({
    events: 2,
    missing: 0,
    waiting: 2,
    has_more: false,
    verification: null,
  })

  const [, sealed, gone] = told.map(([row]) => row?.event_id)
  await world.sql(
    `insert into audit_leaf (leaf_index, event_id, occurred_at, hash) values (900000, $1, $2, sha256('x'))`,
    [sealed, `${day}T12:00Z`],
  )
  await world.sql(
    `insert into audit_verification (events, sealed, fault_count, verified_at) values (4, 4, 0, '2026-11-06T06:00Z')`,
  )
  expect(await ask(owner, time)).toMatchObject({
    events: 2,
    missing: 0,
    waiting: 1,
    verification: { verified_at: '2026-11-06T06:00:00.000Z', faults: 0 },
  })

  // Whoever takes an event out of the log leaves the hint that it was this organisation's.
  await world.sql(`alter table audit_event disable trigger user`)
  await world.sql(`set session_replication_role = replica; delete from audit_event where id = '${gone}'`)
  await world.sql(`set session_replication_role = origin; alter table audit_event enable trigger user`)
  expect(await ask(owner, time)).toMatchObject({ events: 2, missing: 1, waiting: 0 })
  expect(await ask(owner, `from=${dayAgo(6)}&to=${dayAgo(1)}`)).toMatchObject({ events: 4, missing: 1 })
  expect(await ask(await world.signIn(victor.id), time)).toMatchObject({ events: 0, missing: 0 })
})

test('only people of a partner and of a tenant count their log, and nobody writes that it was verified (I1, I2)', async () => {
  const count = `select * from audit.completeness(now() - interval '30 days', now(), 10)`
  const noting = 'insert into audit_verification (events, sealed, fault_count) values (1, 1, 0)'
  for (const login of LOGINS) {
    const counted = await world.sqlAs(login, count).then(
      ([row]) => Number(row?.['events']),
      (error: unknown) => String(error),
    )
    expect(counted === 0 || /permission denied/.test(String(counted)), `${login} ${counted}`).toBe(true)
    await expect(world.sqlAs(login, noting)).rejects.toThrow(/permission denied/)
    const seen = await world.sqlAs(login, 'select 1 from audit_verification').then(
      (rows) => rows.length,
      (error: unknown) => String(error),
    )
    expect(seen === 0 || /permission denied/.test(String(seen)), `${login} ${seen}`).toBe(true)
  }
})
