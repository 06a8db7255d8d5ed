import { encodeId } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { linkIn, mailsTo, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { CommandBench } from '#testing/command.ts'
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

const REASON = 'Left the company on Friday.'
const newAddress = () => `staff-${(serial += 1)}@provider.example`
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

async function newAdministrator() {
  const person = await seedAccount(world)
  await world.platformAdmin(person.id)
  return { ...person, caller: await world.signIn(person.id) }
}

async function list(caller: Caller) {
  const answer = await world.call(caller, 'GET', '/api/v1/admin/staff')
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ items: unknown[]; invitations: unknown[] }>()
}
const remove = (caller: Caller, id: PersonId, body: object = { reason: REASON }) =>
  world.call(caller, 'POST', `/api/v1/admin/staff/${encodeId('person', id)}/remove`, { body })
const invite = (caller: Caller, email: string) =>
  world.call(caller, 'POST', '/api/v1/admin/staff/invite', { body: { email } })
const isStaff = async (id: PersonId) =>
  (await world.sql('select 1 from platform_staff where person_id = $1', [id])).length === 1

test('an administrator is taken out with a reason: refused at the next request, told by mail, on record', async () => {
  const [pat, kim] = [await newAdministrator(), await newAdministrator()]
  expect((await list(pat.caller)).items).toContainEqual(
    expect.objectContaining({ person_id: encodeId('person', kim.id), email: kim.email, status: 'active' }),
  )
  expect((await remove(pat.caller, kim.id)).statusCode).toBe(204)
  expect((await world.call(kim.caller, 'GET', '/api/v1/admin/staff')).statusCode).toBe(403)
  expect((await list(pat.caller)).items).not.toContainEqual(expect.objectContaining({ email: kim.email }))
  expect(await mailsTo(world, kim.email)).toMatchObject([{ subject: 'You no longer administer Liaison' }])
  expect(
    await world.sql(
      `select actor_id, reason from audit_event where action = 'platform.staff.remove' and resource_id = $1`,
      [kim.id],
    ),
  ).toEqual([{ actor_id: pat.id, reason: REASON }])
  expect((await remove(pat.caller, kim.id)).json()).toMatchObject({ code: 'STAFF_UNKNOWN' })
})

test('two who take out each other at the same moment leave one', async () => {
  const [pat, kim] = [await newAdministrator(), await newAdministrator()]
  const answers = await Promise.all([remove(pat.caller, kim.id), remove(kim.caller, pat.id)])
  expect(answers.filter(({ statusCode }) => statusCode === 204)).toHaveLength(1)
  expect([await isStaff(pat.id), await isStaff(kim.id)].filter(Boolean)).toHaveLength(1)
})

test('nobody takes out themselves, nor without reason, permission or a fresh second factor', async () => {
  const [pat, kim] = [await newAdministrator(), await newAdministrator()]
  expect((await remove(pat.caller, pat.id)).json()).toMatchObject({ code: 'OWN_STAFF_ROLE' })
  expect((await remove(pat.caller, kim.id, {})).statusCode).toBe(422)
  const stale = await world.signIn(pat.id, { factorAgeSeconds: 901 })
  expect((await remove(stale, kim.id)).json()).toMatchObject({ code: 'STEP_UP_REQUIRED' })
  const stranger = await seedAccount(world)
  expect((await remove(await world.signIn(stranger.id), kim.id)).statusCode).toBe(403)
  expect(await isStaff(kim.id)).toBe(true)
})

