import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FeatureSet } from './evaluator.ts'
import type { Partner } from './evaluator.ts'
import type { FeatureRule } from './definition.ts'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const plain: FeatureRule = {
  key: 'probe',
  status: 'active',
  partnerChoice: 'none',
  prerequisites: [],
  definition: { eligibility: null, rules: [], share_bp: null, default: 'off' },
  steps: [],
}
const uuid = (n: number) => `01890a5d-ac96-774b-bcce-${n.toString(16).padStart(12, '0')}`
const partner = (n: number, change: Partial<Partner> = {}): Partner => ({
  id: uuid(n),
  traits: { kinds: ['msp'], tier: 'standard', region: 'it-north', plans: [] },
  settings: new Map(),
  ...change,
})

/** What is drawn of one case; the reference below reads nothing else. */
const Case = fc.record({
  killed: fc.boolean(),
  prerequisite: fc.constantFrom('none', 'met', 'unmet', 'missing'),
  override: fc.constantFrom('none', 'on', 'off', 'on_over', 'off_over'),
  offered: fc.constantFrom('none', 'opt_in', 'opt_out'),
  choice: fc.constantFrom(null, 'in', 'out'),
  eligible: fc.constantFrom('everybody', 'yes', 'no'),
  rules: fc.array(fc.record({ fits: fc.boolean(), outcome: fc.constantFrom('on', 'off') }), { maxLength: 3 }),
  share: fc.constantFrom(null, 0, 10_000),
  standard: fc.constantFrom('on', 'off'),
})
type Drawn = ReturnType<typeof Case.generate>['value']

/** The order of registry.md section 2 as a table of questions, independent of the code: the first that answers decides. */
function reference(drawn: Drawn): { isOn: boolean; branch: string } {
  const says = (branch: string, isOn: boolean) => ({ branch, isOn })
  const table: readonly (readonly [boolean, { isOn: boolean; branch: string }])[] = [
    [drawn.killed, says('killed', false)],
    [drawn.prerequisite === 'unmet' || drawn.prerequisite === 'missing', says('prerequisite', false)],
    [drawn.override === 'on', says('override_on', true)],
    [drawn.override === 'off', says('override_off', false)],
    [drawn.offered === 'opt_in' && drawn.choice === 'in' && drawn.eligible !== 'no', says('choice_in', true)],
    [
      drawn.offered === 'opt_out' && drawn.choice === 'out' && drawn.eligible !== 'no',
      says('choice_out', false),
    ],
    ...drawn.rules.map(({ fits, outcome }) => [fits, says('rule', outcome === 'on')] as const),
    [drawn.share === 10_000, says('share', true)],
    [drawn.share === 0, says('rest', false)],
  ]
  return table.find(([holds]) => holds)?.[1] ?? says(`default_${drawn.standard}`, drawn.standard === 'on')
}

function build(drawn: Drawn): { set: FeatureSet; asked: Partner } {
  const isMet = drawn.prerequisite === 'met'
  const needed: FeatureRule = {
    ...plain,
    key: 'needed',
    definition: { ...plain.definition, default: isMet ? 'on' : 'off' },
  }
  const flag: FeatureRule = {
    ...plain,
    status: drawn.killed ? 'killed' : 'active',
    partnerChoice: drawn.offered,
    prerequisites:
      drawn.prerequisite === 'none' ? [] : [drawn.prerequisite === 'missing' ? 'nowhere' : 'needed'],
    definition: {
      eligibility:
        drawn.eligible === 'everybody' ? null : { kinds: [drawn.eligible === 'yes' ? 'msp' : 'auditor'] },
      rules: drawn.rules.map(({ fits, outcome }) => ({
        when: { kinds: ['msp', 'reseller'], regions: [fits ? 'it-north' : 'de-south'] },
        outcome,
      })),
      share_bp: drawn.share,
      default: drawn.standard,
    },
  }
  const isOver = drawn.override.endsWith('_over')
  const override = drawn.override === 'none' ? null : drawn.override.startsWith('on') ? 'on' : 'off'
  const setting = {
    override,
    overrideUntil: isOver ? NOW : drawn.override === 'on' ? new Date(NOW.getTime() + 1) : null,
    choice: drawn.choice,
  } as const
  return {
    set: new FeatureSet([flag, needed]),
    asked: partner(1, { settings: new Map([['probe', setting]]) }),
  }
}

