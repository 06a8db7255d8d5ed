import { readBody } from '@liaison/client'
import type { ExportPage, ExportRecord } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'

import type { Frame } from '../../platform/frame.ts'
import { useFrame } from '../../platform/frame.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { actingPlaces, orgPlaces, partnerPlaces } from '../../places.ts'
import { pageSize } from '../shared/list-fields.ts'
import type { Wanted } from './filters.ts'

const watchingMs = 1_000
const restingMs = 15_000

/** The side of the interface on which this frame's organisation keeps its exports. */
function sideOf({ kind }: Frame): 'tenant' | 'partner' {
  return kind === 'org' ? 'tenant' : 'partner'
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
    subscribers: partnerPlaces.customers(partnerId),
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

/** The addresses of these pages in this frame; `back` is the list that an order came from. */
export function useExportPlaces() {
  const { kind, partnerId, tenantId } = useFrame()
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
  return useRead<ExportPage>(
    ['exports', query],
    (frame, signal) => readBody(frame.client.GET(`/${sideOf(frame)}/exports`, { params: { query }, signal })),
    { keep: true, refetchMs: isBusy ? watchingMs : restingMs },
  )
}

/** The kinds that this side can order, with their columns. */
export function useExportKinds() {
  return useRead(['export-kinds'], (frame, signal) =>
    readBody(frame.client.GET(`/${sideOf(frame)}/export-kinds`, { signal })),
  )
}

/** Stops an export that is not finished. */
export function useCancel() {
  return useWrite((exportId: string, frame) =>
    readBody(
      frame.client.POST(`/${sideOf(frame)}/exports/{export_id}/cancel`, {
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
  return useWrite(
    ({ export_id: exportId }: ExportRecord, frame) =>
      readBody(
        frame.client.GET(`/${sideOf(frame)}/exports/{export_id}/download`, {
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
  return useWrite(({ kind, filter, ...file }: Wanted, frame) => {
    const headers = { 'Idempotency-Key': attemptKey }
    // The kinds are the server's, and it checks every field.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const body = { ...file, ...filter } as never
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const whole = { kind, ...file, ...filter } as never
    const { client } = frame
    if (frame.kind === 'org') {
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
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return readBody(client.POST('/partner/exports', { body: { kind, ...file, ...filter } as never, headers }))
  }, onDone)
}
