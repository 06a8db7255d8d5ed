import { errors, Provider } from 'oidc-provider'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Database } from '#platform/database.ts'
import {
  consumeArtifact,
  findArtifact,
  grantHashOf,
  keepArtifact,
  removeArtifact,
  removeByGrant,
} from './artifact-store.ts'
import { findClientMetadata } from './client-store.ts'
import { digestOf } from './digest.ts'
import { endGrantAndTell } from './grant-end.ts'
import type { OAuthParts } from './parts.ts'
import { BACKCHANNEL, INTERACTION_SECONDS } from './settings.ts'

/** Where artifacts are kept, and what clients may do here at all. */
type Keeping = Pick<OAuthParts, 'database' | 'asksWithoutBrowser'>

const refuse = (): never => {
  throw new Error('The authorization server has no such operation.')
}

/** API clients are read where the portal keeps them, live: one that is stopped is unknown at its next request. */
function clientAdapter({ database, asksWithoutBrowser }: Keeping): Adapter {
  return {
    find: async (id) => findClientMetadata(database, id, { asksWithoutBrowser }),
    upsert: () => Promise.reject(new Error('API clients are registered in the portal.')),
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  }
}

/**
 * The library keeps no session of its own: who a person is, our own session says, each time. What it would have kept
 * is dropped, so an earlier authorization in the same browser can never be reused.
 */
const SESSIONLESS: Adapter = {
  find: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  upsert: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  findByUserCode: refuse,
  consume: refuse,
  revokeByGrantId: refuse,
}

/** The second use of a code or a token ends all that came of the first (RFC 9700 section 2.1.1, ASVS 10.4.2). */
async function refuseReuse(database: Database, model: string, id: string): Promise<never> {
  const grantHash = await grantHashOf(database, model, id)
  if (grantHash) await endGrantAndTell(database, grantHash, 'reuse')
  if (model === 'PushedAuthorizationRequest')
    throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
  throw new errors.InvalidGrant('already used')
}

/** What a client sent is not kept, since a token may be among it; that it expired is remembered for a while. */
async function keepAsked(
  database: Database,
  {
    id,
    payload,
    seconds,
  }: { readonly id: string; readonly payload: AdapterPayload; readonly seconds: number },
): Promise<void> {
  const { params: _params, ...rest } = payload
  const kept = seconds + BACKCHANNEL.remembered
  await keepArtifact(database, 'BackchannelAuthenticationRequest', { id, payload: rest, seconds: kept })
}

function storedAdapter(database: Database, model: string): Adapter {
  return {
    find: (id) => findArtifact(database, model, id),
    async upsert(id, payload, seconds) {
      // The cookie of an interaction lives long enough for a second approver; the interaction itself does only once its request was opened.
      if (seconds === undefined) throw new Error(`A ${model} must end some time.`)
      const kept = model === 'Interaction' ? Math.min(seconds, INTERACTION_SECONDS) : seconds
      if (model === 'BackchannelAuthenticationRequest') await keepAsked(database, { id, payload, seconds })
      else await keepArtifact(database, model, { id, payload: { ...payload }, seconds: kept })
    },
    async consume(id) {
      if (!(await consumeArtifact(database, model, id))) await refuseReuse(database, model, id)
    },
    async destroy(id) {
      // At the token endpoint the library ends a grant for one reason only: something single-use came a second time.
      const reason = Provider.ctx?.oidc.route === 'token' ? 'reuse' : 'revoked'
      if (model === 'Grant') await endGrantAndTell(database, digestOf(id), reason)
      await removeArtifact(database, model, id)
    },
    revokeByGrantId: (grantId) => removeByGrant(database, model, grantId),
    findByUid: refuse,
    findByUserCode: refuse,
  }
}

/** The library's storage on PostgreSQL. */
export function makeAdapterFactory(keeping: Keeping): (model: string) => Adapter {
  return (model) => {
    if (model === 'Client') return clientAdapter(keeping)
    return model === 'Session' ? SESSIONLESS : storedAdapter(keeping.database, model)
  }
}
