import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeConsentActs, startConsentWorld, TOLD_WHY } from '#testing/consent-acts.ts'
import type { ConsentCast } from '#testing/consent-acts.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const acts = makeConsentActs(() => world)
const ASKS = '/api/v1/partner/consent-asks'

async function open() {
  const people = await acts.cast()
  const [tenant] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [people.tenant])
  const [person] = await world.sql<{ email: string }>('select email from person where id = $1', [
    people.adminId,
  ])
  return { ...people, code: tenant?.slug ?? '', address: person?.email ?? '' }
}

type People = Awaited<ReturnType<typeof open>>

const ask = (people: ConsentCast, to: string, over: object = {}) =>
  world.call(people.owner, 'POST', ASKS, {
    body: {
      to,
      client_id: encodeId('api_client', people.clientId as never),
      actions: ['order.read', 'service.read'],
      purpose: TOLD_WHY,
      ...over,
    },
  })

const listed = async ({ owner }: Pick<ConsentCast, 'owner'>) =>
  (await world.call(owner, 'GET', ASKS)).json().items as Record<string, unknown>[]

const mailsTo = (address: string) =>
  world.sql<{ subject: string; text: string }>(
    `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
    [address],
  )

const pathIn = (text: string) => /\/consent-asks\/\w+/.exec(text)?.[0] ?? ''

/** Whoever is asked begins to decide; the answer leads to the pages of consents. */
async function begin(path: string, by: Caller) {
  const answer = await acts.post(`${path}/decide`, [], { as: by })
  const place = String(answer.headers['location'])
  return { status: answer.statusCode, place, key: /^\/consent\/([^/?]+)/.exec(place)?.[1] ?? '' }
}

async function pathOfMail(people: People) {
  const [mail] = await mailsTo(people.address)
  return pathIn(mail?.text ?? '')
}

const tellable = ({
  consent_ask_id: _id,
  to: _to,
  created_at: _at,
  ends_at: _end,
  ...rest
}: Record<string, unknown>) => rest

describe('a partner asks a customer from its own portal (C1)', () => {
  test('by the partner code: the administrators get a mail, one of them decides, and both see the consent', async () => {
    const people = await open()
    const sent = await ask(people, people.code)
    expect(sent.statusCode, sent.body).toBe(202)
    expect(sent.json()).toMatchObject({
      to: people.code,
      status: 'sent',
      duration_days: 90,
      consent_id: null,
    })
    const [mail] = await mailsTo(people.address)
    expect(mail?.subject).toBe('Northwind asks you for access with Northwind Fleet')
    expect(mail?.text).toContain(TOLD_WHY)
    expect(mail?.text).toContain('/help#unknown-request')
    const path = pathIn(mail?.text ?? '')
    const page = await world.call({ cookie: people.admin.cookie }, 'GET', path)
    expect(page.body).toContain('never gets your password')
    const { key, place } = await begin(path, people.admin)
    expect(place).toContain(`org=${encodeId('tenant', people.tenant)}`)
    const done = await acts.allow(people, key, { actions: ['order.read'] })
    expect(done.statusCode, done.body).toBe(303)
    const [row] = await listed(people)
    expect(row).toMatchObject({ status: 'approved' })
    const consent = await world.call(
      people.owner,
      'GET',
      `/api/v1/partner/consents/${String(row?.['consent_id'])}`,
    )
    expect(consent.json()).toMatchObject({
      actions: ['order.read'],
      purpose: TOLD_WHY,
      tenant_name: 'Acme Fiber',
    })
    const days = (Date.parse(consent.json().ends_at) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(88)
    expect(days).toBeLessThan(91)
  })

  test('by an address: that person alone is written to, and chooses for which organisation of theirs', async () => {
    const people = await open()
    const second = await acts.colleague(people)
    const elsewhere = await world.tenant('Other Fiber')
    await world.tenantMember(elsewhere, people.adminId)
    expect((await ask(people, people.address.toUpperCase())).statusCode).toBe(202)
    const [theirs] = await world.sql<{ email: string }>('select email from person where id = $1', [second.id])
    expect(await mailsTo(theirs?.email ?? '')).toEqual([])
    const path = await pathOfMail(people)
    expect((await begin(path, second.caller)).status).toBe(404)
    const { key, place } = await begin(path, people.admin)
    expect(place).toBe(`/consent/${key}`)
    const choice = await world.call({ cookie: people.admin.cookie }, 'GET', place)
    expect(choice.body).toContain('Other Fiber')
    expect((await acts.allow(people, key)).statusCode).toBe(303)
    expect((await listed(people))[0]).toMatchObject({ status: 'approved' })
  })

  test('a no is told, once; the same may be asked again after seven days', async () => {
    const people = await open()
    await ask(people, people.code)
    const { key } = await begin(await pathOfMail(people), people.admin)
    expect((await acts.decide(people, key)).statusCode).toBe(303)
    expect((await listed(people))[0]).toMatchObject({ status: 'denied', consent_id: null })
    const again = await ask(people, people.code)
    expect([again.statusCode, again.json().code]).toEqual([409, 'CONSENT_ASK_TOO_SOON'])
    // Asking the person instead reaches nobody, and says so to nobody.
    expect((await ask(people, people.address)).statusCode).toBe(202)
    expect(await mailsTo(people.address)).toHaveLength(1)
  })

  test('whoever is asked by address may say no for all their organisations', async () => {
    const people = await open()
    await world.tenantMember(await world.tenant('Other Fiber'), people.adminId)
    await ask(people, people.address)
    const { key } = await begin(await pathOfMail(people), people.admin)
    await acts.post(`/consent/${key}/decline`, [], { as: people.admin })
    expect((await listed(people))[0]).toMatchObject({ status: 'denied' })
  })

  test('it can be taken back until it is answered, and then nobody answers it', async () => {
    const people = await open()
    const { consent_ask_id: id } = (await ask(people, people.code)).json()
    const path = await pathOfMail(people)
    const { key } = await begin(path, people.admin)
    const { body: checked } = await acts.choose(people, key)
    const back = await world.call(people.owner, 'POST', `${ASKS}/${id}/withdraw`, { body: {} })
    expect(back.json()).toMatchObject({ status: 'withdrawn' })
    expect((await world.call(people.owner, 'POST', `${ASKS}/${id}/withdraw`, { body: {} })).statusCode).toBe(
      409,
    )
    const check = await acts.look(people, key)
    expect(check.body).toContain('has taken this request back')
    expect((await acts.decide(people, key, { page: checked })).statusCode).toBe(409)
    expect((await begin(path, people.admin)).status).toBe(409)
  })

  test('after 30 days it has run out for both sides', async () => {
    const people = await open()
    await ask(people, people.code)
    const path = await pathOfMail(people)
    await world.seed(`update consent_ask set ends_at = now() - interval '1 second' where partner_id = $1`, [
      people.partner,
    ])
    expect((await listed(people))[0]).toMatchObject({ status: 'lapsed' })
    expect((await begin(path, people.admin)).status).toBe(409)
  })

  test('what was asked is listed newest first, over as many pages as it takes', async () => {
    const people = await open()
    const codes = Array.from({ length: 8 }, (_, at) => `no-such-code-${at}`)
    for (const code of codes) expect((await ask(people, code)).statusCode).toBe(202)
    const seen: string[] = []
    let next = `${ASKS}?limit=3`
    while (next !== '') {
      const page = (await world.call(people.owner, 'GET', next)).json()
      seen.push(...page.items.map(({ to }: { to: string }) => to))
      next = page.next_cursor === null ? '' : `${ASKS}?limit=3&cursor=${encodeURIComponent(page.next_cursor)}`
    }
    expect(seen).toEqual(codes.toReversed())
  })

  test('with two approvers it stays "sent" for the partner until the second one decided', async () => {
    const people = await open()
    await acts.setPolicy(people, { dual_approval: true })
    const second = await acts.colleague(people)
    await ask(people, people.code)
    const { key } = await begin(await pathOfMail(people), people.admin)
    expect((await acts.allow(people, key)).statusCode).toBe(303)
    expect((await listed(people))[0]).toMatchObject({ status: 'sent', consent_id: null })
    const waiting = await world.call(second.caller, 'GET', '/api/v1/tenant/consent-requests')
    const { consent_request_id: request } = waiting.json().items[0]
    const page = await acts.look(people, request, { as: second.caller })
    expect((await acts.decide(people, request, { page: page.body, as: second.caller })).statusCode).toBe(303)
    expect((await listed(people))[0]).toMatchObject({ status: 'approved' })
  })
})

describe('asking tells nothing of who is a customer', () => {
  test('a customer, nobody, one whose rules take no requests, a stranger to all and a mere member are answered and listed alike', async () => {
    const people = await open()
    const closed = await open()
    await acts.setPolicy(closed, { who_may_ask: 'none' })
    const member = await world.person()
    await world.tenantMember(people.tenant, member.id, 'TENANT_USER')
    const [plain] = await world.sql<{ email: string }>('select email from person where id = $1', [member.id])
    const all = [
      people.code,
      'nobody-has-this',
      closed.code,
      closed.address,
      'nobody@nowhere.example',
      plain?.email ?? '',
    ]
    const answers = []
    for (const to of all) answers.push(await ask(people, to))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(all.map(() => 202))
    const [first, ...rest] = answers.map((answer) => tellable(answer.json()))
    for (const other of rest) expect(other).toEqual(first)
    for (const row of await listed(people)) expect(tellable(row)).toEqual(first)
    expect(await mailsTo(closed.address)).toEqual([])
    expect(await mailsTo(plain?.email ?? '')).toEqual([])
    const twice = await ask(people, 'nobody-has-this')
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'CONSENT_ASK_PENDING'])
  })

  test('whom it reached stands in the log of those alone: the partner’s own event names no customer', async () => {
    const people = await open()
    await ask(people, people.code)
    await ask(people, 'nobody-has-this')
    const events = await world.sql<{ tenant_id: string | null; scopes: string[] }>(
      `select e.tenant_id, array_agg(s.kind || ' ' || s.scope_id order by s.kind) as scopes from audit_event e join audit_scope s on s.event_id = e.id
       where e.action = 'consents.ask_tenant' and e.partner_id = $1 group by e.id, e.tenant_id order by e.id`,
      [people.partner],
    )
    expect(events).toEqual([
      { tenant_id: null, scopes: [`partner ${people.partner}`, `tenant ${people.tenant}`] },
      { tenant_id: null, scopes: [`partner ${people.partner}`] },
    ])
  })

  test('a customer is not written to a second time while a request waits, nor more than three times in a week', async () => {
    const people = await open()
    await ask(people, people.code)
    expect((await ask(people, people.address)).statusCode).toBe(202)
    expect(await mailsTo(people.address)).toHaveLength(1)
    for (let round = 0; round < 4; round += 1) {
      for (const row of await listed(people))
        await world.call(people.owner, 'POST', `${ASKS}/${String(row['consent_ask_id'])}/withdraw`, {
          body: {},
        })
      expect((await ask(people, people.code)).statusCode).toBe(202)
    }
    expect(await mailsTo(people.address)).toHaveLength(3)
  })
})

describe('who may ask for what', () => {
  test('only an own client that works, for what it is registered for, with a reason of 120 to 300 characters', async () => {
    const [people, others] = [await open(), await open()]
    const narrow = await acts.client(people.partner, { scopes: ['orders.read'] })
    const refused = [
      await ask({ ...people, clientId: others.clientId }, people.code),
      await ask({ ...people, clientId: narrow }, people.code),
      await ask(people, people.code, { purpose: 'Because.' }),
      await ask(people, people.code, { duration_days: 400 }),
      await ask(people, 'no code at all'),
    ]
    expect(refused.map(({ statusCode }) => statusCode)).toEqual([422, 422, 422, 422, 422])
    expect(refused[1]?.json().errors[0]).toMatchObject({ pointer: '/body/actions/1', code: 'NOT_REGISTERED' })
    expect(await listed(people)).toEqual([])
  })

  test('a partner that only refers asks nobody', async () => {
    const people = await open()
    await world.seed(`update partner set kinds = array['referral'] where id = $1`, [people.partner])
    expect((await ask(people, people.code)).json().code).toBe('CONSENT_REQUEST_BLOCKED')
  })

  test('the page is for whoever is asked, and shows the same in their language', async () => {
    const [people, others] = [await open(), await open()]
    await ask(people, people.code)
    const path = await pathOfMail(people)
    expect((await world.call({ cookie: others.admin.cookie }, 'GET', path)).statusCode).toBe(404)
    expect((await begin(path, others.admin)).status).toBe(404)
    expect((await world.call({ cookie: null }, 'GET', path)).headers['location']).toContain('/signin')
    const french = await world.call({ cookie: people.admin.cookie }, 'GET', `${path}?lang=fr`)
    expect(french.body).toContain('Northwind demande un accès')
    const waiting = await world.call(people.admin, 'GET', '/api/v1/tenant/consent-asks')
    expect(waiting.json().items).toMatchObject([{ partner_name: 'Northwind', path }])
    expect((await world.call(others.admin, 'GET', '/api/v1/tenant/consent-asks')).json().items).toEqual([])
  })
})

describe('the database holds to it, as raw SQL', () => {
  test('the partner cannot read whom its request reached', async () => {
    for (const column of ['tenant_id', 'person_id', 'answer_id'])
      await expect(world.sqlAs('liaison_program', `select ${column} from consent_ask`)).rejects.toThrow(
        'permission denied',
      )
    expect(await world.sqlAs('liaison_program', 'select id from consent_ask')).toEqual([])
    await expect(world.sqlAs('liaison_delegate', 'select id from consent_ask')).rejects.toThrow(
      'permission denied',
    )
  })

  test('nobody is asked for more than the request says, or after it was taken back', async () => {
    const people = await open()
    const { consent_ask_id: id } = (await ask(people, people.code)).json()
    const [row] = await world.sql<{ id: string }>('select id from consent_ask where partner_id = $1', [
      people.partner,
    ])
    const insert = (actions: string) =>
      world.seed(
        `insert into consent_request (uid_hash, client_id, partner_id, scopes, actions, access_duration_seconds, purpose, person_id, person_name, consent_ask_id)
         values (sha256(convert_to($1, 'utf8')), $2, $3, array['orders.read', 'services.read'], ${actions}, 7776000, $4, $5, 'Dana', $6)`,
        [`${actions} ${id}`, people.clientId, people.partner, TOLD_WHY, people.adminId, row?.id],
      )
    await expect(insert(`array['order.read', 'service.read', 'order.create']`)).rejects.toThrow(
      'does not wait',
    )
    await insert(`array['order.read', 'service.read']`)
    await world.call(people.owner, 'POST', `${ASKS}/${id}/withdraw`, { body: {} })
    await expect(insert(`array['order.read', 'service.read'] || '{}'::text[]`)).rejects.toThrow(
      'does not wait',
    )
  })
})
