import { z } from 'zod'
import type { ExportSource, ProgramExportMandate } from '#platform/export-source.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ExportKinds, listKinds } from './kinds.ts'
import { orderOfProgram, previewOfProgram } from './order.ts'
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
  ownBodyOfKind,
  toExport,
  toPreview,
} from './schemas.ts'

const FILE = z.string().meta({ description: 'The bytes of the file.' })
const NO_FILE = ['EXPORT_NOT_FOUND', 'EXPORT_NOT_READY', 'EXPORT_EXPIRED']

interface Side {
  readonly side: 'program' | 'platform'
  readonly place: `/api/v1/${string}`
  readonly kindsPlace: `/api/v1/${string}`
  readonly whose: string
}

const sourcesOf = (side: Side['side']) => SOURCES.filter(({ permissions }) => permissions[side] !== undefined)

/** A partner's file holds its own rows whatever is asked, so its order names no partner. */
function withoutPartner(source: ExportSource): ExportSource {
  const { partner_id: _partner, ...shape } = source.filter.shape
  return { ...source, filter: z.strictObject(shape) }
}

function bodyOf(sources: readonly ExportSource[]) {
  const [first, ...more] = sources.map(ownBodyOfKind)
  if (!first) throw new Error('There is no kind of export of the program.')
  return z.discriminatedUnion('kind', [first, ...more])
}

async function answerOrder(
  mandate: ProgramExportMandate,
  place: Shelf['place'],
  order: Order & { kind: string },
) {
  const row = await orderOfProgram(sourceOf(order.kind), mandate, order)
  const told = toExport(row, { place, now: mandate.origin.now, personId: mandate.actor.id })
  return sent(told, { Location: `${place}/${told.export_id}` })
}

const answerPreview = async (mandate: ProgramExportMandate, order: Order & { kind: string }) =>
  toPreview(await previewOfProgram(sourceOf(order.kind), mandate, order))

const OWN: Side = {
  side: 'program',
  place: '/api/v1/program/exports',
  kindsPlace: '/api/v1/program/export-kinds',
  whose: 'the partner',
}
const OWN_ACCESS = { permission: 'partner_org.earnings.export' } as const
const OWN_BODY = bodyOf(sourcesOf('program').map(withoutPartner))
const OWN_SHELF: Shelf = { place: OWN.place, kinds: sourcesOf('program').map(({ kind }) => kind) }

const ALL: Side = {
  side: 'platform',
  place: '/api/v1/admin/program-exports',
  kindsPlace: '/api/v1/admin/program-export-kinds',
  whose: 'all partners',
}
const ALL_ACCESS = { permission: 'platform.payouts.read' } as const
const ALL_BODY = bodyOf(sourcesOf('platform'))
const ALL_SHELF: Shelf = { place: ALL.place, kinds: sourcesOf('platform').map(({ kind }) => kind) }

const ownOrders = [
  route({
    method: 'POST',
    path: OWN.place,
    summary: 'Order a file of earnings, statements, payouts or referrals of the partner',
    input: { body: OWN_BODY },
    access: OWN_ACCESS,
    limit: 'export',
    problems: ['EXPORT_TOO_LARGE'],
    responses: { 202: Export },
    handle: ({ mandate, body }) => answerOrder(mandate, OWN.place, body),
  }),
  route({
    method: 'POST',
    path: `${OWN.place}/preview`,
    summary: 'What an order of a file of the partner would come to',
    input: { body: OWN_BODY },
    access: OWN_ACCESS,
    limit: 'explain',
    readsOnly: 'It counts rows and orders nothing.',
    responses: { 200: ExportPreview },
    handle: ({ mandate, body }) => answerPreview(mandate, body),
  }),
]

const allOrders = [
  route({
    method: 'POST',
    path: ALL.place,
    summary: 'Order a file of payout batches, payouts, earnings, statements or referrals of all partners',
    input: { body: ALL_BODY },
    access: ALL_ACCESS,
    limit: 'export',
    problems: ['EXPORT_TOO_LARGE'],
    responses: { 202: Export },
    handle: ({ mandate, body }) => answerOrder(mandate, ALL.place, body),
  }),
  route({
    method: 'POST',
    path: `${ALL.place}/preview`,
    summary: 'What an order of a file of all partners would come to',
    input: { body: ALL_BODY },
    access: ALL_ACCESS,
    limit: 'explain',
    readsOnly: 'It counts rows and orders nothing.',
    responses: { 200: ExportPreview },
    handle: ({ mandate, body }) => answerPreview(mandate, body),
  }),
]

const accessOf = ({ side }: Side) => (side === 'program' ? OWN_ACCESS : ALL_ACCESS)

function makeReads(of: Side, shelf: Shelf): Route[] {
  const { side, kindsPlace, whose } = of
  const access = accessOf(of)
  return [
    route({
      method: 'GET',
      path: kindsPlace,
      summary: `What can be exported of ${whose} in the program, and with which columns`,
      input: {},
      access,
      limit: 'detail',
      responses: { 200: ExportKinds },
      handle: async () => listKinds(side),
    }),
    route({
      method: 'GET',
      path: shelf.place,
      summary: `Ordered files of ${whose} in the program, newest first`,
      input: { query: ExportQuery },
      access,
      limit: 'list',
      responses: { 200: ExportPage },
      handle: ({ mandate, query }) => answerList(mandate, shelf, query),
    }),
    route({
      method: 'GET',
      path: `${shelf.place}/:export_id`,
      summary: `How far a file of ${whose} in the program is`,
      input: { params: ExportParams },
      access,
      limit: 'detail',
      problems: ['EXPORT_NOT_FOUND'],
      responses: { 200: Export },
      handle: ({ mandate, params }) => answerDetail(mandate, shelf, params.export_id),
    }),
  ]
}

function makeActs(of: Side, shelf: Shelf): Route[] {
  const { whose } = of
  const access = accessOf(of)
  return [
    route({
      method: 'POST',
      path: `${shelf.place}/:export_id/cancel`,
      summary: `Stop a file of ${whose} in the program that is not finished`,
      input: { params: ExportParams },
      access,
      limit: 'write',
      problems: ['EXPORT_NOT_FOUND', 'CONFLICT'],
      responses: { 200: Export },
      handle: ({ mandate, params }) => answerCancel(mandate, shelf, params.export_id),
    }),
    route({
      method: 'GET',
      path: `${shelf.place}/:export_id/download`,
      summary: `The file of ${whose} in the program, for whom its rows are open now`,
      input: { params: ExportParams },
      access,
      limit: 'detail',
      problems: NO_FILE,
      responses: { 200: FILE },
      handle: ({ mandate, params }) => answerDownload(mandate, shelf, params.export_id),
    }),
  ]
}

/** Files of the partner program, of a partner's own and of the provider's. Source: D10, program.md sections 8 and 13. */
export const programExportRoutes: readonly Route[] = [
  ...ownOrders,
  ...makeReads(OWN, OWN_SHELF),
  ...makeActs(OWN, OWN_SHELF),
  ...allOrders,
  ...makeReads(ALL, ALL_SHELF),
  ...makeActs(ALL, ALL_SHELF),
]
