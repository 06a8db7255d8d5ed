import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runEarningClock } from '#modules/earnings/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { asPayoutSide, openPayoutAdmins, openPayoutScene, seedEarning } from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes, runPayoutClock } from './index.ts'

let world: TestWorld
let admins: PayoutAdmins
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes)
  admins = await openPayoutAdmins(world)
  await world.seed(
    `insert into earning_policy (version, approves_by_itself, two_people_above, set_by_name) select max(version) + 1, true, '{"EUR": 1000000}', 'Test' from earning_policy`,
    [],
  )
})
afterAll(() => world[Symbol.asyncDispose]())

/** Fourteen hours before and eleven hours behind UTC: at any moment one of the two has another day than UTC. */
const ZONES = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']

const setZone = (zone: string) =>
  world.seed(
    `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, time_zone) select max(version) + 1, false, 365, 'Test', $1 from program_setting`,
    [zone],
  )

function dayIn(zone: string, daysLater = 0): string {
  const day = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(new Date())
  return new Date(Date.parse(`${day}T00:00:00Z`) + daysLater * 86_400_000).toISOString().slice(0, 10)
}

const stateOf = async (id: string) =>
  (await world.sql<{ state: string }>('select state from earning where id = $1', [id]))[0]?.state

const setPayoutDay = (day: number) =>
  world.seed(
    `insert into payout_policy (version, tax_document, payout_day, set_by_name) select max(version) + 1, 'block', $1, 'Test' from payout_policy`,
    [day],
  )

/** The next day of a month that comes on or after a day. */
function nextOn(today: string, payoutDay: number): string {
  const [year = 0, month = 0, day = 0] = today.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + (day > payoutDay ? 1 : 0), payoutDay)).toISOString().slice(0, 10)
}

const preview = async (scene: PayoutScene, more = '') => {
  const answer = await world.call(admins.maker, 'GET', `/api/v1/admin/payout-preview?currency=EUR${more}`)
  const items: { partner_id: string; amount: object }[] = answer.json().items
  return items.find(({ partner_id: id }) => id === publicIdOf('partner', scene.partner))?.amount
}

describe.each(ZONES)('where the program is at home in %s', (zone) => {
  test('waiting times end with its day: for approval, for the balance and for payouts (D6, D7)', async () => {
    await setZone(zone)
    const scene = await openPayoutScene(world, admins)
    const [today, tomorrow] = [dayIn(zone), dayIn(zone, 1)]
    const due = await seedEarning(world, scene, { amount: 7001, availableOn: today, state: 'pending' })
    const early = await seedEarning(world, scene, { amount: 500, availableOn: tomorrow, state: 'pending' })
    await runEarningClock(world.database)
    expect([await stateOf(due), await stateOf(early)]).toEqual(['approved', 'pending'])
    await seedEarning(world, scene, { amount: 900, availableOn: tomorrow })
    const [balance] = await world.sql('select due_minor::integer from access.earning_balance($1)', [
      scene.partner,
    ])
    expect(balance).toEqual({ due_minor: 7001 })
    expect(await preview(scene)).toMatchObject({ amount_minor: 7001 })
    expect(await preview(scene, `&cutoff_on=${today}`)).toMatchObject({ amount_minor: 7001 })
    expect(await preview(scene, `&cutoff_on=${tomorrow}`)).toMatchObject({ amount_minor: 7901 })
    expect(await preview(scene, `&cutoff_on=${dayIn(zone, -1)}`)).toBeUndefined()
  })

  test('the next payout is on a day there, and a tax document counts until the end of its last day there (D7)', async () => {
    await setZone(zone)
    const scene = await openPayoutScene(world, admins)
    const outlook = async () =>
      (await world.call(scene.owner, 'GET', '/api/v1/program/payout-outlook')).json()
    const today = dayIn(zone)
    for (const daysLater of [-1, 0, 1]) {
      const day = Math.min(28, Number(dayIn(zone, daysLater).slice(8)))
      await setPayoutDay(day)
      expect((await outlook()).next_payout_on).toBe(nextOn(today, day))
    }
    const handIn = async (validUntil: string) => {
      await world.sql(
        `set session_replication_role = replica;
         delete from tax_document where partner_id = '${scene.partner}';
         insert into tax_document (id, partner_id, kind, file_name, media_type, size_bytes, sha256, sealed_file, valid_until, state, uploaded_by, uploaded_by_name, reviewed_at, reviewed_by, reviewed_by_name)
         values (uuidv7(), '${scene.partner}', 'w9', 'w9.pdf', 'application/pdf', 1, sha256('x'), 'x', '${validUntil}', 'verified', uuidv7(), 'Pat', now(), '${admins.checkerId}', 'Sam Ortiz');
         set session_replication_role = origin`,
      )
      await runPayoutClock(world.database, world.app.services.pdfSealer)
      const [document] = (await world.call(scene.owner, 'GET', '/api/v1/program/tax-documents')).json().items
      const [row] = await world.sql<{ state: string }>(
        'select state from tax_document where partner_id = $1',
        [scene.partner],
      )
      const { obstacles } = await outlook()
      const isMissing = obstacles.some(({ code }: { code: string }) => code === 'tax_document_missing')
      return { shown: document.state, kept: row?.state, isMissing }
    }
    expect(await handIn(today)).toEqual({ shown: 'verified', kept: 'verified', isMissing: false })
    expect(await handIn(dayIn(zone, -1))).toEqual({ shown: 'expired', kept: 'expired', isMissing: true })
  })

  test('a month is due for whoever was paid within it there, and for nobody else (D7)', async () => {
    await setZone(zone)
    const dueAfter = async (at: string) => {
      const scene = await openPayoutScene(world, admins)
      // The payout alone, without the earnings that it would be of.
      await world.sql(
        `set session_replication_role = replica;
         with b as (
           insert into payout_batch (currency, cutoff_at, rail, total_minor, item_count, row_count, created_by, created_by_name)
           values ('EUR', now(), 'manual', 100, 1, 1, '${admins.checkerId}', 'Sam Ortiz') returning id)
         insert into payout_item (batch_id, partner_id, currency, amount_minor, row_count, payout_account_id, account_method, account_label, state, approved_at, sent_at, finished_at, rail_ref)
         select b.id, a.partner_id, 'EUR', 100, 1, a.id, 'bank_transfer', 'DE', 'paid', now(), now(), timestamp '${at}' at time zone '${zone}', 'ref'
         from b, payout_account a where a.partner_id = '${scene.partner}';
         set session_replication_role = origin`,
      )
      return asPayoutSide({ world, side: 'clock', scene }, async (client) => {
        const query = `select currency from access.statements_due('2026-01-01') where partner_id = $1`
        return (await client.query(query, [scene.partner])).rows
      })
    }
    expect(await dueAfter('2026-01-31 23:59:59')).toEqual([{ currency: 'EUR' }])
    expect(await dueAfter('2026-02-01 00:00:01')).toEqual([])
  })
})
