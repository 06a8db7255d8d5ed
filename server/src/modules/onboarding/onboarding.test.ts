import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeAgreementRoutes } from '#modules/agreements/index.ts'
import { makeClientRoutes } from '#modules/clients/index.ts'
import { makeApplicationRoutes } from '#modules/applications/index.ts'
import { makeApplicationActs } from '#testing/application-acts.ts'
import { activeAgreement } from '#testing/program-acts.ts'
import { makeTestKey } from '#testing/oauth-client.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller, SeededPerson } from '#testing/world.ts'
import { onboardingRoutes } from './index.ts'

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeApplicationRoutes(services),
    ...onboardingRoutes,
    ...makeAgreementRoutes(services),
    ...makeClientRoutes(services),
  ])
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const { apply, review } = makeApplicationActs(() => world)
let serial = 0

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

/** Sets whether live API clients need an agreement, as a platform admin does. */
async function demand(isNeeded: boolean): Promise<void> {
  const path = '/api/v1/admin/program-settings'
  const before = await world.call(admin, 'GET', path)
  const after = await world.call(admin, 'PUT', path, {
    body: { live_needs_agreement: isNeeded, contact_kept_days: before.json().contact_kept_days },
    headers: { 'If-Match': String(before.headers['etag']) },
  })
  expect(after.statusCode, after.body).toBe(200)
}

