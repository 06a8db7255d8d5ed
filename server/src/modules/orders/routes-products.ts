import { z } from 'zod'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listProducts, saveProduct } from './product-store.ts'
import type { ProductPrice } from './product-store.ts'

const STATUSES = ['offered', 'withdrawn'] as const

const ProductBody = z
  .strictObject({
    product_code: z.string(),
    name: z.string(),
    currency: z.string(),
    once: Money,
    monthly: Money,
    status: z.enum(STATUSES),
  })
  .meta({ id: 'Product' })

function toBody(row: ProductPrice): z.input<typeof ProductBody> {
  return {
    product_code: row.code,
    name: row.name,
    currency: row.currency,
    once: toMoney(row.once_minor, row.currency),
    monthly: toMoney(row.monthly_minor, row.currency),
    status: row.status,
  }
}

const price = z.int().min(0).max(9_999_999_999).meta({ description: 'Minor units.' })

/** What the provider sells, at exact prices; what was ordered keeps the price that it had. Source: A7. */
export const productRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/products',
    summary: 'Every product at each of its prices',
    input: {},
    access: { permission: 'platform.commercial.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(ProductBody) }) },
    async handle({ mandate }) {
      const rows = await listProducts(mandate)
      noteRead(mandate, { action: 'platform.commercial.read', rowCount: rows.length })
      return { items: rows.map(toBody) }
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/admin/products/:product_code/:currency',
    summary: 'Set what a product costs in a currency, or withdraw it',
    input: {
      params: z.strictObject({
        product_code: z.string().regex(/^[A-Z0-9][A-Z0-9-]{1,39}$/, 'must be a product code'),
        currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency code, such as EUR'),
      }),
      body: z.strictObject({
        name: plainText(1, 100),
        once_minor: price,
        monthly_minor: price,
        status: z.enum(STATUSES).default('offered'),
      }),
    },
    access: { permission: 'platform.commercial.manage' },
    limit: 'write',
    responses: { 200: ProductBody },
    async handle({ mandate, params, body }) {
      const product = { code: params.product_code, currency: params.currency, ...body }
      await saveProduct(mandate, product)
      recordEvent(mandate, {
        action: 'products.set',
        resource: { type: 'product', label: `${product.code} in ${product.currency}` },
        changes: {
          once_minor: { after: body.once_minor },
          monthly_minor: { after: body.monthly_minor },
          status: { after: body.status },
        },
      })
      return toBody(product)
    },
  }),
]
