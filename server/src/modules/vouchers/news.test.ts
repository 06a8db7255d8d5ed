import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runAgencyClock } from '#modules/agencies/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { callForm, EMBED_ORIGIN, entries, openEmbedScene, ticketOf } from '#testing/embed-acts.ts'
import { openVoucherScene, startVoucherWorld, VOUCHERS } from '#testing/voucher-acts.ts'
import { makeEndpoint, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
beforeAll(async () => {
  world = await startVoucherWorld({ isDemo: true, embedOrigin: () => EMBED_ORIGIN })
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
})
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

test('the organisation is told that a form token was replaced or stopped, and of a form that issues too much, and nobody else is (section 6)', async () => {
  const [here, there] = [await openVoucherScene(world), await openVoucherScene(world)]
  const form = await openEmbedScene(world, 'Harbour Help', here.tenant)
  const listen = (caller: typeof here.admin, name: string) =>
    makeEndpoint(world, caller, {
      url: receiver.url.replace('/hook', `/${name}`),
      eventTypes: ['form_token.rotated', 'form_token.revoked', 'embed.abuse_suspected'],
      path: TENANT_ENDPOINTS,
    })
  const endpoint = await listen(here.admin, 'tokens-here')
  await listen(there.admin, 'tokens-there')
  await world.sql('delete from outbox')
  const id = publicIdOf('form_token', form.tokenId)
  const rotated = (
    await world.call(here.admin, 'POST', `/api/v1/tenant/tokens/${id}/rotate`, {
      body: { overlap_seconds: 0 },
    })
  ).json()
  const stopped = await world.call(here.admin, 'POST', `/api/v1/tenant/tokens/${rotated.token_id}/revoke`, {
    body: { reason: 'The site is closed' },
  })
  expect(stopped.statusCode).toBe(200)
  await world.seed(
    `insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode, issued_by_label, requested_at, issued_at, expires_at)
     select $1, translate(upper(substr(md5(uuidv7()::text || n), 1, 12)), 'ILOU', 'ABCD'), (select id from voucher_type where tenant_id = $1 limit 1), 'issued', $2, 'Harbour Help', $3, 'form', 'x', now(), now(), now() + interval '30 days'
     from generate_series(1, 21) n`,
    [here.tenant, form.agency, form.tokenId],
    here.tenant,
  )
  await runAgencyClock(world.database)
  await pump(world, webhooks)
  const heard = receiver.received
    .filter(({ path }) => path === '/tokens-here')
    .map((message) => verify(message, endpoint.secret))
  const about = {
    tenant_id: encodeId('tenant', here.tenant),
    agency_id: expect.stringMatching(/^agy_/),
    form_id: expect.any(String),
    state: null,
  }
  expect(heard.toSorted((one, other) => one.type.localeCompare(other.type))).toMatchObject([
    { type: 'embed.abuse_suspected', data: about },
    { type: 'form_token.revoked', data: { ...about, form_token_id: rotated.token_id } },
    { type: 'form_token.rotated', data: { ...about, form_token_id: id } },
  ])
  expect(receiver.received.filter(({ path }) => path === '/tokens-there')).toEqual([])
  for (const secret of [form.token, rotated.token]) expect(JSON.stringify(heard)).not.toContain(secret)
})
