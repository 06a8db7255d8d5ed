import { describeMask, permissionsOf } from '@liaison/access'
import type { Mask, Permission } from '@liaison/access'
import { permissionOf } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'

/** One operation of the API that a set of permissions opens. */
export interface OpenedOperation {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly permission: string
}

/** One screen of the portal that a set of permissions opens. */
export interface OpenedScreen {
  readonly title: string
  readonly path: string
}

/** The screens of the acting frame with the permission that each asks for. */
const SCREENS: readonly (readonly [permission: Permission, title: string, path: string])[] = [
  ['partner.tenants.read', 'Overview of the organisation', 'summary'],
  ['partner.support.tickets.list', 'Tickets', 'tickets'],
  ['partner.support.tickets.create', 'Open a ticket', 'tickets/new'],
  ['partner.billing.invoices.read', 'Invoices', 'billing'],
  ['partner.reports.sla.read', 'Service-level reports', 'reports'],
  ['partner.provisioning.subscribers.list', 'Subscribers', 'subscribers'],
  ['partner.audit.read', 'Activity', 'activity'],
]

/** The operations that permissions open, in the order of the API. Every route says what it asks for, so none is missing. */
export function operationsOf(mask: Mask, routes: readonly Route[]): OpenedOperation[] {
  const held = new Set<string>(permissionsOf(mask))
  return routes.flatMap(({ method, path, summary, access }) => {
    const entry = permissionOf(access)
    return entry?.plane === 'delegation' && held.has(entry.name)
      ? [{ method, path, summary, permission: entry.name }]
      : []
  })
}

/** The screens that permissions open for somebody who works in the tenant. */
export function screensOf(mask: Mask): OpenedScreen[] {
  const held = new Set<string>(permissionsOf(mask))
  return SCREENS.filter(([permission]) => held.has(permission)).map(([, title, path]) => ({
    title,
    path,
  }))
}

/** What stands in a preview by area, so that a reader sees at a glance how much opens. */
export function countByArea(mask: Mask): { area: string; allowed: number; of: number }[] {
  return describeMask(mask).map(({ title, can, cannot }) => ({
    area: title,
    allowed: can.length,
    of: can.length + cannot.length,
  }))
}
