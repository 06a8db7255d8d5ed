import { accessSync, constants } from 'node:fs'
import { isIP } from 'node:net'
import { z } from 'zod'
import { parseNet } from '../networks.ts'

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** The path of a file that is there, so that a missing one stops a start before the database is touched. */
export function readableFile() {
  return z.string().refine(isReadable, 'must be a file that can be read').optional()
}

function hasReadableLogin(text: string): boolean {
  if (!URL.canParse(text)) return true
  try {
    const { username, password } = new URL(text)
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

/** The address of a service of the operator's, perhaps with a login: what libraries read only when it is used. */
export function serviceAddress(protocol: RegExp) {
  return z
    .url({ protocol })
    .refine(hasReadableLogin, 'must have each % of its login written as %25')
    .optional()
}

/** Names of ranges that the library which reads the addresses of proxies knows. */
const KNOWN_RANGES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** What is wrong with the name of a proxy that is believed; null when nothing is. */
export function findProxyFault(text: string): string | null {
  return isIP(text) !== 0 || parseNet(text) !== null || KNOWN_RANGES.has(text)
    ? null
    : `${text} must be an address or a network such as 10.20.0.0/16`
}
