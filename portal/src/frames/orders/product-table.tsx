import type { OrderingAccount } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { TableFrame } from '../../parts/table-frame.tsx'
import { t } from '../../platform/words.ts'
import { amountOf } from '../shared/order-words.tsx'

type Quantities = Readonly<Record<string, string>>
type RowProps = {
  product: OrderingAccount['products'][number]
  typed: string
  error: string | undefined
  onTyped: (typed: string) => void
}

function ProductRow({ product, typed, error, onTyped }: RowProps) {
  const id = `quantity_${product.product_code}`
  return (
    <tr>
      <td className="strong">{product.name}</td>
      <td className="num" data-label={t('ordering.once')}>
        {amountOf(product.once)}
      </td>
      <td className="num" data-label={t('ordering.monthly')}>
        {amountOf(product.monthly)}
      </td>
      <td className="num" data-label={t('ordering.quantity')}>
        <input
          id={id}
          className="quantity"
          type="number"
          inputMode="numeric"
          min={0}
          max={100}
          placeholder="0"
          aria-label={t('ordering.quantity_of', { product: product.name })}
          aria-invalid={error !== undefined}
          value={typed}
          onChange={(event) => onTyped(event.currentTarget.value)}
        />
      </td>
    </tr>
  )
}

type ProductTableProps = {
  account: OrderingAccount
  quantities: Quantities
  errors: readonly FormError[]
  onQuantities: (quantities: Quantities) => void
}

/** What is offered for the account, each product with a field that says how many. */
export function ProductTable({ account, quantities, errors, onQuantities }: ProductTableProps) {
  if (account.products.length === 0) return <p>{t('ordering.no_products', { currency: account.currency })}</p>
  return (
    <div className="list">
      <TableFrame
        caption={t('ordering.products')}
        heads={[
          t('ordering.product'),
          { figures: t('ordering.once') },
          { figures: t('ordering.monthly') },
          { figures: t('ordering.quantity') },
        ]}
      >
        {account.products.map((product) => (
          <ProductRow
            key={product.product_code}
            product={product}
            typed={quantities[product.product_code] ?? ''}
            error={errorOf(errors, `quantity_${product.product_code}`)}
            onTyped={(typed) => onQuantities({ ...quantities, [product.product_code]: typed })}
          />
        ))}
      </TableFrame>
    </div>
  )
}
