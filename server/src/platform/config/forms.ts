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

/** An address or a name to listen at: no address of a page, and no port. */
export function listenAddress() {
  return z
    .string()
    .refine(
      (text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text),
      'must be an address of this machine such as 0.0.0.0, or a name, without a port',
    )
}

const ADDRESS_ALONE = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/
const NAMED_ADDRESS = /^(?:(?:"[^"\r\n]+"|[^"<>@,;\r\n]+) ?)?<([^<>]+)>$/

/** The sender of mails: an address, perhaps with a name before it. */
export function mailSender() {
  return z
    .string()
    .refine(
      (text) => ADDRESS_ALONE.test(NAMED_ADDRESS.exec(text)?.[1] ?? text),
      'must be an address such as partners@provider.example, or a name with one: Partners <partners@provider.example>',
    )
}
