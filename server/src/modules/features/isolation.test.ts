import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeId } from '@liaison/access'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { STATUSES } from './definition.ts'
import { allFeatureRoutes } from './index.ts'

let world: TestWorld
let scene: Scene
let other: Scene
const flags: Record<'offered' | 'hidden', string> = { offered: '', hidden: '' }
const ADMIN = '/api/v1/admin/features'

beforeAll(async () => {
  world = await TestWorld.start(() => allFeatureRoutes)
  scene = await openScene(world)
  other = await openScene(world)
  const admin = scene.people.provider.caller
  const make = async (key: string, choice: string) => {
    const terms = { name: key, description: key, owner_name: 'X', partner_choice: choice, prerequisites: [] }
    const definition = { eligibility: null, rules: [], share_bp: null, default: 'off', clean_up_by: null }
    const body = { key, ...terms, ...definition, reason: 'test' }
    const made = await world.call(admin, 'POST', ADMIN, { body })
    if (made.statusCode !== 201) throw new Error(made.body)
    const [row] = await world.sql<{ id: string }>('select id from feature_flag where key = $1', [key])
    return row?.id ?? ''
  }
  flags.offered = await make('offered', 'opt_in')
  flags.hidden = await make('hidden', 'none')
  for (const { partner } of [scene, other])
    for (const key of ['offered', 'hidden']) {
      const path = `${ADMIN}/${key}/partners/${encodeId('partner', partner)}/override`
      const body = { override: 'on', reason: 'not for the partner to read' }
      await world.call(admin, 'PUT', path, { body })
    }
  await world.call(admin, 'PUT', `${ADMIN}/hidden/ramp`, {
    body: { steps: [{ starts_at: '2099-01-01T00:00:00Z', share_bp: 10 }], reason: 'test' },
    headers: { 'if-match': '"v1"' },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const as = <Result>(
  side: 'partner' | 'provider' | 'clock',
  work: (client: pg.PoolClient) => Promise<Result>,
) => asSide({ world, side, scene }, work)

const TABLES = ['feature_flag', 'feature_ramp_step', 'partner_feature', 'feature_history'] as const
const READERS: Readonly<Record<(typeof TABLES)[number], readonly string[]>> = {
  feature_flag: ['liaison_platform', 'liaison_program', 'liaison_job'],
  feature_ramp_step: ['liaison_platform', 'liaison_job'],
  partner_feature: ['liaison_platform', 'liaison_program'],
  feature_history: ['liaison_platform'],
}
const LOGINS = [
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_job',
  'liaison_auth',
  'liaison_ingest',
  'liaison_guard',
  'liaison_sealer',
] as const

describe.each(TABLES)('rows of %s', (table) => {
  const text = `select ${table === 'partner_feature' ? 'flag_id' : 'id'} from ${table}`

  test('are seen by no login without a context, and by no other login at all', async () => {
    const look = (login: (typeof LOGINS)[number]) =>
      world.sqlAs(login, text).then(
        (rows) => `${rows.length} rows`,
        (error: unknown) => String(error).replace(/.*(permission denied).*/, '$1'),
      )
    const seen = await Promise.all(LOGINS.map(async (login) => [login, await look(login)] as const))
    const wanted = LOGINS.map((login) => [
      login,
      READERS[table].includes(login) ? '0 rows' : 'permission denied',
    ])
    expect(seen).toEqual(wanted)
  })

  test('are all seen by the provider', async () => {
    const [counted] = await world.sql<{ count: string }>(`select count(*) from ${table}`)
    const { rowCount } = await as('provider', (client) => client.query(text))
    expect(rowCount).toBe(Number(counted?.count))
    expect(rowCount).toBeGreaterThan(0)
  })

  test('are removed by nobody', async () => {
    for (const side of ['provider', 'partner', 'clock'] as const)
      expect(await as(side, (client) => attempt(client, `delete from ${table}`))).toContain(
        'permission denied',
      )
  })
})

describe('a partner', () => {
  test('sees the features that it can choose, and what is set for itself, without the reason', async () => {
    const seen = await as('partner', async (client) => ({
      flags: (await client.query<{ id: string }>('select id from feature_flag')).rows,
      own: (await client.query<{ partner_id: string }>('select partner_id from partner_feature')).rows,
    }))
    expect(seen.flags).toEqual([{ id: flags.offered }])
    expect(new Set(seen.own.map(({ partner_id: id }) => id))).toEqual(new Set([scene.partner]))
    for (const column of ['reason', 'override_by_name'])
      expect(
        await as('partner', (client) => attempt(client, `select ${column} from partner_feature`)),
      ).toContain('permission denied')
    expect(await as('partner', (client) => attempt(client, 'select definition from feature_flag'))).toContain(
      'permission denied',
    )
  })

  test('chooses for itself alone, in its own name, and only what is left to it', async () => {
    const actor = scene.people.partner.id
    const insert = `insert into partner_feature (partner_id, flag_id, choice, choice_by) values ($1, $2, $3, $4) on conflict (partner_id, flag_id) do update set choice = excluded.choice, choice_by = excluded.choice_by`
    const tried = await as('partner', async (client) => ({
      own: await attempt(client, insert, [scene.partner, flags.offered, 'in', actor]),
      foreign: await attempt(client, insert, [other.partner, flags.offered, 'in', actor]),
      hidden: await attempt(client, insert, [scene.partner, flags.hidden, 'in', actor]),
      leaving: await attempt(client, insert, [scene.partner, flags.offered, 'out', actor]),
      named: await attempt(client, insert, [scene.partner, flags.offered, 'in', other.people.partner.id]),
      others: await attempt(client, `update partner_feature set choice = 'in' where partner_id = $1`, [
        other.partner,
      ]),
      override: await attempt(client, `update partner_feature set override = 'on'`),
      flag: await attempt(client, `update feature_flag set status = 'killed'`),
    }))
    expect(tried.own).toBe('done')
    expect(tried.foreign).toContain('row-level security')
    expect([tried.hidden, tried.leaving]).toEqual(['feature_choice', 'feature_choice'])
    expect(tried.named).toBe('feature_choice_actor')
    expect(tried.others).toBe('nothing')
    expect([tried.override, tried.flag]).toEqual([
      expect.stringContaining('permission denied'),
      expect.stringContaining('permission denied'),
    ])
  })
})

describe('the states of a feature', () => {
  test('move as the table of moves says, and by the provider alone (C3)', async () => {
    const rows = await world.sql<{ from_state: string; to_state: string }>(
      `select from_state, to_state from state_transition where entity = 'feature' and actor_kind = 'provider'`,
    )
    const legal = new Set(rows.map((row) => `${row.from_state} ${row.to_state}`))
    expect(legal.size).toBe(4)
    for (const from of STATUSES)
      for (const to of STATUSES) {
        await world.seed('update feature_flag set status = $2 where id = $1', [flags.hidden, from])
        const moved = await as('provider', (client) =>
          attempt(client, 'update feature_flag set status = $2 where id = $1', [flags.hidden, to]),
        )
        const isLegal = from === to ? from !== 'retired' : legal.has(`${from} ${to}`)
        expect(`${from} ${to} ${moved}`).toBe(`${from} ${to} ${isLegal ? 'done' : 'feature_transition'}`)
      }
    await world.seed(`update feature_flag set status = 'active' where id = $1`, [flags.hidden])
  })

  test('never end for what permissions depend on', async () => {
    const retire = `update feature_flag set status = 'retired' where key = 'billing'`
    expect(await as('provider', (client) => attempt(client, retire))).toBe('feature_built_in')
    await expect(world.seed(retire, [])).rejects.toMatchObject({ constraint: 'feature_built_in' })
  })
})

describe('what no handler can step around', () => {
  test('prerequisites exist and form no circle', async () => {
    const set = (key: string, needs: string[]) =>
      as('provider', (client) =>
        attempt(client, 'update feature_flag set prerequisites = $2 where key = $1', [key, needs]),
      )
    expect(await set('hidden', ['nowhere'])).toBe('feature_prerequisite')
    expect(await set('hidden', ['hidden'])).toBe('feature_prerequisite')
    await world.seed(`update feature_flag set prerequisites = '{hidden}' where key = 'offered'`, [])
    expect(await set('hidden', ['offered'])).toBe('feature_circle')
    await world.seed(`update feature_flag set prerequisites = '{}' where key = 'offered'`, [])
  })

  test('a step of a ramp is not rewritten, and noted only when its time has come', async () => {
    const tried = async (side: 'provider' | 'clock', text: string) =>
      as(side, (client) => attempt(client, text))
    expect(await tried('provider', 'update feature_ramp_step set share_bp = 9000')).toContain(
      'permission denied',
    )
    expect(await tried('clock', 'update feature_ramp_step set noted_at = now()')).toBe('ramp_step_time')
    await expect(world.seed('update feature_ramp_step set share_bp = 9000', [])).rejects.toMatchObject({
      constraint: 'ramp_step_identity',
    })
  })

  test('history is neither changed nor removed, by anybody', async () => {
    for (const text of [`update feature_history set reason = 'x'`, 'delete from feature_history'])
      await expect(world.sql(text)).rejects.toThrow('its rows are history')
    await expect(world.sql('truncate feature_history')).rejects.toThrow('its rows are history')
  })

  test('a change without its audit event does not commit', async () => {
    const client = await world.database.pool('liaison_job').connect()
    await world.seed(
      `insert into feature_ramp_step (flag_id, starts_at, share_bp, created_by_name) values ($1, now() - interval '1 hour', 5, 'X')`,
      [flags.offered],
    )
    try {
      await client.query('begin')
      await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
      await client.query('update feature_ramp_step set noted_at = now() where starts_at < now()')
      await expect(client.query('commit')).rejects.toThrow('no audit event')
    } finally {
      await client.query('rollback').catch(() => undefined)
      client.release()
    }
  })

  test('what decides is read by the logins that decide alone', async () => {
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_delegate', 'liaison_auth'] as const)
      for (const call of ['access.feature_definitions()', 'access.feature_partners(null)'])
        await expect(world.sqlAs(login, `select * from ${call}`)).rejects.toThrow('permission denied')
  })
})
