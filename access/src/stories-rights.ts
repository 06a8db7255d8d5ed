import type { CheckName } from './check.ts'
import { findRights } from './checks-rights.ts'
import type { Evidence } from './decision.ts'
import type { LinkFacts, Override } from './facts.ts'
import { has, matchesPattern } from './mask.ts'
import { by, linkEvidence, say } from './story.ts'
import type { Story } from './story.ts'
import { MEMBER_ROLE_TITLES, RELATIONSHIP_TITLES, ROLE_TITLES, formatInstant } from './words.ts'
import { isDuring, isOver, visibleLink } from './world.ts'
import type { World } from './world.ts'

function describeRole(link: LinkFacts): string {
  return `${ROLE_TITLES[link.role]}, version ${link.role_version}`
}

function findOverride(world: World, effect: Override['effect']): Override | undefined {
  const { permission } = world.question
  return visibleLink(world)?.overrides.find(
    (override) =>
      override.effect === effect &&
      !isOver(override.expires_at ?? null, world.facts.now) &&
      (matchesPattern(override.pattern, permission) || has(override.mask ?? 0n, permission)),
  )
}

function findElevation(world: World) {
  return visibleLink(world)?.elevations.find(
    ({ mask, starts_at, ends_at }) =>
      has(mask, world.question.permission) && isDuring(starts_at, ends_at, world.facts.now),
  )
}

function overrideEvidence(effect: Override['effect']): (world: World) => Evidence | null {
  return (world) => {
    const id = findOverride(world, effect)?.id
    return id === undefined ? linkEvidence(world) : { type: 'override', id }
  }
}

function describeCeiling(world: World, verb: string): string {
  const link = visibleLink(world)
  if (!link) return 'There is no link.'
  const type = RELATIONSHIP_TITLES[link.relationship_type]
  return `A link of the type "${type}" with the role ${describeRole(link)}, ${verb} have this permission.`
}

function describeGiven(world: World): string {
  const link = visibleLink(world)
  const rights = findRights(world)
  if (!link || !rights) return describeOwnRole(world, 'includes')
  const { permission } = world.question
  if (has(rights.granted, permission)) return 'The tenant granted this permission besides the role.'
  if (findElevation(world)) return describeElevation(world)
  return `The role ${describeRole(link)}, includes this permission.`
}

function describeElevation(world: World): string {
  const end = findElevation(world)?.ends_at
  return end
    ? `An elevation gives this permission until ${formatInstant(end)}.`
    : 'No elevation gives this permission.'
}

function describeOwnRole(world: World, verb: string): string {
  const { platform_role, partner_member, tenant_member, plane } = world.facts
  const roles = {
    platform: platform_role,
    program: partner_member?.role,
    tenant: tenant_member?.role,
    delegation: null,
    realm: null,
  }
  const role = roles[plane]
  return role
    ? `The role ${MEMBER_ROLE_TITLES[role]} ${verb} this permission.`
    : 'No role gives this permission.'
}

function describeNotGiven(world: World): string {
  const link = visibleLink(world)
  if (!link || world.facts.plane !== 'delegation') return describeOwnRole(world, 'does not include')
  return `The role ${describeRole(link)}, does not include this permission, and no grant or elevation gives it.`
}

function remedyNotGiven({ facts }: World): string {
  return facts.plane === 'delegation'
    ? 'Ask for an elevation, or ask the tenant to grant it.'
    : 'Ask an owner or admin of the organisation for another role.'
}

function describeAssignment(world: World): string {
  const end = visibleLink(world)?.assignment?.ends_at ?? null
  return end
    ? `The person is assigned to this link until ${formatInstant(end)}.`
    : 'The person is assigned to this link.'
}

function describeNoAssignment(world: World): string {
  const end = visibleLink(world)?.assignment?.ends_at ?? null
  return end
    ? `The person's assignment to this link ended on ${formatInstant(end)}.`
    : 'The person is not assigned to this link.'
}

function describeAssignedRole(world: World): string {
  const role = visibleLink(world)?.assignment?.role ?? null
  return role
    ? `The person's own role in this link, ${ROLE_TITLES[role]}, leaves this permission.`
    : 'The person has no narrower role of their own in this link.'
}

function describeNarrowRole(world: World): string {
  const role = visibleLink(world)?.assignment?.role ?? null
  const title = role ? `, ${ROLE_TITLES[role]},` : ''
  return `The person's own role in this link${title} does not include this permission.`
}

function elevationEvidence(world: World): Evidence | null {
  const id = findElevation(world)?.id
  return id === undefined ? linkEvidence(world) : { type: 'elevation', id }
}

function givenEvidence(world: World): Evidence | null {
  return findOverride(world, 'grant') ? overrideEvidence('grant')(world) : elevationEvidence(world)
}

/** The stories of steps 6 to 11. */
export const RIGHTS_STORIES = {
  ceiling: {
    owner: by('provider'),
    pass: (world) => describeCeiling(world, 'can'),
    fail: (world) => describeCeiling(world, 'can never'),
    remedy: say('Ask the tenant for a link with another role or of another type.'),
    evidence: linkEvidence,
  },
  deny: {
    owner: by('tenant'),
    pass: say('No exception of the link denies this permission.'),
    fail: (world) => `The exception "${findOverride(world, 'deny')?.pattern ?? ''}" of the link denies this.`,
    remedy: say('Ask the tenant to approve a change that lifts the exception.'),
    evidence: overrideEvidence('deny'),
  },
  grant: {
    owner: by('tenant'),
    pass: say('The tenant granted this permission besides the role.'),
    fail: say('No grant of the tenant names this permission.'),
    evidence: overrideEvidence('grant'),
  },
  elevation: {
    owner: by('partner'),
    pass: describeElevation,
    fail: say('No elevation in force gives this permission.'),
    evidence: elevationEvidence,
  },
  granted: {
    owner: ({ facts }) => (facts.plane === 'delegation' ? 'tenant' : 'partner'),
    pass: describeGiven,
    fail: describeNotGiven,
    remedy: remedyNotGiven,
    evidence: givenEvidence,
  },
  standing: {
    owner: by('tenant'),
    pass: describeElevation,
    fail: say('The tenant lets sensitive permissions be used in an elevation only, and none is in force.'),
    remedy: say('Ask for an elevation.'),
    evidence: elevationEvidence,
  },
  accounts: {
    owner: by('tenant'),
    pass: say(
      "The link opens the partner's own accounts alone, and this permission works on single accounts.",
    ),
    fail: say(
      "The link opens the partner's own accounts alone, and this permission works on all of the tenant.",
    ),
    remedy: say('Ask the tenant to lift the restriction of the link to own accounts.'),
    evidence: linkEvidence,
  },
  assignment: {
    owner: by('partner'),
    pass: describeAssignment,
    fail: describeNoAssignment,
    evidence: linkEvidence,
  },
  assignment_role: {
    owner: by('partner'),
    pass: describeAssignedRole,
    fail: describeNarrowRole,
    remedy: say("Ask your organisation's owner for a wider role in this link, or ask for an elevation."),
    evidence: linkEvidence,
  },
  feature: {
    owner: by('provider'),
    pass: say('The feature is on for the partner.'),
    fail: ({ permission }) => `The feature "${permission?.feature ?? ''}" is off for the partner.`,
    remedy: say('The provider can switch it on; an owner can, where the partner may choose it.'),
  },
  token_scope: {
    owner: by('self'),
    pass: say('The token covers this permission.'),
    fail: say('The token does not cover this permission.'),
  },
} as const satisfies Partial<Record<CheckName, Story>>
