import { readFileSync } from 'node:fs'
import { preparsePolicySet, statefulIsAuthorized, validate } from '@cedar-policy/cedar-wasm/nodejs'
import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import {
  LINK_ROLES,
  LINK_STATUSES,
  NO_CONDITIONS,
  RELATIONSHIP_TYPES,
  decide,
  idFromUuid,
  maskOf,
  permissionsOfPlane,
} from '@liaison/access'
import type { Facts, LinkFacts, PermissionOf } from '@liaison/access'
import { beforeAll, expect, test } from 'vitest'

type Permission = PermissionOf<'delegation'>

/** A world small enough for Cedar: at most one grant, one deny and one elevation; times in milliseconds from now. */
interface Small {
  readonly permission: Permission
  readonly role: LinkFacts['role']
  readonly type: LinkFacts['relationship_type']
  readonly status: LinkFacts['status']
  readonly starts: number
  readonly ends: number | null
  readonly grant: { readonly pattern: string; readonly until: number | null } | null
  readonly deny: { readonly pattern: string; readonly until: number | null } | null
  readonly elevation: { readonly from: number; readonly until: number } | null
  readonly missing: 'person' | 'partner' | 'tenant' | 'assignment' | 'factor' | 'freeze' | null
}

const NOW = new Date('2026-11-21T12:00:00Z')
const names = permissionsOfPlane('delegation').map(({ name }) => name)
const uuid = (last: number): string => `01890a5d-ac96-774b-bcce-00000000000${last}`

function at(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds)
}

function endOf(until: number | null): Date | null {
  return until === null ? null : at(until)
}

function linkOf(world: Small): LinkFacts {
  const { grant, deny, elevation } = world
  return {
    id: idFromUuid('link', uuid(1)),
    status: world.status,
    role: world.role,
    role_version: 1,
    relationship_type: world.type,
    starts_at: at(world.starts),
    ends_at: endOf(world.ends),
    epoch: 1,
    overrides: [
      ...(grant
        ? [{ pattern: grant.pattern, effect: 'grant' as const, expires_at: endOf(grant.until) }]
        : []),
      ...(deny ? [{ pattern: deny.pattern, effect: 'deny' as const, expires_at: endOf(deny.until) }] : []),
    ],
    conditions: NO_CONDITIONS,
    conditions_owner: 'tenant',
    assignment: world.missing === 'assignment' ? null : { role: null, ends_at: null },
    elevations: elevation
      ? [{ mask: maskOf([world.permission]), starts_at: at(elevation.from), ends_at: at(elevation.until) }]
      : [],
  }
}

function factsOf(world: Small): Facts {
  const standing = (who: Small['missing']) => (world.missing === who ? 'inactive' : 'active')
  return {
    now: NOW,
    plane: 'delegation',
    actor_kind: 'person',
    actor: {
      person_id: idFromUuid('person', uuid(2)),
      status: standing('person'),
      factor: world.missing === 'factor' ? 'none' : 'otp',
      factor_at: NOW,
      ip: null,
    },
    partner: { id: idFromUuid('partner', uuid(3)), status: standing('partner') },
    partner_member: { id: idFromUuid('member', uuid(4)), role: 'PARTNER_STAFF', status: 'active' },
    tenant: { id: idFromUuid('tenant', uuid(5)), status: standing('tenant') },
    link: linkOf(world),
    freezes: world.missing === 'freeze' ? [{ scope: 'delegation' }] : [],
  }
}

function isAllowedByKernel(world: Small): boolean {
  return decide(factsOf(world), { permission: world.permission }).effect === 'allow'
}

const entity = (type: string, id: string): TypeAndId => ({ type, id })
const nameOf = (pattern: string): TypeAndId => entity('Name', pattern.replace(/\.\*$/, ''))

/** A name with all its prefixes above it, so that a pattern is the entity of its prefix. */
function nameEntity(permission: string): EntityJson {
  const segments = permission.split('.')
  const parents = segments
    .slice(0, -1)
    .map((_, index) => entity('Name', segments.slice(0, index + 1).join('.')))
  return { uid: nameOf(permission), attrs: { name: permission }, parents }
}

const nameEntities = new Map(names.map((name) => [name, nameEntity(name)]))

function linkEntity(world: Small): EntityJson {
  return {
    uid: entity('Link', 'link'),
    attrs: {
      status: world.status,
      starts: world.starts,
      ...(world.ends === null ? {} : { ends: world.ends }),
    },
    parents: [entity('Role', world.role), entity('Kind', world.type)],
  }
}

function contextOf({ grant, deny, elevation, missing, permission }: Small) {
  const named = (pattern: string) => [{ __entity: nameOf(pattern) }]
  const until = (key: string, end: number | null | undefined) =>
    end === null || end === undefined ? {} : { [key]: end }
  return {
    now: 0,
    granted: grant ? named(grant.pattern) : [],
    ...until('granted_until', grant?.until),
    denied: deny ? named(deny.pattern) : [],
    ...until('denied_until', deny?.until),
    elevated: elevation ? named(permission) : [],
    elevated_from: elevation?.from ?? 0,
    elevated_until: elevation?.until ?? 0,
    frozen: missing === 'freeze',
    person_active: missing !== 'person',
    partner_active: missing !== 'partner',
    tenant_active: missing !== 'tenant',
    assigned: missing !== 'assignment',
    second_factor: missing !== 'factor',
  }
}

