import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApp, codeOf, mailsTo, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)
const REASON = 'Called back on the number in the contract.'

/** An administrator of the platform, and a partner's technician who has an app and two open sessions. */
async function openScene() {
  const [pat, lee] = [await world.person('Pat Staff'), await seedAccount(world)]
  await world.platformAdmin(pat.id)
  await world.partnerMember(await world.partner('Northwind MSP'), lee.id)
  const seed = await addApp(world, lee.id)
  await world.seed(`insert into recovery_code (person_id, hash) values ($1, '\\x01')`, [lee.id])
  const sessions = [await world.signIn(lee.id), await world.signIn(lee.id)]
  return { pat, lee, seed, sessions, admin: await world.signIn(pat.id) }
}

const resetPath = (id: Parameters<typeof encodeId>[1]) =>
  `/api/v1/admin/persons/${encodeId('person', id as never)}/factors/reset`
const reset = (caller: Caller, id: Parameters<typeof encodeId>[1], body: object = { reason: REASON }) =>
  world.call(caller, 'POST', resetPath(id), { body })

test('an administrator removes lost factors: sign-ins end, a mail goes out, and both are on record', async () => {
  const { lee, sessions, admin } = await openScene()
  const answer = await reset(admin, lee.id)
  expect(answer.json(), answer.body).toEqual({
    person_id: encodeId('person', lee.id),
    authenticator_apps: 1,
    passkeys: 0,
    recovery_codes: 1,
    sessions_ended: 2,
  })
  for (const session of sessions)
    expect((await world.call(session, 'GET', '/api/v1/me')).statusCode).toBe(401)
  expect(await mailsTo(world, lee.email)).toMatchObject([{ subject: 'Your second factors were removed' }])
  const [event] = await world.sql(
    `select action, resource_id, reason, changes from audit_event where action = 'identity.factor.reset' and resource_id = $1`,
    [lee.id],
  )
  expect(event).toEqual({
    action: 'identity.factor.reset',
    resource_id: lee.id,
    reason: REASON,
    changes: { authenticator_apps: 1, passkeys: 0, sessions_ended: 2 },
  })
})

test('the person then signs in with the password and is asked to add a factor anew', async () => {
  const { lee, seed, admin } = await openScene()
  const halfway = newBrowser()
  await halfway.post('/signin', { email: lee.email, password: PASSWORD })
  await reset(admin, lee.id)
  await halfway.post('/signin/mfa', { code: codeOf(seed) })
  expect((await halfway.get('/api/v1/me')).status).toBe(401)
  const browser = newBrowser()
  const shown = await browser.post('/signin', { email: lee.email, password: PASSWORD })
  expect(shown.status).toBe(303)
  expect(shown.location).toContain('/signin/enrol')
})

test('it needs a fresh second factor, the permission, a reason, and somebody else who has one', async () => {
  const { pat, lee, admin } = await openScene()
  const stale = await world.signIn(pat.id, { factorAgeSeconds: 901 })
  expect((await reset(stale, lee.id)).json()).toMatchObject({ code: 'STEP_UP_REQUIRED' })
  expect((await reset(await world.signIn(lee.id), lee.id)).statusCode).toBe(403)
  expect((await reset(admin, lee.id, {})).statusCode).toBe(422)
  expect((await reset(admin, lee.id, { reason: 'short' })).statusCode).toBe(422)
  expect((await reset(admin, pat.id)).json()).toMatchObject({ code: 'OWN_FACTORS' })
  const bare = await world.person()
  expect((await reset(admin, bare.id)).json()).toMatchObject({ code: 'NO_SECOND_FACTOR' })
  const unknown = '019f0000-0000-7000-8000-000000000000' as typeof lee.id
  expect((await reset(admin, unknown)).json()).toMatchObject({ code: 'PERSON_UNKNOWN' })
  expect(await world.sql('select 1 from totp_factor where person_id = $1', [lee.id])).toHaveLength(1)
})

test('the database resets nothing outside of that one decided operation', async () => {
  const { lee } = await openScene()
  await expect(world.sqlAs('liaison_platform', 'select access.reset_factors($1)', [lee.id])).rejects.toThrow(
    'alone',
  )
  for (const login of ['liaison_tenant', 'liaison_program', 'liaison_delegate', 'liaison_auth'] as const)
    await expect(world.sqlAs(login, 'select access.reset_factors($1)', [lee.id])).rejects.toThrow(
      'permission denied',
    )
  expect(
    await world.sqlAs('liaison_platform', 'select * from access.persons_with_factor(array[$1::uuid])', [
      lee.id,
    ]),
  ).toEqual([])
})

test('persons are found by a part of name or address, with what tells namesakes apart', async () => {
  const { lee, admin } = await openScene()
  const part = encodeURIComponent(lee.email.slice(0, -3))
  const found = await world.call(admin, 'GET', `/api/v1/admin/persons?search=${part}`)
  expect(found.json(), found.body).toMatchObject({
    items: [
      {
        person_id: encodeId('person', lee.id),
        email: lee.email,
        status: 'active',
        has_second_factor: true,
        places: ['Northwind MSP'],
      },
    ],
    total: 1,
  })
  const beyond = await world.call(admin, 'GET', `/api/v1/admin/persons?search=${part}&offset=50`)
  expect(beyond.json(), beyond.body).toMatchObject({ items: [], total: 1, has_more: false })
  expect((await world.call(admin, 'GET', '/api/v1/admin/persons?search=%25%25')).json().items).toEqual([])
  expect((await world.call(admin, 'GET', '/api/v1/admin/persons')).statusCode).toBe(422)
  expect((await world.call(admin, 'GET', '/api/v1/admin/persons?search=a')).statusCode).toBe(422)
  const other = await world.signIn(lee.id)
  expect((await world.call(other, 'GET', `/api/v1/admin/persons?search=${part}`)).statusCode).toBe(403)
})
