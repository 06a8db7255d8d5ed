import { decodeId, encodeId } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEALTHY, seedWorld } from '#testing/drawn-worlds.ts'
import type { Seeded } from '#testing/drawn-worlds.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...permissionProbes, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

const openTicket = ({ caller }: Seeded) =>
  world.call(caller, 'GET', '/api/v1/probe/partner.support.tickets.create')

describe('freezes', () => {
  test('each of the five scopes bites on the next request and only on what it covers, through HTTP', async () => {
    const admins = [await world.person(), await world.person()]
    for (const { id } of admins) await world.platformAdmin(id)
    const [first, second] = [
      await world.signIn(admins[0]?.id as PersonId),
      await world.signIn(admins[1]?.id as PersonId),
    ]
    const [seeded, bystander] = [await seedWorld(world, HEALTHY), await seedWorld(world, HEALTHY)]
    const ids = {
      partner: encodeId('partner', seeded.partner),
      tenant: encodeId('tenant', seeded.tenant),
      delegation: encodeId('link', seeded.link),
      person: encodeId('person', seeded.person),
      platform: undefined,
    }
    for (const [scope, id] of Object.entries(ids)) {
      const set = await world.call(first, 'POST', '/api/v1/admin/partner-access/freezes', {
        body: { scope, ...(id && { id }) },
      })
      expect([set.statusCode, set.json()], set.body).toMatchObject([201, { scope, reason: null }])
      expect((await openTicket(seeded)).json().code, scope).toBe('ACCESS_FROZEN')
      expect((await openTicket(bystander)).statusCode, scope).toBe(scope === 'platform' ? 403 : 200)
      const lift = (caller: Caller, body: object = { reason: 'Over' }) =>
        world.call(caller, 'POST', `/api/v1/admin/partner-access/freezes/${set.json().freeze_id}/lift`, {
          body,
        })
      expect((await lift(first, {})).statusCode).toBe(422)
      const lifted = await lift(first)
      expect(lifted.json().in_force, lifted.body).toBe(scope === 'platform')
      const steps =
        scope === 'platform'
          ? [
              (await lift(first)).json().code,
              (await openTicket(seeded)).json().code,
              (await lift(second)).json().in_force,
            ]
          : []
      expect(steps).toEqual(scope === 'platform' ? ['SECOND_PERSON_NEEDED', 'ACCESS_FROZEN', false] : [])
      expect((await lift(second)).json().code).toBe('FREEZE_LIFTED')
      expect((await openTicket(seeded)).statusCode, scope).toBe(200)
    }
    const listed = await world.call(first, 'GET', '/api/v1/admin/partner-access/freezes')
    expect(
      listed
        .json()
        .items.slice(0, 5)
        .map(({ scope }: { scope: string }) => scope)
        .toSorted(),
    ).toEqual(['delegation', 'partner', 'person', 'platform', 'tenant'])
  })

  test('the provider sets one at once, and lifts one only with a fresh second factor: a session that was left open opens nothing', async () => {
    const [admin, seeded] = [await world.person(), await seedWorld(world, HEALTHY)]
    await world.platformAdmin(admin.id)
    const stale = await world.signIn(admin.id, { factorAgeSeconds: 3600 })
    const set = await world.call(stale, 'POST', '/api/v1/admin/partner-access/freezes', {
      body: { scope: 'partner', id: encodeId('partner', seeded.partner), reason: 'Incident' },
    })
    expect(set.statusCode, set.body).toBe(201)
    const lift = (caller: Caller) =>
      world.call(caller, 'POST', `/api/v1/admin/partner-access/freezes/${set.json().freeze_id}/lift`, {
        body: { reason: 'Over' },
      })
    expect((await lift(stale)).json().code).toBe('STEP_UP_REQUIRED')
    expect((await openTicket(seeded)).json().code).toBe('ACCESS_FROZEN')
    expect((await lift(await world.signIn(admin.id))).json().in_force).toBe(false)
    expect((await openTicket(seeded)).statusCode).toBe(200)
  })

  test('a tenant lifts its freeze of one partner alone, and that of all partners by two people (B11)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const [dana, noor] = [await world.person('Dana Kim'), await world.person('Noor Ali')]
    for (const { id } of [dana, noor]) await world.tenantMember(seeded.tenant, id)
    const [first, second] = [
      await world.signIn(dana.id, { tenantId: seeded.tenant }),
      await world.signIn(noor.id, { tenantId: seeded.tenant }),
    ]
    for (const body of [
      { scope: 'partner', partner_id: encodeId('partner', seeded.partner) },
      { scope: 'tenant' },
    ]) {
      const set = await world.call(first, 'POST', '/api/v1/tenant/partner-access/freeze', { body })
      expect(set.json(), set.body).toMatchObject({
        in_force: true,
        set_by_name: 'Dana Kim',
        set_by_side: 'tenant',
        takes_two_people: body.scope === 'tenant',
      })
      expect((await openTicket(seeded)).json().code).toBe('ACCESS_FROZEN')
      const lift = (caller: Caller) =>
        world.call(caller, 'DELETE', `/api/v1/tenant/partner-access/freeze/${set.json().freeze_id}`, {
          body: { reason: 'Over' },
        })
      const steps =
        body.scope === 'tenant'
          ? [
              (await lift(first)).json().lift_asked_by_you,
              (await lift(first)).json().code,
              (await openTicket(seeded)).json().code,
            ]
          : []
      expect(steps).toEqual(body.scope === 'tenant' ? [true, 'SECOND_PERSON_NEEDED', 'ACCESS_FROZEN'] : [])
      const lifted = await lift(second)
      expect(lifted.json(), lifted.body).toMatchObject({ in_force: false, lift_reason: 'Over' })
      expect((await openTicket(seeded)).statusCode).toBe(200)
    }
    const unknown = await world.call(first, 'POST', '/api/v1/tenant/partner-access/freeze', {
      body: { scope: 'partner', partner_id: encodeId('partner', (await seedWorld(world, HEALTHY)).partner) },
    })
    expect(unknown.json().code).toBe('FREEZE_TARGET_NOT_FOUND')
    const told = await world.sql(
      `select topic from outbox where topic = 'access.frozen' and payload ->> 'link_id' = $1`,
      [seeded.link],
    )
    expect(told).toHaveLength(2)
  })

  test('who lifts a freeze says what they read comes of it: where somebody acted meanwhile nothing changes, the first word is never the second unawares (B11)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const [dana, noor] = [await world.person('Dana Kim'), await world.person('Noor Ali')]
    for (const { id } of [dana, noor]) await world.tenantMember(seeded.tenant, id)
    const [first, second] = [
      await world.signIn(dana.id, { tenantId: seeded.tenant }),
      await world.signIn(noor.id, { tenantId: seeded.tenant }),
    ]
    const set = await world.call(first, 'POST', '/api/v1/tenant/partner-access/freeze', {
      body: { scope: 'tenant' },
    })
    const lift = async (caller: Caller, outcome: string) => {
      const path = `/api/v1/tenant/partner-access/freeze/${set.json().freeze_id}`
      const answer = await world.call(caller, 'DELETE', path, { body: { reason: 'Over', outcome } })
      return answer.statusCode === 200 ? answer.json().in_force : answer.json().code
    }
    expect(await lift(second, 'lifted')).toBe('OUTCOME_CHANGED')
    expect(await lift(first, 'asked')).toBe(true)
    expect(await lift(first, 'asked')).toBe('SECOND_PERSON_NEEDED')
    // As from a page that was opened before the other one asked: it says that a second person is asked.
    expect(await lift(second, 'asked')).toBe('OUTCOME_CHANGED')
    expect((await openTicket(seeded)).json().code).toBe('ACCESS_FROZEN')
    await world.seed(
      `update tenant_member set status = 'inactive' where person_id = $1`,
      [dana.id],
      seeded.tenant,
    )
    expect(await lift(second, 'lifted')).toBe('OUTCOME_CHANGED')
    expect(await lift(second, 'other')).toBe('VALIDATION_ERROR')
    expect(await lift(second, 'asked')).toBe(true)
  })

  test('two people who lift a freeze over all partners at the same moment are the two that it takes (B11)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const [dana, noor] = [await world.person('Dana Kim'), await world.person('Noor Ali')]
    for (const { id } of [dana, noor]) await world.tenantMember(seeded.tenant, id)
    const callers = [
      await world.signIn(dana.id, { tenantId: seeded.tenant }),
      await world.signIn(noor.id, { tenantId: seeded.tenant }),
    ]
    const [first] = callers
    if (first === undefined) throw new Error('Somebody sets the freeze.')
    const body = { scope: 'tenant' }
    const set = await world.call(first, 'POST', '/api/v1/tenant/partner-access/freeze', { body })
    const id = String(set.json().freeze_id)
    const holder = new pg.Client(world.connection)
    await holder.connect()
    try {
      await holder.query('begin')
      await holder.query('select from access_freeze where id = $1 for update', [decodeId('freeze', id)])
      const path = `/api/v1/tenant/partner-access/freeze/${id}`
      const lifts = callers.map((caller) => world.call(caller, 'DELETE', path, { body: { reason: 'Over' } }))
      const isHeld = async () =>
        (
          await world.sql(
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
          )
        ).length === 2
      while (!(await isHeld()));
      await holder.query('commit')
      const answers = await Promise.all(lifts)
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200])
      expect(answers.filter((answer) => answer.json().in_force)).toHaveLength(1)
    } finally {
      await holder.end()
    }
    expect((await openTicket(seeded)).statusCode).toBe(200)
  })

  test('a partner owner freezes the own side, one link or one person, and lifts it with a reason and a fresh factor (B11)', async () => {
    const seeded = await seedWorld(world, HEALTHY)
    const [olga, foreign] = [await world.person('Olga Brandt'), await seedWorld(world, HEALTHY)]
    await world.partnerMember(seeded.partner, olga.id, 'PARTNER_OWNER')
    const owner = await world.signIn(olga.id)
    const stale = await world.signIn(olga.id, { factorAgeSeconds: 90_000 })
    const freeze = (body: object, caller = owner) =>
      world.call(caller, 'POST', '/api/v1/partner/freezes', { body })
    for (const body of [
      { scope: 'partner' },
      { scope: 'delegation', link_id: encodeId('link', seeded.link) },
      { scope: 'person', person_id: encodeId('person', seeded.person) },
    ]) {
      const set = await freeze(body, stale)
      expect(set.json(), set.body).toMatchObject({
        in_force: true,
        set_by_side: 'partner',
        scope: body.scope,
      })
      expect((await openTicket(seeded)).json().code, body.scope).toBe('ACCESS_FROZEN')
      expect((await openTicket(foreign)).statusCode).toBe(200)
      const path = `/api/v1/partner/freezes/${set.json().freeze_id}`
      expect((await world.call(owner, 'DELETE', path, { body: {} })).statusCode).toBe(422)
      expect((await world.call(stale, 'DELETE', path, { body: { reason: 'x' } })).json().code).toBe(
        'STEP_UP_REQUIRED',
      )
      const admin = await world.person()
      await world.tenantMember(seeded.tenant, admin.id)
      const theirs = await world.call(
        await world.signIn(admin.id, { tenantId: seeded.tenant }),
        'DELETE',
        `/api/v1/tenant/partner-access/freeze/${set.json().freeze_id}`,
        { body: { reason: 'x' } },
      )
      expect(theirs.json().code).toBe('FREEZE_NOT_FOUND')
      const lifted = await world.call(owner, 'DELETE', path, { body: { reason: 'Over' } })
      expect(lifted.json(), lifted.body).toMatchObject({ in_force: false })
      expect((await openTicket(seeded)).statusCode, body.scope).toBe(200)
    }
    for (const body of [
      { scope: 'delegation', link_id: encodeId('link', foreign.link) },
      { scope: 'person', person_id: encodeId('person', foreign.person) },
    ])
      expect((await freeze(body)).json().code, body.scope).toBe('FREEZE_TARGET_NOT_FOUND')
    expect((await freeze({ scope: 'platform' })).statusCode).toBe(422)
    const staff = await world.call({ cookie: seeded.caller.cookie }, 'POST', '/api/v1/partner/freezes', {
      body: { scope: 'partner' },
    })
    expect(staff.json().code).toBe('PERMISSION_DENIED')
  })
})
