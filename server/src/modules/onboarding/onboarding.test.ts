import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientRoutes } from '#modules/clients/index.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { makeTestKey } from '#testing/oauth-client.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller, SeededPerson } from '#testing/world.ts'
import { takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { makeOnboardingRoutes, sweepApplications } from './index.ts'

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeOnboardingRoutes(services), ...clientRoutes])
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const QUEUE = '/api/v1/admin/partner-applications'
let serial = 0

function form(change: Readonly<Record<string, string>> = {}) {
  serial += 1
  return {
    organisation: `Fleet Works ${serial}`,
    kind: 'msp',
    website: 'fleet.example',
    contact_name: 'Ana Ruiz',
    contact_email: `Ana.${serial}@fleet.example`,
    purpose: 'Place circuit orders for our customers.\r\nRead them back.',
    ...change,
  }
}

const mailsTo = async (email: string) =>
  (
    await world.sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
      [email.toLowerCase()],
    )
  ).map((mail) => ({ ...mail, link: /http:\/\/localhost:3000(\/\S+)/.exec(mail.text)?.[1] }))

/** Applies and confirms. */
async function apply(change: Readonly<Record<string, string>> = {}) {
  const browser = new FormBrowser(world)
  const fields = form(change)
  const sent = await browser.post('/apply', fields)
  expect(sent.status, sent.text).toBe(200)
  const link = (await mailsTo(fields.contact_email)).at(-1)?.link ?? ''
  const done = await browser.post(link)
  expect(done.status, done.text).toBe(200)
  const reference = /PA-[0-9A-Z]{8}/.exec(done.text)?.[0] ?? ''
  return { fields, link, reference, browser }
}

