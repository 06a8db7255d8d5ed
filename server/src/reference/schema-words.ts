import { isRecord, listAt, recordAt, textAt } from './document.ts'
import type { Json, Reference } from './document.ts'

type Resolve = Reference['resolve']

/** One line of a table of fields. */
export interface Field {
  readonly name: string
  /** How deep it lies within the objects of the body. */
  readonly depth: number
  readonly type: string
  readonly isRequired: boolean
  readonly about: string
}

/** Deeper ones are told by their type alone. */
const DEEPEST = 4
/** Bounds that only say that a number fits its type. */
const NO_BOUND = 2 ** 31 - 1
const MOST_VALUES = 24

const typesOf = (schema: Json): readonly string[] => {
  const { type } = schema
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.filter((one): one is string => typeof one === 'string') : []
}

/** What a schema may be besides null, and whether it may be null. */
export function withoutNull(
  schema: Json,
  resolve: Resolve,
): { readonly forms: readonly Json[]; readonly isNullable: boolean } {
  const choices = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')].map(resolve)
  if (choices.length === 0) return { forms: [schema], isNullable: typesOf(schema).includes('null') }
  const forms = choices.filter((choice) => choice['type'] !== 'null')
  return {
    forms,
    isNullable: forms.length < choices.length || forms.some((form) => typesOf(form).includes('null')),
  }
}

function boundsOf(schema: Json): string {
  const bound = (name: string) => {
    const value = schema[name]
    return typeof value === 'number' && Math.abs(value) < NO_BOUND ? value : undefined
  }
  const [least, most] = [bound('minimum'), bound('maximum')]
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}`
  if (least !== undefined) return `, ${least} or more`
  return most === undefined ? '' : `, at most ${most}`
}

function textWords(schema: Json): string {
  const prefix = /^\^(?:\(\?:)?([a-z|]+)\)?_\[0-7\]/.exec(textAt(schema, 'pattern') ?? '')?.[1]
  if (prefix !== undefined)
    return `id, ${prefix
      .split('|')
      .map((one) => `${one}_…`)
      .join(' or ')}`
  const format = textAt(schema, 'format')
  if (format === 'date-time') return 'instant, RFC 3339'
  if (format === 'date') return 'day, YYYY-MM-DD'
  if (format !== undefined) return format
  const most = schema['maxLength']
  return typeof most === 'number' ? `text, up to ${most.toLocaleString('en')} characters` : 'text'
}

function listWords(schema: Json, resolve: Resolve): string {
  const most = schema['maxItems']
  const bound = typeof most === 'number' && most < NO_BOUND ? ` of up to ${most.toLocaleString('en')}` : ''
  return `list${bound}: ${typeWords(resolve(schema['items']), resolve)}`
}

const PLAIN: Readonly<Record<string, (schema: Json, resolve: Resolve) => string>> = {
  string: textWords,
  integer: (schema) => `whole number${boundsOf(schema)}`,
  number: (schema) => `number${boundsOf(schema)}`,
  boolean: () => 'true or false',
  array: listWords,
  object: (schema) => (isMap(schema) ? 'object with names of your choice' : 'object'),
}

const isMap = (schema: Json): boolean => isRecord(schema['additionalProperties'])

function valuesWords(values: readonly unknown[]): string {
  const shown = values
    .filter((value) => value !== null)
    .slice(0, MOST_VALUES)
    .map(String)
  return values.length > MOST_VALUES
    ? `${shown.join(', ')} or one of ${values.length - MOST_VALUES} more`
    : shown.join(', ')
}

/** The type of a value in words, such as "text, up to 200 characters, or null". */
export function typeWords(schema: Json, resolve: Resolve): string {
  const { forms, isNullable } = withoutNull(schema, resolve)
  const words = forms.map((form) => {
    if ('const' in form) return String(form['const'])
    const values = listAt(form, 'enum')
    if (values.length > 0) return valuesWords(values)
    const type = typesOf(form).find((one) => one !== 'null')
    return type === undefined ? 'any value' : (PLAIN[type]?.(form, resolve) ?? type)
  })
  return `${[...new Set(words)].join(', or ')}${isNullable ? ', or null' : ''}`
}

/** The object whose fields are worth a line of their own: of the value itself, or of what a list holds. */
function objectsWithin(schema: Json, resolve: Resolve): readonly Json[] {
  return withoutNull(schema, resolve).forms.flatMap((form) => {
    if (typesOf(form).includes('array')) return objectsWithin(resolve(form['items']), resolve)
    return Object.keys(recordAt(form, 'properties')).length > 0 ? [form] : []
  })
}

function fieldsOf(schema: Json, resolve: Resolve, depth: number): readonly Field[] {
  const required = new Set(listAt(schema, 'required'))
  return Object.entries(recordAt(schema, 'properties')).flatMap(([name, property]) => {
    const resolved = resolve(property)
    const field = {
      name,
      depth,
      type: typeWords(resolved, resolve),
      isRequired: required.has(name),
      about: textAt(property, 'description') ?? textAt(resolved, 'description') ?? '',
    }
    return depth >= DEEPEST ? [field] : [field, ...listFields(resolved, resolve, depth + 1)]
  })
}

/** Every field of a body in the order of the document, each followed by what lies in it. A field that several forms share is told once. */
export function listFields(schema: Json, resolve: Resolve, depth = 0): readonly Field[] {
  const objects = objectsWithin(schema, resolve)
  if (objects.length <= 1) return objects.flatMap((object) => fieldsOf(object, resolve, depth))
  const told = new Map<string, Field>()
  for (const field of objects.flatMap((object) => fieldsOf(object, resolve, depth))) {
    const key = `${field.depth} ${field.name}`
    const known = told.get(key)
    told.set(key, known === undefined ? field : mergeFields(known, field))
  }
  return [...told.values()]
}

function mergeFields(one: Field, other: Field): Field {
  const types = [...new Set([...one.type.split(', or '), ...other.type.split(', or ')])]
  return { ...one, type: types.join(', or '), isRequired: one.isRequired && other.isRequired }
}
