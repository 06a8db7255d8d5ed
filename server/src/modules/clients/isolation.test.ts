import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { changedBy } from '#testing/raw-changes.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeClientRoutes } from './index.ts'

let world: TestWorld
let scene: Scene
let rival: Scene
let staff: Caller

beforeAll(async () => {
  world = await TestWorld.start(makeClientRoutes)
  scene = await openScene(world)
  rival = await openScene(world)
  const colleague = await world.person()
  await world.partnerMember(scene.partner, colleague.id)
  staff = await world.signIn(colleague.id)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A client of the scene's partner, in the sandbox. */
async function seedClient(): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into api_client (partner_id, name, scopes, mask, jwks, created_by, created_by_name)
     values ($1, 'Desk', '{orders.read}', 0::bit(256), '{"keys":[]}', uuidv7(), 'Ana') returning id`,
    [scene.partner],
  )
  return row?.id ?? ''
}

/** What becomes of a statement in the name of a side's person; nothing of it stays. */
const tryAs = (at: Scene, side: Side, text: string, values: unknown[]) =>
  asSide({ world, side, scene: at }, (client) => attempt(client, text, values))

describe('as raw SQL', () => {
  test('whether a client is held to its key is set by no other partner (A11, R1)', async () => {
    const id = await seedClient()
    const set = 'update api_client set pins_proof_key = true where id = $1'
    expect(await tryAs(rival, 'partner', set, [id])).toBe('nothing')
    expect(await tryAs(scene, 'partner', set, [id])).toBe('done')
  })

  test.each([
    `update api_client set jwks = '{"keys": []}', redirect_uris = '{}' where id = $1`,
    `update api_client set status = 'revoked', status_changed_by_side = 'partner' where id = $1`,
    `insert into api_client (partner_id, name, environment, redirect_uris, scopes, mask, jwks, created_by, created_by_name)
     select partner_id, 'Mine', 'sandbox', redirect_uris, scopes, mask, jwks, access.context_id('actor_id'), created_by_name from api_client where id = $1`,
    `insert into api_client_logo (client_id, partner_id, sha256, media_type, width, height, bytes, created_by, created_by_name)
     select id, partner_id, encode(sha256('x'), 'hex'), 'image/png', 64, 64, 'x', access.context_id('actor_id'), created_by_name from api_client where id = $1`,
  ])('staff of a partner writes nothing of its clients (A11, R1): %s', async (sql) => {
    const change = { sql, values: [await seedClient()] }
    expect(await changedBy(world, staff, change)).toBe(0)
    expect(await changedBy(world, scene.people.partner.caller, change)).toBe(1)
  })

  test('staff of a partner adds no client to it, whatever it says of itself (A11, R1)', async () => {
    const change = {
      sql: `insert into api_client (partner_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
        values ($1, 'Mine', 'sandbox', '{orders.read}', 0::bit(256), '{"keys":[]}', access.context_id('actor_id'), 'Ana')`,
      values: [scene.partner],
    }
    await expect(changedBy(world, staff, change)).rejects.toThrow('row-level security')
  })

  test('only the side that suspended a client lets it work again, and what was revoked stays revoked (A11, R1)', async () => {
    const id = await seedClient()
    const MOVE = 'update api_client set status = $2, status_changed_by_side = $3 where id = $1'
    const move = (status: string, side: Side = 'partner') => tryAs(scene, 'partner', MOVE, [id, status, side])
    expect([await move('suspended'), await move('suspended', 'provider')]).toEqual([
      'done',
      'api_client_transition',
    ])
    // Beside the provider's suspension the partner may set its own, and no more.
    for (const name of ['suspend', 'revoke']) {
      const path = `/api/v1/admin/clients/${publicIdOf('api_client', id)}/${name}`
      const done = await world.call(scene.people.provider.caller, 'POST', path, {
        body: { reason: 'A test.' },
      })
      expect(done.statusCode, done.body).toBe(200)
      expect([await move('active'), await move('active', 'provider'), await move('suspended')]).toEqual([
        'api_client_transition',
        'api_client_transition',
        name === 'suspend' ? 'done' : 'api_client_transition',
      ])
    }
    const sets = 'update api_client set own_suspended_at = null where id = $1'
    expect(await tryAs(scene, 'partner', sets, [id])).toContain('permission denied')
  })

  test('an organisation lets none of its own work again that the provider stopped (A5, R1)', async () => {
    const [row] = await world.seed<{ id: string }>(
      `insert into api_client (tenant_id, name, scopes, mask, jwks, created_by, created_by_name, status, status_changed_by_side)
       values ($1, 'Desk', '{orders.read}', 0::bit(256), '{"keys":[]}', uuidv7(), 'Ana', 'suspended', 'provider') returning id`,
      [scene.tenant],
    )
    const move = (status: string) =>
      tryAs(
        scene,
        'tenant',
        `update api_client set status = $2, status_changed_by_side = 'tenant' where id = $1`,
        [row?.id, status],
      )
    expect([await move('active'), await move('revoked')]).toEqual(['api_client_transition', 'done'])
  })

  test('no owner counts a client to the last number that there is, after which the provider could not stop it (A11, R1)', async () => {
    const id = await seedClient()
    const count = (side: Side, version: string) =>
      tryAs(scene, side, `update api_client set version = ${version} where id = $1`, [id])
    for (const side of ['partner', 'provider'] as const)
      expect([
        await count(side, '2147483647'),
        await count(side, 'version - 1'),
        await count(side, 'version + 1'),
      ]).toEqual(['api_client_version', 'api_client_version', 'done'])
  })

  test('a client of a partner begins in the sandbox (A11)', async () => {
    const begin = (environment: string) =>
      tryAs(
        scene,
        'partner',
        `insert into api_client (partner_id, name, environment, scopes, mask, jwks, created_by, created_by_name)
         values ($1, 'Desk', $2, '{orders.read}', 0::bit(256), '{"keys":[]}', access.context_id('actor_id'), 'Ana')`,
        [scene.partner, environment],
      )
    expect([await begin('live'), await begin('sandbox')]).toEqual(['api_client_environment', 'done'])
  })

  test('the tables of clients show a login without a context nothing, and let no side write for the other', async () => {
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_platform'] as const) {
      expect(await world.sqlAs(login, 'select id from api_client')).toEqual([])
      expect(await world.sqlAs(login, 'select client_id from api_client_use')).toEqual([])
    }
    for (const login of ['liaison_delegate', 'liaison_ingest', 'liaison_guard'] as const) {
      await expect(world.sqlAs(login, 'select id from api_client')).rejects.toThrow('permission denied')
    }
    await expect(world.sqlAs('liaison_auth', `update api_client set status = 'active'`)).rejects.toThrow(
      'permission denied',
    )
    await expect(world.sqlAs('liaison_platform', `update api_client set jwks = '{}'`)).rejects.toThrow(
      'permission denied',
    )
  })
})
