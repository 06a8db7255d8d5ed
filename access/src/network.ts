/** A block of addresses that share a prefix; both ends are included. */
interface Range {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

const WIDTH = { 4: 32n, 6: 128n } as const
const MAPPED_PREFIX = 0xffffn
const OCTET = /^(0|[1-9][0-9]{0,2})$/
const GROUP = /^[0-9a-f]{1,4}$/i

function parseIpv4(text: string): bigint | null {
  const octets = text.split('.')
  if (octets.length !== 4) return null
  let value = 0n
  for (const octet of octets) {
    // A leading zero is refused because some software reads it as octal.
    if (!OCTET.test(octet) || Number(octet) > 255) return null
    value = (value << 8n) | BigInt(octet)
  }
  return value
}

/** Splits groups on colons, with a final dotted quad written as two groups; null when a group is malformed. */
function parseGroups(text: string): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    const quad = index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : null
    if (quad !== null) groups.push(Number(quad >> 16n), Number(quad & 0xffffn))
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16))
    else return null
  }
  return groups
}

/** The groups of an IPv6 text with its `::` filled in; null when there are not exactly eight. */
function expandGroups(text: string): number[] | null {
  const halves = text.split('::')
  const [left = '', right = ''] = halves
  // A dotted quad may only end the text, so none may stand before a `::`.
  if (halves.length > 2 || (halves.length === 2 && left.includes('.'))) return null
  const head = parseGroups(left)
  const tail = parseGroups(right)
  if (!head || !tail) return null
  if (halves.length === 1) return head.length === 8 ? head : null
  const missing = 8 - head.length - tail.length
  return missing < 1 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

function parseIpv6(text: string): bigint | null {
  const groups = expandGroups(text)
  if (!groups) return null
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n)
}

function parseAddress(text: string): Address | null {
  if (!text.includes(':')) {
    const value = parseIpv4(text)
    return value === null ? null : { family: 4, value }
  }
  const value = parseIpv6(text)
  return value === null ? null : { family: 6, value }
}

/** An IPv4 address seen through a dual-stack socket (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is that address. */
function unmap(address: Address): Address {
  if (address.family === 6 && address.value >> 32n === MAPPED_PREFIX) {
    return { family: 4, value: address.value & 0xffffffffn }
  }
  return address
}

function toRange(address: Address, prefix: bigint): Range {
  const width = WIDTH[address.family]
  if (address.family === 6 && prefix >= 96n && address.value >> 32n === MAPPED_PREFIX) {
    return toRange(unmap(address), prefix - 96n)
  }
  const span = (1n << (width - prefix)) - 1n
  return { family: address.family, first: address.value & ~span, last: address.value | span }
}

function parseRange(text: string): { range: Range; exact: boolean } | null {
  const [host = '', length, ...rest] = text.split('/')
  const address = parseAddress(host)
  if (!address || rest.length > 0) return null
  const width = WIDTH[address.family]
  if (length !== undefined && (!OCTET.test(length) || BigInt(length) > width)) return null
  const prefix = length === undefined ? width : BigInt(length)
  const hostBits = (1n << (width - prefix)) - 1n
  return { range: toRange(address, prefix), exact: (address.value & hostBits) === 0n }
}

/**
 * Whether a text is a CIDR range or a single address in strict notation, without bits set behind the prefix (as
 * PostgreSQL's `cidr` demands). Source: RFC 4632 section 3.1, RFC 4291 sections 2.2 and 2.3.
 */
export function isCidr(text: string): boolean {
  return parseRange(text)?.exact ?? false
}

function rangesOf(list: readonly string[]): Range[] {
  return list.map(parseRange).flatMap((parsed) => (parsed?.exact ? [parsed.range] : []))
}

/** Whether an address lies in one of the ranges. A malformed address or range never matches. */
export function isIpAllowed(ip: string, list: readonly string[]): boolean {
  const parsed = parseAddress(ip)
  if (!parsed) return false
  const { family, value } = unmap(parsed)
  return rangesOf(list).some(
    (range) => range.family === family && range.first <= value && value <= range.last,
  )
}

/** Joins overlapping and adjoining ranges, so that containment can be read off one range at a time. */
function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  const sorted = ranges.toSorted((a, b) => a.family - b.family || (a.first < b.first ? -1 : 1))
  for (const range of sorted) {
    const previous = merged.at(-1)
    if (previous?.family === range.family && range.first <= previous.last + 1n) {
      const last = previous.last > range.last ? previous.last : range.last
      merged[merged.length - 1] = { ...previous, last }
    } else merged.push(range)
  }
  return merged
}

function isInside(inner: Range, outer: Range): boolean {
  return inner.family === outer.family && outer.first <= inner.first && inner.last <= outer.last
}

/** Whether every address of the first list is also in the second, however the ranges are cut. */
export function isIpListWithin(inner: readonly string[], outer: readonly string[]): boolean {
  const containers = mergeRanges(rangesOf(outer))
  return rangesOf(inner).every((range) => containers.some((container) => isInside(range, container)))
}

/**
 * The ranges that lie in both lists, in the notation they were written in. Allow-lists of partner, tenant and link
 * combine so. Source: managed-tenants.md section 9, answer 6.
 */
export function intersectIpLists(a: readonly string[], b: readonly string[]): string[] {
  const both = [
    ...a.filter((text) => isCoveredByOne(text, b)),
    ...b.filter((text) => isCoveredByOne(text, a)),
  ]
  return [...new Set(both)]
}

/** Two CIDR ranges are nested or apart, so a range is in the intersection when one range of the other list holds it. */
function isCoveredByOne(text: string, list: readonly string[]): boolean {
  const [range] = rangesOf([text])
  return range !== undefined && rangesOf(list).some((container) => isInside(range, container))
}
