import { z } from 'zod'

/** What never leaves the machine, so that browsers trust it without TLS. Source: W3C Secure Contexts, section 3.1. */
function isThisMachine(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(host) || host.endsWith('.localhost')
}

/** An origin at which browsers and clients find us: over TLS, unless it names this machine (ASVS 12.2.1). */
export function browserOrigin() {
  return z
    .url({ protocol: /^https?$/ })
    .refine(
      (text) => !URL.canParse(text) || text.startsWith('https:') || isThisMachine(new URL(text).hostname),
      'must begin with https://, unless it names this machine',
    )
    .optional()
}
