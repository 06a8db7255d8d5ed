import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  callForm,
  EMBED_ORIGIN,
  entries,
  forgetLimits,
  openEmbedScene,
  ticketOf,
} from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { startVoucherWorld, untilServed } from '#testing/voucher-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

const VOUCHERS = '/api/v1/tenant/vouchers'
const logged: string[] = []

let world: TestWorld
let here: EmbedScene
let other: EmbedScene
let admin: Caller
beforeAll(async () => {
  world = await startVoucherWorld({
    embedOrigin: () => EMBED_ORIGIN,
    logger: { level: 'trace', stream: { write: (line: string) => logged.push(line) } },
  })
  here = await openEmbedScene(world, 'Harbour Help')
  other = await openEmbedScene(world, 'Hill House', here.tenant)
  await world.seed(
    `update voucher_type set yearly_reset = null, duplicate_policy = case code when 'visit' then 'review' else 'refuse' end where tenant_id = $1`,
    [here.tenant],
    here.tenant,
  )
  const person = await world.person('Rita Reviewer')
  await world.tenantMember(here.tenant, person.id)
  admin = await world.signIn(person.id, { tenantId: here.tenant })
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => forgetLimits(world))

const issue = (scene: EmbedScene, person: Readonly<Record<string, unknown>>) =>
  callForm(scene, 'vouchers', { body: { ...person, ticket: ticketOf(scene).ticket } })
const lookUp = (scene: EmbedScene, code: string) =>
  callForm(scene, 'lookups', { body: { code, ticket: ticketOf(scene).ticket } })
const decide = (id: string, path: 'approve' | 'decline') =>
  world.call(admin, 'POST', `${VOUCHERS}/${id}/${path}`, { body: { reason: 'Decided.' } })

/** An answer without what names this one voucher and this one request. */
function withoutIds(body: string): string {
  const { data, correlation_id: _id, ...rest } = JSON.parse(body)
  const { voucher_id: _voucher, code: _code, qr: _qr, voucher_type: _type, ...told } = data
  return JSON.stringify({ ...rest, told })
}

test('a person whom another agency has helped is answered as a type is that always asks for review: an agency learns nothing of the other (E9, fault 4)', async () => {
  const person = entries({ voucher_type: 'router', first_name: 'Jörg', last_name: 'Doe' })
  expect((await issue(other, person)).statusCode).toBe(201)
  const elsewhere = await issue(here, { ...person, first_name: 'JORG ' })
  const always = await issue(here, entries({ voucher_type: 'visit' }))
  expect([elsewhere.statusCode, always.statusCode]).toEqual([202, 202])
  expect(withoutIds(elsewhere.body)).toBe(withoutIds(always.body))
  const headersOf = ({ headers }: typeof elsewhere) =>
    Object.fromEntries(
      Object.entries(headers).filter(
        ([name]) => !['date', 'x-request-id', 'traceparent', 'content-length'].includes(name),
      ),
    )
  expect(headersOf(elsewhere)).toEqual(headersOf(always))
  const queue = (await world.call(admin, 'GET', `${VOUCHERS}?status=pending_review&order=oldest`)).json()
  expect(queue.items).toMatchObject([{ agency_name: 'Harbour Help' }, { agency_name: 'Harbour Help' }])
  const detail = (await world.call(admin, 'GET', `${VOUCHERS}/${elsewhere.json().data.voucher_id}`)).json()
  expect(detail.same_person).toMatchObject([{ agency_name: 'Hill House', status: 'issued' }])
}, 30_000)

test('an agency that has helped the person itself is refused with the code of its own voucher, and of no other (E9, fault 4)', async () => {
  const person = entries()
  const first = (await issue(here, person)).json().data
  const again = await issue(here, person)
  expect(again.statusCode, again.body).toBe(409)
  expect(again.json()).toMatchObject({ reason: 'DUPLICATE_VOUCHER', details: { code: first.code } })
  await issue(other, person)
  expect((await issue(here, person)).json().details).toEqual({ code: first.code })
})

test('what waits is seen as waiting by its agency, and after a decision as issued or declined (E9, E4)', async () => {
  const [yes, no] = [
    (await issue(here, entries({ voucher_type: 'visit' }))).json().data,
    (await issue(here, entries({ voucher_type: 'visit' }))).json().data,
  ]
  expect((await lookUp(here, yes.code)).json().data).toMatchObject({
    status: 'pending_review',
    issued_on: null,
    expires_on: null,
  })
  expect((await decide(yes.voucher_id, 'approve')).statusCode).toBe(200)
  expect((await decide(no.voucher_id, 'decline')).statusCode).toBe(200)
  const approved = (await lookUp(here, yes.code)).json().data
  expect(approved.status).toBe('issued')
  expect(approved.expires_on > approved.issued_on).toBe(true)
  expect((await lookUp(here, no.code)).json().data).toMatchObject({ status: 'declined', expires_on: null })
})

test('a voucher of a form is redeemed at the till of the organisation, which reads whose it is; the agency learns the day alone (E9, E10)', async () => {
  const made = (await issue(here, entries({ issued_by_label: 'Desk 3' }))).json().data
  const till = await world.call(admin, 'POST', `${VOUCHERS}/${made.code}/redeem`, {
    body: { receipt_id: 'R-77', place: 'Harbour shop' },
  })
  expect(till.json()).toMatchObject({ status: 'redeemed', agency_name: 'Harbour Help' })
  const seen = await lookUp(here, made.code)
  expect(seen.json().data).toMatchObject({
    status: 'redeemed',
    redeemed_on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  })
  expect(seen.body).not.toContain('R-77')
  expect(seen.body).not.toContain('Harbour shop')
  const found = (await world.call(admin, 'GET', `${VOUCHERS}?search=${made.code}`)).json().items[0]
  expect(found).toMatchObject({ issuer_mode: 'form', agency_name: 'Harbour Help', issued_by_label: 'Desk 3' })
  expect(found.agency_id).toMatch(/^agy_/)
})

test('a code can be read over a counter: typed with small letters, spaces, O and I it finds its voucher (fault 7)', async () => {
  const { code } = (await issue(here, entries())).json().data
  const spoken = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'i')
  expect((await lookUp(here, spoken)).json().data.code).toBe(code)
})

