import { z } from 'zod'

const LOCAL_HOST = /^(localhost|127\.0\.0\.1|[a-z0-9-]+(\.[a-z0-9-]+)*\.localhost)$/
// What a URL allows in a host is more than a Content-Security-Policy takes.
const ORIGIN = /^https?:\/\/([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/
const WILDCARD = /^https:\/\/\*\.((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(:\d{1,5})?$/

/** Whether an origin stands for all subdomains of a host. */
export const isWildcard = (origin: string): boolean => origin.includes('*')

/**
 * What is wrong with an origin that may show what is ours; null when nothing is. Exact: scheme, host and port, as browsers write
 * them; `https://*.agency.example` for all subdomains; plain HTTP for this machine alone.
 */
function findOriginFault(text: string): string | null {
  if (isWildcard(text)) return WILDCARD.test(text) ? null : 'must be of the form https://*.agency.example'
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || url.origin !== text || !ORIGIN.test(text))
    return 'must be an origin such as https://www.agency.example, without a path'
  if (url.protocol === 'http:' && !LOCAL_HOST.test(url.hostname)) return 'must begin with https://'
  return null
}

/** The origins of others that may show what is ours in their pages. */
export const AllowedOrigins = z
  .array(
    z
      .string()
      .max(255)
      .superRefine((text, context) => {
        const fault = findOriginFault(text)
        if (fault !== null)
          context.addIssue({ code: 'custom', message: fault, params: { code: 'ORIGIN_REFUSED' } })
      }),
  )
  .max(20)
  .refine((origins) => new Set(origins).size === origins.length, 'must not repeat an origin')

/** Whether an origin is one of those that are allowed. */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    if (!isWildcard(entry)) return entry === origin
    const [scheme, host = ''] = entry.split('://*')
    return (
      origin.startsWith(`${scheme}://`) &&
      origin.endsWith(host) &&
      origin.length > `${scheme}://${host}`.length
    )
  })
}
