import './plans-words.ts'
import type { Plan } from '@liaison/client'

import { formatCount } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'
import { MoneyText } from '../../parts/values.tsx'

type Price = { price: Plan['terms']['price']; period: Plan['terms']['period'] }

/** A price with its period, as one reads it. */
export function PriceText({ price, period }: Price) {
  if (price.amount_minor === 0) return <>{t('plans.free')}</>
  return (
    <>
      <MoneyText money={price} /> {tValue('period', period)}
    </>
  )
}

/** The roles that can take a plan, in words. */
export function rolesText(roles: Plan['roles']): string {
  return roles.length === 0 ? t('plans.nobody') : roles.map((role) => tValue('realm_role', role)).join(', ')
}

/** The limits of a plan, each in words. */
export function limitsText(limits: Plan['terms']['limits']): string[] {
  const lines = [
    ['limit.ops_per_day', limits['ops.per_day']],
    ['limit.ops_per_7d', limits['ops.per_7d']],
    ['limit.rate_per_min', limits['rate.per_min']],
  ] as const
  const said = lines.flatMap(([id, value]) =>
    value === undefined ? [] : [t(id, { count: formatCount(value) })],
  )
  return said.length === 0 ? [t('limit.none')] : said
}
