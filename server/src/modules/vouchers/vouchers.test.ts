import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issue, makeType, openVoucherScene, untilServed, VOUCHERS, wish } from '#testing/voucher-acts.ts'
import type { VoucherScene } from '#testing/voucher-acts.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { TestWorld } from '#testing/world.ts'
import { runVoucherClock } from './clock.ts'
import { makeVoucherRoutes } from './index.ts'

let world: TestWorld
let scene: VoucherScene
beforeAll(async () => {
  world = await TestWorld.start(makeVoucherRoutes)
  scene = await openVoucherScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const post = (path: string, body: object, caller = scene.worker, headers: Record<string, string> = {}) =>
  world.call(caller, 'POST', path, { body, headers })
const redeem = (code: string, receipt: string, over: object = {}) =>
  untilServed(() => post(`${VOUCHERS}/${code}/redeem`, { receipt_id: receipt, ...over }))
const lookUp = (code: string) => post(`${VOUCHERS}/look-up`, { code })
const move = (id: string, path: string, body: object = { reason: 'A good reason.' }) =>
  post(`${VOUCHERS}/${id}/${path}`, body, scene.admin)
const read = async (id: string) => (await world.call(scene.admin, 'GET', `${VOUCHERS}/${id}`)).json()
const uuidOf = async (code: string) =>
  (
    await world.sql<{ id: string }>('select id from voucher where tenant_id = $1 and code = $2', [
      scene.tenant,
      code.replaceAll('-', ''),
    ])
  )[0]?.id ?? ''

describe('issuing', () => {
  test('a voucher is good until the end of its last day where the organisation is (E9)', async () => {
    const made = await post(VOUCHERS, wish())
    expect(made.statusCode, made.body).toBe(201)
    const voucher = made.json()
    expect(voucher.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(voucher).toMatchObject({
      status: 'issued',
      issuer_mode: 'staff',
      agency_id: null,
      issued_by_label: 'Till Worker',
      recipient_name: expect.stringContaining('Maria'),
    })
    const [row] = await world.sql<{ last: string; local: string }>(
      `select ((issued_at at time zone 'Europe/Dublin')::date + 30)::text as last, (expires_at at time zone 'Europe/Dublin')::time::text as local from voucher where id = $1`,
      [await uuidOf(voucher.code)],
    )
    expect(voucher.expires_on).toBe(row?.last)
    expect(row?.local).toBe('00:00:00')
  })

  test('every fault of a wish is told at once, and context in the body is one of them (E2, E9)', async () => {
    const bad = await post(VOUCHERS, {
      ...wish({ first_name: ' ', last_name: '!!', household_adults: 21, date_of_birth: 'yesterday' }),
      tenant_id: 'ten_x',
      agency_id: 'agy_x',
    })
    expect(bad.json()).toMatchObject({ status: 422, code: 'VALIDATION_ERROR' })
    expect(new Set(bad.json().errors.map((fault: { pointer: string }) => fault.pointer))).toEqual(
      new Set([
        '/body/first_name',
        '/body/last_name',
        '/body/household_adults',
        '/body/date_of_birth',
        '/body/tenant_id',
        '/body/agency_id',
      ]),
    )
    for (const day of ['2999-01-01', '1850-01-01'])
      expect((await post(VOUCHERS, wish({ date_of_birth: day }))).json()).toMatchObject({
        errors: [{ pointer: '/body/date_of_birth', code: 'OUT_OF_RANGE' }],
      })
    expect((await post(VOUCHERS, wish({ household_adults: 0, household_children: 0 }))).json()).toMatchObject(
      {
        errors: [{ code: 'EMPTY_HOUSEHOLD' }],
      },
    )
  })

  test('a second voucher for the same person is refused with the code of the first, or waits where it is asked to (E9)', async () => {
    const person = wish({ first_name: 'José', last_name: "O'Neill" })
    const first = (await post(VOUCHERS, person)).json()
    const again = { ...person, first_name: ' JOSE ', last_name: 'oneill' }
    expect((await post(VOUCHERS, again)).json()).toMatchObject({
      status: 409,
      code: 'DUPLICATE_VOUCHER',
      details: { code: first.code },
    })
    const asked = await post(VOUCHERS, { ...again, send_to_review: true })
    expect(asked.statusCode).toBe(202)
    const waiting = asked.json()
    expect(waiting).toMatchObject({ status: 'pending_review', issued_at: null, expires_on: null })
    expect((await read(waiting.voucher_id)).same_person).toMatchObject([{ voucher_id: first.voucher_id }])
    const other = await post(VOUCHERS, { ...again, date_of_birth: '1980-05-18' })
    expect(other.statusCode).toBe(201)
  })

  test('a voided voucher is no earlier one, nor is one from before the window or before the yearly reset (E9)', async () => {
    await makeType(world, scene, {
      code: 'yearly',
      label: 'Yearly',
      duplicate_window_days: 3650,
      yearly_reset: '01-01',
    })
    const person = wish({ voucher_type: 'yearly' })
    const first = (await post(VOUCHERS, person)).json()
    expect((await move(first.voucher_id, 'void')).statusCode).toBe(200)
    const second = (await post(VOUCHERS, person)).json()
    expect(second.status).toBe('issued')
    await world.sql('alter table voucher disable trigger guard_voucher')
    await world.seed(
      `update voucher set requested_at = date_trunc('year', now()) - interval '2 days' where id = $1`,
      [await uuidOf(second.code)],
      scene.tenant,
    )
    await world.sql('alter table voucher enable trigger guard_voucher')
    expect((await post(VOUCHERS, person)).json().status).toBe('issued')
  })

  test('sixteen requests with one key make one voucher and get the same answer; another body is refused (E9)', async () => {
    const body = wish()
    const answers = await Promise.all(
      Array.from({ length: 16 }, () =>
        untilServed(() => post(VOUCHERS, body, scene.worker, { 'idempotency-key': 'one-voucher' })),
      ),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 16 }, () => 201))
    expect(new Set(answers.map((answer) => answer.json().voucher_id)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(15)
    expect(
      (await post(VOUCHERS, wish(), scene.worker, { 'idempotency-key': 'one-voucher' })).json(),
    ).toMatchObject({ status: 422, code: 'IDEMPOTENCY_CONFLICT' })
  })

  test('of many wishes for one person at one moment one is issued (E9)', async () => {
    const person = wish()
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => untilServed(() => post(VOUCHERS, person))),
    )
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 11 }, () => 409),
    ])
  })
})

