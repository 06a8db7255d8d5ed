import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCodeAs, openReferralScene, openSignUps, seedPayment, uuidOf } from '#testing/referral-acts.ts'
import type { ReferralScene, Somebody } from '#testing/referral-acts.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDealRoutes, runDealClock } from './index.ts'

let world: TestWorld
let here: ReferralScene
let there: ReferralScene
let desk: Awaited<ReturnType<typeof openSignUps>>
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeIngestTestRoutes(services),
    ...makeDealRoutes(services),
  ])
  here = await openReferralScene(world)
  there = await openReferralScene(world)
  desk = await openSignUps(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const OWN = '/api/v1/program/deals'
const ALL = '/api/v1/admin/deals'
let serial = 0
/** A domain that no other test uses. */
const freshDomain = () => `prospect-${(serial += 1)}.example`

const register = (who: Somebody, body: object) => world.call(who.caller, 'POST', OWN, { body })
async function registered(who: Somebody, body: object = {}): Promise<{ id: string; domain: string }> {
  const domain = freshDomain()
  const made = await register(who, { company_name: 'Acme', domain, ...body })
  if (made.statusCode !== 201) throw new Error(made.body)
  return { id: made.json().deal_id, domain }
}
const decide = (id: string, act: string, body: object = {}) =>
  world.call(here.admin.caller, 'POST', `${ALL}/${id}/${act}`, { body })
const approve = (id: string) => world.call(here.admin.caller, 'POST', `${ALL}/${id}/approve`)
async function approved(who: Somebody, body: object = {}) {
  const deal = await registered(who, body)
  const answer = await approve(deal.id)
  if (answer.statusCode !== 200) throw new Error(answer.body)
  return deal
}
const statusesOf = (answers: readonly { readonly statusCode: number }[]) =>
  answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)
const dbId = (id: string): string => decodeId('deal', id) ?? ''
const own = async (who: Somebody, id: string) => (await world.call(who.caller, 'GET', `${OWN}/${id}`)).json()
/** What happened to a deal lies some days further back. */
const age = (id: string, days: number) =>
  world.sql(
    `set session_replication_role = replica;
     update deal_registration set decided_at = decided_at - interval '${days} days', protected_until = protected_until - interval '${days} days', ended_at = ended_at - interval '${days} days' where id = '${dbId(id)}';
     set session_replication_role = origin`,
  )
const referralOf = async (id: string | null) =>
  (
    await world.sql<{ method: string; partner_id: string }>(
      'select method, partner_id from referral where id = $1',
      [uuidOf('referral', id)],
    )
  )[0]

