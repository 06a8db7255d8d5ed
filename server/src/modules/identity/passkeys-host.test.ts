import {
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
} from 'nid-webauthn-emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApp, codeOf, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import type { Shown } from '#testing/form-browser.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

const BELOW = 'http://auth.localhost:3000'

let world: TestWorld
let authOrigin = BELOW
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), {
    places: { authOrigin: () => authOrigin, apiResource: () => `${TEST_ORIGIN}/api` },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const unescape = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const optionsOf = (shown: Shown) =>
  JSON.parse(unescape(/data-options="([^"]+)"/.exec(shown.text)?.[1] ?? '{}'))

test('a passkey signs a person in on the host of the authorization server, too, when it stands below the public one, and on no other host', async () => {
  const person = await seedAccount(world)
  const secret = await addApp(world, person.id)
  const browser = new FormBrowser(world, '198.51.100.1')
  await browser.post('/signin', { email: person.email, password: PASSWORD, return_to: '/choose' })
  expect((await browser.post('/signin/mfa', { code: codeOf(secret) })).status).toBe(303)
  const device = new WebAuthnEmulator(
    new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository() }),
  )
  const made = optionsOf(await browser.get('/account/passkeys/new'))
  await browser.post('/account/passkeys/new', {
    response: JSON.stringify(device.createJSON(TEST_ORIGIN, made)),
    label: 'Laptop',
  })
  const signInFrom = async (origin: string) => {
    const fresh = new FormBrowser(world, '198.51.100.2')
    const options = optionsOf(await fresh.get('/signin/passkey'))
    const response = JSON.stringify(device.getJSON(origin, options))
    return (await fresh.post('/signin/passkey', { response, return_to: '/account' })).status
  }
  expect(await signInFrom(TEST_ORIGIN)).toBe(303)
  expect(await signInFrom(BELOW)).toBe(303)
  expect(await signInFrom('http://evil.localhost:3000')).not.toBe(303)
  authOrigin = TEST_ORIGIN
  expect(await signInFrom(BELOW)).not.toBe(303)
})
