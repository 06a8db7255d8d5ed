import { createMongoAbility } from '@casl/ability'
import type { MongoAbility } from '@casl/ability'
import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { EntityUid, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs'
import {
  allows,
  bitOf,
  compileMask,
  compilePatterns,
  newestRoleTemplate,
  resolveGrant,
} from '@liaison/access'
import type { LinkRole, Permission, ResolvedMask } from '@liaison/access'
import { newEnforcer, newModelFromString } from 'casbin'
import { NAMES, NOW_S, ROLE_NAMES, namesOfOverrides } from './policy.ts'
import type { BenchLink, BenchRequest } from './policy.ts'

/** An engine with the links loaded: answers the nth question. */
export type Ask = (index: number) => boolean

export type LoadEngine = (links: readonly BenchLink[], requests: readonly BenchRequest[]) => Promise<Ask>

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new Error('There is no such question.')
  return item
}

interface Resolved {
  readonly mask: ResolvedMask
  readonly endsAtS: number
}

/** Links with the same permissions share one compiled mask: there are few different ones, and they stay in the cache. */
const compiled = new Map<bigint, ResolvedMask>()

function compileShared(mask: bigint): ResolvedMask {
  const known = compiled.get(mask) ?? compileMask(mask)
  compiled.set(mask, known)
  return known
}

function resolve(link: BenchLink): Resolved {
  const { mask } = resolveGrant({
    role: link.role,
    roleVersion: newestRoleTemplate(link.role).version,
    relationshipType: 'msp_managed',
    overrides: [
      ...(link.grant === null ? [] : [{ pattern: link.grant, effect: 'grant' as const, expires_at: null }]),
      ...(link.deny === null ? [] : [{ pattern: link.deny, effect: 'deny' as const, expires_at: null }]),
    ],
    now: new Date(NOW_S * 1000),
  })
  return { mask: compileShared(mask), endsAtS: link.endsAtS }
}

/** The context is resolved once per request, as the server does; what is timed is the check itself. */
const loadResolved: LoadEngine = async (links, requests) => {
  const resolved = new Map(links.map((link) => [link, resolve(link)]))
  const asked = requests.map(({ link, permission }) => ({
    context: link === null ? null : (resolved.get(link) ?? null),
    bit: bitOf(permission),
  }))
  return (index) => {
    const { context, bit } = at(asked, index)
    return context !== null && context.endsAtS > NOW_S && allows(context.mask, bit)
  }
}

const keyOf = ({ partner, tenant }: { partner: string; tenant: string }): string => `${partner} ${tenant}`

/** The same with the look-up of the link by its names inside what is timed. */
const loadLookedUp: LoadEngine = async (links, requests) => {
  const byPartner = new Map<string, Map<string, Resolved>>()
  for (const link of links) {
    const ofPartner = byPartner.get(link.partner) ?? new Map<string, Resolved>()
    byPartner.set(link.partner, ofPartner.set(link.tenant, resolve(link)))
  }
  const bits = new Map(NAMES.map((name) => [name, bitOf(name)]))
  return (index) => {
    const { partner, tenant, permission } = at(requests, index)
    const context = byPartner.get(partner)?.get(tenant)
    return (
      context !== undefined && context.endsAtS > NOW_S && allows(context.mask, bits.get(permission) ?? -1)
    )
  }
}

const caslRule = (name: Permission, inverted: boolean) => ({
  action: name.slice(name.lastIndexOf('.') + 1),
  subject: name.slice(0, name.lastIndexOf('.')),
  inverted,
})

function buildAbility(role: LinkRole, overrides: ReturnType<typeof namesOfOverrides>): MongoAbility {
  const allowed = [...(ROLE_NAMES.get(role) ?? []), ...overrides.grants]
  return createMongoAbility([
    ...allowed.map((name) => caslRule(name, false)),
    ...overrides.denies.map((name) => caslRule(name, true)),
  ])
}

/** One ability per role, shared, and one of its own for each link with overrides: the fastest way to use it that we know. */
const loadCasl: LoadEngine = async (links, requests) => {
  const ofRole = new Map(
    [...ROLE_NAMES.keys()].map((role) => [role, buildAbility(role, { grants: [], denies: [] })]),
  )
  const byLink = new Map<string, { ability: MongoAbility | undefined; endsAtS: number }>()
  for (const link of links) {
    const hasOverrides = link.grant !== null || link.deny !== null
    const ability = hasOverrides ? buildAbility(link.role, namesOfOverrides(link)) : ofRole.get(link.role)
    byLink.set(keyOf(link), { ability, endsAtS: link.endsAtS })
  }
  const rules = new Map(NAMES.map((name) => [name, caslRule(name, false)]))
  return (index) => {
    const request = at(requests, index)
    const entry = byLink.get(keyOf(request))
    const rule = rules.get(request.permission)
    if (!entry?.ability || !rule || entry.endsAtS <= NOW_S) return false
    return entry.ability.can(rule.action, rule.subject)
  }
}

