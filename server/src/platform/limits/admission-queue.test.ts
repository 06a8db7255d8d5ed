import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeAdmissionQueue } from '#platform/limits/admission-queue.ts'
import type { DoneRead } from '#platform/limits/admission-statement.ts'
import { LOGINS } from '#platform/database.ts'
import { LIMITS } from '#platform/limits/limit-policies.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { READ, ticketOf } from '#testing/kept-decisions.ts'
import { SOON } from '#testing/patience.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
})
afterAll(() => world[Symbol.asyncDispose]())

const ALLOWANCES = { policyOf: (name: keyof typeof LIMITS) => LIMITS[name], scale: 1 }
const ROUTE = '/api/v1/probe/group'

const readOf = (ticket: string, event: Readonly<Record<string, unknown>> = {}): DoneRead => ({
  ticket,
  subject: ticket,
  request: { request_id: 'req_of_a_group', method: 'GET', route: ROUTE, source: 'api' },
  event: { action: 'support.tickets.read', row_count: 1, ...event },
  isDurable: false,
  isUse: false,
})

interface Recorded {
  readonly actor_id: string
  readonly tenant_id: string
  readonly partner_id: string
  readonly reads: number
}

const recordedOf = (tenants: readonly string[]): Promise<Recorded[]> =>
  world.sql<Recorded>(
    `select e.actor_id, e.tenant_id, e.partner_id, (1 + w.repeats)::integer as reads
     from audit_read_window w join audit_event e on e.id = w.event_id where e.route = $1 and e.tenant_id = any ($2) order by e.tenant_id`,
    [ROUTE, tenants],
  )

const seedReaders = async (count: number): Promise<{ seeded: Seeded; ticket: string }[]> => {
  const readers = []
  for (let number = 0; number < count; number += 1) {
    const seeded = await seedWorld(world, HEALTHY)
    readers.push({ seeded, ticket: await ticketOf(world, seeded) })
  }
  return readers
}

