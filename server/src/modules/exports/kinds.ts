import { z } from 'zod'
import { SOURCES } from './registry.ts'

/** What can be exported, and with which columns. */
export const ExportKinds = z
  .strictObject({
    items: z.array(
      z.strictObject({
        kind: z.string(),
        noun: z.string().meta({ description: 'In words, plural.' }),
        order_path: z.string().meta({ description: 'Where it is ordered, with POST.' }),
        columns: z.array(
          z.strictObject({
            key: z.string(),
            label: z.string(),
            type: z.enum(['text', 'day', 'instant', 'money', 'whole', 'decimal', 'flag']),
            on_page: z.boolean().meta({ description: 'Whether a PDF shows it unless columns are chosen.' }),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ExportKinds' })

const TENANT_PATHS: Readonly<Record<string, string>> = {
  invoices: '/api/v1/tenant/billing/invoices/export',
  tickets: '/api/v1/tenant/support/tickets/export',
  activity: '/api/v1/tenant/partner-access/activity/export',
}

type Side = 'portfolio' | 'tenant' | 'program' | 'platform'

function pathOf(kind: string, side: Side): string {
  if (side === 'program') return '/api/v1/program/exports'
  if (side === 'platform') return '/api/v1/admin/program-exports'
  if (side === 'tenant') return TENANT_PATHS[kind] ?? '/api/v1/tenant/exports'
  return kind === 'invoices' ? '/api/v1/partner/billing/invoices/export' : '/api/v1/partner/exports'
}

/** The kinds of rows that one side can order. */
export function listKinds(side: Side): z.input<typeof ExportKinds> {
  return {
    items: SOURCES.filter(({ permissions }) => permissions[side] !== undefined).map(
      ({ kind, noun, columns }) => ({
        kind,
        noun,
        order_path: pathOf(kind, side),
        columns: columns.map(({ key, label, type, width }) => ({
          key,
          label,
          type,
          on_page: width !== undefined,
        })),
      }),
    ),
  }
}
