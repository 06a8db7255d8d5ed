import { randomBytes } from 'node:crypto'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldOf, makeConsentActs, startConsentWorld, ticksOf } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { allow, ask, cast, choose, decide, look, org, outcome } = acts

const countConsents = async ({ tenant }: ConsentCast) =>
  (await world.sql('select id from delegation where tenant_id = $1', [tenant])).length

const eventsOf = ({ tenant }: ConsentCast) =>
  world.sql<{ action: string; outcome: string; code: string | null; partner_id: string | null }>(
    `select action, outcome, code, partner_id from audit_event where tenant_id = $1 and action like 'consents.%' order by occurred_at`,
    [tenant],
  )

describe('attack 20: the interaction of somebody else', () => {
  test('another person, also one of the same organisation, finds nothing under it and grants nothing', async () => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    const { caller } = await acts.colleague(people)
    expect((await look(people, uid, { as: caller })).statusCode).toBe(404)
    expect((await decide(people, uid, { page: check.body, as: caller })).statusCode).toBe(404)
    expect((await decide(people, uid, { as: caller })).statusCode).toBe(404)
    expect([await countConsents(people), (await outcome(people, uid)).state]).toEqual([0, 'open'])
    const seen = await world.call({ cookie: caller.cookie }, 'GET', `/probe/requests/${uid}`)
    expect(seen.statusCode).toBe(404)
  })

  test('without a session nothing is answered', async () => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    const response = await decide(people, uid, { page: check.body, as: { cookie: null } })
    expect([response.statusCode, await countConsents(people)]).toEqual([401, 0])
  })

  test('the table holds only a digest of the interaction', async () => {
    const people = await cast()
    const uid = await ask(people)
    const rows = await world.sql<{ text: string }>('select r::text as text from consent_request r')
    expect(rows.some(({ text }) => text.includes(uid))).toBe(false)
  })
})

test('attack 21: an account of another organisation is refused with 403, granted to nobody, and in the log', async () => {
  const [people, others] = [await cast(), await cast()]
  const uid = await ask(people)
  const theirs = others.accounts[0]?.publicId ?? ''
  const response = await choose(people, uid, { accounts: [people.accounts[0]?.publicId ?? '', theirs] })
  expect([response.statusCode, response.body.includes('Check before you allow')]).toEqual([403, false])
  expect(await countConsents(people)).toBe(0)
  expect(await eventsOf(people)).toMatchObject([
    { action: 'consents.approve', outcome: 'error', code: 'CONSENT_ACCOUNT_FOREIGN' },
  ])
  const check = await choose(people, uid)
  const carried = fieldOf(check.body, 'choice').replace(
    people.accounts[0]?.id ?? '',
    others.accounts[0]?.id ?? '',
  )
  const forged = await acts.post(
    `/consent/${uid}/done${org(people)}`,
    [
      ['decision', 'allow'],
      ['shown', fieldOf(check.body, 'shown')],
      ['choice', carried],
    ],
    { as: people.admin },
  )
  expect([forged.statusCode, await countConsents(people)]).toEqual([422, 0])
})

