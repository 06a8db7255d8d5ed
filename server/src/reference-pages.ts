import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { LIMITS } from '#platform/limit-policies.ts'
import type { LimitPolicy } from '#platform/limit-policies.ts'
import { makeOpenApi, operationIdOf } from '#platform/openapi.ts'
import { problemsOf } from '#platform/openapi-problems.ts'
import { showPage } from '#platform/pages/index.ts'
import { listProblems } from '#platform/problem.ts'
import { page, permissionOf, evidenceOf, route, toPathTemplate } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { mapStepByStep } from '#platform/step-by-step.ts'

const access = { public: 'The API reference is the same for everybody and names no tenant.' } as const

const GROUPS = [
  ['delegation', "Working in tenants' data under a link"],
  ['program', "Running the partner's own organisation"],
  ['tenant', 'The tenant: its own data, and whom it lets in'],
  ['platform', 'The provider'],
  ['realm', "An end user of a white-label partner's own user base"],
  ['api', 'API clients: orders, services and accounts of a customer'],
  ['ingest', "Records from the provider's systems"],
  ['form', 'The form of an agency on its website'],
  ['agency_key', 'The server of an agency'],
  ['account', 'The person who is signed in'],
] as const

function groupOf(one: Route): string {
  const evidence = evidenceOf(one.access)
  return evidence === 'auth' || evidence === 'public' ? 'account' : evidence
}

function fieldsOf(schema: z.ZodType | undefined): [name: string, type: string, isRequired: boolean][] {
  if (!schema) return []
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(json.properties ?? {}).map(([name, property]) => {
    const about = typeof property === 'object' ? property : {}
    const type = about.enum
      ? about.enum.map(String).join(', ')
      : (about.description ?? String(about.type ?? 'value'))
    return [name, type, json.required?.includes(name) ?? false]
  })
}

function fieldTable(title: string, schema: z.ZodType | undefined): Html {
  const fields = fieldsOf(schema)
  if (fields.length === 0) return html``
  return html`<h4>${title}</h4>
    <dl>
      ${fields.map(
        ([name, type, isRequired]) =>
          html`<dt><code>${name}</code>${isRequired && ' (required)'}</dt>
            <dd>${type}</dd>`,
      )}
    </dl>`
}

function operation(one: Route): Html {
  const permission = permissionOf(one.access)
  const limit: LimitPolicy = LIMITS[one.limit]
  return html`<details id="${operationIdOf(one)}">
    <summary><code>${one.method} ${toPathTemplate(one.path)}</code> ${one.summary}</summary>
    <p>
      ${permission && html`Needs <code>${permission.name}</code>${permission.sensitive && ' and a second factor within the last 15 minutes'}. `}
      At most ${limit.allowed} in
      ${limit.windowSeconds === 3600 ? 'an hour' : 'a minute'}${limit.per === 'person' && ' for each person'}.
      ${one.ifMatch && 'Takes If-Match with the ETag that was read. '}
    </p>
    ${fieldTable('Path', one.input.params)}${fieldTable('Query', one.input.query)}${fieldTable('Body', one.input.body)}
    <p>
      Refusals:
      ${problemsOf(one).map((code, index) => html`${index > 0 && ', '}<a href="/docs/errors#${code}">${code}</a>`)}
    </p>
  </details>`
}

async function referenceBody(routes: readonly Route[]): Promise<Html> {
  const json = routes
    .filter(({ answers }) => answers === 'json')
    .toSorted((left, right) => left.path.localeCompare(right.path))
  const shown = await mapStepByStep(json, (one) => ({ group: groupOf(one), html: operation(one) }))
  return html`<p>
      Every operation with what it takes, what it needs and how it refuses. The machine-readable form is
      <a href="/api/v1/openapi.json">OpenAPI 3.1</a>; every error code is explained on its own
      <a href="/docs/errors">page</a>.
    </p>
    ${GROUPS.map(([group, title]) => {
      const own = shown.filter((one) => one.group === group)
      return (
        own.length > 0 &&
        html`<h2>${title}</h2>
          ${own.map((one) => one.html)}`
      )
    })}`
}

function errorsBody(): Html {
  return html`<p>
      A refusal or error is a problem document (RFC 9457) with one of these codes. Codes are never renamed.
    </p>
    ${listProblems().map(
      ([code, { status, cause, remedy }]) =>
        html`<h2 id="${code}"><code>${code}</code></h2>
          <p>Status ${status}. ${cause}</p>
          <p>${remedy}</p>`,
    )}`
}

/** Works something out when it is first asked for. Whoever asks is anybody, so nothing here may cost much twice. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => (made ??= make())
}

/** The OpenAPI document, and the reference pages that people read, made from the routes that are mounted. */
export function makeReferenceRoutes(routes: readonly Route[]): readonly Route[] {
  const own: Route[] = []
  const all = () => [...routes, ...own]
  own.push(
    route({
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'The OpenAPI document of this API',
      input: {},
      access,
      limit: 'list',
      responses: { 200: z.record(z.string(), z.unknown()) },
      handle: once(() => makeOpenApi(all())),
    }),
    page({
      method: 'GET',
      path: '/docs/api',
      summary: 'The API reference',
      input: {},
      access,
      limit: 'page',
      handle: once(async () => showPage('API reference', await referenceBody(all()), { width: 'wide' })),
    }),
    page({
      method: 'GET',
      path: '/docs/errors',
      summary: 'Every error code',
      input: {},
      access,
      limit: 'page',
      handle: once(() => Promise.resolve(showPage('Errors', errorsBody(), { width: 'reading' }))),
    }),
  )
  return own
}
