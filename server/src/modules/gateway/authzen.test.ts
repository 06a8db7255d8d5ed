import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayWorld } from '#testing/gateway.ts'
import { digestCredential } from './credential.ts'

let gateway: GatewayWorld
let trusted: string
beforeAll(async () => {
  gateway = await GatewayWorld.start()
  const registered = await gateway.world.call(gateway.admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Policy console', is_trusted: true, upstreams: ['orders'] },
  })
  trusted = registered.json<{ credential: string }>().credential
})
afterAll(() => gateway[Symbol.asyncDispose]())

interface Answer {
  readonly decision: boolean
  readonly context: Readonly<Partial<Record<'id' | 'code' | 'www_authenticate', string>>> & {
    status?: number
  }
}

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return gateway.world.app.http.inject({
    method: 'POST',
    url: path,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${gateway.credential}`,
      ...headers,
    },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  })
}

const asTrusted = () => ({ authorization: `Bearer ${trusted}` })
const clientId = () => encodeId('api_client', gateway.scene.client)
const tenantId = () => encodeId('tenant', gateway.scene.tenant)
const consentId = () => encodeId('consent', gateway.scene.consent)

/** A question about a call, as an untrusted enforcement point must ask it: with the evidence. */
async function routeQuestion(method = 'GET', path = gateway.ordersPath, about = {}) {
  const { authorization, dpop } = await gateway.evidence({ method, path })
  return {
    subject: { type: 'identity', id: tenantId() },
    action: { name: method },
    resource: { type: 'route', id: path },
    context: { access_token: authorization.slice(5), dpop },
    ...about,
  }
}

/** A question about an account, as a trusted enforcement point may ask it. */
function accountQuestion(action = 'order.read', ban = gateway.scene.account.ban) {
  return {
    subject: { type: 'client', id: clientId() },
    action: { name: action },
    resource: { type: 'account', id: ban, properties: { customer_id: tenantId() } },
    context: { delegation_id: consentId() },
  }
}

describe('one evaluation', () => {
  test('with token and proof is answered as the call would be (A8)', async () => {
    const allowed = await post('/access/v1/evaluation', await routeQuestion())
    expect([allowed.statusCode, allowed.json<Answer>().decision]).toEqual([200, true])
    const other = await post(
      '/access/v1/evaluation',
      await routeQuestion('GET', '/v1/customers/BAN-2/orders'),
    )
    expect([other.statusCode, other.json<Answer>()]).toMatchObject([
      200,
      { decision: false, context: { code: 'CUSTOMER_MISMATCH' } },
    ])
  })

  test('is denied where the query, or what is said beside the path, names another account than the path (attack 64)', async () => {
    const { ban } = gateway.scene.account
    const properties = { customer_id: tenantId(), delegation_id: consentId() }
    const asked: [object, Record<string, string>?][] = [
      [await routeQuestion('GET', `${gateway.ordersPath}?customer_ban=${ban}`)],
      [await routeQuestion('GET', `${gateway.ordersPath}?customer_ban=BAN-2`)],
      [await routeQuestion('GET', `${gateway.ordersPath}?customer_id=ten_2`)],
      [await routeQuestion('GET', `${gateway.ordersPath}?customer_ban[]=BAN-2`)],
      [
        await routeQuestion('GET', gateway.ordersPath, {
          resource: { type: 'route', id: gateway.ordersPath, properties: { customer_ban: 'BAN-2' } },
        }),
      ],
      [
        {
          subject: { type: 'client', id: clientId(), properties },
          action: { name: 'GET' },
          resource: { type: 'route', id: `${gateway.ordersPath}?customer_ban=BAN-2`, properties },
        },
        asTrusted(),
      ],
    ]
    const answers: Answer[] = []
    for (const [question, headers] of asked)
      answers.push((await post('/access/v1/evaluation', question, headers)).json<Answer>())
    expect(answers.map(({ decision, context }) => [decision, context.code])).toEqual([
      [true, undefined],
      ...Array.from({ length: 5 }, () => [false, 'CUSTOMER_MISMATCH']),
    ])
  })

  test('without the token is denied, unless the enforcement point is registered as trusted', async () => {
    expect((await post('/access/v1/evaluation', accountQuestion())).json()).toMatchObject({
      decision: false,
      context: { code: 'UNAUTHORIZED' },
    })
    expect((await post('/access/v1/evaluation', accountQuestion(), asTrusted())).json()).toMatchObject({
      decision: true,
    })
  })

  test('that is denied for what was shown hands on the challenge that the gateway would give (A8, attack 59)', async () => {
    const { ordersPath: path } = gateway
    const asked = async (about = {}, at = path) =>
      (await post('/access/v1/evaluation', await routeQuestion('GET', at, about))).json<Answer>().context
    const { dpop } = await gateway.evidence({ method: 'GET', path })
    const nothing = await asked({ context: {} })
    expect(nothing.www_authenticate).toMatch(/^DPoP (?!.*error=).*resource_metadata=/)
    const forged = await asked({ context: { access_token: 'abc', dpop } })
    expect(forged.www_authenticate).toMatch(/^DPoP error="invalid_token".*resource_metadata=/)
    for (const context of [await asked(), await asked({}, '/v1/customers/BAN-2/orders')])
      expect(context).not.toHaveProperty('www_authenticate')
  })

  test('of an account may name it by the reference of the partner, and by no other reference (A3)', async () => {
    const { client, account } = gateway.scene
    const stranger = await gateway.world.partner('Stranger')
    await gateway.world.seed(
      `with own as (select partner_id from api_client where id = $1), others as (
         insert into customer_ref (partner_id, tenant_id, account_id) values ($3, $4, $2) returning ref)
       update partner p set uses_account_refs = true from own, others where p.id = own.partner_id`,
      [client, account.id, stranger, gateway.scene.tenant],
    )
    const refs = await gateway.world.sql<{ ref: string; is_own: boolean }>(
      'select r.ref, r.partner_id <> $2 as is_own from customer_ref r where r.account_id = $1 order by is_own',
      [account.id, stranger],
    )
    expect(refs.map(({ is_own: isOwn }) => isOwn)).toEqual([false, true])
    const answers = await Promise.all(
      [...refs.map(({ ref }) => ref), 'crf_00000000000000000000000000000000'].map(async (name) =>
        (
          await post('/access/v1/evaluation', accountQuestion('order.read', name), asTrusted())
        ).json<Answer>(),
      ),
    )
    expect(answers.map(({ decision }) => decision)).toEqual([false, true, false])
    expect(answers[0]?.context.code).toBe(answers[2]?.context.code)
  })

  test('without the token is decided on the credential of a trusted gateway alone, in a context that reaches no row', async () => {
    const { client, tenant, account, consent } = gateway.scene
    const { delegation_ver: epoch, jti } = await gateway.claims()
    // The first call of all begins the era within which decisions are kept.
    await gateway.ask()
    const enter = async (evidence: object) => {
      const request = {
        client_id: client,
        tenant_id: tenant,
        ban: account.ban,
        delegation_id: consent,
        delegation_ver: epoch,
        permission: 'api.orders.read',
        writes: false,
        keeps: true,
        ...evidence,
      }
      const { rows } = await gateway.world.database.pool('liaison_delegate').query(
        `with e as materialized (select access.enter_client($1) as facts)
         select (facts ->> 'token_revoked')::boolean as revoked, facts ? 'ticket' as has_ticket, access.context_id('actor_id') as actor,
           array(select access.reach('service_order', 'select') where facts is not null) as reached from e where facts is not null`,
        [request],
      )
      return rows[0]
    }
    const digest = (text: string) => ({ gateway_credential: digestCredential(text).toString('hex') })
    const nobody = { revoked: true, has_ticket: false, actor: null, reached: [] }
    expect(await enter({ token_id: jti })).toEqual({
      revoked: false,
      has_ticket: true,
      actor: client,
      reached: [tenant],
    })
    expect(await enter(digest(trusted))).toEqual({ ...nobody, revoked: false, actor: client })
    for (const evidence of [{}, digest(gateway.credential), digest('lsn_gtw_invented')])
      expect(await enter(evidence)).toEqual(nobody)
  })

  test('is not taken at its word about the subject of a token', async () => {
    const question = await routeQuestion('GET', gateway.ordersPath, {
      subject: { type: 'identity', id: 'ten_somebody' },
    })
    expect((await post('/access/v1/evaluation', question)).json()).toMatchObject({
      decision: false,
      context: { code: 'CUSTOMER_MISMATCH' },
    })
  })

  test('about a delegation that is not the client\u2019s, or an account of somebody else, is denied', async () => {
    const rival = await gateway.rival()
    const foreign = {
      ...accountQuestion(),
      context: { delegation_id: encodeId('consent', rival.consent as never) },
    }
    expect((await post('/access/v1/evaluation', foreign, asTrusted())).json<Answer>().decision).toBe(false)
    expect(
      (
        await post('/access/v1/evaluation', accountQuestion('order.read', 'BAN-2'), asTrusted())
      ).json<Answer>().decision,
    ).toBe(false)
  })

  test.each([
    ['a number as the name of the action', { action: { name: 123 } }],
    ['no subject', { subject: undefined }],
    ['an empty type', { resource: { type: '', id: 'x' } }],
    ['a context that is a list', { context: [] }],
    ['properties that are a text', { subject: { type: 'client', id: 'x', properties: 'y' } }],
  ])('with %s is 400: nothing is coerced', async (_, change) => {
    expect((await post('/access/v1/evaluation', { ...accountQuestion(), ...change })).statusCode).toBe(400)
  })

  test('in another media type, or in no JSON, is 400', async () => {
    const body = JSON.stringify(accountQuestion())
    expect((await post('/access/v1/evaluation', body, { 'content-type': 'text/plain' })).statusCode).toBe(400)
    const inOther = { 'content-type': 'application/json; charset=iso-8859-1' }
    expect((await post('/access/v1/evaluation', body, inOther)).statusCode).toBe(400)
    const bytes = Buffer.from(JSON.stringify({ ...accountQuestion(), action: { name: 'lösen' } }), 'latin1')
    expect((await post('/access/v1/evaluation', bytes)).statusCode).toBe(400)
    expect(
      (await post('/access/v1/evaluation', body, { 'content-type': 'application/x-www-form-urlencoded' }))
        .statusCode,
    ).toBe(400)
    expect((await post('/access/v1/evaluation', '{')).statusCode).toBe(400)
  })

  test('with members that nobody knows is answered all the same, and its request id comes back', async () => {
    const response = await post(
      '/access/v1/evaluation',
      { ...accountQuestion(), novelty: { deep: true } },
      { ...asTrusted(), 'x-request-id': 'a#1' },
    )
    expect([response.statusCode, response.headers['x-request-id']]).toEqual([200, 'a#1'])
  })

  test('by somebody without a credential is 401', async () => {
    expect(
      (await post('/access/v1/evaluation', accountQuestion(), { authorization: 'Bearer nobody' })).statusCode,
    ).toBe(401)
  })
})

describe('several evaluations', () => {
  const many = (semantic: string, actions: string[]) => ({
    ...accountQuestion(),
    evaluations: actions.map((name) => ({ action: { name } })),
    options: { evaluations_semantic: semantic },
  })
  const decisions = async (body: unknown) =>
    (await post('/access/v1/evaluations', body, asTrusted()))
      .json<{ evaluations: Answer[] }>()
      .evaluations.map(({ decision }) => decision)

  test('share what is said once, and stop as they are told to', async () => {
    const actions = ['order.read', 'order.fly', 'service.read']
    expect(await decisions(many('execute_all', actions))).toEqual([true, false, true])
    expect(await decisions(many('deny_on_first_deny', actions))).toEqual([true, false])
    expect(
      await decisions(many('permit_on_first_permit', ['order.fly', 'order.read', 'service.read'])),
    ).toEqual([false, true])
  })

  test('take one proof for all of them', async () => {
    const question = await routeQuestion()
    const response = await post('/access/v1/evaluations', {
      ...question,
      evaluations: [{}, {}, { resource: { type: 'route', id: '/v1/me' } }],
    })
    expect(response.json<{ evaluations: Answer[] }>().evaluations.map(({ decision }) => decision)).toEqual([
      true,
      true,
      false,
    ])
  })

  test('without a list are one, and an incomplete one is denied by itself', async () => {
    expect((await post('/access/v1/evaluations', accountQuestion(), asTrusted())).json()).toMatchObject({
      decision: true,
    })
    const { subject: _subject, ...rest } = accountQuestion()
    const response = await post(
      '/access/v1/evaluations',
      { ...rest, evaluations: [{}, { subject: { type: 'client', id: clientId() } }] },
      asTrusted(),
    )
    expect(response.json<{ evaluations: Answer[] }>().evaluations.map(({ decision }) => decision)).toEqual([
      false,
      true,
    ])
  })

  test('more than 50 are 400', async () => {
    const evaluations = Array.from({ length: 51 }, () => ({}))
    expect(
      (await post('/access/v1/evaluations', { ...accountQuestion(), evaluations }, asTrusted())).statusCode,
    ).toBe(400)
  })
})

describe('a search', () => {
  test('is for trusted enforcement points only', async () => {
    const { subject, resource } = accountQuestion()
    const response = await post('/access/v1/search/action', { subject, resource })
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([403, 'PEP_NOT_TRUSTED'])
  })

  test('finds the accounts with which a client may do something, page by page, and no others', async () => {
    const { clients, scene } = gateway
    const more = await clients.account(scene.tenant, 'BAN-3')
    await clients.consent({
      client: scene.client,
      partner: scene.partner,
      accounts: [more],
      actions: ['service.read'],
    })
    const search = async (action: string, page?: unknown) =>
      (
        await post(
          '/access/v1/search/resource',
          {
            subject: { type: 'client', id: clientId() },
            action: { name: action },
            resource: { type: 'account' },
            page,
          },
          asTrusted(),
        )
      ).json<{ results: { id: string }[]; page: { next_token: string } }>()
    expect((await search('order.read')).results.map(({ id }) => id)).toEqual(['BAN-1'])
    const first = await search('service.read', { limit: 1 })
    const second = await search('service.read', { limit: 1, token: first.page.next_token })
    expect([...first.results, ...second.results].map(({ id }) => id).toSorted()).toEqual(['BAN-1', 'BAN-3'])
  })

  test('finds the clients that may do something with an account', async () => {
    const { action, resource } = accountQuestion()
    const response = await post(
      '/access/v1/search/subject',
      { subject: { type: 'client' }, action, resource },
      asTrusted(),
    )
    expect(response.json()).toMatchObject({
      results: [{ type: 'client', id: clientId(), properties: { delegation_id: consentId() } }],
    })
  })

  test('finds what a client may do with an account', async () => {
    const { subject, resource, context } = accountQuestion()
    const response = await post('/access/v1/search/action', { subject, resource, context }, asTrusted())
    expect(response.json<{ results: { name: string }[] }>().results.map(({ name }) => name)).toContain(
      'order.create',
    )
    const own = await post('/access/v1/search/action', { subject, resource }, asTrusted())
    expect(own.json()).toMatchObject({ results: [] })
  })

  test('with a page token of another form is 400', async () => {
    const response = await post(
      '/access/v1/search/resource',
      {
        subject: { type: 'client', id: clientId() },
        action: { name: 'order.read' },
        resource: { type: 'account' },
        page: { token: 'x' },
      },
      asTrusted(),
    )
    expect(response.statusCode).toBe(400)
  })
})

test('the metadata names every endpoint (AuthZEN 1.0 section 9)', async () => {
  const metadata = (await gateway.world.app.http.inject('/.well-known/authzen-configuration')).json<
    Record<string, string>
  >()
  expect(metadata['policy_decision_point']).toBe('http://localhost:3000')
  for (const name of [
    'access_evaluation',
    'access_evaluations',
    'search_subject',
    'search_resource',
    'search_action',
  ])
    expect(metadata[`${name}_endpoint`]).toMatch(/^http:\/\/localhost:3000\/access\/v1\//)
})
