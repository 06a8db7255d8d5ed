import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  asPayoutSide,
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene, PayoutSide } from '#testing/payout-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { closeStatements, makePayoutRoutes } from './index.ts'

const TABLES = [
  'payout_account',
  'tax_document',
  'payout_item',
  'payout_line',
  'earning_statement',
  'earning_statement_line',
  'earning_statement_file',
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
let admins: PayoutAdmins
let here: PayoutScene
let there: PayoutScene
let batchId: string
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes)
  admins = await openPayoutAdmins(world)
  here = await openPayoutScene(world, admins)
  there = await openPayoutScene(world, admins)
  for (const scene of [here, there]) {
    await seedEarning(world, scene, { amount: 6000, month: '2026-01' })
    await world.call(scene.owner, 'POST', '/api/v1/program/tax-documents', {
      body: { kind: 'w9', file_name: 'w9.pdf', content_base64: Buffer.from('%PDF-1.7 x').toString('base64') },
    })
  }
  await closeStatements(world.database, world.app.services.pdfSealer, '2026-01-01')
  batchId = String((await buildPayout(world, admins.maker)).json().batch_id)
  await movePayout(world, admins.maker, { batchId, move: 'submit' })
  await movePayout(world, admins.checker, { batchId, move: 'approve' })
  for (const scene of [here, there]) await seedEarning(world, scene, { amount: 7000 })
  await buildPayout(world, admins.maker)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const seen = (side: PayoutSide, scene: PayoutScene, table: string) =>
  asPayoutSide({ world, side, scene }, async (client) => {
    const { rows } = await client.query<{ partner_id: string }>(`select partner_id from ${table}`)
    return new Set(rows.map((row) => row.partner_id))
  })

describe('rows of payouts and statements', () => {
  test.each([...TABLES, 'payout_batch', 'payout_policy'])(
    '%s: no login sees a row without an access context (D7)',
    async (table) => {
      for (const login of LOGINS) {
        const outcome = await world.sqlAs(login, `select 1 from ${table}`).then(
          (rows) => `${rows.length} rows`,
          (error: Error) => error.message,
        )
        expect(outcome, login).toMatch(/^0 rows$|permission denied/)
      }
    },
  )

  test.each(TABLES)(
    '%s: an owner sees the own partner’s rows, staff none, the provider all (D7, D8)',
    async (table) => {
      const own = await seen('owner', here, table)
      expect([...own]).toEqual([here.partner])
      expect([...(await seen('staff', here, table))]).toEqual([])
      const all = await seen('maker', here, table)
      expect([all.has(here.partner), all.has(there.partner)]).toEqual([true, true])
    },
  )

  test('a partner sees a payout from its approval on, and no batch ever (D7)', async () => {
    const states = await asPayoutSide({ world, side: 'owner', scene: here }, async (client) => {
      const items = await client.query<{ approved_at: Date | null }>('select approved_at from payout_item')
      const batches = await attempt(client, 'select 1 from payout_batch')
      return { items: items.rows, batches }
    })
    expect(states.items).toHaveLength(1)
    expect(states.items[0]?.approved_at).not.toBeNull()
    expect(states.batches).toMatch(/permission denied/)
    expect((await world.sql('select 1 from payout_item where partner_id = $1', [here.partner])).length).toBe(
      2,
    )
  })

  test('nobody of a partner reads the sealed account, writes a payout, or writes for another partner (D7)', async () => {
    const insert = `insert into payout_account (id, partner_id, method, holder_name, label, sealed_details, fingerprint, created_by, created_by_name) values (uuidv7(), $1, 'external', 'X', 'x', '\\x00', sha256(''), $2, 'X')`
    for (const side of ['owner', 'staff'] as const) {
      const tries = await asPayoutSide({ world, side, scene: here }, async (client) => [
        await attempt(client, 'select sealed_details from payout_account'),
        await attempt(client, insert, [there.partner, here.ownerId]),
        await attempt(client, insert, [here.partner, there.ownerId]),
        await attempt(client, `update payout_account set verified_at = now()`),
        await attempt(client, `update payout_account set usable_from = now() - interval '1 day'`),
        await attempt(client, `update payout_item set state = 'paid'`),
        await attempt(client, `update tax_document set state = 'verified'`),
        await attempt(client, `update earning set state = 'paid'`),
        await attempt(
          client,
          `insert into payout_line (item_id, earning_id, partner_id, amount_minor) select id, id, partner_id, 1 from payout_item`,
        ),
        await attempt(client, `delete from payout_account`),
      ])
      expect(
        tries.filter((outcome) => outcome === 'done'),
        `${side} ${tries.join(' | ')}`,
      ).toEqual([])
    }
  })

  test('the provider changes no account, pays nothing past a payout, and rewrites no history by raw SQL (D7)', async () => {
    const tries = await asPayoutSide({ world, side: 'checker', scene: here }, async (client) => [
      await attempt(client, `update payout_account set ended_at = now()`),
      await attempt(client, `update payout_account set label = 'x'`),
      await attempt(client, `update payout_batch set total_minor = 1`),
      await attempt(client, `update payout_item set amount_minor = 1`),
      await attempt(client, `update payout_line set amount_minor = 1`),
      await attempt(client, 'delete from payout_line'),
      await attempt(client, 'delete from payout_batch'),
      await attempt(client, `update earning_statement set closing_minor = 1`),
      await attempt(client, `update payout_batch set approved_by = created_by where state = 'approved'`),
    ])
    expect(
      tries.filter((outcome) => outcome === 'done'),
      tries.join(' | '),
    ).toEqual([])
  })

  test('an earning is never paid, nor put into a payout, by a way around the payout itself (D7)', async () => {
    const free = await seedEarning(world, here, { amount: 8000 })
    const [item] = await world.sql<{ id: string }>(
      `select id from payout_item where state = 'queued' limit 1`,
    )
    const commit = (text: string, values: unknown[]) =>
      asPayoutSide({ world, side: 'maker', scene: here, keep: true }, (client) => client.query(text, values))
    await expect(
      commit(`update earning set state = 'in_payout', payout_item_id = $2 where id = $1`, [free, item?.id]),
    ).rejects.toMatchObject({ constraint: 'payout_sums' })
    await expect(
      commit(`update earning set state = 'approved', payout_item_id = null where payout_item_id = $1`, [
        item?.id,
      ]),
    ).rejects.toMatchObject({ constraint: 'payout_sums' })
    await expect(
      commit(`update payout_item set state = 'cancelled', settled_by = $2 where id = $1`, [item?.id, null]),
    ).rejects.toThrow(/batch is not where/)
    await expect(
      world.seed(`update earning set state = 'paid', payout_item_id = $2 where id = $1`, [free, item?.id]),
    ).rejects.toMatchObject({ constraint: 'payout_sums' })
  })

  test('without an audit event no change commits (D9)', async () => {
    await expect(
      world.sql(`update payout_account set held_at = now(), held_by_name = 'x', hold_reason = 'x'`),
    ).rejects.toThrow(/no audit event/)
    await expect(
      world.sql(`update payout_batch set state = 'processing', started_at = now() where id = $1`, [
        decodeId('payout_batch', batchId),
      ]),
    ).rejects.toThrow(/no audit event/)
  })
})
