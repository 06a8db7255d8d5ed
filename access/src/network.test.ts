import fc from 'fast-check'
import { expect, test } from 'vitest'
import { intersectIpLists, isCidr, isIpAllowed, isIpListWithin } from './network.ts'

const formatV4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => String((value >>> shift) & 255)).join('.')

const anyV4 = fc.nat({ max: 0xffffffff })

/** An IPv4 block near a given value, as text and as the first and last number in it. */
const anyBlock = fc.tuple(anyV4, fc.nat({ max: 32 })).map(([value, prefix]) => {
  const size = 2 ** (32 - prefix)
  const first = Math.floor(value / size) * size
  return { text: `${formatV4(first)}/${prefix}`, first, last: first + size - 1 }
})

/** Blocks within one small network, so that generated lists overlap. */
const smallBlock = fc.tuple(fc.nat({ max: 31 }), fc.integer({ min: 27, max: 32 })).map(([value, prefix]) => {
  const size = 2 ** (32 - prefix)
  return `192.0.2.${Math.floor(value / size) * size}/${prefix}`
})
const smallList = fc.array(smallBlock, { maxLength: 4 })
const smallAddresses = Array.from({ length: 34 }, (_, index) => `192.0.2.${index}`)

const anyGroups = fc.array(fc.nat({ max: 0xffff }), { minLength: 8, maxLength: 8 })
const formatV6 = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

test('an IPv4 address is in a block exactly from its first to its last number', () => {
  const near = anyBlock.chain((block) =>
    fc.tuple(
      fc.constant(block),
      fc.oneof(anyV4, fc.constantFrom(block.first - 1, block.first, block.last, block.last + 1)),
    ),
  )
  fc.assert(
    fc.property(near, ([block, value]) => {
      fc.pre(value >= 0 && value <= 0xffffffff)
      return isIpAllowed(formatV4(value), [block.text]) === (value >= block.first && value <= block.last)
    }),
  )
})

test('an IPv6 address is in a block exactly when its leading bits are the same', () => {
  const toBinary = (groups: readonly number[]) =>
    groups.map((group) => group.toString(2).padStart(16, '0')).join('')
  const pair = fc
    .tuple(anyGroups, fc.nat({ max: 128 }), fc.nat({ max: 127 }))
    .map(([groups, prefix, flip]) => {
      const bits = toBinary(groups)
      const network = bits.slice(0, prefix).padEnd(128, '0')
      const flipped = bits.slice(0, flip) + (bits.charAt(flip) === '1' ? '0' : '1') + bits.slice(flip + 1)
      const toText = (binary: string) =>
        formatV6((binary.match(/.{16}/g) ?? []).map((word) => Number.parseInt(word, 2)))
      return {
        block: `${toText(network)}/${prefix}`,
        own: toText(bits),
        flipped: toText(flipped),
        isIn: flip >= prefix,
      }
    })
  fc.assert(
    fc.property(pair, ({ block, own, flipped, isIn }) => {
      fc.pre(!own.startsWith('0:0:0:0:0:ffff:') && !flipped.startsWith('0:0:0:0:0:ffff:'))
      return isIpAllowed(own, [block]) && isIpAllowed(flipped, [block]) === isIn
    }),
  )
})

test('shortened IPv6 notation names the same address', () => {
  const list = ['2001:db8::/32']
  const same = ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', '2001:db8:0:0::1', '2001:db8::0.0.0.1']
  expect(same.filter((ip) => !isIpAllowed(ip, list))).toEqual([])
  expect(isIpAllowed('2001:db9::1', list)).toBe(false)
  expect(isIpAllowed('::', ['::/128'])).toBe(true)
})

test('an IPv4 address seen through a dual-stack socket is that address', () => {
  expect(isIpAllowed('::ffff:192.0.2.7', ['192.0.2.0/24'])).toBe(true)
  expect(isIpAllowed('::ffff:c000:207', ['192.0.2.7'])).toBe(true)
  expect(isIpAllowed('192.0.2.7', ['::ffff:192.0.2.0/120'])).toBe(true)
  expect(isIpAllowed('192.0.3.7', ['::ffff:192.0.2.0/120'])).toBe(false)
})

test('families are never mixed', () => {
  expect(isIpAllowed('192.0.2.7', ['::/0'])).toBe(false)
  expect(isIpAllowed('2001:db8::1', ['0.0.0.0/0'])).toBe(false)
})

test.each([
  '',
  '192.0.2',
  '192.0.2.256',
  '192.0.2.01',
  '192.0.2.1.1',
  '192.0.2.1/33',
  '192.0.2.1/',
  '192.0.2.0/24/8',
  '192.0.2.1/24',
  '192.0.2.0/-1',
  '192.0.2.0/024',
  ' 192.0.2.1',
  '0x7f.0.0.1',
  '3221225985',
  'localhost',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '192.0.2.1::',
  '::192.0.2.1:1',
  '2001:db8::1/32',
  '2001:db8::/129',
  '1:2:3:4:5:6:7:8::',
])('"%s" is no range, and nothing matches it', (text) => {
  expect(isCidr(text)).toBe(false)
  expect(isIpAllowed('192.0.2.1', [text])).toBe(false)
  expect(isIpAllowed('2001:db8::1', [text])).toBe(false)
})

test.each([
  '0.0.0.0/0',
  '255.255.255.255',
  '10.0.0.0/8',
  '::/0',
  '::1',
  '2001:db8::/32',
  '1:2:3:4:5:6:7::',
  '::ffff:192.0.2.0/120',
])('"%s" is a range', (text) => {
  expect(isCidr(text)).toBe(true)
})

test('a malformed address is in no range', () => {
  expect(['', '192.0.2.300', 'x', '1::2::3'].filter((ip) => isIpAllowed(ip, ['0.0.0.0/0', '::/0']))).toEqual(
    [],
  )
})

test('the intersection of two lists holds exactly the addresses in both', () => {
  fc.assert(
    fc.property(smallList, smallList, (a, b) => {
      const both = intersectIpLists(a, b)
      return smallAddresses.every(
        (ip) => isIpAllowed(ip, both) === (isIpAllowed(ip, a) && isIpAllowed(ip, b)),
      )
    }),
  )
})

test('a list is within another exactly when each of its addresses is', () => {
  fc.assert(
    fc.property(smallList, smallList, (inner, outer) => {
      const wanted = smallAddresses.every((ip) => !isIpAllowed(ip, inner) || isIpAllowed(ip, outer))
      return isIpListWithin(inner, outer) === wanted
    }),
  )
  expect(isIpListWithin(['10.0.0.0/8'], ['10.0.0.0/9', '10.128.0.0/9'])).toBe(true)
  expect(isIpListWithin(['10.0.0.0/8'], ['::/0'])).toBe(false)
})