describe('attack 22: more than was asked', () => {
  test('an action that was not requested, or whose scope was not, is never granted', async () => {
    const people = await cast()
    const uid = await ask(people, { scopes: ['orders.read'], actions: ['order.read', 'order.create'] })
    expect(ticksOf((await look(people, uid)).body, 'action')).toEqual(['order.read'])
    for (const action of ['order.create', 'invoice.read', 'no.such']) {
      const response = await choose(people, uid, { actions: ['order.read', action] })
      expect(response.statusCode).toBe(422)
    }
    await allow(people, uid)
    expect((await outcome(people, uid)).delegation).toMatchObject({
      actions: ['order.read'],
      scopes: ['orders.read'],
    })
  })

  test('what the client is not registered for is not even offered', async () => {
    const people = await cast({ scopes: ['orders.read'] })
    const uid = await ask(people)
    expect(ticksOf((await look(people, uid)).body, 'action')).toEqual(['order.read'])
  })

  test('a choice that was altered after the check is refused: more actions, a later end, no account, no JSON', async () => {
    const people = await cast()
    const uid = await ask(people, { actions: ['order.read'], scopes: ['orders.read'] })
    const { body } = await choose(people, uid)
    const choice = JSON.parse(fieldOf(body, 'choice'))
    for (const altered of [
      { ...choice, actions: ['order.read', 'order.create'] },
      { ...choice, ends_at: '2099-01-01T00:00:00.000Z' },
      { ...choice, accounts: [] },
      { ...choice, status: 'active' },
      'not json',
    ]) {
      const response = await acts.post(
        `/consent/${uid}/done${org(people)}`,
        [
          ['decision', 'allow'],
          ['shown', fieldOf(body, 'shown')],
          ['choice', JSON.stringify(altered)],
        ],
        { as: people.admin },
      )
      expect(response.statusCode, JSON.stringify(altered)).toBe(422)
    }
    expect(await countConsents(people)).toBe(0)
  })
})

test('attack 23: no page of a consent can be framed or kept', async () => {
  const people = await cast()
  const uid = await ask(people)
  for (const page of [
    await look(people, uid),
    await choose(people, uid),
    await world.call({ cookie: people.admin.cookie }, 'GET', `/consent/${uid}`),
  ]) {
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect([page.headers['cache-control'], page.headers['referrer-policy']]).toEqual([
      'no-store',
      'no-referrer',
    ])
  }
})

test.each([
  ['a foreign origin', { origin: 'https://evil.example' }],
  ['no origin', { origin: '' }],
])('attack 24: a decision sent from %s is refused', async (_, headers) => {
  const people = await cast()
  const uid = await ask(people)
  const check = await choose(people, uid)
  const response = await decide(people, uid, { page: check.body, headers })
  expect([response.statusCode, await countConsents(people)]).toEqual([403, 0])
})

test('attack 25: a second request in the same browser asks for everything again, also for what was allowed before', async () => {
  const people = await acts.consent()
  const uid = await ask(people)
  const review = await look(people, uid)
  expect([review.statusCode, ticksOf(review.body, 'account').length]).toEqual([200, 2])
  expect((await outcome(people, uid)).state).toBe('open')
  await allow(people, uid, { accounts: [people.accounts[1]?.publicId ?? ''] })
  expect((await outcome(people, uid)).delegation.bans).toEqual([people.accounts[1]?.ban])
  expect((await outcome(people, people.uid)).delegation.bans).toEqual([people.accounts[0]?.ban])
})

describe('attack 26: somebody who may no longer decide', () => {
  test.each([
    ['was made an ordinary member', `update tenant_member set role = 'TENANT_USER' where tenant_id = $1`],
    ['has left', `update tenant_member set status = 'inactive' where tenant_id = $1`],
  ])('an administrator who meanwhile %s decides nothing', async (_, change) => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    await world.seed(change, [people.tenant], people.tenant)
    const response = await decide(people, uid, { page: check.body })
    expect(response.statusCode).toBeGreaterThanOrEqual(400)
    expect(await countConsents(people)).toBe(0)
  })

  test('whoever signed out meanwhile decides nothing', async () => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    await world.sql('update session set ended_at = now() where person_id = $1', [people.adminId])
    expect((await decide(people, uid, { page: check.body })).statusCode).toBe(401)
    expect(await countConsents(people)).toBe(0)
  })
})

