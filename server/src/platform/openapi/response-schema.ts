import makeSerializer from 'fast-json-stringify'
import type { AnySchema } from 'fast-json-stringify'
import { z } from 'zod'

type JsonSchema = Record<string, unknown>

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `anyOf [X, null]` as a type list: the serialiser then needs no validator to choose a branch. */
function flattenNullable(schema: JsonSchema): JsonSchema {
  const options = schema['anyOf']
  if (!Array.isArray(options) || options.length !== 2) return schema
  const [first, second]: unknown[] = options
  if (!isRecord(first) || !isRecord(second) || second['type'] !== 'null' || typeof first['type'] !== 'string')
    return schema
  const { anyOf: _replaced, ...rest } = schema
  const values = first['enum']
  return {
    ...rest,
    ...first,
    type: [first['type'], 'null'],
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  }
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify)
  if (!isRecord(value)) return value
  const simplified = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, simplify(part)]))
  return flattenNullable(simplified)
}

/** A Zod schema as the JSON Schema of what it lets out. */
export function toOutputJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'output',
    reused: 'inline',
    unrepresentable: 'any',
  })
  const simplified = simplify(rest)
  if (!isRecord(simplified)) throw new Error('A response schema is an object.')
  return simplified
}

/** The serialiser compiles each schema alone, so names shared across schemas would collide. */
function withoutIds(schema: JsonSchema): JsonSchema {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (!isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, part]) => !(key === 'id' && typeof part === 'string'))
        .map(([key, part]) => [key, strip(part)]),
    )
  }
  const stripped = strip(schema)
  return isRecord(stripped) ? stripped : schema
}

type Serialize = (answer: unknown) => string

/** By schema, so that operations which answer with the same form share one. */
const made = new WeakMap<z.ZodType, Serialize>()

// The serialiser's own type of a JSON Schema is narrower than what JSON Schema allows.
const makeSerializerOf = (schema: z.ZodType): Serialize =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  makeSerializer(withoutIds(toOutputJsonSchema(schema)) as AnySchema)

/**
 * What turns an answer into JSON through its schema, so that a field that is not declared is never sent. It is made at
 * the first answer: making that of every route at the start took longer than all else of it, and the memory of most is
 * never needed.
 */
export function serializerOf(schema: z.ZodType): Serialize {
  return (answer) => {
    const serialize = made.get(schema) ?? makeSerializerOf(schema)
    made.set(schema, serialize)
    return serialize(answer)
  }
}
