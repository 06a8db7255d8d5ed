import { randomBytes } from 'node:crypto'
import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fieldOf, makeConsentActs, startConsentWorld, ticksOf } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const { account, ask, cast, choose, consent, decide, look, org, outcome, setPolicy } = acts

const plain = (body: string) =>
  body
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ')

describe('the way through', () => {
  test('a request is read, narrowed, checked and allowed without script, and the client gets exactly what was left (A1, A4, A10)', async () => {
    const people = await cast()
    const uid = await ask(people)
    const review = await look(people, uid)
    expect(review.statusCode, review.body).toBe(200)
    expect(review.body).not.toContain('<script')
    const actions = ticksOf(review.body, 'action').filter((name) => name !== 'order.cancel')
    const accounts = people.accounts.map(({ publicId }) => publicId)
    const check = await choose(people, uid, { actions, accounts, endsOn: '' })
    expect(check.statusCode, check.body).toBe(200)
    expect(plain(check.body)).toContain('You go back to app.northwind.example')
    const done = await decide(people, uid, { page: check.body })
    expect([done.statusCode, done.headers['location']], done.body).toEqual([
      303,
      `/consent/${uid}/done${org(people)}`,
    ])
    const { state, delegation } = await outcome(people, uid)
    expect(state).toBe('approved')
    expect(delegation).toMatchObject({
      tenantId: people.tenant,
      bans: people.accounts.map(({ ban }) => ban),
      actions: ['order.create', 'order.read', 'service.read'],
      scopes: ['orders.read', 'orders.write', 'services.read'],
    })
    const [row] = await world.sql(
      `select kind, status, approved_by_name, mask = role_mask as whole, approval_snapshot, epoch,
         get_bit(mask, 76) as creates, get_bit(mask, 79) as cancels, (select count(*)::integer from delegation_account a where a.delegation_id = d.id) as accounts
       from delegation d where id = $1`,
      [delegation.id],
    )
    expect(row).toMatchObject({
      kind: 'consent',
      status: 'active',
      approved_by_name: 'Dana Kim',
      whole: true,
      creates: 1,
      cancels: 0,
      accounts: 2,
    })
  })

  test('the telephone number at which the provider helps stands where it is decided and in the receipt, and nowhere without one (experience.md, C5, C7)', async () => {
    await using helped = await startConsentWorld({ help: { phone: '+1 303 555 0100' } })
    const there = makeConsentActs(() => helped)
    const said = 'You can also stop it by telephone: +1 303 555 0100.'
    const people = await there.cast()
    const uid = await there.ask(people)
    const check = await there.choose(people, uid)
    await there.decide(people, uid, { page: check.body })
    for (const { body } of [check, await there.look(people, uid, { rest: 'done' })]) {
      expect(plain(body)).toContain(said.replace('0100.', '0100 .'))
      expect(body).toContain('href="tel:+13035550100"')
    }
    const texts = async (in_: TestWorld) =>
      (
        await in_.sql<{ text: string }>(`select payload ->> 'text' as text from outbox where topic = 'mail'`)
      ).map(({ text }) => text)
    expect((await texts(helped)).filter((text) => text.includes(said))).toHaveLength(1)
    const silent = await consent()
    expect((await acts.look(silent, silent.uid, { rest: 'done' })).body).not.toContain('tel:')
    expect((await texts(world)).filter((text) => text.includes('by telephone'))).toEqual([])
  })

  test('what is kept is what was shown, word for word (A10)', async () => {
    const people = await cast()
    const uid = await ask(people)
    const check = await choose(people, uid)
    await decide(people, uid, { page: check.body })
    const [row] = await world.sql<{ shown: Record<string, string[]> }>(
      `select approval_snapshot as shown from delegation where tenant_id = $1`,
      [people.tenant],
    )
    const said = plain(check.body)
    const { can = [], cannot = [], accounts = [] } = row?.shown ?? {}
    expect([...can, ...cannot].filter((sentence) => !said.includes(sentence))).toEqual([])
    expect(accounts).toMatchObject([{ ban: people.accounts[0]?.ban, name: 'Site 1' }])
    expect(said).toContain((accounts as unknown as { pays: string }[])[0]?.pays)
  })

  test('the receipt says what was given and leads back to the client; a mail with the same goes to every administrator (A10)', async () => {
    const people = await cast()
    await acts.colleague(people)
    const uid = await ask(people)
    const check = await choose(people, uid)
    await decide(people, uid, { page: check.body })
    const receipt = await look(people, uid, { rest: 'done' })
    expect(receipt.body).toContain('Northwind now has access')
    expect(receipt.body).toContain(`href="/oauth/interaction/${uid}"`)
    const mails = await world.sql<{ payload: { to: string; subject: string; text: string } }>(
      `select payload from outbox where topic = 'mail' and payload ->> 'text' like '%' || (select 'con_' || '%')
       and payload ->> 'text' like $1`,
      [`%${encodeId('tenant', people.tenant)}%`],
    )
    expect(mails).toHaveLength(2)
    expect(mails[0]?.payload.text).toContain(people.accounts[0]?.ban)
    expect(mails[0]?.payload.text).toContain('Allowed by Dana Kim')
    const told = await world.sql(
      `select payload from outbox where topic = 'consent.granted' and payload ->> 'tenant_id' = $1`,
      [people.tenant],
    )
    expect(told).toMatchObject([{ payload: { partner_id: people.partner, client_id: people.clientId } }])
    expect(Object.keys((told[0] as { payload: object }).payload).toSorted()).toEqual([
      'client_id',
      'delegation_id',
      'partner_id',
      'tenant_id',
    ])
  })

  test('nothing can be allowed without having shown the second factor within 15 minutes (A10)', async () => {
    const people = await cast({ factorAgeSeconds: 3600 })
    const uid = await ask(people)
    const review = await look(people, uid)
    expect(review.body).toContain('Confirm it is you')
    expect(ticksOf(review.body, 'action')).toEqual([])
    const forced = await acts.post(
      `/consent/${uid}/done${org(people)}`,
      [
        ['decision', 'allow'],
        ['shown', 'x'],
        ['choice', '{}'],
      ],
      {
        as: people.admin,
      },
    )
    expect(forced.statusCode).toBe(401)
    expect((await outcome(people, uid)).state).toBe('open')
  })
})

