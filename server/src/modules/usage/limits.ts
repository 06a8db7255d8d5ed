/** The keys of the limits of end users, each with the unit of its value. Source: registry.md section 3. */
export const LIMIT_UNITS = {
  'session.idle_s': 'seconds',
  'session.absolute_s': 'seconds',
  'session.max_concurrent': 'sessions',
  'ops.per_day': 'operations',
  'ops.per_7d': 'operations',
  'rate.per_min': 'operations',
  on_exceed: 'consequence',
  cooldown_s: 'seconds',
  throttle_percent: 'percent',
} as const

export type LimitKey = keyof typeof LIMIT_UNITS

/** Every key, in the order in which people read them. */
export const LIMIT_KEYS = [
  'session.idle_s',
  'session.absolute_s',
  'session.max_concurrent',
  'ops.per_day',
  'ops.per_7d',
  'rate.per_min',
  'on_exceed',
  'cooldown_s',
  'throttle_percent',
] as const satisfies readonly LimitKey[]

/** What happens to whoever goes beyond the operations of a day or of seven days. Source: C5. */
export const CONSEQUENCES = ['warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle'] as const

export type Consequence = (typeof CONSEQUENCES)[number]

/** Who can say something about a limit, from the least to the most particular. */
export const LAYERS = ['platform', 'plan', 'partner', 'user'] as const

export type Layer = (typeof LAYERS)[number]

/** A number, one of the consequences, or null for no limit. */
export type LimitValue = number | Consequence | null

/** What the platform says about one key for one role. */
export interface LimitPolicy {
  readonly value: LimitValue
  /** Whether the most particular layer that speaks decides, instead of the strictest. */
  readonly relaxable: boolean
  /** Whether no other layer has a say. */
  readonly fixed: boolean
  /** How far a relaxable number can ever go; null where there is no such bound. */
  readonly maximum: number | null
}

export type LimitPolicies = Readonly<Record<LimitKey, LimitPolicy>>

/** What one layer says; a key that is missing or null is left to the others. */
export type LimitLayer = Readonly<Partial<Record<LimitKey, LimitValue>>>

/** What the layers beyond the platform say about one user. */
export interface LimitLayers {
  readonly plan: LimitLayer
  readonly partner: LimitLayer
  readonly user: LimitLayer
}

/** What holds for one key, and who decided it. */
export interface EffectiveLimit {
  readonly value: LimitValue
  readonly layer: Layer
}

export type EffectiveLimits = Readonly<Record<LimitKey, EffectiveLimit>>

interface Said {
  readonly value: number | Consequence
  readonly layer: Layer
}

function listSaid(key: LimitKey, layers: LimitLayers): Said[] {
  return (['plan', 'partner', 'user'] as const).flatMap((layer) => {
    const value = layers[layer][key] ?? null
    return value === null ? [] : [{ value, layer }]
  })
}

function isStricter(value: LimitValue, than: LimitValue): boolean {
  if (typeof value !== 'number') return false
  return typeof than !== 'number' || value < than
}

function resolveLimit(policy: LimitPolicy, said: readonly Said[]): EffectiveLimit {
  const floor: EffectiveLimit = { value: policy.value, layer: 'platform' }
  if (policy.fixed) return floor
  if (policy.relaxable) {
    const last = said.at(-1)
    if (last === undefined) return floor
    return policy.maximum !== null && isStricter(policy.maximum, last.value)
      ? { value: policy.maximum, layer: 'platform' }
      : last
  }
  return said.reduce<EffectiveLimit>(
    (strictest, one) => (isStricter(one.value, strictest.value) ? one : strictest),
    floor,
  )
}

/**
 * What holds for a user and which layer decided it: the strictest of platform, plan, partner and user; for a relaxable key
 * the most particular layer that speaks, up to the platform's maximum; for a fixed key the platform alone. Of layers that say
 * the same the least particular one decides. The database answers the same in `access.resolve_limits`. Source: C5,
 * registry.md section 3.
 */
export function resolveLimits(policies: LimitPolicies, layers: LimitLayers): EffectiveLimits {
  const resolve = (key: LimitKey): EffectiveLimit => resolveLimit(policies[key], listSaid(key, layers))
  return {
    'session.idle_s': resolve('session.idle_s'),
    'session.absolute_s': resolve('session.absolute_s'),
    'session.max_concurrent': resolve('session.max_concurrent'),
    'ops.per_day': resolve('ops.per_day'),
    'ops.per_7d': resolve('ops.per_7d'),
    'rate.per_min': resolve('rate.per_min'),
    on_exceed: resolve('on_exceed'),
    cooldown_s: resolve('cooldown_s'),
    throttle_percent: resolve('throttle_percent'),
  }
}
