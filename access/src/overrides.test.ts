import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Override } from './facts.ts'
import { EMPTY_MASK, has, isSubset, maskOf, permissionsOf } from './mask.ts'
import { findCeilingFaults, parseOverrides, resolveGrant, toOverrideMap } from './overrides.ts'
import type { GrantTerms } from './overrides.ts'
import { permissionsOfPlane } from './permissions.ts'
import { LINK_ROLES, RELATIONSHIP_TYPES, ceilingOf } from './roles.ts'
import { NOW, at } from './testing/worlds.ts'

const names = permissionsOfPlane('delegation').map(({ name }) => name)
const areas = [...new Set(names.map((name) => `${name.split('.').slice(0, 2).join('.')}.*`))]

const anyOverride: fc.Arbitrary<Override> = fc.record({
  pattern: fc.constantFrom(...names, ...areas),
  effect: fc.constantFrom('grant', 'deny'),
  expires_at: fc.constantFrom(null, at(-1), at(0), at(1)),
})

const anyTerms: fc.Arbitrary<GrantTerms> = fc.record({
  role: fc.constantFrom(...LINK_ROLES),
  roleVersion: fc.constant(1),
  relationshipType: fc.constantFrom(...RELATIONSHIP_TYPES),
  overrides: fc.array(anyOverride, { maxLength: 5 }),
  now: fc.constant(NOW),
})

const support: GrantTerms = {
  role: 'msp_support',
  roleVersion: 1,
  relationshipType: 'msp_managed',
  overrides: [],
  now: NOW,
}

function pointersOf(input: unknown): string[] {
  const parsed = parseOverrides(input)
  return parsed.ok ? [] : parsed.faults.map(({ pointer, code }) => `${pointer} ${code}`)
}

test('the list form is read with its times', () => {
  const expires = '2026-12-01T00:00:00Z'
  expect(
    parseOverrides([
      { pattern: 'partner.billing.*', effect: 'deny' },
      { pattern: 'partner.reports.export', effect: 'grant', expires_at: expires },
    ]),
  ).toEqual({
    ok: true,
    value: [
      { pattern: 'partner.billing.*', effect: 'deny', expires_at: null },
      { pattern: 'partner.reports.export', effect: 'grant', expires_at: new Date(expires) },
    ],
  })
})

test("the source contract's map is read and written back", () => {
  const map = { 'partner.billing.*': true, 'partner.billing.payments.read': false }
  const parsed = parseOverrides(map)
  expect(parsed).toEqual({
    ok: true,
    value: [
      { pattern: 'partner.billing.*', effect: 'grant', expires_at: null },
      { pattern: 'partner.billing.payments.read', effect: 'deny', expires_at: null },
    ],
  })
  expect(parsed.ok && toOverrideMap(parsed.value)).toEqual(map)
})

test('of a grant and a deny of one pattern the map shows the deny, in either order', () => {
  const grant: Override = { pattern: 'partner.audit.read', effect: 'grant' }
  const deny: Override = { pattern: 'partner.audit.read', effect: 'deny' }
  expect(toOverrideMap([grant, deny])).toEqual({ 'partner.audit.read': false })
  expect(toOverrideMap([deny, grant])).toEqual({ 'partner.audit.read': false })
})

test('all faults of a list are reported at once, each with its pointer', () => {
  expect(
    pointersOf([
      { pattern: 'partner.biling.read', effect: 'allow', expires_at: 'tomorrow', reason: 'x' },
      'partner.billing.read',
      { effect: 'deny' },
      { pattern: 'tenant.tickets.read', effect: 'grant', expires_at: '2026-13-01T00:00:00Z' },
    ]),
  ).toEqual([
    '/0/reason UNKNOWN_FIELD',
    '/0/pattern UNKNOWN_PERMISSION',
    '/0/effect EFFECT_UNKNOWN',
    '/0/expires_at TIME_MALFORMED',
    '/1 OBJECT_EXPECTED',
    '/2/pattern STRING_EXPECTED',
    '/3/pattern UNKNOWN_PERMISSION',
    '/3/expires_at TIME_MALFORMED',
  ])
})

