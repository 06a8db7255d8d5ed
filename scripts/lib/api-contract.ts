type Json = Record<string, unknown>

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const child = (value: unknown, key: string): Json =>
  isRecord(value) && isRecord(value[key]) ? value[key] : {}
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])

/** What an integrator relies on of one operation. */
export interface OperationContract {
  /** Parameters that it takes. */
  readonly takes: readonly string[]
  /** Parameters and fields of the body without which it refuses. */
  readonly requires: readonly string[]
  /** Every field that its answers hold, by path. */
  readonly answers: readonly string[]
  /** Every problem code that it can answer with. */
  readonly codes: readonly string[]
}

/** The same of every operation, by method and path. */
export type ApiContract = Readonly<Record<string, OperationContract>>

type Resolve = (schema: unknown) => unknown

/** Follows a reference inside the document. */
function makeResolve(document: unknown): Resolve {
  return (schema) => {
    const reference = isRecord(schema) ? schema['$ref'] : undefined
    if (typeof reference !== 'string') return schema
    return reference
      .slice('#/'.length)
      .split('/')
      .reduce<unknown>((at, key) => child(at, key), document)
  }
}

/** Where in an answer a schema stands, and inside which others. */
interface Place {
  readonly path: string
  readonly above: readonly unknown[]
}

/** Every property that a schema lets out, by its path. A schema inside itself is told once. */
function propertiesOf(
  resolve: Resolve,
  given: unknown,
  { path, above }: Place = { path: '', above: [] },
): string[] {
  const schema = resolve(given)
  if (!isRecord(schema) || above.includes(schema)) return []
  const inside = [...above, schema]
  const own = Object.entries(child(schema, 'properties')).flatMap(([name, property]) => {
    const here = path === '' ? name : `${path}.${name}`
    return [here, ...propertiesOf(resolve, property, { path: here, above: inside })]
  })
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
    list(schema[key]).flatMap((part) => propertiesOf(resolve, part, { path, above: inside })),
  )
  return [...own, ...parts, ...propertiesOf(resolve, schema['items'], { path: `${path}[]`, above: inside })]
}

const jsonOf = (body: unknown): unknown => child(child(body, 'content'), 'application/json')['schema']

function answersOf(resolve: Resolve, operation: Json): string[] {
  return Object.entries(child(operation, 'responses'))
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) => propertiesOf(resolve, jsonOf(resolve(response))))
}

function codesOf(operation: Json): string[] {
  return Object.values(child(operation, 'x-problem-codes')).flatMap((codes) =>
    Array.isArray(codes) ? codes.map(String) : [],
  )
}

function requiredFields(resolve: Resolve, operation: Json): string[] {
  const schema = resolve(jsonOf(resolve(operation['requestBody'])))
  const required = isRecord(schema) ? schema['required'] : undefined
  return Array.isArray(required) ? required.map(String) : []
}

const sorted = (names: readonly string[]): string[] =>
  [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1))

function contractOfOperation(resolve: Resolve, operation: Json): OperationContract {
  const parameters = list(operation['parameters']).map((given) => {
    const parameter = resolve(given)
    return isRecord(parameter) ? parameter : {}
  })
  const nameOf = (parameter: Json) => `the ${String(parameter['in'])} parameter ${String(parameter['name'])}`
  return {
    takes: sorted(parameters.map(nameOf)),
    requires: sorted([
      ...parameters.filter((parameter) => parameter['required'] === true).map(nameOf),
      ...requiredFields(resolve, operation),
    ]),
    answers: sorted(answersOf(resolve, operation)),
    codes: sorted(codesOf(operation)),
  }
}

/** What integrators rely on of an OpenAPI document. */
export function contractOf(document: unknown): ApiContract {
  const resolve = makeResolve(document)
  return Object.fromEntries(
    Object.entries(child(document, 'paths')).flatMap(([path, item]) =>
      Object.entries(isRecord(item) ? item : {})
        .filter((entry): entry is [string, Json] => isRecord(entry[1]))
        .map(([method, operation]) => [
          `${method.toUpperCase()} ${path}`,
          contractOfOperation(resolve, operation),
        ]),
    ),
  )
}

const missing = (from: readonly string[], present: readonly string[]): string[] => {
  const known = new Set(present)
  return from.filter((name) => !known.has(name))
}

/** What an integrator of the earlier API would stumble over in the later one. */
export function findBreakingChanges(before: ApiContract, after: ApiContract): string[] {
  return Object.entries(before).flatMap(([name, then]) => {
    const now = after[name]
    if (!now) return [`${name} was removed`]
    return [
      ...missing(then.takes, now.takes).map((one) => `${name} no longer takes ${one}`),
      ...missing(now.requires, then.requires).map((one) => `${name} now requires ${one}`),
      ...missing(then.answers, now.answers).map((one) => `${name} no longer answers with ${one}`),
      ...missing(then.codes, now.codes).map((one) => `${name} no longer answers with the code ${one}`),
    ]
  })
}
