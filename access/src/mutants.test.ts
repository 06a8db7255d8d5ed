import { describe, expect, test } from 'vitest'
import type { Check, CheckName } from './check.ts'
import { findFreeze } from './checks-caller.ts'
import { findRights } from './checks-rights.ts'
import { CHECKS, makeDecide } from './decide.ts'
import type { LinkFacts } from './facts.ts'
import { has, matchesPattern } from './mask.ts'
import { roleTemplate } from './roles.ts'
import { edgeModel, orderModel, planeModel, rightsModel } from './testing/model.ts'
import { oracleCode, oracleMatches } from './testing/oracle.ts'
import type { World } from './world.ts'

const cases = [...edgeModel(), ...orderModel(), ...planeModel(), ...rightsModel()].map(
  ({ facts, question }) => ({
    facts,
    question,
    wanted: oracleCode(facts, question),
  }),
)

/** Whether the small model tells a changed table of checks from the specification. */
function isKilled(checks: readonly Check[]): boolean {
  const decide = makeDecide(checks)
  return cases.some(({ facts, question, wanted }) => decide(facts, question).code !== wanted)
}

function without(name: CheckName): readonly Check[] {
  return CHECKS.filter((check) => check.name !== name)
}

function withTest(name: CheckName, change: (world: World, test: Check['test']) => ReturnType<Check['test']>) {
  return CHECKS.map((check) =>
    check.name === name ? { ...check, test: (world: World) => change(world, check.test) } : check,
  )
}

function withLinkSeenAs(
  name: CheckName,
  see: (link: LinkFacts, world: World) => LinkFacts,
): readonly Check[] {
  return withTest(name, (world, test) => {
    const link = world.facts.link
    return test(link ? { ...world, facts: { ...world.facts, link: see(link, world) }, rights: null } : world)
  })
}

function shift(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds)
}

test('the kernel itself survives', () => {
  expect(isKilled(CHECKS)).toBe(false)
})

const JUDGES = CHECKS.filter(({ informs }) => !informs)

test.each(JUDGES.map(({ name }) => name))('a kernel without the check "%s" is killed', (name) => {
  expect(isKilled(without(name))).toBe(true)
})

