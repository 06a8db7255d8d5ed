import { createHash } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { LOGINS } from '#platform/database.ts'
import { askForToken, embedDashboard, makeProductKey } from '#testing/dashboard-acts.ts'
import { EMBED_ORIGIN } from '#testing/embed-acts.ts'
import { openRanked } from '#testing/leaderboard-acts.ts'
import { asPerson } from '#testing/referral-acts.ts'
import type { ReferralScene } from '#testing/referral-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDashboardRoutes } from './index.ts'

const HASH = `sha256('x')`
const SOME = 'gen_random_uuid()'

let world: TestWorld
let scene: ReferralScene
let key: string
let plain: string
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makeDashboardRoutes(services)], {
    embedOrigin: () => EMBED_ORIGIN,
  })
  scene = await openRanked(world, 'Aurora', { signUps: 2, earned: { USD: 900 } })
  await embedDashboard(world)
  ;({ key } = await makeProductKey(world, scene.admin))
  plain = (await makeProductKey(world, scene.admin, false)).key
  await askForToken(world, key, scene.partner)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

/** Works as the login of the provider's systems, behind this key; everything is rolled back. */
async function asSystem<Result>(
  behind: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await world.database.pool('liaison_ingest').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_ingest($1)', [
      { key_hash: createHash('sha256').update(behind).digest('hex') },
    ])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const make = (client: pg.PoolClient, seconds = 900) =>
  attempt(client, `select access.make_dashboard_token($1, ${HASH}, $2)`, [scene.partner, seconds])

