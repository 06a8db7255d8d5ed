import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import type { PdfSealer } from '#platform/sealed-pdf.ts'
import { TestWorld } from '#testing/world.ts'
import { closeStatements, makePayoutRoutes } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes, { isDemo: true })
  admins = await openPayoutAdmins(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const close = (month: string) => closeStatements(world.database, world.app.services.pdfSealer, `${month}-01`)
const monthsAgo = async (count: number): Promise<string> => {
  const [row] = await world.sql<{ month: string }>(
    `select to_char(now() at time zone 'UTC' - make_interval(months => $1), 'YYYY-MM') as month`,
    [count],
  )
  return row?.month ?? ''
}

async function statementsOf(scene: PayoutScene) {
  const answer = await world.call(scene.owner, 'GET', '/api/v1/program/statements')
  return answer.json().items
}

describe('a monthly statement', () => {
  test('adds up to the cent with the rows, goes on where the one before ended, and states each earning and payout once (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const [first, second] = [await monthsAgo(3), await monthsAgo(2)]
    await seedEarning(world, scene, { amount: 7001, month: first })
    const wrong = await seedEarning(world, scene, { amount: 2002, month: first, state: 'held' })
    expect(await close(first)).toBe(1)
    await world.seed(
      `update earning set state = 'void', void_reason = 'Mistake', hold_kind = null, hold_reason = null where id = $1`,
      [wrong],
    )
    const refunded = await seedEarning(world, scene, { amount: 3003, month: second })
    await seedEarning(world, scene, { amount: -1001, month: second, reverses: refunded })
    await close(second)
    const built = await buildPayout(world, admins.maker, {
      rail: 'simulated',
      partner_ids: [publicIdOf('partner', scene.partner)],
    })
    const batchId = String(built.json().batch_id)
    await movePayout(world, admins.maker, { batchId, move: 'submit' })
    await movePayout(world, admins.checker, { batchId, move: 'approve' })
    const done = await movePayout(world, admins.maker, { batchId, move: 'export' })
    expect(done.json().state, done.body).toBe('completed')
    await world.sql('alter table payout_item disable trigger user')
    await world.seed(
      `update payout_item set finished_at = now() - interval '1 month' where partner_id = $1`,
      [scene.partner],
    )
    await world.sql('alter table payout_item enable trigger user')
    await close(await monthsAgo(1))
    const statements = await statementsOf(scene)
    const money = (amount: number) => ({ amount_minor: amount, currency: 'EUR' })
    expect(statements.map(({ closing }: { closing: unknown }) => closing)).toEqual([
      money(0),
      money(7001 + 3003 - 1001),
      money(9003),
    ])
    expect(statements[1]).toMatchObject({
      opening: money(9003),
      earned: money(2002),
      voided: money(2002),
      paid: money(0),
    })
    expect(statements[0]).toMatchObject({ opening: money(9003), paid: money(9003) })
    const [ledger] = await world.sql<{ balance: string }>(
      `select coalesce(sum(amount_minor) filter (where state not in ('void', 'paid')), 0)::text as balance from earning where partner_id = $1`,
      [scene.partner],
    )
    expect(ledger?.balance).toBe(String(statements[0].closing.amount_minor))
  })

  test('is made once: closing again changes nothing, and nobody changes it by raw SQL (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const month = await monthsAgo(2)
    await seedEarning(world, scene, { amount: 5000, month })
    const both = await Promise.all([close(month), close(month)])
    expect(both.reduce((sum, made) => sum + made, 0)).toBe(1)
    expect(await close(month)).toBe(0)
    for (const table of ['earning_statement', 'earning_statement_line', 'earning_statement_file']) {
      await expect(world.seed(`update ${table} set partner_id = partner_id`, [])).rejects.toThrow(/history/)
      await expect(world.seed(`delete from ${table}`, [])).rejects.toThrow(/history/)
      await expect(world.seed(`truncate ${table} cascade`, [])).rejects.toThrow(/history/)
    }
    const early = await monthsAgo(0)
    await seedEarning(world, scene, { amount: 5000, month: early })
    await expect(close(early)).rejects.toThrow(/not over/)
  })

  test('comes as a sealed PDF, CSV and a workbook with the digests that are told, for owners alone (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const month = await monthsAgo(1)
    await seedEarning(world, scene, { amount: 5000, month })
    await close(month)
    const [statement] = await statementsOf(scene)
    const path = `/api/v1/program/statements/${statement.statement_id}`
    const detail = (await world.call(scene.owner, 'GET', path)).json()
    expect(detail.files).toHaveLength(3)
    for (const { format, sha256, is_sealed: isSealed } of detail.files) {
      const file = await world.call(scene.owner, 'GET', `${path}/file?format=${format}`)
      expect(createHash('sha256').update(file.rawPayload).digest('hex'), format).toBe(sha256)
      expect(isSealed).toBe(format === 'pdf')
    }
    const paper = await world.call(scene.owner, 'GET', `${path}/file?format=pdf`)
    expect(paper.rawPayload.includes('/ByteRange')).toBe(true)
    const sheet = await world.call(scene.owner, 'GET', `${path}/file?format=csv`)
    expect(sheet.payload).toContain(',50.00,EUR')
    expect((await world.call(scene.staff, 'GET', path)).statusCode).toBe(403)
    const other = await openPayoutScene(world, admins)
    expect((await world.call(other.owner, 'GET', path)).json().code).toBe('STATEMENT_NOT_FOUND')
  })

  test('of more lines than a paper holds is whole in CSV, and its sealed PDF stays short (D7)', async () => {
    const scene = await openPayoutScene(world, admins)
    const month = await monthsAgo(1)
    const first = await seedEarning(world, scene, { amount: 100, month })
    await world.seed(
      `insert into earning (partner_id, program_id, referral_id, agreement_id, billing_event_id, kind, component, occurred_at, service_month, period_month, currency, base_minor, amount_minor, calc, state, available_on, approved_at)
       select e.partner_id, e.program_id, e.referral_id, e.agreement_id, e.billing_event_id, e.kind, 'c' || n, e.occurred_at, e.service_month, e.period_month, e.currency, e.base_minor, 100, e.calc, e.state, e.available_on, e.approved_at
       from earning e cross join generate_series(1, 5000) n where e.id = $1`,
      [first],
    )
    await world.sql('analyze earning')
    await close(month)
    const [statement] = await statementsOf(scene)
    expect(statement).toMatchObject({ line_count: 5001, closing: { amount_minor: 500_100, currency: 'EUR' } })
    const path = `/api/v1/program/statements/${statement.statement_id}`
    const { files } = (await world.call(scene.owner, 'GET', path)).json()
    const [table, paper] = ['csv', 'pdf'].map((wanted) =>
      files.find(({ format }: { format: string }) => format === wanted),
    )
    const file = await world.call(scene.owner, 'GET', `${path}/file?format=csv`)
    expect(createHash('sha256').update(file.rawPayload).digest('hex')).toBe(table.sha256)
    expect(file.payload.trimEnd().split('\n')).toHaveLength(5002)
    expect(paper.size_bytes).toBeLessThan(table.size_bytes / 4)
    const far = await world.call(scene.owner, 'GET', `${path}/lines?limit=10&offset=4995`)
    expect(far.json().items.map(({ place }: { place: number }) => place)).toEqual([
      4996, 4997, 4998, 4999, 5000, 5001,
    ])
  })
})

test('a statement that cannot be made is told, and keeps nobody else from theirs (D7)', async () => {
  const [broken, other] = [await openPayoutScene(world, admins), await openPayoutScene(world, admins)]
  await world.seed(`update partner set name = 'Aardvark' where id = $1`, [broken.partner])
  const month = await monthsAgo(4)
  for (const scene of [broken, other]) await seedEarning(world, scene, { amount: 7000, month })
  const { pdfSealer } = world.app.services
  const failing: PdfSealer = {
    kind: pdfSealer.kind,
    seal: (pdf, words) =>
      words.reason.includes('Aardvark')
        ? Promise.reject(new Error('The paper cannot be sealed.'))
        : pdfSealer.seal(pdf, words),
  }
  await expect(closeStatements(world.database, failing, `${month}-01`)).rejects.toThrow(/sealed/)
  expect(await statementsOf(other)).toHaveLength(1)
  expect(await statementsOf(broken)).toHaveLength(0)
  expect(await close(month)).toBe(1)
})
