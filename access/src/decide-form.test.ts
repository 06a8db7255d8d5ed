import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FORM_ACTIONS, FORM_CHECKS, decideForm, makeDecideForm } from './decide-form.ts'
import type { FormFacts, FormRefusalCode } from './decide-form.ts'
import { mayToken } from './testing/form-oracle.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const at = (milliseconds: number) => new Date(NOW.getTime() + milliseconds)

const TOKEN = {
  kind: 'form_token',
  status: 'active',
  mode: 'live',
  valid_until: null,
  actions: FORM_ACTIONS,
} as const
const ALLOWED: FormFacts = {
  now: NOW,
  token: TOKEN,
  form: { status: 'active', is_named: true },
  agency: { status: 'active' },
  tenant: { status: 'active', is_sandbox: false },
  delegation: { status: 'active', starts_at: at(-1000), ends_at: null },
  freezes: [],
}
const DELEGATION = { status: 'active', starts_at: at(-1000), ends_at: null }

/** Every single thing that can be wrong, with the reason that the audit log is told. */
const FAULTS: readonly (readonly [string, FormFacts, FormRefusalCode])[] = [
  ['the token was never made', { ...ALLOWED, token: null }, 'TOKEN_UNKNOWN'],
  ['the token was revoked', { ...ALLOWED, token: { ...TOKEN, status: 'revoked' } }, 'TOKEN_REVOKED'],
  ['the overlap has ended', { ...ALLOWED, token: { ...TOKEN, valid_until: NOW } }, 'TOKEN_ENDED'],
  [
    'the path names another form',
    { ...ALLOWED, form: { status: 'active', is_named: false } },
    'FORM_MISMATCH',
  ],
  ['the form is gone', { ...ALLOWED, form: null }, 'FORM_MISMATCH'],
  ['the form is paused', { ...ALLOWED, form: { status: 'paused', is_named: true } }, 'FORM_OFF'],
  ['a test token in a real organisation', { ...ALLOWED, token: { ...TOKEN, mode: 'test' } }, 'MODE_MISMATCH'],
  [
    'a live token in a sandbox',
    { ...ALLOWED, tenant: { status: 'active', is_sandbox: true } },
    'MODE_MISMATCH',
  ],
  ['the agency is off', { ...ALLOWED, agency: { status: 'inactive' } }, 'AGENCY_INACTIVE'],
  ['the agency is gone', { ...ALLOWED, agency: null }, 'AGENCY_INACTIVE'],
  [
    'the tenant is suspended',
    { ...ALLOWED, tenant: { status: 'suspended', is_sandbox: false } },
    'TENANT_INACTIVE',
  ],
  [
    'the tenant is closed',
    { ...ALLOWED, tenant: { status: 'closed', is_sandbox: false } },
    'TENANT_INACTIVE',
  ],
  ['everything is frozen', { ...ALLOWED, freezes: [{ scope: 'platform' }] }, 'ACCESS_FROZEN'],
  ['the tenant is frozen', { ...ALLOWED, freezes: [{ scope: 'tenant' }] }, 'ACCESS_FROZEN'],
  ['the token alone is frozen', { ...ALLOWED, freezes: [{ scope: 'delegation' }] }, 'ACCESS_FROZEN'],
  [
    'the delegation is suspended',
    { ...ALLOWED, delegation: { ...DELEGATION, status: 'suspended' } },
    'DELEGATION_NOT_IN_FORCE',
  ],
  [
    'the delegation has ended',
    { ...ALLOWED, delegation: { ...DELEGATION, ends_at: NOW } },
    'DELEGATION_NOT_IN_FORCE',
  ],
  [
    'the delegation begins later',
    { ...ALLOWED, delegation: { ...DELEGATION, starts_at: at(1) } },
    'DELEGATION_NOT_IN_FORCE',
  ],
  ['there is no delegation', { ...ALLOWED, delegation: null }, 'DELEGATION_NOT_IN_FORCE'],
  ['the key may not issue', { ...ALLOWED, token: { ...TOKEN, actions: ['lookup'] } }, 'ACTION_NOT_GIVEN'],
]

const OFF = fc.constantFrom('trial', 'inactive', 'revoked', 'paused', 'closed')
const status = fc.oneof({ weight: 12, arbitrary: fc.constant('active') }, { weight: 1, arbitrary: OFF })
const instant = fc.constantFrom(-1000, -1, 0, 1, 1000).map(at)
const start = fc.constantFrom(-1000, -1, -1, 0, 1).map(at)
const end = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: instant })
const anyFacts: fc.Arbitrary<FormFacts> = fc.record({
  now: fc.constant(NOW),
  token: fc.option(
    fc.record({
      kind: fc.constantFrom('form_token', 'form_token', 'agency_key'),
      status,
      mode: fc.constantFrom('live', 'live', 'live', 'test', null),
      valid_until: end,
      actions: fc.subarray([...FORM_ACTIONS]),
    }),
    { freq: 20 },
  ),
  form: fc.option(fc.record({ status, is_named: fc.constantFrom(true, true, false) }), { freq: 8 }),
  agency: fc.option(fc.record({ status }), { freq: 20 }),
  tenant: fc.option(fc.record({ status, is_sandbox: fc.constantFrom(false, false, false, true) }), {
    freq: 20,
  }),
  delegation: fc.option(fc.record({ status, starts_at: start, ends_at: end }), { freq: 20 }),
  freezes: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    fc.array(fc.record({ scope: fc.constantFrom('platform', 'partner', 'tenant', 'delegation', 'person') }), {
      maxLength: 2,
    }),
  ),
})

test('a token of a form that is on, under a delegation in force, may issue and look up (E1)', () => {
  for (const action of FORM_ACTIONS) expect(decideForm(ALLOWED, action)).toEqual({ effect: 'allow' })
})

test.each(FAULTS)('%s: refused (E1, E2)', (_words, facts, code) => {
  expect(decideForm(facts, 'issue')).toEqual({ effect: 'deny', code })
})

test('a freeze of a person stops no form, since no person stands behind it (E1)', () => {
  expect(decideForm({ ...ALLOWED, freezes: [{ scope: 'person' }] }, 'issue').effect).toBe('allow')
})

test('whatever the facts are, the kernel allows exactly what the specification allows (E1)', () => {
  let allowed = 0
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...FORM_ACTIONS), (facts, action) => {
      const may = mayToken(facts, action)
      if (may) allowed += 1
      expect(decideForm(facts, action).effect).toBe(may ? 'allow' : 'deny')
    }),
    { numRuns: 5000 },
  )
  expect(allowed).toBeGreaterThan(20)
})

test.each(FORM_CHECKS.map(({ name }) => name))('without the check %s a fault gets through (E1)', (name) => {
  const weakened = makeDecideForm(FORM_CHECKS.filter((check) => check.name !== name))
  const through = FAULTS.filter(
    ([, facts, code]) =>
      JSON.stringify(weakened(facts, 'issue')) !== JSON.stringify({ effect: 'deny', code }),
  )
  expect(through.length).toBeGreaterThan(0)
})
