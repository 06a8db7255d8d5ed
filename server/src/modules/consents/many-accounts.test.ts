import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { fieldOf, makeConsentActs, startConsentWorld, ticksOf } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { account, ask, cast, choose, decide, look, org, outcome } = acts

/** The boxes of a page, without the form that sends the same once more in another language. */
const boxesOf = (body: string, name: string, only?: 'ticked') =>
  ticksOf(body.split('id="again"')[0] ?? '', name, only)

/** Sends the choosing form with what is looked for among the accounts. */
async function find(
  people: ConsentCast,
  uid: string,
  fields: Readonly<Record<string, string>>,
  more: { readonly accounts?: readonly string[]; readonly language?: string } = {},
) {
  const { body } = await look(people, uid)
  const { accounts = [], language } = more
  const sent = [
    ...Object.entries({ shown: fieldOf(body, 'shown'), ends_on: fieldOf(body, 'ends_on'), ...fields }),
    ...accounts.map((id): [string, string] => ['account', id]),
  ]
  const path = `/consent/${uid}/check${org(people)}${language === undefined ? '' : `&lang=${language}`}`
  return acts.postChoice(path, sent, { as: people.admin })
}

/** An organisation with so many accounts, and their public ids. */
async function castWith(count: number) {
  const people = await cast({ accounts: 1 })
  const rows = await world.seed<{ id: string }>(
    `insert into billing_account (tenant_id, ban, name, currency) select $1, $3 || n, 'Line ' || n, 'EUR' from generate_series(2, $2) n returning id`,
    [people.tenant, count, `${people.tenant}-`],
    people.tenant,
  )
  const [first] = people.accounts
  const others = rows.map(({ id }) => publicIdOf('billing_account', id))
  return { people, ids: [first?.publicId ?? '', ...others] }
}

const idsOf = (body: string) => [...body.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)

const plain = (body: string) =>
  body
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ')

test('many accounts are chosen in one explicit act: those that can be shared now, and no other (experience.md, C4)', async () => {
  const people = await cast({ accounts: 12 })
  const [closed] = people.accounts
  await world.seed(`update billing_account set status = 'closed' where id = $1`, [closed?.id], people.tenant)
  const uid = await ask(people)
  const review = await look(people, uid)
  expect(plain(review.body)).toContain('All 11 accounts of Acme Fiber')
  expect(ticksOf(review.body, 'account', 'ticked')).toEqual([])
  const check = await choose(people, uid, { accounts: ['all'] })
  expect(check.statusCode, check.body).toBe(200)
  await decide(people, uid, { page: check.body })
  await account(people.tenant, 'Came later')
  const shared = await world.sql<{ id: string }>(
    `select account_id as id from delegation_account where tenant_id = $1`,
    [people.tenant],
  )
  expect(new Set(shared.map(({ id }) => id))).toEqual(new Set(people.accounts.slice(1).map(({ id }) => id)))
  const few = await cast({ accounts: 10 })
  expect((await look(few, await ask(few))).body).not.toContain('value="all"')
})

