import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
async function find(people: ConsentCast, uid: string, fields: Readonly<Record<string, string>>) {
  const { body } = await look(people, uid)
  const sent = { shown: fieldOf(body, 'shown'), ends_on: fieldOf(body, 'ends_on'), ...fields }
  return acts.post(`/consent/${uid}/check${org(people)}`, Object.entries(sent), { as: people.admin })
}

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
    encodeId(
      'billing_account',
      idFromUuid('billing_account', accounts.find((one) => one.ban === ban)?.id ?? ''),
    )
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
