import { expect, test } from 'vitest'
import { classifyChange } from './change.ts'
import type { LinkTerms } from './change-terms.ts'
import { NO_CONDITIONS } from './conditions.ts'
import type { Conditions } from './facts.ts'
import { DAY, NOW, at } from './testing/worlds.ts'

const terms: LinkTerms = {
  role: 'msp_support',
  role_version: 1,
  relationship_type: 'msp_managed',
  starts_at: at(-DAY),
  ends_at: at(30 * DAY),
  auto_renew_days: 0,
  overrides: [],
  conditions: NO_CONDITIONS,
}

function classify(change: Partial<LinkTerms>, from: Partial<LinkTerms> = {}) {
  const before = { ...terms, ...from }
  return classifyChange(before, { ...before, ...change }, NOW)
}

function underConditions(change: Partial<Conditions>, from: Partial<Conditions> = {}) {
  const before = { ...NO_CONDITIONS, ...from }
  return classify({ conditions: { ...before, ...change } }, { conditions: before })
}

test('an edit that changes nothing needs nobody', () => {
  expect(classify({})).toEqual({ kind: 'none', rows: [], applyNow: terms, proposed: null })
})

test.each<[string, Partial<LinkTerms>, string]>([
  ['a later end', { ends_at: at(60 * DAY) }, 'widening'],
  ['no end', { ends_at: null }, 'widening'],
  ['an earlier end', { ends_at: at(DAY) }, 'narrowing'],
  ['an earlier start', { starts_at: at(-2 * DAY) }, 'widening'],
  ['a later start', { starts_at: at(DAY) }, 'narrowing'],
  ['renewing itself', { auto_renew_days: 180 }, 'widening'],
  ['a higher role', { role: 'msp_full' }, 'widening'],
  ['a lower role', { role: 'delegate' }, 'mixed'],
  ['another role', { role: 'msp_billing' }, 'mixed'],
  ['a grant', { overrides: [{ pattern: 'partner.billing.read', effect: 'grant' }] }, 'widening'],
  ['a deny', { overrides: [{ pattern: 'partner.support.*', effect: 'deny' }] }, 'narrowing'],
  [
    'a deny that runs out',
    { overrides: [{ pattern: 'partner.support.*', effect: 'deny', expires_at: at(1) }] },
    'narrowing',
  ],
])('%s is %3$s', (_, change, kind) => {
  const result = classify(change)
  expect(result.kind).toBe(kind)
  expect(result.proposed === null).toBe(kind === 'narrowing')
})

test('a lower role whose ceiling is wider also widens: more could be added to it later', () => {
  const { rows } = classify({ role: 'delegate' })
  expect(rows.find(({ field }) => field === 'ceiling')).toMatchObject({ direction: 'widening' })
})

test('taking a deny away widens, even when the role does not give what it denied', () => {
  const overrides = [{ pattern: 'partner.billing.read', effect: 'deny' as const }]
  expect(classify({ overrides: [] }, { overrides })).toMatchObject({
    kind: 'widening',
    applyNow: { overrides },
  })
})

test('letting a deny run out later widens, although nothing changes today', () => {
  const deny = { pattern: 'partner.support.*', effect: 'deny' as const }
  const { kind } = classify({ overrides: [{ ...deny, expires_at: at(DAY) }] }, { overrides: [deny] })
  expect(kind).toBe('widening')
})

test('of a mixed edit the taking holds at once and the whole waits for the tenant', () => {
  const change = { role: 'msp_billing', ends_at: at(DAY) } as const
  const { applyNow, proposed, rows } = classify(change)
  expect(proposed).toEqual({ ...terms, ...change })
  expect(applyNow.role).toBe('msp_support')
  expect(applyNow.ends_at).toEqual(at(DAY))
  expect(applyNow.overrides.length).toBeGreaterThan(0)
  expect(applyNow.overrides.every(({ effect }) => effect === 'deny')).toBe(true)
  expect(rows.find(({ field }) => field === 'partner.support.tickets.update')).toEqual({
    field: 'partner.support.tickets.update',
    label: 'Change the status and priority of tickets',
    before: 'Yes',
    after: 'No',
    direction: 'narrowing',
  })
  expect(rows.find(({ field }) => field === 'partner.billing.payments.read')?.direction).toBe('widening')
})

const office = ['192.0.2.0/24']

