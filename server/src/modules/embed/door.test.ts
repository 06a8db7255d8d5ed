import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  AGENCY_ORIGIN,
  callForm,
  EMBED_ORIGIN,
  entries,
  forgetLimits,
  openEmbedScene,
  ticketOf,
} from '#testing/embed-acts.ts'
import type { EmbedScene } from '#testing/embed-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { makeEmbedRoutes } from './index.ts'

let world: TestWorld
let scene: EmbedScene
const answered: string[] = []
beforeAll(async () => {
  world = await TestWorld.start(makeEmbedRoutes, {
    embedOrigin: () => EMBED_ORIGIN,
    observer: {
      decided: () => undefined,
      limited: () => undefined,
      opened: () => undefined,
      crossed: () => undefined,
      auditFailed: () => undefined,
      signalled: () => undefined,
      formAnswered: (outcome, reason) => answered.push(`${outcome} ${reason}`),
      stopped: () => undefined,
    },
  })
  scene = await openEmbedScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => forgetLimits(world))

const issue = (over: Readonly<Record<string, unknown>> = {}, key?: string) =>
  callForm(scene, 'vouchers', {
    body: { ...entries(over), ticket: ticketOf(scene).ticket },
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  })

test('a form issues a voucher for its own tenant and agency, and looks it up by its code without naming the person (E2, E9)', async () => {
  const made = await issue({ last_name: 'Lovelace' })
  expect(made.statusCode, made.body).toBe(201)
  const { success, data, correlation_id: id } = made.json()
  expect(success).toBe(true)
  expect(data).toMatchObject({ status: 'issued', voucher_type: 'router' })
  expect(id).toBe(made.headers['x-request-id'])
  const [row] = await world.sql(
    `select v.tenant_id, v.agency_id, v.form_token_id, v.issuer_mode from voucher v where replace($1, '-', '') = v.code`,
    [data.code],
  )
  expect(row).toEqual({
    tenant_id: scene.tenant,
    agency_id: scene.agency,
    form_token_id: scene.tokenId,
    issuer_mode: 'form',
  })
  const found = await callForm(scene, 'lookups', {
    body: { code: data.code.toLowerCase(), ticket: ticketOf(scene).ticket },
  })
  expect(found.statusCode, found.body).toBe(200)
  expect(found.json().data).toEqual({
    code: data.code,
    status: 'issued',
    voucher_type: 'router',
    issued_on: data.issued_on,
    expires_on: data.expires_on,
    redeemed_on: null,
  })
  expect(made.body + found.body).not.toContain('Lovelace')
  const events = await world.sql(
    `select action, outcome, actor_type, source, tenant_id, ip::text as ip from audit_event where tenant_id = $1 and action like 'voucher.%' order by id`,
    [scene.tenant],
  )
  expect(events).toMatchObject([
    { action: 'voucher.issued', outcome: 'allowed', actor_type: 'agency_token', source: 'form' },
    { action: 'voucher.looked_up', outcome: 'allowed', actor_type: 'agency_token', source: 'form' },
  ])
  for (const { ip } of events) expect(String(ip)).toMatch(/\.0\/24$/)
})

test('sixteen requests under one Idempotency-Key issue one voucher, and all are told of the same one (E9)', async () => {
  const ticket = ticketOf(scene).ticket
  const body = { ...entries(), ticket }
  const calls = Array.from({ length: 16 }, () =>
    callForm(scene, 'vouchers', { body, headers: { 'idempotency-key': 'one-key' } }),
  )
  const answers = await Promise.all(calls)
  const done = answers.filter(({ statusCode }) => statusCode === 201)
  const waiting = answers.filter(({ statusCode }) => statusCode === 409)
  expect(done.length + waiting.length).toBe(16)
  for (const answer of waiting) expect(answer.json().reason).toBe('IDEMPOTENCY_IN_PROGRESS')
  expect(new Set(done.map((answer) => answer.json().data.code)).size).toBe(1)
  const again = await callForm(scene, 'vouchers', { body, headers: { 'idempotency-key': 'one-key' } })
  expect(again.headers['idempotent-replayed']).toBe('true')
  expect(again.statusCode).toBe(201)
  const other = await callForm(scene, 'vouchers', {
    body: { ...entries(), ticket },
    headers: { 'idempotency-key': 'one-key' },
  })
  expect(other.statusCode, other.body).toBe(422)
  expect(other.json().reason).toBe('IDEMPOTENCY_KEY_REUSED')
})

test('the same wish under the same key is told of its voucher again, whatever ticket proves the attempt (E9)', async () => {
  const wish = entries()
  const send = (entered: object, page: { origin?: string; ageMs?: number } = {}) =>
    callForm(scene, 'vouchers', {
      body: { ...entered, ticket: ticketOf(scene, page).ticket, pow: 1 },
      headers: { 'idempotency-key': 'wish-key' },
    })
  const first = await send(wish)
  expect(first.statusCode, first.body).toBe(201)
  const stale = await send(wish, { ageMs: 1_801_000 })
  expect(stale.json().reason).toBe('TICKET_EXPIRED')
  const again = await send(wish)
  expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([201, 'true'])
  expect(again.json().data.code).toBe(first.json().data.code)
  const other = await send({ ...wish, household_adults: 3 })
  expect(other.json().reason).toBe('IDEMPOTENCY_KEY_REUSED')
})

test('a body that names a tenant or an agency is refused and recorded, whatever it names (E2)', async () => {
  for (const field of ['tenant_id', 'partner_agency_id', 'agency', 'organisation_id', 'store_id']) {
    await forgetLimits(world)
    const answer = await issue({ [field]: scene.tenant })
    expect(answer.statusCode, field).toBe(422)
    expect(answer.json()).toMatchObject({ success: false, refusal: true, reason: 'CONTEXT_OVERRIDE' })
  }
  const rows = await world.sql(
    `select outcome, tenant_id from audit_event where action = 'embed.refused' and code = 'CONTEXT_OVERRIDE'`,
  )
  expect(rows[0]).toEqual({ outcome: 'denied', tenant_id: scene.tenant })
})

test('every fault of the input is told at its field, and what is not known is refused (E7)', async () => {
  const answer = await issue({ first_name: '', household_adults: 0, household_children: 0, colour: 'red' })
  expect(answer.statusCode).toBe(422)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const { reason, success, errors, next_step: next } = answer.json()
  expect({ reason, success }).toEqual({ reason: 'VALIDATION_FAILED', success: false })
  expect(next).toBeTruthy()
  const pointers = errors.map((fault: { pointer: string }) => fault.pointer)
  expect(pointers).toContain('/first_name')
  expect(pointers).toContain('/colour')
})

test('what the form does not offer is refused, also when the tenant does (E6)', async () => {
  const answer = await issue({ voucher_type: 'month' })
  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({ reason: 'VOUCHER_TYPE_NOT_ALLOWED', refusal: true })
})

test("another agency's voucher, an unknown code and a mistyped one are answered byte for byte alike (E4)", async () => {
  const { code } = (await issue()).json().data
  const rival = await openEmbedScene(world, 'Rival', scene.tenant)
  const look = (text: string) =>
    callForm(rival, 'lookups', { body: { code: text, ticket: ticketOf(rival).ticket } })
  const answers = [
    await look(code),
    await look('0000-0000-0000'),
    await look('ZZZZ-ZZZZ-ZZZ0'),
    await look('x'),
  ]
  const bodies = answers.map((answer) => {
    expect(answer.statusCode).toBe(404)
    return answer.body.replace(answer.json().correlation_id, '')
  })
  expect(new Set(bodies).size).toBe(1)
  const own = await callForm(scene, 'lookups', { body: { code, ticket: ticketOf(scene).ticket } })
  expect(own.statusCode).toBe(200)
})

test('a frame says with its ticket on which site it stands; a site that is not allowed is refused and seen (E8)', async () => {
  const from = (origin: string) =>
    callForm(scene, 'vouchers', { body: { ...entries(), ticket: ticketOf(scene, { origin }).ticket } })
  expect((await from(AGENCY_ORIGIN)).statusCode).toBe(201)
  expect((await from('direct')).statusCode).toBe(201)
  const foreign = await from('https://evil.example')
  expect(foreign.statusCode).toBe(403)
  expect(foreign.json().reason).toBe('ORIGIN_NOT_ALLOWED')
  for (const origin of ['https://evil.example', AGENCY_ORIGIN, 'null'])
    expect((await callForm(scene, 'vouchers', { headers: { origin } })).json().reason, origin).toBe(
      'ORIGIN_NOT_ALLOWED',
    )
  const rows = await world.sql(
    `select reason from audit_event where action = 'embed.origin_refused' and tenant_id = $1`,
    [scene.tenant],
  )
  expect(rows.map((row) => row['reason'])).toContain('https://evil.example')
})

test('a ticket is good once, for its own form, for half an hour, and not for somebody faster than a person (E8)', async () => {
  const { ticket } = ticketOf(scene)
  const send = (text: string | undefined) =>
    callForm(scene, 'vouchers', { body: { ...entries(), ...(text !== undefined && { ticket: text }) } })
  expect((await send(ticket)).statusCode).toBe(201)
  expect((await send(ticket)).json().reason).toBe('TICKET_EXPIRED')
  expect((await send(undefined)).json().reason).toBe('CHALLENGE_REQUIRED')
  const altered = `${ticket.slice(0, -3)}${ticket.endsWith('AAA') ? 'BBB' : 'AAA'}`
  expect((await send(altered)).json().reason).toBe('CHALLENGE_REQUIRED')
  expect((await send(ticketOf(scene, { ageMs: 0 }).ticket)).json().reason).toBe('CHALLENGE_REQUIRED')
  expect((await send(ticketOf(scene, { ageMs: 1_801_000 }).ticket)).json().reason).toBe('TICKET_EXPIRED')
  const other = await openEmbedScene(world, 'Another', scene.tenant)
  expect((await send(ticketOf(other).ticket)).json().reason).toBe('CHALLENGE_REQUIRED')
  const baited = { ...entries(), ticket: ticketOf(scene).ticket, website: 'https://spam.example' }
  expect((await callForm(scene, 'vouchers', { body: baited })).json().reason).toBe('CHALLENGE_REQUIRED')
})

test('a refused request does not spend its ticket, so that what was typed is corrected and sent again (E7)', async () => {
  const { ticket } = ticketOf(scene)
  const body = { ...entries(), ticket }
  const unknown = await callForm(scene, 'vouchers', { body, token: `papt_live_${'x'.repeat(36)}` })
  expect(unknown.statusCode).toBe(401)
  const elsewhere = await callForm(scene, 'vouchers', { body, headers: { origin: 'https://evil.example' } })
  expect(elsewhere.json().reason).toBe('ORIGIN_NOT_ALLOWED')
  const wrong = await callForm(scene, 'vouchers', { body: { ...entries({ first_name: '' }), ticket } })
  expect(wrong.statusCode).toBe(422)
  expect((await callForm(scene, 'vouchers', { body: { ...entries(), ticket } })).statusCode).toBe(201)
})

test('an issue needs an Idempotency-Key (E9)', async () => {
  const answer = await world.app.http.inject({
    method: 'POST',
    url: `/embed/v1/forms/${scene.form.publicId}/vouchers`,
    headers: { authorization: `Bearer ${scene.token}`, origin: EMBED_ORIGIN },
    payload: { ...entries(), ticket: ticketOf(scene).ticket },
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.json().reason).toBe('IDEMPOTENCY_KEY_MISSING')
})

test('every answer to a form is counted by outcome and reason, refusals apart from faults, and no input makes a series of its own (E10)', async () => {
  answered.length = 0
  await issue()
  await callForm(scene, 'lookups', { body: { code: '7KQ4-M2XR-9TBV', ticket: ticketOf(scene).ticket } })
  await callForm(scene, 'vouchers', { token: `papt_live_${'x'.repeat(36)}` })
  await callForm(scene, 'vouchers', {
    body: { ...entries({ first_name: '' }), ticket: ticketOf(scene).ticket },
  })
  await callForm(scene, 'vouchers', { body: { tenant_id: 'x', ticket: ticketOf(scene).ticket } })
  await world.app.http.inject({
    url: '/api/v1/tenant/agencies',
    headers: { authorization: `Bearer ${scene.token}` },
  })
  expect(answered).toEqual([
    'success OK',
    'refusal VOUCHER_NOT_FOUND',
    'refusal PARTNER_TOKEN_INVALID',
    'refusal VALIDATION_FAILED',
    'refusal CONTEXT_OVERRIDE',
    'refusal PARTNER_TOKEN_SCOPE',
  ])
})

test('a French browser sees every fixed word in French; what the organisation wrote comes in the default language of the form, marked as such (E6, E8)', async () => {
  const there = await openEmbedScene(world)
  const write = (texts: object) =>
    world.seed(
      `update form set config = jsonb_set(jsonb_set(config, '{default_language}', '"es"'), '{texts}', $2::jsonb) where id = $1`,
      [there.form.uuid, JSON.stringify(texts)],
      there.tenant,
    )
  const read = async () => {
    const shown = await world.app.http.inject({
      url: `/e/${there.form.publicId}`,
      headers: { 'accept-language': 'fr-FR,fr;q=0.9,en;q=0.5' },
    })
    expect(shown.body).toContain('<html lang="fr"')
    const block = /<script type="application\/json" id="form-data">([\s\S]*?)<\/script>/.exec(shown.body)
    return JSON.parse(block?.[1] ?? '')
  }
  const spanish = { title: 'Vales', intro_text: 'Para vecinos.', rules_list: ['Uno por hogar'] }
  await write({ es: spanish })
  const told = await read()
  expect(told).toMatchObject({ lang: 'fr', texts: { ...spanish, lang: 'es' } })
  expect(told.words).toEqual(FRAME_WORDS.fr)
  await write({ es: spanish, fr: { title: '', intro_text: '', rules_list: [] } })
  expect((await read()).texts).toEqual({ ...spanish, lang: 'es' })
  await write({ es: spanish, fr: { title: 'Bons', intro_text: '', rules_list: [] } })
  expect((await read()).texts).toEqual({ title: 'Bons', intro_text: '', rules_list: [], lang: 'fr' })
})

test('the preview of a form is framed by the portal alone, holds no form and no ticket, and may connect to nothing (E6)', async () => {
  const shown = await world.app.http.inject({ url: '/e/preview' })
  expect(shown.statusCode).toBe(200)
  const policy = String(shown.headers['content-security-policy'])
  expect(policy).toContain("connect-src 'none'")
  expect(policy).toContain("worker-src 'none'")
  expect(policy).toMatch(/frame-ancestors https?:\/\/[^\s;]+; require-trusted-types-for 'script'; /)
  expect(policy).not.toContain(AGENCY_ORIGIN)
  expect(shown.headers['set-cookie']).toBeUndefined()
  for (const secret of ['frm_', 'papt_', '"ticket"', '"salt"']) expect(shown.body).not.toContain(secret)
})
