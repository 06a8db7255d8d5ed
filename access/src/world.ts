import type { Facts, LinkFacts, LinkStatus, Question } from './facts.ts'
import { EMPTY_MASK } from './mask.ts'
import type { Mask } from './mask.ts'
import { resolveGrant } from './overrides.ts'
import type { GrantLayers } from './overrides.ts'
import type { PermissionEntry } from './permissions.ts'
import { memberMask, newestRoleTemplate } from './roles.ts'

/** One question about one set of facts, with what several checks need worked out at most once. */
export interface World {
  readonly facts: Facts
  readonly question: Question
  /** Undefined for a name outside the catalogue. */
  readonly permission: PermissionEntry | undefined
  rights: LinkRights | null
}

/** Where one person's permissions in one link come from. */
export interface LinkRights extends GrantLayers {
  /** What the elevations in force add for this person. */
  readonly elevated: Mask
  /** What the member's own role in the link leaves; elevations are personal and not bound by it. */
  readonly assigned: Mask
}

const EVERYTHING: Mask = -1n

/** Statuses of links that never let anybody in: to the partner they look like no link at all. */
const NEVER_IN_FORCE: ReadonlySet<LinkStatus> = new Set(['requested', 'declined', 'withdrawn', 'lapsed'])

/**
 * The link, when its partner may know of it: approved at some time, and with the tenant that the request names.
 * Everything else about the tenant stays unsaid while this is null, so that a tenant that was never linked and one
 * that does not exist answer alike.
 */
export function visibleLink(world: World): LinkFacts | null {
  const { link, tenant } = world.facts
  if (!link || !tenant || NEVER_IN_FORCE.has(link.status) || !isTenantNamed(world)) return null
  return link
}

/** Whether the tenant in the facts is the one that the request names, if it names one. */
export function isTenantNamed(world: World): boolean {
  const named = world.question.tenant_id
  return named === undefined || named === world.facts.tenant?.id
}

/** Whether the actor may know that the tenant exists. */
export function isTenantVisible(world: World): boolean {
  const { plane, tenant, tenant_member: member } = world.facts
  if (plane === 'delegation') return visibleLink(world) !== null
  return plane === 'tenant' && Boolean(tenant && member) && isTenantNamed(world)
}

/** Whether an instant lies in the half-open interval `[start, end)`; a null end never comes. */
export function isDuring(start: Date, end: Date | null, now: Date): boolean {
  return start.getTime() <= now.getTime() && !isOver(end, now)
}

/** Whether an end has come; the end itself is the first instant at which it has. */
export function isOver(end: Date | null, now: Date): boolean {
  return end !== null && end.getTime() <= now.getTime()
}

function resolveRights(link: LinkFacts, now: Date): LinkRights {
  const { layers } = resolveGrant({
    role: link.role,
    roleVersion: link.role_version,
    relationshipType: link.relationship_type,
    overrides: link.overrides,
    now,
  })
  let elevated = EMPTY_MASK
  for (const elevation of link.elevations) {
    if (isDuring(elevation.starts_at, elevation.ends_at, now)) elevated |= elevation.mask
  }
  const own = link.assignment?.role ?? null
  return { ...layers, elevated, assigned: own === null ? EVERYTHING : newestRoleTemplate(own).defaults }
}

/** The rights of the actor in a link; worked out at the first call. */
export function rightsIn(world: World, link: LinkFacts): LinkRights {
  world.rights ??= resolveRights(link, world.facts.now)
  return world.rights
}

/** What the actor may do by membership of the plane's own organisation; empty on the delegation plane. */
export function ownMask(facts: Facts): Mask {
  switch (facts.plane) {
    case 'platform':
      return facts.platform_role ? memberMask(facts.platform_role) : EMPTY_MASK
    case 'program':
      return facts.partner_member ? memberMask(facts.partner_member.role) : EMPTY_MASK
    case 'tenant':
      return facts.tenant_member ? memberMask(facts.tenant_member.role) : EMPTY_MASK
    case 'delegation':
    case 'realm':
      return EMPTY_MASK
  }
}
