import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeConfigurationRoutes } from './index.ts'

const probe = route({
  method: 'GET',
  path: '/api/v1/probe',
  summary: 'Say that the caller is in',
  input: {},
  access: { permission: 'partner_org.profile.read' },
  limit: 'detail',
  responses: { 200: z.strictObject({ ok: z.boolean() }) },
  handle: () => Promise.resolve({ ok: true }),
})

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [probe, ...makeConfigurationRoutes(services)])
  const person = await world.person('Ada Admin')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

async function configure(partner: PartnerId, document: unknown): Promise<void> {
  const base = `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`
  const saved = await world.call(admin, 'POST', `${base}/versions`, { body: { document } })
  const read = await world.call(admin, 'GET', base)
  const answer = await world.call(admin, 'POST', `${base}/activate`, {
    body: { version: saved.json<{ version: number }>().version, reason: 'Agreed' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

async function member(name: string) {
  const partner = await world.partner(name)
  const person = await world.person()
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  return { partner, person }
}

const statusOf = async (caller: Caller) => (await world.call(caller, 'GET', '/api/v1/probe')).statusCode

/** Lets time pass for the sign-ins of a person. */
const age = (personId: string, column: 'seen_at' | 'created_at', seconds: number) =>
  world.sql(`update session set ${column} = ${column} - make_interval(secs => $2) where person_id = $1`, [
    personId,
    seconds,
  ])

test('a shorter idle time ends a sign-in at its next request, and going back lets it work again (C2)', async () => {
  const { partner, person } = await member('Idle')
  const caller = await world.signIn(person.id)
  await age(person.id, 'seen_at', 700)
  expect(await statusOf(caller)).toBe(200)
  await configure(partner, { sessions: { staff: { idle_s: 600 } } })
  await age(person.id, 'seen_at', 700)
  expect(await statusOf(caller)).toBe(401)
  await configure(partner, {})
  expect(await statusOf(caller)).toBe(200)
})

test('a shorter absolute time holds for sign-ins that began before it, and people of others feel nothing (C2)', async () => {
  const { partner, person } = await member('Absolute')
  const other = await member('Other')
  const [caller, stranger] = [await world.signIn(person.id), await world.signIn(other.person.id)]
  await age(person.id, 'created_at', 4000)
  await age(other.person.id, 'created_at', 4000)
  await configure(partner, { sessions: { staff: { idle_s: 600, absolute_s: 3600 } } })
  expect([await statusOf(caller), await statusOf(stranger)]).toEqual([401, 200])
})

test('the oldest sign-in ends when there are more than the partner allows, also those begun before (C2)', async () => {
  const { partner, person } = await member('Many')
  const callers = [
    await world.signIn(person.id),
    await world.signIn(person.id),
    await world.signIn(person.id),
  ]
  await configure(partner, { sessions: { staff: { max_concurrent: 2 } } })
  const before: number[] = []
  for (const caller of callers) before.push(await statusOf(caller))
  expect(before).toEqual([401, 200, 200])
  callers.push(await world.signIn(person.id))
  const after: number[] = []
  for (const caller of callers) after.push(await statusOf(caller))
  expect(after).toEqual([401, 401, 200, 200])
})

/** Lets time pass since one sign-in was used, or began. */
const ageOne = (caller: Caller, column: 'seen_at' | 'created_at', seconds: number) =>
  world.sql(
    `update session set ${column} = ${column} - make_interval(secs => $2) where token_hash = sha256(convert_to($1, 'UTF8'))`,
    [caller.cookie?.split('=')[1], seconds],
  )

test('the sign-in that is at work stays when the partner allows fewer, and the one that was left ends (C2)', async () => {
  const { partner, person } = await member('Fewer')
  const [atWork, left] = [await world.signIn(person.id), await world.signIn(person.id)]
  await ageOne(left, 'seen_at', 600)
  await configure(partner, { sessions: { staff: { max_concurrent: 1 } } })
  expect([await statusOf(atWork), await statusOf(left)]).toEqual([200, 401])
})

test('a sign-in that is over by itself takes no place of one that is at work (C2)', async () => {
  const { partner, person } = await member('Idle beside')
  await configure(partner, { sessions: { staff: { max_concurrent: 2, absolute_s: 7200, idle_s: 600 } } })
  const [atWork, idle] = [await world.signIn(person.id), await world.signIn(person.id)]
  await ageOne(idle, 'seen_at', 900)
  const next = await world.signIn(person.id)
  expect([await statusOf(atWork), await statusOf(idle), await statusOf(next)]).toEqual([200, 401, 200])
  await ageOne(next, 'created_at', 7201)
  await ageOne(atWork, 'seen_at', 60)
  const last = await world.signIn(person.id)
  expect([await statusOf(atWork), await statusOf(next), await statusOf(last)]).toEqual([200, 401, 200])
})

test('sign-ins at the same moment cannot pass the bound: the later one waits, sees the earlier one, and ends it (C2)', async () => {
  const { partner, person } = await member('Parallel')
  await configure(partner, { sessions: { staff: { max_concurrent: 1 } } })
  const pool = world.database.pool('liaison_auth')
  const [first, second] = [await pool.connect(), await pool.connect()]
  const begin = (client: typeof first, token: string) =>
    client.query(
      `insert into session (token_hash, person_id, ends_at) values (sha256(convert_to($1, 'UTF8')), $2, now() + interval '1 hour')`,
      [token, person.id],
    )
  try {
    await Promise.all([first.query('begin'), second.query('begin')])
    await begin(first, 'first')
    const later = begin(second, 'second')
    await expect
      .poll(
        () =>
          world.sql(
            `select 1 from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`,
          ),
        SOON,
      )
      .toHaveLength(1)
    await first.query('commit')
    await later
    await second.query('commit')
  } finally {
    first.release()
    second.release()
  }
  expect(
    await world.sql(
      `select token_hash = sha256('second') as is_later, end_reason from session where person_id = $1 order by ended_at nulls last`,
      [person.id],
    ),
  ).toEqual([
    { is_later: false, end_reason: 'too_many' },
    { is_later: true, end_reason: null },
  ])
})

test('every event and every kept decision of a partner names the version of its configuration (C2)', async () => {
  const { partner, person } = await member('Named')
  const caller = await world.signIn(person.id)
  const read = () => world.call(caller, 'GET', '/api/v1/partner/configuration')
  await read()
  await configure(partner, { api: { access_level: 'sandbox' } })
  await world.sql(`update audit_read_window set started_at = started_at - interval '2 minutes'`)
  await read()
  const events = await world.sql<{ config_version: number | null }>(
    `select config_version from audit_event where partner_id = $1 and plane = 'program' order by xid`,
    [partner],
  )
  expect(events.map((event) => event.config_version)).toEqual([null, 1])
  const staff = await world.person()
  await world.partnerMember(partner, staff.id, 'PARTNER_STAFF')
  const refused = await world.call(
    await world.signIn(staff.id),
    'PUT',
    '/api/v1/partner/configuration/branding',
    { body: {}, headers: { 'if-match': '"v1"' } },
  )
  expect(refused.statusCode).toBe(403)
  expect(
    await world.sql(
      `select e.config_version as of_event, x.config_version as of_decision from audit_event e join access_explanation x on x.id = e.explain_id where e.partner_id = $1`,
      [partner],
    ),
  ).toEqual([{ of_event: 1, of_decision: 1 }])
})
