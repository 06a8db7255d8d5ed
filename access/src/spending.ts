import { CLIENT_PERMISSIONS } from './permissions.ts'
import { ACTIONS } from './scopes.ts'
import type { Action } from './scopes.ts'

/** Whether an action costs whoever pays for the account money: a customer decides about each such action by itself. */
export function costsMoney(action: Action): boolean {
  return CLIENT_PERMISSIONS.some(({ name, spends }) => name === ACTIONS[action] && spends)
}