describe('with SQL, the embedded dashboard', () => {
  test('keeps its tokens from every login, of every plane (D12, C10)', async () => {
    for (const login of LOGINS)
      for (const way of [
        'select partner_id from dashboard_token',
        `insert into dashboard_token (partner_id, token_hash, made_with, ends_at) values (${SOME}, ${HASH}, ${SOME}, now())`,
        'update dashboard_token set ends_at = now()',
        'delete from dashboard_token',
      ])
        await expect(world.sqlAs(login, way), `${login}: ${way}`).rejects.toThrow(/permission denied/)
    for (const plane of ['program', 'platform'] as const) {
      const { caller } = plane === 'program' ? scene.owner : scene.admin
      await asPerson(world, { plane, caller }, async (client) => {
        expect(await attempt(client, 'select * from dashboard_token')).toMatch(/permission denied/)
      })
    }
  })

  test('is opened by the login of frames alone, and asked for by that of the provider’s systems alone (D12)', async () => {
    const open = [`access.show_dashboard(${HASH})`, 'access.dashboard_origins()']
    const ask = [`access.prepare_dashboard(${SOME})`, `access.make_dashboard_token(${SOME}, ${HASH}, 60)`]
    const within = [
      `access.dashboard_figures(${SOME})`,
      `access.dashboard_facts(${SOME})`,
      `access.is_dashboard_key(${SOME})`,
    ]
    for (const login of LOGINS)
      for (const call of [
        ...(login === 'liaison_embed' ? [] : open),
        ...(login === 'liaison_ingest' ? [] : ask),
        ...within,
      ])
        await expect(world.sqlAs(login, `select ${call}`), `${login} ${call}`).rejects.toThrow(
          /permission denied/,
        )
    await expect(world.sqlAs('liaison_ingest', `select ${ask[0]}`)).rejects.toThrow(/own systems alone/)
  })

  test('opens the summary of its token’s partner to the login of frames, and no table behind it (D12)', async () => {
    const [row] = await world.sqlAs(
      'liaison_embed',
      `select access.show_dashboard('\\x${await hashOfToken()}') as told`,
    )
    expect(row?.['told']).toMatchObject({
      figures: { sign_ups: 2, money: [{ currency: 'USD', waiting_minor: 900 }] },
    })
    expect(await world.sqlAs('liaison_embed', `select access.show_dashboard(${HASH}) as told`)).toEqual([
      { told: null },
    ])
    for (const table of [
      'earning',
      'referral',
      'referral_code',
      'referral_click_day',
      'partner',
      'program_setting',
    ])
      await expect(world.sqlAs('liaison_embed', `select 1 from ${table}`), table).rejects.toThrow(
        /permission denied/,
      )
  })

  test('shows no figures of a stopped partner, after its time, or while it is off: the database alone says no (D12)', async () => {
    const hash = await hashOfToken()
    const figures = async () => {
      const [row] = await world.sqlAs('liaison_embed', `select access.show_dashboard('\\x${hash}') as told`)
      return Object.keys(row?.['told'] ?? {}).includes('figures')
    }
    expect(await figures()).toBe(true)
    await embedDashboard(world, { isOn: false })
    expect(await figures()).toBe(false)
    await embedDashboard(world, { origins: [] })
    expect(await figures()).toBe(false)
    await embedDashboard(world)
    expect(await figures()).toBe(true)
    const status = (to: string) =>
      world.seed(`update partner set status = $2, status_reason = 'A test.' where id = $1`, [
        scene.partner,
        to,
      ])
    await status('suspended')
    expect(await figures()).toBe(false)
    await status('active')
    await world.seed(
      `update dashboard_token set made_at = made_at - interval '15 minutes', ends_at = ends_at - interval '15 minutes'`,
      [],
    )
    expect(await figures()).toBe(false)
  })

  test('makes a token behind a key that may, for a quarter of an hour at most; behind another it learns nothing (D12)', async () => {
    await asSystem(key, async (client) => {
      expect(await make(client)).toBe('done')
      expect(await attempt(client, `delete from dashboard_token`)).toMatch(/permission denied/)
    })
    expect(await asSystem(key, (client) => make(client, 901))).toMatch(/dashboard_token_short/)
    expect(await asSystem(plain, make)).toMatch(/no dashboard is shown/)
    await asSystem(plain, async (client) => {
      const { rows } = await client.query('select access.prepare_dashboard($1) as told', [scene.partner])
      expect(rows).toEqual([{ told: { is_key_in_force: false } }])
    })
    await embedDashboard(world, { isOn: false })
    expect(await asSystem(key, make)).toMatch(/no dashboard is shown/)
    await embedDashboard(world)
  })

  test('gives a key for dashboards no record to read or write: only the plane of records opens those (D12, B17)', async () => {
    const reads = [
      'tenant',
      'partner',
      'billing_account',
      'referral',
      'subscription',
      'billing_event',
      'payout_item',
    ]
    const seen = (client: pg.PoolClient) =>
      Promise.all(reads.map(async (table) => (await client.query(`select 1 from ${table} limit 1`)).rowCount))
    const partnerSeen = (client: pg.PoolClient) => client.query('select id from partner limit 1')
    expect(new Set(await asSystem(key, seen))).toEqual(new Set([0]))
    expect((await asSystem(plain, partnerSeen)).rowCount).toBe(1)
    const add = `insert into tenant (name, slug) values ('Taken', 'taken')`
    expect(await asSystem(key, (client) => attempt(client, add))).toMatch(/row-level security/)
    expect(await asSystem(plain, (client) => attempt(client, add))).not.toMatch(/row-level security/)
  })

  test('takes no site that would say more in a header than an origin does (D12)', async () => {
    for (const origin of [
      `https://a.example; script-src *`,
      '*',
      'https://*.a.example',
      `'self'`,
      'https://a.example/',
    ])
      await expect(embedDashboard(world, { origins: [origin] }), origin).rejects.toThrow(/exact origins/)
  })
})

async function hashOfToken(): Promise<string> {
  const [row] = await world.sql<{ hash: string }>(
    `select encode(token_hash, 'hex') as hash from dashboard_token order by made_at desc limit 1`,
  )
  return row?.hash ?? ''
}
