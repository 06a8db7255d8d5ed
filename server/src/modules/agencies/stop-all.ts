import { requireAlso } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { endKey, endToken } from './acts.ts'
import { db } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'

/** A credential of an agency that an emergency stop ended. */
export interface StoppedCredential {
  readonly kind: 'form_token' | 'agency_key'
  readonly delegation_id: string
  readonly agency_name: string
  /** The form of a token, the name of a server key. */
  readonly name: string
}

function liveTokens(mandate: TenantMandate) {
  return db(mandate)
    .selectFrom('form_token as t')
    .innerJoin('form as f', (join) =>
      join.onRef('f.tenant_id', '=', 't.tenant_id').onRef('f.id', '=', 't.form_id'),
    )
    .innerJoin('agency as a', (join) =>
      join.onRef('a.tenant_id', '=', 't.tenant_id').onRef('a.id', '=', 't.agency_id'),
    )
    .where('t.tenant_id', '=', mandate.tenant.id)
    .where('t.status', '=', 'active')
    .select(['t.id', 'f.name as name', 'a.name as agency_name'])
    .orderBy('t.id')
    .execute()
}

function liveKeys(mandate: TenantMandate) {
  return db(mandate)
    .selectFrom('agency_key as k')
    .innerJoin('agency as a', (join) =>
      join.onRef('a.tenant_id', '=', 'k.tenant_id').onRef('a.id', '=', 'k.agency_id'),
    )
    .where('k.tenant_id', '=', mandate.tenant.id)
    .where('k.status', '=', 'active')
    .select(['k.id', 'k.name', 'a.name as agency_name'])
    .orderBy('k.id')
    .execute()
}

/**
 * Ends every form token and every server key of the organisation's agencies: their next request is refused, and each form
 * needs a new token. For the emergency stop. Throws PERMISSION_DENIED without the right to manage agencies.
 */
export async function stopForms(mandate: TenantMandate, reason: string): Promise<StoppedCredential[]> {
  requireAlso(mandate, 'tenant.agencies.manage')
  const stopped: StoppedCredential[] = []
  for (const { id, ...named } of await liveTokens(mandate)) {
    await endToken(mandate, id, reason)
    stopped.push({ kind: 'form_token', delegation_id: publicIdOf('form_token', id), ...named })
  }
  for (const { id, ...named } of await liveKeys(mandate)) {
    await endKey(mandate, id, reason)
    stopped.push({ kind: 'agency_key', delegation_id: publicIdOf('agency_key', id), ...named })
  }
  return stopped
}
