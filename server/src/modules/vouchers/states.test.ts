import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHash } from 'node:crypto'
import { attempt } from '#testing/sides.ts'
import { asAgency, makeType, openVoucherScene, seedAgency, VOUCHERS, wish } from '#testing/voucher-acts.ts'
import type { SeededAgency, VoucherScene } from '#testing/voucher-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeVoucherCode } from './code.ts'
import { makeVoucherRoutes } from './index.ts'
import { VOUCHER_STATES } from './tables.ts'
import type { VoucherState } from './tables.ts'

const SIDES = ['tenant', 'agency', 'clock'] as const
type Side = (typeof SIDES)[number]

let world: TestWorld
let scene: VoucherScene
let agency: SeededAgency
beforeAll(async () => {
  world = await TestWorld.start(makeVoucherRoutes)
  scene = await openVoucherScene(world)
  agency = await seedAgency(world, scene.tenant, 'Harbour Help')
  await makeType(world, scene, { code: 'careful', label: 'Careful', duplicate_policy: 'review' })
  await makeType(world, scene, { code: 'free', label: 'Free', duplicate_policy: 'allow' })
})
afterAll(() => world[Symbol.asyncDispose]())

/** A voucher of the agency in a state, past every rule; `isOver` puts its end into the past. */
async function seed(state: VoucherState, isOver: boolean): Promise<string> {
  const isIssued = state !== 'pending_review' && state !== 'declined'
  const [row] = await world.seed<{ id: string }>(
    `insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode, issued_at, expires_at, redeemed_at, receipt_id, ended_at, move_note)
     select $1, $2, t.id, $3, $4, 'Agency', $5, 'form', case when $6 then now() - interval '9 days' end,
       case when $6 then now() + case when $7 then interval '-1 hour' else interval '9 days' end end,
       case when $3 = 'redeemed' then now() end, case when $3 = 'redeemed' then 'R' end,
       case when $3 in ('expired', 'voided', 'declined') then now() end, 'seeded'
     from voucher_type t where t.tenant_id = $1 and t.code = 'free' returning id`,
    [scene.tenant, makeVoucherCode(), state, agency.id, agency.token, isIssued, isOver],
    scene.tenant,
  )
  return row?.id ?? ''
}