test('accounts of a long list are found by name or number, and what was chosen and written stays (experience.md, C4)', async () => {
  const people = await cast({ accounts: 11 })
  const denver = await account(people.tenant, 'Dénver  North')
  const uid = await ask(people)
  const first = people.accounts[0]?.publicId ?? ''
  const look = (fields: Parameters<typeof find>[2]) => find(people, uid, fields)
  const found = await look({
    next: 'find',
    find: 'NORTH denver',
    account: first,
    action: 'order.read',
    ends_on: '',
  })
  expect(found.statusCode).toBe(200)
  expect(boxesOf(found.body, 'account')).toEqual(['all', first, denver.publicId])
  expect(boxesOf(found.body, 'account', 'ticked')).toEqual([first])
  expect(boxesOf(found.body, 'action', 'ticked')).toEqual(['order.read'])
  expect(plain(found.body)).toContain('1 account matches “NORTH denver”.')
  expect(plain(found.body)).not.toContain('There is a problem')
  const byNumber = await look({ next: 'enter', find: denver.ban, found: '' })
  expect(boxesOf(byNumber.body, 'account')).toEqual(['all', denver.publicId])
  const none = await look({ next: 'find', find: '<b>nowhere' })
  expect(none.body).toContain('No account matches “&lt;b&gt;nowhere”')
  expect(boxesOf(none.body, 'account')).toEqual(['all'])
  const all = await look({ next: 'all', find: 'nowhere', found: 'nowhere', account: first })
  expect(boxesOf(all.body, 'account')).toHaveLength(13)
  // Enter in another field goes on, and so does the button, with what was found and chosen.
  const chosen = { find: 'denver', found: 'denver', account: denver.publicId, action: 'order.read' }
  for (const next of [{ next: 'enter' }, {}]) {
    const check = await look({ ...chosen, ...next })
    expect(plain(check.body)).toContain('Check before you allow')
    expect(plain(check.body)).toContain(denver.ban)
  }
  const few = await cast({ accounts: 10 })
  expect((await acts.look(few, await ask(few))).body).not.toContain('name="find"')
})

test('of more accounts than fit on a page the rest is found, the suggested one stands first, and one consent holds 500 (experience.md, C4)', async () => {
  const people = await cast({ accounts: 1 })
  const accounts = await world.seed<{ id: string; ban: string }>(
    `insert into billing_account (tenant_id, ban, name, currency) select $1, 'L-' || to_char(n, 'FM0000'), 'Line ' || n, 'EUR' from generate_series(1, 620) n returning id, ban`,
    [people.tenant],
    people.tenant,
  )
  const idOf = (ban: string) =>
    publicIdOf('billing_account', accounts.find((one) => one.ban === ban)?.id ?? '')
  const uid = await ask(people, { customerHint: 'L-0611' })
  const { body } = await look(people, uid)
  const shown = boxesOf(body, 'account')
  expect(shown).toHaveLength(100)
  expect(shown[0]).toBe(idOf('L-0611'))
  expect(plain(body)).toContain('The first 100 accounts are shown; find the others by name or number.')
  const found = await find(people, uid, { next: 'find', find: 'line 619' })
  expect(boxesOf(found.body, 'account')).toEqual([idOf('L-0619')])
  await decide(people, uid, { page: (await choose(people, uid, { accounts: [idOf('L-0619')] })).body })
  expect((await outcome(people, uid)).delegation.bans).toEqual(['L-0619'])
  const again = await ask(people)
  const tooMany = await choose(people, again, {
    accounts: accounts.slice(0, 501).map(({ ban }) => idOf(ban)),
  })
  expect(plain(tooMany.body)).toContain('Choose at most 500 accounts')
})

test('no two parts of the page have one id, whatever is found and chosen (experience.md, C4)', async () => {
  const [{ people, ids }, { people: crowd }] = [await castWith(12), await castWith(502)]
  for (const [who, options] of [
    [people, {}],
    [people, { accounts: ids.slice(0, 2) }],
    [crowd, {}],
  ] as const) {
    const uid = await ask(who)
    for (const text of ['nowhere', 'line'])
      for (const fields of [
        { next: 'find', find: text },
        { find: text, found: text },
      ]) {
        const found = idsOf((await find(who, uid, fields, options)).body)
        expect(found).toEqual([...new Set(found)])
        expect(found).toContain('account')
      }
  }
})