describe('the till', () => {
  test('a voucher is read by its code however it is typed, without the person; whatever leads nowhere is answered alike (E4, E13)', async () => {
    const voucher = await issue(world, scene)
    const found = await lookUp(voucher.code.toLowerCase().replaceAll('-', ' '))
    expect(found.json()).toMatchObject({ code: voucher.code, status: 'issued', voucher_type: 'router' })
    expect(found.body).not.toContain('Maria')
    const there = await openVoucherScene(world)
    const foreign = await issue(world, there)
    const strip = (body: Record<string, unknown>) => ({ ...body, request_id: '', timestamp: '' })
    const misses = await Promise.all(
      [foreign.code, '0000-0000-0000', `${voucher.code.slice(0, -1)}!`, 'no code at all'].map((code) =>
        lookUp(code),
      ),
    )
    expect(misses.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404])
    expect(new Set(misses.map((miss) => JSON.stringify(strip(miss.json())))).size).toBe(1)
  })

  test('the same receipt again is answered with what is on record; another is told when and where (E9)', async () => {
    const { code, voucher_id: id } = await issue(world, scene)
    const gross = { amount_minor: 4500, currency: 'EUR' }
    const first = await redeem(code, 'R-1', { place: 'Till 2', gross_total: gross })
    expect(first.json()).toMatchObject({ status: 'redeemed', receipt_id: 'R-1', gross_total: gross })
    const again = await redeem(code, 'R-1', { place: 'Till 9' })
    expect(again.statusCode).toBe(200)
    expect(again.json()).toEqual(first.json())
    expect((await redeem(code, 'R-2')).json()).toMatchObject({
      status: 409,
      code: 'ALREADY_REDEEMED',
      details: { redeemed_at: first.json().redeemed_at, place: 'Till 2', receipt_id: 'R-1' },
    })
    expect((await read(id)).history.map((event: { action: string }) => event.action)).toEqual([
      'issue',
      'redeem',
    ])
    const two = await issue(world, scene)
    expect((await redeem(two.code, 'R-1')).statusCode, 'one purchase may use several vouchers').toBe(200)
    expect((await redeem(two.code, '')).json()).toMatchObject({ errors: [{ pointer: '/body/receipt_id' }] })
    expect(
      (await redeem(two.code, 'R-9', { gross_total: { amount_minor: -1, currency: 'EUR' } })).statusCode,
    ).toBe(422)
  })

  test(
    'of 32 tills at one moment exactly one redeems (E9)',
    async () => {
      const rounds = attempts(1, 100)
      for (let round = 0; round < rounds; round += 1) {
        const { code } = await issue(world, scene)
        const answers = await Promise.all(Array.from({ length: 32 }, (_, till) => redeem(code, `R-${till}`)))
        const won = answers.filter(({ statusCode }) => statusCode === 200)
        expect(won).toHaveLength(1)
        const receipt = won[0]?.json().receipt_id
        for (const lost of answers.filter(({ statusCode }) => statusCode !== 200))
          expect(lost.json()).toMatchObject({ code: 'ALREADY_REDEEMED', details: { receipt_id: receipt } })
      }
      tellFigures([{ name: 'uses of one voucher', count: rounds * 32 }])
    },
    patience(20_000),
  )

  test('an expired voucher is expired to whoever reads it and cannot be redeemed, before any job has noted it (E9)', async () => {
    const { code, voucher_id: id } = await issue(world, scene)
    await world.seed(
      `update voucher set issued_at = now() - interval '40 days', expires_at = now() where id = $1`,
      [await uuidOf(code)],
      scene.tenant,
    )
    expect((await lookUp(code)).json().status).toBe('expired')
    expect((await redeem(code, 'R-1')).json()).toMatchObject({ status: 409, code: 'VOUCHER_EXPIRED' })
    expect((await move(id, 'void')).json()).toMatchObject({ status: 409, code: 'VOUCHER_EXPIRED' })
    const list = await world.call(scene.admin, 'GET', `${VOUCHERS}?status=expired&search=${code}`)
    expect(list.json().total).toBe(1)
    expect(await runVoucherClock(world.database)).toMatchObject({ expired: 1 })
    expect(await runVoucherClock(world.database)).toMatchObject({ expired: 0 })
    expect((await read(id)).history.at(-1)).toMatchObject({ action: 'expire', to_status: 'expired' })
  })
})

