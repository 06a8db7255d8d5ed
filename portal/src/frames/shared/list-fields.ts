import type { Paging } from '../../parts/data-table.tsx'
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

/** Where in a list a page of it stands, with the way to the others, counted from zero. */
export function pagingOf(page: Omit<Paging, 'onOffset'>, onPage: (page: number) => void): Paging {
  const { offset, limit, total } = page
  return { offset, limit, total, onOffset: (next) => onPage(Math.floor(next / limit)) }
}

/** A filter as a query part: absent when it says "any" or nothing. */
export function optional<Name extends string>(name: Name, value: string): { [N in Name]?: string } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key widens to string
  return (value === '' || value === 'any' ? {} : { [name]: value }) as { [N in Name]?: string }
}