describe('an application', () => {
  test('is looked at after its address was confirmed, and then once: a mail scanner that opens the link sends nothing (A11)', async () => {
    const browser = new FormBrowser(world)
    const fields = form()
    expect((await browser.get('/apply')).text).toContain('Become a partner')
    const before = (await world.call(admin, 'GET', QUEUE)).json().total
    expect((await browser.post('/apply', fields)).text).toContain('Look into your mails')
    const [mail] = await mailsTo(fields.contact_email)
    expect(mail?.text).not.toContain('Ana Ruiz')
    expect((await browser.get(mail?.link ?? '')).text).toContain(fields.organisation)
    expect((await world.call(admin, 'GET', QUEUE)).json().total).toBe(before)
    const done = await browser.post(mail?.link ?? '')
    const reference = /PA-[0-9A-Z]{8}/.exec(done.text)?.[0]
    expect((await browser.post(mail?.link ?? '')).status).toBe(410)
    expect((await world.call(admin, 'GET', `${QUEUE}/${reference}`)).json()).toMatchObject({
      organisation: fields.organisation,
      website: 'https://fleet.example/',
      contact_email: fields.contact_email.toLowerCase(),
      status: 'submitted',
      partner_id: null,
    })
  })

  test('is answered alike whether or not the address or the organisation is known, and writes to nobody more than three times an hour', async () => {
    const person = await world.person('Known Person')
    const known = form({ contact_email: person.email, organisation: 'Known' })
    const texts: string[] = []
    for (let count = 0; count < 5; count += 1) {
      const shown = await new FormBrowser(world).post('/apply', known)
      texts.push(shown.text.replaceAll(person.email, 'somebody'))
    }
    const fresh = form()
    const other = await new FormBrowser(world).post('/apply', fresh)
    texts.push(other.text.replaceAll(fresh.contact_email.toLowerCase(), 'somebody'))
    expect(new Set(texts).size).toBe(1)
    expect(await mailsTo(person.email)).toHaveLength(3)
  })

  test('with faults is shown again with all of them and keeps what was typed; nothing is kept or mailed', async () => {
    const shown = await new FormBrowser(world).post(
      '/apply',
      form({
        organisation: ' ',
        kind: 'king',
        website: 'javascript:alert(1)',
        contact_email: 'a@b@c',
        purpose: '',
      }),
    )
    expect(shown.status).toBe(422)
    for (const field of ['organisation', 'kind', 'website', 'contact_email', 'purpose'])
      expect(shown.text).toContain(`href="#${field}"`)
    expect(shown.text).toContain('value="Ana Ruiz"')
    expect(shown.text).not.toContain('<script')
    expect(await mailsTo('a@b@c')).toEqual([])
  })

  test('that is approved makes one partner and invites its owner; a second decision is refused', async () => {
    const { reference, fields } = await apply()
    const approved = await world.call(admin, 'POST', `${QUEUE}/${reference}/approve`)
    expect(approved.json(), approved.body).toMatchObject({
      status: 'approved',
      decided_by_name: 'Sam Platform',
    })
    expect((await world.call(admin, 'POST', `${QUEUE}/${reference}/approve`)).json().code).toBe(
      'APPLICATION_DECIDED',
    )
    const decline = { body: { reason: 'No.' } }
    expect((await world.call(admin, 'POST', `${QUEUE}/${reference}/decline`, decline)).json().code).toBe(
      'APPLICATION_DECIDED',
    )
    const partners = await world.sql('select name, kinds, status, website from partner where name = $1', [
      fields.organisation,
    ])
    expect(partners).toEqual([
      { name: fields.organisation, kinds: ['msp'], status: 'active', website: 'https://fleet.example/' },
    ])
    const mails = await mailsTo(fields.contact_email)
    expect(mails.map(({ subject }) => subject).slice(1)).toEqual([
      `${fields.organisation} is approved as a partner`,
      `Sam Platform invites you to ${fields.organisation}`,
    ])
    const twin = await apply({ organisation: fields.organisation })
    expect((await world.call(admin, 'POST', `${QUEUE}/${twin.reference}/approve`)).statusCode).toBe(200)
  })

  test('is decided once when several decide at the same moment', async () => {
    const { reference, fields } = await apply()
    const act = (name: string, body?: object) =>
      world.call(admin, 'POST', `${QUEUE}/${reference}/${name}`, body && { body })
    const answers = await Promise.all([act('approve'), act('approve'), act('decline', { reason: 'No.' })])
    expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
    const partners = await world.sql('select id from partner where name = $1', [fields.organisation])
    const isApproved = answers.slice(0, 2).some(({ statusCode }) => statusCode === 200)
    expect(partners).toHaveLength(isApproved ? 1 : 0)
  })

  test('that nobody confirmed is removed after its day, and no other', async () => {
    const { reference } = await apply()
    await new FormBrowser(world).post('/apply', form({ organisation: 'Late' }))
    await new FormBrowser(world).post('/apply', form({ organisation: 'In time' }))
    await world.seed(
      `update partner_application set token_ends_at = now() - interval '1 second' where organisation = 'Late' or reference = $1`,
      [reference],
    )
    const { mandate, transaction } = await openForSystem(world.database, 'test', 'job_test')
    expect(await sweepApplications(mandate)).toBe(1)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    const left = await world.sql(
      `select organisation from partner_application where organisation in ('Late', 'In time') or reference = $1 order by 1`,
      [reference],
    )
    expect(left).toHaveLength(2)
  })

  test('that is declined tells the applicant why; without a reason nothing happens', async () => {
    const { reference, fields } = await apply()
    expect((await world.call(admin, 'POST', `${QUEUE}/${reference}/decline`, { body: {} })).statusCode).toBe(
      422,
    )
    const body = { reason: 'We need a registered company.' }
    const declined = await world.call(admin, 'POST', `${QUEUE}/${reference}/decline`, { body })
    expect(declined.json()).toMatchObject({
      status: 'declined',
      decision_reason: body.reason,
      partner_id: null,
    })
    expect((await mailsTo(fields.contact_email)).at(-1)?.text).toContain(body.reason)
  })

  test('is decided by the provider alone', async () => {
    const { reference } = await apply()
    const { owner } = await partnerWithOwner()
    for (const caller of [owner, null]) {
      const answer = await world.call(caller, 'POST', `${QUEUE}/${reference}/approve`)
      expect([401, 403]).toContain(answer.statusCode)
    }
    expect((await world.call(admin, 'GET', `${QUEUE}/PA-00000000`)).json().code).toBe('APPLICATION_NOT_FOUND')
  })
})

