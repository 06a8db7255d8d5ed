import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { recordEvent } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { ChangeTypeInput, NewTypeInput, VoucherTypeBody } from './schemas.ts'
import { getType, insertType, listTypes, updateType } from './type-store.ts'
import type { VoucherTypeRow } from './type-store.ts'
import { toVoucherType } from './view.ts'

const BASE = '/api/v1/tenant/voucher-types'
const TypeParams = z.strictObject({ voucher_type_id: publicId('voucher_type') })

const TOLD = [
  'label',
  'valid_days',
  'duplicate_policy',
  'duplicate_window_days',
  'yearly_reset',
  'keep_recipient_days',
  'is_active',
] as const

function record(
  mandate: Mandate<'tenant'>,
  row: VoucherTypeRow,
  told: {
    readonly action: 'voucher_type.created' | 'voucher_type.updated'
    readonly before?: VoucherTypeRow
  },
): void {
  const changed = TOLD.filter((field) => told.before?.[field] !== row[field])
  recordEvent(mandate, {
    action: told.action,
    resource: { type: 'voucher_type', id: row.id, label: row.label },
    changes: Object.fromEntries(
      changed.map((field) => [
        field,
        { ...(told.before && { before: told.before[field] }), after: row[field] },
      ]),
    ),
  })
}

const answer = (row: VoucherTypeRow) => sentAt(toVoucherType(row), row.version)

/** The routes by which a tenant says which vouchers there are (E9). */
export const voucherTypeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: BASE,
    summary: "The organisation's types of vouchers",
    input: {},
    access: { permission: 'tenant.vouchers.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(VoucherTypeBody) }).meta({ id: 'VoucherTypeList' }) },
    async handle({ mandate }) {
      return { items: (await listTypes(mandate)).map(toVoucherType) }
    },
  }),
  route({
    method: 'POST',
    path: BASE,
    summary: 'Add a type of voucher',
    input: { body: NewTypeInput },
    access: { permission: 'tenant.voucher_types.manage' },
    limit: 'write',
    problems: ['VOUCHER_TYPE_TAKEN'],
    responses: { 201: VoucherTypeBody },
    async handle({ mandate, body }) {
      const row = await insertType(mandate, body)
      record(mandate, row, { action: 'voucher_type.created' })
      return answer(row)
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:voucher_type_id`,
    summary: 'One type of voucher',
    input: { params: TypeParams },
    access: { permission: 'tenant.vouchers.read' },
    limit: 'detail',
    problems: ['VOUCHER_TYPE_NOT_FOUND'],
    responses: { 200: VoucherTypeBody },
    async handle({ mandate, params }) {
      return answer(await getType(mandate, params.voucher_type_id))
    },
  }),
  route({
    method: 'PUT',
    path: `${BASE}/:voucher_type_id`,
    summary: 'Change a type of voucher; vouchers that were issued keep their last day',
    input: { params: TypeParams, body: ChangeTypeInput },
    access: { permission: 'tenant.voucher_types.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['VOUCHER_TYPE_NOT_FOUND'],
    responses: { 200: VoucherTypeBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const before = await getType(mandate, params.voucher_type_id)
      const row = await updateType(mandate, before, { expected: expectedVersion, input: body })
      record(mandate, row, { action: 'voucher_type.updated', before })
      return answer(row)
    },
  }),
]
