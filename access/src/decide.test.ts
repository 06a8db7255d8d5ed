import { expect, test } from 'vitest'
import { decide } from './decide.ts'
import type { Facts, LinkStatus, Question } from './facts.ts'
import type { Permission } from './permissions.ts'
import { maskOf } from './mask.ts'
import {
  OTHER_PARTNER,
  OTHER_TENANT,
  PARTNER,
  TENANT,
  at,
  factsOf,
  withActor,
  withConditions,
  withLink,
} from './testing/worlds.ts'

function ask(facts: Facts, question: Partial<Question> = {}): string {
  return decide(facts, { permission: 'partner.billing.invoices.read', ...question }).code
}

const good = factsOf()

test('an assigned member of an active partner with a link in force is allowed what its role gives', () => {
  expect(decide(good, { permission: 'partner.billing.invoices.read' })).toEqual({
    effect: 'allow',
    code: 'ALLOWED',
    status: 200,
  })
})

test('a name outside the catalogue is refused on every plane', () => {
  const unknown = 'partner.billing.everything' as Permission
  expect(ask(good, { permission: unknown })).toBe('WRONG_PLANE')
  expect(ask({ ...good, plane: 'platform', platform_role: 'SUPER_ADMIN' }, { permission: unknown })).toBe(
    'WRONG_PLANE',
  )
})

test('owners too need an assignment', () => {
  const owner: Facts = { ...good, partner_member: { ...good.partner_member, role: 'PARTNER_OWNER' } as never }
  expect(ask(withLink(owner, { assignment: null }))).toBe('NOT_ASSIGNED')
})

test('a platform admin reaches no tenant data without a link', () => {
  const admin: Facts = { ...good, plane: 'delegation', platform_role: 'SUPER_ADMIN', link: null }
  expect(ask(admin)).toBe('TENANT_NOT_FOUND')
  expect(ask({ ...admin, plane: 'platform' })).toBe('WRONG_PLANE')
})

test.each<LinkStatus>(['requested', 'declined', 'withdrawn', 'lapsed'])(
  'a link that is %s tells its partner no more than no link at all',
  (status) => {
    const question: Question = { permission: 'partner.billing.invoices.read', tenant_id: TENANT }
    const stranger: Facts = { ...good, link: null, tenant: null }
    const asked: Facts = {
      ...withLink(good, { status }),
      tenant: { id: TENANT, status: 'inactive' },
      freezes: [{ scope: 'tenant' }, { scope: 'delegation' }],
    }
    expect(decide(asked, question, { trace: true })).toEqual(decide(stranger, question, { trace: true }))
    expect(ask(asked)).toBe('TENANT_NOT_FOUND')
  },
)

test('a link ends by the clock even when no job has noted it, and stays ended when one has', () => {
  expect(ask(withLink(good, { status: 'active', ends_at: at(0) }))).toBe('TENANT_LINK_EXPIRED')
  expect(ask(withLink(good, { status: 'suspended', ends_at: at(0) }))).toBe('TENANT_LINK_EXPIRED')
  expect(ask(withLink(good, { status: 'approved', ends_at: at(0) }))).toBe('TENANT_LINK_EXPIRED')
  expect(ask(withLink(good, { status: 'expired', ends_at: null }))).toBe('TENANT_LINK_EXPIRED')
})

test('a token made before the last narrowing is no longer a token', () => {
  const decision = decide(good, { permission: 'partner.billing.invoices.read', presented_epoch: 6 })
  expect(decision).toEqual({ effect: 'deny', code: 'UNAUTHORIZED', status: 401 })
  expect(ask(good, { presented_epoch: 7 })).toBe('ALLOWED')
})

test('a request that names another tenant or partner than its facts finds neither', () => {
  expect(ask(good, { tenant_id: OTHER_TENANT })).toBe('TENANT_NOT_FOUND')
  expect(ask(good, { partner_id: OTHER_PARTNER })).toBe('PARTNER_NOT_FOUND')
  expect(ask(good, { tenant_id: TENANT, partner_id: PARTNER })).toBe('ALLOWED')
})

