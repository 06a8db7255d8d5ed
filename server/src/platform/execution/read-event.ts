import { decodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import type { AuditEvent } from '../audit-event.ts'
import { listCovered } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { permissionOf } from '../route.ts'
import type { Route } from '../route.ts'

function countRows(body: unknown): { total: number; byTenant: Map<TenantId, number> } {
  const byTenant = new Map<TenantId, number>()
  const items: unknown = typeof body === 'object' && body !== null && 'items' in body ? body.items : null
  if (!Array.isArray(items)) return { total: 1, byTenant }
  for (const item of items as unknown[]) {
    const text: unknown =
      typeof item === 'object' && item !== null && 'tenant_id' in item ? item.tenant_id : null
    const tenantId = typeof text === 'string' ? decodeId('tenant', text) : null
    if (tenantId) byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) + 1)
  }
  return { total: items.length, byTenant }
}

/**
 * The tenants that learn of the read with how many of their rows the answer shows: also none, where totals and sums speak of
 * a tenant all the same, as of the one that the request named. Source: access.md section 6.
 */
function touchedBy(mandate: Mandate<'portfolio'>, byTenant: ReadonlyMap<TenantId, number>) {
  const named = mandate.narrowedTo === null ? [] : [mandate.narrowedTo.tenant.id]
  const touched = new Set([...named, ...listCovered(mandate), ...byTenant.keys()])
  return [...touched].map((tenantId) => ({ tenantId, rowCount: byTenant.get(tenantId) ?? 0 }))
}

/** Names of acts that only look. `switch_context` tells what one could do in a tenant. */
const LOOKS = /\.(?:read|list|export|switch_context)$/

/**
 * The event of a read of a tenant's data by somebody from outside, when the handler said nothing about it. What a
 * tenant's own people read of their own data is no event, unless the handler notes it. Throws where the permission is
 * named for a change: the tenant would read of one that never was, so such a handler says itself what was looked at.
 */
export function describeRead(route: Route, mandate: Mandate, body: unknown): AuditEvent | null {
  const permission = permissionOf(route.access)
  const isFromOutside = mandate.kind === 'acting' || mandate.kind === 'portfolio' || mandate.kind === 'api'
  if (!permission || !isFromOutside) return null
  if (!LOOKS.test(permission.audit_action))
    throw new Error(`${route.method} ${route.path} only looks and does not note what it looked at`)
  const { total, byTenant } = countRows(body)
  return {
    action: permission.audit_action,
    rowCount: total,
    ...(mandate.kind === 'portfolio' && { tenants: touchedBy(mandate, byTenant) }),
  }
}
