import { createHash } from 'node:crypto'
import {
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
} from 'nid-webauthn-emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApp, codeOf, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import type { Shown } from '#testing/form-browser.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedStaff(): Promise<SeededPerson> {
  const person = await seedAccount(world)
  await world.partnerMember(await world.partner('Northwind'), person.id)
  return person
}

async function givePassword(person: SeededPerson, returnTo = '/choose'): Promise<FormBrowser> {
  const browser = newBrowser()
  await browser.post('/signin', { email: person.email, password: PASSWORD, return_to: returnTo })
  return browser
}

async function signIn(person: SeededPerson, secret: Buffer): Promise<FormBrowser> {
  const browser = await givePassword(person)
  const shown = await browser.post('/signin/mfa', { code: codeOf(secret) })
  expect(shown.status).toBe(303)
  return browser
}

const me = async (browser: FormBrowser) =>
  JSON.parse((await browser.get('/api/v1/me')).text) as { person: { factor: string; factor_at: string } }
const unescape = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')
const optionsOf = (shown: Shown) =>
  JSON.parse(unescape(/data-options="([^"]+)"/.exec(shown.text)?.[1] ?? '{}'))

describe('passkeys', () => {
  /** A device with a memory of its own. */
  const newDevice = () =>
    new WebAuthnEmulator(
      new AuthenticatorEmulator({ credentialsRepository: new PasskeysCredentialsMemoryRepository() }),
    )

  async function addPasskey(
    browser: FormBrowser,
    emulator: WebAuthnEmulator,
    label = 'Laptop',
  ): Promise<Shown> {
    const options = optionsOf(await browser.get('/account/passkeys/new'))
    return browser.post('/account/passkeys/new', {
      response: JSON.stringify(emulator.createJSON(TEST_ORIGIN, options)),
      label,
    })
  }

  async function withPasskey(): Promise<{
    person: SeededPerson
    emulator: WebAuthnEmulator
    browser: FormBrowser
    secret: Buffer
  }> {
    const person = await seedStaff()
    const secret = await addApp(world, person.id)
    const browser = await signIn(person, secret)
    const emulator = newDevice()
    const shown = await addPasskey(browser, emulator)
    expect([200, 303]).toContain(shown.status)
    return { person, emulator, browser, secret }
  }

  const answer = (emulator: WebAuthnEmulator, shown: Shown, origin = TEST_ORIGIN) =>
    JSON.stringify(emulator.getJSON(origin, optionsOf(shown)))

  test('sign a person in without password or name', async () => {
    const { emulator } = await withPasskey()
    const browser = newBrowser()
    const page = await browser.get('/signin/passkey')
    expect(optionsOf(page)).toMatchObject({
      userVerification: 'required',
      rpId: 'localhost',
      allowCredentials: [],
    })
    const shown = await browser.post('/signin/passkey', {
      response: answer(emulator, page),
      return_to: '/account',
    })
    expect([shown.status, shown.location]).toEqual([303, '/account'])
    expect((await me(browser)).person.factor).toBe('phishing_resistant')
  })

  test('keep the first hundred signs of a long name whole (R8)', async () => {
    const person = await seedStaff()
    const browser = await signIn(person, await addApp(world, person.id))
    const name = `${'a'.repeat(99)}\u{1f511}`
    const shown = await addPasskey(browser, newDevice(), `${name} of the desk`)
    expect([200, 303]).toContain(shown.status)
    const kept = await world.sql('select label from passkey where person_id = $1', [person.id])
    expect(kept).toEqual([{ label: name }])
  })

  test('are a second factor that cannot be phished', async () => {
    const { person, emulator } = await withPasskey()
    const browser = await givePassword(person)
    const page = await browser.get('/signin/mfa')
    expect((await browser.post('/signin/mfa', { response: answer(emulator, page) })).status).toBe(303)
    expect((await me(browser)).person.factor).toBe('phishing_resistant')
  })

  test('answer a challenge of 32 random bytes once (ASVS 6.7.2)', async () => {
    const { emulator } = await withPasskey()
    const [shownPage, another] = [
      await newBrowser().get('/signin/passkey'),
      await newBrowser().get('/signin/passkey'),
    ]
    const challenges = [shownPage, another].map((page) => String(optionsOf(page).challenge))
    for (const challenge of challenges) expect(Buffer.from(challenge, 'base64url')).toHaveLength(32)
    expect(challenges[0]).not.toBe(challenges[1])
    const response = answer(emulator, shownPage)
    const shown = await Promise.all(
      Array.from({ length: 20 }, () => newBrowser().post('/signin/passkey', { response })),
    )
    expect(shown.filter(({ status }) => status === 303)).toHaveLength(1)
  })

  test('are refused from another site, for another purpose, of another person and without verifying the user', async () => {
    const { person, emulator, browser } = await withPasskey()
    const other = await withPasskey()
    const post = async (response: string) => (await newBrowser().post('/signin/passkey', { response })).status
    expect(
      await post(answer(emulator, await newBrowser().get('/signin/passkey')).replace('"id":"', '"id":"A')),
    ).toBe(422)
    const foreign = JSON.parse(answer(emulator, await newBrowser().get('/signin/passkey'))) as {
      response: { clientDataJSON: string }
    }
    const clientData = Buffer.from(foreign.response.clientDataJSON, 'base64url')
      .toString()
      .replace(TEST_ORIGIN, 'https://evil.example')
    foreign.response.clientDataJSON = Buffer.from(clientData).toString('base64url')
    expect(await post(JSON.stringify(foreign))).toBe(422)
    const half = await givePassword(person)
    const ofMfa = await half.get('/signin/mfa')
    expect(await post(answer(emulator, ofMfa))).toBe(422)
    const ofStepUp = answer(emulator, await browser.get('/step-up'))
    expect((await half.post('/signin/mfa', { response: ofStepUp })).status).toBe(422)
    const signInOptions = await newBrowser().get('/signin/passkey')
    expect((await half.post('/signin/mfa', { response: answer(other.emulator, signInOptions) })).status).toBe(
      422,
    )
    // Without attestation nothing signs the flags of a new passkey, so "user verified" can be taken out.
    const made = newDevice().createJSON(
      TEST_ORIGIN,
      optionsOf(await other.browser.get('/account/passkeys/new')),
    )
    const attestation = Buffer.from(made.response.attestationObject, 'base64url')
    const flagsAt = attestation.indexOf(createHash('sha256').update('localhost').digest()) + 32
    attestation.writeUInt8(attestation.readUInt8(flagsAt) & ~0x04, flagsAt)
    const unverified = {
      ...made,
      response: { ...made.response, attestationObject: attestation.toString('base64url') },
    }
    expect(
      (
        await other.browser.post('/account/passkeys/new', {
          response: JSON.stringify(unverified),
          label: 'x',
        })
      ).status,
    ).toBe(422)
    expect(await post('{}')).toBe(422)
    expect(await post('not json')).toBe(422)
  })

  test('do not let an inactive person in', async () => {
    const { person, emulator } = await withPasskey()
    await world.seed(`update person set status = 'inactive' where id = $1`, [person.id])
    const browser = newBrowser()
    expect(
      (
        await browser.post('/signin/passkey', {
          response: answer(emulator, await browser.get('/signin/passkey')),
        })
      ).status,
    ).toBe(422)
  })

  test('are listed by name and removed after a question; the last factor of a partner member stays', async () => {
    const { person, browser } = await withPasskey()
    const remove =
      /action="(\/account\/passkeys\/psk_[^"]+\/remove)"/.exec((await browser.get('/account')).text)?.[1] ??
      ''
    expect((await browser.post(remove)).text).toContain('Remove the passkey “Laptop”?')
    expect(await world.sql('select 1 from passkey where person_id = $1', [person.id])).toHaveLength(1)
    expect((await browser.post(remove, { confirmed: 'yes' })).location).toBe('/account?saved=factor')
    expect(await world.sql('select 1 from passkey where person_id = $1', [person.id])).toHaveLength(0)
    const kept = await browser.post('/account/app/remove', { confirmed: 'yes' })
    expect(kept.status).toBe(409)
    expect(await world.sql('select 1 from totp_factor where person_id = $1', [person.id])).toHaveLength(1)
    const events = await world.sql(
      `select action, changes from audit_event where resource_id = $1 and action like 'identity.factor.%' order by id`,
      [person.id],
    )
    expect(events).toContainEqual({ action: 'identity.factor.remove', changes: { factor: 'passkey' } })
    expect(
      await world.sql(
        `select 1 from outbox where topic = 'mail' and payload ->> 'to' = $1 and payload ->> 'text' like '%was removed%'`,
        [person.email],
      ),
    ).toHaveLength(1)
  })
})