test('sixteen requests of a form with one key make one voucher, and fifteen are told of the same one (E9)', async () => {
  const body = { ...entries({ last_name: 'Sixteenfold' }), ticket: ticketOf(here).ticket }
  const answers = await Promise.all(
    Array.from({ length: 16 }, () =>
      untilServed(() => callForm(here, 'vouchers', { body, headers: { 'idempotency-key': 'sixteen' } })),
    ),
  )
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 16 }, () => 201))
  expect(new Set(answers.map((answer) => answer.json().data.voucher_id)).size).toBe(1)
  expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(15)
  const [row] = await world.sql<{ n: number }>(
    `select count(*)::integer as n from voucher_recipient where last_name = 'Sixteenfold'`,
  )
  expect(row?.n).toBe(1)
})

test('two agencies that ask for one person at one moment get one voucher and one review, never two vouchers (E9)', async () => {
  const person = entries()
  const answers = await Promise.all([issue(here, person), issue(other, person)])
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([201, 202])
})

test('no name, day of birth or code of a recipient stands in the log of the program, in an event or in a message (E13)', async () => {
  const person = entries({ first_name: 'Quintessa', last_name: 'Unloggable', date_of_birth: '1963-04-09' })
  const made = (await issue(here, person)).json().data
  await issue(here, person)
  await lookUp(here, made.code)
  await world.call(admin, 'POST', `${VOUCHERS}/look-up`, { body: { code: made.code } })
  await world.call(admin, 'POST', `${VOUCHERS}/${made.code}/redeem`, { body: { receipt_id: 'R-1' } })
  const rows = await world.sql<{ text: string }>(
    `select to_jsonb(e)::text as text from audit_event e union all select payload::text from outbox`,
  )
  const everything = [...logged, ...rows.map(({ text }) => text)].join('\n')
  world.app.http.log.info('The log is read.')
  expect(logged.join('')).toContain('The log is read.')
  expect(everything).toContain('voucher.redeemed')
  for (const secret of ['Quintessa', 'Unloggable', '1963-04-09', made.code, made.code.replaceAll('-', '')])
    expect(everything.includes(secret), secret).toBe(false)
})

test('events of a voucher name the agency and its token, and the organisation reads them (E10)', async () => {
  const made = (await issue(here, entries())).json().data
  const [event] = await world.sql<{ actor_type: string; changes: Record<string, unknown>; tenants: number }>(
    `select e.actor_type, e.changes, (select count(*)::integer from audit_scope s where s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $2) as tenants
     from audit_event e join voucher v on v.id = e.resource_id where v.code = $1 and e.action = 'voucher.issued'`,
    [made.code.replaceAll('-', ''), here.tenant],
  )
  expect(event).toMatchObject({
    actor_type: 'agency_token',
    tenants: 1,
    changes: { agency: { after: 'Harbour Help' } },
  })
})

test('the activity of a form tells vouchers that were issued at once from those that waited for a review (E11)', async () => {
  const scene = await openEmbedScene(world, 'Quay Library', here.tenant)
  await world.seed(
    `update voucher_type set duplicate_policy = 'review' where tenant_id = $1 and code = 'visit'`,
    [here.tenant],
    here.tenant,
  )
  expect((await issue(scene, entries({ voucher_type: 'router' }))).statusCode).toBe(201)
  expect((await issue(scene, entries({ voucher_type: 'router' }))).statusCode).toBe(201)
  const waits = await issue(scene, entries({ voucher_type: 'visit' }))
  expect(waits.statusCode).toBe(202)
  expect((await decide(waits.json().data.voucher_id, 'approve')).statusCode).toBe(200)
  const form = publicIdOf('form', scene.form.uuid)
  const activity = await world.call(admin, 'GET', `/api/v1/tenant/forms/${form}/activity`)
  expect(activity.json(), activity.body).toMatchObject({ issued: 2, sent_to_review: 1 })
})
