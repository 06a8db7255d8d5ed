import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { makeTestCertificate } from '#testing/client-certificates.ts'
import { makeCertificateReader } from './client-certificate.ts'
import { readConfig } from '../config.ts'

const { der } = makeTestCertificate('northwind.example')
const field = `:${der.toString('base64')}:`
const read = makeCertificateReader({ header: 'Client-Cert', proxies: ['10.0.0.0/8', '::1'] })

const from = (remoteAddress: string | undefined, headers: Record<string, string>) =>
  // The reader looks at no more of a message.
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage

describe('the certificate of a client (A16)', () => {
  test.each(['10.0.0.7', '::ffff:10.0.0.7', '::1'])('is believed from the proxy at %s', (address) => {
    expect(read(from(address, { 'client-cert': field }))).toEqual(der)
  })

  test.each(['11.0.0.7', '127.0.0.1', '::2', '', undefined])('is none from %s', (address) => {
    const headers = { 'client-cert': field, 'x-forwarded-for': '10.0.0.7' }
    expect(read(from(address, headers))).toBe(null)
  })

  test('is read from the field that is configured, and from no other', () => {
    for (const name of ['client_cert', 'x-client-cert', 'x-forwarded-client-cert', 'x-ssl-cert'])
      expect(read(from('10.0.0.7', { [name]: field }))).toBe(null)
  })
})

describe('the configuration of client certificates', () => {
  const attempt = (environment: Record<string, string>) => {
    try {
      return readConfig(environment).clientCertificates ?? 'none'
    } catch (error) {
      return String(error)
    }
  }

  test('is a field and the proxies that are believed, or nothing', () => {
    expect(attempt({})).toBe('none')
    expect(
      attempt({ MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '10.0.0.7, 10.1.0.0/16' }),
    ).toEqual({ header: 'Client-Cert', proxies: ['10.0.0.7', '10.1.0.0/16'] })
  })

  test.each<Record<string, string>>([
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert' },
    { MTLS_PROXIES: '10.0.0.7' },
    { MTLS_ORIGIN: 'https://mtls.partners.example' },
    { MTLS_CERTIFICATE_HEADER: 'Client Cert', MTLS_PROXIES: '10.0.0.7' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: 'a proxy' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '10.0.0.7, 0.0.0.0/0' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '::/0' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '::ffff:0.0.0.0/96' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '0.0.0.0/1, 128.0.0.0/1' },
    { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '10.0.0.7', MTLS_ORIGIN: 'http://x.example' },
  ])('attack 84: that is half, or opens more than it says, does not start the server: %o', (environment) => {
    expect(attempt(environment)).toMatch(/^ConfigError: .*MTLS_/)
  })
})