const CASBIN_MODEL = `
[request_definition]
r = sub, dom, act
[policy_definition]
p = sub, act
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub, r.dom)
`

/** Roles with domains. Ends and overrides are kept outside, since its time per answer grows with the number of policy lines. */
const loadCasbin: LoadEngine = async (links, requests) => {
  const enforcer = await newEnforcer(newModelFromString(CASBIN_MODEL))
  const lines = [...ROLE_NAMES].flatMap(([role, names]) => names.map((name) => [role, name]))
  await enforcer.addPolicies(lines)
  await enforcer.addGroupingPolicies(links.map((link) => [link.partner, link.role, link.tenant]))
  const outside = new Map(
    links.map((link) => [keyOf(link), { endsAtS: link.endsAtS, ...namesOfOverrides(link) }]),
  )
  return (index) => {
    const { partner, tenant, permission } = at(requests, index)
    const entry = outside.get(keyOf({ partner, tenant }))
    if (!entry || entry.endsAtS <= NOW_S || entry.denies.includes(permission)) return false
    return entry.grants.includes(permission) || enforcer.enforceSync(partner, tenant, permission)
  }
}

const action = (id: string): EntityUid => ({ type: 'Action', id })

function writeCedarPolicies(): string {
  const permits = [...ROLE_NAMES].map(
    ([role, names]) =>
      `permit(principal in Role::"${role}", action in [${names.map((name) => `Action::"${name}"`).join(', ')}], resource);`,
  )
  return [
    ...permits,
    'permit(principal, action, resource) when { context.grants.contains(action) };',
    'forbid(principal, action, resource) when { context.denies.contains(action) };',
    'forbid(principal, action, resource) when { context.ends_at <= context.now };',
  ].join('\n')
}

const toCedarSet = (names: readonly Permission[]) =>
  names.map((name) => ({ __entity: { type: 'Action', id: name } }))

function toCedarCall(request: BenchRequest, link: BenchLink): StatefulAuthorizationCall {
  const principal = { type: 'Link', id: keyOf(request) }
  const { grants, denies } = namesOfOverrides(link)
  return {
    principal,
    action: action(request.permission),
    resource: { type: 'Tenant', id: request.tenant },
    context: { now: NOW_S, ends_at: link.endsAtS, grants: toCedarSet(grants), denies: toCedarSet(denies) },
    preparsedPolicySetId: 'bench',
    validateRequest: false,
    entities: [{ uid: principal, attrs: {}, parents: [{ type: 'Role', id: link.role }] }],
  }
}

/** Policies parsed beforehand; the link comes with each call, since a million entities cannot be kept inside. */
const loadCedar: LoadEngine = async (links, requests) => {
  const parsed = preparsePolicySet('bench', { staticPolicies: writeCedarPolicies() })
  if (parsed.type !== 'success') throw new Error(JSON.stringify(parsed))
  const byKey = new Map(links.map((link) => [keyOf(link), link]))
  return (index) => {
    const request = at(requests, index)
    const link = byKey.get(keyOf(request))
    if (!link) return false
    const answer = statefulIsAuthorized(toCedarCall(request, link))
    if (answer.type !== 'success') throw new Error(JSON.stringify(answer))
    return answer.response.decision === 'allow'
  }
}

/** Every engine, and how often it is asked in one round so that rounds take about as long. */
export const ENGINES = {
  resolved: { title: 'Liaison, context resolved once per request', load: loadResolved, asked: 8_000_000 },
  looked_up: { title: 'Liaison, look-up by partner and tenant included', load: loadLookedUp, asked: 500_000 },
  casl: { title: '@casl/ability, one ability per role shared', load: loadCasl, asked: 250_000 },
  casbin: { title: 'casbin `enforceSync`, overrides kept outside', load: loadCasbin, asked: 1000 },
  cedar: { title: 'cedar-wasm, policies parsed beforehand', load: loadCedar, asked: 2000 },
} satisfies Record<string, { title: string; load: LoadEngine; asked: number }>

export type EngineName = keyof typeof ENGINES

export const ENGINE_NAMES = [
  'resolved',
  'looked_up',
  'casl',
  'casbin',
  'cedar',
] as const satisfies EngineName[]

/** The patterns of the benchmark are all good ones; a typing error in them would make every engine agree on nothing. */
export function requireSoundPatterns(links: readonly BenchLink[]): void {
  const patterns = new Set(links.flatMap(({ deny }) => (deny === null ? [] : [deny])))
  const { faults } = compilePatterns(patterns, { plane: 'delegation' })
  if (faults.length > 0) throw new Error(`Bad patterns: ${faults.map(({ detail }) => detail).join(' ')}`)
}
