import { expect, test } from 'vitest'
import { domainOf } from './rules.ts'

test.each([
  ['acme.com', 'acme.com'],
  ['Acme.COM', 'acme.com'],
  ['www.acme.com', 'acme.com'],
  ['https://www.acme.com/about?x=1', 'acme.com'],
  ['http://acme.com:8080', 'acme.com'],
  ['acme.com.', 'acme.com'],
  ['www.com', 'www.com'],
  ['shop.acme.com', 'shop.acme.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['acme', null],
  ['192.168.1.1', null],
  ['ann@acme.com', null],
  ['-acme.com', null],
  ['', null],
])('of %j the domain is %j, whatever the spelling (D12)', (text, domain) => {
  expect(domainOf(text)).toBe(domain)
})
