import type { PartnerId } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { TestWorld } from '#testing/world.ts'

const TABLES = [
  'partner_config_version',
  'partner_configuration',
  'partner_config_activation',
  'partner_logo',
  'configuration_in_force',
] as const

let world: TestWorld
let own: PartnerId
let other: PartnerId
let ownerCookie: string

async function seedConfiguration(partner: PartnerId): Promise<void> {
  await world.seed(
    `with v as (insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, '{"api":{"access_level":"none"}}', gen_random_uuid(), 'Somebody') returning partner_id, version),
       l as (insert into partner_logo (partner_id, sha256, media_type, width, height, bytes, created_by) values ($1, encode(sha256('x'), 'hex'), 'image/png', 1, 1, 'x', gen_random_uuid()))
     select 1`,
    [partner],
  )
  await world.seed(
    `insert into partner_configuration (partner_id, active_version, kind, reason, activated_by, activated_by_name) values ($1, 1, 'activate', 'Seed', gen_random_uuid(), 'Somebody')`,
    [partner],
  )
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  own = await world.partner('Own')
  other = await world.partner('Other')
  await seedConfiguration(own)
  await seedConfiguration(other)
  const person = await world.person()
  await world.partnerMember(own, person.id, 'PARTNER_OWNER')
  ownerCookie = (await world.signIn(person.id)).cookie ?? ''
})
afterAll(() => world[Symbol.asyncDispose]())

/** Runs SQL as the program login under the context of the own partner's owner, and takes it back. */
async function asOwner<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await world.database.pool('liaison_program').connect()
  try {
    await client.query('begin')
    const token = ownerCookie.slice(ownerCookie.indexOf('=') + 1)
    await client.query(
      `select access.enter_person(jsonb_build_object('session_hash', encode(sha256(convert_to($1, 'UTF8')), 'hex'), 'permission', 'partner_org.configuration.read', 'request_id', 'r', 'source', 'api'))`,
      [token],
    )
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('as raw SQL', () => {
  test('without a context no login sees a row of any table, or may not look at all (C10)', async () => {
    for (const login of LOGINS) {
      for (const table of TABLES) {
        const rows = await world.sqlAs(login, `select * from ${table}`).catch((error: unknown) => {
          if (error instanceof Error && error.message.includes('permission denied')) return []
          throw error
        })
        expect([login, table, rows.length]).toEqual([login, table, 0])
      }
    }
  })

  test('a partner sees its own rows and none of others, and reads no other configuration (C10)', async () => {
    for (const table of TABLES) {
      const seen = await asOwner(async (client) => {
        const { rows } = await client.query<{ partner_id: string }>(`select partner_id from ${table}`)
        return rows.map((row) => row.partner_id)
      })
      expect([table, ...new Set(seen)]).toEqual([table, own])
    }
    const read = (partner: string) =>
      asOwner(
        async (client) => (await client.query('select * from access.read_configuration($1)', [partner])).rows,
      )
    expect(await read(own)).toHaveLength(1)
    expect(await read(other)).toHaveLength(0)
  })

  test('a partner adds nothing for another one, and to its own configuration nothing but branding (C2, C10)', async () => {
    const add = (partner: string, document: unknown) =>
      asOwner((client) =>
        client.query(
          `insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, $2, access.context_id('actor_id'), 'Me')`,
          [partner, JSON.stringify(document)],
        ),
      )
    await expect(add(other, { api: { access_level: 'none' } })).rejects.toThrow(
      /row-level security|branding alone/,
    )
    await expect(add(own, { api: { access_level: 'live' } })).rejects.toThrow('branding alone')
    const allowed = { api: { access_level: 'none' }, branding: { display_name: 'Mine' } }
    expect((await add(own, allowed)).rowCount).toBe(1)
    const activate = asOwner(async (client) => {
      await client.query(
        `update partner_configuration set kind = 'activate', active_version = 1 where partner_id = $1`,
        [own],
      )
    })
    await expect(activate).rejects.toThrow('branding alone')
  })

  test('nobody changes or removes a version, an activation or an image, not even the owner of the tables (C2)', async () => {
    for (const table of ['partner_config_version', 'partner_config_activation', 'partner_logo']) {
      await expect(world.sql(`update ${table} set partner_id = partner_id`), table).rejects.toThrow('history')
      await expect(world.sql(`delete from ${table}`), table).rejects.toThrow('history')
      await expect(world.sql(`truncate ${table} cascade`), table).rejects.toThrow('history')
    }
  })

  test('a change without an audit event does not commit (I1)', async () => {
    await expect(
      world.sql(
        `insert into partner_config_version (partner_id, document, created_by, created_by_name) values ($1, '{}', gen_random_uuid(), 'Nobody')`,
        [own],
      ),
    ).rejects.toThrow('has no audit event')
  })

  test('no login writes what decisions read: the database alone does (C2)', async () => {
    for (const login of LOGINS) {
      await expect(
        world.sqlAs(login, `update configuration_in_force set document = '{}'`),
        login,
      ).rejects.toThrow('permission denied')
    }
  })
})
