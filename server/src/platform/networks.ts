import { BlockList, isIP, isIPv6 } from 'node:net'

/** A range of addresses. */
export interface Net {
  readonly network: string
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** What no installation opens: this machine itself and the addresses of clouds' metadata. */
const NEVER = [
  { network: '127.0.0.0', prefix: 8, family: 'ipv4' },
  { network: '169.254.0.0', prefix: 16, family: 'ipv4' },
  { network: '0.0.0.0', prefix: 8, family: 'ipv4' },
  { network: '::', prefix: 127, family: 'ipv6' },
  { network: 'fe80::', prefix: 10, family: 'ipv6' },
  { network: 'fd00:ec2::', prefix: 32, family: 'ipv6' },
  { network: '::ffff:0:0', prefix: 96, family: 'ipv6' },
] as const satisfies readonly Net[]

const PREFIX = /^([^/]+)\/(\d{1,3})$/

/** A range in CIDR form; null for anything else. */
export function parseNet(text: string): Net | null {
  const [, network = '', bits = ''] = PREFIX.exec(text) ?? []
  const version = isIP(network)
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return null
  return { network, prefix: Number(bits), family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** A list that blocks, or names, the addresses of ranges. */
export function listOf(nets: readonly Net[]): BlockList {
  const list = new BlockList()
  for (const { network, prefix, family } of nets) list.addSubnet(network, prefix, family)
  return list
}

/** Whether two networks share an address: then the smaller one's first address is in the larger one. */
function overlaps(one: Net, other: Net): boolean {
  if (one.family !== other.family) return false
  return listOf([one]).check(other.network, other.family) || listOf([other]).check(one.network, one.family)
}

/**
 * What is wrong with a list of networks that endpoints may be in although they are not global; null when nothing is.
 * This machine and link-local addresses are in none.
 */
export function findNetFault(text: string): string | null {
  const net = parseNet(text)
  if (!net) return `${text} must be a network such as 10.20.0.0/16`
  return NEVER.some((never) => overlaps(never, net))
    ? `${text} must not hold loopback or link-local addresses`
    : null
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.split('::', 2)
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
    : []
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16) || 0)
}

const MAPPED = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/

/**
 * An address as everybody writes it: one of IPv4 that came over a socket of IPv6 (RFC 4291 section 2.5.5.2) is one of IPv4, which
 * networks name and the log keeps.
 */
export function plainOf(address: string): string {
  if (!/^[0:]+:ffff:/i.test(address) || !isIPv6(address)) return address
  const [, high, low] = MAPPED.exec(new URL(`http://[${address}]`).hostname) ?? []
  if (high === undefined || low === undefined) return address
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
  return bytes.join('.')
}

const toHex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

/** What one caller is counted under: the address, or the /64 of IPv6, which one household or office has to itself. */
export function networkOf(address: string): string {
  const text = plainOf(address)
  return isIPv6(text) ? `${toHex(groupsOf(text).slice(0, 4))}::/64` : text
}

/** What is kept of an address: the /24, or the /48 of IPv6. */
export function prefixOf(address: string): string {
  const text = plainOf(address)
  if (isIPv6(text)) return `${toHex(groupsOf(text).slice(0, 3))}::/48`
  const [one = '0', two = '0', three = '0'] = text.split('.')
  return `${one}.${two}.${three}.0/24`
}