async function partnerWithOwner(): Promise<{
  id: PartnerId
  person: SeededPerson
  owner: Caller
  staff: Caller
}> {
  const id = await world.partner(`Fleet ${(serial += 1)}`)
  const [person, colleague] = [await world.person(), await world.person()]
  await world.partnerMember(id, person.id, 'PARTNER_OWNER')
  await world.partnerMember(id, colleague.id)
  return { id, person, owner: await world.signIn(person.id), staff: await world.signIn(colleague.id) }
}

const TERMS = '/api/v1/partner/api-terms'

async function accept(caller: Caller) {
  const { version, text_sha256: digest } = (await world.call(caller, 'GET', TERMS)).json()
  return world.call(caller, 'POST', `${TERMS}/accept`, { body: { version, text_sha256: digest } })
}

describe('the API terms', () => {
  test('are accepted by an owner with a fresh factor, for the very text that was read, once and for ever (A11)', async () => {
    const { id, person, owner, staff } = await partnerWithOwner()
    expect((await accept(staff)).json().code).toBe('PERMISSION_DENIED')
    const stale = await world.signIn(person.id, { factorAgeSeconds: 3600 })
    expect((await accept(stale)).json().code).toBe('STEP_UP_REQUIRED')
    const other = { body: { version: 1, text_sha256: 'a'.repeat(64) } }
    expect((await world.call(owner, 'POST', `${TERMS}/accept`, other)).json().code).toBe('TERMS_CHANGED')
    const accepted = await accept(owner)
    expect(accepted.json(), accepted.body).toMatchObject({ version: 1, accepted_by_name: person.name })
    expect((await accept(owner)).json().accepted_at).toBe(accepted.json().accepted_at)
    const rows = await world.sql(
      'select version, accepted_by from api_terms_acceptance where partner_id = $1',
      [id],
    )
    expect(rows).toEqual([{ version: 1, accepted_by: person.id }])
    await expect(
      world.seed('update api_terms_acceptance set version = 2 where partner_id = $1', [id]),
    ).rejects.toThrow('its rows are history')
    const events = await world.sql(
      `select changes from audit_event where action = 'api_terms.accept' and partner_id = $1 order by occurred_at limit 1`,
      [id],
    )
    expect(events).toEqual([{ changes: { version: 1, text_sha256: accepted.json().text_sha256 } }])
  })

  test('say in version 1 what they said when it was published: an accepted text never changes', async () => {
    const { owner } = await partnerWithOwner()
    const { version, text, text_sha256: digest } = (await world.call(owner, 'GET', TERMS)).json()
    expect({ version, digest }).toEqual({
      version: 1,
      digest: 'e900560f024a6c4489d5159c67fc4d982e1ca3ff89f8144d6beaf54a8efe33c9',
    })
    expect(createHash('sha256').update(text).digest('hex')).toBe(digest)
  })

  test('are needed before a client goes live', async () => {
    const { owner } = await partnerWithOwner()
    const { jwk } = await makeTestKey()
    const body = {
      name: 'Desk',
      redirect_uris: ['https://desk.example/cb'],
      scopes: ['orders.read'],
      jwks: { keys: [jwk] },
    }
    const client = await world.call(owner, 'POST', '/api/v1/partner/clients', { body })
    expect(client.statusCode, client.body).toBe(201)
    const id = String(client.json().client_id)
    await world.call(owner, 'POST', `/api/v1/partner/clients/${id}/request-live`)
    const approve = () => world.call(admin, 'POST', `/api/v1/admin/clients/${id}/approve-live`)
    expect((await approve()).json().code).toBe('TERMS_NOT_ACCEPTED')
    await accept(owner)
    const live = await approve()
    expect(live.json(), live.body).toMatchObject({ environment: 'live' })
    expect(live.json().live_approved_at).not.toBeNull()
  })
})

