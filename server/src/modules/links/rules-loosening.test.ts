import { NO_CONDITIONS } from '@liaison/access'
import type { Conditions } from '@liaison/access'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LISTED_IDS as IDS, someRules } from '#testing/some-rules.ts'
import type { PolicyTerms } from './policy-store.ts'
import { compareRules } from './rules-loosening.ts'
import { toStoredConditions } from './rules.ts'

const OUTSIDE = '00000000-0000-7000-8000-00000000000f'

/** Whether this partner may ask, by the words of the rules: not by how the comparison reads them. */
function mayAsk(rules: PolicyTerms, partner: string): boolean {
  if (rules.who_may_ask === 'any') return true
  if (rules.who_may_ask === 'listed') return rules.listed_partner_ids.includes(partner)
  return rules.who_may_ask === 'unlisted' && !rules.listed_partner_ids.includes(partner)
}

const isOpen = ({ conditions }: PolicyTerms, demand: keyof Conditions): boolean => conditions[demand] !== true

/** Everything that rules let in, as a list of sentences: the same sentence is let in by both or by one. */
function letsIn(rules: PolicyTerms): Set<string> {
  const { conditions } = rules
  const age = conditions.mfa_max_age_s ?? 1_000_000
  return new Set([
    ...[...IDS, OUTSIDE].filter((partner) => mayAsk(rules, partner)),
    ...rules.roles_allowed,
    ...[30, 90, 730].filter((days) => days <= rules.max_duration_days).map((days) => `${days} days`),
    ...[5, 30, 60].filter((minutes) => minutes <= rules.acting_minutes).map((minutes) => `${minutes} min`),
    ...(rules.dual_approval ? [] : ['one approver']),
    ...[60, 600, 3600, 9000].filter((seconds) => seconds <= age).map((seconds) => `factor ${seconds}`),
    ...(
      [
        'phishing_resistant',
        'read_reason_required',
        'elevation_required',
        'tenant_elevation_approval',
      ] as const
    )
      .filter((demand) => isOpen(rules, demand))
      .map((demand) => `without ${demand}`),
    ...(conditions.ip_mode === 'enforce' ? [] : ['any address']),
    ...(conditions.hours ? [] : ['any hour']),
  ])
}

const isNoMore = (one: PolicyTerms, other: PolicyTerms): boolean =>
  [...letsIn(one)].every((sentence) => letsIn(other).has(sentence))

test('rules are no looser than themselves, and whatever is let in that was not is told (B10)', () => {
  fc.assert(
    fc.property(someRules, someRules, (before, after) => {
      expect(compareRules(before, before).looser).toEqual([])
      expect(compareRules(before, after).looser.length > 0 || isNoMore(after, before)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('an edit without addresses and hours that lets in no more opens no request for a second person (B10)', () => {
  const plain = ({ conditions, ...rules }: PolicyTerms): PolicyTerms => ({
    ...rules,
    conditions: toStoredConditions({
      ...NO_CONDITIONS,
      ...conditions,
      ip_mode: 'off',
      ip_allow: [],
      hours: null,
    }),
  })
  fc.assert(
    fc.property(someRules.map(plain), someRules.map(plain), (before, after) => {
      expect(compareRules(before, after).looser.length === 0).toBe(isNoMore(after, before))
    }),
    { numRuns: 300 },
  )
})

test('what holds at once lets in nothing that the rules before or the wanted ones do not, and comparing it again tells nothing looser (B10)', () => {
  fc.assert(
    fc.property(someRules, someRules, (before, after) => {
      const { narrowed } = compareRules(before, after)
      expect(isNoMore(narrowed, before)).toBe(true)
      expect(compareRules(before, narrowed).looser).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a list that is not read says nothing: any partner may ask whatever is listed, and nobody asks under "none" (B10)', () => {
  fc.assert(
    fc.property(
      someRules,
      fc.subarray(IDS),
      fc.constantFrom('any' as const, 'none' as const),
      (rules, listed, who) => {
        const before = { ...rules, who_may_ask: who }
        expect(compareRules(before, { ...before, listed_partner_ids: listed }).looser).toEqual([])
      },
    ),
  )
})
