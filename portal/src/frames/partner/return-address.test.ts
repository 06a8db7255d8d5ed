import { expect, test } from 'vitest'

import { tryAddress } from './return-address.ts'

const issuer = 'https://access.example/oauth'

test('a return address opens as after somebody did not allow access, with what it has already (S15)', () => {
  const opened = new URL(tryAddress('https://app.example/back?to=a', issuer) ?? '')
  expect(opened.origin + opened.pathname).toBe('https://app.example/back')
  expect(Object.fromEntries(opened.searchParams)).toEqual({
    to: 'a',
    error: 'access_denied',
    state: 'try',
    iss: issuer,
  })
  expect(tryAddress('http://127.0.0.1:4000/back', issuer)).toContain('http://127.0.0.1:4000/back?error=')
})

test.each(['javascript:alert(1)', 'http://app.example/', 'app.example', 'data:text/html,x', ''])(
  'nothing opens that no client returns to: %s',
  (address) => expect(tryAddress(address, issuer)).toBeNull(),
)
