import { idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import { stockShop } from '#testing/shop.ts'
import type { TestWorld } from '#testing/world.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
beforeAll(async () => {
  world = await startConsentWorld({ tokens }, makeOrderRoutes)
  clients = new ApiClients(world, tokens)
  await stockShop(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { allow, ask, cast, choose, consent, decide, look, outcome, setPolicy } = acts
const LIMITED = { choose: { limits: { EUR: '5,000' } } }

const read = async (people: ConsentCast, id: string) =>
  (await world.call(people.admin, 'GET', `/api/v1/tenant/consents/${id}`)).json()

test('the limit that an administrator writes stands on the check page, in what is kept, on the receipt and in the mail (A6, A10)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const review = await look(people, uid)
  expect(review.body).toContain('Most that orders may cost in a month, in EUR')
  const check = await choose(people, uid, { limits: { EUR: '5,000' } })
  const sentence = 'Orders may cost up to 5,000.00 EUR in a calendar month.'
  expect(check.body).toContain(sentence)
  expect((await decide(people, uid, { page: check.body })).statusCode).toBe(303)
  expect((await look(people, uid, { rest: 'done' })).body).toContain(sentence)
  const { delegation } = await outcome(people, uid)
  const [row] = await world.sql(
    `select c.order_limits, d.approval_snapshot -> 'limits' as shown from consent c join delegation d using (id) where c.id = $1`,
    [delegation.id],
  )
  expect(row).toEqual({ order_limits: { EUR: 500_000 }, shown: [sentence] })
  const [mail] = await world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox
     where topic = 'mail' and payload ->> 'text' like '%What it can do%' and payload ->> 'text' like $1`,
    [`%${publicIdOf('consent', delegation.id)}%`],
  )
  expect(mail?.text).toContain(sentence)
})

test('without an amount the pages say that there is no limit, and where nothing can be ordered they say nothing (A10)', async () => {
  const people = await cast()
  const uid = await ask(people)
  expect((await choose(people, uid, { limits: { EUR: '' } })).body).toContain(
    'There is no limit to what orders may cost.',
  )
  const reading = await choose(people, uid, { actions: ['order.read'], limits: { EUR: '5000' } })
  expect(reading.body).not.toMatch(/Orders may cost|no limit to what orders/)
  await decide(people, uid, { page: reading.body })
  const { delegation } = await outcome(people, uid)
  const [row] = await world.sql('select order_limits from consent where id = $1', [delegation.id])
  expect(row).toEqual({ order_limits: {} })
})

test.each(['five', '0', '-5', '5.0005', '99999999999999999'])(
  'an amount of %j is refused beside its field, and everything else that was chosen stays',
  async (written) => {
    const people = await cast()
    const { body } = await choose(people, await ask(people), { limits: { EUR: written } })
    expect(body).toContain('href="#limit"')
    expect(body).toContain('Write the most that orders may cost as an amount of EUR')
    expect(body).toContain(`value="${written}"`)
    expect(body).toMatch(/name="action"\s+value="order.create"[^>]*checked/)
  },
)

test('a limit in a currency that no account has was never asked for', async () => {
  const people = await cast()
  const { statusCode } = await choose(people, await ask(people), { limits: { USD: '5' } })
  expect(statusCode).toBe(422)
})

test('both sides read the limit and what was ordered of it; the partner is refused beyond it (A6, A10)', async () => {
  const made = await consent({ choose: { limits: { EUR: '300' } } })
  const account = { id: made.accounts[0]?.id ?? '', tenantId: made.tenant, ban: made.accounts[0]?.ban ?? '' }
  const token = await clients.token({
    client: idFromUuid('api_client', made.clientId),
    account: account as never,
    delegation: idFromUuid('consent', made.id),
  })
  const place = () =>
    clients.call(token, 'POST', `/api/v1/customers/${account.ban}/orders`, {
      body: { items: [{ product_code: 'FIBRE-1G', quantity: 1 }] },
    })
  expect([(await place()).statusCode, (await place()).statusCode]).toEqual([201, 201])
  const refused = await place()
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'ORDER_LIMIT_REACHED'])
  const figures = {
    order_limits: [{ amount_minor: 30_000, currency: 'EUR' }],
    ordered_this_month: [{ amount_minor: 29_798, currency: 'EUR' }],
  }
  expect(await read(made, made.publicId)).toMatchObject(figures)
  const partner = await world.call(made.owner, 'GET', `/api/v1/partner/consents/${made.publicId}`)
  expect(partner.json()).toMatchObject(figures)
})

test('an administrator lowers a limit or sets one, and nobody raises or lifts it without asking anew (A10)', async () => {
  const made = await consent(LIMITED)
  const change = async (limits: readonly (readonly [string, number])[]) => {
    const shown = await world.call(made.admin, 'GET', `/api/v1/tenant/consents/${made.publicId}`)
    return world.call(made.admin, 'PATCH', `/api/v1/tenant/consents/${made.publicId}`, {
      body: { order_limits: limits.map(([currency, minor]) => ({ amount_minor: minor, currency })) },
      headers: { 'if-match': String(shown.headers['etag']) },
    })
  }
  for (const wider of [[['EUR', 500_001]], [], [['USD', 1]]] as const) {
    const refused = await change(wider)
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'CONSENT_WIDENS'])
    expect(refused.json().errors).toMatchObject([{ pointer: '/body/order_limits', code: 'WIDENS' }])
  }
  const lowered = await change([
    ['EUR', 100],
    ['USD', 7],
  ])
  expect(lowered.statusCode, lowered.body).toBe(200)
  expect(lowered.json().order_limits).toEqual([
    { amount_minor: 100, currency: 'EUR' },
    { amount_minor: 7, currency: 'USD' },
  ])
  const [event] = await world.sql<{ changes: object }>(
    `select changes from audit_event where delegation_id = $1 and action = 'consents.narrow' order by occurred_at desc limit 1`,
    [made.id],
  )
  expect(event?.changes).toMatchObject({
    order_limits: { before: { EUR: 500_000 }, after: { EUR: 100, USD: 7 } },
  })
})

test('who gives more keeps the limit that was there unless orders are chosen again, and then sees it written already (A10)', async () => {
  const made = await consent({
    ask: { actions: ['order.read', 'order.create'] },
    choose: { limits: { EUR: '5000' } },
  })
  const more = { grantAction: 'merge' as const, delegationId: made.id }
  const reading = await ask(made, { ...more, actions: ['service.read'] })
  expect((await look(made, reading)).body).not.toContain('name="limit"')
  await allow(made, reading)
  expect(await read(made, made.publicId)).toMatchObject({
    order_limits: [{ amount_minor: 500_000, currency: 'EUR' }],
  })
  const ordering = await ask(made, { ...more, actions: ['order.create', 'order.cancel'] })
  expect((await look(made, ordering)).body).toMatch(/name="limit"[^>]*value="5000.00"/)
  await allow(made, ordering, { limits: { EUR: '7000' } })
  expect(await read(made, made.publicId)).toMatchObject({
    order_limits: [{ amount_minor: 700_000, currency: 'EUR' }],
  })
})

test('accounts in another currency that come to a consent for orders get a limit of their own, and the one there is stays (A10)', async () => {
  const made = await consent({
    ask: { actions: ['order.read', 'order.create'] },
    choose: { limits: { EUR: '5000' } },
  })
  const [dollars] = await world.seed<{ id: string }>(
    `insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-USD', 'Dollars', 'USD') returning id`,
    [made.tenant],
    made.tenant,
  )
  const accounts = [publicIdOf('billing_account', dollars?.id ?? '')]
  const more = { grantAction: 'merge' as const, delegationId: made.id, actions: ['service.read'] }
  const uid = await ask(made, more)
  const { body } = await look(made, uid)
  expect(body).toContain('Most that orders may cost in a month, in USD')
  expect(body).not.toContain('Most that orders may cost in a month, in EUR')
  const unread = await choose(made, uid, { accounts, limits: { USD: 'plenty' } })
  expect(unread.body).toContain('href="#limit-USD"')
  const check = await choose(made, uid, { accounts, limits: { USD: '250', EUR: '9000' } })
  expect(check.body).toContain('Orders may cost up to 5,000.00 EUR in a calendar month.')
  expect(check.body).toContain('Orders may cost up to 250.00 USD in a calendar month.')
  expect((await decide(made, uid, { page: check.body })).statusCode).toBe(303)
  expect(await read(made, made.publicId)).toMatchObject({
    order_limits: [
      { amount_minor: 500_000, currency: 'EUR' },
      { amount_minor: 25_000, currency: 'USD' },
    ],
  })
})

test.each(LOGINS)('raw SQL as %s sets no limit of anybody without a context (B12)', async (login) => {
  const made = await consent(LIMITED)
  const lift = world.sqlAs(login, `update consent set order_limits = '{}' where id = $1 returning id`, [
    made.id,
  ])
  const answer = await lift.then(
    (rows) => `${rows.length} rows`,
    (error: unknown) => String(error),
  )
  expect(answer).toMatch(login === 'liaison_tenant' ? /^0 rows$/ : /permission denied/)
  const [row] = await world.sql('select order_limits from consent where id = $1', [made.id])
  expect(row).toEqual({ order_limits: { EUR: 500_000 } })
})

test('a second approver is shown the limit that the first one chose, and decides on that (A10)', async () => {
  const people = await cast()
  await setPolicy(people, { dual_approval: true })
  const second = await acts.colleague(people)
  const uid = await ask(people)
  await allow(people, uid, { limits: { EUR: '12.50' } })
  const page = await look(people, uid, { as: second.caller })
  expect(page.body).toContain('Orders may cost up to 12.50 EUR in a calendar month.')
  await decide(people, uid, { page: page.body, as: second.caller })
  const { delegation } = await outcome(people, uid)
  expect(await read(people, publicIdOf('consent', delegation.id))).toMatchObject({
    status: 'active',
    order_limits: [{ amount_minor: 1250, currency: 'EUR' }],
  })
})

test('a limit in the language of the page, which is read as it was written (U12)', async () => {
  const people = await cast()
  const uid = await ask(people)
  const french = await acts.postChoice(
    `/consent/${uid}/check${acts.org(people)}&lang=fr`,
    [
      ['shown', (await look(people, uid)).body.match(/name="shown"[^>]*value="([^"]*)"/)?.[1] ?? ''],
      ['account', people.accounts[0]?.publicId ?? ''],
      ['action', 'order.create'],
      ['limit_currency', 'EUR'],
      ['limit', '5 000,50'],
      ['ends_on', ''],
    ],
    { as: people.admin },
  )
  expect(french.body.replaceAll(/\s/g, ' ')).toContain(
    'Les commandes peuvent coûter au plus 5 000,50 EUR par mois civil.',
  )
})
