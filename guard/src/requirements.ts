import { accountNameOf } from './context.ts'
import type { AccessContext } from './context.ts'
import { GuardError } from './error.ts'

/**
 * Refuses with 403 CUSTOMER_MISMATCH unless the billing account that the request is about is the token's, by the name that
 * the token's partner has for it: under a reference the number itself is as foreign as any other, so that nobody learns
 * which number a reference stands for. Give the decoded path parameter as the router read it. Source: A3, attack 64.
 */
export function requireCustomer(context: AccessContext, accountFromPath: string): void {
  if (accountNameOf(context) !== accountFromPath)
    throw new GuardError('CUSTOMER_MISMATCH', 'The access token is for another customer or billing account.')
}

/** Refuses with 403 INSUFFICIENT_SCOPE unless the token has the scope. Source: RFC 6750 section 3.1. */
export function requireScope(context: AccessContext, scope: string): void {
  if (!context.scopes.includes(scope))
    throw new GuardError('INSUFFICIENT_SCOPE', `The access token does not have the scope ${scope}.`, {
      error: 'insufficient_scope',
      scope,
    })
}

/**
 * Refuses with 403 INSUFFICIENT_AUTHORIZATION_DETAILS unless a granted detail names the action. A token for the client's
 * own organisation may come without details and is then limited by its scopes alone. Source: RFC 9396 section 7, A4.
 */
export function requireAction(context: AccessContext, action: string): void {
  if (context.access === 'own' && context.details === null) return
  if (!context.details?.some(({ actions }) => actions.includes(action)))
    throw new GuardError('INSUFFICIENT_AUTHORIZATION_DETAILS', `The customer did not allow ${action}.`)
}

/** What a route needs of the token. */
export interface Requirements<Request> {
  /** The billing account that the request is about, or `token` where the answer is made for the token's own account. */
  readonly ban: ((request: Request) => string) | 'token'
  readonly scope: string
  /** The action of `authorization_details`; left out only where any action of the scope will do. */
  readonly action?: string
}

/** Asks everything that a route needs, in the order of the decision: customer, scope, action. */
export function requireAll<Request>(
  context: AccessContext,
  request: Request,
  { ban, scope, action }: Requirements<Request>,
): void {
  if (ban !== 'token') requireCustomer(context, ban(request))
  requireScope(context, scope)
  if (action !== undefined) requireAction(context, action)
}
