import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { fieldOf, makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { ask, cast, consent, decide, look, outcome } = acts

/** Chooses everything, with networks as somebody writes them. */
async function choose(people: ConsentCast, uid: string, written: string, lang = 'en') {
  const { body } = await look(people, uid)
  return acts.postChoice(
    `/consent/${uid}/check${acts.org(people)}&lang=${lang}`,
    [
      ['shown', fieldOf(body, 'shown')],
      ['account', people.accounts[0]?.publicId ?? ''],
      ['action', 'order.read'],
      ['networks', written],
      ['ends_on', ''],
    ],
    { as: people.admin },
  )
}

const WRITTEN = '198.51.100.0/24\r\n2001:db8::/32, 198.51.100.0/24'
const NETWORKS = ['198.51.100.0/24', '2001:db8::/32']
const SENTENCE = 'It works only from 198.51.100.0/24, 2001:db8::/32: every call is decided anew.'
const publicId = (id: string) => publicIdOf('consent', id)

const read = async (people: ConsentCast, id: string) =>
  (await world.call(people.admin, 'GET', `/api/v1/tenant/consents/${id}`)).json()

const storedOf = async (id: string) =>
  (await world.sql<{ conditions: object }>('select conditions from delegation where id = $1', [id]))[0]
    ?.conditions

/** A consent with two networks, as its administrator allowed it on the pages. */
async function allowed() {
  const people = await cast()
  const uid = await ask(people)
  const check = await choose(people, uid, WRITTEN)
  if ((await decide(people, uid, { page: check.body })).statusCode !== 303) throw new Error(check.body)
  const { delegation } = await outcome(people, uid)
  return { ...people, uid, check, id: delegation.id, publicId: publicId(delegation.id) }
}

test('the networks that an administrator writes stand on the check page, in what is kept, on the receipt and in the mail, and the kernel reads them (A9, A10)', async () => {
  const made = await allowed()
  expect(made.check.body).toContain(SENTENCE)
  expect((await look(made, made.uid, { rest: 'done' })).body).toContain(SENTENCE)
  expect(await storedOf(made.id)).toEqual({ ip_mode: 'enforce', ip_allow: NETWORKS })
  expect(await read(made, made.publicId)).toMatchObject({
    networks: NETWORKS,
    networks_in_force: true,
    shown: { networks: SENTENCE },
  })
  const [mail] = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox
     where topic = 'mail' and payload ->> 'text' like '%What it can do%' and payload ->> 'text' like $1`,
    [`%${made.publicId}%`],
  )
  expect(mail?.text).toContain(SENTENCE)
})

test('the partner learns that there are networks, not which: neither of the consent, nor of its history, nor of any event or mail', async () => {
  const made = await allowed()
  const told = await world.call(made.owner, 'GET', `/api/v1/partner/consents/${made.publicId}`)
  expect(told.json()).toMatchObject({ networks_in_force: true })
  expect(told.json().history).toMatchObject([{ event: 'approved', detail: { networks: 2 } }])
  expect(told.body).not.toContain('198.51.100.0')
  const events = await world.sql<{ changes: { networks?: number } }>(
    `select changes from audit_event where delegation_id = $1 and action = 'consents.approve'`,
    [made.id],
  )
  expect(events.map(({ changes }) => changes.networks)).toEqual([2])
  const mails = await world.sql<{ payload: string }>(
    `select payload::text from outbox where payload::text like $1 and payload::text like '%/granted%'`,
    [`%${made.publicId}%`],
  )
  expect(mails.length).toBeGreaterThan(0)
  expect(mails.filter(({ payload }) => payload.includes('198.51.100.0'))).toEqual([])
})

test('where nothing is written, calls may come from anywhere and no page says so (A10)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const check = await choose(people, uid, ' ')
  expect(check.body).not.toContain('It works only from')
  await decide(people, uid, { page: check.body })
  const { delegation } = await outcome(people, uid)
  expect(await storedOf(delegation.id)).toEqual({})
  expect(await read(people, publicId(delegation.id))).toMatchObject({
    networks: [],
    networks_in_force: false,
    shown: { networks: null },
  })
})

test.each([
  ['office', 'Not an address or a range: office'],
  ['198.51.100.7/24', 'Not an address or a range: 198.51.100.7/24'],
  [Array.from({ length: 51 }, (_, index) => `198.51.100.${index}`).join('\n'), 'Name 50 networks at most'],
])('networks of %j are refused beside their field, which is open then', async (written, fault) => {
  const people = await cast()
  const { body } = await choose(people, await ask(people), written)
  expect(body).toContain('href="#networks"')
  expect(body).toContain(fault)
  expect(body).toMatch(/<details open>/)
  expect(body).toContain(written.split('\n')[0])
})

test('an administrator names networks or fewer at once, and nobody lets calls come from others without asking anew (A9)', async () => {
  const made = await consent()
  const change = async (networks: unknown) => {
    const shown = await world.call(made.admin, 'GET', `/api/v1/tenant/consents/${made.publicId}`)
    return world.call(made.admin, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
      body: { networks },
      headers: { 'if-match': String(shown.headers['etag']) },
    })
  }
  const before = (await read(made, made.publicId)).epoch
  const set = await change(['198.51.100.0/24', '203.0.113.0/24'])
  expect([set.statusCode, set.json().networks], set.body).toEqual([
    200,
    ['198.51.100.0/24', '203.0.113.0/24'],
  ])
  // What was issued before does not say that calls have conditions.
  expect(set.json().epoch).toBeGreaterThan(before)
  expect((await change(['198.51.100.128/25'])).statusCode).toBe(200)
  for (const wider of [['198.51.100.0/24'], ['198.51.100.128/25', '203.0.113.7'], ['0.0.0.0/0']]) {
    const refused = await change(wider)
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'CONSENT_WIDENS'])
    expect(refused.json().errors).toMatchObject([{ pointer: '/body/networks', code: 'WIDENS' }])
  }
  for (const bad of [[], ['office'], ['198.51.100.7/24'], '198.51.100.0/24', null])
    expect((await change(bad)).statusCode).toBe(422)
  expect(await storedOf(made.id)).toEqual({ ip_mode: 'enforce', ip_allow: ['198.51.100.128/25'] })
  const events = await world.sql<{ changes: object }>(
    `select changes from audit_event where delegation_id = $1 and action = 'consents.narrow' order by occurred_at desc, id desc`,
    [made.id],
  )
  expect(events.map(({ changes }) => changes)).toEqual([
    { networks: { before: 2, after: 1 } },
    { networks: { before: 0, after: 2 } },
  ])
})

test('a narrowing of something else leaves the networks as they are', async () => {
  const made = await allowed()
  const shown = await world.call(made.admin, 'GET', `/api/v1/tenant/consents/${made.publicId}`)
  const answer = await world.call(made.admin, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
    body: { max_revocation_seconds: 60 },
    headers: { 'if-match': String(shown.headers['etag']) },
  })
  expect(answer.json()).toMatchObject({ networks: NETWORKS, max_revocation_seconds: 60 })
})

test('who gives more sees the networks written already, and decides which there are then (A9)', async () => {
  const made = await allowed()
  const more = { grantAction: 'merge' as const, delegationId: made.id }
  const uid = await ask(made, more)
  expect((await look(made, uid)).body).toMatch(/name="networks"[^>]*>\n198\.51\.100\.0\/24\n2001:db8::\/32</)
  const check = await choose(made, uid, '203.0.113.0/24')
  expect(check.body).toContain('It works only from 203.0.113.0/24')
  await decide(made, uid, { page: check.body })
  expect(await read(made, made.publicId)).toMatchObject({ networks: ['203.0.113.0/24'] })
  const told = await world.sql<{ networks: string }>(
    `select changes ->> 'networks' as networks from audit_event where delegation_id = $1 and action = 'consents.widen'`,
    [made.id],
  )
  expect(told).toEqual([{ networks: '1' }])
})

test.each([
  ['es', 'Solo funciona desde 198.51.100.0/24'],
  ['fr', 'ne fonctionne que depuis 198.51.100.0/24'],
])('the networks in %s (U12)', async (lang, sentence) => {
  const people = await cast()
  expect((await choose(people, await ask(people), WRITTEN, lang)).body).toContain(sentence)
})

test.each(LOGINS)('raw SQL as %s lets nobody call from elsewhere without a context (B12)', async (login) => {
  const made = await allowed()
  const lift = world.sqlAs(login, `update delegation set conditions = '{}' where id = $1 returning id`, [
    made.id,
  ])
  const answer = await lift.then(
    (rows) => `${rows.length} rows`,
    (error: unknown) => String(error),
  )
  expect(answer).toMatch(/^0 rows$|permission denied/)
  expect(await storedOf(made.id)).toEqual({ ip_mode: 'enforce', ip_allow: NETWORKS })
})
