import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  destinationOf,
  hostOfDestination,
  isBot,
  makeCode,
  networkOf,
  readUtm,
  referrerHost,
} from './rules.ts'

describe('codes', () => {
  test('a made code has eight letters and digits and none that looks like another (D5)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (random) => {
        const code = makeCode(random)
        expect(code === null || /^[A-HJKMNP-Z2-9]{8}$/.test(code)).toBe(true)
      }),
    )
  })

  test('every letter is equally likely (D5)', () => {
    const letters = Array.from({ length: 256 }, (_, byte) => makeCode(new Uint8Array(8).fill(byte))?.[0])
    const counts = new Map<string, number>()
    for (const letter of letters) if (letter !== undefined) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    expect(counts.size).toBe(31)
    expect(new Set(counts.values())).toEqual(new Set([8]))
  })
})

describe('clicks', () => {
  test('programs are told from browsers by their own words (D5)', () => {
    expect(isBot('Mozilla/5.0 (compatible; Googlebot/2.1)')).toBe(true)
    expect(isBot(undefined)).toBe(true)
    expect(isBot('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe(false)
  })

  test('of an address no more than its network is kept (D5)', () => {
    expect(networkOf('203.0.113.77')).toBe('203.0.113.0/24')
    expect(networkOf('::ffff:203.0.113.77')).toBe('203.0.113.0/24')
    expect(networkOf('2001:0db8:0001:2::77')).toBe('2001:db8:1::/48')
    expect(networkOf('2001:db8::77')).toBe('2001:db8:0::/48')
    expect(networkOf('nothing')).toBeNull()
  })

  test('a link hands on what it says of its campaign, the click, and nothing else (D5)', () => {
    const utm = readUtm(new URLSearchParams('utm_source=letter&email=ana%40example.test&gclid=x'))
    expect(utm).toEqual({ utm_source: 'letter', gclid: 'x' })
    expect(destinationOf('https://shop.example/start?a=1', { id: 'clk_1', utm })).toBe(
      'https://shop.example/start?a=1&gclid=x&utm_source=letter&click_id=clk_1',
    )
    expect(referrerHost('https://blog.example/post?secret=1')).toBe('blog.example')
    expect(referrerHost('javascript:alert(1)')).toBeNull()
  })

  test('a destination is an address over TLS without anybody in it (D5)', () => {
    expect(hostOfDestination('https://shop.example:8443/x')).toBe('shop.example')
    for (const bad of [
      'http://shop.example',
      'https://ana@shop.example',
      'javascript:alert(1)',
      '//shop.example',
    ])
      expect(hostOfDestination(bad), bad).toBeNull()
  })
})
