import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { fieldOf, makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { ask, cast, consent, decide, look, outcome } = acts

/** Chooses everything, with a bound as somebody writes it; what is in force is left as it is shown where nothing is written. */
async function choose(people: ConsentCast, uid: string, written: string, lang = 'en') {
  const { body } = await look(people, uid)
  return acts.postChoice(
    `/consent/${uid}/check${acts.org(people)}&lang=${lang}`,
    [
      ['shown', fieldOf(body, 'shown')],
      ['account', people.accounts[0]?.publicId ?? ''],
      ['action', 'order.read'],
      ['stop_within', written],
      ['ends_on', ''],
    ],
    { as: people.admin },
  )
}

const SENTENCE = 'A stop counts within 90 seconds everywhere: every call is decided anew.'
const publicId = (id: string) => publicIdOf('consent', id)

const read = async (people: ConsentCast, id: string) =>
  (await world.call(people.admin, 'GET', `/api/v1/tenant/consents/${id}`)).json()

/** A consent with a bound of 90 seconds, as its administrator allowed it on the pages. */
async function bounded() {
  const people = await cast()
  const uid = await ask(people)
  const check = await choose(people, uid, '90')
  if ((await decide(people, uid, { page: check.body })).statusCode !== 303) throw new Error(check.body)
  const { delegation } = await outcome(people, uid)
  return { ...people, uid, check, id: delegation.id, publicId: publicId(delegation.id) }
}

test('the bound that an administrator writes stands on the check page, in what is kept, on the receipt, in the mail and for both sides (A9, A10)', async () => {
  const made = await bounded()
  expect(made.check.body).toContain(SENTENCE)
  expect((await look(made, made.uid, { rest: 'done' })).body).toContain(SENTENCE)
  const [row] = await world.sql(
    `select c.max_revocation_seconds as bound, d.approval_snapshot ->> 'stops' as shown from consent c join delegation d using (id) where c.id = $1`,
    [made.id],
  )
  expect(row).toEqual({ bound: 90, shown: SENTENCE })
  const [event] = await world.sql<{ changes: object }>(
    `select changes from audit_event where delegation_id = $1 and action = 'consents.approve'`,
    [made.id],
  )
  expect(event?.changes).toMatchObject({ max_revocation_seconds: 90 })
  const told = await read(made, made.publicId)
  expect(told).toMatchObject({ max_revocation_seconds: 90, shown: { stops: SENTENCE } })
  const partner = await world.call(made.owner, 'GET', `/api/v1/partner/consents/${made.publicId}`)
  expect(partner.json()).toMatchObject({ max_revocation_seconds: 90 })
  const [mail] = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox
     where topic = 'mail' and payload ->> 'text' like '%What it can do%' and payload ->> 'text' like $1`,
    [`%${made.publicId}%`],
  )
  expect(mail?.text).toContain(SENTENCE)
})

test('where nothing is written, nothing is bounded and no page says so (A10)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const check = await choose(people, uid, '')
  expect(check.body).not.toContain('A stop counts within')
  await decide(people, uid, { page: check.body })
  const { delegation } = await outcome(people, uid)
  expect(await read(people, publicId(delegation.id))).toMatchObject({
    max_revocation_seconds: null,
    shown: { stops: null },
  })
})

test.each(['soon', '0', '300', '-5', '1.5'])(
  'a bound of %j is refused beside its field, which is open then',
  async (written) => {
    const people = await cast()
    const { body } = await choose(people, await ask(people), written)
    expect(body).toContain('href="#stop_within"')
    expect(body).toContain('in whole seconds from 1 to 299')
    expect(body).toMatch(/<details open>/)
    expect(body).toContain(`value="${written}"`)
  },
)

test('an administrator sets a bound or a stricter one at once, and nobody loosens it without asking anew (A9)', async () => {
  const made = await consent()
  const change = async (seconds: unknown) => {
    const shown = await world.call(made.admin, 'GET', `/api/v1/tenant/consents/${made.publicId}`)
    return world.call(made.admin, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
      body: { max_revocation_seconds: seconds },
      headers: { 'if-match': String(shown.headers['etag']) },
    })
  }
  const before = (await read(made, made.publicId)).epoch
  const set = await change(60)
  expect([set.statusCode, set.json().max_revocation_seconds], set.body).toEqual([200, 60])
  // What was issued before does not say so.
  expect(set.json().epoch).toBeGreaterThan(before)
  expect((await change(30)).statusCode).toBe(200)
  const refused = await change(31)
  expect([refused.statusCode, refused.json().code]).toEqual([422, 'CONSENT_WIDENS'])
  expect(refused.json().errors).toMatchObject([{ pointer: '/body/max_revocation_seconds', code: 'WIDENS' }])
  for (const bad of [0, 300, null, '5']) expect((await change(bad)).statusCode).toBe(422)
  const [event] = await world.sql<{ changes: object }>(
    `select changes from audit_event where delegation_id = $1 and action = 'consents.narrow' order by occurred_at desc limit 1`,
    [made.id],
  )
  expect(event?.changes).toEqual({ max_revocation_seconds: { before: 60, after: 30 } })
})

test('who gives more sees the bound written already, and the stricter one stays (A9)', async () => {
  const made = await bounded()
  const more = { grantAction: 'merge' as const, delegationId: made.id }
  const uid = await ask(made, more)
  expect((await look(made, uid)).body).toMatch(/name="stop_within"[^>]*value="90"/)
  const check = await choose(made, uid, '')
  expect(check.body).toContain(SENTENCE)
  await decide(made, uid, { page: check.body })
  expect(await read(made, made.publicId)).toMatchObject({ max_revocation_seconds: 90 })
  const told = await world.sql<{ action: string; bound: string }>(
    `select action, changes ->> 'max_revocation_seconds' as bound from audit_event where delegation_id = $1 and action in ('consents.change', 'consents.narrow', 'consents.widen')`,
    [made.id],
  )
  expect(told).toEqual([{ action: 'consents.widen', bound: '90' }])
})

test.each([
  ['es', 'Una interrupción surte efecto en todas partes en 90 segundos como máximo'],
  ['fr', 'Un arrêt prend effet partout en 90 secondes au plus'],
])('the bound in %s (U12)', async (lang, sentence) => {
  const people = await cast()
  expect((await choose(people, await ask(people), '90', lang)).body).toContain(sentence)
})

test.each(LOGINS)('raw SQL as %s sets no bound of anybody without a context (B12)', async (login) => {
  const made = await bounded()
  const lift = world.sqlAs(
    login,
    'update consent set max_revocation_seconds = null where id = $1 returning id',
    [made.id],
  )
  const answer = await lift.then(
    (rows) => `${rows.length} rows`,
    (error: unknown) => String(error),
  )
  expect(answer).toMatch(login === 'liaison_tenant' ? /^0 rows$/ : /permission denied/)
  const [row] = await world.sql('select max_revocation_seconds from consent where id = $1', [made.id])
  expect(row).toEqual({ max_revocation_seconds: 90 })
})
