import type { RefusalWords } from './refusal-words.ts'

/**
 * The status of every code that a decision about an API client can carry. 401 means that another token is needed; 403
 * that no token would help until somebody changes something. Source: delegation.md section 5 (the contract), RFC 6750 section 3.1.
 */
export const CLIENT_DECISION_STATUS = {
  ALLOWED: 200,
  UNAUTHORIZED: 401,
  CLIENT_INACTIVE: 403,
  PARTNER_INACTIVE: 403,
  ACTOR_INACTIVE: 403,
  ACCESS_FROZEN: 403,
  CUSTOMER_MISMATCH: 403,
  TENANT_INACTIVE: 403,
  DELEGATION_REVOKED: 401,
  DELEGATION_EXPIRED: 403,
  DELEGATION_SUSPENDED: 403,
  DELEGATION_NOT_STARTED: 403,
  TOKEN_STALE: 401,
  INSUFFICIENT_SCOPE: 403,
  INSUFFICIENT_AUTHORIZATION_DETAILS: 403,
  API_ACCESS_CLOSED: 403,
  FEATURE_DISABLED: 403,
  IP_NOT_ALLOWED: 403,
  OUTSIDE_HOURS: 403,
  NO_BILLING_RELATIONSHIP: 409,
  BILLING_CHANGED: 403,
  RATE_LIMIT_EXCEEDED: 429,
} as const

export type ClientDecisionCode = keyof typeof CLIENT_DECISION_STATUS

/** A code that says no to an API client. */
export type ClientRefusalCode = Exclude<ClientDecisionCode, 'ALLOWED'>

function isClientRefusalCode(code: string): code is ClientRefusalCode {
  return Object.hasOwn(CLIENT_DECISION_STATUS, code) && code !== 'ALLOWED'
}

/** The refusal codes of API clients, in the order in which a decision can meet them. */
export const CLIENT_REFUSAL_CODES: readonly ClientRefusalCode[] = Object.freeze(
  Object.keys(CLIENT_DECISION_STATUS).filter(isClientRefusalCode),
)

/** The words of every refusal of an API client. They are true for any reader and name nothing private. */
export const CLIENT_REFUSAL_WORDS: Readonly<Record<ClientRefusalCode, RefusalWords>> = {
  UNAUTHORIZED: {
    sentence: 'The access token is missing or no longer counts.',
    next_step: 'Get a new access token.',
  },
  CLIENT_INACTIVE: {
    sentence: 'The API client is suspended or revoked.',
    next_step: 'Open the API client in the portal; its owner or the provider can say why.',
  },
  PARTNER_INACTIVE: {
    sentence: 'The organisation that owns the API client is not an active partner.',
    next_step: "Ask your organisation's owner to contact the provider.",
  },
  ACTOR_INACTIVE: {
    sentence: 'The person whom the access token names is no active member of the partner.',
    next_step: 'Get a token for a person who works there, or without a person.',
  },
  ACCESS_FROZEN: {
    sentence: 'Access is frozen.',
    next_step: 'Ask the side that set the freeze to lift it.',
  },
  CUSTOMER_MISMATCH: {
    sentence: 'The access token is for another customer or billing account.',
    next_step: 'Use a token for the customer and billing account that the path names.',
  },
  TENANT_INACTIVE: {
    sentence: 'This customer is not active.',
    next_step: 'Ask the provider what its state is.',
  },
  DELEGATION_REVOKED: {
    sentence: 'The customer, the partner or the provider ended this access.',
    next_step: 'Ask the customer for access again.',
  },
  DELEGATION_EXPIRED: {
    sentence: 'This access has run out.',
    next_step: 'Ask the customer for access again.',
  },
  DELEGATION_SUSPENDED: {
    sentence: 'This access is suspended.',
    next_step: 'Ask the side that suspended it to resume it.',
  },
  DELEGATION_NOT_STARTED: {
    sentence: 'This access is not in force yet.',
    next_step: 'Wait for its start, or for the second approval.',
  },
  TOKEN_STALE: {
    sentence: 'The access changed after this token was issued.',
    next_step: 'Get a new access token with the refresh token.',
  },
  INSUFFICIENT_SCOPE: {
    sentence: 'The access token does not have the scope that this needs.',
    next_step: 'Ask for a token with that scope, if the client is registered for it.',
  },
  INSUFFICIENT_AUTHORIZATION_DETAILS: {
    sentence: 'The customer did not allow this action.',
    next_step: 'Ask the customer for access that includes it.',
  },
  API_ACCESS_CLOSED: {
    sentence: "The provider has closed this API to the organisation's clients of this kind.",
    next_step: "Ask your organisation's owner to talk to the provider; sandbox clients may still be open.",
  },
  FEATURE_DISABLED: {
    sentence: 'API clients are switched off for the organisation that owns this one.',
    next_step: "Ask the organisation's owner to look at its features, or the provider to switch it on.",
  },
  IP_NOT_ALLOWED: {
    sentence: 'Calls are not accepted from this network address.',
    next_step: 'Call from an address on the allow-list, or have the list changed.',
  },
  OUTSIDE_HOURS: {
    sentence: 'The customer accepts calls at certain hours only, and this is not one of them.',
    next_step: 'Call again within those hours.',
  },
  NO_BILLING_RELATIONSHIP: {
    sentence: 'Nobody has been set to pay for this billing account, so nothing was ordered.',
    next_step: 'Ask the provider to set up the commercial relationship.',
  },
  BILLING_CHANGED: {
    sentence: 'Who pays has changed since this token was issued, so nothing was ordered.',
    next_step: 'Get a new access token, look at who pays now, and send the request again.',
  },
  RATE_LIMIT_EXCEEDED: {
    sentence: 'Too many calls.',
    next_step: 'Wait for the number of seconds in Retry-After.',
  },
}
