/** The status of every code a decision can carry. Sources: access.md section 3, managed-tenants.md sections 4 and 7. */
export const DECISION_STATUS = {
  ALLOWED: 200,
  UNAUTHORIZED: 401,
  PERSON_INACTIVE: 403,
  PARTNER_INACTIVE: 403,
  TENANT_INACTIVE: 403,
  MFA_REQUIRED: 403,
  ACCESS_FROZEN: 403,
  WRONG_PLANE: 403,
  PARTNER_NOT_FOUND: 404,
  TENANT_NOT_FOUND: 404,
  TENANT_LINK_NOT_STARTED: 403,
  TENANT_LINK_EXPIRED: 403,
  TENANT_LINK_SUSPENDED: 403,
  TENANT_LINK_REVOKED: 403,
  PERMISSION_DENIED: 403,
  ELEVATION_REQUIRED: 403,
  ACCOUNTS_ONLY: 403,
  NOT_ASSIGNED: 403,
  FEATURE_DISABLED: 403,
  INSUFFICIENT_SCOPE: 403,
  IP_NOT_ALLOWED: 403,
  OUTSIDE_HOURS: 403,
  STEP_UP_REQUIRED: 401,
  ACCESS_REASON_REQUIRED: 403,
  RESOURCE_NOT_FOUND: 404,
  RATE_LIMIT_EXCEEDED: 429,
} as const

export type DecisionCode = keyof typeof DECISION_STATUS

/** A code that says no. */
export type RefusalCode = Exclude<DecisionCode, 'ALLOWED'>

/** The refusal codes, in the order in which a decision can meet them. */
export const REFUSAL_CODES: readonly RefusalCode[] = Object.freeze(
  Object.keys(DECISION_STATUS).filter(isRefusalCode),
)

function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(DECISION_STATUS, code) && code !== 'ALLOWED'
}
