export type RecentTenant = { tenantId: string; name: string }

const storageKey = 'liaison.recent-tenants'
const most = 6

function isRecent(value: unknown): value is RecentTenant {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'tenantId') === 'string' &&
    typeof Reflect.get(value, 'name') === 'string'
  )
}

/** Tenants this tab acted in, latest first. Only an order for display; it never decides where a call goes. */
export function readRecents(): RecentTenant[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isRecent) : []
  } catch {
    return []
  }
}

export function rememberTenant(tenant: RecentTenant): void {
  const others = readRecents().filter((known) => known.tenantId !== tenant.tenantId)
  sessionStorage.setItem(storageKey, JSON.stringify([tenant, ...others].slice(0, most)))
}
