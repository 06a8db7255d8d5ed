import { encodeId, idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeRealmTokens } from '#platform/credentials/realm-token.ts'
import type { RealmToken } from '#platform/credentials/realm-token.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { linkIn, mailsTo, NEW_PASSWORD, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { openRealm, seedEndUser, signUp } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

const EMAIL = 'same.person@example.test'
const NOBODY: Caller | null = null

interface Realm extends OpenRealm {
  readonly user: IdOf<'end_user'>
  readonly admin: Caller
}

let world: TestWorld
let a: Realm
let b: Realm

async function open(name: string, password: string): Promise<Realm> {
  const realm = await openRealm(world, name)
  const user = await seedEndUser(world, realm, { email: EMAIL })
  if (password !== PASSWORD) {
    const { hashPassword } = await import('#platform/credentials/password-hash.ts')
    await world.seed('update end_user_credential set hash = $2 where end_user_id = $1', [
      user,
      await hashPassword(password),
    ])
  }
  const admin = await world.signInEndUser(await world.endUser(realm.id, { role: 'realm_admin' }))
  return { ...realm, user, admin }
}

beforeAll(async () => {
  world = await TestWorld.start((services) => makeRealmRoutes(services))
  a = await open('Lumen', PASSWORD)
  b = await open('Other', NEW_PASSWORD)
})
afterAll(() => world[Symbol.asyncDispose]())

const signIn = (realm: OpenRealm, password: string, browser = new FormBrowser(world)) =>
  browser.post(`/p/${realm.slug}/sign-in`, { email: EMAIL, password })

/** Says the same but for what names the realm and the request. */
const comparable = (text: string, realm: OpenRealm): string =>
  text
    .replaceAll(realm.slug, 'SLUG')
    .replaceAll(/(Lumen|Other)/g, 'NAME')
    .replaceAll(/req_[A-Za-z0-9_-]+/g, 'REQUEST')
    .replaceAll(/"timestamp":"[^"]+"/g, 'TIME')
    .replaceAll(/exp_[0-9a-z]+/g, 'EXPLAIN')

async function tokenOf(caller: Caller): Promise<string> {
  const answer = await world.call(caller, 'POST', '/api/v1/realm/token')
  expect(answer.statusCode, answer.body).toBe(201)
  return z.object({ access_token: z.string() }).parse(answer.json()).access_token
}

const withToken = (path: string, token: string, headers: Record<string, string> = {}) =>
  world.call(NOBODY, 'GET', path, { headers: { authorization: `Bearer ${token}`, ...headers } })

