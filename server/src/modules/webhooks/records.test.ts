import { encodeId } from '@liaison/access'
import type { LinkRole, PartnerId, TenantId } from '@liaison/access'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeBillingRoutes } from '#modules/billing/index.ts'
import { makeClientRoutes } from '#modules/clients/index.ts'
import { planModuleRoutes } from '#modules/plans/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import { offerPlan, openPlanScene, takePlan } from '#testing/plan-acts.ts'
import { people } from '#testing/shop.ts'
import { makeEndpoint, ownerOf, pump, TENANT_ENDPOINTS, verify, webhooksOf } from '#testing/webhook-acts.ts'
import type { MadeEndpoint } from '#testing/webhook-acts.ts'
import { WebhookReceiver } from '#testing/webhook-receiver.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { EVENT_TYPE_NAMES } from './catalogue.ts'
import { makeWebhookRoutes } from './index.ts'

let world: TestWorld
let receiver: WebhookReceiver
let webhooks: Deliverer
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [
      ...makeWebhookRoutes(services),
      ...makeBillingRoutes(services),
      ...makeClientRoutes(services),
      ...planModuleRoutes,
    ],
    { isDemo: true },
  )
  receiver = await WebhookReceiver.start()
  webhooks = webhooksOf(world)
})
beforeEach(async () => {
  await world.sql('delete from outbox')
  receiver.received.length = 0
})
afterAll(async () => {
  await webhooks.stop()
  await receiver[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const listen = (caller: Caller, name: string, path?: string): Promise<MadeEndpoint> =>
  makeEndpoint(world, caller, {
    url: receiver.url.replace('/hook', `/${name}`),
    eventTypes: EVENT_TYPE_NAMES,
    ...(path && { path }),
  })

/** Delivers what waits; answers whom it reached. */
async function deliver(): Promise<string[]> {
  receiver.received.length = 0
  await pump(world, webhooks)
  return receiver.received.map(({ path }) => path.slice(1)).toSorted()
}

const heard = (name: string, { secret }: MadeEndpoint) =>
  receiver.received.filter(({ path }) => path === `/${name}`).map((message) => verify(message, secret))

async function linked(
  tenant: TenantId,
  name: string,
  role: LinkRole = 'msp_support',
): Promise<{ link: string; partner: PartnerId }> {
  const partner = await world.partner(name)
  const link = await world.link(partner, tenant, { role })
  await listen(await ownerOf(world, partner), name)
  return { link, partner }
}

test('a missed promise is told to the partners whose link wants it told, and to the organisation (B9)', async () => {
  const tenant = await world.tenant('Acme')
  await listen(await people.tenant(world, tenant), 'tenant', TENANT_ENDPOINTS)
  const quiet = await linked(tenant, 'quiet')
  await linked(tenant, 'told')
  const [ticket] = await world.seed<{ id: string }>(
    `insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'No signal') returning id`,
    [tenant],
    tenant,
  )
  const missed = () =>
    world.sql(`insert into outbox (topic, payload) values ('partner.tenant.sla_breach', $1)`, [
      JSON.stringify({ tenant_id: tenant, ticket_id: ticket?.id }),
    ])
  const wants = (isWanted: boolean) =>
    world.seed('update link set notify_on_sla_breach = $2 where id = $1', [quiet.link, isWanted], tenant)
  await wants(false)
  await missed()
  expect(await deliver()).toEqual(['tenant', 'told'])
  await wants(true)
  await missed()
  expect(await deliver()).toEqual(['quiet', 'tenant', 'told'])
})

test('a change of the status of a tenant is told to partners whose link is in force, its closing to the last ones too (B9)', async () => {
  const tenant = await world.tenant('Acme')
  const own = await listen(await people.tenant(world, tenant), 'own', TENANT_ENDPOINTS)
  await linked(tenant, 'linked')
  const stopped = await linked(tenant, 'stopped')
  await linked(await world.tenant('Other'), 'elsewhere')
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [stopped.link], tenant)
  await world.sql('delete from outbox')
  const become = (status: string) =>
    world.seed('update tenant set status = $2 where id = $1', [tenant, status], tenant)
  await become('suspended')
  expect(await deliver()).toEqual(['linked', 'own'])
  expect(heard('own', own)).toMatchObject([
    { type: 'tenant.status_changed', data: { tenant_id: encodeId('tenant', tenant), state: 'suspended' } },
  ])
  await become('suspended')
  expect(await deliver()).toEqual([])
  await become('closed')
  expect(await deliver()).toEqual(['linked'])
})

test('a dispute is told to the organisation and the partner that raised it, by ids alone, to no other partner (B6)', async () => {
  const { first, caller, partner } = await seedPartnerOf(world, ['Acme'])
  await linked(first, 'rival', 'msp_billing')
  const endpoint = await listen(await ownerOf(world, partner), 'raiser')
  const admin = await people.tenant(world, first)
  await listen(admin, 'customer', TENANT_ENDPOINTS)
  const invoice = await seedInvoice(world, first, { number: 'A-1', total: 900, name: 'Mia Wong' })
  const raise = () =>
    world.call({ ...caller, tenantId: first }, 'POST', '/api/v1/partner/billing/disputes', {
      body: { invoice_id: invoice.id, reason: 'not_delivered', explanation: 'Mia never got it.' },
    })
  const end = (who: Caller, path: string, act: string) =>
    world.call(who, 'POST', `${path}/${act}`, {
      body: { note: 'We have looked at it.' },
      headers: { 'if-match': '"v1"' },
    })
  const raised = await raise()
  expect(raised.statusCode, raised.body).toBe(201)
  const { dispute_id: id } = raised.json()
  expect(await deliver()).toEqual(['customer', 'raiser'])
  expect(heard('raiser', endpoint)).toMatchObject([
    {
      type: 'dispute.opened',
      data: {
        tenant_id: encodeId('tenant', first),
        partner_id: encodeId('partner', partner),
        invoice_id: invoice.id,
        dispute_id: id,
        state: 'open',
      },
    },
  ])
  expect(receiver.received[0]?.body).not.toMatch(/Mia|\b900\b|never/)
  const answered = await end(admin, `/api/v1/tenant/billing/disputes/${id}`, 'reject')
  expect(answered.statusCode, answered.body).toBe(200)
  expect(await deliver()).toEqual(['customer', 'raiser'])
  expect(heard('raiser', endpoint)).toMatchObject([{ type: 'dispute.answered', data: { state: 'rejected' } }])
  const again = (await raise()).json().dispute_id
  await world.sql('delete from outbox')
  const acting = { ...caller, tenantId: first }
  const taken = await end(acting, `/api/v1/partner/billing/disputes/${again}`, 'withdraw')
  expect(taken.statusCode, taken.body).toBe(200)
  await deliver()
  expect(heard('raiser', endpoint)).toMatchObject([{ type: 'dispute.withdrawn' }])
})

test('that an API client was stopped, let work again, changed or ended is told to its owner alone (A11)', async () => {
  const partner = await world.partner('Northwind')
  const owner = await ownerOf(world, partner)
  const endpoint = await listen(owner, 'client')
  await listen(await ownerOf(world, await world.partner('Contoso')), 'stranger')
  const admin = await people.provider(world)
  const { publicKey } = await generateKeyPair('ES256', { extractable: true })
  const made = await world.call(owner, 'POST', '/api/v1/partner/clients', {
    body: {
      name: 'Order desk',
      redirect_uris: ['https://desk.northwind.example/callback'],
      scopes: ['orders.read'],
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] },
    },
  })
  expect(made.statusCode, made.body).toBe(201)
  const { client_id: id } = made.json()
  await world.sql('delete from outbox')
  const reason = { body: { reason: 'A leaked key is suspected.' } }
  const states: unknown[] = []
  for (const act of ['suspend', 'resume', 'revoke']) {
    const moved = await world.call(admin, 'POST', `/api/v1/admin/clients/${id}/${act}`, reason)
    expect(moved.statusCode, moved.body).toBe(200)
    expect(await deliver()).toEqual(['client'])
    states.push(
      ...heard('client', endpoint).map(({ type, data }) => [type, data['client_id'], data['state']]),
    )
  }
  expect(states).toEqual(['suspended', 'active', 'revoked'].map((state) => ['api_client.changed', id, state]))
  expect(receiver.received[0]?.body).not.toMatch(/leaked|desk/)
})

test("what becomes of an end user's subscription is told to the partner of the realm alone (C7)", async () => {
  const [scene, other] = [await openPlanScene(world), await openPlanScene(world)]
  const endpoint = await listen(scene.owner, 'realm')
  await listen(other.owner, 'other')
  const taken = await takePlan(world, scene.caller, await offerPlan(world, scene, { code: 'mine' }))
  expect(taken.statusCode, taken.body).toBe(201)
  expect(await deliver()).toEqual(['realm'])
  expect(heard('realm', endpoint)).toMatchObject([
    {
      type: 'subscription.signed',
      data: {
        subscription_id: taken.json().subscription.subscription_id,
        end_user_id: encodeId('end_user', scene.user),
      },
    },
  ])
})
