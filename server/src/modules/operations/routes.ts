import { LINK_ROLES } from '@liaison/access'
import { z } from 'zod'
import { getTemplate, TemplateParams, TenantSlug } from '#modules/links/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { instantText, plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { cancelOperation, getOperation, insertOperation, listItems, listOperations } from './store.ts'
import type { ItemRow, OperationId, OperationRow, Order } from './store.ts'
import { ACTIONS, OUTCOMES, STATUSES } from './tables.ts'
import type { OperationParameters } from './tables.ts'
import { PERMISSION_OF } from './work.ts'

const MAXIMUM_ITEMS = 200

const Reason = plainText(1, 500).optional()
const items = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MAXIMUM_ITEMS)
const LinkItems = items(z.strictObject({ link_id: publicId('link') }))

const BulkInput = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('assign'),
    items: items(
      z.strictObject({
        link_id: publicId('link'),
        member_id: publicId('member'),
        role: z.enum(LINK_ROLES).nullable().default(null),
        ends_at: instantText().nullable().default(null),
      }),
    ),
  }),
  z.strictObject({
    action: z.literal('unassign'),
    items: items(z.strictObject({ link_id: publicId('link'), member_id: publicId('member') })),
  }),
  z.strictObject({ action: z.literal('renew'), reason: Reason, items: LinkItems }),
  z.strictObject({ action: z.literal('suspend'), reason: Reason, items: LinkItems }),
  z.strictObject({
    action: z.literal('set_auto_renew'),
    auto_renew_days: z.union([z.literal(0), z.literal(180)]),
    reason: Reason,
    items: LinkItems,
  }),
  z
    .strictObject({
      action: z.literal('set_alerts'),
      notify_on_sla_breach: z.boolean().optional(),
      notify_on_billing_threshold: z.boolean().optional(),
      billing_alert_threshold: z
        .strictObject({
          amount_minor: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
          currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency such as EUR'),
        })
        .nullable()
        .optional(),
      items: LinkItems,
    })
    .refine(({ action: _action, items: _items, ...alerts }) => Object.keys(alerts).length > 0, {
      message: 'must change something',
      params: { code: 'NOTHING_TO_CHANGE' },
    }),
])

type Bulk = z.output<typeof BulkInput>

const OperationBody = z
  .strictObject({
    operation_id: z.string(),
    action: z.enum(ACTIONS),
    status: z.enum(STATUSES),
    ordered_by_name: z.string(),
    created_at: z.string(),
    finished_at: z.string().nullable(),
    items_count: z.int(),
    waiting: z.int(),
    done: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    cancelled: z.int().meta({ description: 'How many still waited when it was stopped.' }),
    cancelled_by_name: z.string().nullable(),
  })
  .meta({ id: 'BulkOperation' })

const ItemBody = z.strictObject({
  link_id: z.string().nullable(),
  tenant_slug: z.string().nullable().meta({ description: 'The code that a request was sent to.' }),
  tenant_name: z.string().nullable(),
  member_id: z.string().nullable(),
  member_name: z.string().nullable(),
  outcome: z.enum(OUTCOMES),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})

const OperationDetail = OperationBody.extend({ items: z.array(ItemBody) })
  .strict()
  .meta({ id: 'BulkOperationDetail' })

const publicOperation = (id: string) => publicIdOf('operation', id)

function toOperation(row: OperationRow): z.input<typeof OperationBody> {
  return {
    operation_id: publicOperation(row.id),
    action: row.action,
    status: row.status,
    ordered_by_name: row.ordered_by_name,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    items_count: row.items_count,
    waiting: row.items_count - row.done - row.unchanged - row.refused - row.cancelled,
    done: row.done,
    unchanged: row.unchanged,
    refused: row.refused,
    cancelled: row.cancelled,
    cancelled_by_name: row.cancelled_by_name,
  }
}

function toItem(row: ItemRow): z.input<typeof ItemBody> {
  return {
    tenant_name: row.tenant_name,
    member_name: row.member_name,
    outcome: row.outcome,
    code: row.code,
    detail: row.detail,
    tenant_slug: row.tenant_slug,
    link_id: row.link_id === null ? null : publicIdOf('link', row.link_id),
    member_id: row.member_id === null ? null : publicIdOf('member', row.member_id),
  }
}

function refuseRepeated(body: Bulk): void {
  const keys = body.items.map((item) =>
    'member_id' in item ? `${item.link_id} ${item.member_id}` : item.link_id,
  )
  const errors = keys.flatMap((key, index) =>
    keys.indexOf(key) < index
      ? [{ pointer: `/body/items/${index}`, code: 'REPEATED', detail: 'Each is named once.' }]
      : [],
  )
  if (errors.length > 0) throw inputRefused(errors)
}

