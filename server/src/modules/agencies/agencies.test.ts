import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  formConfig,
  seedAgency,
  seedForm,
  seedFormToken,
  seedTenantAdmin,
  seedVoucherTypes,
} from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAgencyRoutes, parseFormToken } from './index.ts'

const AGENCIES = '/api/v1/tenant/agencies'
const FORMS = '/api/v1/tenant/forms'
const TOKENS = '/api/v1/tenant/tokens'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeAgencyRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

const post = (caller: Caller | null, path: string, body: unknown = {}, headers = {}) =>
  world.call(caller, 'POST', path, { body, headers })
const get = (caller: Caller, path: string) => world.call(caller, 'GET', path)

/** An agency with a form that is ready for a token. */
async function seedReady(admin: Caller, name = 'Bright Travel') {
  const agency = (await post(admin, AGENCIES, { name })).json()
  const made = await post(admin, `${AGENCIES}/${agency.agency_id}/forms`, {
    name: 'Website',
    allowed_origins: ['https://www.bright.example'],
    config: formConfig('router'),
  })
  return { agency, form: made.json() }
}

async function seedTenant(name = 'Acme Fiber') {
  const seeded = await seedTenantAdmin(world, name)
  await seedVoucherTypes(world, seeded.tenant, 'router', 'visit')
  return seeded
}

test('a token is shown once, with code that is ready to paste; afterwards its beginning and end are told, and only a digest is kept (E1)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const made = await post(admin, `${FORMS}/${form.form_id}/tokens`)
  expect(made.statusCode, made.body).toBe(201)
  expect(made.headers['cache-control']).toContain('no-store')
  const { token, token_id: id, snippets } = made.json()
  expect(parseFormToken(token)).toEqual({ mode: 'live' })
  for (const variant of ['script', 'pinned', 'iframe']) expect(snippets[variant], variant).toContain(token)
  expect(snippets.script).toContain(`data-form="${form.public_id}"`)
  expect(snippets.csp).toMatch(/^frame-src \S+; script-src \S+$/)

  const listed = await get(admin, `${FORMS}/${form.form_id}/tokens`)
  expect(listed.json().items).toMatchObject([
    { token_id: id, state: 'current', last_used_at: null, origins: [] },
  ])
  expect(listed.body).not.toContain(token.slice(14, -4))
  const code = await get(admin, `${FORMS}/${form.form_id}/embed-code`)
  expect(code.json().script).toContain('YOUR_FORM_TOKEN')
  const kept = JSON.stringify(
    await world.sql('select t.*, d.approval_snapshot from form_token t join delegation d using (id)'),
  )
  const logged = JSON.stringify(await world.sql('select * from audit_event'))
  for (const text of [kept, logged]) expect(text).not.toContain(token.slice(14, -4))
})

test('a form has one current token, also when many are asked for at once; a repeated request shows no secret again (E1)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const path = `${FORMS}/${form.form_id}/tokens`
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(admin, path)))
  expect(answers.map(({ statusCode }) => String(statusCode)).toSorted()).toEqual([
    '201',
    ...Array.from({ length: 5 }, () => '409'),
  ])
  expect(answers.find(({ statusCode }) => statusCode === 409)?.json().code).toBe('FORM_TOKEN_EXISTS')
  const [current] = (await get(admin, path)).json().items
  const headers = { 'idempotency-key': 'rotate-once' }
  const rotated = await post(admin, `${TOKENS}/${current.token_id}/rotate`, {}, headers)
  expect(rotated.statusCode).toBe(201)
  const again = await post(admin, `${TOKENS}/${current.token_id}/rotate`, {}, headers)
  expect([again.statusCode, again.json().code]).toEqual([409, 'SECRET_SHOWN_ONCE'])
  expect((await get(admin, path)).json().items).toHaveLength(2)
})

