import { BlockList } from 'node:net'
import type { SocketAddress } from 'node:net'
import { listOf, parseNet } from '#platform/networks.ts'
import type { Net } from '#platform/networks.ts'
import { addNotGlobal, isBlocked } from './addresses.ts'

/** Blocks what is neither global nor in the networks; begins as the list of everything that is not global. */
class OnlyAllowed extends BlockList {
  readonly #allowed: BlockList

  constructor(nets: readonly Net[]) {
    super()
    addNotGlobal(this)
    this.#allowed = listOf(nets)
  }

  override check(address: string, family?: 'ipv4' | 'ipv6'): boolean
  override check(address: SocketAddress): boolean
  override check(address: never, family?: 'ipv4' | 'ipv6'): boolean {
    return super.check(address, family) && !this.#allowed.check(address, family)
  }
}

/** The networks of the provider's own in which endpoints may be, besides the Internet. */
export interface AllowedNets {
  readonly isEmpty: boolean
  /** What is not connected to. */
  readonly blocked: BlockList
  /** Whether a literal address is in one of them. */
  holds(address: string): boolean
}

/** Reads networks that `findNetFault` found no fault with. */
export function readAllowedNets(texts: readonly string[]): AllowedNets {
  const nets = texts.flatMap((text) => parseNet(text) ?? [])
  const list = listOf(nets)
  return {
    isEmpty: nets.length === 0,
    blocked: new OnlyAllowed(nets),
    holds: (address) => isBlocked(list, address),
  }
}