/** What an order says of all its links, as it is stored. */
function toParameters(body: Bulk): OperationParameters {
  switch (body.action) {
    case 'assign':
    case 'unassign':
      return {}
    case 'renew':
    case 'suspend':
      return { reason: body.reason ?? null }
    case 'set_auto_renew':
      return { reason: body.reason ?? null, auto_renew_days: body.auto_renew_days }
    case 'set_alerts': {
      const { action: _action, items: _items, ...alerts } = body
      return { alerts }
    }
  }
}

function toOrder(body: Bulk): Order {
  const chosen = body.items.map(({ link_id: linkId, ...parameters }) => ({ linkId, parameters }))
  return { action: body.action, parameters: toParameters(body), items: chosen }
}

async function answerOperation(mandate: Mandate<'program'>, id: OperationId) {
  const row = await getOperation(mandate, id)
  return { ...toOperation(row), items: (await listItems(mandate, id)).map(toItem) }
}

/** Writes an order down with its event; a worker takes it from there. */
async function place(mandate: Mandate<'program'>, order: Order, template?: string) {
  const id = await insertOperation(mandate, order)
  recordEvent(mandate, {
    action: 'operations.order',
    resource: { type: 'operation', id, ...(template !== undefined && { label: template }) },
    changes: {
      step: { before: null, after: order.action },
      links: { before: 0, after: order.items.length },
    },
  })
  return sent(await answerOperation(mandate, id), {
    Location: `/api/v1/partner/operations/${publicOperation(id)}`,
  })
}

/** Stops what still waits, with its event; stopping again changes nothing, which its event says by telling of no change. */
async function stop(mandate: Mandate<'program'>, id: OperationId) {
  const cancelled = await cancelOperation(mandate, id)
  recordEvent(mandate, {
    action: 'operations.cancel',
    resource: { type: 'operation', id },
    ...(cancelled !== null && { changes: { links: { before: cancelled, after: 0 } } }),
  })
  return answerOperation(mandate, id)
}

const ApplyInput = z.strictObject({
  tenant_slugs: z
    .array(TenantSlug)
    .min(1)
    .max(MAXIMUM_ITEMS)
    .refine((slugs) => new Set(slugs).size === slugs.length, {
      message: 'names a customer twice',
      params: { code: 'DUPLICATE_ITEM' },
    }),
})

const OperationParams = z.strictObject({ operation_id: publicId('operation') })

const access = { permission: 'partner_org.links.manage' } as const

/** The routes of one step for many links, and of what became of it (B14). */
export const operationRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/partner/links/bulk',
    summary: 'Order one step for up to 200 links; each is decided and answered for itself',
    input: { body: BulkInput },
    access,
    limit: 'write',
    problems: ['TOO_MANY_OPERATIONS'],
    responses: { 202: OperationDetail },
    async handle({ mandate, body }) {
      refuseRepeated(body)
      requireAlso(mandate, PERMISSION_OF[body.action])
      return place(mandate, toOrder(body))
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/link-templates/:template_id/apply',
    summary: 'Ask up to 200 customers for what a template says; each is answered for itself',
    input: { params: TemplateParams, body: ApplyInput },
    access: { permission: 'partner_org.links.request' },
    limit: 'link_request',
    problems: ['TEMPLATE_NOT_FOUND', 'TOO_MANY_OPERATIONS'],
    responses: { 202: OperationDetail },
    async handle({ mandate, params, body }) {
      const template = await getTemplate(mandate, params.template_id)
      const chosen = body.tenant_slugs.map((slug) => ({ linkId: null, parameters: { tenant_slug: slug } }))
      const order = { action: 'request', parameters: { request: template.terms }, items: chosen } as const
      return place(mandate, order, template.name)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/operations',
    summary: 'The steps for many links that were ordered, newest first',
    input: { query: z.strictObject(pageQuery) },
    access,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(OperationBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listOperations(mandate, query)
      return toPage(rows.map(toOperation), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/operations/:operation_id',
    summary: 'How far an operation is, with the outcome for each link',
    input: { params: OperationParams },
    access,
    limit: 'detail',
    problems: ['OPERATION_NOT_FOUND'],
    responses: { 200: OperationDetail },
    handle: ({ mandate, params }) => answerOperation(mandate, params.operation_id),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/operations/:operation_id/cancel',
    summary: 'Stop what still waits of an operation; what was done by then stays done',
    input: { params: OperationParams },
    access,
    limit: 'write',
    problems: ['OPERATION_NOT_FOUND', 'OPERATION_FINISHED'],
    responses: { 200: OperationDetail },
    handle: ({ mandate, params }) => stop(mandate, params.operation_id),
  }),
]
