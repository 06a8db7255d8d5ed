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

/** Nobody can tell how fresh a factor is that is not in use; a request always brings the time with it. */
function isFactorTimeUnknown({ facts }: World): boolean {
  return facts.actor !== null && facts.actor.factor !== 'none' && facts.actor.factor_at === null
}

function describeHours(world: World): string {
  const hours = findConditions(world)?.hours
  const windows = (hours?.windows ?? []).map(
    ({ days, from, to }) => `days ${days.join(', ')} from ${from} to ${to}`,
  )
  return `Access is allowed on ${windows.join('; ') || 'no day'} (${hours?.tz ?? 'no zone'}); it is outside that now.`
}

function lacksPasskey(world: World): boolean {
  return (
    findConditions(world)?.phishing_resistant === true && world.facts.actor?.factor !== 'phishing_resistant'
  )
}

function describeFactor(world: World): string {
  if (lacksPasskey(world)) return 'The link asks for a passkey.'
  const conditions = findConditions(world)
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
    isUnknown: (world) => isFactorTimeUnknown(world) && !lacksPasskey(world),
  },
  step_up: {
    owner: by('self'),
    pass: say('The second factor is fresh enough for a sensitive permission.'),
    fail: say(
      `A sensitive permission needs a second factor used in the last ${STEP_UP_MAX_AGE_S / 60} minutes.`,
    ),
    isUnknown: isFactorTimeUnknown,
  },
  access_reason: {
    owner: conditionsOwner,
    pass: say('The request says why somebody comes in.'),
    fail: say('The tenant asks everybody who comes in for a reason, and the request gives none.'),
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
