import { isCidr, isIpListWithin } from '@liaison/access'
import type { Conditions } from '@liaison/access'
import { z } from 'zod'
import type { Language } from '#platform/words/language.ts'
import { CONSENT_WORDS } from './words/index.ts'

export const MOST_NETWORKS = 50
export const LONGEST_NETWORKS_TEXT = 4000

/** The networks that calls under a consent may come from; none where they may come from anywhere. */
export type Networks = readonly string[]

/** One network as it is handed in: an address or a range. */
export const Network = z
  .string()
  .max(50)
  .refine(isCidr, { message: 'must be an address or a range such as 192.0.2.0/24' })

/** What was written as networks, one a line or parted by commas; besides, what of it is none. */
export function readNetworks(written: string): {
  readonly networks: Networks
  readonly unread: readonly string[]
} {
  const networks = [...new Set(written.split(/[\s,]+/).filter((text) => text !== ''))]
  return { networks, unread: networks.filter((text) => !isCidr(text)) }
}

/** Whether calls from everywhere in `wanted` were let in before. */
export function isWithinNetworks(wanted: Networks, held: Networks): boolean {
  return held.length === 0 || (wanted.length > 0 && isIpListWithin(wanted, held))
}

/** Networks as the delegation keeps them, where the kernel reads them. */
export function conditionsOf(networks: Networks): Partial<Conditions> {
  return networks.length === 0 ? {} : { ip_mode: 'enforce', ip_allow: networks }
}

/** Networks in a sentence; undefined where calls may come from anywhere. */
export function networksSentence(networks: Networks | undefined, language: Language): string | undefined {
  return networks && networks.length > 0
    ? CONSENT_WORDS[language].networks.kept(networks.join(', '))
    : undefined
}