describe('a kernel is killed that', () => {
  const mutants: Record<string, readonly Check[]> = {
    'lets a link live one millisecond longer': withLinkSeenAs('link_in_force', (link) => ({
      ...link,
      ends_at: link.ends_at && shift(link.ends_at, 1),
    })),
    'starts a link one millisecond early': withLinkSeenAs('link_in_force', (link) => ({
      ...link,
      starts_at: shift(link.starts_at, -1),
    })),
    'starts a link one millisecond late': withLinkSeenAs('link_in_force', (link) => ({
      ...link,
      starts_at: shift(link.starts_at, 1),
    })),
    'believes the stored status over the clock': withLinkSeenAs('link_in_force', (link) => ({
      ...link,
      ends_at: null,
    })),
    'takes an approved link for an active one': withLinkSeenAs('link_in_force', (link) => ({
      ...link,
      status: link.status === 'approved' ? 'active' : link.status,
    })),
    'lets an assignment live one millisecond longer': withLinkSeenAs('assignment', (link) => ({
      ...link,
      assignment: link.assignment && {
        ...link.assignment,
        ends_at: link.assignment.ends_at && shift(link.assignment.ends_at, 1),
      },
    })),
    'lets an elevation live one millisecond longer': withLinkSeenAs('granted', (link) => ({
      ...link,
      elevations: link.elevations.map(({ mask, starts_at, ends_at }) => ({
        mask,
        starts_at,
        ends_at: shift(ends_at, 1),
      })),
    })),
    'binds elevations to the own role': withLinkSeenAs('assignment_role', (link) => ({
      ...link,
      elevations: [],
    })),
    'binds elevations to the standing rule': withLinkSeenAs('standing', (link) => ({
      ...link,
      elevations: [],
    })),
    'forgets elevations': withLinkSeenAs('granted', (link) => ({ ...link, elevations: [] })),
    'forgets grants': withLinkSeenAs('granted', (link) => ({ ...link, overrides: [] })),
    'keeps exceptions that have run out': withLinkSeenAs('granted', (link) => ({
      ...link,
      overrides: link.overrides.map(({ pattern, effect }) => ({ pattern, effect })),
    })),
    'ignores broad denies': withLinkSeenAs('deny', (link) => ({
      ...link,
      overrides: link.overrides.filter(({ pattern }) => !pattern.endsWith('.*')),
    })),
    'ignores exact denies': withLinkSeenAs('deny', (link) => ({
      ...link,
      overrides: link.overrides.filter(({ pattern }) => pattern.endsWith('.*')),
    })),
    'lets a grant win over a deny': withTest('deny', (world, judge) => {
      const rights = findRights(world)
      return rights && has(rights.granted, world.question.permission) ? null : judge(world)
    }),
    'ignores the ceiling of the relationship': withLinkSeenAs('ceiling', (link) => ({
      ...link,
      relationship_type: 'enterprise_subsidiary',
    })),
    'ignores the ceiling of the role': withLinkSeenAs('ceiling', (link) => ({
      ...link,
      role: 'enterprise_hq',
    })),
    'lets a reseller suspend by role': withTest('granted', (world, judge) => {
      const role = roleTemplate(world.facts.link?.role ?? 'delegate', 1)
      return role && has(role.defaults, world.question.permission) ? null : judge(world)
    }),
    'takes any version of a role for the first': withLinkSeenAs('ceiling', (link) => ({
      ...link,
      role_version: 1,
    })),
    'feels no freeze of a tenant': withTest('freeze', (world, judge) =>
      findFreeze(world)?.scope === 'tenant' && world.facts.freezes.length === 1 ? null : judge(world),
    ),
    'tells a stranger of a freeze': withTest('freeze', ({ facts }) =>
      facts.freezes.length > 0 ? 'ACCESS_FROZEN' : null,
    ),
    'tells a stranger that the tenant is inactive': CHECKS.map(({ applies, ...check }) =>
      check.name === 'tenant_active' || !applies ? check : { ...check, applies },
    ),
    'accepts a newer epoch only': withTest('token_current', ({ facts, question }) =>
      (question.presented_epoch ?? 0) <= (facts.link?.epoch ?? 0) ? null : 'UNAUTHORIZED',
    ),
    'compares addresses as text': withTest('ip', ({ facts }) =>
      facts.link?.conditions.ip_allow.some((block) => block.startsWith(facts.actor?.ip ?? ' '))
        ? null
        : 'IP_NOT_ALLOWED',
    ),
    'lets an unknown address in': withTest('ip', (world, judge) =>
      world.facts.actor?.ip ? judge(world) : null,
    ),
    'asks jobs for an address': CHECKS.map((check) =>
      check.name === 'ip'
        ? { ...check, applies: ({ facts }) => facts.link?.conditions.ip_mode === 'enforce' }
        : check,
    ),
    'accepts a factor one millisecond too old': withTest('step_up', (world, judge) =>
      judge({ ...world, facts: { ...world.facts, now: shift(world.facts.now, -1) } }),
    ),
    'refuses a factor at its full age': withTest('step_up', (world, judge) =>
      judge({ ...world, facts: { ...world.facts, now: shift(world.facts.now, 1) } }),
    ),
    'hands out records of other tenants': withTest('resource', ({ facts }) =>
      facts.resource?.found ? null : 'RESOURCE_NOT_FOUND',
    ),
  }

  test.each(Object.keys(mutants))('%s', (name) => {
    expect(isKilled(mutants[name] ?? CHECKS)).toBe(true)
  })
})

/** Neighbours whose order cannot show, because both refuse with one code. */
const SAME_CODE = [
  'person_active, member_active',
  'link_known, link_in_force',
  'ceiling, deny',
  'deny, granted',
  'factor_condition, step_up',
]

test('a kernel with two neighbouring checks exchanged is killed, unless both refuse with one code', () => {
  const survivors = JUDGES.slice(1).flatMap((second, index) => {
    const first = JUDGES[index] ?? second
    const swapped = JUDGES.map((check) => (check === first ? second : check === second ? first : check))
    return isKilled(swapped) ? [] : [`${first.name}, ${second.name}`]
  })
  expect(survivors).toEqual(SAME_CODE)
})

describe('pattern matching', () => {
  const segments = ['a', 'ab', 'b']
  const pairs = segments.flatMap((first) => segments.map((second) => `${first}.${second}`))
  const names = [...segments, ...pairs, ...pairs.map((pair) => `${pair}.a`)]
  const patterns = [...names, ...names.map((name) => `${name}.*`)]
  const isKnownWrong = (matches: typeof matchesPattern) =>
    patterns.some((pattern) => names.some((name) => matches(pattern, name) !== oracleMatches(pattern, name)))

  test('the kernel itself survives', () => {
    expect(isKnownWrong(matchesPattern)).toBe(false)
  })

  test.each<[string, typeof matchesPattern]>([
    ['forgets the dot', (pattern, name) => name.startsWith(pattern.replace(/\.\*$/, ''))],
    [
      'compares the prefix without the dot',
      (pattern, name) => (pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : name === pattern),
    ],
    [
      'lets a pattern match its own parent',
      (pattern, name) => matchesPattern(pattern, name) || `${name}.*` === pattern,
    ],
    [
      'matches one further segment only',
      (pattern, name) => matchesPattern(pattern, name) && name.split('.').length <= pattern.split('.').length,
    ],
    ['ignores wildcards', (pattern, name) => pattern === name],
  ])('a matcher is killed that %s', (_, matches) => {
    expect(isKnownWrong(matches)).toBe(true)
  })
})