describe('the checklist', () => {
  test('says from the facts alone what was reached, when, and what comes next, to staff too (A11)', async () => {
    const { reference, fields } = await apply()
    const approved = (await world.call(admin, 'POST', `${QUEUE}/${reference}/approve`)).json()
    const [partner] = await world.sql<{ id: PartnerId }>('select id from partner where name = $1', [
      fields.organisation,
    ])
    if (!partner) throw new Error('No partner was made.')
    expect(approved.partner_id).toBe(encodeId('partner', partner.id))
    const [person, colleague] = [await world.person(), await world.person()]
    await world.partnerMember(partner.id, person.id, 'PARTNER_OWNER')
    await world.partnerMember(partner.id, colleague.id)
    const [owner, staff] = [await world.signIn(person.id), await world.signIn(colleague.id)]
    const read = async (caller = owner) => {
      const answer = await world.call(caller, 'GET', '/api/v1/partner/onboarding')
      expect(answer.statusCode, answer.body).toBe(200)
      return answer.json()
    }
    const done = (list: { steps: { name: string; done: boolean }[] }) =>
      list.steps.filter((step) => step.done).map(({ name }) => name)

    const first = await read()
    expect(first).toMatchObject({ next_step: 'terms_accepted', complete: false })
    expect(first.applied_at).not.toBeNull()
    expect(done(first)).toEqual(['approved'])
    await accept(owner)
    await world.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [
      person.id,
      Buffer.from('x'),
    ])
    const { jwk } = await makeTestKey()
    const body = {
      name: 'Desk',
      redirect_uris: ['https://desk.example/cb'],
      scopes: ['orders.read'],
      jwks: { keys: [jwk] },
    }
    const client = await world.call(owner, 'POST', '/api/v1/partner/clients', { body })
    expect(await read(staff)).toMatchObject({ next_step: 'first_sandbox_token' })
    expect(done(await read())).toEqual(['approved', 'terms_accepted', 'second_factor', 'client_created'])

    const [row] = await world.sql<{ id: string }>('select id from api_client where partner_id = $1', [
      partner.id,
    ])
    const called = (plane: string, outcome = 'allowed') =>
      world.sql(
        `insert into audit_event (plane, action, outcome, actor_type, actor_id, source) values ($1, 'api.orders.read', $2, 'client', $3, 'api')`,
        [plane, outcome, row?.id],
      )
    await world.sql('insert into api_client_use (client_id, first_token_at) values ($1, now())', [row?.id])
    await called('delegation', 'denied')
    await called('auth')
    expect((await read()).next_step).toBe('first_sandbox_call')
    await called('delegation')
    expect((await read()).next_step).toBe('live_requested')
    const path = `clients/${client.json().client_id}`
    await world.call(owner, 'POST', `/api/v1/partner/${path}/request-live`)
    expect((await read()).next_step).toBe('live_approved')
    await world.call(admin, 'POST', `/api/v1/admin/${path}/approve-live`)
    expect((await read()).next_step).toBe('access_requested')
    expect(done(await read())).not.toContain('first_live_call')
    await called('delegation')
    const last = await read()
    expect(done(last)).toContain('first_live_call')
    expect(last.complete).toBe(false)
    expect(last.steps.every((step: { what: string }) => step.what.length > 20)).toBe(true)
  })
})

test('the tables of onboarding show a login without a context nothing, and others refuse (B5)', async () => {
  await apply()
  for (const login of ['liaison_auth', 'liaison_platform', 'liaison_program', 'liaison_job'] as const)
    expect(await world.sqlAs(login, 'select id from partner_application')).toEqual([])
  for (const login of ['liaison_platform', 'liaison_program'] as const)
    expect(await world.sqlAs(login, 'select id from api_terms_acceptance')).toEqual([])
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_guard'] as const) {
    await expect(world.sqlAs(login, 'select id from partner_application')).rejects.toThrow(
      'permission denied',
    )
    await expect(world.sqlAs(login, 'select id from api_terms_acceptance')).rejects.toThrow(
      'permission denied',
    )
  }
  await expect(world.sqlAs('liaison_auth', `select purpose from partner_application`)).rejects.toThrow(
    'permission denied',
  )
  await expect(world.sqlAs('liaison_program', `update api_terms_acceptance set version = 2`)).rejects.toThrow(
    'permission denied',
  )
})