describe('attack 27: a partner that is stopped while it is being decided', () => {
  test.each([
    ['the partner', `update partner set status = 'suspended' where id = $1`, 'not active with Liaison'],
    ['its client', `update api_client set status = 'suspended' where partner_id = $1`, 'was stopped'],
  ])(
    '%s was suspended after the page was shown: refused, and the page says why',
    async (_, change, words) => {
      const people = await cast()
      const uid = await ask(people)
      const check = await choose(people, uid)
      await world.seed(change, [people.partner])
      const response = await decide(people, uid, { page: check.body })
      expect([response.statusCode, response.body.includes(words), await countConsents(people)]).toEqual([
        409,
        true,
        0,
      ])
      expect((await look(people, uid)).body).toContain(words)
    },
  )

  test('whatever else changed on the page makes the decision stale', async () => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    await world.seed(
      `update billing_account set name = 'Renamed' where id = $1`,
      [people.accounts[1]?.id],
      people.tenant,
    )
    const response = await decide(people, uid, { page: check.body })
    expect([response.statusCode, await countConsents(people)]).toEqual([409, 0])
  })
})

test(
  'attack 28: an approval that is sent many times at once makes one consent, and everybody sees it',
  async () => {
    const rounds = attempts(1, 50)
    for (let round = 0; round < rounds; round += 1) {
      const people = await cast()
      const uid = await ask(people)
      const check = await choose(people, uid)
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => decide(people, uid, { page: check.body })),
      )
      expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 303))
      expect(await countConsents(people)).toBe(1)
      expect((await eventsOf(people)).filter(({ action }) => action === 'consents.approve')).toHaveLength(1)
    }
    tellFigures([{ name: 'uses of one approval of a consent', count: rounds * 20 }])
  },
  patience(20_000),
)

test('attack 29: saying no leaves nothing but the log of the organisation; the partner reads nothing of it', async () => {
  const people = await cast()
  const uid = await ask(people)
  expect((await decide(people, uid)).statusCode).toBe(303)
  expect([(await outcome(people, uid)).state, await countConsents(people)]).toEqual(['denied', 0])
  expect((await look(people, uid, { rest: 'done' })).body).toContain('has no access')
  expect(await eventsOf(people)).toMatchObject([{ action: 'consents.decline', partner_id: null }])
  const check = await decide(people, uid, { page: (await look(people, uid)).body })
  expect([check.statusCode, await countConsents(people)]).toEqual([303, 0])
})

describe('attack 30: names that deceive', () => {
  test('script in a name is text', async () => {
    const people = await cast({
      partnerName: 'North<script>alert(1)</script>wind',
      clientName: '"><img src=x onerror=1>',
    })
    const uid = await ask(people, { purpose: '<b>bold</b>' })
    for (const { body } of [await look(people, uid), await choose(people, uid)]) {
      expect(body).not.toMatch(/<script>|<img src=x|<b>bold/)
      expect(body).toContain('&lt;script&gt;')
    }
  })

  test('overrides of the writing direction are taken out and told', async () => {
    const people = await cast({ partnerName: 'North\u202Edniw', clientName: 'Fle\u200Bet' })
    const { body } = await look(people, await ask(people))
    expect(body).not.toMatch(/[\u202e\u200b]/)
    expect(body).toContain('letters that cannot be seen')
  })

  test('a look-alike of the provider is blocked while nobody verified it, and flagged when it is live', async () => {
    const unverified = await cast({ clientName: 'Lіaison Support', environment: 'sandbox' })
    await world.seed(
      'update tenant set is_sandbox = true where id = $1',
      [unverified.tenant],
      unverified.tenant,
    )
    const blocked = await look(unverified, await ask(unverified))
    expect([blocked.statusCode, ticksOf(blocked.body, 'action')]).toEqual([409, []])
    const live = await cast({ clientName: 'L1aison Support' })
    const flagged = await look(live, await ask(live))
    expect([flagged.statusCode, flagged.body.includes('It is not Liaison that asks')]).toEqual([200, true])
  })
})

