import type { CheckName } from './check.ts'
import { STEP_UP_MAX_AGE_S, findConditions } from './checks-request.ts'
import type { Owner } from './facts.ts'
import { by, linkEvidence, say } from './story.ts'
import type { Story } from './story.ts'
import { visibleLink } from './world.ts'
import type { World } from './world.ts'

function conditionsOwner(world: World): Owner {
  return (findConditions(world) && visibleLink(world)?.conditions_owner) ?? 'self'
}

function isAddressUnknown({ facts }: World): boolean {
  return facts.actor?.ip === null
}

function describeAddress(world: World): string {
  return isAddressUnknown(world)
    ? 'The address of the request is not known.'
    : `The address ${world.facts.actor?.ip ?? ''} is not on the allow-list.`
}

function describeHours(world: World): string {
  const hours = findConditions(world)?.hours
  const windows = (hours?.windows ?? []).map(
    ({ days, from, to }) => `days ${days.join(', ')} from ${from} to ${to}`,
  )
  return `Access is allowed on ${windows.join('; ') || 'no day'} (${hours?.tz ?? 'no zone'}); it is outside that now.`
}

function describeFactor(world: World): string {
  const conditions = findConditions(world)
  if (conditions?.phishing_resistant && world.facts.actor?.factor !== 'phishing_resistant') {
    return 'The link asks for a passkey.'
  }
  return `The link asks for a second factor used in the last ${conditions?.mfa_max_age_s ?? 0} seconds.`
}

/** The stories of steps 12 to 14. */
export const REQUEST_STORIES = {
  ip: {
    owner: conditionsOwner,
    pass: say('The address is on the allow-list.'),
    fail: describeAddress,
    evidence: linkEvidence,
    isUnknown: isAddressUnknown,
  },
  hours: {
    owner: conditionsOwner,
    pass: say('It is within the allowed hours.'),
    fail: describeHours,
    evidence: linkEvidence,
  },
  factor_condition: {
    owner: conditionsOwner,
    pass: say('The second factor is as strong and as fresh as the link asks.'),
    fail: describeFactor,
    evidence: linkEvidence,
  },
  step_up: {
    owner: by('self'),
    pass: say('The second factor is fresh enough for a sensitive permission.'),
    fail: say(
      `A sensitive permission needs a second factor used in the last ${STEP_UP_MAX_AGE_S / 60} minutes.`,
    ),
  },
  resource: {
    owner: by('self'),
    pass: say('The record belongs here.'),
    fail: say('No such record exists here.'),
  },
  rate_limit: {
    owner: by('self'),
    pass: say('The rate limit is not reached.'),
    fail: say('The rate limit is reached.'),
  },
} as const satisfies Partial<Record<CheckName, Story>>
