import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { addApp, linkIn, mailsTo, NEW_PASSWORD, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function signIn(email: string, password = PASSWORD): Promise<FormBrowser> {
  const browser = newBrowser()
  const shown = await browser.post('/signin', { email, password })
  expect(shown.status).toBe(303)
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

describe('the account page', () => {
  test('changes name and shortcuts, and says so', async () => {
    const person = await seedAccount(world)
    const browser = await signIn(person.email)
    expect((await browser.post('/account/profile', { name: ' ' })).text).toContain('href="#name"')
    const saved = await browser.follow(await browser.post('/account/profile', { name: 'Dana "D" Kim' }))
    expect(saved.text).toContain('Saved.')
    expect(saved.text).toContain('value="Dana &quot;D&quot; Kim"')
    expect(await world.sql('select name, shortcuts from person where id = $1', [person.id])).toEqual([
      { name: 'Dana "D" Kim', shortcuts: false },
    ])
  })

  test('changes the password for whoever knows the old one, ends the other sessions and tells the owner by mail', async () => {
    const person = await seedAccount(world)
    const [browser, other] = [await signIn(person.email), await signIn(person.email)]
    expect(
      (await browser.post('/account/password', { current: NEW_PASSWORD, password: NEW_PASSWORD })).text,
    ).toContain('The current password is not right.')
    expect(
      (await browser.post('/account/password', { current: PASSWORD, password: 'password1234567' })).text,
    ).toContain('easy to guess')
    expect(
      (await browser.post('/account/password', { current: PASSWORD, password: NEW_PASSWORD })).location,
    ).toBe('/account?saved=password')
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, false])
    expect((await newBrowser().post('/signin', { email: person.email, password: PASSWORD })).status).toBe(422)
    await signIn(person.email, NEW_PASSWORD)
    expect((await mailsTo(world, person.email)).map(({ subject }) => subject)).toEqual([
      'Your password was changed',
    ])
  })

  test('lists the sessions and ends one, all others, and never one of somebody else', async () => {
    const [person, stranger] = [await seedAccount(world), await seedAccount(world)]
    const [browser, second, third, foreign] = [
      await signIn(person.email),
      await signIn(person.email),
      await signIn(person.email),
      await signIn(stranger.email),
    ]
    const shown = await browser.get('/account')
    expect([shown.text.match(/\/end"/g)?.length, shown.text.match(/This browser/g)?.length]).toEqual([2, 1])
    const [row] = await world.sql<{ id: string }>(
      `select id from session where token_hash = sha256(convert_to($1, 'UTF8'))`,
      [second.cookie?.split('=')[1]],
    )
    const [theirs] = await world.sql<{ id: string }>('select id from session where person_id = $1', [
      stranger.id,
    ])
    const path = (id = '00000000-0000-7000-8000-000000000000') =>
      `/account/sessions/${publicIdOf('session', id)}/end`
    await browser.post(path(row?.id))
    await browser.post(path(theirs?.id))
    expect(await Promise.all([browser, second, third, foreign].map(isSignedIn))).toEqual([
      true,
      false,
      true,
      true,
    ])
    await browser.post('/account/sessions/end-others')
    expect(await Promise.all([browser, third, foreign].map(isSignedIn))).toEqual([true, false, true])
  })

  test('ends no session for somebody who has not shown for a while who they are (ASVS 7.5.2)', async () => {
    const person = await seedAccount(world)
    const [browser, other] = [await signIn(person.email), await signIn(person.email)]
    const [row] = await world.sql<{ id: string }>(
      `update session set password_at = now() - interval '16 minutes' where token_hash = sha256(convert_to($1, 'UTF8')) returning id`,
      [browser.cookie?.split('=')[1]],
    )
    const [theirs] = await world.sql<{ id: string }>(
      'select id from session where person_id = $1 and id <> $2',
      [person.id, row?.id],
    )
    const one = `/account/sessions/${publicIdOf('session', theirs?.id ?? '')}/end`
    for (const path of [one, '/account/sessions/end-others'])
      expect((await browser.post(path)).location, path).toBe('/step-up?return_to=%2Faccount')
    expect(await isSignedIn(other)).toBe(true)
    await browser.post('/step-up', { password: PASSWORD, return_to: '/account' })
    await browser.post('/account/sessions/end-others')
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, false])
  })

  test('leads whoever is not signed in to sign-in and back', async () => {
    const paths = ['/account', '/account/password', '/account/app', '/account/passkeys/new']
    const led = await Promise.all(paths.map(async (path) => (await newBrowser().get(path)).location))
    expect(led).toEqual(paths.map((path) => `/signin?return_to=${encodeURIComponent(path)}`))
  })
})

describe('a forgotten password', () => {
  test('is asked for with one answer, whether or not the address is known', async () => {
    const person = await seedAccount(world)
    const ask = async (email: string) => {
      const { status, text, headers } = await newBrowser().post('/recover', { email })
      return { status, text: text.replaceAll(email, 'EMAIL'), names: Object.keys(headers).toSorted() }
    }
    expect(await ask(person.email)).toEqual(await ask('nobody@example.test'))
    expect(await mailsTo(world, person.email)).toHaveLength(1)
    expect(await mailsTo(world, 'nobody@example.test')).toHaveLength(0)
  })

  test('is replaced through the mailed link once, ends all sessions and does not go around the second factor', async () => {
    const person = await seedAccount(world)
    await addApp(world, person.id)
    const session = await world.signIn(person.id)
    await newBrowser().post('/recover', { email: person.email })
    const link = linkIn((await mailsTo(world, person.email))[0])
    expect(link).toMatch(/^\/reset\/[A-Za-z0-9_-]{43}$/)
    expect((await newBrowser().get(link)).text).toContain(person.email)
    expect((await newBrowser().post(link, { password: 'too short' })).status).toBe(422)
    const tries = await Promise.all(
      Array.from({ length: 20 }, () => newBrowser().post(link, { password: NEW_PASSWORD })),
    )
    expect(tries.filter(({ status }) => status === 303)).toHaveLength(1)
    // Beyond what hashes passwords at once, a try may also be told to come again.
    expect(tries.every(({ status }) => [303, 410, 503].includes(status))).toBe(true)
    expect((await newBrowser().get(link)).status).toBe(410)
    expect((await world.call(session, 'GET', '/api/v1/me')).statusCode).toBe(401)
    expect(
      (await newBrowser().post('/signin', { email: person.email, password: NEW_PASSWORD })).location,
    ).toBe('/signin/mfa')
  })

  test('is made of no name of an own organisation, as little as one that is changed (ASVS 6.2.11)', async () => {
    const person = await seedAccount(world)
    await world.tenantMember(await world.tenant('Quillhaven Broadband'), person.id)
    const changed = await (
      await signIn(person.email)
    ).post('/account/password', { current: PASSWORD, password: 'Quillhaven-Broadband-26' })
    expect(changed.text).toContain('easy to guess')
    await newBrowser().post('/recover', { email: person.email })
    const link = linkIn((await mailsTo(world, person.email))[0])
    const reset = await newBrowser().post(link, { password: 'Quillhaven-Broadband-26' })
    expect([reset.status, reset.text.includes('easy to guess')]).toEqual([422, true])
    expect((await newBrowser().post(link, { password: NEW_PASSWORD })).status).toBe(303)
  })

  test('is mailed to an address no more often for whoever asks for many links at once (V6 6.1.1)', async () => {
    const person = await seedAccount(world)
    await Promise.all(
      Array.from({ length: 20 }, () => newBrowser().post('/recover', { email: person.email })),
    )
    expect(await mailsTo(world, person.email)).toHaveLength(3)
  })

  test('has a link that ends after 30 minutes, of which three work at most, and another once these are over (V6 6.1.1)', async () => {
    const person = await seedAccount(world)
    for (let ask = 0; ask < 5; ask += 1)
      expect((await newBrowser().post('/recover', { email: person.email })).status).toBe(200)
    const mails = await mailsTo(world, person.email)
    expect(mails).toHaveLength(3)
    const [row] = await world.sql(
      `select extract(epoch from ends_at - created_at)::int as seconds from single_use_token where person_id = $1 limit 1`,
      [person.id],
    )
    expect(row).toEqual({ seconds: 1800 })
    await world.sql(
      `update single_use_token set ends_at = now(), created_at = now() - interval '30 minutes' where person_id = $1`,
      [person.id],
    )
    expect((await newBrowser().post(linkIn(mails[0]), { password: NEW_PASSWORD })).status).toBe(410)
    await newBrowser().post('/recover', { email: person.email })
    const another = linkIn((await mailsTo(world, person.email)).at(-1))
    expect((await newBrowser().post(another, { password: NEW_PASSWORD })).status).toBe(303)
  })

  test('has a link that is useless after the address changed', async () => {
    const person = await seedAccount(world)
    await newBrowser().post('/recover', { email: person.email })
    await world.seed(`update person set email = 'changed.' || email where id = $1`, [person.id])
    expect((await newBrowser().get(linkIn((await mailsTo(world, person.email))[0]))).status).toBe(410)
  })
})
