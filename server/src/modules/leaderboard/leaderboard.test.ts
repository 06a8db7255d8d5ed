import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeAgreementRoutes } from '#modules/agreements/index.ts'
import { bring, earn, openRanked, show } from '#testing/leaderboard-acts.ts'
import type { ReferralScene, Somebody } from '#testing/referral-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { leaderboardRoutes, runLeaderboardClock } from './index.ts'

const OWN = '/api/v1/program/leaderboard'
const ALL = '/api/v1/admin/leaderboard'
const LONG_AGO = new Date('2024-02-10T12:00:00Z')
const SETTINGS = '/api/v1/admin/program-settings'

let world: TestWorld
let first: ReferralScene
let second: ReferralScene
let third: ReferralScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeAgreementRoutes(services), ...leaderboardRoutes])
  first = await openRanked(world, 'Aurora', { signUps: 3, earned: { USD: 900, EUR: 50 } })
  second = await openRanked(world, 'Birch', { signUps: 2, earned: { USD: 900 } })
  third = await openRanked(world, 'Cedar', { signUps: 2, at: LONG_AGO, earned: { USD: 100 } })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

beforeEach(async () => {
  await show(world, { signUps: true, earnings: true })
  await count()
})

const count = () => runLeaderboardClock(world.database)
const get = async (who: Somebody, path: string) => world.call(who.caller, 'GET', path)
const placesOf = async (who: Somebody, path = '/sign-ups') => (await get(who, `${OWN}${path}`)).json().places
const choose = (who: Somebody, isNamed: boolean) =>
  world.call(who.caller, 'PUT', `${OWN}/choice`, { body: { is_named: isNamed } })

describe('a partner sees the leaderboard', () => {
  test('only while the provider shows it, and each board by its own switch (D12)', async () => {
    expect((await get(first.owner, OWN)).json()).toMatchObject({ shows: ['sign_ups', 'earnings'] })
    await show(world, { signUps: false, earnings: true })
    expect((await get(first.owner, OWN)).json().shows).toEqual(['earnings'])
    expect(await placesOf(first.owner)).toEqual([])
    await show(world, { signUps: true, earnings: false })
    expect((await get(first.owner, OWN)).json()).toMatchObject({ shows: ['sign_ups'], currencies: [] })
    expect(await placesOf(first.owner, '/earnings?currency=USD')).toEqual([])
    expect(await placesOf(first.owner)).toHaveLength(3)
  })

  test('is off until the provider switches it on, with the settings of the program, in one audit event (D9, D12)', async () => {
    await show(world, { signUps: false, earnings: false })
    const before = await world.call(first.admin.caller, 'GET', SETTINGS)
    expect(before.json()).toMatchObject({ shows_sign_up_ranks: false, shows_earning_ranks: false })
    const { live_needs_agreement, contact_kept_days } = before.json()
    const changed = await world.call(first.admin.caller, 'PUT', SETTINGS, {
      headers: { 'if-match': String(before.headers['etag']) },
      body: { live_needs_agreement, contact_kept_days, shows_sign_up_ranks: true },
    })
    expect(changed.json()).toMatchObject({ shows_sign_up_ranks: true, shows_earning_ranks: false })
    expect((await get(first.owner, OWN)).json().shows).toEqual(['sign_ups'])
    const [event] = await world.sql<{ changes: object }>(
      `select changes from audit_event where action = 'program.demands.changed' order by occurred_at desc limit 1`,
    )
    expect(event?.changes).toMatchObject({ shows_sign_up_ranks: { before: false, after: true } })
  })

  test('with others named only where their own owner agreed, equals on one place, and no amounts of others (D12)', async () => {
    expect(await placesOf(first.owner)).toEqual([
      { place: 1, name: 'Aurora', is_own: true, score: 3 },
      { place: 2, name: null, is_own: false, score: 2 },
      { place: 2, name: null, is_own: false, score: 2 },
    ])
    expect((await choose(second.owner, true)).json()).toMatchObject({ is_named: true })
    expect((await placesOf(first.owner)).slice(1)).toEqual([
      { place: 2, name: 'Birch', is_own: false, score: 2 },
      { place: 2, name: null, is_own: false, score: 2 },
    ])
    expect(await placesOf(third.owner, '/earnings?currency=USD')).toEqual([
      { place: 1, name: 'Birch', is_own: false, score: null },
      { place: 1, name: null, is_own: false, score: null },
      { place: 3, name: 'Cedar', is_own: true, score: 100 },
    ])
    await choose(second.owner, false)
    expect((await placesOf(first.owner)).filter(({ name }: { name: string | null }) => name)).toHaveLength(1)
  })

  test('with twenty places and its own, however many are equals, those with a name before those without (D12)', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `Equal ${String(index).padStart(2, '0')}`)
    await world.seed(
      `with made as (insert into partner (name, slug, kinds) select n, 'equal-' || o, array['referral'] from unnest($1::text[]) with ordinality w (n, o) returning id, name),
        named as (insert into leaderboard_choice (partner_id, is_named) select id, true from made where name >= 'Equal 15')
       insert into leaderboard_entry (partner_id, measure, period, currency, score) select id, 'sign_ups', '2025-01', '', 2 from made`,
      [many],
    )
    await world.seed(
      `insert into leaderboard_entry (partner_id, measure, period, currency, score) values ($1, 'sign_ups', '2025-01', '', 2), ($2, 'sign_ups', '2025-01', '', 1)`,
      [first.partner, second.partner],
    )
    const path = '/sign-ups?period=2025-01'
    const [equal, last] = [await placesOf(first.owner, path), await placesOf(second.owner, path)]
    expect(equal).toHaveLength(20)
    expect(equal[0]).toMatchObject({ place: 1, is_own: true })
    expect(equal.filter(({ name }: { name: string | null }) => name === null)).toHaveLength(4)
    expect(last).toHaveLength(21)
    expect(last.at(-1)).toEqual({ place: 32, name: 'Birch', is_own: true, score: 1 })
  })

  test('of this month, or of all time; months are those of the program (D12)', async () => {
    const [month] = (await get(first.owner, OWN)).json().months
    expect(await placesOf(first.owner, `/sign-ups?period=${month}`)).toEqual([])
    const tenant = await bring(world, third.partner)
    await count()
    const places = await placesOf(first.owner, `/sign-ups?period=${month}`)
    expect(places.map(({ score }: { score: number }) => score)).toEqual([3, 2, 1])
    await world.seed(
      `update referral set voided_at = now(), voided_by_name = 'Test', void_reason = 'A test.' where tenant_id = $1`,
      [tenant],
      tenant,
    )
    await count()
    expect(await placesOf(first.owner, `/sign-ups?period=${month}`)).toEqual([])
    expect((await get(first.owner, `${OWN}/sign-ups?period=2026-13`)).statusCode).toBe(422)
  })

  test('empty where fewer than three partners have a place, and of a currency in which it earned nothing (D12)', async () => {
    expect(await placesOf(first.owner, '/earnings?currency=EUR')).toEqual([])
    for (const partner of [second.partner, third.partner])
      await earn(world, partner, { currency: 'EUR', amount: 10 })
    await earn(world, third.partner, { currency: 'EUR', amount: 500, state: 'void' })
    await count()
    expect(await placesOf(first.owner, '/earnings?currency=EUR')).toHaveLength(3)
    expect((await placesOf(first.owner, '/earnings?currency=EUR'))[0]).toMatchObject({ score: 50 })
    const newcomer = await openRanked(world, 'Dogwood', { signUps: 1 })
    await count()
    expect(await placesOf(newcomer.owner, '/earnings?currency=EUR')).toEqual([])
    expect((await placesOf(newcomer.owner)).at(-1)).toMatchObject({ place: 4, is_own: true })
    await world.seed(`update partner set status = 'suspended', status_reason = 'A test.' where id = $1`, [
      third.partner,
    ])
    expect(await placesOf(first.owner, '/earnings?currency=EUR')).toEqual([])
    await world.seed(`update partner set status = 'active', status_reason = null where id = $1`, [
      third.partner,
    ])
  })

  test('its staff sees no sign-ups of the whole partner, and totals of earnings as elsewhere (D8, D12)', async () => {
    expect((await get(first.staff, OWN)).json().shows).toEqual(['earnings'])
    expect((await get(first.staff, `${OWN}/sign-ups`)).statusCode).toBe(403)
    const places = await placesOf(first.staff, '/earnings?currency=USD')
    expect(places[0]).toMatchObject({ place: 1, name: 'Aurora', is_own: true, score: 900 })
    expect((await placesOf(first.staff, '/earnings'))[0]).toMatchObject({ score: 50 })
  })
})

