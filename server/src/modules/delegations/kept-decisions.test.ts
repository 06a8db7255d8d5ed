import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseCodeOf } from '#platform/database.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import {
  CHANGES,
  enter,
  enterAndCommit,
  freshCode,
  liftAll,
  LIST,
  reached,
  reachedBy,
  READ,
  servedCode,
  ticketOf,
  withDelegate,
} from '#testing/kept-decisions.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import type { PermissionName } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
})
afterAll(() => world[Symbol.asyncDispose]())

const BOTH: readonly PermissionName[] = [READ, LIST]

describe('a decision that is kept', () => {
  test.each(Object.entries(CHANGES))(
    'after a warm read, %s is felt by the very next read, in HTTP and in the row policies (P6)',
    async (_, [take, give]) => {
      const seeded = await seedWorld(world, HEALTHY)
      const ticket = await ticketOf(world, seeded)
      for (const _warm of [1, 2, 3]) expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
      await take(world, seeded)
      const [served, byTicket] = [
        await servedCode(world, seeded, READ),
        await reachedBy(world, seeded, { ticket }),
      ]
      expect(served === 'ALLOWED' && byTicket.length > 0).toBe(false)
      expect(served).toBe(await freshCode(world, seeded, READ))
      expect(byTicket).toEqual(await reachedBy(world, seeded, { writes: true }))
      expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).not.toHaveProperty(
        'resumed',
      )
      await give(world, seeded)
      expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
      expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
    },
  )

  test('whatever changes in whatever order, each read is answered as one that nobody kept anything of (P6)', async () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom(...Object.keys(CHANGES)), fc.constantFrom(0 as const, 0 as const, 1 as const)),
      { minLength: 6, maxLength: 10 },
    )
    const codes = new Set<string>()
    for (const drawn of fc.sample(steps, { seed: 815, numRuns: 12 })) {
      const seeded = await seedWorld(world, HEALTHY)
      for (const [name, direction] of drawn) {
        const before = await enterAndCommit(world, seeded)
        for (const permission of BOTH) await servedCode(world, seeded, permission)
        const refused = await CHANGES[name]?.[direction](world, seeded).then(
          () => '23',
          (error: unknown) => databaseCodeOf(error),
        )
        // A rule or a second row of its kind may stand against it: then nothing changed.
        expect(refused).toMatch(/^23/)
        for (const permission of BOTH) {
          const served = await servedCode(world, seeded, permission)
          codes.add(served)
          expect(served, JSON.stringify(drawn)).toBe(await freshCode(world, seeded, permission))
        }
        const [kept, fresh] = [before.ticket_id ? { ticket: before.ticket_id } : {}, { writes: true }]
        const [byTicket, live] = [await reachedBy(world, seeded, kept), await reachedBy(world, seeded, fresh)]
        expect(byTicket, `${name} ${direction} ${JSON.stringify(drawn)}`).toEqual(live)
      }
      await liftAll(world, seeded)
    }
    expect(codes.size).toBeGreaterThan(6)
  }, 60_000)

  test('a change that commits within a transaction is felt by its next statement (P6)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await ticketOf(world, seeded)
    await withDelegate(world, async (client) => {
      expect(await enter(client, seeded, { ticket })).toHaveProperty('resumed', true)
      expect(await reached(client)).toEqual([seeded.tenant])
      await world.seed(`update delegation set status = 'revoked' where id = $1`, [seeded.link], seeded.tenant)
      expect(await reached(client)).toEqual([])
    })
  })

  test('a change that is not committed yet is not seen, and is felt once it is (P6)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const changer = new pg.Client({ ...world.connection })
    await changer.connect()
    try {
      await changer.query('begin')
      await changer.query(
        `with event as (insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job') returning id, occurred_at)
         insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from event`,
        [seeded.tenant],
      )
      await changer.query(`update delegation set status = 'revoked' where id = $1`, [seeded.link])
      // Decided while the change is under way: the number of its transaction is older than this decision.
      const ticket = await ticketOf(world, seeded)
      expect(await servedCode(world, seeded, READ)).toBe('ALLOWED')
      expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).toHaveProperty(
        'resumed',
        true,
      )
      await changer.query('commit')
      expect(await withDelegate(world, (client) => enter(client, seeded, { ticket }))).not.toHaveProperty(
        'resumed',
      )
      expect(await servedCode(world, seeded, READ)).not.toBe('ALLOWED')
    } finally {
      await changer.end()
    }
  })
})
