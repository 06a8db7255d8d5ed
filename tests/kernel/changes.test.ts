import { classifyChange, decide, maskOf } from '@liaison/access'
import type { Facts, LinkFacts, LinkTerms } from '@liaison/access'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LINK, MEMBER, NOW, PARTNER, PERSON, TENANT, at } from '../../access/src/testing/worlds.ts'
import { anyTerms, names } from './arbitraries.ts'

/** A request under a link with these terms, by a person who is hindered by nothing but the link. */
const anyRequest = fc.record({
  now: fc.oneof(fc.constantFrom(at(0), at(1), at(2), at(3)), fc.nat({ max: 3 * 86_400_000 }).map(at)),
  ip: fc.constantFrom('192.0.2.10', '192.0.2.9', '10.1.2.3', null),
  factor: fc.constantFrom('otp', 'phishing_resistant'),
  age: fc.constantFrom(0, 500, 1001, 60_001),
  permission: fc.constantFrom(...names),
  elevation: fc.option(fc.subarray(names).map(maskOf)),
})

type Request = typeof anyRequest extends fc.Arbitrary<infer Value> ? Value : never

function isAllowedUnder(terms: LinkTerms, request: Request): boolean {
  const { now, ip, factor, age, permission, elevation } = request
  const link: LinkFacts = {
    ...terms,
    id: LINK,
    status: 'active',
    epoch: 1,
    conditions_owner: 'tenant',
    assignment: { role: null, ends_at: null },
    elevations: elevation === null ? [] : [{ mask: elevation, starts_at: at(0), ends_at: at(1e12) }],
  }
  const facts: Facts = {
    now,
    plane: 'delegation',
    actor_kind: 'person',
    actor: { person_id: PERSON, status: 'active', factor, factor_at: new Date(now.getTime() - age), ip },
    partner: { id: PARTNER, status: 'active' },
    partner_member: { id: MEMBER, role: 'PARTNER_STAFF', status: 'active' },
    tenant: { id: TENANT, status: 'active' },
    link,
    freezes: [],
  }
  return decide(facts, { permission }).effect === 'allow'
}

/** An edit of a few fields, so that one-sided edits are common. */
const anyEdit = fc
  .tuple(
    anyTerms,
    anyTerms,
    fc.subarray(
      [
        'role',
        'relationship_type',
        'starts_at',
        'ends_at',
        'auto_renew_days',
        'overrides',
        'conditions',
      ] as const,
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([before, other, fields]) => ({
    before,
    after: { ...before, ...Object.fromEntries(fields.map((field) => [field, other[field]])) } as LinkTerms,
  }))

describe('for random edits of a link', () => {
  test('all kinds of edit occur, and requests are both allowed and refused', () => {
    const sample = fc.sample(fc.tuple(anyEdit, anyRequest), 1000)
    const kinds = new Set(sample.map(([{ before, after }]) => classifyChange(before, after, NOW).kind))
    const allowed = sample.filter(([{ before }, request]) => isAllowedUnder(before, request)).length
    expect([...kinds].toSorted()).toEqual(['mixed', 'narrowing', 'none', 'widening'])
    expect([allowed > 50, allowed < 950]).toEqual([true, true])
  })

  test('what holds at once never allows more than before, at any later instant', () => {
    fc.assert(
      fc.property(anyEdit, anyRequest, ({ before, after }, request) => {
        const { applyNow } = classifyChange(before, after, NOW)
        return !isAllowedUnder(applyNow, request) || isAllowedUnder(before, request)
      }),
      { numRuns: 4000 },
    )
  })

  test('what holds at once allows nothing that the edit takes away, but for hours in another zone', () => {
    fc.assert(
      fc.property(anyEdit, anyRequest, ({ before, after }, request) => {
        const [old, next] = [before.conditions.hours, after.conditions.hours]
        fc.pre(!old || !next || old.tz === next.tz)
        const { applyNow } = classifyChange(before, after, NOW)
        return !isAllowedUnder(applyNow, request) || isAllowedUnder(after, request)
      }),
      { numRuns: 4000 },
    )
  })

  test('an edit that is called narrowing or none allows nothing new; one called widening or none takes nothing', () => {
    fc.assert(
      fc.property(anyEdit, anyRequest, ({ before, after }, request) => {
        const { kind, applyNow } = classifyChange(before, after, NOW)
        const [was, becomes] = [isAllowedUnder(before, request), isAllowedUnder(after, request)]
        if (kind === 'narrowing' || kind === 'none')
          return (was || !becomes) && isAllowedUnder(applyNow, request) === becomes
        if (kind === 'widening') return becomes || !was
        return true
      }),
      { numRuns: 4000 },
    )
  })

  test('undoing an edit goes the other way', () => {
    const reverse = { none: 'none', narrowing: 'widening', widening: 'narrowing', mixed: 'mixed' }
    fc.assert(
      fc.property(
        anyEdit,
        ({ before, after }) =>
          reverse[classifyChange(before, after, NOW).kind] === classifyChange(after, before, NOW).kind,
      ),
      { numRuns: 500 },
    )
  })

  test('what is proposed is the whole edit, and is missing exactly when nothing widens', () => {
    fc.assert(
      fc.property(anyEdit, ({ before, after }) => {
        const { kind, proposed } = classifyChange(before, after, NOW)
        const isWidening = kind === 'widening' || kind === 'mixed'
        return isWidening ? proposed === after : proposed === null
      }),
      { numRuns: 500 },
    )
  })

  test('applying the narrowing part again changes nothing', () => {
    fc.assert(
      fc.property(anyEdit, ({ before, after }) => {
        const { applyNow } = classifyChange(before, after, NOW)
        return ['none', 'narrowing'].includes(classifyChange(before, applyNow, NOW).kind)
      }),
      { numRuns: 500 },
    )
  })
})