describe('registering', () => {
  test('names a prospect with its value and waits for the provider, who is told by mail (D12)', async () => {
    const answer = await register(here.staff, {
      company_name: 'Acme',
      domain: 'https://WWW.Acme-One.Example/about',
      contact_name: 'Ann Lee',
      contact_email: 'Ann@Acme-One.example',
      expected: { amount_minor: 1_200_000, currency: 'EUR' },
      notes: 'Met at the fair.',
    })
    expect(answer.statusCode).toBe(201)
    expect(answer.json()).toMatchObject({
      domain: 'acme-one.example',
      contact_email: 'ann@acme-one.example',
      expected: { amount_minor: 1_200_000, currency: 'EUR' },
      state: 'submitted',
      is_mine: true,
      protected_until: null,
    })
    const [mail] = await world.sql(
      `select count(*)::int as count from outbox where topic = 'mail' and payload ->> 'subject' = 'A partner registered a deal: Acme' and payload ->> 'text' like '%/platform/deals/' || $1 || '%'`,
      [answer.json().deal_id],
    )
    expect(mail?.['count']).toBeGreaterThan(0)
  })

  test('asks for a domain or a contact, takes no mail service as a domain, and each prospect once (D12)', async () => {
    expect((await register(here.owner, { company_name: 'Nobody' })).statusCode).toBe(422)
    expect((await register(here.owner, { company_name: 'X', domain: 'not a domain' })).statusCode).toBe(422)
    expect((await register(here.owner, { company_name: 'X', domain: 'gmail.com' })).json().code).toBe(
      'DEAL_DOMAIN_SHARED',
    )
    const { domain } = await registered(here.owner)
    const again = await register(here.staff, { company_name: 'Acme', contact_email: `ann@${domain}` })
    expect([again.statusCode, again.json().code]).toEqual([409, 'DEAL_REGISTERED_ALREADY'])
    const one = await register(here.owner, { company_name: 'Joe', contact_email: 'joe.the.baker@gmail.com' })
    const other = await register(here.owner, {
      company_name: 'Sue',
      contact_email: 'sue.the.baker@gmail.com',
    })
    expect([one.statusCode, other.statusCode]).toEqual([201, 201])
  })

  test('answers the same whether the prospect is a tenant, another partner’s deal, or unknown (D2, D12)', async () => {
    const tenant = await desk.tenant()
    const [knownDomain, unknownDomain] = [freshDomain(), freshDomain()]
    await world.seed('update tenant set domain = $2 where id = $1', [tenant.id, knownDomain], tenant.id)
    const { domain: protectedDomain } = await approved(there.owner)
    const answers = []
    for (const domain of [knownDomain, unknownDomain, protectedDomain])
      answers.push(await register(here.owner, { company_name: 'Acme', domain }))
    const told = answers.map((answer) => {
      const { deal_id: _id, domain: _domain, created_at: _at, ...rest } = answer.json()
      return [answer.statusCode, rest]
    })
    expect(told[0]?.[0]).toBe(201)
    expect(told[0]).toEqual(told[1])
    expect(told[2]).toEqual(told[1])
    const conflicts = await Promise.all(
      answers.map(async (answer) => {
        const detail = await world.call(here.admin.caller, 'GET', `${ALL}/${answer.json().deal_id}`)
        return detail.json().conflicts
      }),
    )
    expect(conflicts[0].tenants).toContainEqual({
      tenant_id: encodeId('tenant', tenant.id),
      name: expect.any(String),
    })
    expect(conflicts[1]).toEqual({ registrations: [], tenants: [] })
    expect(conflicts[2].registrations).toMatchObject([
      { state: 'approved', partner: { partner_id: encodeId('partner', there.partner) } },
    ])
  })

  test('shows owners all deals of the partner, staff their own, and other partners none (D8, D12)', async () => {
    const mine = await registered(here.staff)
    const read = async (who: Somebody) =>
      (await world.call(who.caller, 'GET', `${OWN}/${mine.id}`)).statusCode
    expect([await read(here.staff), await read(here.owner)]).toEqual([200, 200])
    expect([await read(here.colleague), await read(there.owner)]).toEqual([404, 404])
    const withdraw = (who: Somebody) => world.call(who.caller, 'POST', `${OWN}/${mine.id}/withdraw`)
    expect((await withdraw(here.colleague)).statusCode).toBe(404)
    expect((await withdraw(here.staff)).json()).toMatchObject({ state: 'lost' })
    expect((await withdraw(here.staff)).json().code).toBe('DEAL_STATE_CONFLICT')
  })

  test('ends where a hundred registrations of one partner wait (D12)', async () => {
    const crowded = await openReferralScene(world)
    await world.seed(
      `insert into deal_registration (partner_id, company_name, domain, prospect_key, created_by)
       select $1, 'Acme', 'many-' || n || '.example', 'x', $2 from generate_series(1, 100) n`,
      [crowded.partner, crowded.owner.id],
    )
    const answer = await register(crowded.owner, { company_name: 'Acme', domain: freshDomain() })
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'DEAL_TOO_MANY'])
  })
})

