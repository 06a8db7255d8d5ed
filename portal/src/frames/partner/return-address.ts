const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Where a browser is led when somebody did not allow access (RFC 6749 section 4.1.2.1, RFC 9207), to see what the
 * application makes of it; null for an address that no client returns to.
 */
export function tryAddress(address: string, issuer: string): string | null {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  const isOnOwnMachine = url.protocol === 'http:' && loopbackHosts.has(url.hostname)
  if (url.protocol !== 'https:' && !isOnOwnMachine) return null
  url.searchParams.set('error', 'access_denied')
  url.searchParams.set('state', 'try')
  url.searchParams.set('iss', issuer)
  return url.href
}
