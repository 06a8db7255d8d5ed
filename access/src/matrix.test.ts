import { expect, test } from 'vitest'
import { NO_CONDITIONS } from './conditions.ts'
import { decide } from './decide.ts'
import type { LinkFacts } from './facts.ts'
import { maskOf } from './mask.ts'
import { permissionsOfPlane } from './permissions.ts'
import { LINK_ROLES, RELATIONSHIP_TYPES } from './roles.ts'
import { TABLE_NAMES, TABLE_SENSITIVE, fitsRelationship, signOf } from './testing/oracle-table.ts'
import { at, factsOf, linkOf } from './testing/worlds.ts'

const permissions = permissionsOfPlane('delegation')
const grid = LINK_ROLES.flatMap((role) => permissions.map(({ name }) => ({ role, name })))

function isAllowed(name: (typeof permissions)[number]['name'], link: Partial<LinkFacts>): boolean {
  return decide(factsOf({ link: linkOf(link) }), { permission: name }).effect === 'allow'
}

test('the catalogue and the table of the specification name the same 34 permissions, in the same order', () => {
  expect(permissions.map(({ name }) => name)).toEqual(TABLE_NAMES)
  expect(permissions.map(({ bit }) => bit)).toEqual(TABLE_NAMES.map((_, index) => index))
})

test('exactly the permissions marked (S) in the table are sensitive', () => {
  const sensitive = permissions.filter((entry) => entry.sensitive).map(({ name }) => name)
  expect(new Set<string>(sensitive)).toEqual(TABLE_SENSITIVE)
})

test.each(grid)('$role by default: $name is allowed where the table says ●', ({ role, name }) => {
  expect(isAllowed(name, { role })).toBe(signOf(name, role) === '●')
})

test.each(grid)('$role with a grant: $name is allowed where the table says ● or ○', ({ role, name }) => {
  const overrides = [{ pattern: name, effect: 'grant' as const }]
  expect(isAllowed(name, { role, overrides })).toBe(signOf(name, role) !== '–')
})

test.each(grid)('$role with an elevation: $name is allowed where the table says ● or ○', ({ role, name }) => {
  const elevations = [{ mask: maskOf([name]), starts_at: at(0), ends_at: at(1) }]
  expect(isAllowed(name, { role, elevations })).toBe(signOf(name, role) !== '–')
})

test.each(grid)('$role with a deny: $name is refused whatever grants it', ({ role, name }) => {
  const overrides = [
    { pattern: name, effect: 'grant' as const },
    { pattern: `${name.split('.').slice(0, 2).join('.')}.*`, effect: 'deny' as const },
  ]
  const elevations = [{ mask: maskOf([name]), starts_at: at(0), ends_at: at(1) }]
  expect(isAllowed(name, { role, overrides, elevations })).toBe(false)
})

test.each(grid)(
  '$role where the tenant demands elevations: $name by default only when the table does not mark it (S)',
  ({ role, name }) => {
    const conditions = { ...NO_CONDITIONS, elevation_required: true }
    const elevations = [{ mask: maskOf([name]), starts_at: at(0), ends_at: at(1) }]
    expect(isAllowed(name, { role, conditions })).toBe(
      signOf(name, role) === '●' && !TABLE_SENSITIVE.has(name),
    )
    expect(isAllowed(name, { role, conditions, elevations })).toBe(signOf(name, role) !== '–')
  },
)

test.each(RELATIONSHIP_TYPES)('in %s nothing outside the ceiling is allowed, whatever grants it', (type) => {
  const outside = grid.filter(({ name }) => !fitsRelationship(name, type))
  const reached = outside.filter(({ role, name }) =>
    isAllowed(name, {
      role,
      relationship_type: type,
      overrides: [{ pattern: name, effect: 'grant' }],
      elevations: [{ mask: maskOf([name]), starts_at: at(0), ends_at: at(1) }],
    }),
  )
  expect(outside.length).toBe(
    { msp_managed: 7, enterprise_subsidiary: 0, reseller_channel: 7, audit_only: 91 }[type],
  )
  expect(reached).toEqual([])
})
