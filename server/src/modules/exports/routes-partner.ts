import { z } from 'zod'
import type { ExportSource } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ExportKinds, listKinds } from './kinds.ts'
import { orderAcross, previewAcross } from './order.ts'
import type { Order } from './order.ts'
import { SOURCES, sourceOf } from './registry.ts'
import { answerCancel, answerDetail, answerDownload, answerList } from './routes.ts'
import type { Shelf } from './routes.ts'
import {
  Export,
  ExportPreview,
  ExportPage,
  ExportParams,
  ExportQuery,
  portfolioBody,
  portfolioBodyOfKind,
  toExport,
  toPreview,
} from './schemas.ts'

const ALL: Shelf = {
  place: '/api/v1/partner/exports',
  kinds: SOURCES.filter(({ permissions }) => permissions.portfolio !== undefined).map(({ kind }) => kind),
}
const BILLING: Shelf = { place: '/api/v1/partner/billing/exports', kinds: ['invoices'] }

const ORDER_PROBLEMS = ['EXPORT_OF_NOTHING', 'EXPORT_TOO_LARGE', 'GROUP_NOT_FOUND']

async function answerOrder(
  source: ExportSource,
  mandate: Mandate<'portfolio'>,
  { shelf, order }: { readonly shelf: Shelf; readonly order: Order },
) {
  const row = await orderAcross(source, mandate, order)
  const told = toExport(row, { place: shelf.place, now: mandate.origin.now, personId: mandate.actor.id })
  return sent(told, { Location: `${shelf.place}/${told.export_id}` })
}

/** The kinds that are ordered by one permission, through one address. */
const OTHERS = SOURCES.filter(({ permissions }) => permissions.portfolio?.order === 'partner.reports.export')

const [firstOther, ...moreOthers] = OTHERS.map(portfolioBodyOfKind)
if (!firstOther) throw new Error('There is no kind of export beside invoices.')
const AnyOrder = z.discriminatedUnion('kind', [firstOther, ...moreOthers])

const orders = [
  route({
    method: 'POST',
    path: '/api/v1/partner/billing/invoices/export',
    summary: 'Order a file of invoices of all customers, with the filters of the list',
    input: { body: portfolioBody(sourceOf('invoices')) },
    access: { permission: 'partner.billing.invoices.export', tenant: 'portfolio' },
    limit: 'export',
    problems: ORDER_PROBLEMS,
    responses: { 202: Export },
    handle: ({ mandate, body }) =>
      answerOrder(sourceOf('invoices'), mandate, { shelf: BILLING, order: body }),
  }),
  route({
    method: 'POST',
    path: ALL.place,
    summary: 'Order a file of tickets, subscribers or reports of all customers',
    input: { body: AnyOrder },
    access: { permission: 'partner.reports.export', tenant: 'portfolio' },
    limit: 'export',
    problems: ORDER_PROBLEMS,
    responses: { 202: Export },
    handle: ({ mandate, body }) => answerOrder(sourceOf(body.kind), mandate, { shelf: ALL, order: body }),
  }),
]

function makeShelf(shelf: Shelf, what: string): Route[] {
  return [
    route({
      method: 'GET',
      path: shelf.place,
      summary: `Ordered files of ${what}: one's own, and for owners all of the organisation`,
      input: { query: ExportQuery },
      access: { permission: 'partner_org.exports.read' },
      limit: 'list',
      responses: { 200: ExportPage },
      handle: ({ mandate, query }) => answerList(mandate, shelf, query),
    }),
    route({
      method: 'GET',
      path: `${shelf.place}/:export_id`,
      summary: `How far a file of ${what} is, and what is in it`,
      input: { params: ExportParams },
      access: { permission: 'partner_org.exports.read' },
      limit: 'detail',
      problems: ['EXPORT_NOT_FOUND'],
      responses: { 200: Export },
      handle: ({ mandate, params }) => answerDetail(mandate, shelf, params.export_id),
    }),
    route({
      method: 'POST',
      path: `${shelf.place}/:export_id/cancel`,
      summary: `Stop a file of ${what} that is not finished`,
      input: { params: ExportParams },
      access: { permission: 'partner_org.exports.read' },
      limit: 'write',
      problems: ['EXPORT_NOT_FOUND', 'CONFLICT'],
      responses: { 200: Export },
      handle: ({ mandate, params }) => answerCancel(mandate, shelf, params.export_id),
    }),
    route({
      method: 'GET',
      path: `${shelf.place}/:export_id/download`,
      summary: `The file, for whom every customer in it is open now`,
      input: { params: ExportParams },
      access: { permission: 'partner.tenants.list', tenant: 'portfolio' },
      limit: 'detail',
      problems: ['EXPORT_NOT_FOUND', 'EXPORT_NOT_READY', 'EXPORT_EXPIRED'],
      responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
      handle: ({ mandate, params }) => answerDownload(mandate, shelf, params.export_id),
    }),
  ]
}

const previews = [
  route({
    method: 'POST',
    path: '/api/v1/partner/billing/invoices/export/preview',
    summary: 'What an order of invoices would come to: rows, tenants, who is left out and why, who pays',
    input: { body: portfolioBody(sourceOf('invoices')) },
    access: { permission: 'partner.billing.invoices.export', tenant: 'portfolio' },
    limit: 'explain',
    problems: ['GROUP_NOT_FOUND'],
    readsOnly: 'It counts rows and orders nothing.',
    responses: { 200: ExportPreview },
    handle: async ({ mandate, body }) => toPreview(await previewAcross(sourceOf('invoices'), mandate, body)),
  }),
  route({
    method: 'POST',
    path: `${ALL.place}/preview`,
    summary: 'What an order of another kind would come to',
    input: { body: AnyOrder },
    access: { permission: 'partner.reports.export', tenant: 'portfolio' },
    limit: 'explain',
    problems: ['GROUP_NOT_FOUND'],
    readsOnly: 'It counts rows and orders nothing.',
    responses: { 200: ExportPreview },
    handle: async ({ mandate, body }) => toPreview(await previewAcross(sourceOf(body.kind), mandate, body)),
  }),
]

const kinds = route({
  method: 'GET',
  path: '/api/v1/partner/export-kinds',
  summary: 'What can be exported of customers, and with which columns',
  input: {},
  access: { permission: 'partner_org.exports.read' },
  limit: 'detail',
  responses: { 200: ExportKinds },
  handle: async () => listKinds('portfolio'),
})

/** Exports across linked tenants. Source: B5 endpoints 5 and 6, B6. */
export const partnerExportRoutes: readonly Route[] = [
  ...orders,
  ...previews,
  kinds,
  ...makeShelf(BILLING, 'invoices'),
  ...makeShelf(ALL, 'all kinds'),
]
