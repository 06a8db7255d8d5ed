import { z } from 'zod'

/** What never leaves the machine, so that browsers trust it without TLS. Source: W3C Secure Contexts, section 3.1. */
function isThisMachine(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(host) || host.endsWith('.localhost')
}

/** Whether nobody reaches this origin but from this machine. */
export const isOfThisMachine = (origin: string): boolean => isThisMachine(new URL(origin).hostname)

/** Whether an address names an origin and nothing behind or before it: what is put together with it would lead elsewhere. */
function isOriginAlone(text: string): boolean {
  const { username, password, pathname, search, hash } = new URL(text)
  return pathname === '/' && username + password + search + hash === ''
}

/** An origin as browsers write it: without a slash at its end or the port of its scheme, in small letters. */
const asOrigin = (schema: z.ZodURL) =>
  schema
    .refine(
      (text) => !URL.canParse(text) || isOriginAlone(text),
      'must be an origin alone, such as https://partners.example, without a path or a login',
    )
    .transform((text) => new URL(text).origin)

/** An origin that is reached over TLS alone. */
export function tlsOrigin() {
  return asOrigin(z.url({ protocol: /^https$/ })).optional()
}

/** An origin at which browsers and clients find us: over TLS, unless it names this machine (ASVS 12.2.1). */
export function browserOrigin() {
  return asOrigin(
    z
      .url({ protocol: /^https?$/ })
      .refine(
        (text) => !URL.canParse(text) || /^https:/i.test(text) || isThisMachine(new URL(text).hostname),
        'must begin with https://, unless it names this machine',
      ),
  ).optional()
}
