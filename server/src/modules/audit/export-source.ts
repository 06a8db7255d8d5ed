import { decodeId } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type { ExportCell, ExportMandate, ExportPosition, ExportQuestion } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { plainText } from '#platform/route-input.ts'
import { readActivity } from './activity.ts'
import type { Item } from './activity.ts'
import { windowOf } from './rules.ts'
import type { ActivityFilters } from './rules.ts'
import { countScopedFeed } from './store.ts'

const moment = () =>
  z.union([z.iso.date(), z.iso.datetime({ offset: true })]).meta({
    description:
      'A day (UTC) or a time; `to` includes a day and excludes a time. The last 90 days without `from`.',
  })

const ActivityExportFilter = z.strictObject({
  by: z.enum(['partner', 'tenant', 'provider']).optional().meta({ description: 'Which side acted.' }),
  partner_id: z
    .string()
    .refine((text) => decodeId('partner', text) !== null, 'must be the id of a partner')
    .optional(),
  action: z
    .string()
    .max(100)
    .regex(
      /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
      'must be an action such as billing.invoices, without wildcards',
    )
    .optional(),
  outcome: z
    .array(z.enum(['allowed', 'denied', 'error']))
    .min(1)
    .max(3)
    .optional(),
  search: plainText(1, 100).optional(),
  from: moment().optional(),
  to: moment().optional(),
})

type Question = ExportQuestion<z.output<typeof ActivityExportFilter>>

/** The end is fixed at the order, so that what the export itself writes into the log is not in it. */
function toFilters({ filter, asOf }: Question): ActivityFilters {
  const { partner_id: partnerId, ...rest } = filter
  const partner = partnerId === undefined ? null : decodeId('partner', partnerId)
  return { ...rest, to: rest.to ?? asOf.toISOString(), ...(partner && { partner_id: partner }) }
}

function toCells(item: Item): ExportCell[] {
  return [
    item.event_id,
    new Date(item.occurred_at),
    item.sentence,
    item.person_name,
    item.partner_name,
    item.action,
    item.outcome,
    item.code,
    item.role,
    item.permission,
    item.resource?.type ?? null,
    item.resource?.id ?? null,
    item.resource?.label ?? null,
    item.row_count,
    item.repeats,
    item.changes === null ? null : JSON.stringify(item.changes),
    item.source,
    item.ip,
    item.reason,
    item.request_id,
    item.explain_id,
  ]
}

function ownOf(mandate: ExportMandate): Mandate<'tenant'> {
  if (mandate.kind !== 'tenant') throw new Error('Activity is exported by the organisation that it is about.')
  return mandate
}

const toAfter = (after: ExportPosition | null) =>
  after === null ? null : { at: String(after[0]), id: String(after[1]) }

/** What partners and the own people did in an organisation, newest first, as its activity page tells it. Source: B10. */
export const activityExport = defineExportSource({
  kind: 'activity',
  noun: 'activity entries',
  permissions: { tenant: 'tenant.partner_access.audit.read' },
  columns: [
    { key: 'event_id', label: 'Entry', type: 'text' },
    { key: 'occurred_at', label: 'Time (UTC)', type: 'instant', width: 2 },
    { key: 'sentence', label: 'What happened', type: 'text', width: 8 },
    { key: 'person_name', label: 'Person', type: 'text', width: 2.4 },
    { key: 'partner_name', label: 'Partner', type: 'text', width: 2.4 },
    { key: 'action', label: 'Action', type: 'text' },
    { key: 'outcome', label: 'Outcome', type: 'text', width: 1.4 },
    { key: 'code', label: 'Code', type: 'text' },
    { key: 'role', label: 'Role', type: 'text' },
    { key: 'permission', label: 'Permission', type: 'text' },
    { key: 'resource_type', label: 'Kind of record', type: 'text' },
    { key: 'resource_id', label: 'Record', type: 'text' },
    { key: 'resource_label', label: 'Name of record', type: 'text' },
    { key: 'row_count', label: 'Rows', type: 'whole' },
    { key: 'repeats', label: 'Times', type: 'whole' },
    { key: 'changes', label: 'Changes', type: 'text' },
    { key: 'source', label: 'Way in', type: 'text' },
    { key: 'ip', label: 'Address', type: 'text' },
    { key: 'reason', label: 'Reason', type: 'text' },
    { key: 'request_id', label: 'Request', type: 'text' },
    { key: 'explain_id', label: 'Explanation', type: 'text' },
  ],
  filter: ActivityExportFilter,
  async estimate(mandate, question) {
    const own = ownOf(mandate)
    return countScopedFeed(own, own.tenant.id, windowOf(toFilters(question), own.origin.now))
  },
  async read(mandate, question, { after, limit }) {
    const own = ownOf(mandate)
    const { items, next } = await readActivity(own, toFilters(question), { after: toAfter(after), limit })
    return {
      rows: items.map((item) => ({ tenantId: own.tenant.id, cells: toCells(item) })),
      next: next === null ? null : [next.at, next.id],
    }
  },
})
