import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { makeOpenApi } from '../../server/src/platform/openapi/openapi.ts'
import { toPathTemplate } from '../../server/src/platform/route.ts'
import type { Route } from '../../server/src/platform/route.ts'

type Json = Readonly<Record<string, unknown>>

/** An answer as it was seen. */
interface SeenAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Fields of every answer, which the document does not repeat for each: of HTTP itself, and those that bound a browser. */
const EVERYWHERE = new Set(
  (
    'cache-control connection content-disposition content-length content-type date keep-alive transfer-encoding ' +
    'access-control-allow-origin access-control-expose-headers set-cookie traceparent vary content-security-policy ' +
    'cross-origin-opener-policy cross-origin-resource-policy permissions-policy referrer-policy ' +
    'strict-transport-security x-content-type-options'
  ).split(' '),
)

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const child = (value: unknown, key: string): Json => {
  const found = isRecord(value) ? value[key] : undefined
  return isRecord(found) ? found : {}
}

/** Follows a reference within the document. */
function resolve(document: Json, value: Json): Json {
  const { $ref: reference } = value
  if (typeof reference !== 'string') return value
  let found: Json = document
  for (const key of reference.slice(2).split('/')) found = child(found, key)
  return found
}

function codeOf(body: string): string | undefined {
  const told: unknown = JSON.parse(body)
  const code = isRecord(told) ? (told['code'] ?? told['reason']) : undefined
  return typeof code === 'string' ? code : undefined
}

/** Tells what of a body is not as a schema of the document says, in words; each schema is compiled once. */
function makeBodyCheck(document: Json): (place: readonly string[], body: string) => string[] {
  // The document says more in its schemas than validates: examples, what is one of ours, and where a bound comes from.
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'document')
  return (place, body) => {
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    const validate = ajv.getSchema(`document#/${pointer.join('/')}`)
    if (validate === undefined) return ['has no schema']
    if (validate(JSON.parse(body)) === true) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

/** Tells in words what of an answer is not declared. */
type FidelityCheck = (route: Route, answer: SeenAnswer) => string[]

/** Looks whether answers are as the document of these routes declares them; what is not is told in words. */
export async function makeFidelityCheck(routes: readonly Route[]): Promise<FidelityCheck> {
  return fidelityCheckOf(await makeOpenApi(routes, []))
}

/** The same look where the document is at hand; making it takes seconds. */
export function fidelityCheckOf(document: Json): FidelityCheck {
  const paths = child(document, 'paths')
  const findBodyFaults = makeBodyCheck(document)
  return ({ method, path }, { statusCode, headers, body }) => {
    const operation = child(child(paths, toPathTemplate(path)), method.toLowerCase())
    const declared = child(child(operation, 'responses'), String(statusCode))
    if (Object.keys(declared).length === 0)
      return [`${method} ${path} answers ${statusCode}, which is not declared`]
    const response = resolve(document, declared)
    const named = new Set(Object.keys(child(response, 'headers')).map((name) => name.toLowerCase()))
    const unnamed = Object.keys(headers).filter((name) => !named.has(name) && !EVERYWHERE.has(name))
    const sent = headers['content-type']
    const type = typeof sent === 'string' ? /^[^;]+/.exec(sent)?.[0] : undefined
    const content = child(response, 'content')
    const place =
      typeof declared['$ref'] === 'string'
        ? declared['$ref'].slice(2).split('/')
        : ['paths', toPathTemplate(path), method.toLowerCase(), 'responses', String(statusCode)]
    const isJson = type !== undefined && type.endsWith('json') && type in content && body !== ''
    const bodyFaults = isJson ? findBodyFaults([...place, 'content', type, 'schema'], body) : []
    const isOfType = body === '' || '*/*' in content || (type !== undefined && type in content)
    const codes = child(operation, 'x-problem-codes')[String(statusCode)]
    const code = statusCode < 400 ? undefined : codeOf(body)
    const isKnown = code === undefined || (Array.isArray(codes) && codes.includes(code))
    return [
      ...bodyFaults.map((fault) => `${method} ${path} ${statusCode} has ${fault}`),
      ...unnamed.map((name) => `${method} ${path} ${statusCode} carries ${name}, which is not declared`),
      ...(isOfType ? [] : [`${method} ${path} ${statusCode} is ${type}, which is not declared`]),
      ...(isKnown ? [] : [`${method} ${path} ${statusCode} says ${code}, which is not declared`]),
    ]
  }
}
