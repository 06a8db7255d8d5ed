import type { Introspection, KnownNumbers } from './guard.ts'

export interface IntrospectionOptions {
  readonly endpoint: URL
  /** The credential that the provider issued for this API, sent as `Authorization: Bearer` (RFC 7662 section 2.1). */
  readonly credential: string
  readonly fetch?: typeof globalThis.fetch
  readonly timeoutMs?: number
}

/** The numbers behind a token that names its account by reference; null for any other token. */
function readNumbers(body: object): KnownNumbers | null {
  const {
    customer_ban: customerBan,
    customer_ref: ref,
    billing,
  }: Readonly<Record<string, unknown>> = {
    ...body,
  }
  if (typeof customerBan !== 'string' || typeof ref !== 'string') return null
  const payer = typeof billing === 'object' && billing !== null && 'ban' in billing ? billing.ban : null
  return { customerBan, billingBan: typeof payer === 'string' ? payer : null }
}

/**
 * Asks the introspection endpoint about every token; nothing is kept, so a revocation holds at the next request.
 * Anything but a clear answer throws. Source: RFC 7662 section 2.
 */
export function createIntrospection(options: IntrospectionOptions): Introspection {
  const { endpoint, credential, fetch = globalThis.fetch, timeoutMs = 2000 } = options
  return async (token) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { Accept: 'application/json', Authorization: `Bearer ${credential}` },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    })
    if (response.status !== 200) throw new Error(`introspection was answered with ${response.status}`)
    const body: unknown = await response.json()
    if (typeof body !== 'object' || body === null || !('active' in body))
      throw new Error('introspection was answered without a state')
    return body.active === true && (readNumbers(body) ?? true)
  }
}
