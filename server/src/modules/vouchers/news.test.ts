import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callForm, EMBED_ORIGIN, entries, openEmbedScene, ticketOf } from '#testing/embed-acts.ts'
import { openVoucherScene, startVoucherWorld, VOUCHERS } from '#testing/voucher-acts.ts'
import { makeEndpoint, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { Webhooks } from '#modules/webhooks/index.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Webhooks
beforeAll(async () => {
  world = await startVoucherWorld({ isDemo: true, embedOrigin: () => EMBED_ORIGIN })
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
}, 60_000)
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

test('the organisation is told of its vouchers by webhook, with ids and states alone, and nobody else is (E10, E13)', async () => {
  const [here, there] = [await openVoucherScene(world), await openVoucherScene(world)]
  const form = await openEmbedScene(world, 'Harbour Help', here.tenant)
  const at = (name: string) => receiver.url.replace('/hook', `/${name}`)
  const listen = (caller: typeof here.admin, name: string) =>
    makeEndpoint(world, caller, {
      url: at(name),
      eventTypes: ['voucher.issued', 'voucher.redeemed', 'voucher.voided'],
      path: TENANT_ENDPOINTS,
    })
  const endpoint = await listen(here.admin, 'here')
  await listen(there.admin, 'there')
  await world.sql('delete from outbox')
  const person = entries({ first_name: 'Quintessa', last_name: 'Untold' })
  const made = (
    await callForm(form, 'vouchers', { body: { ...person, ticket: ticketOf(form).ticket } })
  ).json().data
  await world.call(here.worker, 'POST', `${VOUCHERS}/${made.code}/redeem`, { body: { receipt_id: 'R-1' } })
  await pump(world, webhooks)
  const heard = receiver.received
    .filter(({ path }) => path === '/here')
    .map((message) => verify(message, endpoint.secret))
  expect(heard.map(({ type }) => type).toSorted()).toEqual(['voucher.issued', 'voucher.redeemed'])
  expect(heard.find(({ type }) => type === 'voucher.issued')?.data).toEqual({
    tenant_id: encodeId('tenant', here.tenant),
    voucher_id: made.voucher_id,
    agency_id: expect.stringMatching(/^agy_/),
    state: 'issued',
  })
  expect(receiver.received.filter(({ path }) => path === '/there')).toEqual([])
  const sent = JSON.stringify(heard)
  for (const secret of ['Quintessa', 'Untold', '1980-05-17', made.code]) expect(sent).not.toContain(secret)
})
