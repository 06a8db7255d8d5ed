import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '#platform/credentials/password-hash.ts'
import { makePasswordHasher } from '#platform/credentials/password-hasher.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import { mailsTo, linkIn, NEW_PASSWORD, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { configure, openRealm, seedEndUser, signUp } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

let world: TestWorld
let realm: OpenRealm
const work = { hashes: 0, comparisons: 0 }
let serial = 0
const address = () => `visitor.${(serial += 1)}@example.test`

function countingHasher(): PasswordHasher {
  const hasher = makePasswordHasher(2)
  return {
    hash: (password) => {
      work.hashes += 1
      return hasher.hash(password)
    },
    verify: (password, hash) => {
      work.comparisons += 1
      return hasher.verify(password, hash)
    },
  }
}

beforeAll(async () => {
  await hashPassword(PASSWORD)
  world = await TestWorld.start((services) => makeRealmRoutes(services, { hasher: countingHasher() }))
  realm = await openRealm(world, 'Lumen')
})
afterAll(() => world[Symbol.asyncDispose]())

const at = (path = '') => `/p/${realm.slug}${path === '' ? '' : `/${path}`}`

describe('signing up', () => {
  test('confirms the address first, then makes a guest who is signed in to its own profile (C9)', async () => {
    const email = address()
    const browser = await signUp(world, realm.slug, email)
    const profile = await browser.get(at('profile'))
    expect(profile.status, profile.text).toBe(200)
    expect(profile.text).toContain(email)
    expect(profile.text).toContain('Guest')
    expect(profile.text).not.toMatch(/Liaison|<script/)
    const [row] = await world.sql('select role, status from end_user where email = $1', [email])
    expect(row).toEqual({ role: 'guest', status: 'active' })
  })

  test('makes no account before the link is opened, and its link works once (C9)', async () => {
    const email = address()
    const browser = new FormBrowser(world)
    await browser.post(at('sign-up'), { email })
    expect(await world.sql('select 1 from end_user where email = $1', [email])).toEqual([])
    const path = linkIn((await mailsTo(world, email))[0])
    await browser.post(path, { name: 'One', password: PASSWORD })
    const again = await new FormBrowser(world).post(path, { name: 'Two', password: NEW_PASSWORD })
    expect(again.status).toBe(410)
    expect(await world.sql('select name from end_user where email = $1', [email])).toEqual([{ name: 'One' }])
  })

  test('answers a known and an unknown address the same, with the same work (C9)', async () => {
    const [known, unknown] = [address(), address()]
    await seedEndUser(world, realm, { email: known })
    const before = { ...work }
    const pages = await Promise.all(
      [known, unknown].map((email) => new FormBrowser(world).post(at('sign-up'), { email })),
    )
    const texts = pages.map(({ text }, index) => text.replaceAll([known, unknown][index] ?? '', 'ADDRESS'))
    expect(texts[0]).toBe(texts[1])
    expect(work).toEqual(before)
    for (const email of [known, unknown]) {
      expect(await mailsTo(world, email)).toHaveLength(1)
      expect(await world.sql('select 1 from end_user_token where email = $1', [email])).toHaveLength(1)
    }
  })

  test('of one address many times at once makes one user (C9)', async () => {
    const email = address()
    for (let round = 0; round < 3; round += 1) await new FormBrowser(world).post(at('sign-up'), { email })
    const links = (await mailsTo(world, email)).map(linkIn)
    expect(links).toHaveLength(3)
    const answers = await Promise.all(
      links.map((path, index) =>
        new FormBrowser(world, `127.0.0.${index + 2}`).post(path, { name: `N${index}`, password: PASSWORD }),
      ),
    )
    expect(answers.filter(({ location }) => location === at('profile'))).toHaveLength(1)
    expect(await world.sql('select 1 from end_user where email = $1', [email])).toHaveLength(1)
  })

  test('is closed where the partner lets people in by invitation only (C2, C9)', async () => {
    const own = await openRealm(world, 'Inviting')
    await configure(world, own.id, { policies: { sign_up: 'invite' } })
    const answer = await new FormBrowser(world).post(`/p/${own.slug}/sign-up`, { email: address() })
    expect(answer.status).toBe(403)
    expect(await world.sql('select 1 from end_user_token where partner_id = $1', [own.id])).toEqual([])
  })

  test('that began before the partner closed it makes no account; an invitation does (C2, C9)', async () => {
    const own = await openRealm(world, 'Closing')
    const email = address()
    await new FormBrowser(world).post(`/p/${own.slug}/sign-up`, { email })
    const [path = ''] = (await mailsTo(world, email)).map(linkIn)
    await configure(world, own.id, { policies: { sign_up: 'invite' } })
    expect((await new FormBrowser(world).get(path)).status).toBe(403)
    expect((await new FormBrowser(world).post(path, { name: 'Late', password: PASSWORD })).status).toBe(403)
    expect(await world.sql('select 1 from end_user where partner_id = $1', [own.id])).toEqual([])
    await configure(world, own.id, { policies: { sign_up: 'open' } })
    expect((await new FormBrowser(world).get(path)).status).toBe(200)
  })
})

