import type { CheckName } from './check.ts'
import { findFreeze } from './checks-caller.ts'
import type { Evidence } from './decision.ts'
import type { FreezeFacts, Owner } from './facts.ts'
import { by, linkEvidence, personEvidence, say } from './story.ts'
import type { Story } from './story.ts'
import { formatInstant } from './words.ts'
import { isOver, visibleLink } from './world.ts'
import type { World } from './world.ts'

const FREEZE_OWNERS: Readonly<Record<FreezeFacts['scope'], Owner>> = {
  platform: 'provider',
  partner: 'provider',
  tenant: 'tenant',
  delegation: 'tenant',
  person: 'provider',
}

const FREEZE_WORDS: Readonly<Record<FreezeFacts['scope'], string>> = {
  platform: 'All partner access on the platform is frozen.',
  partner: "All of this partner's access is frozen.",
  tenant: 'All partner access to this tenant is frozen.',
  delegation: 'This link is frozen.',
  person: 'All access of this person is frozen.',
}

function partnerEvidence({ facts }: World): Evidence | null {
  return facts.partner ? { type: 'partner', id: facts.partner.id } : null
}

function freezeEvidence(world: World): Evidence | null {
  const id = findFreeze(world)?.id
  return id === undefined ? null : { type: 'freeze', id }
}

function freezeOwner(world: World): Owner {
  const freeze = findFreeze(world)
  return freeze ? (freeze.set_by ?? FREEZE_OWNERS[freeze.scope]) : 'provider'
}

function describeFreeze(world: World): string {
  const freeze = findFreeze(world)
  return freeze ? FREEZE_WORDS[freeze.scope] : 'Access is frozen.'
}

function describeLinkState(world: World): string {
  const link = visibleLink(world)
  if (!link) return 'No link can be used.'
  if (link.status === 'revoked') return 'The link was revoked.'
  if (link.ends_at && isOver(link.ends_at, world.facts.now)) {
    return `The link ran out on ${formatInstant(link.ends_at)}.`
  }
  if (link.status === 'expired') return 'The link has run out.'
  if (link.status === 'suspended') return 'The link is suspended.'
  return `The link is approved and starts on ${formatInstant(link.starts_at)}.`
}

function describeLinkInForce(world: World): string {
  const end = visibleLink(world)?.ends_at ?? null
  return end ? `The link is active until ${formatInstant(end)}.` : 'The link is active and has no end.'
}

/** The stories of steps 1 to 3. */
export const PARTY_STORIES = {
  signed_in: {
    owner: by('self'),
    pass: say('The person is signed in.'),
    fail: say('Nobody is signed in.'),
    evidence: personEvidence,
  },
  person_active: {
    owner: by('provider'),
    pass: say('The person is active.'),
    fail: say("The person's sign-in is deactivated."),
    remedy: say('Ask the provider to activate the person.'),
    evidence: personEvidence,
  },
  member_active: {
    owner: ({ facts }) => (facts.plane === 'tenant' ? 'tenant' : 'partner'),
    pass: say('The membership is active.'),
    fail: say("The person's membership in the organisation is not active."),
    evidence: personEvidence,
  },
  partner_active: {
    owner: by('provider'),
    pass: say('The partner is active.'),
    fail: say('The partner is not active.'),
    evidence: partnerEvidence,
  },
  tenant_active: {
    owner: by('provider'),
    pass: say('The tenant is active.'),
    fail: say('The tenant is not active.'),
  },
  second_factor: {
    owner: by('self'),
    pass: say('The person signed in with a second factor.'),
    fail: say('The person has not used a second factor.'),
  },
  freeze: {
    owner: freezeOwner,
    pass: say('No freeze covers this.'),
    fail: describeFreeze,
    evidence: freezeEvidence,
  },
} as const satisfies Partial<Record<CheckName, Story>>

/** The stories of steps 4 and 5. None says more than the code while the tenant must stay unknown. */
export const REACH_STORIES = {
  membership: {
    owner: by('self'),
    pass: say('The person belongs to the organisation that this portal is for.'),
    fail: say('The person has no membership that this portal is for.'),
  },
  own_partner: {
    owner: by('self'),
    pass: say("The request is about the person's own partner."),
    fail: say("The request names a partner that is not the person's own."),
  },
  plane: {
    owner: by('self'),
    pass: say('The permission can be used in this portal.'),
    fail: say('The permission belongs to another portal, or there is no such permission.'),
  },
  link_known: {
    owner: by('tenant'),
    pass: say('The tenant is one that can be acted in.'),
    fail: say('No tenant with this id can be acted in.'),
    evidence: linkEvidence,
  },
  link_in_force: {
    owner: by('tenant'),
    pass: describeLinkInForce,
    fail: describeLinkState,
    evidence: linkEvidence,
  },
  token_current: {
    owner: by('self'),
    pass: say('The token was made after the last narrowing of the link.'),
    fail: say('The link was narrowed after the token was made.'),
    remedy: say('Exchange the token for a new one.'),
    evidence: linkEvidence,
  },
} as const satisfies Partial<Record<CheckName, Story>>
