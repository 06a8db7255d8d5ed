import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { OrderTables } from './tables.ts'

/** Every product at each of its prices. */
export function listProducts(mandate: Mandate<'platform'>) {
  return tables<OrderTables>(mandate)
    .selectFrom('product')
    .selectAll()
    .orderBy('code')
    .orderBy('currency')
    .execute()
}

/** What a product is and costs in one currency, in minor units. */
export interface ProductPrice {
  readonly code: string
  readonly currency: string
  readonly name: string
  readonly once_minor: number
  readonly monthly_minor: number
  readonly status: 'offered' | 'withdrawn'
}

/** Sets what a product costs in a currency; orders that were placed keep their prices. */
export async function saveProduct(mandate: Mandate<'platform'>, product: ProductPrice): Promise<void> {
  const { name, once_minor, monthly_minor, status } = product
  await tables<OrderTables>(mandate)
    .insertInto('product')
    .values(product)
    .onConflict((conflict) =>
      conflict.columns(['code', 'currency']).doUpdateSet((eb) => ({
        name,
        once_minor,
        monthly_minor,
        status,
        version: eb('product.version', '+', 1),
      })),
    )
    .execute()
}