describe('signing in', () => {
  test('gives a new session under a cookie of this realm alone, whatever cookie came along (C9)', async () => {
    const email = address()
    await seedEndUser(world, realm, { email })
    const browser = new FormBrowser(world)
    browser.cookie = `__Host-realm-${realm.slug}=chosen-by-an-attacker`
    const answer = await browser.post(at('sign-in'), { email, password: PASSWORD })
    expect(answer.location).toBe(at('profile'))
    expect(answer.cookies).toHaveLength(1)
    expect(answer.cookies[0]).toMatch(
      new RegExp(`^__Host-realm-${realm.slug}=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; Secure; SameSite=Lax$`),
    )
    expect((await browser.get(at('profile'))).status).toBe(200)
  })

  test('does the same work for a wrong password and for nobody, and says the same (C9)', async () => {
    const email = address()
    await seedEndUser(world, realm, { email })
    const answers = []
    for (const tried of [email, address()]) {
      const before = work.comparisons
      const answer = await new FormBrowser(world).post(at('sign-in'), { email: tried, password: 'wrong' })
      expect(work.comparisons - before).toBe(1)
      answers.push({ status: answer.status, text: answer.text.replaceAll(tried, 'ADDRESS') })
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.status).toBe(422)
  })

  test('slows guesses at one account down, in this realm alone (C9)', async () => {
    const email = address()
    const other = await openRealm(world, 'Elsewhere')
    await seedEndUser(world, realm, { email })
    await seedEndUser(world, other, { email })
    const statuses: number[] = []
    for (let guess = 0; guess < 7; guess += 1)
      statuses.push(
        (await new FormBrowser(world, '192.0.2.9').post(at('sign-in'), { email, password: `wrong ${guess}` }))
          .status,
      )
    expect(statuses.at(-1)).toBe(429)
    const there = await new FormBrowser(world, '192.0.2.9').post(`/p/${other.slug}/sign-in`, {
      email,
      password: PASSWORD,
    })
    expect(there.location).toBe(`/p/${other.slug}/profile`)
  })

  test('keeps nobody waiting for guesses of strangers from elsewhere where they have signed in before (C9, access.md section 5)', async () => {
    const email = address()
    await seedEndUser(world, realm, { email })
    const tryFrom = async (ip: string, password: string) =>
      (await new FormBrowser(world, ip).post(at('sign-in'), { email, password })).status
    expect(await tryFrom('198.51.100.71', PASSWORD)).toBe(303)
    expect(await tryFrom('192.0.2.71', 'wrong')).toBe(422)
    await world.sql(
      `update sign_in_throttle set failures = 5000, last_failure_at = now() where key like 'realm:%:account:%'`,
    )
    expect(await tryFrom('192.0.2.72', PASSWORD)).toBe(429)
    expect(await tryFrom('198.51.100.71', PASSWORD)).toBe(303)
  })

  test('ends the oldest sessions beyond the number that the partner allows (C5)', async () => {
    const own = await openRealm(world, 'Narrow')
    await configure(world, own.id, { sessions: { end_users: { basic: { max_concurrent: 2 } } } })
    const email = address()
    await seedEndUser(world, own, { email })
    const browsers = [new FormBrowser(world), new FormBrowser(world), new FormBrowser(world)]
    for (const browser of browsers)
      await browser.post(`/p/${own.slug}/sign-in`, { email, password: PASSWORD })
    const statuses = []
    for (const browser of browsers) statuses.push((await browser.get(`/p/${own.slug}/profile`)).status)
    expect(statuses).toEqual([303, 200, 200])
  })

  test('leads a page that asks for it back to where it came from, and nowhere else (C9)', async () => {
    const email = address()
    await seedEndUser(world, realm, { email })
    const browser = new FormBrowser(world)
    const asked = await browser.get(at('profile'))
    expect(asked.location).toBe(`${at('sign-in')}?return_to=${encodeURIComponent(at('profile'))}`)
    for (const path of [
      'https://evil.example/',
      '//evil.example',
      '/account',
      `/p/${realm.slug}/../../account`,
    ]) {
      const answer = await new FormBrowser(world).post(at('sign-in'), {
        email,
        password: PASSWORD,
        return_to: path,
      })
      expect(answer.location).toBe(at('profile'))
    }
  })

  test('out ends the session at once, and takes the cookie away', async () => {
    const email = address()
    await seedEndUser(world, realm, { email })
    const browser = new FormBrowser(world)
    await browser.post(at('sign-in'), { email, password: PASSWORD })
    const kept = browser.cookie
    await browser.post(at('sign-out'))
    expect(browser.cookie).toBeNull()
    browser.cookie = kept
    expect((await browser.get(at('profile'))).status).toBe(303)
  })
})

