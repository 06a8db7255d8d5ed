import { expect, expectTypeOf, test } from 'vitest'
import { PERMISSIONS, bitOf, findPermission, isPermission, permissionsOfPlane } from './permissions.ts'
import type { PermissionOf } from './permissions.ts'

const names = PERMISSIONS.map(({ name }) => name)

test('a name keeps its bit for ever: the committed snapshot may only grow', () => {
  expect(Object.fromEntries(PERMISSIONS.map(({ name, bit }) => [name, bit]))).toMatchSnapshot()
})

test('bits are the numbers from 0 up, each used once, and fit into a mask of 256', () => {
  expect(PERMISSIONS.map(({ bit }) => bit)).toEqual(names.map((_, index) => index))
  expect(names.length).toBeLessThanOrEqual(256)
})

test('names are dotted lower snake case with at least two segments', () => {
  expect(names.filter((name) => !/^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/.test(name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

test('a name is never the parent of longer names', () => {
  const parents = names.filter((name) => names.some((other) => other.startsWith(`${name}.`)))
  expect(parents).toEqual([])
})

test('each plane has its namespaces: 34 delegated, 43 of the program, 26 of tenants, 45 of the platform, none of a realm', () => {
  const count = (plane: Parameters<typeof permissionsOfPlane>[0]) => permissionsOfPlane(plane).length
  expect([count('delegation'), count('program'), count('tenant'), count('platform'), count('realm')]).toEqual(
    [34, 43, 26, 45, 0],
  )
})

test('whatever a person can spend money with is sensitive', () => {
  const people = PERMISSIONS.filter(({ holder }) => holder === 'person')
  expect(people.filter(({ spends, sensitive }) => spends && !sensitive)).toEqual([])
  expect(people.filter(({ spends }) => spends).length).toBe(4)
})

test('sentences begin with a capital, end without a full stop and avoid words that only developers use', () => {
  const faulty = PERMISSIONS.filter(
    ({ sentence }) => !/^[A-Z].*[^.]$/.test(sentence) || /\b(grant|RBAC|scope|claim)\b/i.test(sentence),
  )
  const readByTenants = PERMISSIONS.filter(({ plane }) => plane === 'delegation' || plane === 'tenant')
  expect(faulty).toEqual([])
  expect(readByTenants.filter(({ sentence }) => /\btenants?\b/i.test(sentence))).toEqual([])
})

test('no two permissions share an audit action', () => {
  expect(new Set(PERMISSIONS.map((entry) => entry.audit_action)).size).toBe(names.length)
})

test('only exact names are permissions', () => {
  expect(isPermission('partner.billing.read')).toBe(true)
  expect(
    ['partner.billing', 'partner.billing.*', 'partner.billing.read ', '__proto__'].filter(isPermission),
  ).toEqual([])
  expect(findPermission('partner.billing.reads')).toBeUndefined()
  expect(bitOf('partner.sla.policy.write')).toBe(32)
})

test('the compiler tells the permissions of one plane from those of another', () => {
  expectTypeOf<'partner.billing.read'>().toExtend<PermissionOf<'delegation'>>()
  expectTypeOf<'partner_org.links.read'>().not.toExtend<PermissionOf<'delegation'>>()
  expectTypeOf<'realm.profile.read'>().not.toExtend<PermissionOf<'program'>>()
})
