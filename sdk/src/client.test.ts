import { expect, test } from 'vitest'

import { createLiaisonClient, LiaisonProblem, readBody, readTagged, TenantEchoMismatch } from './index.ts'

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> }

function answering({ status = 200, body = {}, headers = {} }: Answer) {
  const seen: Request[] = []
  const fetch = (request: Request) => {
    seen.push(request)
    const type = status < 400 ? 'application/json' : 'application/problem+json'
    return Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { 'content-type': type, ...headers } }),
    )
  }
  return { seen, fetch }
}

const baseUrl = 'https://api.example.test/api/v1'

test('every call of a client with a tenant names that tenant', async () => {
  const { seen, fetch } = answering({ headers: { 'x-active-tenant-id': 'ten_a' } })
  await createLiaisonClient({ baseUrl, fetch, activeTenantId: 'ten_a' }).GET('/me')
  expect(seen[0]?.headers.get('x-active-tenant-id')).toBe('ten_a')
})

test('a client without a tenant never names one', async () => {
  const { seen, fetch } = answering({})
  await createLiaisonClient({ baseUrl, fetch }).GET('/me')
  expect(seen[0]?.headers.has('x-active-tenant-id')).toBe(false)
})

test.each([
  ['names another tenant', 'ten_a', { 'x-active-tenant-id': 'ten_b' }],
  ['names no tenant', 'ten_a', {}],
  ['names a tenant that was not asked for', undefined, { 'x-active-tenant-id': 'ten_b' }],
])('an answer that %s is thrown away', async (_, tenant, headers) => {
  const { fetch } = answering({ body: { secret: true }, headers })
  const client = createLiaisonClient({ baseUrl, fetch, ...(tenant ? { activeTenantId: tenant } : {}) })
  await expect(client.GET('/me')).rejects.toBeInstanceOf(TenantEchoMismatch)
})

test('a refusal that names no tenant is a problem, not a mismatch', async () => {
  const { fetch } = answering({
    status: 403,
    body: {
      code: 'TENANT_LINK_REVOKED',
      title: 'Forbidden',
      detail: 'The link was ended.',
      request_id: 'req_1',
      explain_id: 'exp_1',
      next_step: 'Ask again.',
    },
  })
  const failed = createLiaisonClient({ baseUrl, fetch, activeTenantId: 'ten_a' }).GET('/me')
  await expect(failed).rejects.toMatchObject({
    code: 'TENANT_LINK_REVOKED',
    content: { requestId: 'req_1', explainId: 'exp_1', nextStep: 'Ask again.' },
  })
})

test('a validation problem keeps each field pointer', async () => {
  const errors = [{ pointer: '/subject', code: 'TOO_SHORT', detail: 'Write a subject.' }]
  const { fetch } = answering({ status: 422, body: { code: 'VALIDATION_FAILED', errors } })
  const failed = createLiaisonClient({ baseUrl, fetch }).GET('/me')
  await expect(failed).rejects.toMatchObject({ content: { errors } })
})

test('a problem keeps what its code stands on: the new price to confirm, the access to ask for', async () => {
  const details = {
    total: { once: { amount_minor: 100, currency: 'EUR' } },
    access_request: { grant_id: 'con_1' },
  }
  const body = {
    type: '/docs/errors#ORDER_PRICE_CHANGED',
    code: 'ORDER_PRICE_CHANGED',
    code_family: 'CONFLICT',
    timestamp: '2026-11-28T04:00:00.000Z',
    details,
  }
  const { fetch } = answering({ status: 412, body })
  await expect(createLiaisonClient({ baseUrl, fetch }).GET('/me')).rejects.toMatchObject({
    content: {
      details,
      codeFamily: 'CONFLICT',
      type: '/docs/errors#ORDER_PRICE_CHANGED',
      timestamp: '2026-11-28T04:00:00.000Z',
    },
  })
  const plain = answering({ status: 403, body: { code: 'FORBIDDEN', details: ['odd'] } })
  await expect(createLiaisonClient({ baseUrl, fetch: plain.fetch }).GET('/me')).rejects.toMatchObject({
    content: { details: null, codeFamily: null, type: null, timestamp: null },
  })
})

test('an answer without a body is no failure', async () => {
  const fetch = () => Promise.resolve(new Response(null, { status: 204 }))
  const client = createLiaisonClient({ baseUrl, fetch })
  expect(
    await readBody(client.DELETE('/partner/saved-views/{view_id}', { params: { path: { view_id: 'v' } } })),
  ).toBe(undefined)
})

test.each(['text/csv; charset=utf-8', 'application/pdf'])(
  'a file is read as text or bytes, and says so where nobody asked for that: %s',
  async (type) => {
    const fetch = () => Promise.resolve(new Response('a,b', { headers: { 'content-type': type } }))
    const client = createLiaisonClient({ baseUrl, fetch })
    await expect(readBody(client.GET('/me'))).rejects.toMatchObject({
      code: 'ANSWER_NOT_JSON',
      status: 200,
      content: { detail: expect.stringContaining('parseAs') },
    })
    expect(await readBody(client.GET('/me', { parseAs: 'text' }))).toBe('a,b')
  },
)

test('an answer that is no problem document still becomes one problem with its status and wait', async () => {
  const { fetch } = answering({ status: 503, body: 'away', headers: { 'retry-after': '7' } })
  const failed = createLiaisonClient({ baseUrl, fetch }).GET('/me')
  await expect(failed).rejects.toMatchObject({ code: 'HTTP_503', content: { retryAfterSeconds: 7 } })
})

test('a call that gets no answer is the problem UNREACHABLE, with its cause', async () => {
  const broken = new TypeError('network')
  const failed = createLiaisonClient({ baseUrl, fetch: () => Promise.reject(broken) }).GET('/me')
  await expect(failed).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0, cause: broken })
})

test('a call that was given up stays an abort and is no problem', async () => {
  const abort = new DOMException('given up', 'AbortError')
  const failed = createLiaisonClient({ baseUrl, fetch: () => Promise.reject(abort) }).GET('/me')
  await expect(failed).rejects.not.toBeInstanceOf(LiaisonProblem)
})

test('a tagged read hands back the tag that a change must present', async () => {
  const { fetch } = answering({ body: { person: { id: 'per_1' } }, headers: { etag: '"v3"' } })
  const client = createLiaisonClient({ baseUrl, fetch })
  expect(await readTagged(client.GET('/me'))).toMatchObject({
    etag: '"v3"',
    body: { person: { id: 'per_1' } },
  })
  expect(await readBody(client.GET('/me'))).toMatchObject({ person: { id: 'per_1' } })
})
