import type { Check } from './check.ts'
import type { FreezeFacts } from './facts.ts'
import type { Plane } from './planes.ts'
import type { RefusalCode } from './refusals.ts'
import { isOver, isTenantNamed, isTenantVisible, visibleLink } from './world.ts'
import type { World } from './world.ts'

function usesPartner(world: World): boolean {
  return world.facts.plane === 'program' || world.facts.plane === 'delegation'
}

function isDelegated(world: World): boolean {
  return world.facts.plane === 'delegation'
}

/**
 * A freeze stops access to tenants. It leaves both sides' own pages open, since that is where it is read and lifted;
 * only a frozen person is stopped everywhere.
 */
const FREEZES_FELT: Readonly<Record<Plane, readonly FreezeFacts['scope'][]>> = {
  platform: ['person'],
  program: ['person'],
  delegation: ['platform', 'partner', 'tenant', 'delegation', 'person'],
  tenant: ['person'],
  realm: ['platform', 'partner', 'person'],
}

/** The freeze that stops this request, if any; one that concerns a tenant is felt only where the tenant is known. */
export function findFreeze(world: World): FreezeFacts | undefined {
  const felt = FREEZES_FELT[world.facts.plane]
  return world.facts.freezes.find(
    ({ scope }) =>
      felt.includes(scope) && ((scope !== 'tenant' && scope !== 'delegation') || isTenantVisible(world)),
  )
}

function testMembership({ facts }: World): RefusalCode | null {
  switch (facts.plane) {
    case 'platform':
      return facts.platform_role ? null : 'WRONG_PLANE'
    case 'program':
    case 'delegation':
      return facts.partner && facts.partner_member ? null : 'WRONG_PLANE'
    case 'tenant':
      // A stranger to a tenant is not told whether it exists.
      return facts.tenant && facts.tenant_member ? null : 'TENANT_NOT_FOUND'
    case 'realm':
      return 'WRONG_PLANE'
  }
}

/**
 * The state of a link that its partner may know of. Dates are read before the stored status says so, so that the
 * answer does not depend on whether a job has run.
 */
function testInForce(world: World): RefusalCode | null {
  const link = visibleLink(world)
  const { now } = world.facts
  if (!link) return 'TENANT_NOT_FOUND'
  if (link.status === 'revoked') return 'TENANT_LINK_REVOKED'
  if (link.status === 'expired' || isOver(link.ends_at, now)) return 'TENANT_LINK_EXPIRED'
  if (link.status === 'suspended') return 'TENANT_LINK_SUSPENDED'
  if (link.status !== 'active' || link.starts_at.getTime() > now.getTime()) return 'TENANT_LINK_NOT_STARTED'
  return null
}

function testTokenCurrent(world: World): RefusalCode | null {
  return world.question.presented_epoch === visibleLink(world)?.epoch ? null : 'UNAUTHORIZED'
}

/** Steps 1 to 3: who asks, whether all parties take part, and whether access is frozen. */
export const PARTY_CHECKS: readonly Check[] = [
  {
    name: 'signed_in',
    order: 1,
    about: 'caller',
    test: ({ facts }) => (facts.actor ? null : 'UNAUTHORIZED'),
  },
  {
    name: 'person_active',
    order: 2,
    about: 'caller',
    test: ({ facts }) => (facts.actor?.status === 'active' ? null : 'PERSON_INACTIVE'),
  },
  {
    name: 'member_active',
    order: 2,
    about: 'caller',
    applies: (world) => usesPartner(world) || world.facts.plane === 'tenant',
    test: (world) => {
      const member = usesPartner(world) ? world.facts.partner_member : world.facts.tenant_member
      return !member || member.status === 'active' ? null : 'PERSON_INACTIVE'
    },
  },
  {
    name: 'partner_active',
    order: 2,
    about: 'caller',
    applies: (world) => usesPartner(world) && Boolean(world.facts.partner),
    test: ({ facts }) => (facts.partner?.status === 'active' ? null : 'PARTNER_INACTIVE'),
  },
  {
    name: 'tenant_active',
    order: 2,
    about: 'caller',
    applies: isTenantVisible,
    test: ({ facts }) => (facts.tenant?.status === 'active' ? null : 'TENANT_INACTIVE'),
  },
  {
    name: 'second_factor',
    order: 2,
    about: 'caller',
    applies: ({ facts }) => facts.plane === 'platform' || facts.plane === 'delegation',
    test: ({ facts }) => (!facts.actor || facts.actor.factor === 'none' ? 'MFA_REQUIRED' : null),
  },
  {
    name: 'freeze',
    order: 3,
    about: 'caller',
    test: (world) => (findFreeze(world) ? 'ACCESS_FROZEN' : null),
  },
]

/** Steps 4 and 5: whether the evidence reaches the organisation named, and whether a link there is in force. */
export const REACH_CHECKS: readonly Check[] = [
  { name: 'membership', order: 4, about: 'caller', test: testMembership },
  {
    name: 'own_partner',
    order: 4,
    about: 'caller',
    applies: (world) => usesPartner(world) && world.question.partner_id !== undefined,
    test: ({ facts, question }) => (question.partner_id === facts.partner?.id ? null : 'PARTNER_NOT_FOUND'),
  },
  {
    name: 'plane',
    order: 4,
    about: 'permission',
    test: ({ facts, permission }) =>
      permission?.plane === facts.plane && permission.holder === 'person' ? null : 'WRONG_PLANE',
  },
  {
    name: 'link_known',
    order: 5,
    about: 'caller',
    applies: (world) => isDelegated(world) || world.facts.plane === 'tenant',
    test: (world) => {
      const isKnown = isDelegated(world) ? visibleLink(world) !== null : isTenantNamed(world)
      return isKnown ? null : 'TENANT_NOT_FOUND'
    },
  },
  { name: 'link_in_force', order: 5, about: 'caller', applies: isDelegated, test: testInForce },
  {
    name: 'token_current',
    order: 5,
    about: 'caller',
    applies: (world) => isDelegated(world) && world.question.presented_epoch !== undefined,
    test: testTokenCurrent,
  },
]
