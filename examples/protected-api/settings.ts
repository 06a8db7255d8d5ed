import { createGuard } from '@liaison/guard'
import type { Guard } from '@liaison/guard'

/** Reads one variable. Throws when it is not set. */
function need(name: string): string {
  // An example has no configuration module of its own.
  // oxlint-disable-next-line liaison/one-environment
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`Set ${name}.`)
  return value
}

/**
 * The guard of this API, from the environment: OIDC_ISSUER (for example https://auth.example/oauth), OIDC_JWKS_URI, and
 * API_AUDIENCE (this API as tokens name it, which is also where callers address it).
 */
export function makeGuard(): Guard {
  return createGuard({
    issuer: need('OIDC_ISSUER'),
    audience: need('API_AUDIENCE'),
    jwks: new URL(need('OIDC_JWKS_URI')),
  })
}
