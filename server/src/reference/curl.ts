import { isRecord, listAt, recordAt, textAt } from './document.ts'
import type { Json, Operation, Reference } from './document.ts'
import { exampleOf, exampleToSend } from './schema-example.ts'

/** What proves who calls, by the name of the security scheme; the words in capitals are the caller's own. */
const EVIDENCE: Readonly<Record<string, readonly string[]>> = {
  session: ['Cookie: __Host-liaison=$SESSION', 'Origin: $LIAISON'],
  access_token: ['Authorization: DPoP $ACCESS_TOKEN', 'DPoP: $PROOF'],
  realm_token: ['Authorization: Bearer $REALM_TOKEN'],
  agency_key: ['Authorization: Bearer $AGENCY_KEY'],
  ingest_key: ['Authorization: Bearer $INGEST_KEY'],
}

/** What a header is in an example, where its form does not say enough. */
const HEADERS: Readonly<Record<string, string>> = {
  'Idempotency-Key': '8f14e45f-ceea-467f-a0d2-1b8d5c6e7f90',
}

interface Parameter {
  readonly name: string
  readonly place: string
  readonly example: string
}

function parametersToSend({ told }: Operation, { resolve }: Reference): readonly Parameter[] {
  return listAt(told, 'parameters').flatMap((parameter) => {
    const name = textAt(parameter, 'name') ?? ''
    const isRequired = isRecord(parameter) && parameter['required'] === true
    if (!isRequired && name !== 'Idempotency-Key') return []
    const example = HEADERS[name] ?? String(exampleOf(resolve(recordAt(parameter, 'schema')), name, resolve))
    return [{ name, place: textAt(parameter, 'in') ?? '', example }]
  })
}

function addressOf(path: string, parameters: readonly Parameter[]): string {
  const filled = parameters
    .filter(({ place }) => place === 'path')
    .reduce((text, { name, example }) => text.replace(`{${name}}`, encodeURIComponent(example)), path)
  const query = new URLSearchParams()
  for (const { name, place, example } of parameters) if (place === 'query') query.set(name, example)
  return query.size === 0 ? filled : `${filled}?${query.toString()}`
}

/** What is sent as the body; undefined where nothing is. */
export function bodyToSend({ told }: Operation, { resolve }: Reference): unknown {
  const schema = recordAt(recordAt(recordAt(told, 'requestBody'), 'content'), 'application/json')['schema']
  return schema === undefined ? undefined : exampleToSend(resolve(schema), resolve)
}

const schemesOf = (told: Json): readonly string[] =>
  listAt(told, 'security').flatMap((scheme) => (isRecord(scheme) ? Object.keys(scheme) : []))

/** A call that can be pasted into a shell: what must be there, with an example of each value. */
export function curlOf(operation: Operation, reference: Reference): string {
  const { method, path, told } = operation
  const parameters = parametersToSend(operation, reference)
  const body = bodyToSend(operation, reference)
  const isRead = method === 'GET'
  const headers = [
    ...schemesOf(told).flatMap((scheme) => EVIDENCE[scheme] ?? []),
    ...parameters.filter(({ place }) => place === 'header').map(({ name, example }) => `${name}: ${example}`),
    ...(body === undefined ? [] : ['Content-Type: application/json']),
  ].filter((header) => !(isRead && header.startsWith('Origin:')))
  const quoted = (text: string) => `"${text.replaceAll(/["\\`]/g, (letter) => `\\${letter}`)}"`
  return [
    `curl ${isRead ? '' : `--request ${method} `}${quoted(`$LIAISON${addressOf(path, parameters)}`)}`,
    ...headers.map((header) => `  --header ${quoted(header)}`),
    ...(body === undefined
      ? []
      : [`  --data '${JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`)}'`]),
  ].join(' \\\n')
}