describe('what the page shows', () => {
  test('who asks, since when, with which app, why, who pays, until when, what not, and how to stop it (A10)', async () => {
    const people = await cast()
    await world.seed(
      `update partner set website = 'https://northwind.example/help', onboarding_date = '2021-03-05' where id = $1`,
      [people.partner],
    )
    const { body } = await look(people, await ask(people))
    const said = plain(body)
    for (const words of [
      'Northwind , managed service provider, verified partner of Liaison since 5 Mar 2021.',
      'href="https://northwind.example/help"',
      'Northwind Fleet',
      'To place and track orders.',
      'You go back to app.northwind.example',
      'You pay: orders go on the bill of this account',
      'Pass this access on to anybody else',
      'It takes effect on the next call',
      'never gets your password',
    ])
      expect(`${said} ${body}`).toContain(words)
  })

  test('no account is chosen beforehand, also not the only one; the hint of the partner only points (A10)', async () => {
    const people = await cast({ accounts: 2 })
    const hinted = await look(people, await ask(people, { customerHint: people.accounts[1]?.ban ?? null }))
    expect(ticksOf(hinted.body, 'account')).toHaveLength(2)
    expect(ticksOf(hinted.body, 'account', 'ticked')).toEqual([])
    expect(plain(hinted.body)).toContain(
      `Billing account ${people.accounts[1]?.ban}. You pay: orders go on the bill of this account. Northwind suggests this one.`,
    )
    const alone = await cast({ accounts: 1 })
    const single = await look(alone, await ask(alone))
    expect(ticksOf(single.body, 'account')).toHaveLength(1)
    expect(ticksOf(single.body, 'account', 'ticked')).toEqual([])
  })

  test('an account that cannot be shared stands there with the reason, and one that nobody pays for says so (A5, A10)', async () => {
    const people = await cast()
    await account(people.tenant, 'Unpaid', null)
    await world.seed(
      `update billing_account set status = 'closed' where id = $1`,
      [people.accounts[1]?.id],
      people.tenant,
    )
    const said = plain((await look(people, await ask(people))).body)
    expect(said).toContain(
      `Site 2 (billing account ${people.accounts[1]?.ban}) cannot be shared: This account is closed.`,
    )
    expect(said).toContain('Nobody is set to pay for this account: orders will be refused.')
  })

  test('another payer is named for the accounts that it pays for (A5)', async () => {
    const people = await cast({ accounts: 1 })
    const wholesaler = await world.tenant('Whole Sale AG')
    const theirs = await account(wholesaler, 'Main')
    await world.seed('update partner set home_tenant_id = $2 where id = $1', [people.partner, wholesaler])
    await world.seed(
      `update commercial_relationship set kind = 'resale', seller_partner_id = $2, payer_tenant_id = $3, payer_account_id = $4, agreement_reference = 'A-1' where account_id = $1`,
      [people.accounts[0]?.id, people.partner, wholesaler, theirs.id],
      people.tenant,
    )
    const said = plain((await look(people, await ask(people))).body)
    expect(said).toContain(`Whole Sale AG pays, on its account ${theirs.ban}. Nothing goes on your bill.`)
  })

  test('nothing that it may do is chosen beforehand, and what spends money is a group of its own (A10)', async () => {
    const people = await cast()
    const { body } = await look(people, await ask(people))
    expect(ticksOf(body, 'action', 'ticked')).toEqual([])
    expect(ticksOf(body, 'action')).toContain('order.create')
    expect(body.indexOf('Spend money')).toBeLessThan(body.indexOf('value="order.create"'))
  })

  test('the check page shows the accounts again and holds no input but the decision, yes and no alike (A10)', async () => {
    const people = await cast()
    const { body } = await choose(people, await ask(people))
    expect(plain(body)).toContain(`Site 1 , billing account ${people.accounts[0]?.ban}`)
    expect(plain(body)).not.toContain(people.accounts[1]?.ban)
    expect([...body.matchAll(/<input\b[^>]*>/g)].every(([input]) => input.includes('type="hidden"'))).toBe(
      true,
    )
    const buttons = [...body.matchAll(/<button\s+class="([^"]*)"[^>]*>\s*([^<]*?)\s*</g)].map(
      ([, look_, label]) => [label, look_],
    )
    expect(buttons).toEqual([
      ['Change what you chose', 'link'],
      ['Don&#39;t allow', 'button'],
      ['Allow Northwind', 'button'],
    ])
  })

  test('whoever changes what was chosen finds it as it was, and still has to check it (A10)', async () => {
    const people = await cast()
    const uid = await ask(people)
    const [, second] = people.accounts
    const check = await choose(people, uid, {
      accounts: [second?.publicId ?? ''],
      actions: ['order.read'],
      endsOn: '',
    })
    const [, again = ''] = check.body.split('<form id="again"')
    const fields = [...again.matchAll(/name="([^"]+)"\s+value="([^"]*)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    const back = await acts.postChoice(`/consent/${uid}/check${org(people)}`, fields, { as: people.admin })
    expect(back.statusCode).toBe(200)
    expect(back.body).not.toContain('role="alert"')
    expect(ticksOf(back.body, 'account', 'ticked')).toEqual([second?.publicId])
    expect(ticksOf(back.body, 'action', 'ticked')).toEqual(['order.read'])
    expect((await outcome(people, uid)).state).toBe('open')
  })

  test.each([
    ['longer than asked', 90, {}, '2099-01-01'],
    ['longer than the rules of the organisation allow', 400, { max_duration_days: 30 }, null],
    ['longer than two years', 5000, {}, null],
  ] as const)('an end %s is never given (A10)', async (_, days, policy, wish) => {
    const people = await cast()
    if (Object.keys(policy).length > 0) await setPolicy(people, policy)
    const uid = await ask(people, { accessDurationSeconds: Math.min(days * 86_400, 63_158_400) })
    const { body } = await look(people, uid)
    const latest = Date.parse(`${fieldOf(body, 'ends_on')}T00:00:00Z`)
    const longest = Math.min(days, 'max_duration_days' in policy ? policy.max_duration_days : 730)
    expect(Math.abs(latest - Date.now() - longest * 86_400_000)).toBeLessThan(2 * 86_400_000)
    const later = wish ?? new Date(latest + 3 * 86_400_000).toISOString().slice(0, 10)
    const refused = await choose(people, uid, { endsOn: later })
    expect([refused.statusCode, plain(refused.body).includes('earlier than asked, not later')]).toEqual([
      422,
      true,
    ])
  })

  test('faults of the form stand on top with links, and what was ticked stays ticked (A10)', async () => {
    const people = await cast()
    const refused = await choose(people, await ask(people), {
      accounts: [],
      actions: ['order.create'],
      endsOn: 'soon',
    })
    expect(refused.statusCode).toBe(422)
    expect(refused.body).toContain('<a href="#account">Choose at least one account</a>')
    expect(refused.body).toContain('<a href="#ends_on">')
    expect(refused.body).toMatch(/id="account"/)
    expect(ticksOf(refused.body, 'action', 'ticked')).toEqual(['order.create'])
  })

  test('the rules of the organisation decide which partners may ask at all (A10)', async () => {
    for (const policy of [{ who_may_ask: 'none' }, { who_may_ask: 'listed' }]) {
      const people = await cast()
      await setPolicy(people, policy)
      const review = await look(people, await ask(people))
      expect([review.statusCode, ticksOf(review.body, 'action')]).toEqual([409, []])
      expect(plain(review.body)).toContain('cannot be given access now')
    }
    const welcome = await cast()
    await setPolicy(welcome, { who_may_ask: 'listed', listed_partner_ids: [welcome.partner] })
    expect((await look(welcome, await ask(welcome))).statusCode).toBe(200)
  })

  test('a sandbox app reaches no real organisation and a live one no sandbox, and it is marked (A11)', async () => {
    const people = await cast({ environment: 'sandbox' })
    const uid = await ask(people)
    expect(plain((await look(people, uid)).body)).toContain('works with sandbox organisations only')
    await world.seed('update tenant set is_sandbox = true where id = $1', [people.tenant], people.tenant)
    const review = await look(people, uid)
    expect([review.statusCode, plain(review.body).includes('Sandbox: for trying things out')]).toEqual([
      200,
      true,
    ])
  })

  test('attack 56: a partner that only refers holds no consent', async () => {
    const people = await cast({ kinds: ['referral'] })
    const review = await look(people, await ask(people))
    expect([review.statusCode, plain(review.body).includes('only refers customers')]).toEqual([409, true])
  })
})

describe('for which organisation', () => {
  test('whoever administers one organisation goes straight on, whoever administers several chooses, and others are named with the reason (A10)', async () => {
    const people = await cast()
    const alone = { cookie: people.admin.cookie }
    const first = await world.call(alone, 'GET', `/consent/${await ask(people)}`)
    expect(first.headers['location']).toMatch(/\/review\?org=ten_/)
    const [beta, gamma] = [await world.tenant('Beta'), await world.tenant('Gamma')]
    await world.tenantMember(beta, people.adminId)
    await world.tenantMember(gamma, people.adminId, 'TENANT_USER')
    const uid = await ask(people)
    const choice = await world.call(alone, 'GET', `/consent/${uid}`)
    expect(choice.statusCode, choice.body).toBe(200)
    expect(choice.body.match(/href="\/consent\/[^"]*org=ten_/g)).toHaveLength(2)
    expect(plain(choice.body)).toContain('Gamma: only its administrators can allow access')
    expect(choice.body).toMatch(/href="\/org\/ten_\w+\/home">Ask one of them/)
    const declined = await acts.post(`/consent/${uid}/decline`, [], { as: people.admin })
    expect(declined.statusCode, declined.body).toBe(303)
    expect((await outcome(people, uid)).state).toBe('denied')
    expect((await world.call(alone, 'GET', `/consent/${uid}`)).body).toContain('You did not allow it')
  })

  test('whoever is not signed in is led to sign in and back', async () => {
    const people = await cast()
    const uid = await ask(people)
    const response = await world.app.http.inject({
      method: 'GET',
      url: `/consent/${uid}`,
      headers: { accept: 'text/html' },
    })
    expect(response.headers['location']).toBe(`/signin?return_to=${encodeURIComponent(`/consent/${uid}`)}`)
  })

  test('an address that names no request shows nothing', async () => {
    const people = await cast()
    const missing = await look(people, randomBytes(32).toString('base64url'))
    expect(missing.statusCode).toBe(404)
    const misshapen = await look(people, 'short')
    expect(misshapen.statusCode).toBe(404)
    expect(plain(misshapen.body)).toContain('There is nothing here')
  })
})
