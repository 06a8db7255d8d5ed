import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApp, codeOf, codeOfKey, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import type { Shown } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => {
  serial += 1
  return new FormBrowser(world, `10.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`)
}
/** How often each single use is tried by twenty at once. */
const ROUNDS = attempts(1, 50)
const AT_ONCE = 20
const LONG_MS = patience(20_000)
/** How long a code of an app counts. */
const STEP_SECONDS = 30

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

const stepOfNow = () => Math.floor(Date.now() / 1000 / STEP_SECONDS)

/** Does once more, prepared anew, what a step of the clock ended in the middle of. */
async function withinOneStep<T>(prepare: () => Promise<() => Promise<T>>): Promise<T> {
  const act = await prepare()
  const step = stepOfNow()
  const done = await act()
  return stepOfNow() === step ? done : withinOneStep(prepare)
}

async function signIn(person: SeededPerson, secret: Buffer): Promise<FormBrowser> {
  const browser = await givePassword(person)
  const shown = await browser.post('/signin/mfa', { code: codeOf(secret) })
  expect(shown.status).toBe(303)
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200
const me = async (browser: FormBrowser) =>
  JSON.parse((await browser.get('/api/v1/me')).text) as { person: { factor: string; factor_at: string } }
const fieldOf = (shown: Shown, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(shown.text)?.[1] ?? ''
const codesOf = (shown: Shown) =>
  [...shown.text.matchAll(/<li>([0-9a-z]{5}-[0-9a-z]{5})<\/li>/g)].map(([, code = '']) => code)

describe('the second step', () => {
  test('is needed before anything opens, and completes the sign-in with the factor that was shown', async () => {
    const person = await seedStaff()
    const secret = await addApp(world, person.id)
    const browser = await givePassword(person, '/account')
    expect(await isSignedIn(browser)).toBe(false)
    expect((await browser.get('/account')).location).toMatch(/^\/signin/)
    const half = browser.cookie
    const shown = await browser.post('/signin/mfa', { code: codeOf(secret) })
    expect([shown.status, shown.location]).toEqual([303, '/account'])
    expect(browser.cookie).not.toBe(half)
    expect((await me(browser)).person.factor).toBe('otp')
  })

  test('takes a code of one step before or after, and of no other', async () => {
    const statusOf = async (offset: number) => {
      const answered = await withinOneStep(async () => {
        const person = await seedAccount(world)
        const secret = await addApp(world, person.id)
        const browser = await givePassword(person)
        return () => browser.post('/signin/mfa', { code: codeOf(secret, offset) })
      })
      return answered.status
    }
    const statuses: number[] = []
    for (const steps of [-1, 1, -2.5, 2.5]) statuses.push(await statusOf(steps * STEP_SECONDS))
    expect(statuses).toEqual([303, 303, 422, 422])
  })

  test(
    'takes a code once, however many send it at the same moment',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const person = await seedAccount(world)
        const secret = await addApp(world, person.id)
        const browsers: FormBrowser[] = []
        while (browsers.length < AT_ONCE) browsers.push(await givePassword(person))
        const code = codeOf(secret)
        const shown = await Promise.all(browsers.map((browser) => browser.post('/signin/mfa', { code })))
        expect(shown.filter(({ status }) => status === 303)).toHaveLength(1)
        expect(await world.sql('select 1 from session where person_id = $1', [person.id])).toHaveLength(1)
      }
      tellFigures([{ name: 'uses of one code of an app', count: ROUNDS * AT_ONCE }])
    },
    LONG_MS,
  )

  test('takes one half-finished sign-in once', async () => {
    const person = await seedAccount(world)
    const secret = await addApp(world, person.id)
    const browser = await givePassword(person)
    const copy = newBrowser()
    copy.cookie = browser.cookie
    await browser.post('/signin/mfa', { code: codeOf(secret) })
    expect((await copy.post('/signin/mfa', { code: codeOf(secret, STEP_SECONDS) })).location).toBe('/signin')
    expect(await isSignedIn(copy)).toBe(false)
  })

  test('takes one step of the clock once, even from 50 transactions at once', async () => {
    const person = await seedAccount(world)
    await addApp(world, person.id)
    const take = () =>
      world.sqlAs(
        'liaison_auth',
        'update totp_factor set last_step = 7 where person_id = $1 and last_step < 7 returning 1',
        [person.id],
      )
    const taken = await Promise.all(Array.from({ length: 50 }, take))
    expect(taken.filter((rows) => rows.length === 1)).toHaveLength(1)
  })

  test('slows guesses down and goes on afterwards', async () => {
    const person = await seedAccount(world)
    const secret = await addApp(world, person.id)
    const browser = await givePassword(person)
    const statuses: number[] = []
    for (let guess = 0; guess < 6; guess += 1)
      statuses.push((await browser.post('/signin/mfa', { code: '000000' })).status)
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    await world.sql(`update sign_in_throttle set last_failure_at = now() - interval '20 minutes'`)
    expect((await browser.post('/signin/mfa', { code: codeOf(secret) })).status).toBe(303)
  })

  test('keeps the seed of an app unreadable in the database', async () => {
    const person = await seedAccount(world)
    const secret = await addApp(world, person.id)
    const [row] = await world.sql<{ secret: Buffer }>('select secret from totp_factor where person_id = $1', [
      person.id,
    ])
    expect(row?.secret.includes(secret)).toBe(false)
  })
})

