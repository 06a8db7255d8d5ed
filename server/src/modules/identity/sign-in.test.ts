import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '#platform/credentials/password-hash.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

const PASSWORD = 'violet anchors drift home'
const WRONG = 'nobody has this one at all'

let world: TestWorld
let hash: string
let serial = 0
/** A network of its own for each test, so that no test's failures slow another one down. */
const newIp = () => `198.51.100.${(serial += 1)}`

beforeAll(async () => {
  hash = await hashPassword(PASSWORD)
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPerson(): Promise<SeededPerson> {
  const person = await world.person()
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [person.id, hash])
  return person
}

async function signIn(person: SeededPerson): Promise<FormBrowser> {
  const browser = new FormBrowser(world, newIp())
  const shown = await browser.post('/signin', { email: person.email, password: PASSWORD })
  expect(shown.status).toBe(303)
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

describe('with a password', () => {
  test('a tenant member comes to the own organisation', async () => {
    const person = await seedPerson()
    await world.tenantMember(await world.tenant('Acme'), person.id)
    const browser = await signIn(person)
    expect((await browser.get('/choose')).location).toMatch(/^\/org\/ten_[0-9a-z]{26}\/home$/)
    const events = await world.sql(
      `select action, actor_id, outcome from audit_event where action = 'identity.sign_in' and resource_id = $1`,
      [person.id],
    )
    expect(events).toEqual([{ action: 'identity.sign_in', actor_id: person.id, outcome: 'allowed' }])
  })

  test('the address is taken in any case and with stray spaces', async () => {
    const person = await seedPerson()
    const shown = await new FormBrowser(world, newIp()).post('/signin', {
      email: `  ${person.email.toUpperCase()} `,
      password: PASSWORD,
    })
    expect(shown.status).toBe(303)
  })

  test('a person with several places chooses among all of them', async () => {
    const person = await seedPerson()
    await world.tenantMember(await world.tenant('Acme'), person.id)
    await world.tenantMember(await world.tenant('Beta & Sons'), person.id)
    const shown = await (await signIn(person)).get('/choose')
    expect(shown.status).toBe(200)
    expect(shown.text).toContain('Acme')
    expect(shown.text).toContain('Beta &amp; Sons')
  })

  test('sign-in leads back to where it was asked for, and never to another site', async () => {
    const person = await seedPerson()
    const go = async (returnTo: string) =>
      (
        await new FormBrowser(world, newIp()).post('/signin', {
          email: person.email,
          password: PASSWORD,
          return_to: returnTo,
        })
      ).location
    expect(await go('/links/lnk_1?x=1')).toBe('/links/lnk_1?x=1')
    for (const foreign of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/\nevil',
    ])
      expect(await go(foreign)).toBe('/choose')
  })

  test('whoever signs in to decide is told that nobody gets the password, and nothing leads away from what an application began (U3)', async () => {
    const read = async (returnTo: string) => {
      const { text } = await new FormBrowser(world, newIp()).get(
        `/signin?return_to=${encodeURIComponent(returnTo)}`,
      )
      return {
        heading: /<h1>([^<]*)</.exec(text)?.[1],
        promises: text.includes('never gets your password'),
        ways: ['/recover', '/apply'].filter((path) => text.includes(`href="${path}"`)),
      }
    }
    const deciding = { heading: 'Sign in to Liaison to decide', promises: true }
    expect(await read('/oauth/interaction/abc')).toEqual({ ...deciding, ways: [] })
    expect(await read('/oauth/interaction/abc?lang=fr')).toMatchObject({
      heading: 'Connectez-vous à Liaison pour décider',
      ways: [],
    })
    expect(await read('/links/lnk_1')).toEqual({ ...deciding, ways: ['/recover'] })
    expect(await read('/org/ten_1/home')).toEqual({
      heading: 'Sign in',
      promises: false,
      ways: ['/recover', '/apply'],
    })
  })

  test('the cookie is one that only this host and no script reads', async () => {
    const person = await seedPerson()
    const shown = await new FormBrowser(world, newIp()).post('/signin', {
      email: person.email,
      password: PASSWORD,
    })
    expect(shown.cookies).toHaveLength(1)
    expect(shown.cookies[0]).toMatch(
      /^__Host-liaison=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(
      await world.sql(`select 1 from session where encode(token_hash, 'escape') like $1`, [
        `%${shown.cookies[0]?.slice(15, 40)}%`,
      ]),
    ).toEqual([])
  })

  test('a new sign-in in the same browser has a new token and ends the old session', async () => {
    const person = await seedPerson()
    const browser = await signIn(person)
    const before = browser.cookie
    await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect(browser.cookie).not.toBe(before)
    const old = new FormBrowser(world)
    old.cookie = before
    expect([await isSignedIn(browser), await isSignedIn(old)]).toEqual([true, false])
  })
})

describe('a refusal', () => {
  test('says the same for a wrong password, an unknown address and an inactive person', async () => {
    const [known, inactive] = [await seedPerson(), await seedPerson()]
    await world.seed(`update person set status = 'inactive' where id = $1`, [inactive.id])
    const answer = async (email: string, password: string) => {
      const { status, text, cookies, headers } = await new FormBrowser(world, newIp()).post('/signin', {
        email,
        password,
      })
      const { 'x-request-id': _request, ...compared } = headers
      return {
        status,
        cookies,
        text: text.replaceAll(email, 'EMAIL'),
        names: Object.keys(compared).toSorted(),
      }
    }
    const answers = [
      await answer(known.email, WRONG),
      await answer('nobody@example.test', WRONG),
      await answer(inactive.email, PASSWORD),
    ]
    expect(answers[0]?.status).toBe(422)
    expect(answers[0]?.text).toContain('The e-mail or the password is not right.')
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  test('takes as long for an unknown address as for a wrong password', async () => {
    const known = await seedPerson()
    const measure = async (email: string) => {
      const started = performance.now()
      await new FormBrowser(world, newIp()).post('/signin', { email, password: WRONG })
      return performance.now() - started
    }
    let [existing, unknown, rounds] = [Infinity, Infinity, 0]
    const isFar = () => unknown / existing <= 0.6 || unknown / existing >= 1.6
    // The hash alone takes tens of milliseconds, so leaving it out would halve the time at least. The quickest of each are
    // compared: a busy machine makes an answer later, and none sooner. One that is busy for long gets more rounds.
    while (rounds < 7 || (isFar() && rounds < 40)) {
      rounds += 1
      existing = Math.min(existing, await measure(known.email))
      unknown = Math.min(unknown, await measure(`nobody${rounds}@example.test`))
      await world.sql('delete from sign_in_throttle')
    }
    const ratio = unknown / existing
    expect(ratio).toBeGreaterThan(0.6)
    expect(ratio).toBeLessThan(1.6)
  }, 60_000)

  test('names every missing part at once and keeps what was typed', async () => {
    const shown = await new FormBrowser(world, newIp()).post('/signin', { email: 'dana', password: '' })
    expect(shown.status).toBe(422)
    expect(shown.text).toContain('<title>Error: Sign in')
    expect(shown.text).toContain('href="#email"')
    expect(shown.text).toContain('href="#password"')
    expect(shown.text).toContain('value="dana"')
  })

  test('escapes what was typed', async () => {
    const shown = await new FormBrowser(world, newIp()).post('/signin', {
      email: '"><script>alert(1)</script>',
      password: 'x',
    })
    expect(shown.text).not.toContain('<script')
  })
})

describe('guesses', () => {
  test('are slowed down after five from one network, equally for an address that nobody has, and nobody else waits', async () => {
    const person = await seedPerson()
    for (const email of [person.email, 'nobody.at.all@example.test']) {
      const guesser = new FormBrowser(world, newIp())
      const statuses: number[] = []
      for (let guess = 0; guess < 7; guess += 1)
        statuses.push((await guesser.post('/signin', { email, password: WRONG })).status)
      expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429])
      const shown = await guesser.post('/signin', { email, password: PASSWORD })
      expect([shown.status, Number(shown.headers['retry-after'])]).toEqual([429, 1])
      expect(shown.text).toContain('Nothing is locked.')
    }
    await signIn(person)
  })

  test('wait longer with each failure, and a right password forgets them', async () => {
    const person = await seedPerson()
    const browser = new FormBrowser(world, newIp())
    for (let guess = 0; guess < 5; guess += 1)
      await browser.post('/signin', { email: person.email, password: WRONG })
    await world.sql(`update sign_in_throttle set failures = 9 where key like 'pair:%' and failures = 5`)
    const waiting = await browser.post('/signin', { email: person.email, password: PASSWORD })
    expect(Number(waiting.headers['retry-after'])).toBeGreaterThan(10)
    await world.sql(`update sign_in_throttle set last_failure_at = now() - interval '20 seconds'`)
    expect((await browser.post('/signin', { email: person.email, password: PASSWORD })).status).toBe(303)
    expect((await browser.post('/signin', { email: person.email, password: WRONG })).status).toBe(422)
  })

  test('that come all at once are compared one at a time', async () => {
    const person = await seedPerson()
    const ip = newIp()
    const tries = await Promise.all(
      Array.from({ length: 20 }, () =>
        new FormBrowser(world, ip).post('/signin', { email: person.email, password: WRONG }),
      ),
    )
    expect(tries.every(({ status }) => status === 422 || status === 429)).toBe(true)
    expect(tries.filter(({ status }) => status === 422).length).toBeLessThanOrEqual(5)
  })

  test('leave few events however many they are', async () => {
    const person = await seedPerson()
    for (let guess = 0; guess < 8; guess += 1)
      await new FormBrowser(world, newIp()).post('/signin', { email: person.email, password: WRONG })
    const events = await world.sql(
      `select code, row_count::int as failures from audit_event where action = 'identity.sign_in.failed' and resource_id = $1 order by id`,
      [person.id],
    )
    expect(events).toEqual([1, 2, 4, 8].map((failures) => ({ code: 'PASSWORD_WRONG', failures })))
  })
})

describe('a session', () => {
  test('ends by itself after half an hour without use and twelve hours after sign-in', async () => {
    const person = await seedPerson()
    const [idle, old, fresh] = [await signIn(person), await signIn(person), await signIn(person)]
    const shift = (browser: FormBrowser, set: string) =>
      world.sql(`update session set ${set} where token_hash = sha256(convert_to($1, 'UTF8'))`, [
        browser.cookie?.split('=')[1],
      ])
    const [limits] = await world.sql(
      'select idle_seconds, extract(epoch from ends_at - created_at)::int as seconds from session where person_id = $1',
      [person.id],
    )
    expect(limits).toEqual({ idle_seconds: 1800, seconds: 43_200 })
    await shift(idle, `seen_at = now() - interval '30 minutes'`)
    await shift(old, 'ends_at = now()')
    await shift(fresh, `seen_at = now() - interval '29 minutes', ends_at = now() + interval '1 minute'`)
    expect([await isSignedIn(idle), await isSignedIn(old), await isSignedIn(fresh)]).toEqual([
      false,
      false,
      true,
    ])
  })

  test('ends at sign-out, for whoever has a copy of its cookie too', async () => {
    const person = await seedPerson()
    const browser = await signIn(person)
    const copy = new FormBrowser(world)
    copy.cookie = browser.cookie
    const shown = await browser.post('/signout')
    expect([shown.status, shown.location, browser.cookie]).toEqual([303, '/signin', null])
    expect(await isSignedIn(copy)).toBe(false)
  })

  test('does not outlive that its person is made inactive', async () => {
    const person = await seedPerson()
    const browser = await signIn(person)
    await world.seed(`update person set status = 'inactive' where id = $1`, [person.id])
    expect(await isSignedIn(browser)).toBe(false)
  })
})

describe('every page', () => {
  test('refuses a form that another site sends', async () => {
    const person = await seedPerson()
    const browser = await signIn(person)
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: TEST_ORIGIN, 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ]) {
      expect(
        (await browser.post('/signin', { email: person.email, password: PASSWORD }, headers)).status,
      ).toBe(403)
      expect((await browser.post('/signout', {}, headers)).status).toBe(403)
    }
    expect(await isSignedIn(browser)).toBe(true)
  })

  test('runs no script but the one for passkeys, stands in no frame and is kept by no cache', async () => {
    const person = await seedPerson()
    const browser = await signIn(person)
    for (const path of [
      '/signin',
      '/recover',
      '/account',
      '/account/password',
      '/choose',
      '/signout',
      '/invite/x',
      '/reset/x',
      '/dev/outbox',
    ]) {
      const { headers, text } = await (path === '/signin' ? new FormBrowser(world) : browser).get(path)
      expect({
        path,
        policy: headers['content-security-policy'],
        cache: headers['cache-control'],
        referrer: headers['referrer-policy'],
        scripts: text.match(/<script|style="|\son[a-z]+="/),
        isTitled: /<html lang="en">[^]*<title>[^<]+ · Liaison<\/title>/.test(text),
      }).toEqual({
        path,
        policy:
          "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /policy-reports; report-to policy",
        cache: 'no-store',
        referrer: 'no-referrer',
        scripts: null,
        isTitled: true,
      })
    }
    const passkey = await new FormBrowser(world).get('/signin/passkey')
    expect(passkey.headers['content-security-policy']).toContain("script-src 'self';")
  })

  test('has a look that is served with its address and kept by browsers for a year', async () => {
    const { text } = await new FormBrowser(world).get('/signin/passkey')
    const script = /src="(\/assets\/pages\/passkey\.[^"]+\.js)"/.exec(text)?.[1] ?? ''
    const served = await new FormBrowser(world).get(script)
    expect([served.status, served.headers['content-type'], served.headers['cache-control']]).toEqual([
      200,
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ])
  })
})

test('a hash of other costs is still compared by its own costs', async () => {
  const person = await world.person()
  // Argon2id of the password with 8 MiB, one pass: as an older installation may have stored it.
  const { argon2Sync } = await import('node:crypto')
  const salt = Buffer.from('0123456789abcdef')
  const tag = argon2Sync('argon2id', {
    message: PASSWORD,
    nonce: salt,
    parallelism: 1,
    tagLength: 32,
    memory: 8192,
    passes: 1,
  })
  const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [
    person.id,
    `$argon2id$v=19$m=8192,t=1,p=1$${plain(salt)}$${plain(tag)}`,
  ])
  expect(await isSignedIn(await signIn(person))).toBe(true)
})
