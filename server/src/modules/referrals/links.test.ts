import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCodeAs, openReferralScene, openSignUps, uuidOf } from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { sweepClicks } from './index.ts'

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let world: TestWorld
let scene: ReferralScene
let desk: Awaited<ReturnType<typeof openSignUps>>
beforeAll(async () => {
  world = await TestWorld.start(makeIngestTestRoutes)
  scene = await openReferralScene(world)
  desk = await openSignUps(world)
  await world.seed(
    `update referral_setting set default_url = 'https://shop.example/welcome', allowed_hosts = '{shop.example}'`,
    [],
  )
})
afterAll(() => world[Symbol.asyncDispose]())

const NOBODY: Caller | null = null

const asNobody = (target: TestWorld, path: string, headers: Record<string, string>) =>
  target.call(NOBODY, 'GET', path, { headers })

const follow = (path: string, headers: Record<string, string> = {}) =>
  asNobody(world, `/r/${path}`, { 'user-agent': BROWSER, ...headers })

const targetOf = (answer: Awaited<ReturnType<typeof follow>>) => new URL(String(answer.headers['location']))

describe('links of partners', () => {
  test('a link leads to its page with the click, is never cached, and the sign-up that brings the click is referred (D5)', async () => {
    const { code } = await makeCodeAs(world, scene.staff, {
      destination_url: 'https://shop.example/fiber?a=1',
    })
    const answer = await follow(`${code.toLowerCase()}?utm_source=letter&email=ana%40example.test`, {
      referer: 'https://blog.example/post?secret=1',
    })
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([302, 'no-store'])
    const target = targetOf(answer)
    expect(`${target.origin}${target.pathname}`).toBe('https://shop.example/fiber')
    expect([...target.searchParams.keys()]).toEqual(['a', 'utm_source', 'click_id'])
    const clickId = String(target.searchParams.get('click_id'))
    const signedUp = await desk.signUp({ click_id: clickId })
    expect(signedUp.outcome).toBe('referred')
    const [row] = await world.sql('select method, click_id, window_days from referral where id = $1', [
      uuidOf('referral', signedUp.referral_id),
    ])
    expect(row).toEqual({ method: 'link', click_id: decodeId('referral_click', clickId), window_days: 90 })
  })

  test('what is kept of a click names nobody: digests with a key, a host, and the words of the campaign (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    await follow(`${code}?utm_medium=mail`, { referer: 'https://blog.example/post?secret=1' })
    const [row] = await world.sql('select * from referral_click where code_id = $1', [
      uuidOf('referral_code', id),
    ])
    expect(row).toMatchObject({ referrer_host: 'blog.example', utm: { utm_medium: 'mail' }, is_bot: false })
    const text = JSON.stringify(row)
    for (const secret of ['127.0.0', 'Firefox', 'secret']) expect(text).not.toContain(secret)
  })

  test('whatever stands behind the address of a link, it leads on, and what can be kept of the campaign is kept (D5, R8)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    const longest = `${'a'.repeat(199)}\u{1f600}`
    const words =
      'utm_source utm_medium utm_campaign utm_term utm_content gclid gbraid wbraid msclkid fbclid ttclid'
    const everything = words.split(' ').map((name) => `${name}=${encodeURIComponent('\u{65e5}'.repeat(300))}`)
    for (const behind of [
      `utm_source=${encodeURIComponent(longest)}`,
      'utm_source=a%00b',
      'utm_source=%ff%fe',
      everything.join('&'),
    ]) {
      const answer = await follow(`${code}?${behind}`)
      expect([answer.statusCode, targetOf(answer).searchParams.has('click_id')]).toEqual([302, true])
    }
    const kept = await world.sql('select utm from referral_click where code_id = $1 order by occurred_at', [
      uuidOf('referral_code', id),
    ])
    expect(kept.slice(0, 2)).toEqual([{ utm: { utm_source: longest } }, { utm: { utm_source: 'ab' } }])
  })

  test('a code that is unknown, off, over or of a stopped partner leads to the usual page and says nothing (D5)', async () => {
    const off = await makeCodeAs(world, scene.staff, { destination_url: 'https://shop.example/fiber' })
    await world.call(scene.owner.caller, 'POST', `/api/v1/program/codes/${off.id}/deactivate`)
    const stopped = await openReferralScene(world)
    const theirs = await makeCodeAs(world, stopped.staff)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [stopped.partner])
    const answers = await Promise.all(['NOSUCHCODE', off.code, theirs.code].map((code) => follow(code)))
    for (const answer of answers)
      expect([answer.statusCode, answer.headers['location'], answer.headers['set-cookie']]).toEqual([
        302,
        'https://shop.example/welcome',
        undefined,
      ])
    expect((await follow('x')).headers['location']).toBe('http://localhost:3000/')
  })

  test('a page whose host the provider took off the list is led to no more (D5)', async () => {
    const { code } = await makeCodeAs(world, scene.staff, { destination_url: 'https://shop.example/fiber' })
    await world.seed(`update referral_setting set allowed_hosts = '{other.example}'`, [])
    const answer = await follow(code)
    await world.seed(`update referral_setting set allowed_hosts = '{shop.example}'`, [])
    expect(targetOf(answer).pathname).toBe('/welcome')
  })

  test('programs are led on, counted apart and given no click (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    const answer = await follow(code, { 'user-agent': 'Googlebot/2.1' })
    expect(targetOf(answer).searchParams.has('click_id')).toBe(false)
    await follow(code)
    const [day] = await world.sql('select clicks, bot_clicks from referral_click_day where code_id = $1', [
      uuidOf('referral_code', id),
    ])
    expect(day).toEqual({ clicks: 1, bot_clicks: 1 })
  })

  test('clicks of one browser are known as such, unless it asks not to be known again (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    const first = await follow(code)
    const cookie = String(first.headers['set-cookie'])
    expect(cookie).toMatch(
      /^__Host-liaison-visit=[\w-]{22}; Path=\/; Max-Age=7776000; Secure; HttpOnly; SameSite=Lax$/,
    )
    const again = await follow(code, { cookie: cookie.split(';')[0] ?? '' })
    expect(again.headers['set-cookie']).toBeUndefined()
    const shy = await follow(code, { 'sec-gpc': '1' })
    expect(shy.headers['set-cookie']).toBeUndefined()
    const rows = await world.sql<{ visits: number; known: number }>(
      `select count(*)::integer as visits, count(distinct visitor_hash)::integer as known from referral_click where code_id = $1`,
      [uuidOf('referral_code', id)],
    )
    expect(rows).toEqual([{ visits: 3, known: 1 }])
  })

  test('clicks go after their time and the figures stay (D5)', async () => {
    const { code, id } = await makeCodeAs(world, scene.staff)
    await follow(code)
    const kept = 'select 1 from referral_click where code_id = $1'
    expect(await sweepClicks(world.database)).toBe(0)
    await world.sql(
      `set session_replication_role = replica; update referral_click set expires_at = now() - interval '1 second' where code_id = '${uuidOf('referral_code', id)}'; set session_replication_role = origin`,
    )
    expect(await sweepClicks(world.database)).toBe(1)
    expect(await world.sql(kept, [uuidOf('referral_code', id)])).toEqual([])
    const days = await world.sql('select clicks from referral_click_day where code_id = $1', [
      uuidOf('referral_code', id),
    ])
    expect(days).toEqual([{ clicks: 1 }])
  })

  test('one network follows so many links in a minute and no more (D5)', async () => {
    await using narrow = await TestWorld.start(makeIngestTestRoutes, { limitScale: 1 })
    const statuses = new Set<number>()
    for (let call = 0; call < 121; call += 1)
      statuses.add((await asNobody(narrow, '/r/NOSUCHCODE', {})).statusCode)
    expect(statuses).toEqual(new Set([302, 429]))
  })
})
