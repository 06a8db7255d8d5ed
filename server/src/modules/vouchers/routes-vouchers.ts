import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { noteRead } from '#platform/mandate.ts'
import { calendarDay, commaList, publicId, searchText } from '#platform/route-input.ts'
import { route, sent, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { readVoucherCode } from './code.ts'
import { labelOf } from './events.ts'
import { readZone } from './issue-store.ts'
import { makeIssueVoucher } from './issue.ts'
import { voucherNotFound } from './look-up.ts'
import {
  StaffIssueInput,
  TillVoucher,
  VoucherBody,
  VoucherDetail,
  VoucherPrint,
  VoucherTypeCode,
} from './schemas.ts'
import { drawSquare } from './square.ts'
import { findVoucher, getVoucher, listHistory, listOfSamePerson, listVouchers } from './store.ts'
import type { VoucherFilter, VoucherRow } from './store.ts'
import { VOUCHER_STATES } from './tables.ts'
import { toHistory, toTillVoucher, toVoucher, voucherIdOf } from './view.ts'

export const VOUCHERS = '/api/v1/tenant/vouchers'
export const VoucherParams = z.strictObject({ voucher_id: publicId('voucher') })

const SearchQuery = z.strictObject({
  status: commaList(z.enum(VOUCHER_STATES)).optional(),
  voucher_type: VoucherTypeCode.optional(),
  agency_id: publicId('agency').optional(),
  date_of_birth: calendarDay().optional(),
  search: searchText().optional().meta({ description: 'A whole code, or parts of first and last names.' }),
  order: z.enum(['newest', 'oldest']).default('newest'),
  ...pageQuery,
})

function toFilter(query: z.output<typeof SearchQuery>): VoucherFilter {
  const code = query.search === undefined ? null : readVoucherCode(query.search)
  return {
    states: query.status,
    typeCode: query.voucher_type,
    agencyId: query.agency_id,
    dateOfBirth: query.date_of_birth,
    // Some names of twelve letters are codes as well: whoever types one means either.
    ...((code === null || !/\d/.test(query.search ?? '')) && { name: query.search }),
    ...(code !== null && { code }),
    oldestFirst: query.order === 'oldest',
  }
}

/** A voucher with its history and what else the person has. */
export async function describeVoucher(
  mandate: Mandate<'tenant'>,
  row: VoucherRow,
): Promise<z.input<typeof VoucherDetail>> {
  const zone = await readZone(mandate)
  const history = await listHistory(mandate, row.id)
  const same = await listOfSamePerson(mandate, row)
  return {
    ...toVoucher(row, zone),
    history: history.map(toHistory),
    same_person: same.map((one) => toVoucher(one, zone)),
  }
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: VOUCHERS,
    summary: "Search the organisation's vouchers",
    input: { query: SearchQuery },
    access: { permission: 'tenant.vouchers.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(VoucherBody)).meta({ id: 'VoucherPage' }) },
    async handle({ mandate, query }) {
      const zone = await readZone(mandate)
      const { rows, total } = await listVouchers(mandate, toFilter(query), query)
      noteRead(mandate, { action: 'voucher.searched', rowCount: rows.length })
      return toPage(
        rows.map((row) => toVoucher(row, zone)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${VOUCHERS}/:voucher_id`,
    summary: 'One voucher with its history, and other vouchers for the same person',
    input: { params: VoucherParams },
    access: { permission: 'tenant.vouchers.read' },
    limit: 'detail',
    problems: ['VOUCHER_NOT_FOUND'],
    responses: { 200: VoucherDetail },
    async handle({ mandate, params }) {
      const row = await getVoucher(mandate, params.voucher_id)
      noteRead(mandate, {
        action: 'voucher.read',
        resource: { type: 'voucher', id: row.id, label: labelOf(row.type_label, row.code) },
      })
      return sentAt(await describeVoucher(mandate, row), row.version)
    },
  }),
  route({
    method: 'GET',
    path: `${VOUCHERS}/:voucher_id/print`,
    summary: 'What is printed of a voucher, without the person; the square holds the code',
    input: { params: VoucherParams },
    access: { permission: 'tenant.vouchers.read' },
    limit: 'detail',
    problems: ['VOUCHER_NOT_FOUND'],
    responses: { 200: VoucherPrint },
    async handle({ mandate, params }) {
      const row = await getVoucher(mandate, params.voucher_id)
      noteRead(mandate, {
        action: 'voucher.read',
        resource: { type: 'voucher', id: row.id, label: labelOf(row.type_label, row.code) },
      })
      const till = toTillVoucher(row, await readZone(mandate))
      return {
        code: till.code,
        status: till.status,
        voucher_type_label: till.voucher_type_label,
        tenant_name: mandate.tenant.name,
        expires_on: till.expires_on,
        square: drawSquare(till.code),
      }
    },
  }),
  route({
    method: 'POST',
    path: `${VOUCHERS}/look-up`,
    summary: 'Read a voucher by its code, for the till',
    input: { body: z.strictObject({ code: z.string().min(1).max(60) }) },
    access: { permission: 'tenant.vouchers.redeem' },
    limit: 'detail',
    readsOnly: 'The code is in the body, so that it is in no address and no log.',
    problems: ['VOUCHER_NOT_FOUND'],
    responses: { 200: TillVoucher },
    async handle({ mandate, body }) {
      const code = readVoucherCode(body.code)
      const row = code === null ? undefined : await findVoucher(mandate, code)
      if (!row) throw voucherNotFound()
      noteRead(mandate, {
        action: 'voucher.looked_up',
        resource: { type: 'voucher', id: row.id, label: labelOf(row.type_label, row.code) },
      })
      return toTillVoucher(row, await readZone(mandate))
    },
  }),
]

/** The routes by which a tenant's own people find and issue vouchers (E9). */
export function makeStaffVoucherRoutes({ vault }: Services): readonly Route[] {
  const issueVoucher = makeIssueVoucher(vault)
  return [
    ...readRoutes,
    route({
      method: 'POST',
      path: VOUCHERS,
      summary: 'Issue a voucher',
      input: { body: StaffIssueInput },
      access: { permission: 'tenant.vouchers.issue' },
      limit: 'write',
      waitsForKey: true,
      problems: ['VOUCHER_TYPE_NOT_ALLOWED', 'DUPLICATE_VOUCHER'],
      responses: { 201: VoucherBody, 202: VoucherBody },
      async handle({ mandate, body }) {
        const { voucher, status, zone } = await issueVoucher(mandate, body)
        const row = await findVoucher(mandate, voucher.code)
        if (!row) throw new Error('A voucher that was issued is not there.')
        const location = { Location: `${VOUCHERS}/${voucherIdOf(row.id)}` }
        return sent(toVoucher(row, zone), location, status === 'issued' ? 201 : 202)
      },
    }),
  ]
}
