import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale, people, stockShop } from '#testing/shop.ts'
import type { WholesaleScene } from '#testing/shop.ts'
import { makeEndpoint, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { EVENT_TYPE_NAMES } from './catalogue.ts'
import { makeWebhookRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
let receiver: WebhookReceiver
let webhooks: Deliverer
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeWebhookRoutes(services), ...makeOrderRoutes(services)],
    { tokens, isDemo: true },
  )
  clients = new ApiClients(world, tokens)
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
  provider = await people.provider(world)
  await stockShop(world)
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const SIDES = ['partner', 'tenant', 'payer', 'rival', 'stranger'] as const

/** A wholesaler, the end customer that it manages, and two that have no part in it, each with an endpoint for everything. */
async function open() {
  const whole = await openWholesale(world, clients)
  const callers: Readonly<Record<(typeof SIDES)[number], readonly [Caller, string?]>> = {
    partner: [await people.partner(world, whole.partner)],
    tenant: [await people.tenant(world, whole.tenant), TENANT_ENDPOINTS],
    payer: [await people.tenant(world, whole.home), TENANT_ENDPOINTS],
    rival: [await people.partner(world, await world.partner('Rival'))],
    stranger: [await people.tenant(world, await world.tenant('Initech')), TENANT_ENDPOINTS],
  }
  const secrets = new Map<string, string>()
  for (const side of SIDES) {
    const [caller, path] = callers[side]
    const url = receiver.url.replace('/hook', `/${side}`)
    const made = await makeEndpoint(world, caller, {
      url,
      eventTypes: EVENT_TYPE_NAMES,
      ...(path && { path }),
    })
    secrets.set(`/${side}`, made.secret)
  }
  return { ...whole, secrets }
}

type Scene = WholesaleScene & { readonly secrets: ReadonlyMap<string, string> }

async function serviceOf(scene: Scene) {
  const token = await clients.token({
    client: scene.client,
    account: scene.account,
    access: 'resale',
    delegation: scene.resale,
  })
  const placed = await clients.call(token, 'POST', '/api/v1/customers/E-7/orders', {
    body: { items: [{ product_code: 'FIBRE-1G', quantity: 1 }] },
  })
  expect(placed.statusCode, placed.body).toBe(201)
  const { order_id: order } = placed.json<{ order_id: string }>()
  for (const step of ['progress', 'complete'])
    await world.call(provider, 'POST', `/api/v1/admin/orders/${order}/${step}`, { body: {} })
  const listed = await world.call(provider, 'GET', `/api/v1/admin/services?order_id=${order}`)
  const [service] = listed.json<{ items: { service_id: string }[] }>().items
  return { order, service: String(service?.service_id) }
}

/** Ends a service and gives who heard of it what. */
async function hearsEnd(scene: Scene, service: string) {
  await world.sql('delete from outbox')
  receiver.received.length = 0
  const ended = await world.call(provider, 'POST', `/api/v1/admin/services/${service}/end`, {
    body: { reason: 'The line was given up.' },
  })
  expect(ended.statusCode, ended.body).toBe(200)
  await pump(world, webhooks)
  return Object.fromEntries(
    receiver.received.map((message) => {
      const { type, data } = verify(message, scene.secrets.get(message.path) ?? '')
      return [message.path.slice(1), { type, ...data }]
    }),
  )
}

const seedDelegation = (scene: Scene, text: string) =>
  world.seed(`update delegation set ${text} where id = $1`, [scene.resale], scene.tenant)

describe('the end of a service', () => {
  test('is told to its organisation, to whoever pays and to the partner that ordered it, to no other, without the reason (A7, A9)', async () => {
    const scene = await open()
    const { order, service } = await serviceOf(scene)
    const message = {
      type: 'service.ended',
      service_id: service,
      order_id: order,
      tenant_id: encodeId('tenant', scene.tenant),
      account_id: publicIdOf('billing_account', scene.account.id),
      partner_id: encodeId('partner', scene.partner),
      state: 'ended',
    }
    expect(await hearsEnd(scene, service)).toEqual({ partner: message, tenant: message, payer: message })
  })

  test.each([
    ['was ended', `status = 'revoked'`],
    ['was narrowed to no services', `mask = 0::bit(256), role_mask = 0::bit(256)`],
    ['was agreed after it', `approved_at = now() + interval '1 hour'`],
  ])('is not told to a partner whose right %s', async (_, change) => {
    const scene = await open()
    const { service } = await serviceOf(scene)
    await seedDelegation(scene, change)
    expect(Object.keys(await hearsEnd(scene, service)).toSorted()).toEqual(['payer', 'tenant'])
  })

  test('is told to a partner whose people read it under a link, unless the link has conditions', async () => {
    const scene = await open()
    const [plain, bound] = [await serviceOf(scene), await serviceOf(scene)]
    await seedDelegation(scene, `status = 'revoked'`)
    const link = await world.link(scene.partner, scene.tenant, { role: 'reseller', type: 'reseller_channel' })
    const told = await hearsEnd(scene, plain.service)
    expect(Object.keys(told).toSorted()).toEqual(['partner', 'payer', 'tenant'])
    await world.seed(
      `update delegation set conditions = '{"ip_allow": ["192.0.2.0/24"]}' where id = $1`,
      [link],
      scene.tenant,
    )
    const silent = await hearsEnd(scene, bound.service)
    expect(Object.keys(silent).toSorted()).toEqual(['payer', 'tenant'])
  })

  test('is asked of by our own work alone (C10)', async () => {
    for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_platform'] as const)
      await expect(world.sqlAs(login, `select access.service_webhook_audience('{}')`)).rejects.toThrow(
        'permission denied',
      )
  })
})