describe('decisions', () => {
  test('a redemption is taken back on its own day with a reason, by an administrator alone; then it can be redeemed again (E9)', async () => {
    const { code, voucher_id: id } = await issue(world, scene)
    await redeem(code, 'R-1')
    expect((await post(`${VOUCHERS}/${id}/reverse-redemption`, { reason: 'Mistake' })).statusCode).toBe(403)
    expect((await move(id, 'reverse-redemption', {})).statusCode).toBe(422)
    expect((await read(id)).may_reverse).toBe(true)
    expect((await move(id, 'reverse-redemption')).json()).toMatchObject({
      status: 'issued',
      receipt_id: null,
      redeemed_at: null,
    })
    expect((await redeem(code, 'R-2')).statusCode).toBe(200)
    await world.seed(
      `update voucher set redeemed_at = now() - interval '25 hours' where id = $1`,
      [await uuidOf(code)],
      scene.tenant,
    )
    expect((await read(id)).may_reverse).toBe(false)
    expect((await move(id, 'reverse-redemption')).json()).toMatchObject({
      status: 409,
      code: 'VOUCHER_REVERSAL_LATE',
    })
    expect((await read(id)).history.map((event: { action: string }) => event.action)).toEqual([
      'issue',
      'redeem',
      'reverse',
      'redeem',
    ])
  })

  test('a reviewer approves or declines what waits, once; declining needs a reason (E9)', async () => {
    await makeType(world, scene, { code: 'careful', label: 'Careful', duplicate_policy: 'review' })
    const waits = await issue(world, scene, { voucher_type: 'careful' })
    expect(waits.status).toBe('pending_review')
    expect((await redeem(waits.code, 'R-1')).json()).toMatchObject({ code: 'VOUCHER_STATE_CONFLICT' })
    expect((await post(`${VOUCHERS}/${waits.voucher_id}/approve`, {})).statusCode).toBe(403)
    const approved = (await move(waits.voucher_id, 'approve', {})).json()
    expect(approved).toMatchObject({ status: 'issued' })
    expect(approved.expires_on).not.toBeNull()
    expect((await move(waits.voucher_id, 'decline')).json()).toMatchObject({ code: 'VOUCHER_STATE_CONFLICT' })
    const second = await issue(world, scene, { voucher_type: 'careful' })
    expect((await move(second.voucher_id, 'decline', {})).statusCode).toBe(422)
    expect((await move(second.voucher_id, 'decline')).json()).toMatchObject({ status: 'declined' })
    const queue = await world.call(scene.admin, 'GET', `${VOUCHERS}?status=pending_review&order=oldest`)
    expect(queue.json().items.every((item: { status: string }) => item.status === 'pending_review')).toBe(
      true,
    )
  })

  test('each change is in the log of the organisation and in the outbox, without the person (E10, E13)', async () => {
    const { code, voucher_id: id } = await issue(world, scene, { last_name: 'Unmistakable' })
    await redeem(code, 'R-1')
    await move(id, 'reverse-redemption')
    await move(id, 'void')
    const uuid = await uuidOf(code)
    const events = await world.sql<{ action: string; whole: string }>(
      `select e.action, to_jsonb(e)::text as whole from audit_event e where e.resource_id = $1 and e.action like 'voucher.%' order by e.id`,
      [uuid],
    )
    expect(events.map(({ action }) => action)).toEqual([
      'voucher.issued',
      'voucher.redeemed',
      'voucher.redemption_reversed',
      'voucher.voided',
    ])
    const messages = await world.sql<{ topic: string; payload: unknown }>(
      `select topic, payload from outbox where payload ->> 'voucher_id' = $1 order by id`,
      [uuid],
    )
    expect(messages.map(({ topic }) => topic)).toEqual(events.map(({ action }) => action))
    for (const text of [
      ...events.map(({ whole }) => whole),
      ...messages.map((one) => JSON.stringify(one.payload)),
    ]) {
      expect(text).not.toContain('Unmistakable')
      expect(text).not.toContain('1980-05-17')
      expect(text).not.toContain(code)
      expect(text).not.toContain(code.replaceAll('-', ''))
    }
  })
})

describe('personal data', () => {
  test('names and days of birth are removed when their time has come; the person is still recognised (E13)', async () => {
    const person = wish({ last_name: 'Forgettable' })
    const made = (await post(VOUCHERS, person)).json()
    expect(await runVoucherClock(world.database)).toMatchObject({ forgotten: 0 })
    await world.seed(
      `update voucher_recipient set purge_after = now() - interval '1 second' where voucher_id = $1`,
      [await uuidOf(made.code)],
      scene.tenant,
    )
    expect(await runVoucherClock(world.database)).toMatchObject({ forgotten: 1 })
    expect(await read(made.voucher_id)).toMatchObject({
      recipient_name: null,
      date_of_birth: null,
      household_adults: null,
    })
    const left = await world.sql(
      `select * from voucher_recipient where last_name like 'Forgettable%' or voucher_id = $1 and purged_at is null`,
      [await uuidOf(made.code)],
    )
    expect(left).toEqual([])
    expect((await post(VOUCHERS, person)).json()).toMatchObject({
      code: 'DUPLICATE_VOUCHER',
      details: { code: made.code },
    })
  })
})
