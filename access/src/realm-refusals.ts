import type { RefusalWords } from './refusal-words.ts'

/** The status of every code that a decision about an end user can carry. Source: registry.md sections 4 and 6. */
export const REALM_DECISION_STATUS = {
  ALLOWED: 200,
  UNAUTHORIZED: 401,
  REALM_CLOSED: 403,
  ACCESS_FROZEN: 403,
  USER_INACTIVE: 403,
  ROLE_DISABLED: 403,
  PERMISSION_DENIED: 403,
  FEATURE_DISABLED: 403,
  SUBSCRIPTION_ON_HOLD: 403,
  USER_IDLE: 403,
  RATE_LIMIT_EXCEEDED: 429,
} as const

export type RealmDecisionCode = keyof typeof REALM_DECISION_STATUS

/** A code that says no to an end user. */
export type RealmRefusalCode = Exclude<RealmDecisionCode, 'ALLOWED'>

function isRealmRefusalCode(code: string): code is RealmRefusalCode {
  return Object.hasOwn(REALM_DECISION_STATUS, code) && code !== 'ALLOWED'
}

/** The refusal codes of end users, in the order in which a decision can meet them. */
export const REALM_REFUSAL_CODES: readonly RealmRefusalCode[] = Object.freeze(
  Object.keys(REALM_DECISION_STATUS).filter(isRealmRefusalCode),
)

/** The words of every refusal of an end user. They are true for any reader and name nothing private. */
export const REALM_REFUSAL_WORDS: Readonly<Record<RealmRefusalCode, RefusalWords>> = {
  UNAUTHORIZED: {
    sentence: 'You are not signed in here, or the token no longer counts.',
    next_step: 'Sign in again, or get a new token.',
  },
  REALM_CLOSED: {
    sentence: 'This service is not available at the moment.',
    next_step: 'Try again later, or ask the company whose service it is.',
  },
  ACCESS_FROZEN: {
    sentence: 'Access is frozen.',
    next_step: 'Ask the side that set the freeze to lift it.',
  },
  USER_INACTIVE: {
    sentence: 'Your account is stopped.',
    next_step: 'Ask the company whose service it is to restore it.',
  },
  ROLE_DISABLED: {
    sentence: 'Accounts of this kind are not offered at the moment.',
    next_step: 'Ask the company whose service it is.',
  },
  PERMISSION_DENIED: {
    sentence: 'You do not have permission for this.',
    next_step: 'Ask somebody who has it, or ask for the permission.',
  },
  FEATURE_DISABLED: {
    sentence: 'This feature is not switched on.',
    next_step: 'Ask the company whose service it is.',
  },
  SUBSCRIPTION_ON_HOLD: {
    sentence: 'Your subscription is on hold.',
    next_step: 'Look at your subscription to see what it waits for.',
  },
  USER_IDLE: {
    sentence: 'Your account rests until its limit begins anew.',
    next_step: 'Wait until then, or have your identity checked.',
  },
  RATE_LIMIT_EXCEEDED: {
    sentence: 'Too many calls.',
    next_step: 'Wait for the number of seconds in Retry-After.',
  },
}