function isAllowedByCedar(world: Small): boolean {
  const answer = statefulIsAuthorized({
    principal: entity('Link', 'link'),
    action: entity('Action', 'use'),
    resource: nameOf(world.permission),
    context: contextOf(world),
    preparsedPolicySetId: 'link',
    entities: [linkEntity(world), nameEntities.get(world.permission) ?? nameEntity(world.permission)],
  })
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors))
  const { errors } = answer.response.diagnostics
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  return answer.response.decision === 'allow'
}

/** A support person of a managing partner who asks for balances, with a link in force. */
function worldOf(change: Partial<Small>): Small {
  return {
    permission: 'partner.billing.read',
    role: 'msp_support',
    type: 'msp_managed',
    status: 'active',
    starts: -1000,
    ends: 1000,
    grant: null,
    deny: null,
    elevation: null,
    missing: null,
    ...change,
  }
}

function exceptionsFor(permission: Permission): Partial<Small>[] {
  const exact = { pattern: permission, until: null }
  const broad = { pattern: `${permission.split('.').slice(0, 2).join('.')}.*`, until: null }
  const elevation = { from: -1, until: 1 }
  return [
    {},
    { grant: exact },
    { grant: broad },
    { deny: exact },
    { deny: broad },
    { grant: exact, deny: broad },
    { elevation },
    { elevation, deny: exact },
  ]
}

const rights: Small[] = LINK_ROLES.flatMap((role) =>
  RELATIONSHIP_TYPES.flatMap((type) =>
    names.flatMap((permission) =>
      exceptionsFor(permission).map((exception) => worldOf({ permission, role, type, ...exception })),
    ),
  ),
)

const AROUND = [-1, 0, 1]
const ENDS = [-1, 0, 1, null]
const PARTIES = ['person', 'partner', 'tenant', 'assignment', 'factor', 'freeze', null] as const

const edges: Small[] = [
  ...LINK_STATUSES.flatMap((status) =>
    AROUND.flatMap((starts) => ENDS.map((ends) => worldOf({ role: 'msp_full', status, starts, ends }))),
  ),
  ...ENDS.map((until) => worldOf({ grant: { pattern: 'partner.billing.*', until } })),
  ...ENDS.map((until) => worldOf({ role: 'msp_full', deny: { pattern: 'partner.billing.read', until } })),
  ...AROUND.flatMap((from) => AROUND.map((until) => worldOf({ elevation: { from, until } }))),
  ...PARTIES.map((missing) => worldOf({ role: 'msp_full', missing })),
]

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
const schema = read('link.cedarschema')
const policies = { staticPolicies: read('link.cedar') }

beforeAll(() => {
  const answer = preparsePolicySet('link', policies)
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors))
})

test('the policies are valid under their schema', () => {
  const answer = validate({ schema, policies, validationSettings: { mode: 'strict' } })
  expect(answer).toMatchObject({ type: 'success', validationErrors: [], validationWarnings: [] })
})

test('kernel and Cedar agree on every role, relationship type, permission and exception', () => {
  const apart = rights.filter((world) => isAllowedByKernel(world) !== isAllowedByCedar(world))
  expect(rights.length).toBe(7 * 4 * 34 * 8)
  expect(apart.slice(0, 3)).toEqual([])
})

test('kernel and Cedar agree on every edge of time, status and party', () => {
  const apart = edges.filter((world) => isAllowedByKernel(world) !== isAllowedByCedar(world))
  expect(apart).toEqual([])
})

test('both allowances and refusals are met, so that the agreement means something', () => {
  const allowed = edges.filter(isAllowedByKernel).length
  expect([allowed > 5, allowed < edges.length - 5]).toEqual([true, true])
})

test('a policy for every permission of the catalogue exists: some role can use it', () => {
  const unreachable = names.filter(
    (permission) =>
      !LINK_ROLES.some((role) =>
        isAllowedByCedar(worldOf({ permission, role, type: 'enterprise_subsidiary' })),
      ),
  )
  expect(unreachable).toEqual([])
})

test('the comparison bites: a kernel that forgot the deny, the end or the ceiling is told apart', () => {
  const forgetful: ((world: Small) => Small)[] = [
    (world) => ({ ...world, deny: null }),
    (world) => ({ ...world, ends: null }),
    (world) => ({ ...world, ends: world.ends === null ? null : world.ends + 1 }),
    (world) => ({ ...world, type: 'enterprise_subsidiary' }),
    (world) => ({ ...world, missing: null }),
  ]
  const sample = [...edges, ...rights.filter((_, index) => index % 7 === 0)]
  const unnoticed = forgetful.filter((forget) =>
    sample.every((world) => isAllowedByKernel(forget(world)) === isAllowedByCedar(world)),
  )
  expect(unnoticed).toEqual([])
})