test('all faults of a map are reported at once', () => {
  expect(pointersOf({ 'partner.*': true, 'partner.billing.read': 'yes', 'a/b~c': false })).toEqual([
    '/partner.* PATTERN_TOO_BROAD',
    '/partner.billing.read BOOLEAN_EXPECTED',
    '/a~1b~0c PATTERN_MALFORMED',
  ])
})

test.each([[null], ['x'], [7], [undefined]])('%s is neither form', (input) => {
  expect(pointersOf(input)).toEqual([' LIST_OR_MAP_EXPECTED'])
})

test('no grant, however broad, leads outside the ceiling', () => {
  fc.assert(
    fc.property(anyTerms, (terms) =>
      isSubset(resolveGrant(terms).mask, ceilingOf(terms.role, 1, terms.relationshipType)),
    ),
  )
})

test('whatever a live deny names is not held', () => {
  fc.assert(
    fc.property(anyTerms, (terms) => {
      const { mask, layers } = resolveGrant(terms)
      return (mask & layers.denied) === EMPTY_MASK
    }),
  )
})

test('the order of overrides does not matter', () => {
  const shuffled = anyTerms.chain((terms) =>
    fc.tuple(
      fc.constant(terms),
      fc.shuffledSubarray([...terms.overrides], { minLength: terms.overrides.length }),
    ),
  )
  fc.assert(
    fc.property(
      shuffled,
      ([terms, overrides]) => resolveGrant({ ...terms, overrides }).mask === resolveGrant(terms).mask,
    ),
  )
})

test('a further deny never adds a permission and a further grant never takes one', () => {
  fc.assert(
    fc.property(anyTerms, anyOverride, (terms, extra) => {
      const before = resolveGrant(terms).mask
      const after = resolveGrant({ ...terms, overrides: [...terms.overrides, extra] }).mask
      return extra.effect === 'deny' ? isSubset(after, before) : isSubset(before, after)
    }),
  )
})

test('an override ends at its end, not after it', () => {
  const grant = (expires_at: Date) =>
    resolveGrant({
      ...support,
      overrides: [{ pattern: 'partner.billing.read', effect: 'grant', expires_at }],
    }).mask
  expect(has(grant(at(0)), 'partner.billing.read')).toBe(false)
  expect(has(grant(at(1)), 'partner.billing.read')).toBe(true)
})

test('a stored grant means no more than when it was approved, and a stored deny also covers what was added', () => {
  const mask = maskOf(['partner.billing.read'])
  const pattern = 'partner.billing.*'
  const granted = resolveGrant({ ...support, overrides: [{ pattern, effect: 'grant', mask }] }).layers.granted
  const denied = resolveGrant({ ...support, overrides: [{ pattern, effect: 'deny', mask }] }).layers.denied
  expect(permissionsOf(granted)).toEqual(['partner.billing.read'])
  expect(permissionsOf(denied).length).toBe(7)
})

test('in a reseller channel suspending needs a grant even for a role that has it', () => {
  const hq: GrantTerms = { ...support, role: 'enterprise_hq', relationshipType: 'reseller_channel' }
  const name = 'partner.provisioning.subscribers.suspend'
  expect(has(resolveGrant(hq).mask, name)).toBe(false)
  expect(has(resolveGrant({ ...hq, overrides: [{ pattern: name, effect: 'grant' }] }).mask, name)).toBe(true)
})

test('a grant outside the ceiling is refused when written, with the names outside; a deny is not', () => {
  const overrides: Override[] = [
    { pattern: 'partner.billing.*', effect: 'grant' },
    { pattern: 'partner.sla.policy.write', effect: 'deny' },
    { pattern: 'partner.reports.export', effect: 'grant' },
  ]
  const faults = findCeilingFaults({ ...support, overrides })
  expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual([['/0/pattern', 'OUTSIDE_CEILING']])
  expect(faults[0]?.detail).toBe(
    'Outside what msp_support in msp_managed may be granted: partner.billing.invoices.export, ' +
      'partner.billing.payments.read, partner.billing.disputes.create, partner.billing.reminders.send.',
  )
})
