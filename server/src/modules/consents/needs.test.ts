import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeConsentActs, startConsentWorld, ticksOf } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'
import { neededActions } from './rules.ts'
import { EN } from './words/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const { ask, cast, choose, decide, look, outcome } = makeConsentActs(() => world)

const WHY = 'To show your lines on a map <b>now</b>.'
const NEEDS = [
  { action: 'service.read', is_needed: true, why: WHY },
  { action: 'order.read', is_needed: false, why: 'To tell you when they are done.' },
]

async function setNeeds({ clientId }: ConsentCast, needs: readonly object[]): Promise<void> {
  await world.seed('update api_client set needs = $2 where id = $1', [clientId, JSON.stringify(needs)])
}

async function casting(): Promise<ConsentCast> {
  const people = await cast()
  await setNeeds(people, NEEDS)
  return people
}

/** The words of the one line of a page that is marked as needed. */
const neededLines = (body: string): string[] =>
  [...body.matchAll(/<span>✓<\/span\s*><span\s*>([^<]*)<b>\(Needed\)<\/b>/g)].map(([, words = '']) =>
    words.trim(),
  )

describe('what an application says it does not work without (experience.md, section 4, Consent)', () => {
  test('is a line and no box, with what it is for in its own words; what costs money stays a box', async () => {
    const people = await casting()
    const page = await look(people, await ask(people))
    expect(neededLines(page.body)).toEqual(['See the services that are in use'])
    expect(ticksOf(page.body, 'action')).toEqual(['order.read', 'order.cancel', 'order.create'])
    expect(page.body).toContain('“<bdi>To show your lines on a map &lt;b&gt;now&lt;/b&gt;.</bdi>”')
    expect(page.body).toContain('To tell you when they are done.')
    expect(page.body).toContain('comes with every access of')
    expect(page.body).not.toContain('Nothing is chosen until you choose it. What you leave out')
  })

  test('comes with every choice, also with none and with one that leaves it out, and is kept as what it was', async () => {
    const people = await casting()
    const uid = await ask(people)
    const check = await choose(people, uid, { actions: [] })
    expect(check.statusCode, check.body).toBe(200)
    await decide(people, uid, { page: check.body })
    const { delegation } = await outcome(people, uid)
    expect(delegation.actions).toEqual(['service.read'])
    const [row] = await world.sql(
      `select approval_snapshot -> 'needed' as needed from delegation where id = $1`,
      [delegation.id],
    )
    expect(row).toEqual({ needed: ['service.read'] })
  })

  test('cannot change between choosing and allowing', async () => {
    const people = await casting()
    const uid = await ask(people)
    const check = await choose(people, uid, { actions: ['order.read'] })
    await setNeeds(people, [...NEEDS, { action: 'order.cancel', is_needed: true, why: null }])
    const done = await decide(people, uid, { page: check.body })
    expect(done.statusCode).toBe(409)
    expect(done.body).toContain(EN.problems.changed)
    expect((await outcome(people, uid)).state).toBe('open')
  })

  test('is nothing where nothing was said', async () => {
    const people = await cast()
    const page = await look(people, await ask(people))
    expect(neededLines(page.body)).toEqual([])
    expect(page.body).not.toContain('comes with every access')
    const none = await choose(people, await ask(people), { actions: [] })
    expect(none.statusCode).toBe(422)
  })

  test('is never what costs money: the database keeps no such word, nor one of another form, and the page would not heed it', async () => {
    const people = await cast()
    for (const needs of [
      [{ action: 'order.create', is_needed: true, why: null }],
      [{ action: 'order.update', is_needed: true, why: 'To keep them right.' }],
      [{ action: 'order.read', why: null }],
      [{ action: 'order.read', is_needed: 'yes', why: null }],
      [{ action: 'order.read', is_needed: true }],
      [[NEEDS[0]]],
      ['order.read'],
    ])
      await expect(setNeeds(people, needs as object[])).rejects.toThrow('api_client_needs')
    const spends = [{ action: 'order.create', is_needed: true, why: null }] as const
    expect(neededActions(['order.create', 'order.read'], spends)).toEqual([])
  })

  test('of an action that this version does not offer is left out, while servers are replaced', async () => {
    const people = await cast()
    await setNeeds(people, [...NEEDS, { action: 'site.read', is_needed: true, why: null }])
    const page = await look(people, await ask(people))
    expect(neededLines(page.body)).toEqual(['See the services that are in use'])
  })
})
