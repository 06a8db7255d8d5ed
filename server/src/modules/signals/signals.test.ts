import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CAEP, POLL, PUSH, REVOKE, SignalWorld } from '#testing/signal-acts.ts'
import { configure } from '#testing/realm-acts.ts'
import { TEST_ORIGIN } from '#testing/world.ts'
import { encodeId } from '@liaison/access'

let signals: SignalWorld
let edge: Awaited<ReturnType<SignalWorld['gateway']>>
beforeAll(async () => {
  signals = await SignalWorld.start()
  edge = await signals.gateway('Edge')
})
beforeEach(() => signals.calm())
afterEach(() => signals.clear())
afterAll(() => signals[Symbol.asyncDispose]())

test('the metadata says what a receiver must know (SSF 1.0 section 7.1)', async () => {
  const { status, body } = await signals.send('GET', '/.well-known/ssf-configuration')
  expect(status).toBe(200)
  expect(body).toEqual({
    spec_version: '1_0',
    issuer: TEST_ORIGIN,
    jwks_uri: `${TEST_ORIGIN}/oauth/jwks`,
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: `${TEST_ORIGIN}/ssf/stream`,
    status_endpoint: `${TEST_ORIGIN}/ssf/status`,
    verification_endpoint: `${TEST_ORIGIN}/ssf/verify`,
    critical_subject_members: ['session', 'tenant', 'application', 'partner'],
    authorization_schemes: [
      { spec_urn: 'urn:ietf:rfc:6749' },
      { spec_urn: 'urn:ietf:rfc:9449' },
      { spec_urn: 'urn:ietf:rfc:6750' },
    ],
    default_subjects: 'ALL',
  })
})

describe('a customer that ends a consent', () => {
  test('is told to the gateway as session-revoked, signed with the published keys, once for one message (A16)', async () => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call, {
      delivery: {
        method: PUSH,
        endpoint_url: signals.receiver.url,
        authorization_header: 'Bearer of-the-receiver',
      },
    })
    await signals.change(REVOKE, [cast.consent], cast)
    const [event, ...others] = await signals.pushed(edge.publicId)
    expect(others).toEqual([])
    expect(event?.header).toMatchObject({ typ: 'secevent+jwt', alg: 'ES256' })
    expect(event?.type).toBe(`${CAEP}session-revoked`)
    expect(event?.claims.sub_id).toEqual({
      format: 'complex',
      session: { format: 'opaque', id: cast.publicConsent },
      tenant: { format: 'opaque', id: cast.customerId },
      application: { format: 'opaque', id: cast.app.clientId },
      partner: { format: 'opaque', id: encodeId('partner', cast.partner) },
    })
    expect(event?.claims.events[`${CAEP}session-revoked`]).toEqual({
      event_timestamp: expect.any(Number),
      initiating_entity: 'admin',
      reason_admin: { en: 'consent revoked by the customer' },
    })
    expect(Object.keys(event?.claims ?? {}).toSorted()).toEqual([
      'aud',
      'events',
      'iat',
      'iss',
      'jti',
      'sub_id',
      'txn',
    ])
    expect(signals.receiver.received[0]?.headers).toMatchObject({
      'content-type': 'application/secevent+jwt',
      accept: 'application/json',
      authorization: 'Bearer of-the-receiver',
    })
    await signals.pump()
    expect(signals.receiver.received).toHaveLength(1)
    expect(signals.errors).toEqual([])
  })

  test('is told to the client that held it and to no client of another partner, and to no gateway that could not use it', async () => {
    const [cast, other] = [await signals.consented(), await signals.consented()]
    const narrow = await signals.gateway(`Accounts${Date.now()}`, 'api.accounts.read')
    await signals.world.seed(
      `update delegation set mask = (select set_bit('0'::bit(256), bit, 1) from permission where name = 'api.orders.read') where id = $1`,
      [cast.consent],
      cast.tenant,
    )
    const own = await signals.pollStream(await signals.client(cast))
    const foreign = await signals.pollStream(await signals.client(other))
    const elsewhere = await signals.pollStream(narrow.call)
    await signals.change(REVOKE, [cast.consent], cast)
    expect(Object.keys(await own.poll())).toHaveLength(1)
    expect(await foreign.poll()).toEqual({})
    expect(await elsewhere.poll()).toEqual({})
    await signals.change(REVOKE, [other.consent], other)
    expect(Object.keys(await foreign.poll())).toHaveLength(1)
  })
})