test.each([0, 3600, 86_400, 604_800, 2_592_000])(
  'a replaced token goes on working for the chosen %i seconds and no longer (E1)',
  async (overlap) => {
    const { admin } = await seedTenant()
    const { form } = await seedReady(admin)
    const path = `${FORMS}/${form.form_id}/tokens`
    const first = (await post(admin, path)).json()
    const second = await post(admin, `${TOKENS}/${first.token_id}/rotate`, { overlap_seconds: overlap })
    expect(second.statusCode, second.body).toBe(201)
    const items = (await get(admin, path)).json().items
    expect(items.map(({ state }: { state: string }) => state)).toEqual([
      'current',
      overlap === 0 ? 'ended' : 'overlapping',
    ])
    const [row] = await world.sql(
      `select extract(epoch from ends_at - (select starts_at from delegation n where n.id = $2))::integer as left_seconds from delegation where id = $1`,
      await Promise.all([first, second.json()].map(({ token_id: id }) => uuidOf(id))),
    )
    expect(Number(row?.['left_seconds'])).toBeGreaterThanOrEqual(overlap - 5)
    expect(Number(row?.['left_seconds'])).toBeLessThanOrEqual(overlap + 5)
    const third = await post(admin, `${TOKENS}/${first.token_id}/rotate`, {})
    expect([third.statusCode, third.json().code]).toEqual([409, 'FORM_TOKEN_STATE_CONFLICT'])
  },
)

const uuidOf = async (publicId: string): Promise<string> => {
  const rows = await world.sql<{ id: string }>('select id from form_token')
  return rows.find(({ id }) => publicIdOf('form_token', id) === publicId)?.id ?? ''
}

test('an overlap that nobody offered is refused, and so is a token for a form that can issue nothing or be shown nowhere (E1)', async () => {
  const { admin } = await seedTenant()
  const { agency, form } = await seedReady(admin)
  const token = (await post(admin, `${FORMS}/${form.form_id}/tokens`)).json()
  const odd = await post(admin, `${TOKENS}/${token.token_id}/rotate`, { overlap_seconds: 60 })
  expect(odd.statusCode).toBe(422)
  for (const body of [
    { name: 'No site', config: formConfig('router') },
    { name: 'No types', allowed_origins: ['https://www.bright.example'] },
  ]) {
    const made = (await post(admin, `${AGENCIES}/${agency.agency_id}/forms`, body)).json()
    const answer = await post(admin, `${FORMS}/${made.form_id}/tokens`)
    expect([answer.statusCode, answer.json().code], body.name).toEqual([409, 'FORM_CANNOT_ISSUE'])
  }
})

test('a stopped token is out of force at once, with the delegation behind it, and stays so (E1)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const token = (await post(admin, `${FORMS}/${form.form_id}/tokens`)).json()
  const inForce = async () =>
    world.sql('select count(*)::integer as n from access.form_token_in_force where id = $1', [
      await uuidOf(token.token_id),
    ])
  expect(await inForce()).toEqual([{ n: 1 }])
  const without = await post(admin, `${TOKENS}/${token.token_id}/revoke`)
  expect(without.statusCode).toBe(422)
  const stopped = await post(admin, `${TOKENS}/${token.token_id}/revoke`, { reason: 'The page is gone' })
  expect(stopped.json()).toMatchObject({ state: 'revoked', revoked_reason: 'The page is gone' })
  expect(await inForce()).toEqual([{ n: 0 }])
  const [delegation] = await world.sql(
    'select status, status_reason, status_changed_by_side from delegation where id = $1',
    [await uuidOf(token.token_id)],
  )
  expect(delegation).toEqual({
    status: 'revoked',
    status_reason: 'The page is gone',
    status_changed_by_side: 'tenant',
  })
  const again = await post(admin, `${TOKENS}/${token.token_id}/revoke`, { reason: 'Again' })
  expect([again.statusCode, again.json().code]).toEqual([409, 'FORM_TOKEN_STATE_CONFLICT'])
  expect((await post(admin, `${FORMS}/${form.form_id}/tokens`)).statusCode).toBe(201)
})