describe('reads that are admitted and recorded together', () => {
  test('are each recorded for the person, partner and tenant of their own ticket, whatever the server says (access.md section 6)', async () => {
    const readers = await seedReaders(4)
    const enqueue = makeAdmissionQueue(world.database, ALLOWANCES)
    const lie = { actor_id: readers[0]?.seeded.person, plane: 'platform', actor_type: 'system' }
    await Promise.all(
      [...readers, ...readers.toReversed()].map(({ ticket }) => {
        const read = readOf(ticket)
        return enqueue({ asked: [], read: { ...read, request: { ...read.request, ...lie } } })
      }),
    )
    const expected = readers.map(({ seeded }) => ({
      actor_id: seeded.person,
      tenant_id: seeded.tenant,
      partner_id: seeded.partner,
      reads: 2,
    }))
    const byTenant = (left: Recorded, right: Recorded) => (left.tenant_id < right.tenant_id ? -1 : 1)
    expect(await recordedOf(readers.map(({ seeded }) => seeded.tenant))).toEqual(expected.toSorted(byTenant))
  })

  test('fail alone where a ticket is not known or an event cannot be written, and the others pass', async () => {
    const readers = await seedReaders(4)
    const enqueue = makeAdmissionQueue(world.database, ALLOWANCES)
    const [first, second, third, fourth] = readers
    if (!first || !second || !third || !fourth) throw new Error('There are four readers.')
    const outcomes = await Promise.allSettled([
      enqueue({ asked: [], read: readOf(first.ticket) }),
      enqueue({ asked: [], read: readOf(randomUUID()) }),
      enqueue({ asked: [], read: readOf(`${second.ticket}0`) }),
      enqueue({ asked: [], read: readOf('') }),
      enqueue({ asked: [], read: readOf(third.ticket) }),
      enqueue({ asked: [], read: readOf(fourth.ticket, { resource_id: 'no id' }) }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    const recorded = await recordedOf(readers.map(({ seeded }) => seeded.tenant))
    expect(recorded.map(({ reads }) => reads)).toEqual([1, 1])
    expect(new Set(recorded.map(({ tenant_id }) => tenant_id))).toEqual(
      new Set([first.seeded.tenant, third.seeded.tenant]),
    )
  })

  test('are recorded as often as they were admitted, by whichever of their limits they were refused', async () => {
    const [reader] = await seedReaders(1)
    if (!reader) throw new Error('There is a reader.')
    const enqueue = makeAdmissionQueue(world.database, ALLOWANCES)
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () =>
        enqueue({
          asked: [
            { name: 'detail', key: 'partner of a group' },
            { name: 'link_request', key: 'partner of a group' },
          ],
          read: readOf(reader.ticket),
        }),
      ),
    )
    expect(outcomes.filter(({ taken }) => taken.every(({ admitted }) => admitted))).toHaveLength(20)
    expect((await recordedOf([reader.seeded.tenant]))[0]?.reads).toBe(20)
  })

  test('can be recorded by the login that takes limits alone', async () => {
    const [reader] = await seedReaders(1)
    if (!reader) throw new Error('There is a reader.')
    const { ticket, request, event } = readOf(reader.ticket)
    const record = (login: (typeof LOGINS)[number]) =>
      world.database
        .pool(login)
        .query(
          `select audit.record_reads('{}', '{0}', array[$1::uuid], array[$2::jsonb], array[$3::jsonb], '{f}')`,
          [ticket, request, event],
        )
    for (const login of LOGINS.filter((name) => name !== 'liaison_guard'))
      await expect(record(login), login).rejects.toThrow(/permission denied/)
    await expect(record('liaison_guard')).resolves.toBeDefined()
    expect((await recordedOf([reader.seeded.tenant]))[0]?.reads).toBe(1)
  })
})

describe('the use of a session', () => {
  const SEEN = `select seen_at from session where person_id = $1`
  const seenOf = async ({ person }: Seeded) =>
    (await world.sql<{ seen_at: Date }>(SEEN, [person]))[0]?.seen_at

  async function seedUsed(): Promise<{
    seeded: Seeded
    note: () => Promise<unknown>
    isNoted: () => Promise<boolean>
  }> {
    const seeded = await seedWorld(world, HEALTHY)
    await world.sql(`update session set seen_at = now() - interval '90 seconds' where person_id = $1`, [
      seeded.person,
    ])
    const ticket = await ticketOf(world, seeded)
    const before = await seenOf(seeded)
    const enqueue = makeAdmissionQueue(world.database, ALLOWANCES)
    const read = { ...readOf(ticket), isUse: true }
    return {
      seeded,
      note: () => enqueue({ asked: [], read }),
      isNoted: async () => (await seenOf(seeded))?.getTime() !== before?.getTime(),
    }
  }

  test('is noted with the read that says so, and its own session alone', async () => {
    const [used, other] = [await seedUsed(), await seedUsed()]
    await used.note()
    expect([await used.isNoted(), await other.isNoted()]).toEqual([true, false])
    const noted = await seenOf(used.seeded)
    await used.note()
    expect(await seenOf(used.seeded)).toEqual(noted)
  })

  test.each([
    ['has ended', `ended_at = now()`],
    ['was idle for too long', `idle_seconds = 89`],
    ['has lasted long enough', `ends_at = now()`],
  ])('brings none back that %s', async (_, set) => {
    const used = await seedUsed()
    await world.sql(`update session set ${set} where person_id = $1`, [used.seeded.person])
    await used.note()
    expect(await used.isNoted()).toBe(false)
  })

  test('waits for nobody who holds the session, and the read is told', async () => {
    const used = await seedUsed()
    const other = new pg.Client({ ...world.connection })
    await other.connect()
    try {
      await other.query('begin')
      await other.query('select from session where person_id = $1 for update', [used.seeded.person])
      await used.note()
      await other.query('rollback')
    } finally {
      await other.end()
    }
    expect(await used.isNoted()).toBe(false)
    await used.note()
    expect(await used.isNoted()).toBe(true)
  })
})

test('a read is not answered before its event is there, nor at all when that is cut off (access.md section 6)', async () => {
  const seeded = await seedWorld(world, HEALTHY)
  const read = () => world.call(seeded.caller, 'GET', `/api/v1/probe/${READ}`)
  for (const _time of [1, 2]) expect((await read()).statusCode).toBe(200)
  const other = new pg.Client({ ...world.connection })
  await other.connect()
  try {
    await other.query('begin')
    await other.query('select from audit_read_window where actor_id = $1 for update', [seeded.person])
    const answer = read()
    await vi.waitFor(async () => {
      const rows = await world.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'liaison_guard' and wait_event_type = 'Lock'`,
      )
      expect(rows).toHaveLength(1)
    }, SOON)
    expect((await answer).statusCode).toBe(503)
  } finally {
    await other.end()
  }
  expect((await read()).statusCode).toBe(200)
})
