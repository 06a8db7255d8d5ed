import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  asPayoutSide,
  buildPayout,
  movePayout,
  openPayoutAdmins,
  openPayoutScene,
  PAYOUT_SIDES,
  seedEarning,
} from '#testing/payout-acts.ts'
import type { PayoutAdmins, PayoutScene } from '#testing/payout-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makePayoutRoutes } from './index.ts'
import { BATCH_STATES, ITEM_STATES, TAX_STATES } from './tables.ts'

let world: TestWorld
let admins: PayoutAdmins
let scene: PayoutScene
beforeAll(async () => {
  world = await TestWorld.start(makePayoutRoutes)
  admins = await openPayoutAdmins(world)
  scene = await openPayoutScene(world, admins)
  for (let index = 0; index < 6; index += 1) await seedEarning(world, scene, { amount: 900 + index })
  await buildPayout(world, admins.maker)
  await world.call(scene.owner, 'POST', '/api/v1/program/tax-documents', {
    body: { kind: 'w9', file_name: 'w9.pdf', content_base64: Buffer.from('%PDF-1.7 x').toString('base64') },
  })
})
afterAll(() => world[Symbol.asyncDispose]())

const SIDE_NAMES = {
  owner: 'partner',
  staff: 'partner',
  maker: 'provider',
  checker: 'provider',
  clock: 'clock',
}

async function listed(entity: string): Promise<ReadonlySet<string>> {
  const rows = await world.sql<{ move: string }>(
    `select actor_kind || ' ' || from_state || ' ' || to_state as move from state_transition where entity = $1`,
    [entity],
  )
  return new Set(rows.map(({ move }) => move))
}

/** Puts rows into a state, past every rule. */
async function force(table: string, text: string): Promise<void> {
  await world.sql(`alter table ${table} disable trigger user`)
  await world.sql(text)
  await world.sql(`alter table ${table} enable trigger user`)
}

