import type { AuditEvent } from '#platform/audit-event.ts'
import { recordEvent } from '#platform/mandate.ts'
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
