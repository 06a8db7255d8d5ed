import { afterAll, beforeAll, expect, test } from 'vitest'
import { agree, asAgreementSide, draftAgreement, openAgreementScene } from '#testing/agreement-acts.ts'
import type { AgreementScene, AgreementSide } from '#testing/agreement-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeAgreementRoutes } from './index.ts'

const TABLES = [
  'program',
  'agreement_template',
  'agreement',
  'agreement_signature',
  'agreement_approval',
  'agreement_event',
  'agreement_file',
] as const
const LOGINS = [
  'liaison_auth',
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
  'liaison_job',
  'liaison_sealer',
  'liaison_guard',
] as const

let world: TestWorld
let here: AgreementScene
let there: AgreementScene
beforeAll(async () => {
  // What is looked at are rows; a machine that is busy may take its time to sign and seal.
  world = await TestWorld.start(makeAgreementRoutes, { requestDeadlineMs: 60_000 })
  here = await openAgreementScene(world)
  there = await openAgreementScene(world)
  for (const scene of [here, there]) {
    await agree(world, scene)
    await agree(world, scene)
    await draftAgreement(world, scene)
  }
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const seen = (side: AgreementSide, table: string) =>
  asAgreementSide({ world, side, scene: here }, async (client) => {
    const { rows } = await client.query<{ partner_id: string }>(`select partner_id from ${table}`)
    return rows.map((row) => row.partner_id)
  })

test.each(TABLES)('%s: no login sees a row without an access context (D4)', async (table) => {
  for (const login of LOGINS) {
    const outcome = await world.sqlAs(login, `select * from ${table}`).then(
      (rows) => `${rows.length} rows`,
      (error: Error) => error.message,
    )
    expect(outcome, login).toMatch(/^0 rows$|permission denied/)
  }
})

test('owners see their own partner’s versions but no draft, staff the one in force, the provider everything (D4, D8)', async () => {
  for (const table of TABLES.slice(2)) {
    expect(new Set(await seen('owner', table)), table).toEqual(new Set([here.partner]))
    expect(new Set(await seen('approver', table)), table).toEqual(new Set([here.partner, there.partner]))
  }
  expect(await seen('owner', 'agreement')).toHaveLength(2)
  expect(await seen('staff', 'agreement')).toHaveLength(1)
  for (const table of ['agreement_signature', 'agreement_approval', 'agreement_event'])
    expect(await seen('staff', table), table).toEqual([])
  expect(await seen('staff', 'agreement_file')).toHaveLength(2)
  expect(await attemptAs('owner', 'select 1 from agreement_template')).toMatch(/permission denied/)
})

const attemptAs = (side: AgreementSide, text: string, values: unknown[] = []) =>
  asAgreementSide({ world, side, scene: here }, (client) => attempt(client, text, values))

test('nobody writes for another partner (D4)', async () => {
  const [foreign] = await world.sql<{ id: string }>(
    `select id from agreement where partner_id = $1 and state = 'active'`,
    [there.partner],
  )
  const file = `insert into agreement_file (agreement_id, partner_id, kind, digest, bytes, seal) values ($1, $2, 'signed', sha256('x'), 'x', 'development')`
  expect(await attemptAs('owner', file, [foreign?.id, there.partner])).not.toBe('done')
  expect(
    await attemptAs('owner', `update agreement set notice_reason = 'Out' where id = $1`, [foreign?.id]),
  ).toBe('nothing')
  expect(
    await attemptAs(
      'owner',
      `insert into agreement_approval (agreement_id, partner_id, content_sha256) values ($1, $2, sha256('x'))`,
      [foreign?.id, here.partner],
    ),
  ).toMatch(/permission denied/)
})

test('no login asks for the terms of an agreement by its id, and people of a partner not which one another partner has (D8)', async () => {
  for (const side of ['staff', 'owner'] as const)
    await expect(
      asAgreementSide({ world, side, scene: here }, (client) =>
        client.query('select access.agreement_terms(id) from agreement'),
      ),
    ).rejects.toThrow('permission denied')
  const foreign = await asAgreementSide({ world, side: 'owner', scene: here }, (client) =>
    client.query('select access.agreement_at($1, now()) as id', [there.partner]),
  )
  expect(foreign.rows).toEqual([{ id: null }])
})

test('which agreement holds is decided by its range, whatever its state (D4)', async () => {
  const partner = await world.partner('Elsewhere')
  const first = await activeAgreement(
    world,
    partner,
    {},
    { from: new Date('2024-01-01'), until: new Date('2025-01-01') },
  )
  const second = await activeAgreement(world, partner, { hold_days: 14 }, { from: new Date('2025-01-01') })
  const at = async (day: string) => {
    const [row] = await world.sql<{ id: string | null }>('select access.agreement_at($1, $2) as id', [
      partner,
      day,
    ])
    return row?.id ?? null
  }
  expect(await at('2023-12-31')).toBeNull()
  expect(await at('2024-06-01')).toBe(first)
  expect(await at('2025-01-01')).toBe(second)
  const terms = await world.sql(
    `select access.agreement_terms($1) ->> 'hold_days' as days, access.agreement_chain_is_whole($1) as whole`,
    [second],
  )
  expect(terms).toEqual([{ days: '14', whole: true }])
})