test.each<[string, [Partial<Conditions>, Partial<Conditions>], string]>([
  ['an enforced allow-list', [{}, { ip_mode: 'enforce', ip_allow: office }], 'narrowing'],
  ['no allow-list', [{ ip_mode: 'enforce', ip_allow: office }, { ip_mode: 'off' }], 'widening'],
  ['monitoring only', [{ ip_mode: 'enforce', ip_allow: office }, { ip_mode: 'monitor' }], 'widening'],
  ['monitoring', [{}, { ip_mode: 'monitor', ip_allow: office }], 'none'],
  ['a wider list', [{ ip_mode: 'enforce', ip_allow: office }, { ip_allow: ['192.0.0.0/16'] }], 'widening'],
  [
    'a list cut in two',
    [{ ip_mode: 'enforce', ip_allow: office }, { ip_allow: ['192.0.2.0/25', '192.0.2.128/25'] }],
    'none',
  ],
  [
    'another list',
    [{ ip_mode: 'enforce', ip_allow: office }, { ip_allow: ['192.0.2.0/25', '10.0.0.0/8'] }],
    'mixed',
  ],
  ['an age limit', [{}, { mfa_max_age_s: 600 }], 'narrowing'],
  ['a longer age limit', [{ mfa_max_age_s: 600 }, { mfa_max_age_s: 900 }], 'widening'],
  ['no age limit', [{ mfa_max_age_s: 600 }, { mfa_max_age_s: null }], 'widening'],
  ['a demand for a passkey', [{}, { phishing_resistant: true }], 'narrowing'],
  ['no demand for a passkey', [{ phishing_resistant: true }, { phishing_resistant: false }], 'widening'],
  ['no demand for a reason', [{ read_reason_required: true }, { read_reason_required: false }], 'widening'],
  [
    'no own approval',
    [{ tenant_elevation_approval: true }, { tenant_elevation_approval: false }],
    'widening',
  ],
])('%s is told apart', (_, [from, change], kind) => {
  expect(underConditions(change, from).kind).toBe(kind)
})

function hoursOf(from: string, to: string, tz = 'UTC'): Conditions['hours'] {
  return { tz, windows: [{ days: [1, 2], from, to }] }
}

test('hours are compared minute by minute', () => {
  const kindOf = (before: Conditions['hours'], after: Conditions['hours']) =>
    underConditions({ hours: after }, { hours: before }).kind
  expect(kindOf(null, hoursOf('08:00', '18:00'))).toBe('narrowing')
  expect(kindOf(hoursOf('08:00', '18:00'), null)).toBe('widening')
  expect(kindOf(hoursOf('08:00', '18:00'), hoursOf('08:00', '18:01'))).toBe('widening')
  expect(kindOf(hoursOf('08:00', '18:00'), hoursOf('08:01', '18:00'))).toBe('narrowing')
  expect(kindOf(hoursOf('08:00', '18:00'), hoursOf('09:00', '19:00'))).toBe('mixed')
})

test('of moved hours only the common part holds until the tenant agrees', () => {
  const { applyNow } = underConditions(
    { hours: hoursOf('09:00', '19:00') },
    { hours: hoursOf('08:00', '18:00') },
  )
  expect(applyNow.conditions.hours?.windows).toEqual([
    { days: [1], from: '09:00', to: '18:00' },
    { days: [2], from: '09:00', to: '18:00' },
  ])
})

test('hours in another zone wait as a whole', () => {
  const before = hoursOf('08:00', '18:00')
  const change = underConditions({ hours: hoursOf('08:00', '18:00', 'Europe/Rome') }, { hours: before })
  expect(change.kind).toBe('mixed')
  expect(change.applyNow.conditions.hours).toEqual(before)
})

test('of two allow-lists only the common part holds until the tenant agrees', () => {
  const { applyNow } = underConditions(
    { ip_allow: ['192.0.2.0/25', '10.0.0.0/8'] },
    { ip_mode: 'enforce', ip_allow: office },
  )
  expect(applyNow.conditions).toMatchObject({ ip_mode: 'enforce', ip_allow: ['192.0.2.0/25'] })
})

test('what a cost moves to the tenant waits for it, what it takes off the tenant holds at once (B1)', () => {
  const usual = { services: 'tenant', api_calls: 'partner', seats: 'partner', exports: 'partner' } as const
  expect(classify({ billing_parties: usual }).kind).toBe('none')
  const { kind, rows, applyNow, proposed } = classify({
    billing_parties: { ...usual, services: 'split', exports: 'tenant' },
  })
  expect(kind).toBe('mixed')
  expect(rows.map(({ field, direction }) => [field, direction])).toEqual([
    ['billing_parties.services', 'narrowing'],
    ['billing_parties.exports', 'widening'],
  ])
  expect(applyNow.billing_parties).toEqual({ ...usual, services: 'split' })
  expect(proposed?.billing_parties).toMatchObject({ exports: 'tenant' })
  const shared = classify({ billing_parties: { ...usual, seats: 'split' } })
  expect(shared).toMatchObject({ kind: 'widening', applyNow: { billing_parties: usual } })
})
