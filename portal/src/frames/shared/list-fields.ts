import { choiceField, numberField } from '../../platform/filters.ts'

/** The size of a list page. Small enough to stay under the element budget of list pages. */
export const pageSize = 25

const orders = ['asc', 'desc'] as const

/** The page of a list, counted from zero. */
export function pageField() {
  return numberField(0, { min: 0, max: 400 })
}

export function orderField(fallback: 'asc' | 'desc') {
  return choiceField(orders, fallback)
}

/** The paging part of a query for this page. */
export function pagingQuery(page: number): { limit: number; offset: number } {
  return { limit: pageSize, offset: page * pageSize }
}

/** A filter as a query part: absent when it says "any" or nothing. */
export function optional<Name extends string>(name: Name, value: string): { [N in Name]?: string } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key widens to string
  return (value === '' || value === 'any' ? {} : { [name]: value }) as { [N in Name]?: string }
}
