import type { AuditEvent } from '#platform/audit-event.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { ClientMandate, ClientRow } from './store.ts'

/** Something was done to an API client; its owner and the provider read it. */
export function noteClient(
  mandate: ClientMandate,
  client: Pick<ClientRow, 'id' | 'name' | 'partner_id' | 'tenant_id' | 'owner_name'>,
  event: Pick<AuditEvent, 'action' | 'changes' | 'reason'>,
): void {
  recordEvent(mandate, {
    ...event,
    ...(client.partner_id !== null && { partnerId: client.partner_id, partnerName: client.owner_name }),
    ...(client.tenant_id !== null && { tenantId: client.tenant_id, tenantName: client.owner_name }),
    resource: { type: 'api_client', id: client.id, label: client.name },
  })
}

/** Asks that subscribers of the client's owner hear that it changed: by ids alone, never what changed. */
export async function publishClient(
  mandate: ClientMandate,
  client: Pick<ClientRow, 'id' | 'partner_id' | 'tenant_id'>,
): Promise<void> {
  const { id, partner_id, tenant_id } = client
  await enqueue(mandate, 'api_client.changed', { client_id: id, partner_id, tenant_id })
}
