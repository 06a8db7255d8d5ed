import { readBody } from '@liaison/client'
import type { ExportPage, ExportRecord } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'

import type { Frame } from '../../platform/frame.ts'
import { useFrame } from '../../platform/frame.ts'
import { usePathname } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { actingPlaces, orgPlaces, partnerPlaces, platformPlaces } from '../../places.ts'
import { pageSize } from '../shared/list-fields.ts'
import type { Wanted } from './filters.ts'

const watchingMs = 1_000
const restingMs = 15_000

/** Where exports are kept: those of a tenant, of a partner's work, of its program, and of all partners' programs. */
export type ExportSide = 'tenant' | 'partner' | 'program' | 'platform'

const kept = {
  tenant: '/tenant/exports',
  partner: '/partner/exports',
  program: '/program/exports',
  platform: '/admin/program-exports',
} as const

const kindsOf = {
  tenant: '/tenant/export-kinds',
  partner: '/partner/export-kinds',
  program: '/program/export-kinds',
  platform: '/admin/program-export-kinds',
} as const

function sideOf({ kind }: Pick<Frame, 'kind'>, path: string): ExportSide {
  if (kind === 'org') return 'tenant'
  if (kind === 'platform') return 'platform'
  return path.split('/').includes('program-exports') ? 'program' : 'partner'
}

/** The side whose exports the open page is about. */
export function useExportSide(): ExportSide {
  return sideOf(useFrame(), usePathname())
}

type Lists = Readonly<Record<string, string>>

function ownLists(tenantId: string): Lists {
  return {
    invoices: orgPlaces.billing(tenantId),
    tickets: orgPlaces.tickets(tenantId),
    activity: orgPlaces.activity(tenantId),
    report_sla: orgPlaces.reports(tenantId),
    report_usage: orgPlaces.reports(tenantId),
  }
}

function partnerLists(partnerId: string): Lists {
  return {
    invoices: partnerPlaces.invoices(partnerId),
    tickets: partnerPlaces.queue(partnerId),
    subscribers: partnerPlaces.tenants(partnerId),
    report_sla: partnerPlaces.slaReport(partnerId),
    report_usage: partnerPlaces.usageReport(partnerId),
    report_revenue: partnerPlaces.revenueReport(partnerId),
  }
}

/** The lists of one tenant that the partner acts in. */
function actingLists(partnerId: string, tenantId: string): Lists {
  const reports = actingPlaces.reports(partnerId, tenantId)
  return {
    invoices: actingPlaces.billing(partnerId, tenantId),
    tickets: actingPlaces.tickets(partnerId, tenantId),
    subscribers: actingPlaces.subscribers(partnerId, tenantId),
    report_sla: reports,
    report_usage: reports,
  }
}

function programLists(partnerId: string): Lists {
  return {
    earnings: partnerPlaces.earnings(partnerId),
    referrals: partnerPlaces.referrals(partnerId),
    statements: partnerPlaces.payouts(partnerId),
    payouts: partnerPlaces.payouts(partnerId),
  }
}

const platformLists: Lists = {
  earnings: platformPlaces.earnings(),
  referrals: platformPlaces.referrals(),
  statements: platformPlaces.payouts(),
  payouts: platformPlaces.payouts(),
  payout_batches: platformPlaces.payouts(),
}

/** The addresses of these pages in this frame; `back` is the list that an order came from. */
export function useExportPlaces() {
  const { kind, partnerId, tenantId } = useFrame()
  const side = useExportSide()
  if (side === 'platform' || side === 'program') {
    const list = side === 'platform' ? platformPlaces.exports() : partnerPlaces.programExports(partnerId)
    const lists = side === 'platform' ? platformLists : programLists(partnerId)
    return { list, back: (order: { kind: string; tenant: string }): string => lists[order.kind] ?? list }
  }
  const list = kind === 'org' ? orgPlaces.exports(tenantId) : partnerPlaces.exports(partnerId)
  const lists = kind === 'org' ? ownLists(tenantId) : partnerLists(partnerId)
  return {
    list,
    back: (order: { kind: string; tenant: string }): string => {
      const from = order.tenant === '' || kind === 'org' ? lists : actingLists(partnerId, order.tenant)
      return from[order.kind] ?? list
    },
  }
}

/** Whether a file is still to come. */
export function isUnderWay({ status }: Pick<ExportRecord, 'status'>): boolean {
  return status === 'queued' || status === 'processing'
}

/** The exports that this person sees; `isBusy` says whether to look every second, because one is being made. */
export function useExports(page: number, isBusy: boolean): UseQueryResult<ExportPage> {
  const query = { limit: pageSize, offset: page * pageSize }
  const side = useExportSide()
  return useRead<ExportPage>(
    ['exports', side, query],
    (frame, signal) => readBody(frame.client.GET(kept[side], { params: { query }, signal })),
    { keep: true, refetchMs: isBusy ? watchingMs : restingMs },
  )
}

/** The kinds that this side can order, with their columns. */
export function useExportKinds() {
  const side = useExportSide()
  return useRead(['export-kinds', side], (frame, signal) =>
    readBody(frame.client.GET(kindsOf[side], { signal })),
  )
}

/** Stops an export that is not finished. */
export function useCancel() {
  const side = useExportSide()
  return useWrite((exportId: string, frame) =>
    readBody(
      frame.client.POST(`${kept[side]}/{export_id}/cancel`, {
        params: { path: { export_id: exportId } },
      }),
    ),
  )
}

function saveFile(name: string, file: Blob): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** Fetches a file and hands it to the browser; a refusal is told like any other. */
export function useDownload() {
  const side = useExportSide()
  return useWrite(
    ({ export_id: exportId }: ExportRecord, frame) =>
      readBody(
        frame.client.GET(`${kept[side]}/{export_id}/download`, {
          params: { path: { export_id: exportId } },
          parseAs: 'blob',
        }),
      ),
    (file: unknown, { file_name: name }) => {
      if (file instanceof Blob) saveFile(name, file)
    },
  )
}

/** Orders a file. The key makes sure that a lost answer orders nothing twice. */
export function useOrder(attemptKey: string, onDone: () => void) {
  const side = useExportSide()
  return useWrite(({ kind, filter, ...file }: Wanted, frame) => {
    const headers = { 'Idempotency-Key': attemptKey }
    // The kinds are the server's, and it checks every field.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const body = { ...file, ...filter } as never
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const whole = { kind, ...file, ...filter } as never
    const { client } = frame
    if (side === 'program') return readBody(client.POST('/program/exports', { body: whole, headers }))
    if (side === 'platform') return readBody(client.POST('/admin/program-exports', { body: whole, headers }))
    if (side === 'tenant') {
      if (kind === 'tickets')
        return readBody(client.POST('/tenant/support/tickets/export', { body, headers }))
      if (kind === 'activity')
        return readBody(client.POST('/tenant/partner-access/activity/export', { body, headers }))
      if (kind === 'invoices')
        return readBody(client.POST('/tenant/billing/invoices/export', { body, headers }))
      return readBody(client.POST('/tenant/exports', { body: whole, headers }))
    }
    if (kind === 'invoices')
      return readBody(client.POST('/partner/billing/invoices/export', { body, headers }))
    return readBody(client.POST('/partner/exports', { body: whole, headers }))
  }, onDone)
}