describe('two people decide where the organisation wants it', () => {
  const openDual = async () => {
    const people = await cast()
    await acts.setPolicy(people, { dual_approval: true })
    const uid = await ask(people)
    expect((await allow(people, uid)).statusCode).toBe(303)
    const second = await acts.colleague(people)
    const waiting = await world.call(second.caller, 'GET', '/api/v1/tenant/consent-requests')
    return { ...people, uid, second: second.caller, waiting: waiting.json().items[0] }
  }

  test('attack 31: after the first approval nothing is open, and the same person twice is refused', async () => {
    const scene = await openDual()
    expect(await outcome(scene, scene.uid)).toEqual({ state: 'waiting', delegation: null })
    const [row] = await world.sql('select status, approved_at from delegation where tenant_id = $1', [
      scene.tenant,
    ])
    expect(row).toEqual({ status: 'requested', approved_at: null })
    const key = scene.waiting.consent_request_id
    const again = await acts.post(
      `/consent/${key}/done${org(scene)}`,
      [
        ['decision', 'allow'],
        ['shown', 'x'],
        ['choice', '{}'],
      ],
      { as: scene.admin },
    )
    expect(again.statusCode).toBe(409)
    expect((await look(scene, scene.uid, { rest: 'done' })).body).toContain('Waiting for a second person')
    expect((await outcome(scene, scene.uid)).state).toBe('waiting')
  })

  test('attack 31: the second person finds it in Partner access, sees what the first one chose, and opens it', async () => {
    const scene = await openDual()
    expect(scene.waiting).toMatchObject({
      partner_name: 'Northwind',
      first_approved_by_name: 'Dana Kim',
      is_mine: false,
    })
    const page = await world.call({ cookie: scene.second.cookie }, 'GET', scene.waiting.path)
    expect(page.body).toContain('Dana Kim has approved this')
    expect(page.body).not.toContain(scene.uid)
    const key = scene.waiting.consent_request_id
    const done = await decide(scene, key, { page: page.body, as: scene.second })
    expect(done.statusCode, done.body).toBe(303)
    const { state, delegation } = await outcome(scene, scene.uid)
    expect([state, delegation.bans]).toEqual(['approved', [scene.accounts[0]?.ban]])
    const [row] = await world.sql(
      'select d.status, d.approved_by_name, c.first_approved_by_name from delegation d join consent c on c.id = d.id where d.tenant_id = $1',
      [scene.tenant],
    )
    expect(row).toEqual({
      status: 'active',
      approved_by_name: 'Priya Nair',
      first_approved_by_name: 'Dana Kim',
    })
    const mails = await world.sql(
      `select payload ->> 'to' as address from outbox where topic = 'mail' and payload ->> 'text' like $1`,
      [`%${key}%`],
    )
    expect(mails).toHaveLength(1)
  })

  test('attack 31: the second person may say no, and then nothing is shared', async () => {
    const scene = await openDual()
    const done = await decide(scene, scene.waiting.consent_request_id, { as: scene.second })
    expect(done.statusCode, done.body).toBe(303)
    expect((await outcome(scene, scene.uid)).state).toBe('denied')
    const [row] = await world.sql('select status from delegation where tenant_id = $1', [scene.tenant])
    expect(row).toEqual({ status: 'declined' })
  })

  test('the partner sees nothing of a request that still waits', async () => {
    const scene = await openDual()
    const list = await world.call(scene.owner, 'GET', '/api/v1/partner/consents')
    expect(list.json().items).toEqual([])
  })
})

test('attack 58: somebody who acts in an organisation under a link decides nothing for it', async () => {
  const people = await cast()
  const staff = await world.person()
  const member = await world.partnerMember(people.partner, staff.id)
  await world.assign(await world.link(people.partner, people.tenant), member)
  const caller = await world.signIn(staff.id, { tenantId: people.tenant })
  const uid = await ask(people, { as: caller })
  expect((await look(people, uid, { as: caller })).statusCode).toBe(404)
  const forced = await acts.post(
    `/consent/${uid}/done?org=${encodeId('tenant', people.tenant)}`,
    [
      ['decision', 'allow'],
      ['shown', randomBytes(8).toString('hex')],
      ['choice', '{}'],
    ],
    { as: caller },
  )
  expect([
    forced.statusCode,
    await world.sql(`select id from delegation where kind = 'consent' and tenant_id = $1`, [people.tenant]),
  ]).toEqual([404, []])
})