test('saving a form reaches every live token of that form, and of no other form of the same agency (fault 6, E6)', async () => {
  const { tenant, admin } = await seedTenant()
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const [one, other] = [
    await seedForm(world, { tenant, agency }, ['router']),
    await seedForm(world, { tenant, agency }, ['router']),
  ]
  await seedFormToken(world, { tenant, agency, form: one.uuid })
  await seedFormToken(world, { tenant, agency, form: other.uuid })
  const [first] = (await get(admin, `${FORMS}/${one.id}/tokens`)).json().items
  await post(admin, `${TOKENS}/${first.token_id}/rotate`)
  const read = await get(admin, `${FORMS}/${one.id}/config`)
  const saved = await world.call(admin, 'PUT', `${FORMS}/${one.id}/config`, {
    body: formConfig('visit'),
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(saved.statusCode, saved.body).toBe(200)
  const rows = await world.sql<{ form_id: string; types: string[] }>(
    `select form_id, config -> 'allowed_voucher_types' as types from form_token where tenant_id = $1 order by id`,
    [tenant],
  )
  expect(rows.filter(({ form_id: id }) => id === one.uuid).map(({ types }) => types)).toEqual([
    ['visit'],
    ['visit'],
  ])
  expect(rows.filter(({ form_id: id }) => id === other.uuid).map(({ types }) => types)).toEqual([['router']])
  const stale = await world.call(admin, 'PUT', `${FORMS}/${one.id}/config`, {
    body: formConfig('router'),
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(stale.statusCode).toBe(412)
})

test('a form takes at most 8 types, 600 characters of introduction and 12 rules of 240, and every fault is told at once (E6)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const put = (config: unknown) =>
    world.call(admin, 'PUT', `${FORMS}/${form.form_id}/config`, {
      body: config,
      headers: { 'if-match': '"v1"' },
    })
  const bad = await put({
    allowed_voucher_types: Array.from({ length: 9 }, (_, index) => `type-${index}`),
    texts: { en: { intro_text: 'x'.repeat(601), rules_list: Array.from({ length: 13 }, () => 'r') } },
    theme: { accent: '#ffee00' },
    css: 'body{}',
  })
  expect(bad.statusCode).toBe(422)
  expect(
    bad
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted(),
  ).toEqual([
    '/body/allowed_voucher_types',
    '/body/css',
    '/body/texts/en/intro_text',
    '/body/texts/en/rules_list',
    '/body/theme/accent',
  ])
  const unknown = await put(formConfig('router', 'furniture'))
  expect([unknown.statusCode, unknown.json().code]).toEqual([422, 'VOUCHER_TYPE_UNKNOWN'])
  const none = await put({ ...formConfig(), allowed_voucher_types: [] })
  expect(none.statusCode).toBe(422)
  expect((await get(admin, `${FORMS}/${form.form_id}/config`)).json().config).toEqual(formConfig('router'))
  const markup = {
    ...formConfig('router'),
    texts: { en: { title: '<b>x</b>', intro_text: '<img onerror=alert(1)>', rules_list: [] } },
  }
  expect((await put(markup)).json().config).toEqual(markup)
})

test('a site is an exact origin, or all subdomains of a host when somebody ticked that (embedded.md 2)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const patch = async (body: unknown) => {
    const etag = String((await get(admin, `${FORMS}/${form.form_id}`)).headers['etag'])
    return world.call(admin, 'PATCH', `${FORMS}/${form.form_id}`, { body, headers: { 'if-match': etag } })
  }
  for (const origin of [
    'https://www.bright.example/',
    'https://bright.example/page',
    'http://bright.example',
    '*',
    'https://*',
    'https://*.example',
    'javascript:alert(1)',
    'https://a.example https://b.example',
    'https://u:p@a.example',
    "https://a.example'",
  ])
    expect((await patch({ allowed_origins: [origin] })).statusCode, origin).toBe(422)
  const wildcard = ['https://*.bright.example']
  expect((await patch({ allowed_origins: wildcard })).json().errors[0].code).toBe('SUBDOMAINS_NOT_ALLOWED')
  expect((await patch({ allowed_origins: wildcard, allows_subdomains: true })).statusCode).toBe(200)
  expect((await patch({ allows_subdomains: false })).statusCode).toBe(422)
  expect(
    (
      await patch({
        allowed_origins: ['https://a.example:8443', 'http://shop.localhost:3000'],
        allows_subdomains: false,
      })
    ).statusCode,
  ).toBe(200)
})

test('an access code is kept as a slow hash and never told again (embedded.md 2)', async () => {
  const { admin } = await seedTenant()
  const { form } = await seedReady(admin)
  const changed = await world.call(admin, 'PATCH', `${FORMS}/${form.form_id}`, {
    body: { access_code: 'blue door 7' },
    headers: { 'if-match': '"v1"' },
  })
  expect(changed.json()).toMatchObject({ has_access_code: true })
  const [kept] = await world.sql(`select access_code_hash from form where public_id = $1`, [form.public_id])
  expect(kept?.['access_code_hash']).toMatch(/^\$argon2id\$/)
  const [event] = await world.sql(
    `select changes from audit_event where action = 'form.updated' order by id desc limit 1`,
  )
  expect(event?.['changes']).toEqual({ access_code: { changed: true } })
})

test('the name of an agency is its own within the organisation, whatever its letters; another organisation may use it (E1)', async () => {
  const [{ admin }, other] = [await seedTenant(), await seedTenant('Zenith')]
  expect((await post(admin, AGENCIES, { name: 'Bright Travel' })).statusCode).toBe(201)
  const twice = await post(admin, AGENCIES, { name: 'BRIGHT travel' })
  expect([twice.statusCode, twice.json().code]).toEqual([409, 'AGENCY_NAME_TAKEN'])
  expect((await post(other.admin, AGENCIES, { name: 'Bright Travel' })).statusCode).toBe(201)
})

test('agencies, forms, tokens and keys of another organisation answer as ones that do not exist (E1)', async () => {
  const [mine, theirs] = [await seedTenant(), await seedTenant('Zenith')]
  const { agency, form } = await seedReady(theirs.admin)
  const token = (await post(theirs.admin, `${FORMS}/${form.form_id}/tokens`)).json()
  const key = (await post(theirs.admin, `${AGENCIES}/${agency.agency_id}/keys`, { name: 'Server' })).json()
  for (const [path, code] of [
    [`${AGENCIES}/${agency.agency_id}`, 'AGENCY_NOT_FOUND'],
    [`${AGENCIES}/${agency.agency_id}/forms`, 'AGENCY_NOT_FOUND'],
    [`${AGENCIES}/${agency.agency_id}/keys`, 'AGENCY_NOT_FOUND'],
    [`${FORMS}/${form.form_id}`, 'FORM_NOT_FOUND'],
    [`${FORMS}/${form.form_id}/tokens`, 'FORM_NOT_FOUND'],
    [`${FORMS}/${form.form_id}/embed-code`, 'FORM_NOT_FOUND'],
  ] as const) {
    const answer = await get(mine.admin, path)
    expect([answer.statusCode, answer.json().code], path).toEqual([404, code])
  }
  for (const path of [
    `${TOKENS}/${token.token_id}/revoke`,
    `${TOKENS}/${token.token_id}/rotate`,
    `/api/v1/tenant/agency-keys/${key.key_id}/revoke`,
    `${AGENCIES}/${agency.agency_id}/deactivate`,
  ])
    expect(
      (await post(mine.admin, path, path.endsWith('revoke') ? { reason: 'x' } : {})).statusCode,
      path,
    ).toBe(404)
  expect((await get(mine.admin, AGENCIES)).json()).toMatchObject({ total: 0, items: [] })
})

test('only whoever manages agencies changes them; a member of the organisation sees none of this (E1)', async () => {
  const { tenant, admin } = await seedTenant()
  const { agency, form } = await seedReady(admin)
  const person = await world.person()
  await world.tenantMember(tenant, person.id, 'TENANT_USER')
  const user = await world.signIn(person.id, { tenantId: tenant })
  for (const path of [AGENCIES, `${AGENCIES}/${agency.agency_id}`, `${FORMS}/${form.form_id}/tokens`])
    expect((await get(user, path)).statusCode, path).toBe(403)
  expect((await post(user, AGENCIES, { name: 'Mine' })).statusCode).toBe(403)
  expect((await post(user, `${FORMS}/${form.form_id}/tokens`)).statusCode).toBe(403)
})

test('a server key is shown once, says what it may and from where, and ends at once (E12)', async () => {
  const { admin } = await seedTenant()
  const { agency } = await seedReady(admin)
  const path = `${AGENCIES}/${agency.agency_id}/keys`
  const wrong = await post(admin, path, {
    name: 'S',
    allowed_networks: ['203.0.113.0/33', 'home'],
    scopes: [],
  })
  expect(wrong.json().errors).toHaveLength(3)
  const made = await post(admin, path, {
    name: 'Server',
    allowed_networks: ['203.0.113.0/24'],
    scopes: ['vouchers.issue:own'],
    calls_per_minute: 30,
  })
  expect(made.statusCode, made.body).toBe(201)
  const { key, key_id: id } = made.json()
  expect(key).toMatch(/^pask_[0-9A-Za-z]{36}$/)
  const listed = await get(admin, path)
  expect(listed.body).not.toContain(key.slice(9, -4))
  expect(listed.json().items).toMatchObject([
    {
      key_id: id,
      scopes: ['vouchers.issue:own'],
      allowed_networks: ['203.0.113.0/24'],
      calls_per_minute: 30,
      status: 'active',
    },
  ])
  const ended = await post(admin, `/api/v1/tenant/agency-keys/${id}/revoke`, { reason: 'Server replaced' })
  expect(ended.json()).toMatchObject({ status: 'revoked', revoked_reason: 'Server replaced' })
  expect((await post(admin, `/api/v1/tenant/agency-keys/${id}/revoke`, { reason: 'x' })).statusCode).toBe(409)
})

test('an agency is stopped and started again, a form is paused and resumed, each with its event (E10, E11)', async () => {
  const { tenant, admin } = await seedTenant()
  const { agency, form } = await seedReady(admin)
  const stop = await post(admin, `${AGENCIES}/${agency.agency_id}/deactivate`, { reason: 'Contract ended' })
  expect(stop.json()).toMatchObject({ status: 'inactive', status_reason: 'Contract ended' })
  expect((await post(admin, `${AGENCIES}/${agency.agency_id}/deactivate`)).json().code).toBe(
    'AGENCY_STATE_CONFLICT',
  )
  expect((await post(admin, `${AGENCIES}/${agency.agency_id}/activate`)).json().status).toBe('active')
  expect((await post(admin, `${FORMS}/${form.form_id}/pause`, { reason: 'Odd traffic' })).json().status).toBe(
    'paused',
  )
  expect((await post(admin, `${FORMS}/${form.form_id}/resume`)).json().status).toBe('active')
  const mailed = await post(admin, `${FORMS}/${form.form_id}/mail-code`, { email: 'web@bright.example' })
  expect(mailed.statusCode, mailed.body).toBe(202)
  const events = await world.sql<{ action: string }>(
    `select action from audit_event e join audit_scope s on s.event_id = e.id where s.scope_id = $1 and e.plane = 'tenant' and action not like '%.read' order by e.id`,
    [tenant],
  )
  expect(events.map(({ action }) => action)).toEqual([
    'agency.created',
    'form.created',
    'agency.deactivated',
    'agency.activated',
    'form.paused',
    'form.resumed',
    'form.code_mailed',
  ])
})
