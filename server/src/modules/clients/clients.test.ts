import { decodeId } from '@liaison/access'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onboardingRoutes } from '#modules/onboarding/index.ts'
import { makeTestCertificate } from '#testing/client-certificates.ts'
import type { TestCertificate } from '#testing/client-certificates.ts'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeClientRoutes } from './index.ts'

let world: TestWorld
let owner: Caller
let staff: Caller
let rival: Caller
let admin: Caller
let tenantAdmin: Caller
let key: Record<string, unknown>
let privateKey: Record<string, unknown>

const PATH = '/api/v1/partner/clients'

beforeAll(async () => {
  world = await TestWorld.start((services) => [...onboardingRoutes, ...makeClientRoutes(services)])
  const people = await Promise.all(Array.from({ length: 5 }, () => world.person()))
  const [first, second, third, fourth, fifth] = people.map(({ id }) => id)
  if (!first || !second || !third || !fourth || !fifth) throw new Error('The world is incomplete.')
  const partner = await world.partner('Northwind')
  await world.partnerMember(partner, first, 'PARTNER_OWNER')
  await world.partnerMember(partner, second)
  await world.partnerMember(await world.partner('Contoso'), third, 'PARTNER_OWNER')
  await world.platformAdmin(fourth)
  const tenant = await world.tenant('Globex')
  await world.tenantMember(tenant, fifth)
  owner = await world.signIn(first)
  staff = await world.signIn(second)
  rival = await world.signIn(third)
  admin = await world.signIn(fourth)
  tenantAdmin = await world.signIn(fifth, { tenantId: tenant })
  const pair = await generateKeyPair('ES256', { extractable: true })
  key = { ...(await exportJWK(pair.publicKey)), kid: 'k1' }
  privateKey = { ...(await exportJWK(pair.privateKey)), kid: 'k1' }
})
afterAll(() => world[Symbol.asyncDispose]())

function body(change: Record<string, unknown> = {}) {
  return {
    name: 'Order desk',
    redirect_uris: ['https://desk.northwind.example/callback'],
    scopes: ['orders.read', 'orders.write'],
    jwks: { keys: [key] },
    ...change,
  }
}

async function create(caller = owner, path = PATH) {
  const answer = await world.call(caller, 'POST', path, { body: body() })
  expect(answer.statusCode, answer.body).toBe(201)
  return { id: String(answer.json().client_id), path: `${path}/${answer.json().client_id}`, answer }
}