describe('the own secrets', () => {
  async function signedIn(): Promise<{ browser: FormBrowser; email: string }> {
    const email = address()
    await seedEndUser(world, realm, { email })
    const browser = new FormBrowser(world)
    await browser.post(at('sign-in'), { email, password: PASSWORD })
    return { browser, email }
  }

  test('a reset ends all sessions and gives another password, once (C9)', async () => {
    const { browser, email } = await signedIn()
    await new FormBrowser(world).post(at('recover'), { email })
    const path = linkIn((await mailsTo(world, email)).at(-1))
    const visitor = new FormBrowser(world)
    expect((await visitor.post(path, { password: NEW_PASSWORD })).location).toBe(at('sign-in?done=password'))
    expect((await browser.get(at('profile'))).status).toBe(303)
    expect((await visitor.post(path, { password: PASSWORD })).status).toBe(410)
    const again = await visitor.post(at('sign-in'), { email, password: NEW_PASSWORD })
    expect(again.location).toBe(at('profile'))
  })

  test('a password changes only with the old one, ends the other sessions, and gives this one another token (ASVS 7.2.4)', async () => {
    const { browser, email } = await signedIn()
    const [other, copy] = [new FormBrowser(world), new FormBrowser(world)]
    copy.cookie = browser.cookie
    await other.post(at('sign-in'), { email, password: PASSWORD })
    const wrong = await browser.post(at('password'), { current: 'wrong', password: NEW_PASSWORD })
    expect(wrong.status).toBe(422)
    const named = 'Lumen-Lumen-2026-welcome'
    // The name of the realm's own partner counts for nothing (ASVS 6.2.11).
    expect((await browser.post(at('password'), { current: PASSWORD, password: named })).text).toContain(
      'easy to guess',
    )
    const right = await browser.post(at('password'), { current: PASSWORD, password: NEW_PASSWORD })
    expect(right.location).toBe(at('profile?saved=password'))
    expect((await browser.get(at('profile'))).status).toBe(200)
    expect((await other.get(at('profile'))).status).toBe(303)
    expect((await copy.get(at('profile'))).status).toBe(303)
  })

  test('an address changes only when its new owner opens the link while signed in', async () => {
    const { browser } = await signedIn()
    const fresh = address()
    await browser.post(at('address'), { current: PASSWORD, email: fresh })
    const path = linkIn((await mailsTo(world, fresh)).at(-1))
    expect((await new FormBrowser(world).post(path)).status).toBe(410)
    expect((await browser.post(path)).location).toBe(at('profile?saved=address'))
    expect((await browser.get(at('profile'))).text).toContain(fresh)
  })

  test('an account that is deleted leaves no row behind but the log, which names nobody (C9)', async () => {
    const { browser, email } = await signedIn()
    const [user] = await world.sql<{ id: string }>('select id from end_user where email = $1', [email])
    const answer = await browser.post(at('delete'), { current: PASSWORD })
    expect(answer.status, answer.text).toBe(200)
    for (const table of ['end_user', 'end_user_session', 'end_user_credential'])
      expect(
        await world.sql(`select 1 from ${table} where ${table === 'end_user' ? 'id' : 'end_user_id'} = $1`, [
          user?.id,
        ]),
      ).toEqual([])
    const events = await world.sql(`select e::text as text from audit_event e where resource_id = $1`, [
      user?.id,
    ])
    expect(events.length).toBeGreaterThan(1)
    for (const { text } of events) expect(text).not.toContain(email)
  })

  test('a change that another site sends is refused (CSRF)', async () => {
    const { browser } = await signedIn()
    const answer = await browser.post(at('profile'), { name: 'Mallory' }, { origin: 'https://evil.example' })
    expect(answer.status).toBe(403)
  })
})

