import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ConsentRow } from './tables.ts'

/** The stable names of what happens to consents. */
export type ConsentAction =
  | 'consents.request'
  | 'consents.approve'
  | 'consents.decline'
  | 'consents.change'
  | 'consents.narrow'
  | 'consents.widen'
  | 'consents.ask_to_confirm'
  | 'consents.drop_confirmation'
  | 'consents.suspend'
  | 'consents.resume'
  | 'consents.revoke'
  | 'consents.terminate'
  | 'consents.confirm'
  | 'consents.expire'
  | 'consents.lapse'
  | 'consent_notices.send'
  | 'consent_reminders.send'

type Told = Pick<ConsentRow, 'id' | 'tenant_id' | 'tenant_name' | 'partner_id' | 'partner_name'>

export interface ConsentEvent {
  readonly action: ConsentAction
  readonly changes?: Readonly<Record<string, unknown>> | undefined
  readonly reason?: string | null | undefined
  /** What was not answered yet, so that the partner does not learn whom it reached, and what only the tenant is told. */
  readonly isOfTenantAlone?: boolean
}

/** Records what happened to a consent, for both of its sides unless it says otherwise. */
export function recordConsentEvent(mandate: Mandate, consent: Told, event: ConsentEvent): void {
  const { action, changes, reason, isOfTenantAlone = false } = event
  recordEvent(mandate, {
    action,
    tenantId: consent.tenant_id,
    ...(consent.tenant_name !== null && { tenantName: consent.tenant_name }),
    ...(!isOfTenantAlone && { partnerId: consent.partner_id }),
    ...(!isOfTenantAlone && consent.partner_name !== null && { partnerName: consent.partner_name }),
    delegationId: consent.id,
    role: 'consent',
    resource: {
      type: 'consent',
      id: consent.id,
      label: `${consent.partner_name ?? 'Partner'} in ${consent.tenant_name ?? 'organisation'}`,
    },
    ...(changes && { changes }),
    ...(reason && { reason }),
  })
}

/** Tells subscribers of the partner what became of a consent: ids alone, they read the rest with their own rights. */
export function announceChange(
  mandate: Mandate,
  topic: 'consent.granted' | 'consent.changed' | 'consent.ended',
  consent: Pick<ConsentRow, 'id' | 'tenant_id' | 'partner_id' | 'client_id'>,
): Promise<void> {
  return enqueue(mandate, topic, {
    delegation_id: consent.id,
    tenant_id: consent.tenant_id,
    partner_id: consent.partner_id,
    client_id: consent.client_id,
  })
}
