import { expect, test } from 'vitest'
import { has, isSubset, maskOfPlane, permissionsOf } from './mask.ts'
import {
  LINK_ROLES,
  MEMBER_ROLES,
  RELATIONSHIP_TYPES,
  ceilingOf,
  isRoleOffered,
  isWithin,
  memberMask,
  newestRoleTemplate,
  parseLinkRole,
  relationshipBounds,
  roleTemplate,
} from './roles.ts'

test('the delegate starts with only the four basics', () => {
  expect(permissionsOf(newestRoleTemplate('delegate').defaults)).toEqual([
    'partner.tenants.list',
    'partner.tenants.read',
    'partner.tenants.switch_context',
    'partner.audit.read',
  ])
})

test('what a role gives by itself is inside its ceiling', () => {
  const outside = LINK_ROLES.filter((role) => {
    const { defaults, ceiling } = newestRoleTemplate(role)
    return !isSubset(defaults, ceiling)
  })
  expect(outside).toEqual([])
})

test('templates are found by version and an unknown version gives nothing', () => {
  expect(roleTemplate('auditor', 1)?.version).toBe(1)
  expect(roleTemplate('auditor', 2)).toBeUndefined()
  expect(ceilingOf('auditor', 2, 'audit_only')).toBe(0n)
})

test('the text on ceilings is kept: what each relationship type leaves out', () => {
  const left = (type: (typeof RELATIONSHIP_TYPES)[number]) =>
    permissionsOf(maskOfPlane('delegation') & ~relationshipBounds(type).ceiling)
  expect(left('msp_managed')).toEqual(['partner.sla.policy.write'])
  expect(left('enterprise_subsidiary')).toEqual([])
  expect(left('reseller_channel')).toEqual(['partner.support.tickets.internal_notes.read'])
  expect(left('audit_only').every((name) => !/\.(list|read|export)$/.test(name))).toBe(true)
  expect(left('audit_only')).not.toContain('partner.tenants.switch_context')
  expect(permissionsOf(relationshipBounds('reseller_channel').byGrantOnly)).toEqual([
    'partner.provisioning.subscribers.suspend',
  ])
})

test('a role is offered only where all that it gives fits', () => {
  const offered = RELATIONSHIP_TYPES.map((type) => [
    type,
    LINK_ROLES.filter((role) => isRoleOffered(role, type)),
  ])
  expect(Object.fromEntries(offered)).toEqual({
    msp_managed: ['msp_full', 'msp_billing', 'msp_support', 'auditor', 'reseller', 'delegate'],
    enterprise_subsidiary: [...LINK_ROLES],
    reseller_channel: ['msp_billing', 'msp_support', 'auditor', 'reseller', 'delegate'],
    audit_only: ['auditor', 'delegate'],
  })
})

test("a member's own role is within the link's role only when it adds nothing", () => {
  expect(isWithin('msp_billing', 'msp_full')).toBe(true)
  expect(isWithin('msp_full', 'msp_billing')).toBe(false)
  expect(isWithin('msp_support', 'msp_billing')).toBe(false)
  expect(LINK_ROLES.filter((role) => !isWithin(role, role))).toEqual([])
  expect(LINK_ROLES.filter((role) => !isWithin('delegate', role))).toEqual([])
})

test("the source contract's role names are aliases", () => {
  expect(LINK_ROLES.map((role) => parseLinkRole(`partner_${role}`))).toEqual([...LINK_ROLES])
  expect(LINK_ROLES.map((role) => parseLinkRole(role))).toEqual([...LINK_ROLES])
  expect(['', 'partner_', 'msp', 'PARTNER_OWNER', 'partner_partner_auditor'].map(parseLinkRole)).toEqual(
    Array.from({ length: 5 }, () => null),
  )
})

test('no member role reaches a permission in another organisation', () => {
  const delegated = maskOfPlane('delegation')
  expect(MEMBER_ROLES.filter((role) => (memberMask(role) & delegated) !== 0n)).toEqual([])
  expect(memberMask('SUPER_ADMIN')).toBe(maskOfPlane('platform'))
  expect(isSubset(memberMask('PARTNER_STAFF'), memberMask('PARTNER_OWNER'))).toBe(true)
  expect(isSubset(memberMask('TENANT_USER'), memberMask('TENANT_ADMIN'))).toBe(true)
  expect(has(memberMask('TENANT_USER'), 'tenant.partner_access.approve')).toBe(false)
})
