import { invoiceExport, subscriberExport } from '#modules/billing/index.ts'
import { revenueExport, slaExport, usageExport } from '#modules/reports/index.ts'
import { ticketExport } from '#modules/support/index.ts'
import { programExports } from '#modules/payouts/index.ts'
import { activityExport } from '#modules/audit/index.ts'
import type { ExportSource } from '#platform/export-source.ts'

/** Every kind of rows that can be exported, in the order of the documentation. */
export const SOURCES: readonly ExportSource[] = [
  invoiceExport,
  subscriberExport,
  ticketExport,
  slaExport,
  usageExport,
  revenueExport,
  activityExport,
  ...programExports,
]

/** The kind of rows; throws for one that the code no longer has. */
export function sourceOf(kind: string): ExportSource {
  const source = SOURCES.find((candidate) => candidate.kind === kind)
  if (!source) throw new Error(`No module exports ${kind}.`)
  return source
}
