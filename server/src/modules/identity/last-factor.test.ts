import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { addApp, codeOf, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

const countWaiting = async () =>
  (
    await world.sql<{ n: number }>(
      `select count(*)::integer as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    )
  )[0]?.n ?? 0

test('of two factors that are removed at the same moment one stays with whoever must have one (V6 6.3.3)', async () => {
  const person = await seedAccount(world)
  await world.partnerMember(await world.partner('Northwind'), person.id)
  const secret = await addApp(world, person.id)
  const [passkey] = await world.seed<{ id: string }>(
    `insert into passkey (person_id, credential_id, public_key, label) values ($1, 'c', '\\x00', 'Key') returning id`,
    [person.id],
  )
  const browser = new FormBrowser(world)
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  await browser.post('/signin/mfa', { code: codeOf(secret) })
  const id = publicIdOf('passkey', passkey?.id ?? '')
  const holder = new pg.Client(world.connection)
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query('select from totp_factor where person_id = $1 for update', [person.id])
    await holder.query('select from passkey where person_id = $1 for update', [person.id])
    const removals = ['/account/app/remove', `/account/passkeys/${id}/remove`].map((path) =>
      browser.post(path, { confirmed: 'yes' }),
    )
    while ((await countWaiting()) < 2);
    await holder.query('commit')
    const answers = await Promise.all(removals)
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([303, 409])
  } finally {
    await holder.end()
  }
  const [left] = await world.sql<{ n: number }>(
    `select ((select count(*) from totp_factor where person_id = $1) + (select count(*) from passkey where person_id = $1))::integer as n`,
    [person.id],
  )
  expect(left?.n).toBe(1)
})
