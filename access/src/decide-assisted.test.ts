import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ASSISTED_CHECKS, decideAssisted, makeDecideAssisted } from './decide-assisted.ts'
import type { AssistedFacts, AssistedRefusalCode } from './decide-assisted.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const at = (milliseconds: number) => new Date(NOW.getTime() + milliseconds)
const DELEGATION = { status: 'active', starts_at: NOW, ends_at: at(1) } as const
const ALLOWED: AssistedFacts = { now: NOW, delegation: DELEGATION, tenant: { status: 'active' }, freezes: [] }
const having = (changed: Partial<NonNullable<AssistedFacts['delegation']>>): AssistedFacts => ({
  ...ALLOWED,
  delegation: { ...DELEGATION, ...changed },
})

/** Every single thing that can be wrong. */
const FAULTS: readonly (readonly [string, AssistedFacts, AssistedRefusalCode])[] = [
  ['somebody else asked', { ...ALLOWED, delegation: null }, 'SUPPORT_ACCESS_NOT_FOUND'],
  ['the tenant is closed', { ...ALLOWED, tenant: { status: 'closed' } }, 'TENANT_INACTIVE'],
  ['there is no tenant', { ...ALLOWED, tenant: null }, 'TENANT_INACTIVE'],
  ['the tenant stopped everybody', { ...ALLOWED, freezes: [{ scope: 'tenant' }] }, 'ACCESS_FROZEN'],
  ['this access is frozen', { ...ALLOWED, freezes: [{ scope: 'delegation' }] }, 'ACCESS_FROZEN'],
  ['nobody answered yet', having({ status: 'requested', ends_at: null }), 'SUPPORT_ACCESS_NOT_ALLOWED'],
  ['the tenant said no', having({ status: 'declined', ends_at: null }), 'SUPPORT_ACCESS_NOT_ALLOWED'],
  ['it was taken back', having({ status: 'withdrawn', ends_at: null }), 'SUPPORT_ACCESS_NOT_ALLOWED'],
  ['nobody answered in time', having({ status: 'lapsed', ends_at: null }), 'SUPPORT_ACCESS_NOT_ALLOWED'],
  ['it starts later', having({ starts_at: at(1) }), 'SUPPORT_ACCESS_NOT_ALLOWED'],
  ['the hour is over', having({ ends_at: NOW }), 'SUPPORT_ACCESS_ENDED'],
  ['it has no end', having({ ends_at: null }), 'SUPPORT_ACCESS_ENDED'],
  ['somebody ended it', having({ status: 'revoked' }), 'SUPPORT_ACCESS_ENDED'],
  ['a job noted the end', having({ status: 'expired' }), 'SUPPORT_ACCESS_ENDED'],
  ['a state that nobody knows', having({ status: 'whatever' }), 'SUPPORT_ACCESS_ENDED'],
]

test('support looks while the tenant lets it, until the very instant of the end, and never writes', () => {
  expect(decideAssisted(ALLOWED, 'read')).toEqual({ effect: 'allow' })
  expect(decideAssisted(ALLOWED, 'write')).toEqual({ effect: 'deny', code: 'SUPPORT_ACCESS_READ_ONLY' })
})

test.each(FAULTS)('refused when %s', (_, facts, code) => {
  expect(decideAssisted(facts, 'read')).toEqual({ effect: 'deny', code })
})

test('each check is needed: without it something that is refused would be allowed', () => {
  const asked = [...FAULTS.map(([, facts]) => [facts, 'read'] as const), [ALLOWED, 'write'] as const]
  for (const left of ASSISTED_CHECKS) {
    const without = makeDecideAssisted(ASSISTED_CHECKS.filter((check) => check !== left))
    // A request that is nobody's is refused by what follows as well; its own answer tells nothing of whether there is one.
    const differs = asked.some(
      ([facts, action]) =>
        JSON.stringify(without(facts, action)) !== JSON.stringify(decideAssisted(facts, action)),
    )
    expect(differs, left.name).toBe(true)
  }
})

/** A second opinion, written as one sentence instead of an order. */
function mayLook({ now, delegation: d, tenant, freezes }: AssistedFacts, action: string): boolean {
  return (
    action === 'read' &&
    freezes.length === 0 &&
    !!tenant &&
    tenant.status !== 'closed' &&
    d?.status === 'active' &&
    d.starts_at <= now &&
    d.ends_at !== null &&
    now < d.ends_at
  )
}

const STATES = ['requested', 'active', 'expired', 'revoked', 'declined', 'withdrawn', 'lapsed', 'suspended']
const instant = fc.integer({ min: -2, max: 2 }).map(at)
const worlds = fc.record({
  now: fc.constant(NOW),
  delegation: fc.option(
    fc.record({
      status: fc.constantFrom(...STATES),
      starts_at: instant,
      ends_at: fc.option(instant),
    }),
  ),
  tenant: fc.option(fc.record({ status: fc.constantFrom('active', 'trial', 'suspended', 'closed') })),
  freezes: fc.array(fc.record({ scope: fc.constantFrom('platform', 'tenant', 'delegation', 'person') }), {
    maxLength: 1,
  }),
})

test('the order says of every world what one sentence says', () => {
  fc.assert(
    fc.property(worlds, fc.constantFrom('read', 'write'), (facts, action) => {
      expect(decideAssisted(facts, action).effect).toBe(mayLook(facts, action) ? 'allow' : 'deny')
    }),
    { numRuns: 2000 },
  )
})