test('the order of resolution is that of the table for every combination: kill switch, prerequisites, override, choice, rules, share, default (C3)', () => {
  fc.assert(
    fc.property(Case, (drawn) => {
      const { set, asked } = build(drawn)
      const { isOn, branch } = set.resolve('probe', asked, NOW)
      expect({ isOn, branch }).toEqual(reference(drawn))
    }),
    { numRuns: 400 },
  )
})

describe('a share of the partners', () => {
  const withShare = (shareBp: number, key = 'probe') =>
    new FeatureSet([{ ...plain, key, definition: { ...plain.definition, share_bp: shareBp } }])
  const crowd = Array.from({ length: 4000 }, (_, index) => partner(index * 7919))

  test('grows without ever taking the feature from anybody, and no lower share reaches outside a higher (C3)', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (one, other) => {
        const [low, high] = [withShare(Math.min(one, other)), withShare(Math.max(one, other))]
        const lost = crowd.filter(
          (each) => low.resolve('probe', each, NOW).isOn && !high.resolve('probe', each, NOW).isOn,
        )
        expect(lost).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  test.each([0, 1000, 2500, 5000, 10_000])('of %i basis points is met within two in a hundred', (shareBp) => {
    const set = withShare(shareBp)
    const having = crowd.filter((each) => set.resolve('probe', each, NOW).isOn).length
    expect(Math.abs(having / crowd.length - shareBp / 10_000)).toBeLessThan(
      shareBp % 10_000 === 0 ? 1e-9 : 0.02,
    )
  })

  test('is another crowd for another feature: nobody is always first', () => {
    const [one, other] = [withShare(5000), withShare(5000, 'another')]
    const both = crowd.filter(
      (each) => one.resolve('probe', each, NOW).isOn && other.resolve('another', each, NOW).isOn,
    )
    expect(both.length / crowd.length).toBeGreaterThan(0.2)
    expect(both.length / crowd.length).toBeLessThan(0.3)
  })

  test('follows the steps of a ramp by the clock alone, each from its first instant on', () => {
    const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000)
    const set = new FeatureSet([
      {
        ...plain,
        steps: [
          { startsAt: at(0), shareBp: 1000 },
          { startsAt: at(1), shareBp: 5000 },
          { startsAt: at(2), shareBp: 10_000 },
        ],
      },
    ])
    const count = (now: Date) => crowd.filter((each) => set.resolve('probe', each, now).isOn).length
    expect(count(new Date(NOW.getTime() - 1))).toBe(0)
    const counts = [at(0), new Date(at(1).getTime() - 1), at(1), at(2)].map(count)
    expect(counts[0]).toBe(counts[1])
    expect(counts[0]).toBeLessThan(counts[2] ?? 0)
    expect(counts[3]).toBe(crowd.length)
    const [someone] = crowd
    expect(someone && set.holdsUntil(someone, at(0))).toBe(at(1).getTime())
  })
})

test('a set with a circle of prerequisites, or with a rule that cannot be evaluated, is refused as a whole', () => {
  const needs = (key: string, ...prerequisites: string[]): FeatureRule => ({ ...plain, key, prerequisites })
  expect(() => new FeatureSet([needs('a', 'b'), needs('b', 'c'), needs('c', 'a')])).toThrow('circle')
  expect(() => new FeatureSet([needs('a', 'a')])).toThrow('circle')
  const broken = { ...plain, definition: { ...plain.definition, share_bp: 0.5 } }
  expect(() => new FeatureSet([broken])).toThrow('invalid flagd')
})

test('a prerequisite carries through a chain, and restoring it brings back what was there', () => {
  const chain = (status: FeatureRule['status']): FeatureRule[] => [
    { ...plain, key: 'c', prerequisites: ['b'], definition: { ...plain.definition, default: 'on' } },
    { ...plain, key: 'b', prerequisites: ['a'], definition: { ...plain.definition, default: 'on' } },
    { ...plain, key: 'a', status, definition: { ...plain.definition, default: 'on' } },
  ]
  const branches = (set: FeatureSet) =>
    [...set.resolveAll(partner(1), NOW).values()].map(({ branch }) => branch)
  expect(branches(new FeatureSet(chain('killed')))).toEqual(['killed', 'prerequisite', 'prerequisite'])
  expect(branches(new FeatureSet(chain('active')))).toEqual(['default_on', 'default_on', 'default_on'])
})

test('a feature that does not exist is off', () => {
  expect(new FeatureSet([plain]).resolve('nowhere', partner(1), NOW)).toMatchObject({
    isOn: false,
    branch: 'unknown',
  })
})
