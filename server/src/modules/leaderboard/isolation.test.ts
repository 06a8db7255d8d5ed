import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRanked, show } from '#testing/leaderboard-acts.ts'
import { asPerson } from '#testing/referral-acts.ts'
import type { ReferralScene, Somebody } from '#testing/referral-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { leaderboardRoutes, runLeaderboardClock } from './index.ts'

const CLOSED = [
  'liaison_auth',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
  'liaison_job',
] as const
const FUNCTIONS = [
  `access.own_leaderboard('sign_ups', 'all_time', '')`,
  'access.own_leaderboards()',
  'access.own_leaderboard_currencies()',
] as const

let world: TestWorld
let here: ReferralScene
let there: ReferralScene
beforeAll(async () => {
  world = await TestWorld.start(() => leaderboardRoutes)
  here = await openRanked(world, 'Aurora', { signUps: 2, earned: { USD: 900 } })
  there = await openRanked(world, 'Birch', { signUps: 1, earned: { USD: 100, EUR: 5 } })
  await openRanked(world, 'Cedar', { signUps: 1, earned: { USD: 100 } })
  await show(world, { signUps: true, earnings: true })
  await runLeaderboardClock(world.database)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const asPartner = <Result>(who: Somebody, work: (client: pg.PoolClient) => Promise<Result>) =>
  asPerson(world, { plane: 'program', caller: who.caller }, work)
const asProvider = <Result>(work: (client: pg.PoolClient) => Promise<Result>) =>
  asPerson(world, { plane: 'platform', caller: here.admin.caller }, work)

describe('with SQL, the leaderboard', () => {
  test('is closed to every login that has nothing to do with it, and to each without a context (D12, C10)', async () => {
    for (const table of ['leaderboard_entry', 'leaderboard_choice'])
      for (const login of CLOSED)
        await expect(world.sqlAs(login, `select partner_id from ${table}`), login).rejects.toThrow(
          /permission denied/,
        )
    for (const login of CLOSED)
      for (const call of FUNCTIONS)
        await expect(world.sqlAs(login, `select * from ${call}`), `${login} ${call}`).rejects.toThrow(
          /permission denied/,
        )
    expect(await world.sqlAs('liaison_platform', 'select partner_id from leaderboard_entry')).toEqual([])
    expect(await world.sqlAs('liaison_platform', 'select partner_id from leaderboard_choice')).toEqual([])
    expect(await world.sqlAs('liaison_program', 'select partner_id from leaderboard_choice')).toEqual([])
    expect(await world.sqlAs('liaison_program', `select * from ${FUNCTIONS[0]}`)).toEqual([])
  })

  test('lets no partner read what others are ranked by; its function tells ranks alone (D12)', async () => {
    await asPartner(here.owner, async (client) => {
      expect(await attempt(client, 'select score from leaderboard_entry')).toMatch(/permission denied/)
      expect(await attempt(client, `select access.partner_of_board('sign_ups')`)).toMatch(/permission denied/)
      const { rows } = await client.query(
        `select place::int, name, is_own, score::int from access.own_leaderboard('earnings', 'all_time', 'USD')`,
      )
      expect(rows).toEqual([
        { place: 1, name: 'Aurora', is_own: true, score: 900 },
        { place: 2, name: null, is_own: false, score: null },
        { place: 2, name: null, is_own: false, score: null },
      ])
    })
  })

  test('tells staff nothing of the sign-ups of the whole partner (D8, D12)', async () => {
    const read = async (client: pg.PoolClient) => {
      const { rows } = await client.query(
        `select place from access.own_leaderboard('sign_ups', 'all_time', '')`,
      )
      return rows.length
    }
    expect(await asPartner(here.owner, read)).toBe(3)
    expect(await asPartner(here.staff, read)).toBe(0)
  })

  test('is counted by the clock alone, and written by nobody else (D12)', async () => {
    const ways = [
      'select access.take_leaderboard()',
      `insert into leaderboard_entry (partner_id, measure, period, currency, score) values ('${here.partner}', 'sign_ups', 'all_time', '', 99)`,
      'update leaderboard_entry set score = 99',
      'delete from leaderboard_entry',
    ]
    for (const way of ways) {
      const tried = (client: pg.PoolClient) => attempt(client, way)
      expect(await asPartner(here.owner, tried), way).toMatch(/permission denied/)
      expect(await asProvider(tried), way).toMatch(/permission denied/)
    }
    await expect(world.sqlAs('liaison_job', 'select access.take_leaderboard()')).rejects.toThrow(
      /clock alone/,
    )
  })

  test('names a partner only as an owner of it says: not its staff, not others, not the provider (D12)', async () => {
    const put = (client: pg.PoolClient, partner: string) =>
      attempt(client, 'insert into leaderboard_choice (partner_id, is_named) values ($1, true)', [partner])
    const change = (client: pg.PoolClient) =>
      attempt(client, 'update leaderboard_choice set is_named = not is_named')
    await world.seed('insert into leaderboard_choice (partner_id, is_named) values ($1, false)', [
      there.partner,
    ])
    await asPartner(here.owner, async (client) => {
      expect(await put(client, there.partner)).not.toBe('done')
      expect(await put(client, here.partner)).toBe('done')
      expect(await attempt(client, 'delete from leaderboard_choice')).toMatch(/permission denied/)
    })
    expect(await asPartner(here.staff, (client) => put(client, here.partner))).not.toBe('done')
    expect(await asPartner(here.owner, change)).toBe('nothing')
    expect(await asPartner(there.staff, change)).toBe('nothing')
    expect(await asPartner(there.owner, change)).toBe('done')
    expect(await asProvider((client) => put(client, here.partner))).toMatch(/permission denied/)
    expect(await asProvider(change)).toMatch(/permission denied/)
  })
})
