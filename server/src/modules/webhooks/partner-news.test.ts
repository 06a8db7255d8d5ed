import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { allFeatureRoutes } from '#modules/features/index.ts'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { people } from '#testing/shop.ts'
import { makeEndpoint, ownerOf, pump, verify, webhooksOf } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { EVENT_TYPE_NAMES } from './catalogue.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeWebhookRoutes(services), ...makePartnerRoutes(services), ...allFeatureRoutes],
    { isDemo: true },
  )
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
  provider = await people.provider(world)
})
beforeEach(() => {
  receiver.received.length = 0
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

/** A partner with an endpoint for everything, and what that hears of an act of the provider or its owner. */
async function openListener(name: string) {
  const partner = await world.partner(name)
  const owner = await ownerOf(world, partner)
  const endpoint = await makeEndpoint(world, owner, {
    url: receiver.url.replace('/hook', `/${name}`),
    eventTypes: EVENT_TYPE_NAMES,
  })
  await world.sql('delete from outbox')
  const id = encodeId('partner', partner)
  return {
    id,
    owner,
    call: async (method: 'POST' | 'PUT' | 'PATCH', path: string, body: object, by: Caller = provider) => {
      const headers =
        method === 'POST' ? {} : { 'if-match': String((await world.call(by, 'GET', path)).headers['etag']) }
      const answer = await world.call(by, method, path, { body, headers })
      expect(answer.statusCode, answer.body).toBe(200)
    },
    hears: async () => {
      receiver.received.length = 0
      await pump(world, webhooks)
      return receiver.received
        .filter(({ path }) => path === `/${name}`)
        .map((message) => verify(message, endpoint.secret))
        .map(({ type, data }) => ({ type, ...data }))
    },
  }
}

test('nothing is delivered to a suspended partner, also not that it is; that it works again is the next message (C1)', async () => {
  const told = await openListener('told')
  const rival = await openListener('rival')
  await told.call('POST', `/api/v1/admin/partners/${told.id}/suspend`, { reason: 'Late papers' })
  expect(await told.hears()).toEqual([])
  await told.call('POST', `/api/v1/admin/partners/${told.id}/reactivate`, { reason: 'They came' })
  expect(await told.hears()).toEqual([{ type: 'partner.reactivated', partner_id: told.id, state: 'active' }])
  expect(await rival.hears()).toEqual([])
})

test('a change of its entry is told to the partner, whichever side made it, without what it says (C1)', async () => {
  const told = await openListener('entry')
  await told.call('PATCH', `/api/v1/admin/partners/${told.id}`, { contact_email: 'desk@entry.example' })
  const changed = [{ type: 'partner.changed', partner_id: told.id, state: 'active' }]
  expect(await told.hears()).toEqual(changed)
  const contact = { contact_email: 'new@entry.example', website: 'entry.example' }
  const { headers } = await world.call(told.owner, 'GET', '/api/v1/partner/profile')
  const kept = await world.call(told.owner, 'PUT', '/api/v1/partner/profile/contact', {
    body: contact,
    headers: { 'if-match': String(headers['etag']) },
  })
  expect(kept.statusCode, kept.body).toBe(200)
  expect(await told.hears()).toEqual(changed)
})

test('what the provider sets about a feature for one partner is told to that partner alone (C3)', async () => {
  const told = await openListener('feature')
  const rival = await openListener('unmoved')
  const path = `/api/v1/admin/features/api_clients/partners/${told.id}/override`
  const set = await world.call(provider, 'PUT', path, { body: { override: 'off', reason: 'A test' } })
  expect(set.statusCode, set.body).toBe(200)
  expect(await told.hears()).toEqual([{ type: 'feature.changed', partner_id: told.id, state: 'off' }])
  expect(await rival.hears()).toEqual([])
})
