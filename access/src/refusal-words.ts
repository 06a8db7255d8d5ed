import type { RefusalCode } from './refusals.ts'

/** A refusal for people: what happened, and what helps. */
export interface RefusalWords {
  readonly sentence: string
  readonly next_step: string
}

/** The words of every refusal code. They are true for any reader and name nothing private. */
export const REFUSAL_WORDS: Readonly<Record<RefusalCode, RefusalWords>> = {
  UNAUTHORIZED: {
    sentence: 'You are not signed in, or the token no longer counts.',
    next_step: 'Sign in again, or get a new token.',
  },
  PERSON_INACTIVE: {
    sentence: 'Your sign-in or your membership is not active.',
    next_step: 'Ask an owner of your organisation to activate it.',
  },
  PARTNER_INACTIVE: {
    sentence: 'Your organisation is not an active partner.',
    next_step: "Ask your organisation's owner to contact the provider.",
  },
  TENANT_INACTIVE: {
    sentence: 'This organisation is not active.',
    next_step: 'Ask the provider what its state is.',
  },
  MFA_REQUIRED: {
    sentence: 'This needs a second factor, and you have not used one.',
    next_step: 'Add a passkey or an authenticator app in your account, then sign in with it.',
  },
  ACCESS_FROZEN: {
    sentence: 'Access is frozen.',
    next_step: 'Ask the side that set the freeze to lift it.',
  },
  WRONG_PLANE: {
    sentence: 'This cannot be done with the sign-in or in the portal you are using.',
    next_step: 'Open the portal that this belongs to.',
  },
  PARTNER_NOT_FOUND: {
    sentence: 'No partner that you belong to has this id.',
    next_step: 'Check the id.',
  },
  TENANT_NOT_FOUND: {
    sentence: 'No tenant that you can act in has this id.',
    next_step: 'Check the id, or ask the tenant for a link.',
  },
  TENANT_LINK_NOT_STARTED: {
    sentence: 'The link with this tenant has not started.',
    next_step: 'Wait for its start, or ask the tenant to move it.',
  },
  TENANT_LINK_EXPIRED: {
    sentence: 'The link with this tenant has run out.',
    next_step: 'Ask the tenant to renew it; for 30 days one approval is enough.',
  },
  TENANT_LINK_SUSPENDED: {
    sentence: 'The link with this tenant is suspended.',
    next_step: 'Ask the side that suspended it to resume it.',
  },
  TENANT_LINK_REVOKED: {
    sentence: 'The link with this tenant was revoked.',
    next_step: 'Ask the tenant for a new link.',
  },
  PERMISSION_DENIED: {
    sentence: 'You do not have the permission for this.',
    next_step: 'Ask for an explanation of the refusal; it names the rule and who can change it.',
  },
  ELEVATION_REQUIRED: {
    sentence: 'This organisation lets nobody do this all the time, only for a while and after asking.',
    next_step: 'Ask for more access for an hour, and say why.',
  },
  ACCOUNTS_ONLY: {
    sentence:
      "This link opens only your organisation's own accounts, and this works on all of the organisation.",
    next_step: 'Work on your own accounts, or ask the organisation to lift the restriction.',
  },
  NOT_ASSIGNED: {
    sentence: 'You are not assigned to this tenant.',
    next_step: "Ask your organisation's owner to assign you.",
  },
  FEATURE_DISABLED: {
    sentence: 'This part of the product is switched off for your organisation.',
    next_step: 'Ask the provider, or your owner if it is among the features that you can choose.',
  },
  INSUFFICIENT_SCOPE: {
    sentence: 'The token does not cover this.',
    next_step: 'Ask for a token with the scope for it.',
  },
  IP_NOT_ALLOWED: {
    sentence: 'Access from this network address is not allowed.',
    next_step: 'Use an allowed network, or ask for yours to be added.',
  },
  OUTSIDE_HOURS: {
    sentence: 'Access is not allowed at this hour.',
    next_step: 'Come back within the allowed hours, or ask for them to be changed.',
  },
  STEP_UP_REQUIRED: {
    sentence: 'This needs a fresh proof that it is you.',
    next_step: 'Confirm with your second factor and try again.',
  },
  ACCESS_REASON_REQUIRED: {
    sentence: 'This organisation asks for a reason from everybody who comes in.',
    next_step: 'Say why you come in; the organisation reads it.',
  },
  RESOURCE_NOT_FOUND: {
    sentence: 'No such record exists here.',
    next_step: 'Check the id and the tenant you are acting in.',
  },
  RATE_LIMIT_EXCEEDED: {
    sentence: 'There were too many requests.',
    next_step: 'Wait as long as the answer says and try again.',
  },
}