describe('what else stops or narrows access', () => {
  test('a narrowed consent is told as token-claims-change with what tokens say from now on', async () => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call)
    await signals.change('update delegation set epoch = epoch + 1 where id = $1', [cast.consent], cast)
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.type).toBe(`${CAEP}token-claims-change`)
    expect(event?.claims.events[`${CAEP}token-claims-change`]).toMatchObject({
      claims: { delegation_ver: 2, scope: 'orders.read orders.write services.read' },
      reason_admin: { en: 'consent narrowed' },
    })
  })

  const CHANGES: readonly (readonly [
    what: string,
    sql: string,
    of: 'partner' | 'tenant' | 'client' | 'consent',
    members: readonly string[],
    type: string,
  ])[] = [
    [
      'a suspended consent',
      `update delegation set status = 'suspended' where id = $1`,
      'consent',
      ['application', 'partner', 'session', 'tenant'],
      'session-revoked',
    ],
    [
      'a suspended partner',
      `update partner set status = 'suspended' where id = $1`,
      'partner',
      ['partner'],
      'session-revoked',
    ],
    [
      'a suspended customer',
      `update tenant set status = 'suspended' where id = $1`,
      'tenant',
      ['tenant'],
      'session-revoked',
    ],
    [
      'a suspended client',
      `update api_client set status = 'suspended' where id = $1`,
      'client',
      ['application', 'partner'],
      'session-revoked',
    ],
    [
      'a client with other keys',
      `update api_client set jwks = '{"keys": []}' where id = $1`,
      'client',
      ['application', 'partner'],
      'credential-change',
    ],
    [
      'a frozen partner',
      `insert into access_freeze (scope, partner_id, reason, set_by, set_by_name, set_by_side) values ('partner', $1, 'Leak', uuidv7(), 'Somebody', 'provider')`,
      'partner',
      ['partner'],
      'session-revoked',
    ],
    [
      'a frozen customer',
      `insert into access_freeze (scope, tenant_id, reason, set_by, set_by_name, set_by_side) values ('tenant', $1, 'Leak', uuidv7(), 'Somebody', 'tenant')`,
      'tenant',
      ['tenant'],
      'session-revoked',
    ],
  ]
  test.each(CHANGES)('%s is told to the gateway', async (_, sql, of, members, type) => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call)
    await signals.change(sql, [cast[of]], cast)
    const events = await signals.pushed(edge.publicId)
    expect(events.map((event) => event.type)).toEqual([`${CAEP}${type}`])
    const { format, ...named } = events[0]?.claims.sub_id ?? {}
    expect([format, Object.keys(named).toSorted()]).toEqual(['complex', members])
  })

  test.each([
    ['trial', 'suspended', 1],
    ['trial', 'closed', 1],
    ['active', 'closed', 1],
    // Clients work for an organisation on trial as for any other.
    ['active', 'trial', 0],
    ['trial', 'active', 0],
  ])('a customer that goes from %s to %s is told %#: %i times', async (before, after, times) => {
    const cast = await signals.consented()
    await signals.world.seed(
      'update tenant set status = $2 where id = $1',
      [cast.tenant, before],
      cast.tenant,
    )
    await signals.pushStream(edge.call)
    await signals.change('update tenant set status = $2 where id = $1', [cast.tenant, after], cast)
    expect((await signals.pushed(edge.publicId)).map((event) => event.type)).toEqual(
      Array.from({ length: times }, () => `${CAEP}session-revoked`),
    )
  })

  test('a partner to which the API is closed is told to gateways and to its clients, and one to which it is opened is not', async () => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call)
    const own = await signals.pollStream(await signals.client(cast))
    const told: number[] = []
    for (const level of ['sandbox', 'none', 'sandbox', 'live']) {
      await configure(signals.world, cast.partner, { api: { access_level: level } })
      await signals.pump()
      told.push((await signals.pushed(edge.publicId)).length)
    }
    expect(told).toEqual([1, 2, 2, 2])
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.sub_id).toEqual({
      format: 'complex',
      partner: { format: 'opaque', id: encodeId('partner', cast.partner) },
    })
    expect(event?.claims.events[`${CAEP}session-revoked`]).toMatchObject({
      reason_admin: { en: 'partner closed to the API by the provider' },
    })
    expect(Object.keys(await own.poll())).toHaveLength(2)
  })

  test('a client whose registration is narrowed is told what it may still ask for, where what it lost could open something', async () => {
    const cast = await signals.consented()
    const elsewhere = await signals.gateway(`Services${Date.now()}`, 'api.services.read')
    await signals.pushStream(edge.call)
    const { poll } = await signals.pollStream(elsewhere.call)
    const narrow = `update api_client set scopes = '{services.read}', mask = (select set_bit('0'::bit(256), bit, 1) from permission where name = 'api.services.read') where id = $1`
    await signals.change(narrow, [cast.client], cast)
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.events).toMatchObject({
      [`${CAEP}token-claims-change`]: { claims: { scope: 'services.read' } },
    })
    expect(await poll()).toEqual({})
  })

  test('a frozen customer is told to a client that was let in there about its own tokens, and to no other', async () => {
    const [cast, other] = [await signals.consented(), await signals.consented()]
    const own = await signals.pollStream(await signals.client(cast))
    const foreign = await signals.pollStream(await signals.client(other))
    await signals.change(CHANGES.at(-1)?.[1] ?? '', [cast.tenant], cast)
    const [token = ''] = Object.values(await own.poll())
    const { claims } = await signals.verify(token, cast.app.clientId)
    expect(Object.keys(claims.sub_id)).toEqual(['format', 'tenant', 'partner'])
    expect(await foreign.poll()).toEqual({})
  })

  test('a partner that is no more an organisation itself is told to gateways and to its own clients, which hear of that organisation as of any that let them in (A5, A16)', async () => {
    const cast = await signals.consented()
    const other = await signals.consented()
    const itself = await signals.world.tenant('Northwind itself')
    await signals.world.seed(
      `insert into partner_home (tenant_id, partner_id, tenant_name, partner_name, status, asked_by_name, offered_at, accepted_by_name, accepted_at)
       values ($1, $2, 'Northwind itself', 'Northwind', 'active', 'Somebody', now(), 'Somebody', now())`,
      [itself, cast.partner],
      itself,
    )
    await signals.pushStream(edge.call)
    const own = await signals.pollStream(await signals.client(cast))
    const foreign = await signals.pollStream(await signals.client(other))
    const frozen = `insert into access_freeze (scope, tenant_id, reason, set_by, set_by_name, set_by_side) values ('tenant', $1, 'Leak', uuidv7(), 'Somebody', 'tenant')`
    await signals.change(frozen, [itself], { ...cast, tenant: itself })
    expect(Object.keys(await own.poll())).toHaveLength(1)
    await signals.change(
      `update partner_home set status = 'ended', ended_at = now(), ended_by_side = 'tenant', ended_by_name = 'Somebody' where tenant_id = $1`,
      [itself],
      { ...cast, tenant: itself },
    )
    const [, event] = await signals.pushed(edge.publicId)
    expect(event?.type).toBe(`${CAEP}session-revoked`)
    expect(event?.claims.sub_id).toEqual({
      format: 'complex',
      tenant: { format: 'opaque', id: encodeId('tenant', itself) },
      partner: { format: 'opaque', id: encodeId('partner', cast.partner) },
    })
    expect(event?.claims.events[`${CAEP}session-revoked`]).toMatchObject({
      initiating_entity: 'admin',
      reason_admin: { en: 'partner separated by the customer' },
    })
    expect(Object.keys(await own.poll())).toHaveLength(2)
    expect(await foreign.poll()).toEqual({})
  })

  test('a freeze of everything is told with the issuer of all tokens as its subject', async () => {
    await signals.pushStream(edge.call)
    await signals.change(
      `insert into access_freeze (scope, reason, set_by, set_by_name, set_by_side) values ('platform', 'Leak', uuidv7(), 'Somebody', 'provider')`,
      [],
    )
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.sub_id).toEqual({ format: 'uri', uri: `${TEST_ORIGIN}/oauth` })
    await signals.world.seed('delete from access_freeze', [])
  })

  test('a certificate that was taken away is told as one, and one that comes besides is not', async () => {
    const cast = await signals.consented()
    const held = (...names: readonly string[]) => JSON.stringify(names.map((thumbprint) => ({ thumbprint })))
    const hold = `update api_client set token_binding = 'mtls', certificates = $2 where id = $1`
    await signals.world.seed(hold, [cast.client, held('a')])
    await signals.pushStream(edge.call)
    await signals.change(hold, [cast.client, held('a', 'b')], cast)
    expect(signals.receiver.received).toEqual([])
    await signals.change(hold, [cast.client, held('b')], cast)
    const [event] = await signals.pushed(edge.publicId)
    expect(event?.claims.events[`${CAEP}credential-change`]).toMatchObject({
      credential_type: 'x509',
      change_type: 'revoke',
      reason_admin: { en: 'client has other certificates' },
    })
  })

  test('what nobody asked for, and links, are not told', async () => {
    const cast = await signals.consented()
    await signals.pushStream(edge.call, {
      events_requested: [`${CAEP}token-claims-change`, 'https://x.example/unknown'],
    })
    await signals.change(REVOKE, [cast.consent], cast)
    expect(signals.receiver.received).toEqual([])
    await signals.world.seed('delete from signal_stream', [])
    await signals.pushStream(edge.call)
    const link = await signals.world.link(cast.partner, cast.tenant)
    await signals.change(`update delegation set status = 'revoked' where id = $1`, [link], cast)
    expect(signals.receiver.received).toEqual([])
  })

  test('while nobody listens nothing is put into the outbox', async () => {
    const cast = await signals.consented()
    await signals.world.seed(REVOKE, [cast.consent], cast.tenant)
    expect(await signals.world.sql(`select 1 from outbox where topic like 'signals.%'`)).toEqual([])
  })
})
