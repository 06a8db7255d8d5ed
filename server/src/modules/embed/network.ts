import { isIPv6 } from 'node:net'

/** The groups of an IPv6 address, eight of them. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.split('::', 2)
  const before = head === '' ? [] : head.split(':')
  const after = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::')
    ? Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
    : []
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16) || 0)
}

function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}

const toHex = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(':')

/** What one caller is counted under: the address, or the /64 of IPv6, which one household or office has to itself. */
export function callerOf(address: string): string {
  const text = plain(address)
  return isIPv6(text) ? `${toHex(groupsOf(text).slice(0, 4))}::/64` : text
}

/** What is kept of an address: the /24, or the /48 of IPv6. */
export function prefixOf(address: string): string {
  const text = plain(address)
  if (isIPv6(text)) return `${toHex(groupsOf(text).slice(0, 3))}::/48`
  const [one = '0', two = '0', three = '0'] = text.split('.')
  return `${one}.${two}.${three}.0/24`
}
