import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { refuse } from './basis.ts'
import { Confirmation } from './claims-schema.ts'
import type { TokenClaims } from './claims-schema.ts'

/** What a client is registered to bind its tokens to, as the library holds it. */
const Registered = z.object({
  token_binding: z.enum(['dpop', 'mtls']),
  pins_proof_key: z.boolean(),
  registered_certificates: z.array(z.object({ thumbprint: z.string(), ends_at: z.coerce.date() })),
})

/** The thumbprint of the key or certificate that a token is bound to. */
export function thumbprintOf(cnf: Confirmation): string {
  return 'jkt' in cnf ? cnf.jkt : cnf['x5t#S256']
}

/** The thumbprint of the certificate that a token is bound to; null for one that is bound to a key. */
export function certificateOf(cnf: Confirmation): string | null {
  return 'jkt' in cnf ? null : cnf['x5t#S256']
}

/** How a token is to be presented: with a proof, or with nothing but the connection (RFC 8705 section 3). */
export function tokenTypeOf({ cnf }: Pick<TokenClaims, 'cnf'>): 'DPoP' | 'Bearer' {
  return 'jkt' in cnf ? 'DPoP' : 'Bearer'
}

/** A certificate as the library takes it; what is no certificate is none. */
export function pemOf(der: Uint8Array | null): string | undefined {
  if (!der) return undefined
  try {
    return new X509Certificate(der).toString()
  } catch {
    return undefined
  }
}

/**
 * What a token is bound to, and when that ends. Refuses a token that is bound otherwise than its client is registered, to
 * a certificate that is not one of its own, or to nothing: whatever a request shows, a registration is never got around.
 */
export function requireBinding(
  cnf: unknown,
  client: unknown,
  now: Date,
): { readonly cnf: Confirmation; readonly endsAt: Date | null } {
  const bound = Confirmation.safeParse(cnf).data
  const registered = Registered.parse(client)
  if (registered.token_binding === 'dpop')
    return bound && 'jkt' in bound
      ? { cnf: bound, endsAt: null }
      : refuse('invalid_dpop_proof', 'Every token is bound to a key.')
  if (!bound || 'jkt' in bound)
    return refuse(
      'invalid_request',
      'The tokens of this client are bound to its certificate, and none came along.',
    )
  const certificate = registered.registered_certificates.find(
    ({ thumbprint }) => thumbprint === bound['x5t#S256'],
  )
  return certificate && certificate.ends_at > now
    ? { cnf: bound, endsAt: certificate.ends_at }
    : refuse('invalid_request', 'The certificate is not one of this client, or has ended.')
}

/**
 * Refuses the proof of another key than that of the token before, where the client's owner wants it held to one. Refresh
 * tokens of clients that authenticate are bound to none by themselves. A certificate is registered by itself, so its
 * successor is no other key. Source: RFC 9449 section 5, delegation.md section 4.
 */
export function requirePinnedKey(cnf: Confirmation, before: string | null, client: unknown): void {
  if (before === null || !('jkt' in cnf) || cnf.jkt === before) return
  if (Registered.parse(client).pins_proof_key)
    refuse('invalid_dpop_proof', 'This client is held to the key of the token before.')
}
