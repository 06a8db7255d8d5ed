import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SignedTicket } from '#platform/resolvers/facts.ts'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import {
  enter,
  LIST,
  questionOf,
  reached,
  resumes,
  signedTicketOf,
  withDelegate,
} from '#testing/kept-decisions.ts'
import type { Question, WholeTicket } from '#testing/kept-decisions.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => permissionProbes)
})
afterAll(() => world[Symbol.asyncDispose]())

const ACROSS = { tenant_id: null }

describe('the signed ticket of a read across tenants', () => {
  test('the ticket serves the same question of the same session, as it was signed, and no write', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await signedTicketOf(world, seeded)
    const letsIn = (whose: Seeded, more: Question) =>
      withDelegate(
        world,
        async (client) => (await enter(client, whose, { tenant_id: null, ...more })).resumed === true,
      )
    expect(await letsIn(seeded, { ticket })).toBe(true)
    expect(await letsIn(other, { ticket })).toBe(false)
    expect(await letsIn(seeded, { ticket, permission: LIST })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: seeded.tenant })).toBe(false)
    expect(await letsIn(seeded, { ticket, tenant_id: other.tenant })).toBe(false)
    const inAll = (from: string | RegExp, to: string): WholeTicket => {
      const entries = Object.entries(ticket).map(([part, text]) => [part, text.replaceAll(from, to)])
      return { ...ticket, ...Object.fromEntries(entries) }
    }
    for (const forged of [
      inAll(/"20(?=\d\d-)/g, '"21'),
      inAll(seeded.tenant, other.tenant),
      inAll(seeded.person, other.person),
      inAll('partner.support.tickets.read', LIST),
      { ...ticket, code: '0'.repeat(64) },
      { ...ticket, reached: (await signedTicketOf(world, other)).reached },
      { ...ticket, context: (await signedTicketOf(world, other)).context },
      { ...ticket, stands: (await signedTicketOf(world, seeded)).stands },
      // The code of a context, of what is reached or of a reader is no code of a ticket.
      { ...ticket, code: ticket.context_code },
      { ...ticket, code: ticket.reached_code },
      { ...ticket, code: ticket.reader_code },
    ]) {
      expect(forged).not.toEqual(ticket)
      expect(await letsIn(seeded, { ticket: forged })).toBe(false)
    }
  })

  test('the parts of a ticket hold where they were cut, and each is believed under its own code alone', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await signedTicketOf(world, seeded)
    const question = questionOf(seeded, ACROSS)
    const lets = (changed: Partial<SignedTicket>, more: Partial<Parameters<typeof resumes>[2]> = {}) =>
      withDelegate(world, (client) => resumes(client, { ...ticket, ...changed }, { question, ...more }))
    const { stands, reached: reaches, context } = ticket
    expect(await lets({})).toBe(true)
    expect(await lets({ reached: reaches + context.slice(0, 1), context: context.slice(1) })).toBe(false)
    expect(await lets({ reached: reaches.slice(0, -1), context: reaches.slice(-1) + context })).toBe(false)
    expect(await lets({ stands: `${stands} `, reached: reaches.slice(1) })).toBe(false)
    expect(await lets({ context: context + question.slice(0, 1) }, { question: question.slice(1) })).toBe(
      false,
    )
    for (const [changed, asks] of [
      [{ context_code: ticket.reader_code }, `select access.context_id('partner_id') as id`],
      [{ reached_code: ticket.context_code }, `select access.reach('ticket', 'select') as id`],
    ] as const)
      await expect(
        withDelegate(world, async (client) => {
          expect(await resumes(client, { ...ticket, ...changed }, { question, request: null })).toBe(true)
          await client.query(asks)
        }),
      ).rejects.toThrow(/forged/)
  })

  test('nothing that decides is said along with it, and to read nothing of the request is needed', async () => {
    const [seeded, other] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ticket = await signedTicketOf(world, seeded)
    const question = questionOf(seeded, ACROSS)
    for (const said of [{ client_id: other.person }, { tenant_ids: [other.tenant] }, { plane: 'platform' }])
      expect(
        await withDelegate(world, (client) =>
          resumes(client, ticket, { question, request: { source: 'api', ...said } }),
        ),
        JSON.stringify(said),
      ).toBe(false)
    for (const request of [null, { request_id: 'req_0123456789', source: 'api' }])
      await withDelegate(world, async (client) => {
        expect(await resumes(client, ticket, { question, request })).toBe(true)
        expect(await reached(client)).toEqual([seeded.tenant])
      })
  })

  test('a login of another plane is not let in by it', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const ticket = await signedTicketOf(world, seeded)
    const question = questionOf(seeded, ACROSS)
    for (const login of ['liaison_tenant', 'liaison_program', 'liaison_platform'] as const) {
      const client = await world.database.pool(login).connect()
      try {
        expect(await resumes(client, ticket, { question }), login).toBe(false)
      } finally {
        client.release()
      }
    }
  })

  test('a server of the version before goes the long way inside one organisation, and reads across tenants as before', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const { code, context, reader_code } = await signedTicketOf(world, seeded)
    await withDelegate(world, async (client) => {
      // Of all that a ticket is told by, it knows this.
      expect(await enter(client, seeded)).toMatchObject({ kept: null })
      expect(await reached(client)).toEqual([seeded.tenant])
      const older = [code + context, questionOf(seeded), {}]
      const { rows } = await client.query('select access.resume($1, $2, $3) as now', older)
      expect(rows).toEqual([{ now: null }])
    })
    const request = { request_id: 'req_of_before', method: 'GET', route: '/of/before', source: 'api' }
    const event = { action: 'support.tickets.read', row_count: 1 }
    await world.database
      .pool('liaison_guard')
      .query(
        `select audit.record_reads('{}', '{0}', array[$1::text], array[$2::text], array[$3::jsonb], array[$4::jsonb], '{f}')`,
        [context, reader_code, request, event],
      )
    expect(await world.sql(`select actor_id from audit_event where route = '/of/before'`)).toEqual([
      { actor_id: seeded.person },
    ])
  })
})
