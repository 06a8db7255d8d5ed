import { decodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type { ExportBatch, ExportCell, ExportPosition, ExportQuestion } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { dayOrInstant, plainText } from '#platform/route-input.ts'
import { ACCESS_WANTED, checkedWindow, decodeAccess, readActivity, readActsIn } from './activity.ts'
import type { Item } from './activity.ts'
import type { ActivityFilters } from './rules.ts'
import { countActivity, findActiveTenants, MOST_COUNTED } from './store.ts'

const moment = () =>
  dayOrInstant().meta({
    description:
      'A day (UTC) or a time; `to` includes a day and excludes a time. The last 90 days without `from`.',
  })

const idOf = (kind: 'person' | 'partner') =>
  z
    .string()
    .max(40)
    .refine((text) => decodeId(kind, text) !== null, `must be the id of a ${kind}`)
    .optional()

const ActivityExportFilter = z.strictObject({
  by: z.enum(['partner', 'tenant', 'provider']).optional().meta({ description: 'Which side acted.' }),
  partner_id: idOf('partner'),
  person_id: idOf('person'),
  delegation_id: z
    .string()
    .max(40)
    .refine((text) => decodeAccess(text) !== null, ACCESS_WANTED)
    .optional()
    .meta({ description: 'What was done under one access, and to it.' }),
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
  request_id: plainText(1, 128).optional(),
  search: plainText(1, 100).optional(),
  from: moment().optional(),
  to: moment().optional(),
})

type Question = ExportQuestion<z.output<typeof ActivityExportFilter>>

/** The end is fixed at the order, so that what the export itself writes into the log is not in it. */
function toFilters({ filter, asOf }: Question): ActivityFilters {
  const { partner_id: partner, person_id: person, delegation_id: delegation, ...rest } = filter
  return {
    ...rest,
    to: rest.to ?? asOf.toISOString(),
    partner_id: (partner !== undefined && decodeId('partner', partner)) || undefined,
    person_id: (person !== undefined && decodeId('person', person)) || undefined,
    delegation_id: (delegation !== undefined && decodeAccess(delegation)) || undefined,
  }
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
    item.tenant_name,
    item.configuration_version,
  ]
}

interface Window {
  readonly after: ExportPosition | null
  readonly limit: number
}

const toAfter = (after: ExportPosition | null) =>
  after === null ? null : { at: String(after[0]), id: String(after[1]) }

async function readOwn(mandate: Mandate<'tenant'>, question: Question, window: Window): Promise<ExportBatch> {
  const { limit } = window
  const after = toAfter(window.after)
  const { items, next } = await readActivity(mandate, toFilters(question), { after, limit })
  return {
    rows: items.map((item) => ({ tenantId: mandate.tenant.id, cells: toCells(item) })),
    next: next === null ? null : [next.at, next.id],
  }
}

/** One tenant after the other, each newest first: a position is the tenant, and within it the last entry that was read. */
async function readAcross(
  mandate: Mandate<'portfolio'>,
  question: Question,
  { after, limit }: Window,
): Promise<ExportBatch> {
  const tenantIds: TenantId[] = question.tenantIds.toSorted()
  const [from = '', ...place] = after ?? []
  const tenantId = tenantIds.find((id) => id >= String(from))
  if (tenantId === undefined) return { rows: [], next: null }
  const inside = tenantId === from && place.length === 2 ? toAfter(place) : null
  const asked = { filters: toFilters(question), after: inside, limit }
  const { items, next } = await readActsIn(mandate, tenantId, asked)
  const following = tenantIds.find((id) => id > tenantId)
  const rest = following === undefined ? null : [following]
  return {
    rows: items.map((item) => ({ tenantId, cells: toCells(item) })),
    next: next === null ? rest : [tenantId, next.at, next.id],
  }
}

/** What of the log a question counts. */
function toCounted(mandate: Mandate<'tenant' | 'portfolio'>, question: Question) {
  const filters = toFilters(question)
  return {
    tenantIds: question.tenantIds,
    filters,
    window: checkedWindow(filters, mandate.origin.now),
  }
}

/**
 * What was done in an organisation, newest first, as its activity page tells it: by everybody for the organisation itself,
 * by its own people for a partner, across the customers where it may read that. Source: B10.
 */
export const activityExport = defineExportSource({
  kind: 'activity',
  noun: 'activity entries',
  permissions: {
    tenant: 'tenant.partner_access.audit.read',
    portfolio: { order: 'partner.reports.export', rows: ['partner.audit.read'] },
  },
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
    { key: 'tenant_name', label: 'Organisation', type: 'text' },
    { key: 'configuration_version', label: 'Configuration', type: 'whole' },
  ],
  filter: ActivityExportFilter,
  countsUpTo: MOST_COUNTED,
  estimate: (mandate, question) => countActivity(mandate, toCounted(mandate, question)),
  findTenants: (mandate, question, most) => findActiveTenants(mandate, toCounted(mandate, question), most),
  read: (mandate, question, window) =>
    mandate.kind === 'tenant' ? readOwn(mandate, question, window) : readAcross(mandate, question, window),
})
