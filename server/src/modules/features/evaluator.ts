import { FlagdCore, MemoryStorage } from '@openfeature/flagd-core'
import type { Logger, StandardResolutionReasons } from '@openfeature/core'
import { compileFeature } from './compile.ts'
import type { FeatureRule, PartnerSetting, PartnerTraits } from './definition.ts'

/** Why a feature is on or off for a partner: the first step of the order of resolution that said something. */
export const BRANCHES = [
  'unknown',
  'killed',
  'retired',
  'prerequisite',
  'override_on',
  'override_off',
  'choice_in',
  'choice_out',
  'rule',
  'share',
  'rest',
  'default_on',
  'default_off',
] as const

export type Branch = (typeof BRANCHES)[number]

/** The answer about one feature for one partner. */
export interface Resolution {
  readonly key: string
  readonly isOn: boolean
  readonly branch: Branch
  /** Which rule decided, counted from one; null where none did. */
  readonly rule: number | null
  /** In the words of OpenFeature. */
  readonly reason: keyof typeof StandardResolutionReasons
}

/** A partner as its features are decided. */
export interface Partner {
  readonly id: string
  readonly traits: PartnerTraits
  readonly settings: ReadonlyMap<string, PartnerSetting>
}

const SILENT: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const NEVER_MS = 8.64e15

const REASONS: Readonly<Record<Branch, Resolution['reason']>> = {
  unknown: 'ERROR',
  killed: 'DISABLED',
  retired: 'DISABLED',
  prerequisite: 'TARGETING_MATCH',
  override_on: 'TARGETING_MATCH',
  override_off: 'TARGETING_MATCH',
  choice_in: 'TARGETING_MATCH',
  choice_out: 'TARGETING_MATCH',
  rule: 'TARGETING_MATCH',
  share: 'SPLIT',
  rest: 'SPLIT',
  default_on: 'DEFAULT',
  default_off: 'DEFAULT',
}

/** Prerequisites come before what needs them. Throws for a circle. */
function sortByNeed(rules: readonly FeatureRule[]): FeatureRule[] {
  const byKey = new Map(rules.map((rule) => [rule.key, rule]))
  const sorted = new Map<string, FeatureRule>()
  const visit = (rule: FeatureRule, path: readonly string[]): void => {
    if (sorted.has(rule.key)) return
    if (path.includes(rule.key))
      throw new Error(`Prerequisites form a circle: ${[...path, rule.key].join(' > ')}`)
    for (const key of rule.prerequisites) {
      const needed = byKey.get(key)
      if (needed) visit(needed, [...path, rule.key])
    }
    sorted.set(rule.key, rule)
  }
  for (const rule of rules) visit(rule, [])
  return [...sorted.values()]
}

const isBranch = (text: string): text is Branch => BRANCHES.some((branch) => branch === text)

function branchOf(variant: string | undefined): { branch: Branch; rule: number | null } {
  const rule = /^rule_(\d+)_/.exec(variant ?? '')?.[1]
  if (rule !== undefined) return { branch: 'rule', rule: Number(rule) }
  return { branch: variant !== undefined && isBranch(variant) ? variant : 'unknown', rule: null }
}

/** The instants at which the answer about a partner can change although nobody changes anything. */
function turningPoints(rules: Iterable<FeatureRule>, partner: Partner): number[] {
  const steps = [...rules].flatMap((rule) => rule.steps.map(({ startsAt }) => startsAt.getTime()))
  const ends = [...partner.settings.values()].flatMap(({ overrideUntil }) =>
    overrideUntil ? [overrideUntil.getTime()] : [],
  )
  return [...steps, ...ends]
}

/**
 * A set of features, compiled once and never changed. Throws when one cannot be compiled, so that whoever holds an older set
 * keeps it.
 */
export class FeatureSet {
  readonly #core: FlagdCore
  readonly #rules: ReadonlyMap<string, FeatureRule>

  constructor(rules: readonly FeatureRule[]) {
    const storage = new MemoryStorage(SILENT)
    const flags = Object.fromEntries(rules.map((rule) => [rule.key, compileFeature(rule)]))
    storage.setConfigurations(JSON.stringify({ flags }), true)
    this.#core = new FlagdCore(storage, SILENT)
    this.#rules = new Map(sortByNeed(rules).map((rule) => [rule.key, rule]))
    this.#refuseSilentFaults()
  }

  /** The evaluator keeps what it cannot compile and answers an error for it; that is found here instead. */
  #refuseSilentFaults(): void {
    const probe: Partner = {
      id: '00000000-0000-7000-8000-000000000000',
      traits: { kinds: [], tier: null, region: null, plans: [] },
      settings: new Map(),
    }
    for (const { key, branch } of this.resolveAll(probe, new Date(0)).values())
      if (branch === 'unknown') throw new Error(`The feature ${key} cannot be evaluated.`)
  }

  get rules(): ReadonlyMap<string, FeatureRule> {
    return this.#rules
  }

  /** One feature for one partner at an instant. A feature that does not exist is off. */
  resolve(key: string, partner: Partner, now: Date): Resolution {
    return (
      this.#resolveInto(new Map(), key, { partner, now }) ?? {
        key,
        isOn: false,
        branch: 'unknown',
        rule: null,
        reason: 'ERROR',
      }
    )
  }

  /** Every feature for one partner at an instant. */
  resolveAll(partner: Partner, now: Date): ReadonlyMap<string, Resolution> {
    const found = new Map<string, Resolution>()
    for (const key of this.#rules.keys()) this.#resolveInto(found, key, { partner, now })
    return found
  }

  /** Until when the answers about a partner hold if nobody changes anything. */
  holdsUntil(partner: Partner, now: Date): number {
    const later = turningPoints(this.#rules.values(), partner).filter((at) => at > now.getTime())
    return Math.min(NEVER_MS, ...later)
  }

  #resolveInto(
    found: Map<string, Resolution>,
    key: string,
    at: { readonly partner: Partner; readonly now: Date },
  ): Resolution | undefined {
    const known = found.get(key)
    const rule = this.#rules.get(key)
    if (known || !rule) return known
    const met = Object.fromEntries(
      rule.prerequisites.map((needed) => [needed, this.#resolveInto(found, needed, at)?.isOn === true]),
    )
    const resolution = this.#ask(rule, at, met)
    found.set(key, resolution)
    return resolution
  }

  #ask(
    { key, status }: FeatureRule,
    { partner, now }: { readonly partner: Partner; readonly now: Date },
    met: Readonly<Record<string, boolean>>,
  ): Resolution {
    const setting = partner.settings.get(key)
    const { value, variant } = this.#core.resolveBooleanEvaluation(key, false, {
      targetingKey: partner.id,
      kinds: [...partner.traits.kinds],
      tier: partner.traits.tier,
      region: partner.traits.region,
      plans: [...partner.traits.plans],
      now: now.getTime(),
      override: setting?.override ?? null,
      override_until: setting?.overrideUntil?.getTime() ?? NEVER_MS,
      choice: setting?.choice ?? null,
      met: { ...met },
    })
    if (status !== 'active') return { key, isOn: false, branch: status, rule: null, reason: 'DISABLED' }
    const { branch, rule } = branchOf(variant)
    return { key, isOn: value && branch !== 'unknown', branch, rule, reason: REASONS[branch] }
  }
}

/** Why a set of features cannot be evaluated; null when it can. */
export function findFault(rules: readonly FeatureRule[]): string | null {
  try {
    const { rules: taken } = new FeatureSet(rules)
    return taken.size === rules.length ? null : 'A key is there twice.'
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown'
  }
}
