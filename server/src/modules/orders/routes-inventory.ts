import { z } from 'zod'
import { nameOf } from '#platform/credentials/access-token.ts'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { calendarDay, publicId, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { UNTOLD } from './account-names-store.ts'
import { getAccount, listClientInvoices, listOffers } from './client-store.ts'
import { AccountParams, cursor, PARTIES } from './inputs.ts'
import { readerOf } from './order-list.ts'
import { requireOwnParties } from './refusals.ts'
import { onAccount } from './routes-client.ts'
import { answerServices, ServicePage, serviceQuery } from './service-list.ts'
import { getService } from './store.ts'
import {
  BillingBody,
  ClientInvoiceBody,
  ServiceBody,
  toClientInvoice,
  toDelegationId,
  toService,
  toTenantId,
} from './view.ts'

const BASE = '/api/v1/customers/:customer_ban'

const AccountBody = z
  .strictObject({
    customer_id: z.string(),
    customer_name: z.string(),
    customer_ban: z.string(),
    name: z.string(),
    currency: z.string(),
    status: z.enum(['active', 'closed']),
    access: z.enum(['own', 'delegated', 'resale']),
    delegation_id: z.string().nullable(),
    billing: BillingBody.nullable().meta({
      description:
        'Who pays for what is ordered now; null while nobody does, and then nothing can be ordered.',
    }),
  })
  .meta({ id: 'Account' })

function billingNow({ billing, token }: Mandate<'api'>): z.input<typeof BillingBody> | null {
  return (
    billing && {
      party: toTenantId(billing.payerTenantId),
      party_name: billing.payerName,
      ban: token.account.customerRef === undefined ? billing.payerBan : (billing.payerRef ?? UNTOLD),
      mode: billing.mode,
    }
  )
}

const accountRoute = route({
  method: 'GET',
  path: `${BASE}/account`,
  summary: 'The billing account, and who pays for what is ordered now',
  input: { params: AccountParams, query: z.strictObject(PARTIES) },
  access: onAccount('api.accounts.read'),
  limit: 'detail',
  problems: ['BILLING_PARTY_MISMATCH'],
  responses: { 200: AccountBody },
  async handle({ mandate, query }) {
    requireOwnParties(mandate, 'api.accounts.read', [query])
    const { name, currency, status } = await getAccount(mandate)
    const accountName = nameOf(mandate.token.account)
    noteRead(mandate, {
      action: 'accounts.read',
      resource: { type: 'billing_account', id: mandate.account.id, label: accountName },
      rowCount: 1,
    })
    return {
      customer_id: toTenantId(mandate.tenant.id),
      customer_name: mandate.tenant.name,
      customer_ban: accountName,
      name,
      currency,
      status,
      access: mandate.access,
      delegation_id: toDelegationId(mandate.access, mandate.delegation?.id ?? null),
      billing: billingNow(mandate),
    }
  },
})

const ProductBody = z.strictObject({
  product_code: z.string(),
  name: z.string(),
  once: Money,
  monthly: Money,
})

const productRoute = route({
  method: 'GET',
  path: `${BASE}/products`,
  summary: 'What can be ordered for the billing account, at the prices of now',
  input: { params: AccountParams, query: z.strictObject(PARTIES) },
  access: onAccount('api.orders.create'),
  limit: 'list',
  problems: ['BILLING_PARTY_MISMATCH'],
  responses: { 200: z.strictObject({ items: z.array(ProductBody), billing: BillingBody.nullable() }) },
  async handle({ mandate, query }) {
    requireOwnParties(mandate, 'api.orders.create', [query])
    const { currency } = await getAccount(mandate)
    const offers = await listOffers(mandate, currency)
    noteRead(mandate, { action: 'products.list', rowCount: offers.length })
    return {
      items: offers.map((offer) => ({
        product_code: offer.code,
        name: offer.name,
        once: toMoney(offer.once_minor, currency),
        monthly: toMoney(offer.monthly_minor, currency),
      })),
      billing: billingNow(mandate),
    }
  },
})

function makeServiceRoutes(cursors: CursorSigner): Route[] {
  return [
    route({
      method: 'GET',
      path: `${BASE}/services`,
      summary: 'The services of the billing account, newest first',
      input: { params: AccountParams, query: z.strictObject({ ...serviceQuery, ...PARTIES }) },
      access: onAccount('api.services.read'),
      limit: 'list',
      problems: ['CURSOR_INVALID', 'BILLING_PARTY_MISMATCH'],
      responses: { 200: ServicePage },
      async handle({ mandate, query }) {
        requireOwnParties(mandate, 'api.services.read', [query])
        const page = await answerServices(mandate, query, cursors)
        noteRead(mandate, { action: 'services.list', rowCount: page.items.length })
        return page
      },
    }),
    route({
      method: 'GET',
      path: `${BASE}/services/:service_id`,
      summary: 'One service with who ordered it and who pays for it',
      input: {
        params: z.strictObject({ ...AccountParams.shape, service_id: publicId('service') }),
        query: z.strictObject(PARTIES),
      },
      access: onAccount('api.services.read'),
      limit: 'detail',
      problems: ['SERVICE_NOT_FOUND', 'BILLING_PARTY_MISMATCH'],
      responses: { 200: ServiceBody },
      async handle({ mandate, params, query }) {
        requireOwnParties(mandate, 'api.services.read', [query])
        const row = await getService(mandate, params.service_id)
        noteRead(mandate, {
          action: 'services.read',
          resource: { type: 'service', id: row.id, label: row.product_name },
          rowCount: 1,
        })
        return toService(row)
      },
    }),
  ]
}

const InvoicePage = z.strictObject(cursorPageOf(ClientInvoiceBody)).meta({ id: 'AccountInvoicePage' })

function makeInvoiceRoute(cursors: CursorSigner): Route {
  return route({
    method: 'GET',
    path: `${BASE}/invoices`,
    summary: 'The invoices of the billing account, newest first',
    input: {
      params: AccountParams,
      query: z.strictObject({
        from_date: calendarDay().optional(),
        to_date: calendarDay().optional(),
        cursor,
        limit: wholeNumber(1, 100).default(50),
        ...PARTIES,
      }),
    },
    access: onAccount('api.invoices.read'),
    limit: 'list',
    problems: ['CURSOR_INVALID', 'BILLING_PARTY_MISMATCH'],
    responses: { 200: InvoicePage },
    async handle({ mandate, query }) {
      requireOwnParties(mandate, 'api.invoices.read', [query])
      const filter = { from: query.from_date, to: query.to_date }
      const bound = ['invoices', readerOf(mandate), filter]
      const [day, id] = query.cursor === undefined ? [] : cursors.read(query.cursor, bound)
      const after = id === undefined ? null : { day: String(day), id: String(id) }
      const found = await listClientInvoices(mandate, filter, { after, limit: query.limit + 1 })
      const rows = found.slice(0, query.limit)
      const last = found.length > query.limit ? rows.at(-1) : undefined
      noteRead(mandate, { action: 'invoices.list', rowCount: rows.length })
      return {
        items: rows.map((row) => toClientInvoice(row, nameOf(mandate.token.account))),
        ...toNext(last === undefined ? null : cursors.sign([last.issued_on, last.id], bound)),
      }
    },
  })
}

/** What API clients read of a billing account besides its orders. Source: A7. */
export function makeInventoryRoutes({ cursors }: Services): readonly Route[] {
  return [accountRoute, productRoute, ...makeServiceRoutes(cursors), makeInvoiceRoute(cursors)]
}
