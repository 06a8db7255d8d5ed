import { BlockList, isIP } from 'node:net'

type Range = readonly [network: string, prefix: number]

/** IPv4 addresses that are not globally reachable. Source: IANA special-purpose registry (RFC 6890). */
const NOT_GLOBAL_V4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Parts of 2000::/3 that are not globally reachable, or that lead to IPv4 by another way. */
const NOT_GLOBAL_V6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
]

// Addresses below and above the IPv4-mapped ones: a range across those would match every IPv4 address.
const BELOW_MAPPED = '::fffe:ffff:ffff'
const ABOVE_MAPPED = '::1:0:0:0'
const LAST_V6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

/** Everything but global addresses, in every way of writing them; IPv4-mapped addresses count as the IPv4 address. */
export const NOT_GLOBAL = new BlockList()
addNotGlobal(NOT_GLOBAL)

/** Adds everything but global addresses to a list. */
export function addNotGlobal(list: BlockList): void {
  for (const [network, prefix] of NOT_GLOBAL_V4) list.addSubnet(network, prefix, 'ipv4')
  for (const [network, prefix] of NOT_GLOBAL_V6) list.addSubnet(network, prefix, 'ipv6')
  list.addRange('::', BELOW_MAPPED, 'ipv6')
  list.addRange(ABOVE_MAPPED, '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6')
  list.addRange('4000::', LAST_V6, 'ipv6')
}

/** Everything but the loopback addresses: plain HTTP stays on the machine. */
export const NOT_LOOPBACK = new BlockList()
NOT_LOOPBACK.addRange('0.0.0.0', '126.255.255.255', 'ipv4')
NOT_LOOPBACK.addRange('128.0.0.0', '255.255.255.255', 'ipv4')
NOT_LOOPBACK.addAddress('::', 'ipv6')
NOT_LOOPBACK.addRange('::2', BELOW_MAPPED, 'ipv6')
NOT_LOOPBACK.addRange(ABOVE_MAPPED, LAST_V6, 'ipv6')

/** Whether a list blocks an address; what is no address is not blocked here but when it is resolved. */
export function isBlocked(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Where endpoints may be. */
export interface AddressRules {
  /** Plain HTTP to this machine is for trying things out: demo and development only. */
  readonly allowsLoopback: boolean
  /** Our own hosts, with ports: we do not call ourselves. */
  readonly ownHosts: readonly string[]
  /** Networks of the provider's own that are not global and in which endpoints may be all the same. */
  readonly allowedNets?: { readonly isEmpty: boolean; holds(address: string): boolean }
}

const PORTS = new Set(['', '443', '8443'])
const LOCAL_NAME = /(^|\.)(localhost|local|internal|lan|home\.arpa|localdomain|onion)$/
const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address is plain HTTP to this machine. */
export const isLoopback = (url: URL): boolean => url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname)

/** Dots at the end of a name say that it is whole, and lead to the same place. */
const withoutEnd = (name: string): string => name.replace(/\.+$/, '')

const hostOf = ({ hostname, port }: URL): string => `${withoutEnd(hostname)}${port === '' ? '' : `:${port}`}`

function faultOfHost(url: URL, allowedNets: AddressRules['allowedNets']): string | null {
  const host = withoutEnd(url.hostname)
  const literal = host.startsWith('[') ? host.slice(1, -1) : host
  if (allowedNets?.holds(literal)) return null
  if (isIP(literal) !== 0)
    return isBlocked(NOT_GLOBAL, literal) || literal.startsWith('::ffff:')
      ? 'must be reachable from the Internet'
      : null
  // Where a name of the provider's own network leads is seen when it is connected to.
  const isLocal = LOCAL_NAME.test(host) || !host.includes('.')
  return isLocal && (allowedNets?.isEmpty ?? true) ? 'must be reachable from the Internet' : null
}

/**
 * What is wrong with the address of an endpoint; null when nothing is. Addresses in decimal, octal or hexadecimal are
 * read as browsers read them. A name can still lead to a private address: that is refused when it is connected to.
 */
export function findUrlFault(text: string, rules: AddressRules): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:\/\//i.test(text)) return 'must be an https address'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  if (url.hash !== '') return 'must not have a fragment'
  if (rules.ownHosts.includes(hostOf(url))) return 'must not be an address of this service'
  if (rules.allowsLoopback && isLoopback(url)) return null
  if (url.protocol !== 'https:') return 'must be an https address'
  if (!PORTS.has(url.port)) return 'must use port 443 or 8443'
  return faultOfHost(url, rules.allowedNets)
}
