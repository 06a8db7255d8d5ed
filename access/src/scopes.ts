import { EMPTY_MASK, maskOf } from './mask.ts'
import type { Mask } from './mask.ts'
import type { ClientPermission } from './permissions.ts'

/**
 * The OAuth scopes: named bundles of what an API client may do. A scope is coarse, for the client's registration and
 * the token; an action of `authorization_details` is fine, for the consent. Source: A4, delegation.md section 1.
 */
export const SCOPES = {
  'orders.read': ['api.orders.read'],
  'orders.write': ['api.orders.create', 'api.orders.update', 'api.orders.cancel'],
  'services.read': ['api.services.read'],
  'accounts.read': ['api.accounts.read'],
  'invoices.read': ['api.invoices.read'],
} as const satisfies Record<string, readonly ClientPermission[]>

export type Scope = keyof typeof SCOPES

/**
 * The scopes that an organisation gives to its own clients alone. They belong to no action, so no consent, no resale and
 * no token under one ever holds what they stand for.
 */
export const OWN_SCOPES = {
  'audit.read': ['api.audit.read'],
} as const satisfies Record<string, readonly ClientPermission[]>

export type OwnScope = keyof typeof OWN_SCOPES

/** The actions that an authorization request can name, each one permission. Source: RFC 9396 section 2.2 (`actions`). */
export const ACTIONS = {
  'order.create': 'api.orders.create',
  'order.read': 'api.orders.read',
  'order.update': 'api.orders.update',
  'order.cancel': 'api.orders.cancel',
  'service.read': 'api.services.read',
  'account.read': 'api.accounts.read',
  'invoice.read': 'api.invoices.read',
} as const satisfies Record<string, ClientPermission>

export type Action = keyof typeof ACTIONS

/** What a client says of one action: whether it works without, and what it needs it for, in words for customers. */
export interface ClientNeed {
  readonly action: Action
  readonly is_needed: boolean
  readonly why: string | null
}

/** Every scope, in the order of the documents. */
export const SCOPE_NAMES: readonly Scope[] = Object.freeze(Object.keys(SCOPES).filter(isScope))

/** Every scope that is for an organisation's own clients. */
export const OWN_SCOPE_NAMES: readonly OwnScope[] = Object.freeze(Object.keys(OWN_SCOPES).filter(isOwnScope))

/** Every action, in the order of the documents. */
export const ACTION_NAMES: readonly Action[] = Object.freeze(Object.keys(ACTIONS).filter(isAction))

/** Whether a text is the name of a scope. */
export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPES, text)
}

/** Whether a text is the name of a scope that is for an organisation's own clients. */
export function isOwnScope(text: string): text is OwnScope {
  return Object.hasOwn(OWN_SCOPES, text)
}

/** Whether a text is the name of an action. */
export function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text)
}

/** What a set of scopes allows. A name that is no scope allows nothing. */
export function maskOfScopes(scopes: Iterable<string>): Mask {
  let mask = EMPTY_MASK
  for (const scope of scopes) {
    if (isScope(scope)) mask |= maskOf(SCOPES[scope])
    if (isOwnScope(scope)) mask |= maskOf(OWN_SCOPES[scope])
  }
  return mask
}

/** What a set of actions allows. A name that is no action allows nothing. */
export function maskOfActions(actions: Iterable<string>): Mask {
  let mask = EMPTY_MASK
  for (const action of actions) if (isAction(action)) mask |= maskOf([ACTIONS[action]])
  return mask
}

/** The scope with which a token opens a permission. */
export function scopeOfPermission(permission: ClientPermission): Scope | OwnScope | null {
  const opens = (members: readonly ClientPermission[]): boolean => members.includes(permission)
  return (
    SCOPE_NAMES.find((name) => opens(SCOPES[name])) ??
    OWN_SCOPE_NAMES.find((name) => opens(OWN_SCOPES[name])) ??
    null
  )
}

/** The scope that an action belongs to. */
export function scopeOfAction(action: Action): Scope {
  const scope = scopeOfPermission(ACTIONS[action])
  if (scope === null || !isScope(scope)) throw new Error(`The action ${action} belongs to no scope.`)
  return scope
}
