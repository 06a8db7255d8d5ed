import {
  fromBits,
  LINK_ROLES,
  NO_CONDITIONS,
  newestRoleTemplate,
  permissionsOfPlane,
  RELATIONSHIP_TYPES,
  resolveGrant,
  toBits,
} from '@liaison/access'
import type { LinkTerms, Override } from '@liaison/access'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  endOf,
  isReading,
  masksOfTerms,
  maskOfOverride,
  mayAsk,
  mayAskFrom,
  renewedEnd,
  tokenOf,
  toStoredConditions,
  withChoice,
} from './rules.ts'
import type { LinkRow } from './tables.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const inDays = (days: number) => addDays(NOW, days)

const PATTERNS = [
  'partner.billing.*',
  'partner.support.tickets.*',
  'partner.provisioning.*',
  'partner.reports.export',
  'partner.sla.policy.write',
]
const arbitraryTerms = fc
  .record({
    role: fc.constantFrom(...LINK_ROLES),
    type: fc.constantFrom(...RELATIONSHIP_TYPES),
    overrides: fc.uniqueArray(
      fc.record({
        pattern: fc.constantFrom(...PATTERNS),
        effect: fc.constantFrom('grant' as const, 'deny' as const),
        expires_at: fc.constantFrom(null, inDays(-1), inDays(1)),
      }),
      { maxLength: 5, selector: ({ pattern, effect }) => `${pattern} ${effect}` },
    ),
  })
  .map(({ role, type, overrides }): LinkTerms => ({
    role,
    role_version: newestRoleTemplate(role).version,
    relationship_type: type,
    starts_at: NOW,
    ends_at: inDays(30),
    auto_renew_days: 0,
    overrides,
    conditions: NO_CONDITIONS,
  }))

/** What `access.mask_now` makes of the stored columns. */
function maskInDatabase(terms: LinkTerms): bigint {
  const stored = masksOfTerms(terms, NOW)
  if (!stored.has_timed_overrides) return fromBits(stored.mask)
  const live = (effect: Override['effect']) =>
    terms.overrides
      .filter((one) => one.effect === effect && (!one.expires_at || one.expires_at > NOW))
      .reduce((mask, one) => mask | fromBits(maskOfOverride(one, terms)), 0n)
  return (fromBits(stored.role_mask) | live('grant')) & ~live('deny')
}

test('the columns of the database decide as the kernel does, for any terms', () => {
  fc.assert(
    fc.property(arbitraryTerms, (terms) => {
      const { mask } = resolveGrant({
        role: terms.role,
        roleVersion: terms.role_version,
        relationshipType: terms.relationship_type,
        overrides: terms.overrides,
        now: NOW,
      })
      expect(toBits(maskInDatabase(terms))).toBe(toBits(mask))
    }),
  )
})

test('a choice that names nothing changes nothing, and a shorter list of denials takes denials away', () => {
  fc.assert(
    fc.property(arbitraryTerms, (terms) => {
      expect(withChoice(terms, {})).toEqual(terms)
    }),
  )
  const terms: LinkTerms = {
    role: 'msp_support',
    role_version: 1,
    relationship_type: 'msp_managed',
    starts_at: NOW,
    ends_at: null,
    auto_renew_days: 0,
    overrides: [
      { pattern: 'partner.billing.read', effect: 'grant' },
      { pattern: 'partner.reports.*', effect: 'deny', expires_at: inDays(3) },
    ],
    conditions: NO_CONDITIONS,
  }
  expect(withChoice(terms, { deny: ['partner.reports.*'] }).overrides).toEqual(terms.overrides)
  expect(withChoice(terms, { deny: [] }).overrides).toEqual([terms.overrides[0]])
})