describe('the states of batches, items and tax documents', () => {
  test('a batch is moved along the listed arrows by the provider alone, whatever is tried by raw SQL (D7)', async () => {
    const legal = await listed('payout_batch')
    for (const from of BATCH_STATES) {
      const isLate = !['draft', 'submitted', 'cancelled'].includes(from)
      const isOver = ['completed', 'partially_failed', 'cancelled'].includes(from)
      await force(
        'payout_batch',
        `update payout_batch set state = '${from}', finished_at = ${isOver ? 'now()' : 'null'}, cancel_reason = ${from === 'cancelled' ? `'x'` : 'null'},
           submitted_by = ${from === 'draft' ? 'null' : 'created_by'}, submitted_by_name = ${from === 'draft' ? 'null' : `'x'`}, submitted_at = ${from === 'draft' ? 'null' : 'now()'},
           approved_by = ${isLate ? `'${admins.checkerId}'` : 'null'}, approved_by_name = ${isLate ? `'x'` : 'null'}, approved_at = ${isLate ? 'now()' : 'null'}`,
      )
      for (const to of BATCH_STATES) {
        // Items end before their batch does: the end of each arrow is made true first.
        const ends = to === 'cancelled' ? 'cancelled' : to === 'partially_failed' ? 'failed' : 'paid'
        const isEnd = ['completed', 'partially_failed', 'cancelled'].includes(to)
        await force(
          'payout_item',
          `update payout_item set state = '${isEnd ? ends : 'queued'}', finished_at = ${isEnd ? 'now()' : 'null'}, approved_at = now(), sent_at = now(), rail_ref = 'x', failure_reason = ${isEnd && ends === 'failed' ? `'x'` : 'null'}`,
        )
        for (const side of PAYOUT_SIDES) {
          if (from === to) continue
          const outcome = await asPayoutSide({ world, side, scene }, (client) =>
            attempt(
              client,
              `update payout_batch set state = $1 ${to === 'submitted' ? ", submitted_by = access.context_id('actor_id'), submitted_by_name = 'x', submitted_at = now()" : ''} ${to === 'approved' ? ", approved_by = access.context_id('actor_id'), approved_by_name = 'x', approved_at = now()" : ''} ${to === 'cancelled' ? `, cancel_reason = 'x'` : ''}`,
              [to],
            ),
          )
          const isLegal =
            legal.has(`${SIDE_NAMES[side]} ${from} ${to}`) && !(to === 'approved' && side === 'maker')
          expect(outcome === 'done', `${side} ${from} -> ${to}: ${outcome}`).toBe(isLegal)
        }
      }
    }
  })

  test('an item is moved along the listed arrows by the provider alone, while its batch is where that is done (D7)', async () => {
    const legal = await listed('payout_item')
    for (const from of ITEM_STATES) {
      for (const to of ITEM_STATES) {
        const isOver = ['paid', 'failed', 'cancelled'].includes(from)
        await force(
          'payout_item',
          `update payout_item set state = '${from}', finished_at = ${isOver ? 'now()' : 'null'}, approved_at = now(), sent_at = ${from === 'queued' ? 'null' : 'now()'}, rail_ref = ${from === 'paid' ? `'x'` : 'null'}, failure_reason = ${from === 'failed' ? `'x'` : 'null'}`,
        )
        const batch = to === 'cancelled' ? 'submitted' : 'processing'
        await force(
          'payout_batch',
          `update payout_batch set state = '${batch}', finished_at = null, cancel_reason = null, submitted_by = created_by, submitted_by_name = 'x', submitted_at = now(), approved_by = '${admins.checkerId}', approved_by_name = 'x', approved_at = now()`,
        )
        for (const side of PAYOUT_SIDES) {
          if (from === to) continue
          const outcome = await asPayoutSide({ world, side, scene }, (client) =>
            attempt(
              client,
              `update payout_item set state = $1, settled_by = ${to === 'sent' ? 'null' : `access.context_id('actor_id')`}, rail_ref = ${to === 'paid' ? `'x'` : 'null'}, failure_reason = ${to === 'failed' ? `'x'` : 'null'}`,
              [to],
            ),
          )
          expect(outcome === 'done', `${side} ${from} -> ${to}: ${outcome}`).toBe(
            legal.has(`${SIDE_NAMES[side]} ${from} ${to}`),
          )
        }
      }
    }
  })

  test('a tax document is decided by the provider and runs out by the clock alone (D7)', async () => {
    const legal = await listed('tax_document')
    for (const from of TAX_STATES) {
      await force(
        'tax_document',
        `update tax_document set state = '${from}', valid_until = '2020-01-01', reason = 'x', ${from === 'submitted' ? 'reviewed_at = null, reviewed_by = null, reviewed_by_name = null' : `reviewed_at = now(), reviewed_by = '${admins.checkerId}', reviewed_by_name = 'x'`}`,
      )
      for (const to of TAX_STATES) {
        for (const side of PAYOUT_SIDES) {
          if (from === to) continue
          const isReview = SIDE_NAMES[side] === 'provider'
          const outcome = await asPayoutSide({ world, side, scene }, (client) =>
            attempt(
              client,
              `update tax_document set state = $1 ${isReview ? `, reviewed_at = now(), reviewed_by = access.context_id('actor_id'), reviewed_by_name = 'x', reason = 'x'` : ''}`,
              [to],
            ),
          )
          expect(outcome === 'done', `${side} ${from} -> ${to}: ${outcome}`).toBe(
            legal.has(`${SIDE_NAMES[side]} ${from} ${to}`),
          )
        }
      }
    }
  })
})

const ACTS = ['earn', 'take_back', 'build', 'submit', 'approve', 'export', 'pay', 'fail', 'cancel'] as const