test('what a consent holds already counts where more is added to it: together it holds at most 500, and says so in each language (U12)', async () => {
  const { people, ids } = await castWith(510)
  const first = await ask(people)
  await acts.allow(people, first, { accounts: ids.slice(0, 300), actions: ['order.read'] })
  const { delegation } = await outcome(people, first)
  const more = () => ask(people, { grantAction: 'merge', delegationId: delegation.id })
  const uid = await more()
  const fields = { action: 'order.read' }
  for (const [language, sentence] of [
    ['en', 'with those that are shared already (300), one access holds at most 500'],
    ['es', 'con las que ya se comparten (300), un acceso abarca como máximo 500'],
    ['fr', 'avec ceux qui sont déjà partagés (300), un accès en comprend au plus 500'],
  ] as const) {
    const over = await find(people, uid, fields, { accounts: ids.slice(300, 501), language })
    expect([over.statusCode, plain(over.body).includes(sentence)]).toEqual([422, true])
  }
  const fits = await choose(people, uid, { accounts: ids.slice(300, 500), actions: ['order.read'] })
  expect(fits.statusCode).toBe(200)
  const choice = JSON.parse(fieldOf(fits.body, 'choice'))
  const [, , extra] = await world.sql<{ id: string }>(
    `select id from billing_account where tenant_id = $1 and id not in (select account_id from delegation_account where tenant_id = $1) order by ban desc`,
    [people.tenant],
  )
  const altered = { ...choice, accounts: [...choice.accounts, extra?.id] }
  const refused = await acts.post(
    `/consent/${uid}/done${org(people)}`,
    [
      ['decision', 'allow'],
      ['shown', fieldOf(fits.body, 'shown')],
      ['choice', JSON.stringify(altered)],
    ],
    { as: people.admin },
  )
  expect([new Set(altered.accounts).size, refused.statusCode]).toEqual([201, 422])
})

test('whoever looks for accounts with too many chosen is told at once, and so is whoever looks in a page that is outdated (experience.md, C4)', async () => {
  const { people, ids } = await castWith(520)
  const uid = await ask(people)
  const over = await find(people, uid, { next: 'find', find: 'line' }, { accounts: ids.slice(0, 501) })
  expect(plain(over.body)).toContain('Choose at most 500 accounts')
  expect(boxesOf(over.body, 'account', 'ticked')).toHaveLength(501)
  const outdated = await find(people, uid, { next: 'find', find: 'line', shown: 'of before' })
  expect(plain(outdated.body)).toContain('The request changed while you read it.')
  const fresh = await find(people, uid, { next: 'find', find: 'line' })
  expect(plain(fresh.body)).not.toContain('There is a problem')
})

test('all accounts are chosen only where that was offered (C4)', async () => {
  for (const count of [10, 501]) {
    const { people } = await castWith(count)
    const uid = await ask(people)
    const altered = await find(people, uid, { account: 'all', action: 'order.read' })
    expect([altered.statusCode, plain(altered.body).includes('This could not be read')]).toEqual([422, true])
    const outdated = await find(people, uid, { account: 'all', action: 'order.read', shown: 'of before' })
    expect(plain(outdated.body)).toContain('The request changed while you read it.')
  }
})

test('accounts that cannot be shared are named, and those that find no room are counted (C4)', async () => {
  const { people } = await castWith(123)
  await world.seed(
    `update billing_account set status = 'closed' where tenant_id = $1 and name like 'Line %'`,
    [people.tenant],
    people.tenant,
  )
  const page = plain((await look(people, await ask(people))).body)
  expect(page.match(/cannot be shared: This account is closed/g)).toHaveLength(100)
  expect(page).toContain('22 more accounts cannot be shared either.')
})

test('a page that a server of before made is answered, and forms say nothing of a search that there was not', async () => {
  const { people, ids } = await castWith(12)
  const uid = await ask(people)
  const changed = await find(
    people,
    uid,
    { change: '1', action: 'order.read' },
    { accounts: ids.slice(0, 1) },
  )
  expect([changed.statusCode, boxesOf(changed.body, 'account', 'ticked')]).toEqual([200, ids.slice(0, 1)])
  expect(plain(changed.body)).not.toContain('There is a problem')
  const check = await choose(people, uid, { accounts: ids.slice(0, 1) })
  expect(check.body).toContain('name="change"')
  for (const { body } of [check, changed]) expect(body).not.toMatch(/type="hidden" name="(find|found|next)"/)
})
