import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOfKey, linkIn, mailsTo, NEW_PASSWORD, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `10.9.${(serial += 1) >> 8}.${serial & 255}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedStaff(): Promise<SeededPerson> {
  const person = await seedAccount(world)
  await world.partnerMember(await world.partner('Northwind'), person.id)
  return person
}

async function begin(person: SeededPerson): Promise<FormBrowser> {
  const browser = newBrowser()
  const shown = await browser.post('/signin', { email: person.email, password: PASSWORD })
  expect(shown.location).toBe('/signin/enrol')
  return browser
}

async function confirmApp(browser: FormBrowser) {
  const { text } = await browser.get('/signin/enrol')
  const [key = '', offer = ''] = [/class="secret">([^<]*)</, /name="offer" value="([^"]*)"/].map(
    (pattern) => pattern.exec(text)?.[1],
  )
  return browser.post('/signin/enrol', { offer, code: codeOfKey(key) })
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

describe('a sign-in that waits for its second factor to be set up', () => {
  test('opens nothing any more once the person has set one up elsewhere (V6 6.3.3)', async () => {
    const person = await seedStaff()
    const [owner, thief] = [await begin(person), await begin(person)]
    expect((await confirmApp(owner)).status).toBe(200)
    const before = await world.sql('select hash from recovery_code where person_id = $1', [person.id])
    expect((await thief.get('/signin/enrol/passkey')).location).toBe('/signin')
    expect((await thief.post('/signin/enrol', { offer: '', code: '' })).location).toBe('/signin')
    expect(await world.sql('select hash from recovery_code where person_id = $1', [person.id])).toEqual(
      before,
    )
  })

  test('cannot be skipped by somebody whose account has got a factor meanwhile (V6 6.3.3)', async () => {
    const person = await seedStaff()
    const [owner, thief] = [await begin(person), await begin(person)]
    await confirmApp(owner)
    await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [person.id])
    expect((await thief.post('/signin/enrol/skip')).location).toBe('/signin')
    expect(await isSignedIn(thief)).toBe(false)
  })
})

describe('a change of the password', () => {
  test('ends the sign-ins that were half finished with the old one, and the links of mails (V7 7.4.3)', async () => {
    const person = await seedStaff()
    const owner = await begin(person)
    await confirmApp(owner)
    await world.seed('delete from totp_factor where person_id = $1', [person.id])
    await world.seed('delete from recovery_code where person_id = $1', [person.id])
    const thief = await begin(person)
    await newBrowser().post('/recover', { email: person.email })
    const link = (await mailsTo(world, person.email)).map(linkIn).find((path) => path.startsWith('/reset/'))
    await owner.post('/account/password', { current: PASSWORD, password: NEW_PASSWORD })
    expect((await thief.get('/signin/enrol')).location).toBe('/signin')
    expect((await newBrowser().get(link ?? '')).status).toBe(410)
  })
})