describe('the invariants of payouts', () => {
  test('hold after any sequence of acts: paid is the sum of paid items, no earning is in two live items, sums agree (D7)', async () => {
    const own = await openPayoutScene(world, admins)
    const only = { partner_ids: [publicIdOf('partner', own.partner)] }
    const newest = async (states: readonly string[]) => {
      const [row] = await world.sql<{ batch_id: string; item_id: string }>(
        `select b.id as batch_id, i.id as item_id from payout_batch b join payout_item i on i.batch_id = b.id where i.partner_id = $1 and b.state = any($2) order by b.id desc limit 1`,
        [own.partner, states],
      )
      return (
        row && {
          batchId: publicIdOf('payout_batch', row.batch_id),
          itemId: publicIdOf('payout_item', row.item_id),
        }
      )
    }
    const perform = async (act: (typeof ACTS)[number], amount: number): Promise<void> => {
      if (act === 'earn') return void (await seedEarning(world, own, { amount }))
      if (act === 'take_back') {
        const [row] = await world.sql<{ id: string }>(
          `select id from earning e where partner_id = $1 and kind = 'commission' and not exists (select from earning c where c.reverses_id = e.id) order by id limit 1`,
          [own.partner],
        )
        if (row) {
          const [original] = await world.sql<{ amount_minor: string }>(
            'select amount_minor from earning where id = $1',
            [row.id],
          )
          await seedEarning(world, own, {
            amount: -Math.min(amount, Number(original?.amount_minor)),
            reverses: row.id,
          })
        }
        return
      }
      if (act === 'build') return void (await buildPayout(world, admins.maker, only))
      const from = {
        submit: ['draft'],
        approve: ['submitted'],
        export: ['approved'],
        pay: ['processing'],
        fail: ['processing'],
        cancel: ['draft', 'submitted'],
      }
      const at = await newest(from[act])
      if (!at) return
      const path = `/api/v1/admin/payout-batches/${at.batchId}/items/${at.itemId}`
      if (act === 'pay')
        await world.call(admins.maker, 'POST', `${path}/mark-paid`, { body: { reference: randomUUID() } })
      else if (act === 'fail')
        await world.call(admins.maker, 'POST', `${path}/fail`, { body: { reason: 'Sent back' } })
      else
        await movePayout(world, act === 'approve' ? admins.checker : admins.maker, {
          batchId: at.batchId,
          move: act,
          ...(act === 'cancel' && { body: { reason: 'Not now' } }),
        })
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...ACTS), fc.integer({ min: 1, max: 9000 })), {
          minLength: 4,
          maxLength: 14,
        }),
        async (acts) => {
          for (const [act, amount] of acts) await perform(act, amount)
          const [row] = await world.sql(
            `select
               (select coalesce(sum(amount_minor), 0) from earning where partner_id = $1 and state = 'paid') = (select coalesce(sum(amount_minor), 0) from payout_item where partner_id = $1 and state = 'paid') as paid_agrees,
               not exists (select l.earning_id from payout_line l join payout_item i on i.id = l.item_id where i.partner_id = $1 and i.state in ('queued', 'sent', 'paid') group by 1 having count(*) > 1) as never_twice,
               not exists (select from payout_batch b where total_minor <> (select sum(amount_minor) from payout_item i where i.batch_id = b.id)) as batches_agree,
               not exists (select from payout_item i where amount_minor <> (select sum(amount_minor) from payout_line l where l.item_id = i.id)) as items_agree,
               (select coalesce(sum(amount_minor) filter (where state not in ('void', 'paid')), 0) from earning where partner_id = $1)
                 = (select coalesce(sum(amount_minor), 0) from earning where partner_id = $1 and state <> 'void') - (select coalesce(sum(amount_minor), 0) from payout_item where partner_id = $1 and state = 'paid') as balance_agrees,
               not exists (select from earning where partner_id = $1 and (payout_item_id is not null) <> (state in ('in_payout', 'paid'))) as rows_agree`,
            [own.partner],
          )
          expect(row).toEqual({
            paid_agrees: true,
            never_twice: true,
            batches_agree: true,
            items_agree: true,
            balance_agrees: true,
            rows_agree: true,
          })
        },
      ),
      { numRuns: 14 },
    )
  }, 60_000)
})
