import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeGuardedWorld, url } from '../testing/guarded.ts'
import type { GuardedWorld } from '../testing/guarded.ts'
import { AUDIENCE, delegatedClaims, signProof, signToken } from '../testing/issuer.ts'
import { readCertificateField, thumbprintOfCertificate } from './index.ts'
import type { GuardRequest } from './index.ts'

const certificate = randomBytes(600)
const thumbprint = thumbprintOfCertificate(certificate)
const ACCEPTS = { acceptsCertificates: true } as const

let world: GuardedWorld
let token: string
beforeAll(async () => {
  world = await makeGuardedWorld()
  token = await tokenBoundTo({ 'x5t#S256': thumbprint })
})

const tokenBoundTo = (cnf: object) =>
  signToken(world.issuerKey, { ...delegatedClaims(world.thumbprint), cnf })

const bearer = (text: string, change: Partial<GuardRequest> = {}): GuardRequest => ({
  method: 'GET',
  url,
  headers: { authorization: `Bearer ${text}` },
  certificate,
  ...change,
})

describe('a token that is bound to a certificate (A16)', () => {
  test('is accepted with that certificate, and the context says what it is bound to', async () => {
    const context = await world.makeGuard(ACCEPTS).verify(bearer(token))
    expect(context).toMatchObject({ boundTo: 'certificate', keyThumbprint: thumbprint, access: 'delegated' })
  })

  test.each<[string, Partial<GuardRequest>]>([
    ['without a certificate', { certificate: null }],
    ['with another certificate', { certificate: randomBytes(600) }],
    ['with one that differs in a bit', { certificate: Buffer.from(certificate).fill(0, 0, 1) }],
  ])('is refused %s', async (_, change) => {
    expect(await world.refusalOf(bearer(token, change), ACCEPTS)).toMatchObject({
      status: 401,
      error: 'invalid_token',
    })
  })

  test('is refused where certificates are not accepted, with its certificate or without', async () => {
    expect(await world.refusalOf(bearer(token))).toMatchObject({ status: 401 })
    expect(await world.refusalOf(bearer(token), { acceptsCertificates: false })).toMatchObject({
      status: 401,
    })
  })

  test('is no better with a proof of somebody’s key, under either scheme', async () => {
    const proof = await signProof(world.clientKey, { method: 'GET', url, token })
    for (const scheme of ['DPoP', 'Bearer']) {
      const headers = { authorization: `${scheme} ${token}`, dpop: proof }
      expect(await world.refusalOf(bearer(token, { headers }), ACCEPTS)).toMatchObject({ status: 401 })
    }
  })

  test('that is bound to a key is refused as Bearer, whatever certificate comes along', async () => {
    const keyed = await tokenBoundTo({ jkt: world.thumbprint })
    expect(await world.refusalOf(bearer(keyed), ACCEPTS)).toMatchObject({
      status: 401,
      error: 'invalid_token',
    })
    const confused = await tokenBoundTo({ jkt: thumbprint })
    expect(await world.refusalOf(bearer(confused), ACCEPTS)).toMatchObject({ status: 401 })
  })

  test('that is bound to a key and to a certificate, or to neither, is refused in every way', async () => {
    for (const cnf of [{ jkt: world.thumbprint, 'x5t#S256': thumbprint }, {}, { 'x5t#S256': '' }]) {
      const odd = await tokenBoundTo(cnf)
      expect(await world.refusalOf(bearer(odd), ACCEPTS)).toMatchObject({ status: 401 })
      const proof = await signProof(world.clientKey, { method: 'GET', url, token: odd })
      const headers = { authorization: `DPoP ${odd}`, dpop: proof }
      expect(await world.refusalOf(bearer(odd, { headers }), ACCEPTS)).toMatchObject({ status: 401 })
    }
  })

  test('is told of in the challenge where it is accepted, and nowhere else', async () => {
    const refusal = await world.refusalOf(bearer(token, { certificate: null }), ACCEPTS)
    const told = (options = {}) => refusal.toHeaders(world.makeGuard(options).terms)['WWW-Authenticate']
    expect(told(ACCEPTS)).toMatch(/^DPoP error="invalid_token".*, Bearer error="invalid_token"/)
    expect(told()).not.toContain('Bearer')
  })

  test('reaches a handler that is told how to find the certificate, and none that is not', async () => {
    const requirements = { ban: 'token', scope: 'orders.read' } as const
    const request = () => new Request(url, { headers: { authorization: `Bearer ${token}` } })
    const handle = () => new Response('reached')
    const knowing = world.makeGuard({ certificateOf: () => certificate, origin: AUDIENCE })
    expect((await knowing.fetch(requirements, handle)(request())).status).toBe(200)
    expect((await world.makeGuard().fetch(requirements, handle)(request())).status).toBe(401)
  })
})

describe('the certificate in a header field', () => {
  test('is read in each form that proxies write', () => {
    const base64 = certificate.toString('base64')
    const lines = base64.replaceAll(/(.{64})/g, '$1\n')
    const pem = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
    for (const field of [`:${base64}:`, base64, encodeURIComponent(pem)])
      expect(readCertificateField(field)).toEqual(certificate)
  })

  test.each([
    undefined,
    null,
    '',
    '::',
    ':abc',
    '(null)',
    `${certificate.toString('base64')}, ${certificate.toString('base64')}`,
    [certificate.toString('base64')],
    '-----BEGIN%20CERTIFICATE-----%',
    certificate.toString('base64url'),
  ])('is none in %s', (field) => {
    expect(readCertificateField(field)).toBe(null)
  })

  test('is read or refused, whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        const read = readCertificateField(field)
        expect(read === null || read.length > 0).toBe(true)
      }),
    )
  })
})
