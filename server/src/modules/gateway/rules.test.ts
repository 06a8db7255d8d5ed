import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { digestCredential, makeCredential, readCredential } from './credential.ts'
import { findRoute, isTemplate } from './matching.ts'
import type { ProtectedRoute } from './matching.ts'
import { readPlainTarget } from './raw-path.ts'
import { makeContextSigner } from './signer.ts'

const READ = 'api.orders.read' as const

describe('a path', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,10}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}`)

  test('of plain segments is taken as it is', () => {
    fc.assert(fc.property(path, (plain) => readPlainTarget(`${plain}?a=1`)?.path === plain))
  })

  test('that any decoder, normaliser or router could read differently is refused', () => {
    const traps = [
      '/../',
      '/./',
      '//',
      '%2f',
      '%2F',
      '%5c',
      '%00',
      '%25',
      '%2e',
      '%41',
      ';x',
      '\\',
      '#',
      // A percent sign that begins no escape: what follows must not be able to complete one, as `%` before `20` would.
      '%/',
      '%2/',
      '%zz',
      '%ff',
      '\u00e9',
      ' ',
      '\n',
    ]
    fc.assert(
      fc.property(
        path,
        fc.constantFrom(...traps),
        path,
        (left, trap, right) => readPlainTarget(`${left}${trap}${right.slice(1)}`) === null,
      ),
    )
  })

  test('that was taken says the same to a URL parser and decoded as it does plainly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 30 }), (text) => {
        const target = readPlainTarget(`/${text}`)
        if (!target) return true
        return (
          new URL(target.path, 'https://a.example').pathname === target.path &&
          !decodeURIComponent(target.path).includes('//')
        )
      }),
    )
  })

  test('may hold encoded letters of other scripts', () => {
    expect(readPlainTarget('/v1/customers/B%C3%84N/orders')?.path).toBe('/v1/customers/B%C3%84N/orders')
  })
})

describe('a route table', () => {
  const routes: ProtectedRoute[] = [
    { template: '/v1/customers/{customer_ban}/orders', permission: READ },
    { template: '/v1/customers/{customer_ban}/{anything}', permission: 'api.services.read' },
    { template: '/v1/{a}/x', permission: READ },
    { template: '/v1/y/{b}', permission: READ },
  ]

  test('prefers the more literal template, and reads the account', () => {
    expect(findRoute(routes, '/v1/customers/BAN-1/orders')).toMatchObject({
      permission: READ,
      accountName: 'BAN-1',
    })
    expect(findRoute(routes, '/v1/customers/B%C3%84N/services')).toMatchObject({
      permission: 'api.services.read',
      accountName: 'BÄN',
    })
  })

  test('allows nothing that two templates claim alike, and nothing that none claims', () => {
    expect(findRoute(routes, '/v1/y/x')).toBeNull()
    expect(findRoute(routes, '/v1/customers//orders')).toBeNull()
    expect(findRoute(routes, '/v1/customers/BAN-1')).toBeNull()
    expect(findRoute(routes, '/v1/customers/BAN-1/orders/')).toBeNull()
  })

  test('takes templates of literal segments and parameters with different names only', () => {
    expect(['/a/{b}/c', '/a.b/{c_d}'].every(isTemplate)).toBe(true)
    expect(
      ['a', '/', '/a//b', '/a/{b}{c}', '/a/x{b}', '/{a}/{a}', '/a/../b', '/a%2fb', '/*'].some(isTemplate),
    ).toBe(false)
  })
})

test('a credential is told by its digest, and by nothing but a Bearer field of its form', () => {
  const { text, hint } = makeCredential(Buffer.alloc(32, 7))
  expect(readCredential(`Bearer ${text}`)).toEqual(digestCredential(text))
  // The scheme has no case (RFC 9110 section 11.1).
  expect(readCredential(`bearer ${text}`)).toEqual(digestCredential(text))
  expect(hint).not.toContain(text.slice(8, 40))
  expect([`Bearer${text}`, text, `Bearer ${text}x`, [text], undefined].map(readCredential)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})

test('contexts are signed by the newest key, and every accepted key is published', async () => {
  const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const signer = makeContextSigner({ signingKeys: () => keys })
  const signed = signer.sign({ sub: 'x' })
  const published = signer.publicKeys().keys
  expect(published).toHaveLength(2)
  expect(decodeProtectedHeader(signed).kid).toBe(published[0]?.kid)
  expect(JSON.stringify(published)).not.toContain('"d"')
  for (const jwk of published) expect(await importJWK(jwk, 'ES256')).toBeDefined()
  const [first] = published
  if (!first) throw new Error('no key')
  await expect(jwtVerify(signed, await importJWK(first, 'ES256'))).resolves.toBeDefined()
})

test('every process of an installation signs contexts with the same key', () => {
  const [one, other] = [makeVault('a root of this test'), makeVault('a root of this test')].map((vault) =>
    makeContextSigner(vault).publicKeys(),
  )
  expect(one).toEqual(other)
  expect(makeContextSigner(makeVault('another root of it')).publicKeys()).not.toEqual(one)
})