describe('an API client of a partner', () => {
  test('is created from a public key, in the sandbox, and found again by its owner alone (A11)', async () => {
    const { path, answer } = await create()
    expect(answer.json()).toMatchObject({
      environment: 'sandbox',
      status: 'active',
      owner: { kind: 'partner', name: 'Northwind' },
      jwks: { keys: [{ kid: 'k1', kty: 'EC', alg: 'ES256' }] },
      first_call_at: null,
    })
    expect(answer.headers['location']).toBe(path)
    expect((await world.call(owner, 'GET', path)).statusCode).toBe(200)
    expect((await world.call(rival, 'GET', path)).json().code).toBe('CLIENT_NOT_FOUND')
    expect((await world.call(rival, 'GET', PATH)).json().total).toBe(0)
    expect((await world.call(admin, 'GET', path.replace('partner', 'admin'))).statusCode).toBe(200)
  })

  test('the last place is taken once, however many want it at the same moment (A11, ASVS 2.3.2)', async () => {
    const person = await world.person()
    const partner = await world.partner('Crowded')
    await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
    const one = await world.signIn(person.id)
    for (let count = 0; count < 48; count += 1) await create(one)
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => world.call(one, 'POST', PATH, { body: body() })),
    )
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(2)
    expect((await world.call(one, 'GET', PATH)).json().total).toBe(50)
  })

  test('is refused with all faults at once, and nothing is created: private keys, weak addresses, unknown fields (attack 81)', async () => {
    const before = (await world.call(owner, 'GET', PATH)).json().total
    const answer = await world.call(owner, 'POST', PATH, {
      body: body({
        redirect_uris: ['http://desk.northwind.example/', 'https://x.example/#part', 'https://*.example/'],
        jwks: { keys: [privateKey] },
      }),
    })
    expect(answer.statusCode).toBe(422)
    const faults: { pointer: string; code: string }[] = answer.json().errors
    expect(faults.map(({ pointer }) => pointer)).toEqual([
      '/body/redirect_uris/0',
      '/body/redirect_uris/1',
      '/body/redirect_uris/2',
      '/body/jwks/keys/0',
    ])
    expect(answer.body).not.toContain(String(privateKey['d']))
    const secret = await world.call(owner, 'POST', PATH, { body: body({ client_secret: 'x' }) })
    expect(secret.statusCode).toBe(422)
    expect((await world.call(owner, 'GET', PATH)).json().total).toBe(before)
  })

  test('is managed by owners with a fresh factor: staff reads nothing, an old factor is asked again', async () => {
    expect((await world.call(staff, 'GET', PATH)).json().code).toBe('PERMISSION_DENIED')
    const person = await world.person()
    await world.partnerMember(await world.partner('Fabrikam'), person.id, 'PARTNER_OWNER')
    const stale = await world.signIn(person.id, { factorAgeSeconds: 3600 })
    expect((await world.call(stale, 'POST', PATH, { body: body() })).json().code).toBe('STEP_UP_REQUIRED')
  })

  test('changes in the version that was read, keys included, and the audit tells keys by id only (A13)', async () => {
    const { path, answer } = await create()
    const second = {
      ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)),
      kid: 'k2',
    }
    const etag = String(answer.headers['etag'])
    const change = {
      body: { jwks: { keys: [key, second] }, scopes: ['orders.read'], pins_proof_key: true },
      headers: { 'if-match': etag },
    }
    const changed = await world.call(owner, 'PATCH', path, change)
    expect(changed.json(), changed.body).toMatchObject({ scopes: ['orders.read'], pins_proof_key: true })
    expect((await world.call(owner, 'PATCH', path, change)).json().code).toBe('PRECONDITION_FAILED')
    expect((await world.call(owner, 'PATCH', path, { body: { name: 'X' } })).statusCode).toBe(428)
    const [event] = await world.sql<{ changes: unknown }>(
      `select changes from audit_event where action = 'clients.change' order by occurred_at desc limit 1`,
    )
    expect(event?.changes).toEqual({
      scopes: { before: ['orders.read', 'orders.write'], after: ['orders.read'] },
      keys: { before: ['k1'], after: ['k1', 'k2'] },
      pins_proof_key: { before: false, after: true },
    })
  })

  test('stays suspended until the side that suspended it resumes it, and revoked for ever', async () => {
    const { path } = await create()
    const adminPath = path.replace('partner', 'admin')
    const reason = { body: { reason: 'A leaked key is suspected.' } }
    expect((await world.call(admin, 'POST', `${adminPath}/suspend`, reason)).json().status).toBe('suspended')
    expect((await world.call(owner, 'POST', `${path}/resume`, reason)).json().code).toBe(
      'CLIENT_STATE_CONFLICT',
    )
    expect((await world.call(admin, 'POST', `${adminPath}/resume`, reason)).json().status).toBe('active')
    expect((await world.call(owner, 'POST', `${path}/revoke`, reason)).json().status).toBe('revoked')
    expect((await world.call(admin, 'POST', `${adminPath}/resume`, reason)).json().code).toBe(
      'CLIENT_STATE_CONFLICT',
    )
  })

  test('is suspended by each side for itself: lifting one suspension leaves the other, whichever came first (A11)', async () => {
    const { path } = await create()
    const adminPath = path.replace('partner', 'admin')
    const move = (by: Caller, name: string) =>
      world.call(by, 'POST', `${by === admin ? adminPath : path}/${name}`, {
        body: { reason: `By ${name}.` },
      })
    const told = async (by: Caller, name: string) => {
      const {
        status,
        status_changed_by_side: side,
        own_suspended_at: own,
        code,
      } = (await move(by, name)).json()
      return code ?? [status, side, own !== null]
    }
    expect(await told(owner, 'suspend')).toEqual(['suspended', 'partner', false])
    expect(await told(admin, 'resume')).toBe('CLIENT_STATE_CONFLICT')
    expect(await told(admin, 'suspend')).toEqual(['suspended', 'provider', true])
    expect([await told(admin, 'suspend'), await told(owner, 'suspend')]).toEqual([
      'CLIENT_STATE_CONFLICT',
      'CLIENT_STATE_CONFLICT',
    ])
    // The owner's is lifted first: the provider's stands, and the owner lifts nothing more.
    expect(await told(owner, 'resume')).toEqual(['suspended', 'provider', false])
    expect(await told(owner, 'resume')).toBe('CLIENT_STATE_CONFLICT')
    // The owner sets its own again, and the provider's is lifted first.
    expect(await told(owner, 'suspend')).toEqual(['suspended', 'provider', true])
    expect((await move(admin, 'resume')).json()).toMatchObject({
      status: 'suspended',
      status_changed_by_side: 'partner',
      status_reason: 'By suspend.',
      own_suspended_at: null,
    })
    expect(await told(admin, 'resume')).toBe('CLIENT_STATE_CONFLICT')
    expect(await told(owner, 'resume')).toEqual(['active', 'partner', false])
    const [event] = await world.sql<{ changes: unknown }>(
      `select changes from audit_event where action = 'clients.suspend' and changes ? 'suspended_by' order by occurred_at limit 1`,
    )
    expect(event?.changes).toEqual({
      status: { before: 'suspended', after: 'suspended' },
      suspended_by: { before: ['partner'], after: ['provider', 'partner'] },
    })
    await move(owner, 'suspend')
    await move(admin, 'suspend')
    expect(await told(owner, 'revoke')).toEqual(['revoked', 'partner', false])
  })

  test('goes live when its owner asked and the provider agrees, in that order only', async () => {
    const { path } = await create()
    const adminPath = path.replace('partner', 'admin')
    expect((await world.call(admin, 'POST', `${adminPath}/approve-live`)).json().code).toBe(
      'CLIENT_STATE_CONFLICT',
    )
    expect((await world.call(owner, 'POST', `${path}/request-live`)).json().live_requested_at).not.toBeNull()
    expect((await world.call(owner, 'POST', `${adminPath}/approve-live`)).json().code).toBe('WRONG_PLANE')
    const terms = (await world.call(owner, 'GET', '/api/v1/partner/api-terms')).json()
    const { version, text_sha256 } = terms
    await world.call(owner, 'POST', '/api/v1/partner/api-terms/accept', { body: { version, text_sha256 } })
    expect((await world.call(admin, 'POST', `${adminPath}/approve-live`)).json().environment).toBe('live')
  })

  test('what changes while the provider lets a client work for real customers is looked at once more (RFC 9700 section 2.1)', async () => {
    const { id, path } = await create()
    expect((await world.call(owner, 'POST', `${path}/request-live`)).statusCode).toBe(200)
    const change = {
      text: `update api_client set redirect_uris = '{http://127.0.0.1/callback}', version = version + 1 where id = $1 returning id`,
      values: [decodeId('api_client', id)],
    }
    const approve = () => world.call(admin, 'POST', `${path.replace('partner', 'admin')}/approve-live`)
    const [met] = await meetAt(world, change, [approve])
    expect(met?.json()).toMatchObject({ code: 'CLIENT_STATE_CONFLICT' })
    expect((await world.call(owner, 'GET', path)).json()).toMatchObject({ environment: 'sandbox' })
    expect((await approve()).json()).toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

describe('the certificates of an API client (A16)', () => {
  const old = makeTestCertificate('old.northwind.example', -2)
  const [one, two, three] = [1, 2, 3].map((number) => makeTestCertificate(`${number}.northwind.example`))
  const facts = (certificate: TestCertificate | undefined) => ({
    thumbprint: certificate?.thumbprint,
    pem: certificate?.pem,
    ends_at: expect.any(String),
  })

  async function patch(path: string, change: Record<string, unknown>, caller = owner) {
    const etag = String((await world.call(owner, 'GET', path)).headers['etag'])
    return world.call(caller, 'PATCH', path, { body: change, headers: { 'if-match': etag } })
  }

  test('are registered by its owner, two at a time, and the audit tells them by thumbprint', async () => {
    const { path, answer } = await create()
    expect(answer.json()).toMatchObject({ token_binding: 'dpop', certificates: [] })
    const bound = await patch(path, { token_binding: 'mtls', certificates: [one?.pem] })
    expect(bound.json(), bound.body).toMatchObject({
      token_binding: 'mtls',
      certificates: [{ ...facts(one), subject: 'CN=1.northwind.example' }],
    })
    const both = await patch(path, { certificates: [one?.pem, two?.pem] })
    expect(both.json().certificates).toMatchObject([facts(one), facts(two)])
    expect((await patch(path, { name: 'Another name' })).json().certificates).toHaveLength(2)
    const [event] = await world.sql<{ changes: unknown }>(
      `select changes from audit_event where action = 'clients.change' and changes ? 'token_binding' order by occurred_at desc limit 1`,
    )
    expect(event?.changes).toEqual({
      token_binding: { before: 'dpop', after: 'mtls' },
      certificates: { before: [], after: [one?.thumbprint] },
    })
  })

  test('are refused with every fault at once, and nothing is changed', async () => {
    const { path } = await create()
    const refused = await patch(path, {
      token_binding: 'mtls',
      certificates: [`${one?.pem}\n${one?.key}`, 'text', `${one?.pem}\n${two?.pem}`],
    })
    expect(refused.statusCode).toBe(422)
    expect(refused.json().errors).toMatchObject([
      { pointer: '/body/certificates/0', code: 'PRIVATE_KEY' },
      { pointer: '/body/certificates/1', code: 'INVALID_CERTIFICATE' },
      { pointer: '/body/certificates/2', code: 'INVALID_CERTIFICATE' },
      { pointer: '/body/certificates', code: 'TOO_MANY' },
    ])
    expect(refused.body).not.toContain('PRIVATE KEY-----')
    const codes = async (change: Record<string, unknown>) =>
      (await patch(path, change)).json<{ errors: { code: string }[] }>().errors.map(({ code }) => code)
    expect(await codes({ token_binding: 'mtls' })).toEqual(['CERTIFICATE_REQUIRED'])
    expect(await codes({ certificates: [one?.pem, one?.pem] })).toEqual(['DUPLICATE'])
    expect(await codes({ certificates: [old.pem] })).toEqual(['CERTIFICATE_ENDED'])
    expect(await codes({ certificates: [one, two, three].map((certificate) => certificate?.pem) })).toEqual([
      'TOO_MANY',
    ])
    expect((await world.call(owner, 'GET', path)).json()).toMatchObject({
      token_binding: 'dpop',
      certificates: [],
    })
  })

  test('need a fresh factor of an owner, and the last one stays while tokens are bound to it', async () => {
    const { path } = await create()
    expect((await patch(path, { certificates: [one?.pem] }, rival)).json().code).toBe('CLIENT_NOT_FOUND')
    expect((await patch(path, { certificates: [one?.pem] }, staff)).json().code).toBe('PERMISSION_DENIED')
    await patch(path, { token_binding: 'mtls', certificates: [one?.pem] })
    expect((await patch(path, { certificates: [] })).json().errors).toMatchObject([
      { code: 'CERTIFICATE_REQUIRED' },
    ])
    expect((await patch(path, { token_binding: 'dpop', certificates: [] })).json()).toMatchObject({
      token_binding: 'dpop',
    })
  })

  test('as raw SQL are neither three nor none where tokens are bound to one', async () => {
    const { id } = await create()
    const set = (change: string) =>
      world.sql(`update api_client set ${change} where id = $1`, [decodeId('api_client', id)])
    await expect(set(`token_binding = 'mtls'`)).rejects.toThrow('api_client_certificate')
    await expect(set(`certificates = '[1, 2, 3]'`)).rejects.toThrow('check constraint')
    await expect(set(`token_binding = 'none'`)).rejects.toThrow('check constraint')
  })
})

test("a tenant's own client lives where the tenant is, unseen by partners (A5)", async () => {
  const { answer, id } = await create(tenantAdmin, '/api/v1/tenant/clients')
  expect(answer.json()).toMatchObject({ environment: 'live', owner: { kind: 'tenant', name: 'Globex' } })
  expect((await world.call(owner, 'GET', `${PATH}/${id}`)).statusCode).toBe(404)
})

test("a scope for an organisation's own use is for its own clients, never for a partner's (A4, R4)", async () => {
  const wanted = { body: { ...body(), scopes: ['orders.read', 'audit.read'] } }
  const made = await world.call(tenantAdmin, 'POST', '/api/v1/tenant/clients', wanted)
  expect(made.json()).toMatchObject({ scopes: ['orders.read', 'audit.read'] })
  const refused = await world.call(owner, 'POST', PATH, wanted)
  expect(refused.statusCode, refused.body).toBe(422)
  expect(refused.json()).toMatchObject({ errors: [{ pointer: '/body/scopes/1' }] })
})

test('the provider lists the clients of one owner, and refuses an owner that it cannot read (A11)', async () => {
  const mine = await create()
  await create(rival)
  const partner = String(mine.answer.json().owner.id)
  const of = (query: string) => world.call(admin, 'GET', `/api/v1/admin/clients?limit=100&${query}`)
  const owners = (await of(`partner_id=${partner}`)).json<{
    items: { client_id: string; owner: { name: string } }[]
    total: number
  }>()
  expect(new Set(owners.items.map(({ owner: one }) => one.name))).toEqual(new Set(['Northwind']))
  expect(owners.items.map(({ client_id: id }) => id)).toContain(mine.id)
  expect(owners.total).toBe(owners.items.length)
  expect((await of('tenant_id=par_01jwk0bjwcejkapcwetw98r8w8')).statusCode).toBe(422)
})

describe('what a client says it needs', () => {
  const READS = { action: 'order.read', is_needed: true, why: 'To show you where your orders stand.' }

  test('is kept with it and told to its owner; what is said of a scope goes with the scope (experience.md, S15)', async () => {
    const answer = await world.call(owner, 'POST', PATH, {
      body: body({ needs: [READS, { action: 'order.create', is_needed: false, why: '  ' }] }),
    })
    expect(answer.statusCode, answer.body).toBe(201)
    expect(answer.json().needs).toEqual([READS, { action: 'order.create', is_needed: false, why: null }])
    const path = `${PATH}/${answer.json().client_id}`
    const changed = await world.call(owner, 'PATCH', path, {
      body: { scopes: ['orders.write'] },
      headers: { 'if-match': String(answer.headers['etag']) },
    })
    expect(changed.json().needs).toEqual([{ action: 'order.create', is_needed: false, why: null }])
    const [event] = await world.sql(
      `select changes -> 'needs' -> 'before' -> 0 ->> 'action' as before from audit_event where action = 'clients.change' order by occurred_at desc limit 1`,
    )
    expect(event).toEqual({ before: 'order.read' })
  })

  test('is refused with all faults at once: what costs money, what is not asked for, what is said twice', async () => {
    const answer = await world.call(owner, 'POST', PATH, {
      body: body({
        needs: [
          { action: 'order.create', is_needed: true, why: null },
          { action: 'invoice.read', is_needed: false, why: null },
          READS,
          READS,
        ],
      }),
    })
    expect(answer.statusCode).toBe(422)
    expect(
      answer
        .json()
        .errors.map(({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`),
    ).toEqual([
      '/body/needs/0/is_needed COSTS_MONEY',
      '/body/needs/1/action NOT_ASKED_FOR',
      '/body/needs/3/action SAID_TWICE',
    ])
  })
})