describe('setting up a second factor', () => {
  test('is what a partner member without one does before the first session', async () => {
    const person = await seedStaff()
    const browser = await givePassword(person)
    const page = await browser
      .follow(await browser.get('/signin/mfa'))
      .then(() => browser.get('/signin/enrol'))
    expect(page.text).toContain('<svg class="qr"')
    expect(page.text).not.toContain('Not now')
    expect((await browser.post('/signin/enrol/skip')).location).toBe('/signin/enrol')
    const key = /class="secret">([A-Z2-7 ]+)</.exec(page.text)?.[1] ?? ''
    const code = codeOfKey(key)
    const wrong = await browser.post('/signin/enrol', { offer: fieldOf(page, 'offer'), code: '123' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain(
      page.text.slice(page.text.indexOf('class="secret">'), page.text.indexOf('class="secret">') + 50),
    )
    const codes = await browser.post('/signin/enrol', { offer: fieldOf(wrong, 'offer'), code })
    expect(codesOf(codes)).toHaveLength(10)
    expect((await me(browser)).person.factor).toBe('otp')
    expect((await browser.post('/signin/enrol', { offer: fieldOf(page, 'offer'), code })).location).toBe(
      '/signin',
    )
  })

  test('does not take a seed that was offered to somebody else', async () => {
    const [one, other] = [await seedStaff(), await seedStaff()]
    const offered = await (await givePassword(one)).get('/signin/enrol')
    const key = /class="secret">([A-Z2-7 ]+)</.exec(offered.text)?.[1] ?? ''
    const browser = await givePassword(other)
    const shown = await browser.post('/signin/enrol', {
      offer: fieldOf(offered, 'offer'),
      code: codeOfKey(key),
    })
    expect(shown.status).toBe(422)
    expect(await world.sql('select 1 from totp_factor where person_id = $1', [other.id])).toEqual([])
  })
})

describe('recovery codes', () => {
  test('stand in for the app, each once, and new ones replace the old', async () => {
    const person = await seedStaff()
    const secret = await addApp(world, person.id)
    const browser = await signIn(person, secret)
    const codes = codesOf(await browser.post('/account/codes'))
    expect(codes).toHaveLength(10)
    const [first = '', second = ''] = codes
    const use = async (code: string) =>
      (await (await givePassword(person)).post('/signin/mfa', { code })).status
    expect(await use(first.toUpperCase().replace('-', ' '))).toBe(303)
    expect(await use(first)).toBe(422)
    await browser.post('/account/codes')
    expect(await use(second)).toBe(422)
    expect(
      await world.sql(
        'select count(*)::int as left from recovery_code where person_id = $1 and used_at is null',
        [person.id],
      ),
    ).toEqual([{ left: 10 }])
  })

  test(
    'work for one of twenty who send the same at once',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const person = await seedAccount(world)
        const secret = await addApp(world, person.id)
        const [code = ''] = codesOf(await (await signIn(person, secret)).post('/account/codes'))
        const browsers: FormBrowser[] = []
        while (browsers.length < AT_ONCE) browsers.push(await givePassword(person))
        const shown = await Promise.all(browsers.map((browser) => browser.post('/signin/mfa', { code })))
        expect(shown.filter(({ status }) => status === 303)).toHaveLength(1)
      }
      tellFigures([{ name: 'uses of one recovery code', count: ROUNDS * AT_ONCE }])
    },
    LONG_MS,
  )
})