describe('being named', () => {
  test('is chosen by an owner alone, and each choice is an audit event that the partner reads, with what it changed (D9, D12)', async () => {
    expect((await choose(first.staff, true)).statusCode).toBe(403)
    expect((await get(first.owner, OWN)).json().is_named).toBe(false)
    for (const _time of ['changes it', 'changes nothing'])
      expect((await choose(first.owner, true)).statusCode).toBe(200)
    const events = await world.sql<{ changes: object | null; actor_id: string; partner_id: string }>(
      `select e.changes, e.actor_id, s.scope_id as partner_id from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner'
       where e.action = 'program.leaderboard.choice_changed' and s.scope_id = $1 order by e.id`,
      [first.partner],
    )
    const by = { actor_id: first.owner.id, partner_id: first.partner }
    expect(events).toEqual([
      { ...by, changes: { is_named: { before: false, after: true } } },
      { ...by, changes: null },
    ])
  })
})

describe('the provider', () => {
  test('sees every partner by name with what it is ranked by, and which are named to others (D12)', async () => {
    expect((await get(first.admin, ALL)).json()).toMatchObject({ shows: ['sign_ups', 'earnings'] })
    const page = (await get(first.admin, `${ALL}/sign-ups?limit=2`)).json()
    expect(page.items[0]).toMatchObject({ place: 1, partner: { name: 'Aurora' }, score: 3 })
    expect(page).toMatchObject({ limit: 2, has_more: true })
    const earned = (await get(first.admin, `${ALL}/earnings?currency=USD`)).json()
    expect(earned.items.map(({ place, score }: { place: number; score: number }) => [place, score])).toEqual([
      [1, 900],
      [1, 900],
      [3, 100],
    ])
    expect((await get(first.admin, `${ALL}/earnings`)).json().items[0]).toMatchObject({ score: 50 })
    expect((await get(first.owner, `${ALL}/sign-ups`)).statusCode).toBe(403)
  })

  test('keeps nothing of a board that it does not show, and months for two years (D12)', async () => {
    const put = (period: string) =>
      world.seed(
        `insert into leaderboard_entry (partner_id, measure, period, currency, score) values ($1, 'sign_ups', $2, '', 1)`,
        [first.partner, period],
      )
    const kept = async () =>
      (await world.sql<{ period: string }>(`select distinct period from leaderboard_entry`)).map(
        ({ period }) => period,
      )
    const old = new Date(Date.now() - 400 * 86_400_000).toISOString().slice(0, 7)
    await put(old)
    await put('2020-01')
    await count()
    expect(await kept()).toContain(old)
    expect(await kept()).not.toContain('2020-01')
    await show(world, { signUps: false, earnings: false })
    expect(await count()).toBe(0)
  })
})
