import { ID_PREFIXES } from '@liaison/access'
import { idPattern } from '../route-input.ts'

type Json = Record<string, unknown>

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const INT32_MAX = 2 ** 31 - 1
const INSTANT_LENGTH = 24
const DAY_LENGTH = 10

const ID_LENGTH = 30

/** What delegates access: an answer names it by the id of its own kind. */
const DELEGATING = ['link', 'consent', 'resale', 'form_token', 'agency_key'] as const
const prefixOfDelegation = `(?:${DELEGATING.map((kind) => ID_PREFIXES[kind]).join('|')})`

const ID_FIELDS: ReadonlyMap<string, string> = new Map(
  // A request names itself, in letters of its own choice.
  Object.entries(ID_PREFIXES)
    .filter(([kind]) => kind !== 'request')
    .map(([kind, prefix]) => [`${kind}_id`, kind === 'delegation' ? prefixOfDelegation : prefix]),
)

/** One part of a regular expression whose length is plain to see: a group's bracket, a bar, or a letter; then how often it may come. */
const PART =
  /(?:(?<open>\((?:\?:)?)|(?<close>\))|(?<bar>\|)|(?:\\[dws.+*?()[\]{}|^$/-]|\[(?:\\.|[^\]\\])+\]|[^\\[\](){}|^$*+?.]))(?:\{(?<least>\d+)(?:,(?<most>\d+))?\}|(?<maybe>\?))?/uy

/** A group that is being read: its longest branch so far, and the length of the branch that is read. */
interface Branches {
  longest: number
  current: number
}

const longestOf = ({ longest, current }: Branches): number => Math.max(longest, current)

/** Reads one part into the groups that are open. */
function read(open: Branches[], part: Readonly<Record<string, string | undefined>>): void {
  const ended = part['close'] === undefined ? undefined : open.pop()
  const within = open.at(-1)
  if (within === undefined) return
  const times = Number(part['most'] ?? part['least'] ?? 1)
  if (part['open'] !== undefined) open.push({ longest: 0, current: 0 })
  else if (part['bar'] !== undefined) Object.assign(within, { longest: longestOf(within), current: 0 })
  else within.current += times * (ended === undefined ? 1 : longestOf(ended))
}

/** The length of the longest text that an expression matches; undefined when there is none, or it is not plain to see. */
export function longestMatch(pattern: string): number | undefined {
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined
  const inner = pattern.slice(1, -1)
  const open: Branches[] = [{ longest: 0, current: 0 }]
  PART.lastIndex = 0
  while (PART.lastIndex < inner.length) {
    const part = PART.exec(inner)?.groups
    if (part === undefined) return undefined
    read(open, part)
  }
  const [whole] = open
  // A bar outside of every group would leave an end of the expression open.
  return open.length === 1 && whole?.longest === 0 ? whole.current : undefined
}

const isOf = (schema: Json, type: string): boolean =>
  schema['type'] === type || (Array.isArray(schema['type']) && schema['type'].includes(type))

function boundInteger(schema: Json): Json {
  const [least, most] = [Number(schema['minimum']), Number(schema['maximum'])]
  const isShort = least >= -INT32_MAX - 1 && most <= INT32_MAX
  // Numbers are exact up to 2^53 and sent as they are: no other format of ours is longer.
  return { ...schema, format: isShort ? 'int32' : 'int64' }
}

function boundText(schema: Json): Json {
  const { maxLength, format, pattern } = schema
  if (maxLength !== undefined || schema['enum'] !== undefined || schema['const'] !== undefined) return schema
  if (format === 'date') return { ...schema, maxLength: DAY_LENGTH }
  const longest = typeof pattern === 'string' ? longestMatch(pattern) : undefined
  return longest === undefined ? schema : { ...schema, maxLength: longest }
}

const isBare = (schema: Json): boolean =>
  isOf(schema, 'string') &&
  ['maxLength', 'format', 'pattern', 'enum', 'const'].every((key) => !(key in schema))

/** What the name of an answer's field says of its text: every `…_at` is an instant in UTC, every id of ours names its kind. */
function boundByName(name: string, schema: Json): Json {
  if (!isBare(schema)) return schema
  if (name.endsWith('_at')) return { ...schema, format: 'date-time', maxLength: INSTANT_LENGTH }
  const prefix = ID_FIELDS.get(name)
  return prefix === undefined ? schema : { ...schema, pattern: idPattern(prefix), maxLength: ID_LENGTH }
}

function walk(value: unknown, byName: typeof boundByName): unknown {
  if (Array.isArray(value)) return value.map((part) => walk(part, byName))
  if (!isRecord(value)) return value
  const schema = Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key !== 'properties' || !isRecord(part)) return [key, walk(part, byName)]
      const named = Object.entries(part).map(([name, property]) => {
        const bounded = walk(property, byName)
        return [name, isRecord(bounded) ? byName(name, bounded) : bounded]
      })
      return [key, Object.fromEntries(named)]
    }),
  )
  return isOf(schema, 'integer') ? boundInteger(schema) : isOf(schema, 'string') ? boundText(schema) : schema
}

/** A schema of the document with the bounds that follow from it: the format of its numbers, the length of its texts. */
export function withBounds(schema: Json): Json {
  const bounded = walk(schema, (_name, property) => property)
  return isRecord(bounded) ? bounded : schema
}

/** The same for an answer, whose field names say what they hold. */
export function withBoundsOfAnswer(schema: Json): Json {
  const bounded = walk(schema, boundByName)
  return isRecord(bounded) ? bounded : schema
}
