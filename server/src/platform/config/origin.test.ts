import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../config.ts'

const NAMES = ['PUBLIC_ORIGIN', 'EMBED_ORIGIN', 'AUTH_ORIGIN'] as const

test.each(NAMES)('%s over http is refused before anything starts, with its name (ASVS 12.2.1)', (name) => {
  for (const origin of [
    'http://partners.example',
    'http://10.0.0.7:3000',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'ftp://partners.example',
    'partners.example',
  ])
    expect(() => readConfig({ [name]: origin }), origin).toThrow(ConfigError)
  expect(() => readConfig({ [name]: 'http://partners.example' })).toThrow(
    `${name}: must begin with https://, unless it names this machine`,
  )
})

test.each(NAMES)('%s is taken over https, and of this machine without it', (name) => {
  for (const origin of [
    'https://partners.example',
    'http://localhost:3000',
    'http://embed.localhost:3000',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
  ])
    expect(() => readConfig({ [name]: origin }), origin).not.toThrow()
})

test.each(NAMES)('%s is taken as browsers write it, and refused where it is more than an origin', (name) => {
  const key = {
    PUBLIC_ORIGIN: 'publicOrigin',
    EMBED_ORIGIN: 'embedOrigin',
    AUTH_ORIGIN: 'authOrigin',
  } as const
  for (const origin of [
    'https://partners.example',
    'https://partners.example/',
    'https://Partners.Example:443',
    'HTTPS://partners.example/',
  ])
    expect(readConfig({ [name]: origin })[key[name]], origin).toBe('https://partners.example')
  for (const more of ['/liaison', '/?a=1', '/#a', '//'])
    expect(() => readConfig({ [name]: `https://partners.example${more}` }), more).toThrow(
      `${name}: must be an origin alone`,
    )
  expect(() => readConfig({ [name]: 'https://a:b@partners.example' })).toThrow('without a path or a login')
})

test('the origin of client certificates is one, too', () => {
  const proxies = { MTLS_CERTIFICATE_HEADER: 'Client-Cert', MTLS_PROXIES: '10.0.0.1' }
  const read = (MTLS_ORIGIN: string) => readConfig({ ...proxies, MTLS_ORIGIN }).mtlsOrigin
  expect(read('https://mtls.example/')).toBe('https://mtls.example')
  expect(() => read('https://mtls.example/oauth')).toThrow('MTLS_ORIGIN: must be an origin alone')
})