test('an invitation is sent, seen, and works no more once it is withdrawn', async () => {
  const pat = await newAdministrator()
  const email = newAddress()
  const sent = await invite(pat.caller, email)
  expect(sent.statusCode, sent.body).toBe(201)
  const { invitation_id: id } = sent.json<{ invitation_id: string }>()
  expect((await list(pat.caller)).invitations).toContainEqual(
    expect.objectContaining({ invitation_id: id, email, invited_by: expect.any(String) }),
  )
  const link = linkIn((await mailsTo(world, email))[0])
  expect((await newBrowser().get(link)).status).toBe(200)
  const withdraw = () =>
    world.call(pat.caller, 'POST', `/api/v1/admin/staff/invitations/${id}/withdraw`, { body: {} })
  expect((await withdraw()).statusCode).toBe(204)
  expect((await newBrowser().get(link)).status).toBe(410)
  expect((await withdraw()).json()).toMatchObject({ code: 'INVITATION_UNKNOWN' })
  expect((await invite(pat.caller, pat.email)).json()).toMatchObject({ code: 'MEMBER_EXISTS' })
})

async function signIn({ email }: { readonly email: string }): Promise<FormBrowser> {
  const browser = newBrowser()
  await browser.post('/signin', { email, password: PASSWORD })
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

test('an invitation to administer the platform gives whoever is signed in a new token, and the idle limit of administrators in all their sessions', async () => {
  await using bench = await CommandBench.start(world)
  const known = await seedAccount(world)
  const [here, elsewhere] = [await signIn(known), await signIn(known)]
  const line = ['person', 'invite-admin', known.email, '--reason', 'Two people decide.']
  const { pathname } = new URL((await bench.run(line)).out.trim())
  const before = here.cookie
  expect((await here.post(pathname)).location).toBe('/account/app?return_to=%2Fchoose')
  expect(here.cookie).not.toBe(before)
  expect([await isSignedIn(here), await isSignedIn(elsewhere)]).toEqual([true, true])
  const open = 'select idle_seconds from session where person_id = $1 and ended_at is null'
  expect(await world.sql(open, [known.id])).toEqual([{ idle_seconds: 900 }, { idle_seconds: 900 }])
  const left = newBrowser()
  left.cookie = before
  expect(await isSignedIn(left)).toBe(false)
  // Setting up the second factor keeps the limit.
  await here.post('/step-up', { password: PASSWORD, return_to: '/account' })
  expect(await world.sql(open, [known.id])).toEqual([{ idle_seconds: 900 }, { idle_seconds: 900 }])
})

test('what somebody invited works no more once they are taken out', async () => {
  const [pat, kim] = [await newAdministrator(), await newAdministrator()]
  const email = newAddress()
  await invite(kim.caller, email)
  const link = linkIn((await mailsTo(world, email))[0])
  await remove(pat.caller, kim.id)
  expect((await newBrowser().get(link)).status).toBe(410)
})

test('the operator takes out anybody at the machine, and is told how many are left', async () => {
  await using bench = await CommandBench.start(world)
  const kim = await newAdministrator()
  const done = await bench.run(['person', 'remove-admin', kim.email, '--reason', REASON, '--json'])
  const [counted] = await world.sql(`select count(*)::int as count from platform_staff`)
  expect(JSON.parse(done.out)).toEqual({ email: kim.email, administrators_left: counted?.['count'] })
  expect(await isStaff(kim.id)).toBe(false)
  await expect(bench.run(['person', 'remove-admin', kim.email, '--reason', REASON])).rejects.toThrow('Nobody')
})

test('the database lets nobody be taken out, nor an invitation end, outside of that one decided operation', async () => {
  const kim = await newAdministrator()
  for (const call of ['access.remove_staff($1)', 'access.withdraw_staff_invitation($1)']) {
    await expect(world.sqlAs('liaison_platform', `select ${call}`, [kim.id])).rejects.toThrow('alone')
    for (const login of ['liaison_tenant', 'liaison_program', 'liaison_delegate', 'liaison_auth'] as const)
      await expect(world.sqlAs(login, `select ${call}`, [kim.id])).rejects.toThrow('permission denied')
  }
  await expect(world.sqlAs('liaison_platform', 'delete from platform_staff')).rejects.toThrow(
    'permission denied',
  )
  expect(await world.sqlAs('liaison_platform', 'select * from access.open_staff_invitations()')).toEqual([])
  expect(await isStaff(kim.id)).toBe(true)
})
