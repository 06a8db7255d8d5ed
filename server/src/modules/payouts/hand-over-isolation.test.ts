import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { approveExternal, knowBy, setFinance, setReceiver } from '#testing/hand-over-acts.ts'
import { seedSource } from '#testing/ingest.ts'
import { asPayoutSide, movePayout, openPayoutAdmins, openPayoutScene } from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene, PayoutSide } from '#testing/payout-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'

const TABLES = ['payout_receiver', 'payout_receiver_secret', 'payout_hand_over'] as const
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
let scene: PayoutScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [...ingestRoutes, ...makePayoutRoutes(services)], {
    isDemo: true,
  })
  admins = await openPayoutAdmins(world)
  await setFinance(world, admins, (await seedSource(world)).source)
  await setReceiver(world, admins, 'https://pay.example.com/in')
  scene = await openPayoutScene(world, admins)
  const known = await openPayoutScene(world, admins)
  await knowBy(world, known, 'PAYEE-4711')
  const { batchId } = await approveExternal(world, admins, [scene, known])
  await movePayout(world, admins.maker, { batchId, move: 'export' })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const as = (side: PayoutSide, text: string, values: unknown[] = []) =>
  asPayoutSide({ world, side, scene }, (client) => attempt(client, text, values))

describe('rows of handing payouts over', () => {
  test.each(TABLES)('%s: no login sees a row without an access context (D7)', async (table) => {
    for (const login of LOGINS) {
      const outcome = await world.sqlAs(login, `select 1 from ${table}`).then(
        (rows) => `${rows.length} rows`,
        (error: Error) => error.message,
      )
      expect(outcome, login).toMatch(/^0 rows$|permission denied/)
    }
  })

  test.each(TABLES)('%s: nobody of a partner reads or writes it (D7)', async (table) => {
    for (const side of ['owner', 'staff'] as const)
      for (const text of [`select 1 from ${table}`, `delete from ${table}`])
        expect(await as(side, text), side).toContain('permission denied')
  })

  test('a sealed key is read by the job alone, and its columns are found by whoever renews the data key (D7)', async () => {
    for (const column of ['sealed_secret', 'sealed_signing_key']) {
      expect(await as('maker', `select ${column} from payout_receiver_secret`)).toContain('permission denied')
      expect(await as('clock', `select ${column} from payout_receiver_secret`)).toBe('done')
    }
    const rows = await world.sql<{ comment: string }>(
      `select col_description(attrelid, attnum) as comment from pg_attribute where attrelid = 'payout_receiver_secret'::regclass and attname like 'sealed%'`,
    )
    expect(rows).toHaveLength(2)
    for (const { comment } of rows) expect(comment).toMatch(/^Encrypted with the data key/)
  })

  test('the job opens what a partner is known by, and no bank account (D7)', async () => {
    const told = await asPayoutSide({ world, side: 'clock', scene }, async (client) => {
      const { rows } = await client.query<{ method: string; is_open: boolean }>(
        `select x.method, x.sealed_details is not null as is_open
         from payout_hand_over h cross join lateral access.payout_hand_over_items(h.id) x order by 1`,
      )
      return rows
    })
    expect(told).toEqual([
      { method: 'bank_transfer', is_open: false },
      { method: 'external', is_open: true },
    ])
    expect(await as('clock', 'select sealed_details from payout_account')).toContain('permission denied')
    for (const side of ['owner', 'staff', 'maker'] as const)
      expect(await as(side, `select * from access.payout_hand_over_items(uuidv7())`)).toMatch(
        /permission denied/,
      )
  })

  test('people have a message sent and never say how it went; a job never has one sent (D7)', async () => {
    const insert = `insert into payout_hand_over (batch_id, part, parts) select batch_id, 1, 1 from payout_hand_over`
    const tries = await Promise.all([
      as('maker', `update payout_hand_over set status = 'delivered', finished_at = now()`),
      as('maker', `update payout_hand_over set attempt = 3`),
      as('maker', `update payout_hand_over set part = 2`),
      as('maker', `delete from payout_hand_over`),
      as(
        'maker',
        `insert into payout_hand_over (batch_id, part, parts) select b.id, 1, 1 from payout_batch b where b.rail <> 'external' union all select uuidv7(), 1, 1`,
      ),
      as('maker', `update payout_receiver set url = 'https://evil.example.com/'`),
      as(
        'maker',
        `insert into payout_receiver (version, url, set_by, set_by_name) values (99, 'https://pay.example.com/', uuidv7(), 'X')`,
      ),
      as('clock', insert),
      as('clock', `delete from payout_hand_over`),
      as('clock', `insert into payout_receiver (version, set_by_name) values (99, 'X')`),
      as('clock', `delete from payout_receiver_secret`),
    ])
    expect(
      tries.filter((outcome) => outcome === 'done'),
      tries.join(' | '),
    ).toEqual([])
  })

  test('a message that has ended is moved by nothing but somebody who sends it again, while the batch is being paid (D7)', async () => {
    await world.sql(`update payout_hand_over set status = 'failed', finished_at = now()`)
    expect(await as('clock', `update payout_hand_over set status = 'waiting', finished_at = null`)).not.toBe(
      'done',
    )
    const again = `update payout_hand_over set status = 'waiting', attempt = 0, finished_at = null`
    expect(await as('maker', again)).toBe('done')
    await world.seed(
      `update payout_batch set state = 'approved', started_at = null where rail = 'external'`,
      [],
    )
    expect(await as('maker', again)).not.toBe('done')
  })

  test('without an audit event neither address nor key changes (D9)', async () => {
    await expect(
      world.sql(`insert into payout_receiver (version, set_by_name) values (99, 'X')`),
    ).rejects.toThrow(/no audit event/)
    await expect(world.sql(`delete from payout_receiver_secret`)).rejects.toThrow(/no audit event/)
  })
})
