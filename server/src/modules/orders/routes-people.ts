import { idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { calendarDay, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { announceOrder } from './events.ts'
import { ExpectedTotal, toExpected } from './expected-total.ts'
import { Items, Reference, requireDayToCome } from './inputs.ts'
import { insertOrderOfPerson, listOrderingAccounts, listProducts, payerChanged } from './people-store.ts'
import type { OrderingMandate } from './people-store.ts'
import { dayOf } from './rules.ts'
import type { Offer } from './rules.ts'
import { getOrder, listItems } from './store.ts'
import type { OrderingAccountRow } from './tables.ts'
import { BillingBody, OrderDetail, toBilling, toOrder } from './view.ts'

const Product = z.strictObject({ product_code: z.string(), name: z.string(), once: Money, monthly: Money })

const OrderingAccount = z
  .strictObject({
    billing_account_id: z.string(),
    customer_ban: z.string(),
    name: z.string(),
    currency: z.string(),
    billing: BillingBody.nullable().meta({
      description:
        'Who pays for what is ordered now; null while nobody does, and then nothing can be ordered.',
    }),
    relationship_id: z.string().nullable().meta({
      description: 'Where it is recorded that this party pays; sent with the order.',
    }),
    products: z.array(Product).meta({ description: 'What can be ordered, at the prices of now.' }),
  })
  .meta({ id: 'OrderingAccount' })

const Ordering = z.strictObject({ items: z.array(OrderingAccount) }).meta({ id: 'Ordering' })

const PersonOrderBody = z.strictObject({
  billing_account_id: publicId('billing_account'),
  relationship_id: publicId('commercial_relationship').meta({
    description: 'As it was read with the account: the order is refused when somebody else pays by now.',
  }),
  items: Items,
  expected_total: ExpectedTotal.optional().meta({
    description: 'What it costs as it was read: the order is refused when that changed by now.',
  }),
  reference: Reference.optional(),
  requested_date: calendarDay()
    .optional()
    .meta({ description: 'The day on which it is wanted; today without it.' }),
})

function toAccount(row: OrderingAccountRow, offers: readonly Offer[]): z.input<typeof OrderingAccount> {
  const { payer, currency } = row
  return {
    billing_account_id: publicIdOf('billing_account', row.id),
    customer_ban: row.ban,
    name: row.name,
    currency,
    billing: payer && toBilling({ ...payer, billing_mode: payer.kind }),
    relationship_id: payer && toRelationshipId(payer.relationship_id),
    products: offers.map((offer) => ({
      product_code: offer.code,
      name: offer.name,
      once: toMoney(offer.once_minor, currency),
      monthly: toMoney(offer.monthly_minor, currency),
    })),
  }
}

function toRelationshipId(uuid: string): string {
  return publicIdOf('commercial_relationship', uuid)
}

async function answerOrdering(mandate: OrderingMandate): Promise<z.input<typeof Ordering>> {
  const accounts = await listOrderingAccounts(mandate)
  const offers = await listProducts(mandate, [...new Set(accounts.map(({ currency }) => currency))])
  noteRead(mandate, { action: 'orders.accounts.list', rowCount: accounts.length })
  return { items: accounts.map((account) => toAccount(account, offers.get(account.currency) ?? [])) }
}

async function getAccount(
  mandate: OrderingMandate,
  id: IdOf<'billing_account'>,
): Promise<OrderingAccountRow> {
  const account = (await listOrderingAccounts(mandate)).find((row) => row.id === id)
  if (account) return account
  throw new ProblemError(422, 'VALIDATION_ERROR', 'No account that takes your orders has this id.', {
    errors: [
      { pointer: '/body/billing_account_id', code: 'ACCOUNT_UNKNOWN', detail: 'takes no orders of yours' },
    ],
  })
}

async function place(mandate: OrderingMandate, body: z.output<typeof PersonOrderBody>) {
  const account = await getAccount(mandate, body.billing_account_id)
  requireDayToCome(body.requested_date, mandate.origin.now)
  if (account.payer && account.payer.relationship_id !== body.relationship_id) throw payerChanged()
  const uuid = await insertOrderOfPerson(mandate, {
    account,
    items: body.items,
    reference: body.reference ?? null,
    requestedOn: body.requested_date ?? dayOf(mandate.origin.now),
    expected: toExpected(body.expected_total, account.currency),
  })
  const order = await getOrder(mandate, idFromUuid('order', uuid))
  await announceOrder(mandate, order, {
    action: 'orders.create',
    changes: { state: { after: order.status }, items: { after: body.items } },
  })
  const items = (await listItems(mandate, [order])).get(order.id) ?? []
  return sentAt({ ...toOrder(order, items), moves: [] }, order.version)
}

const PROBLEMS = [
  'ORDER_PAYER_CHANGED',
  'ORDER_PAYER_MISSING',
  'ORDER_PRICE_CHANGED',
  'ORDER_STATE_CONFLICT',
] as const

/** Orders that people place in the portal, for their own organisation or acting in a customer's. Source: A5, experience.md section 4. */
export const personOrderRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/ordering',
    summary: 'For which accounts of the organisation can be ordered, what, and who pays',
    input: {},
    access: { permission: 'tenant.orders.read' },
    limit: 'list',
    responses: { 200: Ordering },
    handle: ({ mandate }) => answerOrdering(mandate),
  }),
  route({
    method: 'POST',
    path: '/api/v1/tenant/orders',
    summary: 'Place an order for the organisation; who pays is what the account says',
    input: { body: PersonOrderBody },
    access: { permission: 'tenant.orders.create' },
    limit: 'write',
    problems: PROBLEMS,
    responses: { 201: OrderDetail },
    handle: ({ mandate, body }) => place(mandate, body),
  }),
  route({
    method: 'GET',
    path: '/api/v1/partner/ordering',
    summary: 'For which accounts of the customer acted in can be ordered, what, and who pays',
    input: {},
    access: { permission: 'partner.tenants.read', tenant: 'header' },
    limit: 'list',
    responses: { 200: Ordering },
    handle: ({ mandate }) => answerOrdering(mandate),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/orders',
    summary: 'Place an order for the customer acted in; who pays is what the account says',
    input: { body: PersonOrderBody },
    access: { permission: 'partner.provisioning.orders.create', tenant: 'header' },
    limit: 'write',
    problems: [...PROBLEMS, 'ORDER_PAYER_NOT_AGREED'],
    responses: { 201: OrderDetail },
    handle: ({ mandate, body }) => place(mandate, body),
  }),
]