describe('deciding', () => {
  test('an approval protects the prospect for the days of the program, and the partner is told (D12)', async () => {
    await world.seed(
      `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, deal_protected_days, created_at)
       select max(version) + 1, false, 365, 'Test', 30, clock_timestamp() from program_setting`,
      [],
    )
    const { id } = await registered(here.staff)
    const answer = await approve(id)
    const { protected_until: until, decided_at: at } = answer.json()
    expect((Date.parse(until) - Date.parse(at)) / 86_400_000).toBeCloseTo(30, 1)
    expect(await own(here.staff, id)).toMatchObject({ state: 'approved', protected_until: until })
    const events = await world.sql(
      `select action, actor_id from audit_event where resource_id = $1 order by occurred_at, id`,
      [dbId(id)],
    )
    expect(events).toEqual([
      { action: 'program.deal.registered', actor_id: here.staff.id },
      { action: 'program.deal.approved', actor_id: here.admin.id },
    ])
    const sent = await world.sql(
      `select topic, payload - 'deal_id' as payload from outbox where payload ->> 'deal_id' = $1`,
      [dbId(id)],
    )
    expect(sent).toEqual([
      { topic: 'deal.changed', payload: { partner_id: here.partner, state: 'approved' } },
    ])
  })

  test('a refusal and an early end take a reason that the partner reads, and nothing is decided twice (D12)', async () => {
    const one = await registered(here.staff)
    expect((await decide(one.id, 'reject')).statusCode).toBe(422)
    expect((await decide(one.id, 'reject', { reason: 'We talk to them ourselves.' })).statusCode).toBe(200)
    expect(await own(here.staff, one.id)).toMatchObject({
      state: 'rejected',
      reason: 'We talk to them ourselves.',
    })
    expect((await approve(one.id)).json().code).toBe('DEAL_STATE_CONFLICT')
    const two = await approved(here.staff)
    expect((await decide(two.id, 'end', { reason: 'Nothing happened.' })).json()).toMatchObject({
      state: 'lost',
    })
    expect((await desk.signUp({ contact_email: `a@${two.domain}` })).outcome).toBe('not_referred')
  })

  test('nobody decides about a deal of the partner that one is a member of, and no partner decides (D1, D12)', async () => {
    const { id: person } = await world.person()
    await world.platformAdmin(person)
    await world.partnerMember(here.partner, person, 'PARTNER_STAFF')
    const caller = await world.signIn(person)
    const { id } = await registered(here.owner)
    const answer = await world.call(caller, 'POST', `${ALL}/${id}/approve`)
    expect([answer.statusCode, answer.json().code]).toEqual([409, 'DEAL_OF_OWN_PARTNER'])
    expect((await world.call(here.owner.caller, 'POST', `${ALL}/${id}/approve`)).statusCode).toBe(403)
  })

  test('of two partners that register one prospect at once both are taken, and one is approved (D12)', async () => {
    const domain = freshDomain()
    const made = await Promise.all(
      [here, there].map((scene) => register(scene.owner, { company_name: 'Acme', domain })),
    )
    expect(made.map(({ statusCode }) => statusCode)).toEqual([201, 201])
    const answers = await Promise.all(made.map((answer) => approve(answer.json().deal_id)))
    expect(statusesOf(answers)).toEqual([200, 409])
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json().code).toBe('DEAL_PROTECTED')
  })

  test('one deal approved by two at once is approved once and told once (D12)', async () => {
    const { id } = await registered(here.staff)
    const answers = await Promise.all([approve(id), approve(id), approve(id)])
    expect(statusesOf(answers)).toEqual([200, 409, 409])
    const events = await world.sql(
      `select count(*)::int as count from audit_event where resource_id = $1 and action = 'program.deal.approved'`,
      [dbId(id)],
    )
    expect(events).toEqual([{ count: 1 }])
  })
})

describe('signing up', () => {
  test('of a protected prospect counts for its partner before code and click, by domain or by contact (D5, D12)', async () => {
    const { code } = await makeCodeAs(world, there.staff)
    const deal = await approved(here.staff)
    const result = await desk.signUp({ code, contact_email: `Somebody.Else@${deal.domain}` })
    expect(await referralOf(result.referral_id)).toEqual({
      method: 'deal_registration',
      partner_id: here.partner,
    })
    expect(await own(here.staff, deal.id)).toMatchObject({ state: 'won', referral_id: result.referral_id })
    const used = await world.sql('select used_count from referral_code where code = $1', [code])
    expect(used).toEqual([{ used_count: 0 }])
    const address = `lee.${serial}@gmail.com`
    const person = await register(here.staff, { company_name: 'Lee', contact_email: address })
    await approve(person.json().deal_id)
    expect((await desk.signUp({ contact_email: `not.${address}` })).outcome).toBe('not_referred')
    expect((await desk.signUp({ contact_email: address })).outcome).toBe('referred')
  })

  test('counts by the domain that the provider’s systems know of the tenant (D5, D12)', async () => {
    const deal = await approved(here.owner)
    const tenant = await desk.tenant()
    await world.seed('update tenant set domain = $2 where id = $1', [tenant.id, deal.domain], tenant.id)
    const { body } = await desk.report([desk.item(tenant.external)])
    const results = body.results as { referral_id: string | null }[]
    expect(await referralOf(results[0]?.referral_id ?? null)).toMatchObject({ method: 'deal_registration' })
  })

  test('before the approval or after its time gives way to the code; reported late it counts as of its moment (D5, D12)', async () => {
    const since = { starts_at: new Date(Date.now() - 20 * 86_400_000).toISOString() }
    const { code } = await makeCodeAs(world, there.staff, since)
    const methodOf = async (deal: { domain: string }, at: Date) => {
      const more = { code, contact_email: `a@${deal.domain}`, occurred_at: at.toISOString() }
      return (await referralOf((await desk.signUp(more)).referral_id))?.method
    }
    const waiting = await registered(here.staff)
    expect(await methodOf(waiting, new Date())).toBe('code')
    const early = await approved(here.staff)
    expect(await methodOf(early, new Date(Date.now() - 3_600_000))).toBe('code')
    const over = await approved(here.staff)
    await age(over.id, 31)
    expect(await methodOf(over, new Date())).toBe('code')
    await runDealClock(world.database, null)
    expect(await own(here.staff, over.id)).toMatchObject({ state: 'expired' })
    const inTime = new Date(Date.now() - 5 * 86_400_000)
    expect(await methodOf(over, inTime)).toBe('deal_registration')
    expect(await own(here.staff, over.id)).toMatchObject({ state: 'won' })
  })

  test('of a tenant that has paid, or is referred, refers nobody and leaves the deal as it is (D5, D12)', async () => {
    const deal = await approved(here.staff)
    const tenant = await desk.tenant()
    await seedPayment(world, tenant.id, { at: new Date(Date.now() - 86_400_000) })
    const { body } = await desk.report([desk.item(tenant.external, { contact_email: `a@${deal.domain}` })])
    expect(body.results).toMatchObject([{ outcome: 'not_referred', reason: 'TENANT_NOT_NEW' }])
    expect(await own(here.staff, deal.id)).toMatchObject({ state: 'approved', referral_id: null })
  })
})

