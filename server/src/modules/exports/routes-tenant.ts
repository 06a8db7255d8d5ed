import { z } from 'zod'
import type { ExportSource } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ExportKinds, listKinds } from './kinds.ts'
import { orderOwn, previewOwn } from './order.ts'
import type { Order } from './order.ts'
import { SOURCES, sourceOf } from './registry.ts'
import { answerCancel, answerDetail, answerDownload, answerList } from './routes.ts'
import type { Shelf } from './routes.ts'
import {
  Export,
  ExportPage,
  ExportParams,
  ExportPreview,
  ExportQuery,
  ownBody,
  ownBodyOfKind,
  toExport,
  toPreview,
} from './schemas.ts'

const PLACE = '/api/v1/tenant/exports'
const SHELF: Shelf = {
  place: PLACE,
  kinds: SOURCES.filter(({ permissions }) => permissions.tenant !== undefined).map(({ kind }) => kind),
}

async function answerOrder(source: ExportSource, mandate: Mandate<'tenant'>, order: Order) {
  const row = await orderOwn(source, mandate, order)
  const told = toExport(row, { place: PLACE, now: mandate.origin.now, personId: mandate.actor.id })
  return sent(told, { Location: `${PLACE}/${told.export_id}` })
}

const ORDER = {
  method: 'POST',
  limit: 'export',
  problems: ['EXPORT_TOO_LARGE'],
  responses: { 202: Export },
} as const

/** The kinds that every member may order, through one address. */
const OTHERS = SOURCES.filter(({ permissions }) => permissions.tenant === 'tenant.profile.read')

const [firstOther, ...moreOthers] = OTHERS.map(ownBodyOfKind)
if (!firstOther) throw new Error('There is no kind of export that every member may order.')
const AnyOrder = z.discriminatedUnion('kind', [firstOther, ...moreOthers])

const orders = [
  route({
    ...ORDER,
    path: PLACE,
    summary: 'Order a file of a report on the organisation',
    input: { body: AnyOrder },
    access: { permission: 'tenant.profile.read' },
    handle: ({ mandate, body }) => answerOrder(sourceOf(body.kind), mandate, body),
  }),
  route({
    ...ORDER,
    path: '/api/v1/tenant/billing/invoices/export',
    summary: "Order a file of the organisation's own invoices",
    input: { body: ownBody(sourceOf('invoices')) },
    access: { permission: 'tenant.billing.read' },
    handle: ({ mandate, body }) => answerOrder(sourceOf('invoices'), mandate, body),
  }),
  route({
    ...ORDER,
    path: '/api/v1/tenant/support/tickets/export',
    summary: "Order a file of the organisation's own tickets",
    input: { body: ownBody(sourceOf('tickets')) },
    access: { permission: 'tenant.tickets.read' },
    handle: ({ mandate, body }) => answerOrder(sourceOf('tickets'), mandate, body),
  }),
  route({
    ...ORDER,
    path: '/api/v1/tenant/partner-access/activity/export',
    summary: 'Order a file of what was done in this organisation',
    input: { body: ownBody(sourceOf('activity')) },
    access: { permission: 'tenant.partner_access.audit.read' },
    handle: ({ mandate, body }) => answerOrder(sourceOf('activity'), mandate, body),
  }),
]

const PREVIEW = {
  method: 'POST',
  limit: 'explain',
  readsOnly: 'It counts rows and orders nothing.',
  responses: { 200: ExportPreview },
} as const

const answerPreview = async (source: ExportSource, mandate: Mandate<'tenant'>, order: Order) =>
  toPreview(await previewOwn(source, mandate, order))

const previews = [
  route({
    ...PREVIEW,
    path: `${PLACE}/preview`,
    summary: 'What an order of a report would come to',
    input: { body: AnyOrder },
    access: { permission: 'tenant.profile.read' },
    handle: ({ mandate, body }) => answerPreview(sourceOf(body.kind), mandate, body),
  }),
  route({
    ...PREVIEW,
    path: '/api/v1/tenant/billing/invoices/export/preview',
    summary: "What an order of the organisation's own invoices would come to",
    input: { body: ownBody(sourceOf('invoices')) },
    access: { permission: 'tenant.billing.read' },
    handle: ({ mandate, body }) => answerPreview(sourceOf('invoices'), mandate, body),
  }),
  route({
    ...PREVIEW,
    path: '/api/v1/tenant/support/tickets/export/preview',
    summary: "What an order of the organisation's own tickets would come to",
    input: { body: ownBody(sourceOf('tickets')) },
    access: { permission: 'tenant.tickets.read' },
    handle: ({ mandate, body }) => answerPreview(sourceOf('tickets'), mandate, body),
  }),
  route({
    ...PREVIEW,
    path: '/api/v1/tenant/partner-access/activity/export/preview',
    summary: 'What an order of the activity would come to at most',
    input: { body: ownBody(sourceOf('activity')) },
    access: { permission: 'tenant.partner_access.audit.read' },
    handle: ({ mandate, body }) => answerPreview(sourceOf('activity'), mandate, body),
  }),
]

const shelf = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/export-kinds',
    summary: 'What the organisation can export of its own, and with which columns',
    input: {},
    access: { permission: 'tenant.profile.read' },
    limit: 'detail',
    responses: { 200: ExportKinds },
    handle: async () => listKinds('tenant'),
  }),
  route({
    method: 'GET',
    path: PLACE,
    summary: "Ordered files: one's own, and for admins all of the organisation",
    input: { query: ExportQuery },
    access: { permission: 'tenant.profile.read' },
    limit: 'list',
    responses: { 200: ExportPage },
    handle: ({ mandate, query }) => answerList(mandate, SHELF, query),
  }),
  route({
    method: 'GET',
    path: `${PLACE}/:export_id`,
    summary: 'How far a file is, and what is in it',
    input: { params: ExportParams },
    access: { permission: 'tenant.profile.read' },
    limit: 'detail',
    problems: ['EXPORT_NOT_FOUND'],
    responses: { 200: Export },
    handle: ({ mandate, params }) => answerDetail(mandate, SHELF, params.export_id),
  }),
  route({
    method: 'POST',
    path: `${PLACE}/:export_id/cancel`,
    summary: 'Stop a file that is not finished',
    input: { params: ExportParams },
    access: { permission: 'tenant.profile.read' },
    limit: 'write',
    problems: ['EXPORT_NOT_FOUND', 'CONFLICT'],
    responses: { 200: Export },
    handle: ({ mandate, params }) => answerCancel(mandate, SHELF, params.export_id),
  }),
  route({
    method: 'GET',
    path: `${PLACE}/:export_id/download`,
    summary: 'The file, for whom its rows are open now',
    input: { params: ExportParams },
    access: { permission: 'tenant.profile.read' },
    limit: 'detail',
    problems: ['EXPORT_NOT_FOUND', 'EXPORT_NOT_READY', 'EXPORT_EXPIRED'],
    responses: { 200: z.string().meta({ description: 'The bytes of the file.' }) },
    handle: ({ mandate, params }) => answerDownload(mandate, SHELF, params.export_id),
  }),
]

/** An organisation's exports of its own rows. Source: B6, B10. */
export const tenantExportRoutes: readonly Route[] = [...orders, ...previews, ...shelf]
