import {
  ceilingOf,
  decide,
  decidePortfolio,
  effectiveMask,
  explainFor,
  findBlocker,
  has,
  isSubset,
  maskOf,
} from '@liaison/access'
import type { Facts, Override, PermissionOf } from '@liaison/access'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { oracleCode } from '../../access/src/testing/oracle.ts'
import { TENANT } from '../../access/src/testing/worlds.ts'
import { attempts, patience, sized, tellFigures } from '../support/figures.ts'
import { anyFacts, anyLink, anyQuestion, areas, names } from './arbitraries.ts'

const RUNS = { numRuns: 5000 }
const LONG_MS = patience(300_000)
/** Against the second evaluator far more in the campaign, and many questions of each world: worlds take long to make. */
const ORACLE_RUNS = { numRuns: sized(5000, 50_000) }
const questions = fc.array(anyQuestion, { minLength: sized(1, 20), maxLength: sized(1, 20) })
/** So often more, each time with other worlds. */
const REPEATS = attempts(1, 10) - 1

/** The same question without the ids and the epoch that it names. */
function isAllowed(facts: Facts, permission: PermissionOf<'delegation'>): boolean {
  return decide(facts, { permission }).effect === 'allow'
}

describe('for random worlds', () => {
  test('many are allowed and many refused, with most codes among them', () => {
    const codes = fc
      .sample(fc.tuple(anyFacts, anyQuestion), 3000)
      .map(([facts, question]) => decide(facts, question).code)
    expect(codes.filter((code) => code === 'ALLOWED').length).toBeGreaterThan(500)
    expect(new Set(codes).size).toBeGreaterThan(18)
  })

  test('kernel and oracle give the same code', { timeout: LONG_MS, repeats: REPEATS }, () => {
    // Told apart by hand: an expectation for each of millions of questions would take longer than the decision.
    fc.assert(
      fc.property(anyFacts, questions, (facts, asked) => {
        for (const question of asked) {
          const [told, wanted] = [decide(facts, question).code, oracleCode(facts, question)]
          if (told !== wanted) throw new Error(`The kernel says ${told}, the oracle ${wanted}.`)
        }
      }),
      ORACLE_RUNS,
    )
    tellFigures([{ name: 'random decisions', count: ORACLE_RUNS.numRuns * sized(1, 20) }])
  })

  test('the explanation is the decision, for every reader', () => {
    fc.assert(
      fc.property(
        anyFacts,
        anyQuestion,
        fc.constantFrom('self', 'partner', 'tenant', 'provider'),
        (facts, question, viewer) => {
          const enforced = decide(facts, question)
          const told = explainFor(decide(facts, question, { trace: true }), viewer)
          expect([told.effect, told.code, told.status]).toEqual([
            enforced.effect,
            enforced.code,
            enforced.status,
          ])
          return (findBlocker(told) === null) === (enforced.effect === 'allow')
        },
      ),
      RUNS,
    )
  })

  test('whatever is allowed is in the effective mask, and what the mask lacks is refused', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const mask = effectiveMask(facts)
        return names.every((permission) => !isAllowed(facts, permission) || has(mask, permission))
      }),
      { numRuns: 1000 },
    )
  })

  test('nothing outside the ceiling is ever allowed', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { link } = facts
        if (facts.plane !== 'delegation' || !link) return true
        return isSubset(effectiveMask(facts), ceilingOf(link.role, link.role_version, link.relationship_type))
      }),
      RUNS,
    )
  })

  test('a further deny, freeze or token never allows more', () => {
    const anyTaking: fc.Arbitrary<(facts: Facts) => Facts> = fc.oneof(
      fc.constantFrom(...areas).map((pattern) => (facts: Facts): Facts => {
        const deny: Override = { pattern, effect: 'deny' }
        return facts.link
          ? { ...facts, link: { ...facts.link, overrides: [...facts.link.overrides, deny] } }
          : facts
      }),
      fc
        .constantFrom('platform', 'partner', 'tenant', 'delegation', 'person')
        .map((scope) => (facts: Facts): Facts => ({ ...facts, freezes: [...facts.freezes, { scope }] })),
      fc.subarray(names).map((list) => (facts: Facts): Facts => {
        const scopes = maskOf(list) & (facts.token?.scopes ?? -1n)
        return { ...facts, token: { scopes } }
      }),
    )
    fc.assert(
      fc.property(anyFacts, anyTaking, (facts, take) =>
        isSubset(effectiveMask(take(facts)), effectiveMask(facts)),
      ),
      RUNS,
    )
  })

  test('no link, no access', () => {
    fc.assert(
      fc.property(
        anyFacts,
        anyQuestion,
        (facts, question) => decide({ ...facts, link: null }, question).effect === 'deny',
      ),
      RUNS,
    )
  })

  test('a list of tenants is exactly the tenants whose single check allows', () => {
    fc.assert(
      fc.property(
        anyFacts,
        fc.array(anyLink, { maxLength: 5 }),
        fc.constantFrom(...names),
        (facts, links, permission) => {
          const { plane: _plane, tenant: _tenant, link: _link, resource: _resource, ...common } = facts
          const tenant = { id: TENANT, status: 'active' as const }
          const { included } = decidePortfolio(
            common,
            links.map((link) => ({ tenant, link })),
            permission,
          )
          const single = links.filter((link) =>
            isAllowed({ ...common, plane: 'delegation', tenant, link }, permission),
          )
          return included.length === single.length
        },
      ),
      RUNS,
    )
  })
})