describe('the pages', () => {
  test('wear the colours and the name of their partner, from a stylesheet that holds nothing else (C9)', async () => {
    const bright = await openRealm(world, 'Bright')
    await configure(world, bright.id, { branding: { display_name: 'Bright & Co', primary_color: '#b3261e' } })
    const browser = new FormBrowser(world)
    const [front, css, plain] = [
      await browser.get(`/p/${bright.slug}`),
      await browser.get(`/p/${bright.slug}/look.css`),
      await browser.get(at('look.css')),
    ]
    expect(front.text).toContain('Bright &amp; Co')
    expect(css.headers['content-type']).toMatch('text/css')
    expect(css.text).toContain('#b3261e')
    expect(plain.text).not.toContain('#b3261e')
    expect(front.headers['content-security-policy']).toMatch("style-src 'self'")
  })

  test('mail from under the name of the brand that they show, to whoever signs up, is known or sets a new password (C9)', async () => {
    const bright = await openRealm(world, 'Bright')
    await configure(world, bright.id, { branding: { display_name: 'Bright & Co' } })
    const [email, known] = [address(), address()]
    await seedEndUser(world, bright, { email: known })
    const browser = new FormBrowser(world)
    await browser.post(`/p/${bright.slug}/sign-up`, { email })
    await browser.post(`/p/${bright.slug}/sign-up`, { email: known })
    await browser.post(`/p/${bright.slug}/recover`, { email: known })
    const sent = await world.sql(
      `select payload ->> 'subject' as subject, payload ->> 'sender_name' as sender from outbox
       where topic = 'mail' and payload ->> 'to' in ($1, $2) order by id`,
      [email, known],
    )
    expect(sent).toEqual([
      { subject: 'Finish signing up to Bright & Co', sender: 'Bright & Co' },
      { subject: 'You already have an account at Bright & Co', sender: 'Bright & Co' },
      { subject: 'Set a new password for Bright & Co', sender: 'Bright & Co' },
    ])
  })

  test.each(['Lumen\n\nYour account is locked', 'Lumen https://evil.example', 'help@evil.example', '   '])(
    'mail from under the own name of a partner whose brand is no name: %j (C9)',
    async (name) => {
      const bright = await openRealm(world, 'Bright')
      await configure(world, bright.id, { branding: { display_name: name } })
      const email = address()
      await new FormBrowser(world).post(`/p/${bright.slug}/sign-up`, { email })
      const [sent] = await world.sql(
        `select payload ->> 'sender_name' as sender, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1`,
        [email],
      )
      expect(sent).toMatchObject({ sender: 'Bright' })
      expect(JSON.stringify(sent)).not.toMatch(/evil|locked/)
    },
  )

  test('of a realm that there is none of do not exist', async () => {
    expect((await new FormBrowser(world).get('/p/no-such-realm')).status).toBe(404)
  })
})
