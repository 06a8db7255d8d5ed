import {
  LINK_ROLES,
  ceilingOf,
  compilePatterns,
  newestRoleTemplate,
  permissionsOf,
  permissionsOfPlane,
} from '@liaison/access'
import type { LinkRole, Permission } from '@liaison/access'
import { oracleMatches } from '../../access/src/testing/oracle.ts'
import { fitsRelationship, signOf } from '../../access/src/testing/oracle-table.ts'

export const NOW_S = 1_800_000_000
export const NAMES: readonly Permission[] = permissionsOfPlane('delegation').map(({ name }) => name)

const RELATIONSHIP = 'msp_managed'
const REQUESTS = 65_536
const PARTNERS = 1000
const WILDCARD_DENIES = ['partner.billing.*', 'partner.support.tickets.*', 'partner.provisioning.*']

/** A link of the benchmark; one in a hundred has one grant and one deny. */
export interface BenchLink {
  readonly partner: string
  readonly tenant: string
  readonly role: LinkRole
  readonly endsAtS: number
  readonly grant: Permission | null
  readonly deny: string | null
}

/** One question; `link` is the one it falls under, null where the partner has none in that tenant. */
export interface BenchRequest {
  readonly partner: string
  readonly tenant: string
  readonly permission: Permission
  readonly link: BenchLink | null
}

/** What a role gives in this relationship by itself, by name: what a rival's policy is written from. */
export const ROLE_NAMES: ReadonlyMap<LinkRole, readonly Permission[]> = new Map(
  LINK_ROLES.map((role) => [role, permissionsOf(newestRoleTemplate(role).defaults & ceilingFor(role))]),
)

function ceilingFor(role: LinkRole): bigint {
  return ceilingOf(role, newestRoleTemplate(role).version, RELATIONSHIP)
}

/** The names that a grant adds and a deny takes away, written out for rivals that know no wildcards. */
export function namesOfOverrides({ role, grant, deny }: BenchLink): {
  grants: readonly Permission[]
  denies: readonly Permission[]
} {
  const granted = grant === null ? 0n : compilePatterns([grant]).mask & ceilingFor(role)
  const denied = deny === null ? 0n : compilePatterns([deny], { plane: 'delegation' }).mask
  return { grants: permissionsOf(granted), denies: permissionsOf(denied) }
}

function makeDice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * sides)
  }
}

const pick = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index]
  if (item === undefined) throw new Error('No such item.')
  return item
}

/** So many links of 1,000 partners; every tenth has ended. The same for every engine. */
export function makeLinks(count: number): BenchLink[] {
  const dice = makeDice(42)
  return Array.from({ length: count }, (_, index) => {
    const hasOverrides = dice(100) === 0
    return {
      partner: `partner-${index % PARTNERS}`,
      tenant: `tenant-${Math.floor(index / PARTNERS)}-${index % 50}`,
      role: pick(LINK_ROLES, dice(LINK_ROLES.length)),
      endsAtS: NOW_S + dice(1_000_000) - 100_000,
      grant: hasOverrides ? pick(NAMES, dice(NAMES.length)) : null,
      deny: hasOverrides ? pick(dice(2) === 0 ? WILDCARD_DENIES : NAMES, dice(WILDCARD_DENIES.length)) : null,
    }
  })
}

/** 65,536 questions at random; every tenth is about a tenant in which the partner has no link. */
export function makeRequests(links: readonly BenchLink[]): BenchRequest[] {
  const dice = makeDice(7)
  return Array.from({ length: REQUESTS }, () => {
    const link = pick(links, dice(links.length))
    const isStranger = dice(10) === 0
    return {
      partner: link.partner,
      tenant: isStranger ? `${link.tenant}-other` : link.tenant,
      permission: pick(NAMES, dice(NAMES.length)),
      link: isStranger ? null : link,
    }
  })
}

/** The answer by a third way: the specification's own table and plain string comparison, no masks, no engine. */
export function referenceAnswer({ link, permission }: BenchRequest): boolean {
  if (!link || link.endsAtS <= NOW_S) return false
  if (link.deny !== null && oracleMatches(link.deny, permission)) return false
  if (!fitsRelationship(permission, RELATIONSHIP)) return false
  const sign = signOf(permission, link.role)
  return sign === '●' || (sign === '○' && link.grant !== null && oracleMatches(link.grant, permission))
}
