import { createGatewayGuard, thumbprintOfCertificate } from '@liaison/guard'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTestCertificate } from '#testing/client-certificates.ts'
import { API_ORIGIN, GatewayWorld } from '#testing/gateway.ts'

const [own, stranger] = [makeTestCertificate('northwind.example'), makeTestCertificate('evil.example')]
const fieldOf = ({ der }: { der: Buffer }) => `:${der.toString('base64')}:`

let gateway: GatewayWorld
beforeAll(async () => {
  gateway = await GatewayWorld.start({ acceptsCertificates: true })
})
beforeEach(() => register(true))
afterAll(() => gateway[Symbol.asyncDispose]())

/** Says whether the gateway ends mutual TLS. */
async function register(reads: boolean): Promise<void> {
  const path = `/api/v1/admin/gateways/${gateway.gatewayId}`
  const { headers } = await gateway.world.call(gateway.admin, 'GET', path)
  const changed = await gateway.world.call(gateway.admin, 'PUT', path, {
    body: { name: 'Edge', upstreams: ['orders'], reads_certificates: reads },
    headers: { 'if-match': String(headers['etag']) },
  })
  expect(changed.json(), changed.body).toMatchObject({ reads_certificates: reads })
}

/** Asks about a call with a token that is bound to the partner's certificate. */
async function ask(field: string | string[] | undefined, method = 'GET') {
  const cnf = { 'x5t#S256': thumbprintOfCertificate(own.der) }
  const authorization = `Bearer ${await gateway.token({ cnf })}`
  return gateway.ask({ method }, { authorization, dpop: undefined, 'x-client-certificate': field })
}

describe('a gateway that is registered as one that ends mutual TLS (A16)', () => {
  test('gets its yes for a token that is bound to the certificate, at the first call and at those that follow', async () => {
    for (const method of ['GET', 'GET', 'POST'])
      expect((await ask(fieldOf(own), method)).statusCode).toBe(200)
    const response = await ask(fieldOf(own))
    const guard = createGatewayGuard({
      issuer: 'http://localhost:3000',
      audience: 'upstream:orders',
      jwks: (await gateway.world.app.http.inject('/gateway/v1/jwks')).json<JSONWebKeySet>(),
      origin: API_ORIGIN,
    })
    const headers = { 'x-access-context': String(response.headers['x-access-context']) }
    const url = `${API_ORIGIN}${gateway.ordersPath}`
    expect(await guard.verify({ method: 'GET', url, headers })).toMatchObject({ boundTo: 'certificate' })
  })

  test('gets no without the certificate, with another one, and 400 with two', async () => {
    await ask(fieldOf(own))
    for (const field of [undefined, '', fieldOf(stranger), 'garbage']) {
      const refused = await ask(field)
      expect([refused.statusCode, refused.json().code]).toEqual([401, 'UNAUTHORIZED'])
    }
    const both = await ask([fieldOf(own), fieldOf(stranger)])
    expect([both.statusCode, both.json().code]).toEqual([400, 'FORWARDED_REQUEST_UNREADABLE'])
  })

  test('is told the same of a token that is bound to a key as ever: its proof counts, no certificate does', async () => {
    const certificate = { 'x-client-certificate': fieldOf(own) }
    expect((await gateway.ask({}, certificate)).statusCode).toBe(200)
    const authorization = `Bearer ${await gateway.token()}`
    expect((await gateway.ask({}, { ...certificate, authorization, dpop: undefined })).statusCode).toBe(401)
  })

  test('asks the same in the words of AuthZEN, with the certificate in the context', async () => {
    const evaluate = async (certificate: string | undefined) => {
      const claims = await gateway.claims({ cnf: { 'x5t#S256': own.thumbprint } })
      const answer = await gateway.world.app.http.inject({
        method: 'POST',
        url: '/access/v1/evaluation',
        headers: { authorization: `Bearer ${gateway.credential}`, 'content-type': 'application/json' },
        payload: JSON.stringify({
          subject: { type: 'identity', id: claims['client_id'] },
          action: { name: 'GET' },
          resource: { type: 'route', id: gateway.ordersPath },
          context: {
            access_token: await gateway.token({ cnf: { 'x5t#S256': own.thumbprint } }),
            ...(certificate !== undefined && { client_certificate: certificate }),
          },
        }),
      })
      return answer.json<{ decision: boolean }>().decision
    }
    expect(await evaluate(own.der.toString('base64'))).toBe(true)
    expect(await evaluate(stranger.der.toString('base64'))).toBe(false)
    expect(await evaluate(undefined)).toBe(false)
    await register(false)
    expect(await evaluate(own.der.toString('base64'))).toBe(false)
  })
})

test('of any other gateway the field is not read, also right after it was: a caller may have written it', async () => {
  expect((await ask(fieldOf(own))).statusCode).toBe(200)
  await register(false)
  const refused = await ask(fieldOf(own))
  expect([refused.statusCode, refused.json().code]).toEqual([401, 'UNAUTHORIZED'])
})
