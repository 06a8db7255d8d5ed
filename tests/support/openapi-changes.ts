type Json = Record<string, unknown>

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const child = (value: unknown, key: string): Json =>
  isRecord(value) && isRecord(value[key]) ? value[key] : {}
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])

/** Every property that a schema lets out, by its path. */
function propertiesOf(schema: unknown, path = ''): string[] {
  if (!isRecord(schema)) return []
  const own = Object.entries(child(schema, 'properties')).flatMap(([name, property]) => {
    const here = path === '' ? name : `${path}.${name}`
    return [here, ...propertiesOf(property, here)]
  })
  return [...own, ...propertiesOf(schema['items'], `${path}[]`)]
}

function answersOf(operation: Json): string[] {
  return Object.entries(child(operation, 'responses'))
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, response]) =>
      propertiesOf(child(child(child(response, 'content'), 'application/json'), 'schema')),
    )
}

function codesOf(operation: Json): string[] {
  return Object.values(child(operation, 'x-problem-codes')).flatMap((codes) =>
    Array.isArray(codes) ? codes.map(String) : [],
  )
}

function requiredInputs(operation: Json): string[] {
  const schema = child(child(child(child(operation, 'requestBody'), 'content'), 'application/json'), 'schema')
  return Array.isArray(schema['required']) ? schema['required'].map(String) : []
}

function parameterChanges(name: string, before: Json, after: Json): string[] {
  const now = new Map(
    list(after['parameters']).map((parameter) => [
      `${String(parameter['in'])} parameter ${String(parameter['name'])}`,
      parameter,
    ]),
  )
  const then = new Map(
    list(before['parameters']).map((parameter) => [
      `${String(parameter['in'])} parameter ${String(parameter['name'])}`,
      parameter,
    ]),
  )
  const gone = [...then.keys()]
    .filter((key) => !now.has(key))
    .map((key) => `${name} no longer takes the ${key}`)
  const demanded = [...now]
    .filter(([key, parameter]) => parameter['required'] === true && then.get(key)?.['required'] !== true)
    .map(([key]) => `${name} now requires the ${key}`)
  return [...gone, ...demanded]
}

function operationChanges(name: string, before: Json, after: Json): string[] {
  const [fields, codes, inputs] = [
    new Set(answersOf(after)),
    new Set(codesOf(after)),
    new Set(requiredInputs(before)),
  ]
  return [
    ...parameterChanges(name, before, after),
    ...answersOf(before)
      .filter((field) => !fields.has(field))
      .map((field) => `${name} no longer answers with ${field}`),
    ...codesOf(before)
      .filter((code) => !codes.has(code))
      .map((code) => `${name} no longer answers with the code ${code}`),
    ...requiredInputs(after)
      .filter((field) => !inputs.has(field))
      .map((field) => `${name} now requires ${field}`),
  ]
}

/** What an integrator of the earlier document would stumble over in the later one. */
export function findBreakingChanges(before: unknown, after: unknown): string[] {
  return Object.entries(child(before, 'paths')).flatMap(([path, item]) =>
    Object.entries(isRecord(item) ? item : {}).flatMap(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`
      const now = child(child(after, 'paths'), path)[method]
      if (!isRecord(now)) return [`${name} was removed`]
      return isRecord(operation) ? operationChanges(name, operation, now) : []
    }),
  )
}
