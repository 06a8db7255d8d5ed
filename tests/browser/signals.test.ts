import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'
import { WebhookReceiver } from '../../server/testing/webhook-receiver.ts'
import { RunningProduct } from '../support/product.ts'

let product: RunningProduct
let receiver: WebhookReceiver
beforeAll(async () => {
  ;[product, receiver] = await Promise.all([RunningProduct.start(), WebhookReceiver.start()])
}, 120_000)
afterAll(async () => {
  await receiver[Symbol.asyncDispose]()
  await product[Symbol.asyncDispose]()
})

interface Said {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** Asks the API from a page, as its own script does. */
const ask = (page: Page, request: { method: string; path: string; body?: unknown; tenant?: string }) =>
  page.evaluate(async ({ method, path, body, tenant }): Promise<Said> => {
    const answer = await fetch(path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(tenant !== undefined && { 'x-active-tenant-id': tenant }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Said['body'] }
  }, request)

test('that a customer stops all access is told to the gateway that listens, by itself and in seconds (A16)', async () => {
  const admin = await product.signIn('priya@provider.example')
  await ask(admin.page, {
    method: 'PUT',
    path: '/api/v1/admin/upstreams/edge-test',
    body: {
      audience: 'upstream:edge-test',
      origin: 'https://edge-test.example',
      routes: [{ method: 'GET', path_template: '/customers/{customer_ban}', permission: 'api.orders.read' }],
    },
  })
  const { body: gateway } = await ask(admin.page, {
    method: 'POST',
    path: '/api/v1/admin/gateways',
    body: { name: 'Edge of the test', upstreams: ['edge-test'] },
  })
  const made = await fetch(`${product.url}/ssf/stream`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${String(gateway['credential'])}`,
    },
    body: JSON.stringify({ delivery: { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url } }),
  })
  expect(made.status).toBe(201)
  const dana = await product.signIn('dana@acmefiber.example')
  const tenant = product.demo.tenants['acme-fiber'] ?? ''
  const stopped = await ask(dana.page, {
    method: 'POST',
    path: '/api/v1/tenant/partner-access/freeze',
    tenant,
    body: { scope: 'tenant' },
  })
  expect(stopped.status, JSON.stringify(stopped.body)).toBe(201)
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), SOON)
  const metadata = (await (await fetch(`${product.url}/.well-known/ssf-configuration`)).json()) as {
    issuer: string
    jwks_uri: string
  }
  const { payload } = await jwtVerify(
    receiver.received[0]?.body ?? '',
    createRemoteJWKSet(new URL(metadata.jwks_uri)),
    { issuer: metadata.issuer, audience: String(gateway['gateway_id']), typ: 'secevent+jwt' },
  )
  expect(payload['sub_id']).toEqual({ format: 'complex', tenant: { format: 'opaque', id: tenant } })
})