describe('stepping up', () => {
  test('shows the factor again, gives a new token and keeps the end of the session', async () => {
    const person = await seedStaff()
    const secret = await addApp(world, person.id)
    const browser = await signIn(person, secret)
    const before = browser.cookie
    await world.sql(
      `update session set factor_at = now() - interval '1 hour', created_at = now() - interval '2 hours', ends_at = now() + interval '3 hours' where person_id = $1`,
      [person.id],
    )
    expect((await browser.post('/account/codes')).location).toBe('/step-up?return_to=%2Faccount')
    expect((await browser.post('/step-up', { code: '000000', return_to: '/account' })).status).toBe(422)
    const shown = await browser.post('/step-up', {
      code: codeOf(secret, STEP_SECONDS),
      return_to: '/account',
    })
    expect([shown.status, shown.location]).toEqual([303, '/account'])
    expect(browser.cookie).not.toBe(before)
    const old = newBrowser()
    old.cookie = before
    expect([await isSignedIn(browser), await isSignedIn(old)]).toEqual([true, false])
    const [row] = await world.sql(
      `select ends_at between now() + interval '179 minutes' and now() + interval '180 minutes' as same_end, factor_at > now() - interval '1 minute' as fresh from session where person_id = $1 and ended_at is null`,
      [person.id],
    )
    expect(row).toEqual({ same_end: true, fresh: true })
    expect((await browser.post('/account/codes')).status).toBe(200)
  })

  test('asks for the password of a person without a factor, then offers to set one up', async () => {
    const person = await seedAccount(world)
    const browser = await givePassword(person)
    expect(
      (await browser.post('/step-up', { password: 'something else entirely', return_to: '/links/x' })).status,
    ).toBe(422)
    const shown = await browser.post('/step-up', { password: PASSWORD, return_to: '/links/x' })
    expect(shown.location).toBe('/account/app?return_to=%2Flinks%2Fx')
    expect((await browser.get(shown.location ?? '')).text).toContain('href="/links/x"')
  })

  test('made beside an open page ends on a page that says so, by factor or by password', async () => {
    const person = await seedStaff()
    const secret = await addApp(world, person.id)
    const browser = await signIn(person, secret)
    const shown = await browser.post('/step-up', {
      code: codeOf(secret, STEP_SECONDS),
      return_to: '/step-up/done',
    })
    expect([shown.status, shown.location]).toEqual([303, '/step-up/done'])
    expect((await browser.get('/step-up/done')).text).toContain('Close this window and go on where you were.')
    const plain = await givePassword(await seedAccount(world))
    const offered = await plain.post('/step-up', { password: PASSWORD, return_to: '/step-up/done' })
    expect((await plain.get(offered.location ?? '')).text).toContain('href="/step-up/done"')
  })

  test('leads a stranger to sign-in and back', async () => {
    expect((await newBrowser().get('/step-up?return_to=%2Faccount')).location).toBe(
      '/signin?return_to=%2Faccount',
    )
  })
})
