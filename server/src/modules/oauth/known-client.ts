import type { ClientId } from '@liaison/access'
import { decodeJwt } from 'jose'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { clientIdOf } from './basis.ts'
import { isProven } from './request-notes.ts'

/** The client that a pushed request, which it proved itself for, is of. */
function pusherOf({ request }: { readonly request?: unknown }): unknown {
  try {
    return decodeJwt(String(request))['client_id']
  } catch {
    return undefined
  }
}

/**
 * The client that a call is known to be of: it proved itself, or the browser came with what the client had pushed before.
 * The library looks a client up before either, so that its entity says only which one was named: by anybody.
 */
export function knownClientOf(ctx: KoaContextWithOIDC): ClientId | null {
  const { client, entities } = ctx.oidc
  if (!client) return null
  const { PushedAuthorizationRequest: pushed, Interaction: interaction } = entities
  const isKnown =
    isProven(ctx) ||
    (pushed !== undefined && pusherOf(pushed) === client.clientId) ||
    interaction?.params['client_id'] === client.clientId
  return isKnown ? clientIdOf(client.clientId) : null
}
