import type { Override } from './facts.ts'
import { EMPTY_MASK, compilePatterns, permissionsOf } from './mask.ts'
import type { Mask } from './mask.ts'
import { ceilingOf, relationshipBounds, roleTemplate } from './roles.ts'
import type { LinkRole, RelationshipType } from './roles.ts'

/** One thing that is wrong with an input; the shape of a problem's `errors`. */
export interface Fault {
  /** A JSON pointer into the input (RFC 6901). */
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly Fault[] }

const KEYS: ReadonlySet<string> = new Set(['pattern', 'effect', 'expires_at'])
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function findPatternFaults(pattern: string, pointer: string): Fault[] {
  return compilePatterns([pattern], { plane: 'delegation' }).faults.map(({ code, detail }) => ({
    pointer,
    code,
    detail,
  }))
}

function parseInstant(value: unknown): Date | null | undefined {
  if (value === undefined || value === null) return null
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value
  if (typeof value !== 'string' || !INSTANT.test(value)) return undefined
  const instant = new Date(value)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

function parseEffect(value: unknown): Override['effect'] | undefined {
  return value === 'grant' || value === 'deny' ? value : undefined
}

function parseEntry(entry: unknown, pointer: string): { override?: Override; faults: Fault[] } {
  if (!isRecord(entry)) {
    return { faults: [{ pointer, code: 'OBJECT_EXPECTED', detail: 'An override is an object.' }] }
  }
  const faults: Fault[] = Object.keys(entry)
    .filter((key) => !KEYS.has(key))
    .map((key) => ({
      pointer: `${pointer}/${escapePointer(key)}`,
      code: 'UNKNOWN_FIELD',
      detail: 'An override has the fields pattern, effect and expires_at.',
    }))
  const pattern = entry['pattern']
  const effect = parseEffect(entry['effect'])
  const expiresAt = parseInstant(entry['expires_at'])
  if (typeof pattern === 'string') faults.push(...findPatternFaults(pattern, `${pointer}/pattern`))
  else faults.push({ pointer: `${pointer}/pattern`, code: 'STRING_EXPECTED', detail: 'A pattern is a text.' })
  if (!effect) {
    faults.push({
      pointer: `${pointer}/effect`,
      code: 'EFFECT_UNKNOWN',
      detail: 'An effect is grant or deny.',
    })
  }
  if (expiresAt === undefined) {
    const detail = 'An end is an RFC 3339 date and time with a zone.'
    faults.push({ pointer: `${pointer}/expires_at`, code: 'TIME_MALFORMED', detail })
  }
  if (faults.length > 0 || typeof pattern !== 'string' || !effect || expiresAt === undefined)
    return { faults }
  return { override: { pattern, effect, expires_at: expiresAt }, faults }
}

function parseList(list: readonly unknown[]): Parsed<Override[]> {
  const entries = list.map((entry, index) => parseEntry(entry, `/${index}`))
  const faults = entries.flatMap((entry) => entry.faults)
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, value: entries.flatMap((entry) => (entry.override ? [entry.override] : [])) }
}

function parseMap(map: Record<string, unknown>): Parsed<Override[]> {
  const overrides: Override[] = []
  const faults: Fault[] = []
  for (const [pattern, value] of Object.entries(map)) {
    const pointer = `/${escapePointer(pattern)}`
    faults.push(...findPatternFaults(pattern, pointer))
    if (typeof value === 'boolean') {
      overrides.push({ pattern, effect: value ? 'grant' : 'deny', expires_at: null })
    } else {
      faults.push({ pointer, code: 'BOOLEAN_EXPECTED', detail: 'A value is true (grant) or false (deny).' })
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: overrides }
}

/**
 * Overrides from a list `[{pattern, effect, expires_at?}]` or from the source contract's map
 * `{"partner.billing.*": true}`; otherwise every fault at once. Source: B2.
 */
export function parseOverrides(input: unknown): Parsed<Override[]> {
  if (Array.isArray(input)) return parseList(input)
  if (isRecord(input)) return parseMap(input)
  const detail = 'Overrides are a list of overrides or a map from patterns to true or false.'
  return { ok: false, faults: [{ pointer: '', code: 'LIST_OR_MAP_EXPECTED', detail }] }
}

/** The source contract's map of overrides; of two entries with one pattern a deny is shown. */
export function toOverrideMap(overrides: readonly Override[]): Record<string, boolean> {
  const map: Record<string, boolean> = {}
  for (const { pattern, effect } of overrides) map[pattern] = effect === 'grant' && map[pattern] !== false
  return map
}

const compiled = new Map<string, Mask>()

function patternMask(pattern: string): Mask {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const { mask } = compilePatterns([pattern], { plane: 'delegation' })
  // Only patterns that mean something are kept, so that the memory stays as small as the catalogue.
  if (mask !== EMPTY_MASK) compiled.set(pattern, mask)
  return mask
}

function overrideMask(override: Override): Mask {
  if (override.mask === undefined) return patternMask(override.pattern)
  return override.effect === 'grant' ? override.mask : override.mask | patternMask(override.pattern)
}

function isLive(override: Override, now: Date): boolean {
  return !override.expires_at || override.expires_at.getTime() > now.getTime()
}

/** What fixes the permissions of a link at one instant. */
export interface GrantTerms {
  readonly role: LinkRole
  readonly roleVersion: number
  readonly relationshipType: RelationshipType
  readonly overrides: readonly Override[]
  readonly now: Date
}

/** Where the permissions of a link come from. */
export interface GrantLayers {
  /** Nothing outside it is reachable. */
  readonly ceiling: Mask
  /** What the role gives in this relationship. */
  readonly role: Mask
  /** What approved grants name, ceiling not yet applied. */
  readonly granted: Mask
  /** What denies name; none of it is reachable. */
  readonly denied: Mask
}

export interface ResolvedGrant {
  readonly mask: Mask
  readonly layers: GrantLayers
}

/**
 * The permissions that role and overrides give at an instant: `(role ∪ grants) ∩ ceiling ∖ denies`. The order of the
 * overrides does not matter. An unknown role version gives nothing.
 */
export function resolveGrant(terms: GrantTerms): ResolvedGrant {
  const { role, roleVersion, relationshipType } = terms
  const ceiling = ceilingOf(role, roleVersion, relationshipType)
  const defaults = roleTemplate(role, roleVersion)?.defaults ?? EMPTY_MASK
  let granted = EMPTY_MASK
  let denied = EMPTY_MASK
  for (const override of terms.overrides) {
    if (!isLive(override, terms.now)) continue
    if (override.effect === 'deny') denied |= overrideMask(override)
    else granted |= overrideMask(override)
  }
  const layers = {
    ceiling,
    role: defaults & ~relationshipBounds(relationshipType).byGrantOnly,
    granted,
    denied,
  }
  return { mask: (layers.role | granted) & ceiling & ~denied, layers }
}

/**
 * Every grant that reaches outside the ceiling of its role and relationship, with the names outside; such overrides
 * are refused when written. Denies are never at fault.
 */
export function findCeilingFaults(terms: Omit<GrantTerms, 'now'>): Fault[] {
  const ceiling = ceilingOf(terms.role, terms.roleVersion, terms.relationshipType)
  return terms.overrides.flatMap((override, index) => {
    const outside = permissionsOf(overrideMask(override) & ~ceiling)
    if (override.effect === 'deny' || outside.length === 0) return []
    const detail = `Outside what ${terms.role} in ${terms.relationshipType} may be granted: ${outside.join(', ')}.`
    return [{ pointer: `/${index}/pattern`, code: 'OUTSIDE_CEILING', detail }]
  })
}