async function asSide<Result>(side: Side, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  if (side === 'agency') return asAgency(world, agency, work)
  const client = await world.database.pool(side === 'tenant' ? 'liaison_tenant' : 'liaison_job').connect()
  try {
    await client.query('begin')
    if (side === 'clock')
      await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    else
      await client.query('select access.enter_person($1)', [
        {
          session_hash: createHash('sha256')
            .update(scene.admin.cookie?.split('=')[1] ?? '')
            .digest('hex'),
          tenant_id: scene.tenant,
          permission: 'tenant.vouchers.read',
          writes: false,
        },
      ])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('every move that the table lists is made by its side alone, and no other by raw SQL as any login (E9)', async () => {
  const listed = new Set(
    (
      await world.sql<{ move: string }>(
        `select actor_kind || ' ' || from_state || ' ' || to_state as move from state_transition where entity = 'voucher'`,
      )
    ).map(({ move }) => move),
  )
  expect(listed.size).toBe(6)
  for (const isOver of [false, true]) {
    for (const from of VOUCHER_STATES) {
      const id = await seed(from, isOver)
      for (const side of SIDES) {
        const outcomes = await asSide(side, async (client) => {
          const made = new Map<VoucherState, string>()
          for (const to of VOUCHER_STATES.filter((state) => state !== from)) {
            const text =
              side === 'tenant'
                ? `update voucher set status = $2, move_note = 'x', receipt_id = case when $2 = 'redeemed' then 'R' end where id = $1`
                : 'update voucher set status = $2 where id = $1'
            made.set(to, await attempt(client, text, [id, to]))
          }
          return made
        })
        for (const [to, outcome] of outcomes) {
          // Whether an issued voucher is over decides which of its moves are open.
          const isOpen = from !== 'issued' || isOver === (to === 'expired')
          expect(outcome === 'done', `${side} ${from} -> ${to}, over ${isOver}: ${outcome}`).toBe(
            listed.has(`${side} ${from} ${to}`) && isOpen,
          )
        }
      }
    }
  }
})

test('a state that stays is no move: nothing of a voucher is edited in place (E9)', async () => {
  const id = await seed('redeemed', false)
  const outcome = await asSide('tenant', (client) =>
    attempt(client, `update voucher set receipt_id = 'Another' where id = $1`, [id]),
  )
  expect(outcome).toBe('voucher_transition')
})

const ACTS = ['redeem', 'redeem_again', 'reverse', 'void', 'approve', 'decline', 'time', 'clock'] as const
type Act = (typeof ACTS)[number]

interface Model {
  state: VoucherState
  receipt: string | null
}

/** What each act does to the model; the status code that it is answered with. */
function step(model: Model, act: Act, receipt: string): number {
  const go = (to: VoucherState, held: string | null = null) => {
    model.state = to
    model.receipt = held
    return 200
  }
  const { state } = model
  if (act === 'time') return state === 'issued' ? go('expired') : 200
  if (act === 'clock') return 200
  if (act === 'redeem') return state === 'issued' ? go('redeemed', receipt) : 409
  if (act === 'redeem_again') {
    if (state === 'redeemed') return 200
    return state === 'issued' ? go('redeemed', 'first') : 409
  }
  if (act === 'reverse') return state === 'redeemed' ? go('issued') : 409
  if (act === 'void') return state === 'issued' ? go('voided') : 409
  if (act === 'approve') return state === 'pending_review' ? go('issued') : 409
  return state === 'pending_review' ? go('declined') : 409
}

test('any sequence of acts leaves a voucher as a simple model says, and its history tells every move (E9)', async () => {
  const post = (path: string, body: object) => world.call(scene.admin, 'POST', `${VOUCHERS}${path}`, { body })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('careful', 'free'),
      fc.array(fc.constantFrom(...ACTS), { minLength: 2, maxLength: 8 }),
      async (type, acts) => {
        const made = (await post('', wish({ voucher_type: type }))).json()
        const model: Model = { state: type === 'careful' ? 'pending_review' : 'issued', receipt: null }
        const states: VoucherState[] = [model.state]
        for (const [index, act] of acts.entries()) {
          const [before, receipt] = [
            model.state,
            act === 'redeem_again' ? (model.receipt ?? 'first') : `R-${index}`,
          ]
          const expected = step(model, act, receipt)
          const answered = await perform(made, act, receipt)
          expect(answered, `${before} ${act}`).toBe(expected)
          const now = (await world.call(scene.admin, 'GET', `${VOUCHERS}/${made.voucher_id}`)).json()
          expect([now.status, now.receipt_id], `${before} ${act}`).toEqual([model.state, model.receipt])
          if (model.state !== before && act !== 'time') states.push(model.state)
          expect(now.history.map((event: { to_status: string }) => event.to_status)).toEqual(states)
        }
      },
    ),
    { numRuns: 25 },
  )

  async function perform(
    made: { voucher_id: string; code: string },
    act: Act,
    receipt: string,
  ): Promise<number> {
    if (act === 'clock') return 200
    if (act === 'time') {
      await world.seed(
        `update voucher set issued_at = now() - interval '2 days', expires_at = now() where code = $1 and status = 'issued'`,
        [made.code.replaceAll('-', '')],
        scene.tenant,
      )
      return 200
    }
    if (act === 'redeem' || act === 'redeem_again')
      return (await post(`/${made.code}/redeem`, { receipt_id: receipt })).statusCode
    const path = act === 'reverse' ? 'reverse-redemption' : act
    return (await post(`/${made.voucher_id}/${path}`, { reason: 'Because' })).statusCode
  }
}, 60_000)
