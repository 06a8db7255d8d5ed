/** Filters that only the board of managed tenants knows; its address was the one under which all related tenants stand now. */
const boardFilters = ['alerts', 'link', 'role', 'ends', 'group', 'sort', 'order', 'tenant', 'cols']

/** Where an address leads that somebody kept from before its page moved; null for any other. */
export function movedTo(pathname: string, search: string): string | null {
  const partner = /^\/partner\/([^/]+)\/customers\/?$/.exec(pathname)?.[1]
  const asked = new URLSearchParams(search)
  if (partner === undefined || !boardFilters.some((name) => asked.has(name))) return null
  return `/partner/${partner}/tenants${search}`
}
