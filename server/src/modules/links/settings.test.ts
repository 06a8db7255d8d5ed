import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

test('each side keeps notes of its own, and neither reads the other’s (B1)', async () => {
  const people = await acts.makeLink()
  const theirs = partnerPath(people.id, '/settings')
  const mine = tenantPath(people.id, '/notes')
  await acts.patch(people.owner, theirs, { notes: 'Call before six.' })
  await acts.put(people.admin, mine, { notes: 'Expensive.' })
  expect((await world.call(people.owner, 'GET', theirs)).json().notes).toBe('Call before six.')
  expect((await world.call(people.admin, 'GET', mine)).json()).toEqual({ notes: 'Expensive.' })
  const seenByOwner = await Promise.all(
    ['', '/settings'].map((rest) => world.call(people.owner, 'GET', partnerPath(people.id, rest))),
  )
  for (const { body } of seenByOwner) expect(body).not.toContain('Expensive')
  const seenByAdmin = await Promise.all(
    ['', '/notes'].map((rest) => world.call(people.admin, 'GET', tenantPath(people.id, rest))),
  )
  for (const { body } of seenByAdmin) expect(body).not.toContain('Call before')
  await expect(world.sqlAs('liaison_program', 'select notes_tenant from link')).rejects.toThrow('denied')
  await expect(world.sqlAs('liaison_tenant', 'select notes_partner from link')).rejects.toThrow('denied')
})

test.each([
  ['more than 8 KiB', { text: 'x'.repeat(8200) }, 'TOO_LARGE'],
  [
    'more than 50 keys',
    Object.fromEntries(Array.from({ length: 51 }, (_, key) => [`k${key}`, 1])),
    'TOO_MANY',
  ],
  [
    'more than 50 keys in depth',
    { a: Object.fromEntries(Array.from({ length: 50 }, (_, key) => [`k${key}`, 1])) },
    'TOO_MANY',
  ],
])('metadata of %s is refused, nothing is changed (B1)', async (_, metadata, code) => {
  const people = await acts.makeLink()
  const path = partnerPath(people.id, '/settings')
  const refused = await acts.patch(people.owner, path, { metadata, notes: 'x' })
  expect(refused.statusCode).toBe(422)
  expect(refused.json().errors).toMatchObject([{ pointer: '/body/metadata', code }])
  expect((await world.call(people.owner, 'GET', path)).json()).toMatchObject({ notes: null, metadata: {} })
})

test('metadata within its bounds, alert switches and a threshold are kept as they were sent (B1)', async () => {
  const people = await acts.makeLink()
  const path = partnerPath(people.id, '/settings')
  const body = {
    metadata: { crm: { id: 'A-17', tags: ['gold', 'north'] }, full: 'y'.repeat(8000) },
    notify_on_sla_breach: false,
    billing_alert_threshold: { amount_minor: 250_000, currency: 'EUR' },
  }
  const saved = await acts.patch(people.owner, path, body)
  expect(saved.statusCode, saved.body).toBe(200)
  expect((await world.call(people.owner, 'GET', path)).json()).toEqual({
    ...body,
    notes: null,
    notify_on_billing_threshold: true,
  })
  await acts.patch(people.owner, path, { billing_alert_threshold: null })
  expect((await world.call(people.owner, 'GET', path)).json().billing_alert_threshold).toBeNull()
})

test('settings without a field are refused, and nothing is changed (B1)', async () => {
  const people = await acts.makeLink()
  const path = partnerPath(people.id, '/settings')
  const etag = await acts.etagOf(people.owner, path)
  const refused = await acts.patch(people.owner, path, {})
  expect(refused.statusCode, refused.body).toBe(422)
  expect(refused.json().errors).toMatchObject([{ pointer: '/body', code: 'NOTHING_TO_CHANGE' }])
  expect(await acts.etagOf(people.owner, path)).toBe(etag)
})

test('a partner’s staff and another partner change nothing of it', async () => {
  const people = await acts.makeLink()
  const other = await acts.cast()
  const path = partnerPath(people.id, '/settings')
  const headers = { 'if-match': await acts.etagOf(people.owner, path) }
  const body = { notes: 'x' }
  expect((await world.call(other.owner, 'PATCH', path, { body, headers })).statusCode).toBe(404)
  expect(
    (
      await world.call(other.admin, 'PUT', tenantPath(people.id, '/notes'), {
        body: { notes: 'x' },
        headers: { 'if-match': '"v1"' },
      })
    ).statusCode,
  ).toBe(404)
  const staff = await world.person()
  await world.partnerMember(people.partner, staff.id)
  const caller = await world.signIn(staff.id)
  expect((await world.call(caller, 'PATCH', path, { body, headers })).statusCode).toBe(403)
})

test('a partner’s notes and alerts are changed as they were read: of two at once one is told, and nothing of the other is lost (B1)', async () => {
  const people = await acts.makeLink()
  const path = partnerPath(people.id, '/settings')
  const headers = { 'if-match': await acts.etagOf(people.owner, path) }
  const save = (body: object, over: Record<string, string> = headers) =>
    world.call(people.owner, 'PATCH', path, { body, headers: over })
  expect((await save({ notes: 'x' }, {})).statusCode).toBe(428)
  const answers = await Promise.all([
    save({ notes: 'One', notify_on_sla_breach: false }),
    save({ notes: 'Other', notify_on_sla_breach: true }),
  ])
  expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
    200, 412,
  ])
  const kept = answers.find(({ statusCode }) => statusCode === 200)
  expect((await world.call(people.owner, 'GET', path)).json()).toEqual(kept?.json())
  const after = { 'if-match': String(kept?.headers['etag']) }
  expect((await save({ notes: 'Third' }, after)).json().notes).toBe('Third')
})
