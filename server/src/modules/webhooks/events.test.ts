import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startJobs } from '#platform/jobs.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import { openDirect, openWholesale, people } from '#testing/shop.ts'
import { makeEndpoint, ownerOf, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { MadeEndpoint, WebhookMessage } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { seedAccount, seedSubscriber } from '#testing/account-acts.ts'
import { SOON } from '#testing/patience.ts'
import type { Caller, TestWorld } from '#testing/world.ts'
import { EVENT_TYPE_NAMES } from './catalogue.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let clients: ApiClients
let provider: Caller
beforeAll(async () => {
  world = await startConsentWorld({ isDemo: true }, makeWebhookRoutes)
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
  clients = new ApiClients(world, new TestTokens())
  provider = await people.provider(world)
})
beforeEach(async () => {
  await world.sql('delete from outbox')
  await world.sql(
    `update webhook_delivery set status = 'cancelled', finished_at = now() where status = 'waiting'`,
  )
  receiver.received.length = 0
  receiver.answer = () => ({ status: 204 })
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const acts = makeConsentActs(() => world)
const at = (name: string) => receiver.url.replace('/hook', `/${name}`)

/** An endpoint that hears of everything, at a path of its own. */
const listen = (caller: Caller, name: string, path?: string): Promise<MadeEndpoint> =>
  makeEndpoint(world, caller, { url: at(name), eventTypes: EVENT_TYPE_NAMES, ...(path && { path }) })

/** What arrived at a path, verified with its secret. */
const heard = (name: string, { secret }: MadeEndpoint): WebhookMessage[] =>
  receiver.received.filter(({ path }) => path === `/${name}`).map((message) => verify(message, secret))

const put = (topic: string, payload: object) =>
  world.sql('insert into outbox (topic, payload) values ($1, $2)', [topic, JSON.stringify(payload)])

describe('when a consent is changed', () => {
  test.each([
    ['the customer ends it', 'consent.ended', 'revoked', 'tenant', 'revoke'],
    ['the customer suspends it', 'consent.changed', 'suspended', 'tenant', 'suspend'],
    ['the partner ends it', 'consent.ended', 'revoked', 'partner', 'end'],
    ['the provider suspends it', 'consent.changed', 'suspended', 'admin', 'suspend'],
    ['the provider ends it', 'consent.ended', 'revoked', 'admin', 'revoke'],
  ] as const)('and %s, the partner is sent a signed %s (A9)', async (...[, type, state, side, act]) => {
    const made = await acts.consent()
    const endpoint = await listen(made.owner, 'partner')
    await world.sql('delete from outbox')
    const caller = { tenant: made.admin, partner: made.owner, admin: provider }[side]
    const answer = await world.call(caller, 'POST', `/api/v1/${side}/consents/${made.publicId}/${act}`, {
      body: { reason: 'No longer needed, says Dana.' },
    })
    expect(answer.statusCode, answer.body).toBe(200)
    await pump(world, webhooks)
    expect(heard('partner', endpoint)).toEqual([
      {
        type,
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        data: {
          delegation_id: made.publicId,
          tenant_id: encodeId('tenant', made.tenant),
          partner_id: encodeId('partner', made.partner),
          client_id: publicIdOf('api_client', made.clientId),
          state,
        },
      },
    ])
    expect(receiver.received[0]?.body).not.toMatch(/Dana|Acme|Northwind|needed/)
  })

  test('and the customer narrows it, the partner is sent a signed consent.changed; a rival hears nothing (A9)', async () => {
    const made = await acts.consent()
    const endpoint = await listen(made.owner, 'partner')
    await listen(await ownerOf(world, await world.partner('Contoso')), 'rival')
    const own = await listen(made.admin, 'tenant', TENANT_ENDPOINTS)
    const path = `/api/v1/tenant/consents/${made.publicId}`
    const etag = String((await world.call(made.admin, 'GET', path)).headers['etag'])
    const change = { body: { actions: ['order.read'] }, headers: { 'if-match': etag } }
    await world.sql('delete from outbox')
    expect((await world.call(made.admin, 'PATCH', path, change)).statusCode).toBe(200)
    await pump(world, webhooks)
    expect(heard('partner', endpoint)).toMatchObject([{ type: 'consent.changed', data: { state: 'active' } }])
    expect(heard('tenant', own)).toMatchObject([{ type: 'consent.changed' }])
    expect(receiver.received).toHaveLength(2)
  })

  test('through the queue of the server, as soon as it is committed', async () => {
    const made = await acts.consent()
    const endpoint = await listen(made.owner, 'queue')
    await world.sql('delete from outbox')
    const errors: Error[] = []
    const running = webhooksOf(world, errors)
    const ignore = () => Promise.resolve()
    const jobs = await startJobs({
      database: world.database,
      topics: { mail: ignore, ...running.topics },
      schedules: [],
      onError: (error) => errors.push(error),
    })
    running.start()
    try {
      const path = `/api/v1/tenant/consents/${made.publicId}/revoke`
      await world.call(made.admin, 'POST', path, { body: { reason: 'Over.' } })
      await vi.waitFor(
        () => expect(heard('queue', endpoint)).toMatchObject([{ type: 'consent.ended' }]),
        SOON,
      )
    } finally {
      await running.stop()
      await jobs.stop()
    }
    expect(errors).toEqual([])
  })

  test('that was asked for and never allowed, the partner is told nothing: it must not learn whom it reached', async () => {
    const made = await acts.consent()
    await listen(made.owner, 'partner')
    const own = await listen(made.admin, 'tenant', TENANT_ENDPOINTS)
    await world.seed(
      `update delegation set approved_at = null, status = 'declined' where id = $1`,
      [made.id],
      made.tenant,
    )
    await put('consent.ended', {
      delegation_id: made.id,
      tenant_id: made.tenant,
      partner_id: made.partner,
      client_id: made.clientId,
    })
    await pump(world, webhooks)
    expect(heard('tenant', own)).toHaveLength(1)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('an order', () => {
  async function open() {
    const scene = await openDirect(world, clients)
    const owner = await people.partner(world, scene.partner)
    const endpoint = await listen(owner, 'partner')
    const payload = {
      order_id: scene.relationship,
      tenant_id: scene.tenant,
      account_id: scene.account.id,
      partner_id: scene.partner,
      client_id: scene.client,
      delegation_id: scene.consent,
    }
    const tell = async (change: object = {}) => {
      receiver.received.length = 0
      await put('order.completed', { ...payload, ...change })
      await pump(world, webhooks)
      return heard('partner', endpoint)
    }
    return { ...scene, owner, endpoint, tell }
  }

  const seed = (text: string, scene: { consent: string; tenant: Parameters<TestWorld['seed']>[2] }) =>
    world.seed(text, [scene.consent], scene.tenant)

  test('is told to the partner whose consent covers it, once, however often the queue hands it over', async () => {
    const scene = await open()
    expect(await scene.tell()).toMatchObject([
      {
        type: 'order.completed',
        data: {
          delegation_id: encodeId('consent', scene.consent),
          account_id: encodeId('billing_account', scene.account.id),
        },
      },
    ])
  })

  test.each([
    ['ended', `update delegation set status = 'revoked' where id = $1`],
    ['suspended', `update delegation set status = 'suspended' where id = $1`],
    ['run out', `update delegation set ends_at = now() - interval '1 minute' where id = $1`],
    ['not begun', `update delegation set starts_at = now() + interval '1 hour' where id = $1`],
    [
      'narrowed to no orders',
      `update delegation set mask = 0::bit(256), role_mask = 0::bit(256) where id = $1`,
    ],
    [
      'frozen',
      `insert into access_freeze (scope, delegation_id, partner_id, tenant_id, set_by, set_by_name, set_by_side) select 'delegation', id, partner_id, tenant_id, uuidv7(), 'Dana', 'tenant' from delegation where id = $1`,
    ],
    ['agreed after it', `update delegation set approved_at = now() + interval '1 hour' where id = $1`],
  ])('is not told to a partner whose consent is %s', async (_, statement) => {
    const scene = await open()
    await seed(statement, scene)
    expect(await scene.tell()).toEqual([])
    expect(receiver.received).toEqual([])
  })

  test('of another account, another organisation or another partner is not told', async () => {
    const scene = await open()
    const other = await openDirect(world, clients)
    expect(await scene.tell({ account_id: scene.other.id })).toEqual([])
    expect(await scene.tell({ tenant_id: other.tenant, account_id: other.account.id })).toEqual([])
    expect(await scene.tell({ partner_id: other.partner })).toEqual([])
    expect(await scene.tell({ partner_id: null, delegation_id: null })).toEqual([])
    expect(await scene.tell()).toHaveLength(1)
  })

  test('is not told to a partner that is suspended, also when the message waited', async () => {
    const scene = await open()
    receiver.answer = () => ({ status: 500 })
    expect(await scene.tell()).toHaveLength(1)
    receiver.received.length = 0
    await world.seed(`update partner set status = 'suspended' where id = $1`, [scene.partner])
    await world.sql(`update webhook_delivery set next_attempt_at = now() where endpoint_id = $1`, [
      scene.endpoint.id,
    ])
    expect(await scene.tell()).toEqual([])
    expect(receiver.received).toEqual([])
  })

  test('for itself is told to a partner whose own organisation it is', async () => {
    const whole = await openWholesale(world, clients)
    const endpoint = await listen(await people.partner(world, whole.partner), 'whole')
    await put('order.created', {
      order_id: whole.relationship,
      tenant_id: whole.home,
      account_id: whole.homeAccount.id,
      partner_id: whole.partner,
      client_id: whole.client,
      delegation_id: null,
    })
    await put('resale.suspended', {
      resale_id: whole.resale,
      tenant_id: whole.tenant,
      partner_id: whole.partner,
    })
    await pump(world, webhooks)
    const types = heard('whole', endpoint).map(({ type }) => type)
    expect(types.toSorted()).toEqual(['order.created', 'resale.suspended'])
  })
})

describe('a ticket of which the customer is told', () => {
  test('is told to the organisation and to partners with a link that reads tickets, to no other', async () => {
    const tenant = await world.tenant('Acme')
    const admin = await people.tenant(world, tenant)
    const own = await listen(admin, 'tenant', TENANT_ENDPOINTS)
    const roles = {
      full: 'msp_full',
      billing: 'msp_billing',
      ended: 'msp_support',
      bound: 'msp_support',
      restricted: 'msp_support',
      attached: 'msp_support',
    } as const
    const subscriber = await seedSubscriber(world, tenant, 'Dana Kim')
    const endpoints: Record<string, MadeEndpoint> = {}
    for (const [name, role] of Object.entries(roles)) {
      const partner = await world.partner(`Ticket ${name}`)
      await world.link(partner, tenant, {
        role,
        ...(name === 'ended' && { status: 'revoked' }),
        ...(name === 'bound' && { conditions: { ip_allow: ['192.0.2.0/24'] } }),
        ownAccountsOnly: ['restricted', 'attached'].includes(name),
      })
      if (name === 'attached') await seedAccount(world, { tenant, partner, subscriber: subscriber.uuid })
      endpoints[name] = await listen(await ownerOf(world, partner), name)
    }
    const [ticket] = await world.seed<{ id: string }>(
      `insert into ticket (tenant_id, number, subject, subscriber_id) values ($1, 'T-1', 'The line of Dana Kim is down', $2) returning id`,
      [tenant, subscriber.uuid],
      tenant,
    )
    await put('ticket.notify', { event: 'opened', tenant_id: tenant, ticket_id: ticket?.id })
    await pump(world, webhooks)
    expect(receiver.received.map(({ path }) => path).toSorted()).toEqual(['/attached', '/full', '/tenant'])
    const expected = { ticket_id: publicIdOf('ticket', ticket?.id ?? ''), state: 'open' }
    expect(heard('tenant', own)).toMatchObject([{ type: 'ticket.opened', data: expected }])
    expect(receiver.received[0]?.body).not.toContain('Dana')
  })
})

describe('what happens while an endpoint is disabled', () => {
  async function openDisabled() {
    const whole = await openWholesale(world, clients)
    const owner = await people.partner(world, whole.partner)
    const endpoint = await listen(owner, 'away')
    await world.sql('delete from outbox')
    expect((await world.call(owner, 'POST', `${endpoint.path}/disable`)).statusCode).toBe(200)
    const payload = { resale_id: whole.resale, tenant_id: whole.tenant, partner_id: whole.partner }
    const happen = async (topic: string) => {
      await put(topic, payload)
      await pump(world, webhooks)
    }
    const replay = async () => {
      const now = await world.sql<{ since: Date; until: Date }>(
        `select now() - interval '1 hour' as since, now() + interval '1 minute' as until`,
      )
      return world.call(owner, 'POST', `${endpoint.path}/replay`, { body: now[0] })
    }
    return { ...whole, owner, endpoint, happen, replay }
  }
  const typesHeard = (endpoint: MadeEndpoint) => heard('away', endpoint).map(({ type }) => type)

  test('is kept, not sent, and arrives in full once it is enabled and the range is replayed (section 6)', async () => {
    const { owner, endpoint, happen, replay } = await openDisabled()
    await happen('resale.suspended')
    await happen('resale.resumed')
    expect(receiver.received).toEqual([])
    const log = await world.call(owner, 'GET', `${endpoint.path}/deliveries?status=cancelled`)
    expect(log.json()).toMatchObject({ total: 2, items: [{ attempts: 0 }, { attempts: 0 }] })
    await world.call(owner, 'POST', `${endpoint.path}/enable`)
    await pump(world, webhooks)
    expect(receiver.received).toEqual([])
    expect((await replay()).json()).toEqual({ replayed: 2 })
    await pump(world, webhooks)
    expect(typesHeard(endpoint).toSorted()).toEqual(['resale.resumed', 'resale.suspended'])
    expect((await replay()).json()).toEqual({ replayed: 0 })
    await happen('resale.suspended')
    expect(typesHeard(endpoint)).toHaveLength(3)
  })

  test('and what somebody was not to hear then is not heard by a replay either', async () => {
    const { partner, owner, endpoint, happen, replay } = await openDisabled()
    await world.seed(`update partner set status = 'suspended' where id = $1`, [partner])
    await happen('resale.suspended')
    await world.seed(`update partner set status = 'active' where id = $1`, [partner])
    await world.call(owner, 'POST', `${endpoint.path}/enable`)
    expect((await replay()).json()).toEqual({ replayed: 0 })
    await pump(world, webhooks)
    expect(receiver.received).toEqual([])
  })

  test('is neither lost nor sent twice when the endpoint is enabled at the same moment', async () => {
    const { tenant, partner, resale, owner, endpoint, replay } = await openDisabled()
    for (let turn = 0; turn < 10; turn += 1) {
      await put('resale.suspended', { resale_id: resale, tenant_id: tenant, partner_id: partner })
      await Promise.all([pump(world, webhooks), world.call(owner, 'POST', `${endpoint.path}/enable`)])
      await replay()
      await pump(world, webhooks)
      expect(typesHeard(endpoint)).toHaveLength(turn + 1)
      await world.call(owner, 'POST', `${endpoint.path}/disable`)
    }
  })
})

test('an endpoint hears only what it chose, and nothing from before it was made', async () => {
  const made = await acts.consent()
  const [partner, client] = [made.partner, made.clientId]
  const payload = { delegation_id: made.id, tenant_id: made.tenant, partner_id: partner, client_id: client }
  await put('consent.changed', payload)
  await makeEndpoint(world, made.owner, { url: at('choosy'), eventTypes: ['consent.ended'] })
  await listen(made.owner, 'late')
  await world.seed(`update webhook_endpoint set created_at = now() + interval '1 minute' where url = $1`, [
    at('late'),
  ])
  await put('consent.changed', payload)
  await pump(world, webhooks)
  expect(receiver.received).toEqual([])
  await put('consent.ended', payload)
  await pump(world, webhooks)
  expect(receiver.received.map(({ path }) => path)).toEqual(['/choosy'])
})
