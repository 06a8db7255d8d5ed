import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type { ExportRow } from '#platform/export-source.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { reachOf } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import { plainText } from '#platform/route-input.ts'
import { countSubscribers, readSubscribers } from './subscriber-export-store.ts'
import type { SubscriberRow } from './subscriber-export-store.ts'
import { SUBSCRIBER_STATUSES } from './subscriber-store.ts'

const SubscriberExportFilter = z.strictObject({
  status: z.array(z.enum(SUBSCRIBER_STATUSES)).min(1).max(3).optional(),
  search: plainText(1, 100).optional().meta({ description: 'Part of the name, the plan or the city.' }),
})

function toSubscriberRow(row: SubscriberRow, reach: Reach): ExportRow {
  return {
    tenantId: row.tenant_id,
    cells: [
      publicIdOf('subscriber', row.id),
      row.name,
      publicIdOf('tenant', row.tenant_id),
      reach.tenants.get(idFromUuid('tenant', row.tenant_id))?.name ?? '',
      row.status,
      row.plan,
      row.city,
      row.postal_code,
      row.activated_on,
      row.closed_on,
      row.created_at,
    ],
  }
}

/** Subscribers, tenant by tenant. */
export const subscriberExport = defineExportSource({
  kind: 'subscribers',
  noun: 'subscribers',
  permissions: {
    portfolio: { order: 'partner.reports.export', rows: ['partner.provisioning.subscribers.list'] },
  },
  columns: [
    { key: 'subscriber_id', label: 'Subscriber id', type: 'text' },
    { key: 'name', label: 'Name', type: 'text', width: 3 },
    { key: 'tenant_id', label: 'Tenant id', type: 'text' },
    { key: 'tenant_name', label: 'Tenant', type: 'text', width: 3 },
    { key: 'status', label: 'Status', type: 'text', width: 1.5 },
    { key: 'plan', label: 'Plan', type: 'text', width: 2 },
    { key: 'city', label: 'City', type: 'text', width: 2 },
    { key: 'postal_code', label: 'Postal code', type: 'text', width: 1.4 },
    { key: 'activated_on', label: 'Active since', type: 'day', width: 1.5 },
    { key: 'closed_on', label: 'Closed on', type: 'day', width: 1.5 },
    { key: 'created_at', label: 'Recorded at', type: 'instant' },
  ],
  filter: SubscriberExportFilter,
  estimate: countSubscribers,
  async read(mandate, question, window) {
    const found = await readSubscribers(mandate, question, window)
    const reach = reachOf(mandate)
    const last = found.length < window.limit ? undefined : found.at(-1)
    return {
      rows: found.map((row) => toSubscriberRow(row, reach)),
      next: last === undefined ? null : [last.tenant_id, last.id],
    }
  },
})
