import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FormBrowser } from '#testing/form-browser.ts'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import {
  act,
  addGuest,
  openRealmScene,
  OWN,
  publicUserId,
  readBack,
  STATED,
  submit,
  verify,
} from '#testing/identity-check-acts.ts'
import type { RealmScene } from '#testing/identity-check-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityCheckRoutes, runIdentityCheckClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeIdentityCheckRoutes(services), ...makeRealmRoutes(services)],
    { isDemo: true },
  )
})
afterAll(() => world[Symbol.asyncDispose]())

async function open() {
  const scene = await openRealmScene(world)
  const browser = new FormBrowser(world)
  browser.cookie = scene.guest.caller.cookie
  return { scene, browser, path: `/p/${scene.slug}/identity-check` }
}

const idOf = async (caller: Parameters<TestWorld['call']>[0]) =>
  String((await world.call(caller, 'GET', OWN)).json().check.identity_check_id)

describe('the pages of an identity check', () => {
  test('lead a guest from the beginning to a basic account without script, each step after a redirect (C8)', async () => {
    const { scene, browser, path } = await open()
    const first = await browser.get(path)
    expect([first.status, first.text.includes('Confirm who you are to choose a plan')]).toEqual([200, true])
    const begun = await browser.post(`${path}/begin`)
    expect([begun.status, begun.location]).toEqual([303, path])
    expect((await browser.follow(begun)).text).toContain('<h1>Confirm your identity</h1>')
    const faulty = await browser.post(path, {
      ...STATED,
      legal_name: '',
      birth_date: '2999-01-01',
      document_kind: 'selfie',
    })
    expect(faulty.status).toBe(422)
    for (const field of ['legal_name', 'birth_date', 'document_kind'])
      expect(faulty.text).toContain(`<a href="#${field}">`)
    expect(faulty.text).toContain(`value="${STATED.document_number}"`)
    const sent = await browser.follow(await browser.post(path, STATED))
    expect(sent.text).toContain('Your identity is being checked')
    expect(sent.text).not.toContain(STATED.document_number)
    const id = await idOf(scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    await act(world, scene.first.caller, `${id}/ask-again`, {
      reasons: ['document_expired'],
      message: '<b>Sorry</b>',
    })
    const again = await browser.get(path)
    expect(again.text).toContain('Use a document that is valid today.')
    expect(again.text).toContain('&lt;b&gt;Sorry&lt;/b&gt;')
    await browser.post(path, { ...STATED, document_number: 'NEW1' })
    await verify(world, scene, id)
    expect((await browser.get(path)).text).toContain('Your identity is confirmed until')
    expect(await readBack(world, scene, id)).toMatchObject({ role: 'basic', state: 'verified' })
  })

  test('say after a rejection why, let begin anew, and take an open check back (C8)', async () => {
    const { scene, browser, path } = await open()
    await browser.post(`${path}/begin`)
    await browser.post(path, STATED)
    const id = await idOf(scene.guest.caller)
    await act(world, scene.first.caller, `${id}/take`)
    await act(world, scene.first.caller, `${id}/reject`, { reasons: ['under_age'] })
    const shown = await browser.get(path)
    expect(shown.text).toContain('You are younger than this service allows.')
    await browser.post(`${path}/begin`)
    // A second press, and one that comes too late, lead to how things stand.
    expect((await browser.post(`${path}/begin`)).status).toBe(303)
    expect((await browser.follow(await browser.post(`${path}/cancel`))).text).toContain('was taken back')
    expect((await browser.post(`${path}/cancel`)).status).toBe(303)
  })

  test('say of a withdrawn check what its mail says: whoever has an earlier confirmation that counts is no guest (C8)', async () => {
    const { scene, browser, path } = await open()
    const id = await submit(world, scene.guest.caller)
    await verify(world, scene, id)
    await world.seed(`update kyc_case set expires_at = now() + interval '10 days' where id = $1`, [
      decodeId('identity_check', id),
    ])
    const renewed = await submit(world, scene.guest.caller)
    await verify(world, scene, renewed)
    const withdraw = (check: string) =>
      act(world, scene.first.caller, `${check}/revoke`, { reasons: ['suspected_misuse'] })
    await withdraw(renewed)
    const kept = (await browser.get(path)).text
    expect(kept).toContain('An earlier confirmation counts until')
    expect(kept).not.toContain('that of a guest again')
    await withdraw(id)
    expect((await readBack(world, scene, id))?.role).toBe('guest')
    expect((await browser.get(path)).text).toContain('Your account is that of a guest again.')
  })

  test('open to nobody from another realm, without a session, or by a form of another site (C8, C9)', async () => {
    const { browser, path } = await open()
    const other = await open()
    const stranger = new FormBrowser(world)
    stranger.cookie = other.browser.cookie
    for (const outsider of [stranger, new FormBrowser(world)]) {
      const shown = await outsider.get(path)
      expect([shown.status, shown.location?.startsWith(`/p/${path.split('/')[2]}/sign-in`)]).toEqual([
        303,
        true,
      ])
      expect((await outsider.post(`${path}/begin`)).status).not.toBe(200)
    }
    expect(
      (
        await browser.post(
          `${path}/begin`,
          {},
          { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
        )
      ).status,
    ).toBe(403)
    const friend = await addGuest(world, other.scene.partner)
    stranger.cookie = friend.caller.cookie
    expect((await stranger.get(other.path)).text).not.toContain('being checked')
  })
})

describe('what becomes of an account', () => {
  const clock = () => runIdentityCheckClock({ database: world.database, publicOrigin: 'http://l' })
  const shift = (id: string, change: string) =>
    world.seed(`update kyc_case set ${change} where id = $1`, [decodeId('identity_check', id)])

  const mailOfEnd = async (scene: RealmScene, id: string) => {
    const mails = await world.sql<{ text: string }>(
      `select payload ->> 'text' as text from outbox join end_user u on u.email = payload ->> 'to'
       where topic = 'mail' and u.id = $1 and payload ->> 'text' like '%' || $2 || '%' and payload ->> 'subject' ~ 'run out|withdrawn'`,
      [scene.guest.id, id],
    )
    return mails[0]?.text
  }

  test('somebody whose earlier verification ends is told of it as it stands: nothing that was renewed, and no guest who is none (C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await verify(world, scene, id)
    await shift(id, `expires_at = now() + interval '10 days'`)
    const renewed = await submit(world, scene.guest.caller)
    await verify(world, scene, renewed)
    const newest = await mailOfEnd(scene, renewed)
    await act(world, scene.first.caller, `${renewed}/revoke`, { reasons: ['other'] })
    const revoked = await mailOfEnd(scene, renewed)
    expect([newest, revoked]).toEqual([undefined, expect.stringContaining('earlier confirmation')])
    expect(revoked).not.toContain('guest')
    const again = await submit(world, scene.guest.caller)
    await verify(world, scene, again)
    await shift(id, `expires_at = now() - interval '1 second'`)
    await clock()
    expect(await readBack(world, scene, id)).toMatchObject({ role: 'basic', state: 'expired' })
    expect(await mailOfEnd(scene, id)).toBeUndefined()
    await shift(again, `expires_at = now() - interval '1 second'`)
    await clock()
    expect(await mailOfEnd(scene, again)).toContain('guest')
  })

  test('ends without a mail that leads to a user base which is shut, as that of a partner that was stopped is (C1, C8)', async () => {
    const scene = await openRealmScene(world)
    const id = await submit(world, scene.guest.caller)
    await verify(world, scene, id)
    await shift(id, `expires_at = now() - interval '1 second'`)
    await world.seed(`update partner set status = 'terminated' where id = $1`, [scene.partner])
    await clock()
    expect(await readBack(world, scene, id)).toMatchObject({ role: 'guest', state: 'expired' })
    expect(await mailOfEnd(scene, id)).toBeUndefined()
  })

  test('a check gives back no role that somebody took away while it was under way (C4, C8)', async () => {
    for (const [lowered, after] of [
      ['basic', 'basic'],
      ['guest', 'basic'],
    ]) {
      const scene = await openRealmScene(world)
      const path = `/api/v1/partner/users/${publicUserId(scene.guest.id)}/role`
      const give = async (role: string | undefined) => {
        const [row] = await world.sql<{ version: number }>('select version from end_user where id = $1', [
          scene.guest.id,
        ])
        return world.call(scene.first.caller, 'POST', path, {
          body: { role, reason: 'A test' },
          headers: { 'if-match': `"v${row?.version}"` },
        })
      }
      const first = await submit(world, scene.guest.caller)
      await verify(world, scene, first)
      expect((await give('company')).statusCode).toBe(200)
      await shift(first, `expires_at = now() + interval '10 days'`)
      const id = await submit(world, scene.guest.caller)
      expect((await give(lowered)).json()).toMatchObject({ role: lowered })
      await shift(first, `expires_at = now() - interval '1 second'`)
      await clock()
      await verify(world, scene, id)
      expect(await readBack(world, scene, id)).toMatchObject({ role: after, state: 'verified' })
    }
  })
})
