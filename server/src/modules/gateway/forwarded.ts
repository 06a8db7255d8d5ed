import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { ProblemError } from '#platform/problem.ts'

/** The original request as an authenticated gateway describes it. */
export interface ForwardedRequest {
  readonly method: string
  /** Scheme and authority that the caller addressed, in lower case, without a default port. */
  readonly origin: string
  /** Path and query as the upstream will see them. */
  readonly target: string
  /** The address that the gateway saw. */
  readonly ip: string
}

/** What older gateways call the same things; present, they must say the same. */
const TWINS: readonly (readonly [ours: string, twins: readonly string[]])[] = [
  ['x-forwarded-method', ['x-original-method']],
  ['x-forwarded-uri', ['x-original-uri', 'x-original-url', 'x-rewrite-url']],
  ['x-forwarded-host', ['x-original-host']],
]

/** Fields that describe the request or carry its evidence: each comes at most once. */
const SINGLE = new Set([
  'authorization',
  'dpop',
  'x-client-certificate',
  'x-gateway-authorization',
  'x-forwarded-method',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-uri',
  'x-forwarded-for',
])

function refuse(detail: string): ProblemError {
  return new ProblemError(400, 'FORWARDED_REQUEST_UNREADABLE', detail)
}

function countFields({ rawHeaders }: IncomingMessage): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), rawHeaders[index + 1] ?? ''])
  }
  return fields
}

function readOrigin(proto: string, host: string): string {
  const isWritten = /^https?$/.test(proto) && /^[a-z0-9.-]{1,253}(?::[0-9]{1,5})?$/i.test(host)
  // Some gateways hand on whatever the caller wrote: a port or an address that there cannot be is its fault, and no outage.
  const url = isWritten ? URL.parse(`${proto}://${host}`) : null
  if (!url) throw refuse('X-Forwarded-Proto and X-Forwarded-Host must name one scheme and one host.')
  return url.origin
}

/** The last address of the list is the one that the gateway itself saw; whatever stands before it the caller may have written. */
function readAddress(list: string): string {
  const address = list.split(',').at(-1)?.trim() ?? ''
  if (isIP(address) === 0) throw refuse('X-Forwarded-For must end with the address that the gateway saw.')
  return address
}

/**
 * Reads what the gateway says of the original request. Throws 400 when a field is missing, comes twice, or contradicts
 * its older twin: no guess is made between two stories. Source: delegation.md section 5 (the contract), attack 67.
 */
export function readForwarded(message: IncomingMessage): ForwardedRequest {
  const fields = countFields(message)
  for (const [name, values] of fields)
    if (SINGLE.has(name) && values.length > 1) throw refuse(`${name} came more than once.`)
  const need = (name: string): string => {
    const value = fields.get(name)?.[0] ?? ''
    if (value === '') throw refuse(`${name} is missing.`)
    return value
  }
  for (const [ours, twins] of TWINS)
    for (const twin of twins)
      for (const value of fields.get(twin) ?? [])
        if (value !== '' && value !== fields.get(ours)?.[0]) throw refuse(`${twin} contradicts ${ours}.`)
  const method = need('x-forwarded-method')
  if (!/^[A-Z]{3,10}$/.test(method)) throw refuse('X-Forwarded-Method must be one method.')
  return {
    method,
    origin: readOrigin(need('x-forwarded-proto'), need('x-forwarded-host')),
    target: need('x-forwarded-uri'),
    ip: readAddress(need('x-forwarded-for')),
  }
}
