/**
 * The decision point for gateways and other enforcement points (A8): forward-auth and AuthZEN, over the same decision
 * as our own API. `protected_upstream` and `protected_route` say what may be called and which permission it takes; a
 * path that matches no row is refused. A `gateway` gets decisions for its own upstreams alone, and a signed context
 * that the guard in the API behind it verifies. No other module is called: the composition hands it the guard.
 */

import type { FastifyInstance } from 'fastify'
import type { Guard } from '@liaison/guard'
import type { Engine } from '#platform/execution/execute.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { mountAuthorize } from './authorize.ts'
import { mountAuthzen } from './authzen.ts'
import { mountChanges } from './changes.ts'
import './problems.ts'
import { gatewayRoutes as ownRoutes } from './routes-gateways.ts'
import { upstreamRoutes } from './routes-upstreams.ts'
import { makeContextSigner } from './signer.ts'
import { makeCallVerifier } from './tokens.ts'

export { digestCredential, makeCredential } from './credential.ts'
export { makeResourceServers } from './resource-server.ts'
export type { ResourceServers } from './resource-server.ts'

/** Mounts the decision point for gateways: forward-auth, AuthZEN and the keys of access contexts (A8). */
export function mountGateway(
  app: FastifyInstance,
  {
    engine,
    services,
    guard,
  }: { readonly engine: Engine; readonly services: Services; readonly guard: () => Guard },
): void {
  const parts = {
    engine,
    calls: makeCallVerifier(guard),
    signer: makeContextSigner(services.vault),
    issuer: services.publicOrigin,
  }
  mountAuthorize(app, parts)
  mountAuthzen(app, parts)
  mountChanges(app, engine)
}

/** The provider's routes: gateways with their credentials, and the APIs that they stand before. */
export const gatewayRoutes: readonly Route[] = [...ownRoutes, ...upstreamRoutes]