describe('two realms with one address', () => {
  test('the password of a user of one never opens the other (C9 #1)', async () => {
    expect((await signIn(b, PASSWORD)).status).toBe(422)
    expect((await signIn(a, NEW_PASSWORD)).status).toBe(422)
    expect((await signIn(a, PASSWORD)).location).toBe(`/p/${a.slug}/profile`)
    expect((await signIn(b, NEW_PASSWORD)).location).toBe(`/p/${b.slug}/profile`)
  })

  test('a cookie of one is signed out at the other, under its own and under the other name (C9 #2)', async () => {
    const { cookie } = await world.signInEndUser(a.user)
    const value = cookie?.split('=')[1] ?? ''
    for (const sent of [cookie, `__Host-realm-${b.slug}=${value}`]) {
      const api = await world.call({ cookie: sent }, 'GET', `/p/${b.slug}/userinfo`)
      expect(api.statusCode).toBe(401)
      expect(api.body).not.toContain(EMAIL)
      const named = await world.call({ cookie: sent }, 'GET', '/api/v1/realm/profile', {
        headers: { 'x-realm': b.slug },
      })
      expect(named.statusCode).toBe(401)
      const page = await world.call({ cookie: sent }, 'GET', `/p/${b.slug}/profile`)
      expect(page.headers.location).toContain(`/p/${b.slug}/sign-in`)
    }
    const random = await world.call(
      { cookie: `__Host-realm-${b.slug}=nobody` },
      'GET',
      `/p/${b.slug}/userinfo`,
    )
    const swapped = await world.call(
      { cookie: `__Host-realm-${b.slug}=${value}` },
      'GET',
      `/p/${b.slug}/userinfo`,
    )
    expect(comparable(swapped.body, b)).toBe(comparable(random.body, b))
  })

  test('a token of one issuer is no token at the other, and no forged one is anywhere (C9 #3)', async () => {
    const token = await tokenOf(await world.signInEndUser(a.user))
    const own = await withToken(`/p/${a.slug}/userinfo`, token)
    expect(own.json()).toMatchObject({
      iss: `http://localhost:3000/p/${a.slug}`,
      sub: encodeId('end_user', a.user),
    })
    expect((await withToken('/api/v1/realm/profile', token)).statusCode).toBe(200)
    expect((await withToken(`/p/${b.slug}/userinfo`, token)).statusCode).toBe(401)
    expect((await withToken('/api/v1/realm/profile', token, { 'x-realm': b.slug })).statusCode).toBe(401)
    const { services } = world.app
    const tokens = makeRealmTokens(services.vault, services.publicOrigin)
    const now = Math.floor(Date.now() / 1000)
    const signed = async (change: Partial<RealmToken>, madeAt = now): Promise<string> => {
      const endsAt = madeAt + 600
      const [session] = await world.sql<{ id: string; proof: string }>(
        'select id, access.session_proof(token_hash, $2) as proof from end_user_session where end_user_id = $1 order by created_at desc limit 1',
        [a.user, endsAt],
      )
      const { id = '', proof = '' } = session ?? {}
      const of = { slug: a.slug, userId: a.user, sessionId: idFromUuid('end_user_session', id), keyNumber: 1 }
      return tokens.sign({ ...of, proof, endsAt, ...change }, new Date(madeAt * 1000))
    }
    // Whoever has all of it is let in, or the refusals would say nothing.
    expect((await withToken(`/p/${a.slug}/userinfo`, await signed({}))).statusCode).toBe(200)
    const forged = [
      // B's issuer signs for A's session, and A's for another user, with a key that is none yet, and long ago.
      await signed({ slug: b.slug }),
      await signed({ userId: b.user }),
      await signed({ keyNumber: 2 }),
      await signed({}, 0),
      // The key of the realm signs for a session of which it knows the id alone, or the proof of a shorter token.
      await signed({ proof: 'a'.repeat(64) }),
      await signed({ endsAt: now + 1200 }),
      await new SignJWT({ sid: 'eus_x' })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'realm-1' })
        .setIssuer(tokens.issuer(a.slug))
        .sign(Buffer.from('a secret that somebody guessed, long enough')),
      `${token.slice(0, -4)}AAAA`,
    ]
    for (const text of forged)
      for (const slug of [a.slug, b.slug])
        expect((await withToken(`/p/${slug}/userinfo`, text)).statusCode, text).toBe(401)
    const keys = await Promise.all(
      [a, b].map(({ slug }) => world.call(NOBODY, 'GET', `/p/${slug}/.well-known/jwks.json`)),
    )
    expect(keys[0]?.json()).not.toEqual(keys[1]?.json())
    for (const key of keys) expect(key.body).not.toMatch(/"d":/)
  })

  test('a token ends with its session (C9 #3)', async () => {
    const caller = await world.signInEndUser(a.user)
    const token = await tokenOf(caller)
    await world.sql('update end_user_session set ended_at = now() where end_user_id = $1', [a.user])
    expect((await withToken(`/p/${a.slug}/userinfo`, token)).statusCode).toBe(401)
  })

  test('links in mails work in their own realm alone (C9 #4)', async () => {
    await new FormBrowser(world).post(`/p/${a.slug}/recover`, { email: EMAIL })
    const reset = linkIn((await mailsTo(world, EMAIL)).at(-1))
    const there = await new FormBrowser(world).post(reset.replace(a.slug, b.slug), {
      password: 'never to be set here at all',
    })
    expect(there.status).toBe(410)
    const fresh = 'fresh@example.test'
    await new FormBrowser(world).post(`/p/${a.slug}/sign-up`, { email: fresh })
    const verify = linkIn((await mailsTo(world, fresh)).at(-1))
    const stolen = await new FormBrowser(world).post(verify.replace(a.slug, b.slug), {
      name: 'X',
      password: PASSWORD,
    })
    expect(stolen.status).toBe(410)
    expect(
      await world.sql('select 1 from end_user where partner_id = $1 and email = $2', [b.id, fresh]),
    ).toEqual([])
    expect((await new FormBrowser(world).get(verify)).status).toBe(200)
  })

  test('nobody learns from an answer in which realm an address has an account (C9 #5)', async () => {
    const only = await signUp(world, a.slug, 'only.in.a@example.test').then(() => 'only.in.a@example.test')
    for (const path of ['sign-in', 'recover', 'sign-up']) {
      const texts = []
      for (const realm of [a, b]) {
        const answer = await new FormBrowser(world).post(
          `/p/${realm.slug}/${path}`,
          path === 'sign-in' ? { email: only, password: 'wrong' } : { email: only },
        )
        texts.push(`${answer.status} ${comparable(answer.text, realm)}`)
      }
      expect(texts[0], path).toBe(texts[1])
    }
  })

  test("the id of the other realm's user is the same 404 as a random one, for realm admins and for owners (C9 #6)", async () => {
    const random = publicIdOf('end_user', '01900000-0000-7000-8000-00000000dead')
    const foreign = encodeId('end_user', a.user)
    for (const [caller, base] of [
      [b.admin, '/api/v1/realm/users'],
      [b.owner, '/api/v1/partner/users'],
    ] as const) {
      const pairs = []
      for (const id of [foreign, random]) {
        const read = await world.call(caller, 'GET', `${base}/${id}`)
        const stop = await world.call(caller, 'POST', `${base}/${id}/stop`, {
          body: { reason: 'x' },
          headers: { 'if-match': '"v1"' },
        })
        expect([read.statusCode, stop.statusCode], stop.body).toEqual([404, 404])
        pairs.push(comparable(read.body + stop.body, b))
      }
      expect(pairs[0]).toBe(pairs[1])
    }
    expect(await world.sql('select status from end_user where id = $1', [a.user])).toEqual([
      { status: 'active' },
    ])
  })

  test('the realm of a stopped partner lets nobody in; its sessions and tokens are dead and come back with it (C9 #9)', async () => {
    const caller = await world.signInEndUser(b.user)
    const token = await tokenOf(caller)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [b.id])
    expect((await signIn(b, NEW_PASSWORD)).status).toBe(403)
    expect((await new FormBrowser(world).get(`/p/${b.slug}`)).status).toBe(403)
    expect((await world.call(caller, 'GET', `/p/${b.slug}/userinfo`)).statusCode).toBe(403)
    expect((await withToken(`/p/${b.slug}/userinfo`, token)).statusCode).toBe(403)
    expect((await world.call(b.owner, 'GET', '/api/v1/partner/users')).statusCode).toBe(403)
    await world.seed(`update partner set status = 'active' where id = $1`, [b.id])
    expect((await world.call(caller, 'GET', `/p/${b.slug}/userinfo`)).statusCode).toBe(200)
    expect((await withToken(`/p/${b.slug}/userinfo`, token)).statusCode).toBe(200)
    expect((await signIn(b, NEW_PASSWORD)).location).toBe(`/p/${b.slug}/profile`)
  })

  test('users leave a realm as a file through its realm admin alone (C9 #10)', async () => {
    const file = await world.call(b.admin, 'GET', '/api/v1/realm/users/export')
    expect(file.statusCode, file.body).toBe(200)
    expect(file.body).toContain(EMAIL)
    expect(file.body).not.toContain(encodeId('end_user', a.user))
    const basic = await world.signInEndUser(b.user)
    expect((await world.call(basic, 'GET', '/api/v1/realm/users/export')).statusCode).toBe(403)
    expect((await world.call(b.owner, 'GET', '/api/v1/realm/users/export')).statusCode).toBe(401)
    expect(
      await world.sql(`select 1 from audit_event where action = 'realms.users.export' and partner_id = $1`, [
        b.id,
      ]),
    ).toHaveLength(1)
  })

  test('a person of the portal is nobody in a realm, and an end user nobody in the portal (C9)', async () => {
    expect((await world.call(a.owner, 'GET', `/p/${a.slug}/userinfo`)).statusCode).toBe(401)
    const endUser = await world.signInEndUser(a.user)
    const asPerson = { cookie: `__Host-liaison=${endUser.cookie?.split('=')[1] ?? ''}` }
    for (const caller of [endUser, asPerson])
      expect((await world.call(caller, 'GET', '/api/v1/partner/users')).statusCode).toBe(401)
  })
})
