import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addApp,
  codeOf,
  linkIn,
  mailsTo,
  NEW_PASSWORD,
  PASSWORD,
  seedAccount,
} from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
/** A step is taken once, and the next one is taken early; one before is not, when a step ends meanwhile. */
const STEP_SECONDS = 30
const newBrowser = () => new FormBrowser(world, `10.8.0.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

const countWaiting = async () =>
  (
    await world.sql<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  )[0]?.n ?? 0

/** Does something while a session of this person is about to be made. */
async function duringSessionOf(
  person: SeededPerson,
  begin: () => Promise<unknown>,
  act: () => Promise<unknown>,
): Promise<void> {
  const holder = new pg.Client(world.connection)
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(`select pg_advisory_xact_lock(access.lock_key('sign-in', $1))`, [person.id])
    const begun = begin()
    while ((await countWaiting()) < 1);
    const progress = { isDone: false }
    const acted = act().finally(() => {
      progress.isDone = true
    })
    while (!progress.isDone && (await countWaiting()) < 2);
    await holder.query('commit')
    await Promise.all([begun, acted])
  } finally {
    await holder.end()
  }
}

async function mailedLink(person: SeededPerson): Promise<string> {
  await newBrowser().post('/recover', { email: person.email })
  return linkIn((await mailsTo(world, person.email)).find(({ text }) => text.includes('/reset/')))
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

describe('a password that is changed', () => {
  test('lets nobody in who shows the old one at the same moment (V7 7.4.3)', async () => {
    const person = await seedAccount(world)
    const link = await mailedLink(person)
    const thief = newBrowser()
    await duringSessionOf(
      person,
      () => thief.post('/signin', { email: person.email, password: PASSWORD }),
      () => newBrowser().post(link, { password: NEW_PASSWORD }),
    )
    expect(await isSignedIn(thief)).toBe(false)
  })

  test('ends a session that shows its second factor again at the same moment, too (V7 7.4.3)', async () => {
    const person = await seedAccount(world)
    const secret = await addApp(world, person.id)
    const thief = newBrowser()
    await thief.post('/signin', { email: person.email, password: PASSWORD })
    await thief.post('/signin/mfa', { code: codeOf(secret) })
    expect(await isSignedIn(thief)).toBe(true)
    const link = await mailedLink(person)
    await duringSessionOf(
      person,
      () => thief.post('/step-up', { code: codeOf(secret, STEP_SECONDS), return_to: '/account' }),
      () => newBrowser().post(link, { password: NEW_PASSWORD }),
    )
    expect(await isSignedIn(thief)).toBe(false)
  })
})