describe('the clock', () => {
  test('notes what is over once, tells the partner, and lets the next one be approved without waiting for it (D12)', async () => {
    const one = await approved(here.staff)
    const next = await register(there.owner, { company_name: 'Acme', domain: one.domain })
    const nextId = next.json().deal_id
    expect((await approve(nextId)).json().code).toBe('DEAL_PROTECTED')
    await age(one.id, 31)
    expect((await approve(nextId)).statusCode).toBe(200)
    expect(await own(here.staff, one.id)).toMatchObject({ state: 'expired' })
    const two = await approved(here.staff)
    await age(two.id, 31)
    expect((await runDealClock(world.database, null)).expired).toBe(1)
    expect((await runDealClock(world.database, null)).expired).toBe(0)
    const told = await world.sql(
      `select count(*)::int as count from outbox where topic = 'deal.changed' and payload ->> 'state' = 'expired' and payload ->> 'deal_id' = $1`,
      [dbId(two.id)],
    )
    expect(told).toEqual([{ count: 1 }])
  })

  test('writes to nobody of a partner that is stopped that it can register the prospect again (D12, C1)', async () => {
    const away = await openReferralScene(world)
    const deal = await approved(away.owner, { company_name: 'Of a stopped partner' })
    await age(deal.id, 400)
    await world.seed(`update partner set status = 'suspended', status_reason = 'Test' where id = $1`, [
      away.partner,
    ])
    expect((await runDealClock(world.database, 'https://liaison.example')).expired).toBe(1)
    const mails = await world.sql(
      `select 1 from outbox where topic = 'mail' and payload ->> 'subject' = 'The time of your deal is over: Of a stopped partner'`,
    )
    expect(mails).toEqual([])
  })

  test('forgets contacts and notes of deals that ended as long ago as the provider says, and no others (D12)', async () => {
    const contact = { contact_name: 'Ann Lee', notes: 'Met at the fair.' }
    const [old, young, open] = [
      await registered(here.staff, { ...contact, contact_email: `ann.${serial}.lee@gmail.com` }),
      await registered(here.staff, contact),
      await registered(here.staff, contact),
    ]
    for (const { id } of [old, young]) await decide(id, 'reject', { reason: 'No.' })
    await age(old.id, 366)
    expect((await runDealClock(world.database, null)).forgotten).toBe(1)
    expect(await own(here.staff, old.id)).toMatchObject({
      contact_name: null,
      contact_email: null,
      notes: null,
      state: 'rejected',
      reason: 'No.',
    })
    for (const { id } of [young, open]) expect(await own(here.staff, id)).toMatchObject(contact)
  })

  test('goes on where one cannot be noted, forgets contacts all the same, and says so at the end (D12, R7)', async () => {
    const [stuck, other] = [await approved(here.staff), await approved(here.staff)]
    const ended = await registered(here.staff, { contact_name: 'Ann Lee' })
    await decide(ended.id, 'reject', { reason: 'No.' })
    await age(stuck.id, 32)
    await age(other.id, 31)
    await age(ended.id, 366)
    await world.sql(
      `create function stuck_deal() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$`,
    )
    await world.sql(
      `create trigger stuck before update on deal_registration for each row when (new.id = '${dbId(stuck.id)}') execute function stuck_deal()`,
    )
    await expect(runDealClock(world.database, null)).rejects.toThrow('1 deals')
    await world.sql('drop function stuck_deal cascade')
    expect(await own(here.staff, other.id)).toMatchObject({ state: 'expired' })
    expect(await own(here.staff, ended.id)).toMatchObject({ contact_name: null })
    expect((await runDealClock(world.database, null)).expired).toBe(1)
  })
})
