import {
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
} from 'nid-webauthn-emulator'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { addApp, codeOfKey, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import type { Shown } from '#testing/form-browser.ts'
import { meetAt } from '#testing/meet.ts'
import { SOON } from '#testing/patience.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function signIn() {
  const person = await seedAccount(world)
  const browser = new FormBrowser(world, `198.51.100.${(serial += 1)}`)
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  return { person, browser }
}

/** What the page of a new app is answered with. */
function appFields({ text }: Shown) {
  const key = /class="secret">([A-Z2-7 ]+)</.exec(text)?.[1] ?? ''
  return { offer: /name="offer" value="([^"]*)"/.exec(text)?.[1] ?? '', code: codeOfKey(key) }
}

/** What the page of a new passkey is answered with, by a device with a memory of its own. */
function passkeyFields({ text }: Shown) {
  const options: unknown = JSON.parse(
    (/data-options="([^"]+)"/.exec(text)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  )
  const device = new WebAuthnEmulator(
    new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository() }),
  )
  return { response: JSON.stringify(device.createJSON(TEST_ORIGIN, Object(options))), label: 'Laptop' }
}

const endingOf = (personId: string) => ({
  text: `update session set ended_at = now(), end_reason = 'ended_by_owner' where person_id = $1 and ended_at is null returning 1`,
  values: [personId],
})

test.each([
  { path: '/account/app', table: 'totp_factor', fieldsOf: appFields },
  { path: '/account/passkeys/new', table: 'passkey', fieldsOf: passkeyFields },
])(
  'whose session ends while a factor is added at $path keeps none, and is led to sign-in (ASVS 7.4.1)',
  async ({ path, table, fieldsOf }) => {
    const factorsOf = (id: string) => world.sql(`select 1 from ${table} where person_id = $1`, [id])
    const stays = await signIn()
    await stays.browser.post(path, fieldsOf(await stays.browser.get(path)))
    expect(await factorsOf(stays.person.id)).toHaveLength(1)
    const { person, browser } = await signIn()
    const fields = fieldsOf(await browser.get(path))
    const [shown] = await meetAt(world, endingOf(person.id), [() => browser.post(path, fields)])
    expect(await factorsOf(person.id)).toEqual([])
    expect(shown?.location).toBe(`/signin?return_to=${encodeURIComponent(path)}`)
    const events = `select 1 from audit_event where action = 'identity.factor.add' and resource_id = $1`
    expect(await world.sql(events, [person.id])).toEqual([])
  },
)

test('whose factors are reset while one is added keeps neither that one nor a session (ASVS 7.4.1)', async () => {
  const [pat, lee] = [await world.person('Pat Staff'), await seedAccount(world)]
  await world.platformAdmin(pat.id)
  await addApp(world, lee.id)
  const browser = new FormBrowser(world, `198.51.100.${(serial += 1)}`)
  browser.cookie = (await world.signIn(lee.id)).cookie
  const path = '/account/passkeys/new'
  const fields = passkeyFields(await browser.get(path))
  const admin = await world.signIn(pat.id)
  // The factor refers to its person, and so waits there after its session was looked at.
  const person = { text: 'select 1 from person where id = $1 for update', values: [lee.id] }
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  const reset = async () => {
    await vi.waitFor(async () => expect(await world.sql(waiting)).toHaveLength(2), SOON)
    const url = `/api/v1/admin/persons/${encodeId('person', lee.id)}/factors/reset`
    return (await world.call(admin, 'POST', url, { body: { reason: 'Called back.' } })).statusCode
  }
  const add = async () => (await browser.post(path, fields)).status
  // Whoever added it is shown recovery codes, which are worth nothing any more.
  expect(await meetAt(world, person, [add, reset])).toEqual([200, 200])
  const left = await world.sql(
    `select 1 from passkey where person_id = $1 union all select 2 from totp_factor where person_id = $1
     union all select 3 from session where person_id = $1 and ended_at is null`,
    [lee.id],
  )
  expect(left).toEqual([])
})

test.each([
  { path: '/account/app/remove', fields: { confirmed: 'yes' } },
  { path: '/account/codes', fields: {} },
])(
  'whose session ends while factors or codes are changed at $path changes nothing, and is led to sign-in (ASVS 7.4.1)',
  async ({ path, fields }) => {
    const { person, browser } = await signIn()
    await browser.post('/account/app', appFields(await browser.get('/account/app')))
    const kept = () =>
      world.sql(
        `select hash::text as kept from recovery_code where person_id = $1 union all
         select secret::text from totp_factor where person_id = $1 order by kept`,
        [person.id],
      )
    const before = await kept()
    expect(before).toHaveLength(11)
    const [shown] = await meetAt(world, endingOf(person.id), [() => browser.post(path, fields)])
    expect(await kept()).toEqual(before)
    expect(shown?.location).toBe('/signin?return_to=%2Faccount')
  },
)
