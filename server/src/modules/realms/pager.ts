import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'

/** Where a list goes on: its address, what it is narrowed to, and which of its pages this is. */
export interface PagedPlace {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly page: number
  readonly last: number
}

/** The way to the page before and the next one of a list; nothing where there is one page alone. */
export function pager({ path, query, page: number, last }: PagedPlace): Html {
  if (last <= 1) return html``
  const to = (target: number): string =>
    `${path}?${new URLSearchParams({ ...query, page: String(target) }).toString()}`
  return html`<nav aria-label="Pages of the list">
    <p>
      Page ${number} of
      ${last}${number > 1 && html` · <a href="${to(number - 1)}" rel="prev">Previous page</a>`}${number < last && html` · <a href="${to(number + 1)}" rel="next">Next page</a>`}
    </p>
  </nav>`
}