test('a stranger on the plane of a tenant is not told whether it exists or what its state is', () => {
  const question: Question = { permission: 'tenant.tickets.read', tenant_id: TENANT }
  const stranger: Facts = { ...good, plane: 'tenant', link: null, tenant_member: null }
  const inactive: Facts = { ...stranger, tenant: { id: TENANT, status: 'inactive' } }
  const missing: Facts = { ...stranger, tenant: null }
  expect(decide(inactive, question, { trace: true })).toEqual(decide(missing, question, { trace: true }))
  expect(ask(inactive, question)).toBe('TENANT_NOT_FOUND')
})

test('a freeze of partner access stops the partner and leaves both sides their own pages', () => {
  const frozen: Facts = {
    ...good,
    freezes: [{ scope: 'platform' }, { scope: 'partner' }, { scope: 'tenant' }],
  }
  const member: Facts = { ...frozen, tenant_member: { role: 'TENANT_ADMIN', status: 'active' } }
  expect(ask(frozen)).toBe('ACCESS_FROZEN')
  expect(ask({ ...frozen, plane: 'program' }, { permission: 'partner_org.links.read' })).toBe('ALLOWED')
  expect(ask({ ...member, plane: 'tenant' }, { permission: 'tenant.partner_access.read' })).toBe('ALLOWED')
})

test('a frozen person is stopped on every plane', () => {
  const frozen: Facts = { ...good, freezes: [{ scope: 'person' }], platform_role: 'SUPER_ADMIN' }
  expect(ask(frozen)).toBe('ACCESS_FROZEN')
  expect(ask({ ...frozen, plane: 'program' }, { permission: 'partner_org.links.read' })).toBe('ACCESS_FROZEN')
  expect(ask({ ...frozen, plane: 'platform' }, { permission: 'platform.audit.read' })).toBe('ACCESS_FROZEN')
})

test("an elevation lifts the person above the link's role and above the own role, never above a deny", () => {
  const name = 'partner.billing.summary.read'
  const elevations = [{ mask: maskOf([name]), starts_at: at(0), ends_at: at(1) }]
  const narrow = withLink(good, { assignment: { role: 'msp_support', ends_at: null } })
  expect(ask(narrow, { permission: name })).toBe('PERMISSION_DENIED')
  expect(ask(withLink(narrow, { elevations }), { permission: name })).toBe('ALLOWED')
  expect(ask(withLink(good, { role: 'msp_support', elevations }), { permission: name })).toBe('ALLOWED')
  const overrides = [{ pattern: name, effect: 'deny' as const }]
  expect(ask(withLink(narrow, { elevations, overrides }), { permission: name })).toBe('PERMISSION_DENIED')
})

test('a job is not asked for an address or a fresh factor, and is held to everything else', () => {
  const strict = withConditions(withActor(good, { ip: null, factor_at: null }), {
    ip_mode: 'enforce',
    ip_allow: ['198.51.100.0/24'],
    mfa_max_age_s: 60,
  })
  const name = 'partner.billing.invoices.export'
  expect(ask(strict, { permission: name })).toBe('IP_NOT_ALLOWED')
  const job: Facts = { ...strict, actor_kind: 'job' }
  expect(ask(job, { permission: name })).toBe('ALLOWED')
  expect(ask(withLink(job, { status: 'suspended' }), { permission: name })).toBe('TENANT_LINK_SUSPENDED')
  expect(ask(withConditions(job, { hours: { tz: 'UTC', windows: [] } }), { permission: name })).toBe(
    'OUTSIDE_HOURS',
  )
  expect(ask(withConditions(job, { phishing_resistant: true }), { permission: name })).toBe(
    'STEP_UP_REQUIRED',
  )
})

test('a monitored allow-list keeps nobody out', () => {
  const monitored = withConditions(good, { ip_mode: 'monitor', ip_allow: ['198.51.100.0/24'] })
  expect(ask(monitored)).toBe('ALLOWED')
  expect(ask(withConditions(monitored, { ip_mode: 'enforce' }))).toBe('IP_NOT_ALLOWED')
})

test('a decision without a trace keeps no steps, and the shared allowance cannot be changed', () => {
  const decision = decide(good, { permission: 'partner.billing.invoices.read' })
  expect(decision).not.toHaveProperty('steps')
  expect(Object.isFrozen(decision)).toBe(true)
})
