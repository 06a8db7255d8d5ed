import { BlockList, isIP } from 'node:net'

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