describe('when a declined partner may ask again', () => {
  test.each([
    [[], null],
    [[-8], null],
    [[-6.5], 0.5],
    [[-300, -200, -100], 65],
    [[-366, -200, -100], null],
    [[-300, -200, -1], 65],
  ] as const)('declined %j days from now: in %j days', (declined, expected) => {
    const from = mayAskFrom(declined.map(inDays), NOW)
    expect(from && (from.getTime() - NOW.getTime()) / 86_400_000).toBe(expected)
  })
})

test('a new link lasts as asked, by default a year, never longer than the tenant allows, and without an end only for subsidiaries', () => {
  const days = (end: Date | null) => end && (end.getTime() - NOW.getTime()) / 86_400_000
  expect(days(endOf(NOW, { days: 90, maximumDays: 730, type: 'msp_managed' }))).toBe(90)
  expect(days(endOf(NOW, { days: undefined, maximumDays: 730, type: 'msp_managed' }))).toBe(365)
  expect(days(endOf(NOW, { days: 700, maximumDays: 30, type: 'msp_managed' }))).toBe(30)
  expect(days(endOf(NOW, { days: null, maximumDays: 730, type: 'msp_managed' }))).toBe(365)
  expect(endOf(NOW, { days: null, maximumDays: 730, type: 'enterprise_subsidiary' })).toBeNull()
})

test('a renewal adds the length that was approved to the later of end and now, within what the tenant allows', () => {
  const link = (endsIn: number) =>
    ({ ends_at: inDays(endsIn), approved_at: inDays(endsIn - 90), starts_at: inDays(endsIn - 90) }) as LinkRow
  const days = (end: Date | null) => end && (end.getTime() - NOW.getTime()) / 86_400_000
  const renewed = (endsIn: number, maximumDays = 730) =>
    days(renewedEnd(link(endsIn), { firstEnd: inDays(endsIn), now: NOW, maximumDays }))
  expect(renewed(10)).toBe(100)
  expect(renewed(-5)).toBe(90)
  expect(renewed(10, 60)).toBe(60)
  // Renewed before: the end moved, and the length is that of the first term all the same.
  const again = { ...link(10), starts_at: inDays(-200), approved_at: inDays(-200) }
  expect(days(renewedEnd(again, { firstEnd: inDays(-110), now: NOW, maximumDays: 730 }))).toBe(100)
  // Approved long before it began: the term is counted from its start.
  const later = { ...link(10), starts_at: inDays(-20), approved_at: inDays(-300) }
  expect(days(renewedEnd(later, { firstEnd: inDays(10), now: NOW, maximumDays: 730 }))).toBe(40)
})

test('a tenant that lists partners is asked by those alone, for the roles that it names', () => {
  const policy = {
    who_may_ask: 'listed' as const,
    listed_partner_ids: ['a'],
    roles_allowed: ['auditor' as const],
  }
  expect([
    mayAsk(policy, 'a', 'auditor'),
    mayAsk(policy, 'b', 'auditor'),
    mayAsk(policy, 'a', 'msp_full'),
  ]).toEqual([true, false, false])
  expect(mayAsk({ ...policy, who_may_ask: 'none' }, 'a', 'auditor')).toBe(false)
})

test('conditions that ask for nothing are stored as nothing', () => {
  expect(toStoredConditions({ ...NO_CONDITIONS })).toEqual({})
  expect(toStoredConditions({ ...NO_CONDITIONS, phishing_resistant: true })).toMatchObject({
    phishing_resistant: true,
  })
})

test('a token of what was shown changes with any of it', () => {
  expect(tokenOf(1, 'a')).toBe(tokenOf(1, 'a'))
  expect(tokenOf(1, 'a')).not.toBe(tokenOf(1, 'b'))
  expect(tokenOf(['1', 'a'])).not.toBe(tokenOf('1', 'a'))
})

test('what only looks is told from what changes something, for every permission', () => {
  const changing = permissionsOfPlane('delegation').filter(({ name }) => !isReading(name))
  expect(
    changing.every(({ name }) =>
      /\.(create|send|update|comment|assign|activate|suspend|acknowledge|write)$/.test(name),
    ),
  ).toBe(true)
})
