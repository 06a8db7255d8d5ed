import type { FastifyRequest } from 'fastify'
import type { AnyAccess } from '#platform/execution/access-of-route.ts'
import type { Database } from '../database.ts'
import { featuresOf } from '../features.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import type { Mandate } from '../mandate.ts'
import { countStranger } from '#platform/limits/open-door.ts'
import { ProblemError } from '../problem.ts'
import { readRealmEvidence } from '#platform/credentials/realm-evidence.ts'
import type { RealmTokens } from '#platform/credentials/realm-token.ts'
import type { RequestTrace } from '../request-trace.ts'
import { openForEndUser, openForRealmDoor } from './resolver-of-end-user.ts'
import type { Transaction } from '../transaction.ts'

/** A request to a realm, before anybody knows who makes it. */
interface RealmCall {
  readonly request: FastifyRequest
  readonly trace: RequestTrace
  readonly authorization: string | readonly string[] | undefined
}

/** Opens the transaction of a request to a realm: at its door, or inside once it was decided. */
export async function openInRealm(
  engine: { readonly database: Database; readonly realmTokens: RealmTokens; readonly limiter: Limiter },
  access: Extract<AnyAccess, { realm: unknown } | { realmDoor: unknown }>,
  { request, trace, authorization }: RealmCall,
): Promise<{ mandate: Mandate<'realm' | 'realm_door'>; transaction: Transaction }> {
  const { database, realmTokens } = engine
  const isDoor = 'realmDoor' in access
  // Whoever stands at the door has no token yet; one that is sent counts for nothing there.
  const evidence = await readRealmEvidence(request, isDoor ? undefined : authorization, {
    issuers: realmTokens,
    now: trace.now,
  })
  if (isDoor)
    return openForRealmDoor(database, trace, evidence).catch(async (error: unknown) => {
      // Whoever asks for realms that there are none of has no limit there.
      if (error instanceof ProblemError && error.status === 404)
        await countStranger(engine.limiter, 'realm', trace.ip)
      throw error
    })
  return openForEndUser(database, {
    evidence,
    permission: access.realm,
    featuresOff: (partnerId, now) => featuresOf(database).offFor(partnerId, now),
    trace,
  })
}
