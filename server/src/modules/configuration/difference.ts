import { CONFIGURATION_KEYS } from './keys.ts'
import type { ConfigurationKey } from './keys.ts'
import { tellValue } from './value-words.ts'

/** Whether a change lets somebody do less, more, or neither. */
export type Direction = 'tighter' | 'wider' | 'other'

/** One key that differs between two configurations. */
export interface Difference {
  readonly key: ConfigurationKey
  readonly before: unknown
  readonly after: unknown
  readonly direction: Direction
  /** What it means, in one sentence. */
  readonly meaning: string
}

type Branch = Readonly<Record<string, unknown>>

const isBranch = (value: unknown): value is Branch =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path of a document; undefined where there is none. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((place, part) => (isBranch(place) ? place[part] : undefined), document)
}

/** The document with one value set; `undefined` takes the key out, and sections that are empty then. */
export function withValueAt(document: Branch, path: readonly string[], value: unknown): Branch {
  const [part, ...rest] = path
  if (part === undefined) return document
  const { [part]: old, ...others } = document
  if (rest.length === 0) return value === undefined ? others : { ...others, [part]: value }
  const inner = withValueAt(isBranch(old) ? old : {}, rest, value)
  return Object.keys(inner).length === 0 ? others : { ...others, [part]: inner }
}

function sameValue(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : Infinity)

function compareSets(before: unknown, after: unknown): Direction {
  const [old, now]: readonly (readonly unknown[])[] = [before, after].map((value) =>
    Array.isArray(value) ? value : [],
  )
  const hasMore = now?.some((item) => !old?.includes(item)) ?? false
  const hasLess = old?.some((item) => !now?.includes(item)) ?? false
  if (hasMore) return 'wider'
  return hasLess ? 'tighter' : 'other'
}

function directionOf(key: ConfigurationKey, before: unknown, after: unknown): Direction {
  if (key.rule === 'within') return compareSets(before, after)
  if (key.rule === 'at_most') return numberOf(after) < numberOf(before) ? 'tighter' : 'wider'
  if (key.rule === 'ordered') {
    const place = (value: unknown): number => key.choices?.findIndex((choice) => choice === value) ?? 0
    return place(after) < place(before) ? 'tighter' : 'wider'
  }
  if (key.path[0] === 'roles') return after === true ? 'wider' : 'tighter'
  return 'other'
}

/** What differs between two effective configurations, key by key, in the order of the form. Source: C2. */
export function findDifferences(before: unknown, after: unknown): Difference[] {
  return CONFIGURATION_KEYS.flatMap((key) => {
    const [old, now] = [valueAt(before, key.path), valueAt(after, key.path)]
    if (sameValue(old, now)) return []
    const meaning = `${key.title}: ${tellValue(key, old)} becomes ${tellValue(key, now)}.`
    return [{ key, before: old, after: now, direction: directionOf(key, old, now), meaning }]
  })
}

/** The later document, made of the earlier one and the differences. */
export function applyDifferences(before: Branch, differences: readonly Difference[]): Branch {
  return differences.reduce((document, { key, after }) => withValueAt(document, key.path, after), before)
}