describe('the agreement', () => {
  afterEach(() => demand(false))

  async function readyClient(owner: Caller) {
    const { jwk } = await makeTestKey()
    const body = {
      name: 'Desk',
      redirect_uris: ['https://desk.example/cb'],
      scopes: ['orders.read'],
      jwks: { keys: [jwk] },
    }
    await accept(owner)
    const client = (await world.call(owner, 'POST', '/api/v1/partner/clients', { body })).json()
    const id = String(client.client_id)
    return {
      id,
      ask: () => world.call(owner, 'POST', `/api/v1/partner/clients/${id}/request-live`),
      approve: () => world.call(admin, 'POST', `/api/v1/admin/clients/${id}/approve-live`),
    }
  }

  const stepOf = async (caller: Caller) =>
    (await world.call(caller, 'GET', '/api/v1/partner/onboarding'))
      .json()
      .steps.find(({ name }: { name: string }) => name === 'agreement_signed')

  test('is a step of the checklist that is only recommended unless the provider asks for it, and reads signed to everybody of the partner (A11)', async () => {
    const { id, owner, staff } = await partnerWithOwner()
    expect(await stepOf(owner)).toMatchObject({
      title: 'Sign the agreement',
      who: 'you',
      done: false,
      recommended: true,
    })
    await demand(true)
    expect(await stepOf(owner)).toMatchObject({ done: false, recommended: false })
    await accept(owner)
    const list = (await world.call(owner, 'GET', '/api/v1/partner/onboarding')).json()
    expect(list.next_step).toBe('agreement_signed')
    const agreement = await activeAgreement(world, id)
    for (const caller of [owner, staff])
      expect(await stepOf(caller)).toMatchObject({ done: true, reached_at: '2020-01-01T00:00:00.000Z' })
    await world.seed(
      `update agreement set state = 'terminated', reason = 'Over', ended_at = now(), effective = tstzrange(lower(effective), now()) where id = $1`,
      [agreement],
    )
    expect(await stepOf(owner)).toMatchObject({ done: false })
  })

  test('lets an API client go live where the provider asks for it: not before one is in force, nor after it ended, and never the sandbox (A11)', async () => {
    const { id, owner } = await partnerWithOwner()
    await demand(true)
    const first = await readyClient(owner)
    const refused = await first.ask()
    expect(refused.json()).toMatchObject({ status: 409, code: 'AGREEMENT_NOT_IN_FORCE' })
    await demand(false)
    expect((await first.ask()).statusCode).toBe(200)
    await demand(true)
    expect((await first.approve()).json().code).toBe('AGREEMENT_NOT_IN_FORCE')
    await expect(
      world.seed(`update api_client set environment = 'live' where partner_id = $1`, [id]),
    ).rejects.toThrow('no agreement in force')
    const agreement = await activeAgreement(world, id)
    expect((await first.approve()).json()).toMatchObject({ environment: 'live', status: 'active' })
    await world.seed(
      `update agreement set state = 'terminated', reason = 'Over', ended_at = now(), effective = tstzrange(lower(effective), now()) where id = $1`,
      [agreement],
    )
    const second = await readyClient(owner)
    expect((await second.ask()).json().code).toBe('AGREEMENT_NOT_IN_FORCE')
    const live = await world.call(owner, 'GET', `/api/v1/partner/clients/${first.id}`)
    expect(live.json()).toMatchObject({ environment: 'live', status: 'active' })
  })

  test('is asked for by a platform admin in the version that was read, each version kept and written down (A11)', async () => {
    const path = '/api/v1/admin/program-settings'
    const { owner } = await partnerWithOwner()
    expect((await world.call(owner, 'GET', path)).statusCode).toBe(403)
    await demand(true)
    const body = { live_needs_agreement: true, contact_kept_days: 30 }
    const stale = await world.call(admin, 'PUT', path, { body, headers: { 'If-Match': '"v1"' } })
    expect(stale.json().code).toBe('PRECONDITION_FAILED')
    const wrong = { body: { live_needs_agreement: 'yes', contact_kept_days: 0 } }
    const faults = await world.call(admin, 'PUT', path, { ...wrong, headers: { 'If-Match': '"v1"' } })
    expect(faults.json().errors).toHaveLength(2)
    await expect(world.seed('update program_setting set contact_kept_days = 1', [])).rejects.toThrow(
      'history',
    )
    const told = await world.sql(`select 1 from audit_event where action = 'program.demands.changed'`)
    expect(told.length).toBeGreaterThan(0)
    for (const login of ['liaison_platform', 'liaison_program', 'liaison_job'] as const)
      expect(await world.sqlAs(login, 'select version from program_setting'), login).toEqual([])
    for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_guard'] as const)
      await expect(world.sqlAs(login, 'select version from program_setting')).rejects.toThrow(
        'permission denied',
      )
    await expect(
      world.sqlAs(
        'liaison_program',
        `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name) values (99, false, 1, 'x')`,
      ),
    ).rejects.toThrow('permission denied')
  })
})

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
    const { reference } = await apply({ organisation: 'Fleet Works' })
    const approved = (await review(admin, { reference, name: 'approve' })).json()
    const [partner] = await world.sql<{ id: PartnerId }>('select id from partner where name = $1', [
      'Fleet Works',
    ])
    if (!partner) throw new Error('No partner was made.')
    expect(approved.partner_id).toBe(encodeId('partner', partner.id))
    const [person, colleague] = [await world.person(), await world.person()]
    await world.partnerMember(partner.id, person.id, 'PARTNER_OWNER')
    await world.partnerMember(partner.id, colleague.id)
    const [owner, staff] = [await world.signIn(person.id), await world.signIn(colleague.id)]
    const second = await world.person()
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
    const recommended = (await read()).steps.filter((step: { recommended: boolean }) => step.recommended)
    expect(recommended).toMatchObject([
      { name: 'agreement_signed', done: false },
      { name: 'second_owner', done: false },
    ])
    expect(done(await read())).toEqual(['approved', 'terms_accepted', 'second_factor', 'client_created'])

    await world.partnerMember(partner.id, second.id, 'PARTNER_OWNER')
    expect(done(await read())).toContain('second_owner')
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

test('the acceptances of the terms show a login without a context nothing, and others refuse (B5)', async () => {
  await accept((await partnerWithOwner()).owner)
  for (const login of ['liaison_platform', 'liaison_program'] as const)
    expect(await world.sqlAs(login, 'select id from api_terms_acceptance')).toEqual([])
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_ingest', 'liaison_guard'] as const)
    await expect(world.sqlAs(login, 'select id from api_terms_acceptance')).rejects.toThrow(
      'permission denied',
    )
  await expect(world.sqlAs('liaison_program', `update api_terms_acceptance set version = 2`)).rejects.toThrow(
    'permission denied',
  )
})
