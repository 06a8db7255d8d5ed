import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { assignmentsOf, meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { versionOfContent } from './content-version.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const write = (caller: Caller, path: string, { body, etag }: { body: object; etag: string }) =>
  world.call(caller, 'PUT', path, { body, headers: { 'if-match': etag } })

const uuidOf = (id: string) => String(decodeId('link', id))

describe('the notes of an organisation', () => {
  test('are written over those that were read, and the answer carries the tag of the next change (B1)', async () => {
    const people = await acts.makeLink()
    const path = tenantPath(people.id, '/notes')
    const read = await acts.etagOf(people.admin, path)
    const without = await world.call(people.admin, 'PUT', path, { body: { notes: 'x' } })
    expect([without.statusCode, without.json().code]).toEqual([428, 'PRECONDITION_REQUIRED'])
    const first = await write(people.admin, path, { body: { notes: 'Expensive.' }, etag: read })
    expect(first.statusCode, first.body).toBe(200)
    const stale = await write(people.admin, path, { body: { notes: 'Cheap.' }, etag: read })
    expect([stale.statusCode, stale.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    expect((await world.call(people.admin, 'GET', path)).json()).toEqual({ notes: 'Expensive.' })
    const next = { body: { notes: 'Worth it.' }, etag: String(first.headers['etag']) }
    expect((await write(people.admin, path, next)).statusCode).toBe(200)
    expect((await world.call(people.admin, 'GET', path)).json()).toEqual({ notes: 'Worth it.' })
    const events = await world.sql(
      `select count(*)::integer as n from audit_event where action = 'links.note' and delegation_id = $1 and outcome = 'allowed'`,
      [uuidOf(people.id)],
    )
    expect(events, 'what was refused is no change').toEqual([{ n: 2 }])
  })

  test('of two who write at the same moment one wins, the other is told (B1, barrier)', async () => {
    const people = await acts.makeLink()
    const path = tenantPath(people.id, '/notes')
    const etag = await acts.etagOf(people.admin, path)
    const answers = await meetAt(
      world,
      { text: 'select id from link where id = $1 for update', values: [uuidOf(people.id)] },
      ['One.', 'Two.'].map((notes) => () => write(people.admin, path, { body: { notes }, etag })),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 412])
    const winner = answers.find(({ statusCode }) => statusCode === 200)
    expect((await world.call(people.admin, 'GET', path)).json()).toEqual(winner?.json())
  })
})

/** A link with two people of the partner who could be assigned to it. */
async function openList() {
  const people = await acts.makeLink()
  const add = async (name: string) => {
    const { id } = await world.person(name)
    return { member_id: encodeId('member', await world.partnerMember(people.partner, id)) }
  }
  return {
    ...people,
    path: partnerPath(people.id, '/members'),
    lee: await add('Lee Park'),
    max: await add('Max Roth'),
  }
}

const namesOf = (answer: { json: () => { members: { name: string }[] } }) =>
  answer.json().members.map(({ name }) => name)

describe('the people on a link', () => {
  test('are replaced over the list that was read: nobody is taken out by somebody who never saw them (B3)', async () => {
    const { owner, path, lee, max } = await openList()
    const read = await acts.etagOf(owner, path)
    const without = await world.call(owner, 'PUT', path, { body: { members: [] } })
    expect([without.statusCode, without.json().code]).toEqual([428, 'PRECONDITION_REQUIRED'])
    const first = await write(owner, path, { body: { members: [lee] }, etag: read })
    expect(namesOf(first), first.body).toEqual(['Lee Park'])
    const stale = await write(owner, path, { body: { members: [max] }, etag: read })
    expect([stale.statusCode, stale.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    const next = { body: { members: [lee, max] }, etag: String(first.headers['etag']) }
    expect(namesOf(await write(owner, path, next))).toEqual(['Lee Park', 'Max Roth'])
    // Another end of the same person's assignment is another list, too.
    const before = await acts.etagOf(owner, path)
    const ends_at = new Date(Date.now() + 86_400_000).toISOString()
    await acts.put(owner, path, { members: [{ ...lee, ends_at }, max] })
    expect(await acts.etagOf(owner, path)).not.toBe(before)
  })

  test('are kept as they are over time that is over and a link that was made smaller, while others come and go (B3)', async () => {
    const { id, owner, path, tenant, lee, max } = await openList()
    const link = uuidOf(id)
    await acts.put(owner, path, { members: [{ ...lee, role: 'msp_support' }] })
    await world.seed(`update link set access_role = 'delegate' where id = $1`, [link], tenant)
    await world.seed(
      `update link_member set ends_at = date_trunc('second', now()) - interval '1 hour' where link_id = $1`,
      [link],
      tenant,
    )
    const read = await world.call(owner, 'GET', path)
    const [{ role, ends_at }] = read.json().members
    const etag = String(read.headers['etag'])
    const kept = { ...lee, role, ends_at }
    const changed = await write(owner, path, { body: { members: [kept, max] }, etag })
    expect(changed.statusCode, changed.body).toBe(200)
    expect(namesOf(changed)).toEqual(['Lee Park', 'Max Roth'])
    const again = {
      body: { members: [{ ...kept, role: 'msp_full' }] },
      etag: String(changed.headers['etag']),
    }
    expect((await write(owner, path, again)).json().errors).toMatchObject([
      { code: 'ABOVE_LINK_ROLE' },
      { code: 'OUT_OF_RANGE' },
    ])
  })

  test('of two who replace the list at the same moment one wins, the other is told (B3, barrier)', async () => {
    const { owner, partner, path, lee, max } = await openList()
    const etag = await acts.etagOf(owner, path)
    const answers = await meetAt(
      world,
      assignmentsOf(partner),
      [lee, max].map((one) => () => write(owner, path, { body: { members: [one] }, etag })),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 412])
    const winner = answers.find(({ statusCode }) => statusCode === 200)
    expect(namesOf(await world.call(owner, 'GET', path))).toEqual(winner && namesOf(winner))
  })
})

test('the version of a content is nine digits at most and follows the content (architecture 7)', () => {
  const versions = Array.from({ length: 200 }, (_, index) => versionOfContent([`text ${index}`]))
  expect(new Set(versions).size).toBe(200)
  expect(Math.max(...versions)).toBeLessThan(1_000_000_000)
  expect(versionOfContent(['text 0'])).toBe(versions[0])
})
