import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { makeReader } from '#platform/outgoing/outgoing.ts'
import type { Reader } from '#platform/outgoing/outgoing.ts'
import { makeBreachedPasswords } from '#platform/credentials/breached-passwords.ts'
import { linkIn, mailsTo, NEW_PASSWORD, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

const STOLEN = 'seventeen paper boats at noon'
const digestOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase()

let world: TestWorld
let range: WebhookReceiver
let reader: Reader
let unanswered = 0
beforeAll(async () => {
  range = await WebhookReceiver.start()
  reader = makeReader({ allowsLoopback: true, timeoutMs: 5000 })
  world = await TestWorld.start(
    (services) => [...makeIdentityRoutes(services), ...makeRealmRoutes(services)],
    { passwordHashConcurrency: 4, breachedPasswords: knownTo(reader) },
  )
})
/** What a range service answers: padding, passwords of others, and the stolen one. */
const listed = [
  `${'0'.repeat(35)}:0`,
  `${digestOf('another one').slice(5)}:12`,
  `${digestOf(STOLEN).slice(5)}:3`,
]
beforeEach(() => {
  range.received.length = 0
  range.answer = () => ({ status: 200, body: listed.join('\r\n') })
  unanswered = 0
})
afterAll(async () => {
  await reader.close()
  await world[Symbol.asyncDispose]()
  await range[Symbol.asyncDispose]()
})

const knownTo = (by: Reader, url = `http://127.0.0.1:${range.port}/range/`) =>
  makeBreachedPasswords({
    url,
    read: (address, headers) => by.read({ url: address, headers }),
    onUnanswered: () => (unanswered += 1),
  })

const SAID = 'on a list of passwords that were stolen elsewhere'

/** Tries the stolen password at an address, then one that nobody has. */
async function tryBoth(browser: FormBrowser, path: string, fields: Readonly<Record<string, string>> = {}) {
  const refused = await browser.post(path, { ...fields, password: STOLEN })
  const taken = await browser.post(path, { ...fields, password: NEW_PASSWORD })
  return { refused: [refused.status, refused.text.includes(SAID)], taken: taken.status }
}

const BOTH = { refused: [422, true], taken: 303 }

describe('a password that was stolen elsewhere', () => {
  test('is taken nowhere a person or an end user chooses one: account, reset, invitation and sign-up (ASVS 6.2.12)', async () => {
    const person = await seedAccount(world)
    const browser = new FormBrowser(world)
    await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect(await tryBoth(browser, '/account/password', { current: PASSWORD }), 'account').toEqual(BOTH)

    await new FormBrowser(world).post('/recover', { email: person.email })
    const reset = linkIn((await mailsTo(world, person.email)).at(-1))
    expect(await tryBoth(new FormBrowser(world), reset), 'reset').toEqual(BOTH)

    const [partner, owner] = [await world.partner('Northwind'), await world.person()]
    await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
    const email = `new@${encodeId('partner', partner)}.example`.replaceAll('_', '-')
    await world.call(await world.signIn(owner.id), 'POST', '/api/v1/partner/members/invite', {
      body: { email, role: 'PARTNER_STAFF' },
    })
    const invitation = linkIn((await mailsTo(world, email))[0])
    expect(await tryBoth(new FormBrowser(world), invitation, { name: 'Lee Park' }), 'invitation').toEqual(
      BOTH,
    )

    const slug = await world.realm(await world.partner('White Label', ['white_label']))
    const address = 'robin@end.example'
    await new FormBrowser(world).post(`/p/${slug}/sign-up`, { email: address })
    const signUp = linkIn((await mailsTo(world, address))[0])
    expect(await tryBoth(new FormBrowser(world), signUp, { name: 'Robin' }), 'sign-up').toEqual(BOTH)
    expect(unanswered).toBe(0)
  })

  test('is asked for by five digits of its digest: nothing else of it leaves, and the answer is padded (ASVS 6.2.12)', async () => {
    expect(await knownTo(reader).isKnown(STOLEN)).toBe(true)
    const [asked] = range.received
    expect(asked?.path).toBe(`/range/${digestOf(STOLEN).slice(0, 5)}`)
    expect(asked?.headers['add-padding']).toBe('true')
    const told = JSON.stringify(range.received)
    expect(told).not.toContain(digestOf(STOLEN).slice(5, 12))
    expect(told).not.toContain('paper')
  })

  test('is known by the rest of its digest alone, in whatever letters, and not by a line that pads (ASVS 6.2.12)', async () => {
    const rest = digestOf(STOLEN).slice(5)
    const answers: [string, boolean][] = [
      [`${rest}:1`, true],
      [`${rest.toLowerCase()}:1\n`, true],
      [`${rest}:0`, false],
      [`${rest.slice(0, 34)}:9`, false],
      [`0${rest}:9`, false],
      ['', false],
    ]
    for (const [body, isKnown] of answers) {
      range.answer = () => ({ status: 200, body })
      expect(await knownTo(reader).isKnown(STOLEN), body).toBe(isKnown)
    }
    expect(unanswered).toBe(0)
  })

  test('is taken and counted when nobody answers in time, whole, and with 200 (ASVS 6.2.12)', async () => {
    range.answer = () => ({ status: 503, body: listed.join('\n') })
    const person = await seedAccount(world)
    const browser = new FormBrowser(world)
    await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect((await browser.post('/account/password', { current: PASSWORD, password: STOLEN })).location).toBe(
      '/account?saved=password',
    )
    expect(unanswered).toBe(1)
    range.answer = () => ({ status: 200, isEndless: true })
    expect(await knownTo(reader).isKnown(STOLEN)).toBe(false)
    range.answer = () => ({ status: 302, headers: { location: `http://127.0.0.1:${range.port}/else/` } })
    expect(await knownTo(reader).isKnown(STOLEN)).toBe(false)
    range.answer = () => null
    const hasty = makeReader({ allowsLoopback: true, timeoutMs: 50 })
    expect(await knownTo(hasty).isKnown(STOLEN)).toBe(false)
    await hasty.close()
    expect(unanswered).toBe(4)
  })

  test('is asked for by the ways of webhooks: at no private address and in no plain text, whatever the setting says (ASVS 6.2.12)', async () => {
    const strict = makeReader({ allowsLoopback: false, timeoutMs: 5000 })
    for (const url of [
      `http://127.0.0.1:${range.port}/range/`,
      `https://127.0.0.1:${range.port}/range/`,
      `https://[::ffff:7f00:1]:${range.port}/range/`,
      'http://range.example/',
    ])
      expect(await knownTo(strict, url).isKnown(STOLEN), url).toBe(false)
    expect(range.received).toEqual([])
    expect(unanswered).toBe(4)
    await strict.close()
  })
})
