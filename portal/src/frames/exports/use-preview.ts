import { readBody } from '@liaison/client'
import type { ExportPreview } from '@liaison/client'

import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { useExportSide } from './calls.ts'
import type { ExportSide } from './calls.ts'
import { toWanted } from './filters.ts'
import type { OrderValues, Wanted } from './filters.ts'

function preview(
  { client }: Frame,
  side: ExportSide,
  { kind, filter, ...file }: Wanted,
): Promise<ExportPreview> {
  // The kinds are the server's, and it checks every field.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const body = { ...file, ...filter } as never
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const whole = { kind, ...file, ...filter } as never
  if (side === 'program') return readBody(client.POST('/program/exports/preview', { body: whole }))
  if (side === 'platform') return readBody(client.POST('/admin/program-exports/preview', { body: whole }))
  if (side === 'tenant') {
    if (kind === 'tickets') return readBody(client.POST('/tenant/support/tickets/export/preview', { body }))
    if (kind === 'activity')
      return readBody(client.POST('/tenant/partner-access/activity/export/preview', { body }))
    if (kind === 'invoices') return readBody(client.POST('/tenant/billing/invoices/export/preview', { body }))
    return readBody(client.POST('/tenant/exports/preview', { body: whole }))
  }
  if (kind === 'invoices') return readBody(client.POST('/partner/billing/invoices/export/preview', { body }))
  return readBody(client.POST('/partner/exports/preview', { body: whole }))
}

/** What the order would come to now: rows, tenants, who is left out and why, and who pays. */
export function usePreview(values: OrderValues) {
  // The format and the columns change nothing of it.
  const wanted = toWanted({ ...values, format: 'csv', columns: '', mark: 'no' }, [])
  const side = useExportSide()
  return useRead(['export-preview', side, wanted], (frame) => preview(frame, side, wanted), { keep: true })
}
